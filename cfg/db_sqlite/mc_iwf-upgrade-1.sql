-- SPDX-License-Identifier: GPL-2.0-or-later
-- Brings tables of version 1 of the module mc_iwf, made by any release, to what
-- mc_iwf-create.sql of this release makes, with its checks of rows. All rows stay.
-- If one breaks a check, the script ends with its name and changes nothing: mend
-- the row, run it again.
--
-- SQLite adds no checks to a table: the tables are made anew, by that script. It
-- is found in the folder in which this one is run:
--   cd /usr/share/kamailio/db_sqlite
--   sqlite3 /var/lib/kamailio/mc_iwf.db <mc_iwf-upgrade-1.sql

.bail on
.timeout 10000
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;

CREATE TEMP TABLE known_tables (
    number INTEGER,
    CONSTRAINT these_are_the_tables_of_version_1 CHECK (number = 11)
);
INSERT INTO known_tables SELECT COUNT(*) FROM version
    WHERE table_name LIKE 'mc\_iwf\_%' ESCAPE '\'
    AND table_name NOT LIKE 'mc\_iwf\_binding%' ESCAPE '\' AND table_version = 1;

CREATE TEMP TABLE old_users AS SELECT * FROM mc_iwf_users;
CREATE TEMP TABLE old_lmr AS SELECT * FROM mc_iwf_lmr;
CREATE TEMP TABLE old_kmfs AS SELECT * FROM mc_iwf_kmfs;
CREATE TEMP TABLE old_kmf_aliases AS SELECT * FROM mc_iwf_kmf_aliases;
CREATE TEMP TABLE old_kmf_psis AS SELECT * FROM mc_iwf_kmf_psis;
CREATE TEMP TABLE old_roles AS SELECT * FROM mc_iwf_roles;
CREATE TEMP TABLE old_peers AS SELECT * FROM mc_iwf_peers;
CREATE TEMP TABLE old_partners AS SELECT * FROM mc_iwf_partners;
CREATE TEMP TABLE old_lmr_users AS SELECT * FROM mc_iwf_lmr_users;
CREATE TEMP TABLE old_groups AS SELECT * FROM mc_iwf_groups;
CREATE TEMP TABLE old_changes AS SELECT * FROM mc_iwf_changes;
-- Since release 0.3.0.
CREATE TABLE IF NOT EXISTS mc_iwf_bindings (
    id INTEGER, registration TEXT, record TEXT, expires BIGINT, changed BIGINT,
    node TEXT
);
CREATE TABLE IF NOT EXISTS mc_iwf_binding_changes (
    seq INTEGER, tbl TEXT, item1 TEXT, item2 TEXT, changed BIGINT
);
CREATE TEMP TABLE old_bindings AS SELECT * FROM mc_iwf_bindings;
CREATE TEMP TABLE old_binding_changes AS SELECT * FROM mc_iwf_binding_changes;
CREATE TEMP TABLE old_sequence AS SELECT name, seq FROM sqlite_sequence;

DROP TABLE mc_iwf_users;
DROP TABLE mc_iwf_lmr;
DROP TABLE mc_iwf_kmfs;
DROP TABLE mc_iwf_kmf_aliases;
DROP TABLE mc_iwf_kmf_psis;
DROP TABLE mc_iwf_roles;
DROP TABLE mc_iwf_peers;
DROP TABLE mc_iwf_partners;
DROP TABLE mc_iwf_lmr_users;
DROP TABLE mc_iwf_groups;
DROP TABLE mc_iwf_changes;
DROP TABLE mc_iwf_bindings;
DROP TABLE mc_iwf_binding_changes;
DELETE FROM version WHERE table_name LIKE 'mc\_iwf\_%' ESCAPE '\';
.read mc_iwf-create.sql

INSERT INTO mc_iwf_users (id, mc_id, service, impu, client_id, person,
        organisation, home, send, receive)
    SELECT id, mc_id, service, impu, client_id, person, organisation, home,
        send, receive
    FROM old_users;
INSERT INTO mc_iwf_lmr (id, person, lmr_type, kmf, identity, device)
    SELECT id, person, lmr_type, kmf, identity, device FROM old_lmr;
INSERT INTO mc_iwf_kmfs (id, uri, peer_set, trusted, hosting)
    SELECT id, uri, peer_set, trusted, hosting FROM old_kmfs;
INSERT INTO mc_iwf_kmf_aliases (id, kmf, alias)
    SELECT id, kmf, alias FROM old_kmf_aliases;
INSERT INTO mc_iwf_kmf_psis (id, kmf, psi, priority)
    SELECT id, kmf, psi, priority FROM old_kmf_psis;
INSERT INTO mc_iwf_roles (id, psi, service, role)
    SELECT id, psi, service, role FROM old_roles;
INSERT INTO mc_iwf_peers (id, kind, psi, address, port, tls_id)
    SELECT id, kind, psi, address, port, tls_id FROM old_peers;
INSERT INTO mc_iwf_partners (id, domain, psi, peer_set, trusted)
    SELECT id, domain, psi, peer_set, trusted FROM old_partners;
INSERT INTO mc_iwf_lmr_users (id, uri, psi, profile)
    SELECT id, uri, psi, profile FROM old_lmr_users;
INSERT INTO mc_iwf_groups (id, uri, psi, profile, codec)
    SELECT id, uri, psi, profile, codec FROM old_groups;
INSERT INTO mc_iwf_bindings (id, registration, record, expires, changed, node)
    SELECT id, registration, record, expires, changed, node FROM old_bindings;

-- What the triggers have noted of that is no change.
DELETE FROM mc_iwf_binding_changes;
INSERT INTO mc_iwf_binding_changes (seq, tbl, item1, item2, changed)
    SELECT seq, tbl, item1, item2, changed FROM old_binding_changes;
DELETE FROM mc_iwf_changes;
INSERT INTO mc_iwf_changes (seq, tbl, item1, item2, changed)
    SELECT seq, tbl, item1, item2, changed FROM old_changes;
DELETE FROM sqlite_sequence WHERE name LIKE 'mc\_iwf\_%' ESCAPE '\';
INSERT INTO sqlite_sequence (name, seq) SELECT name, seq FROM old_sequence
    WHERE name LIKE 'mc\_iwf\_%' ESCAPE '\';

COMMIT;
