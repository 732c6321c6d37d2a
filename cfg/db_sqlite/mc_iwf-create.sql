-- SPDX-License-Identifier: GPL-2.0-or-later
-- Tables of the module mc_iwf for SQLite 3.
--
-- Every change of a row is noted in mc_iwf_changes by triggers, and so gets
-- in force on every node within a second. A row 'all' in it, written by hand,
-- makes every node load everything anew.

-- Readers and writers do not wait for each other.
PRAGMA journal_mode = WAL;

CREATE TABLE IF NOT EXISTS version (
    id INTEGER PRIMARY KEY NOT NULL,
    table_name VARCHAR(32) NOT NULL,
    table_version INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT version_table_name_idx UNIQUE (table_name)
);

-- What can be told of a row by itself is checked here; the node judges the
-- rest, and leaves out what it cannot use.

-- MC service IDs: whose they are, who serves them, what they may.
CREATE TABLE mc_iwf_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    mc_id VARCHAR(255) DEFAULT '' NOT NULL,
    service VARCHAR(16) DEFAULT '' NOT NULL,
    impu VARCHAR(255) DEFAULT '' NOT NULL,
    client_id VARCHAR(255) DEFAULT '' NOT NULL,
    person VARCHAR(255) DEFAULT '' NOT NULL,
    organisation VARCHAR(128) DEFAULT '' NOT NULL,
    home VARCHAR(128) DEFAULT '' NOT NULL,
    send SMALLINT DEFAULT 0 NOT NULL,
    receive SMALLINT DEFAULT 0 NOT NULL,
    CONSTRAINT mc_iwf_users_mc_id_idx UNIQUE (service, mc_id),
    CONSTRAINT mc_iwf_users_person_idx UNIQUE (person, service),
    CONSTRAINT mc_iwf_users_mc_id_chk CHECK (LOWER(mc_id) LIKE 'sip:%'
        OR LOWER(mc_id) LIKE 'sips:%'
        OR LOWER(mc_id) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_users_service_chk
        CHECK (service IN ('mcptt', 'mcdata', 'mcvideo')),
    CONSTRAINT mc_iwf_users_impu_chk CHECK (impu = ''
        OR LOWER(impu) LIKE 'sip:%'
        OR LOWER(impu) LIKE 'sips:%'
        OR LOWER(impu) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_users_person_chk CHECK (person <> ''),
    CONSTRAINT mc_iwf_users_send_chk CHECK (send IN (0, 1)),
    CONSTRAINT mc_iwf_users_receive_chk CHECK (receive IN (0, 1)),
    CONSTRAINT mc_iwf_users_length_chk CHECK (LENGTH(mc_id) <= 255
        AND LENGTH(service) <= 16
        AND LENGTH(impu) <= 255
        AND LENGTH(client_id) <= 255
        AND LENGTH(person) <= 255
        AND LENGTH(organisation) <= 128
        AND LENGTH(home) <= 128)
);

CREATE INDEX mc_iwf_users_impu_idx ON mc_iwf_users (impu);

-- The radio side of a person: one row per LMR identity and KMF.
CREATE TABLE mc_iwf_lmr (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person VARCHAR(255) DEFAULT '' NOT NULL,
    lmr_type VARCHAR(16) DEFAULT '' NOT NULL,
    kmf VARCHAR(255) DEFAULT '' NOT NULL,
    identity VARCHAR(64) DEFAULT '' NOT NULL,
    device VARCHAR(255) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_lmr_person_chk CHECK (person <> ''),
    CONSTRAINT mc_iwf_lmr_lmr_type_chk
        CHECK (LOWER(lmr_type) IN ('p25', 'tetra', 'tetrapol', 'dmr', 'nxdn',
            'analog')),
    CONSTRAINT mc_iwf_lmr_kmf_chk CHECK (LOWER(kmf) LIKE 'sip:%'
        OR LOWER(kmf) LIKE 'sips:%'
        OR LOWER(kmf) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_lmr_length_chk CHECK (LENGTH(person) <= 255
        AND LENGTH(lmr_type) <= 16
        AND LENGTH(kmf) <= 255
        AND LENGTH(identity) <= 64
        AND LENGTH(device) <= 255)
);

CREATE INDEX mc_iwf_lmr_person_idx ON mc_iwf_lmr (person);

-- LMR key management functional entities; peer_set: dispatcher set.
CREATE TABLE mc_iwf_kmfs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uri VARCHAR(255) DEFAULT '' NOT NULL,
    peer_set INTEGER DEFAULT 0 NOT NULL,
    trusted SMALLINT DEFAULT 0 NOT NULL,
    hosting VARCHAR(16) DEFAULT 'lmr' NOT NULL,
    CONSTRAINT mc_iwf_kmfs_uri_idx UNIQUE (uri),
    CONSTRAINT mc_iwf_kmfs_uri_chk CHECK (LOWER(uri) LIKE 'sip:%'
        OR LOWER(uri) LIKE 'sips:%'
        OR LOWER(uri) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmfs_peer_set_chk CHECK (peer_set >= 1),
    CONSTRAINT mc_iwf_kmfs_trusted_chk CHECK (trusted IN (0, 1)),
    CONSTRAINT mc_iwf_kmfs_hosting_chk CHECK (hosting IN ('lmr', 'mc')),
    CONSTRAINT mc_iwf_kmfs_length_chk CHECK (LENGTH(uri) <= 255
        AND LENGTH(hosting) <= 16)
);

-- Other URIs under which a KMF is addressed, such as a proxy.
CREATE TABLE mc_iwf_kmf_aliases (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kmf VARCHAR(255) DEFAULT '' NOT NULL,
    alias VARCHAR(255) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_kmf_aliases_alias_idx UNIQUE (alias),
    CONSTRAINT mc_iwf_kmf_aliases_kmf_chk CHECK (LOWER(kmf) LIKE 'sip:%'
        OR LOWER(kmf) LIKE 'sips:%'
        OR LOWER(kmf) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmf_aliases_alias_chk CHECK (LOWER(alias) LIKE 'sip:%'
        OR LOWER(alias) LIKE 'sips:%'
        OR LOWER(alias) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmf_aliases_length_chk CHECK (LENGTH(kmf) <= 255
        AND LENGTH(alias) <= 255)
);

-- IWF PSIs of a KMF; the highest priority is the one that is used.
CREATE TABLE mc_iwf_kmf_psis (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kmf VARCHAR(255) DEFAULT '' NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    priority INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT mc_iwf_kmf_psis_psi_idx UNIQUE (kmf, psi),
    CONSTRAINT mc_iwf_kmf_psis_kmf_chk CHECK (LOWER(kmf) LIKE 'sip:%'
        OR LOWER(kmf) LIKE 'sips:%'
        OR LOWER(kmf) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmf_psis_psi_chk CHECK (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%'
        OR LOWER(psi) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmf_psis_length_chk CHECK (LENGTH(kmf) <= 255
        AND LENGTH(psi) <= 255)
);

-- Our own PSIs: originating, terminating or controlling; no service: all.
CREATE TABLE mc_iwf_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    service VARCHAR(16) DEFAULT '' NOT NULL,
    role VARCHAR(16) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_roles_role_idx UNIQUE (psi, service, role),
    CONSTRAINT mc_iwf_roles_psi_chk CHECK (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%'
        OR LOWER(psi) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_roles_service_chk
        CHECK (service IN ('', 'mcptt', 'mcdata', 'mcvideo')),
    CONSTRAINT mc_iwf_roles_role_chk
        CHECK (role IN ('originating', 'terminating', 'controlling')),
    CONSTRAINT mc_iwf_roles_length_chk CHECK (LENGTH(psi) <= 255
        AND LENGTH(service) <= 16
        AND LENGTH(role) <= 16)
);

-- Who may assert identities: kind core or iwf; port 0: any.
CREATE TABLE mc_iwf_peers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind VARCHAR(16) DEFAULT '' NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    address VARCHAR(64) DEFAULT '' NOT NULL,
    port INTEGER DEFAULT 0 NOT NULL,
    tls_id VARCHAR(255) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_peers_kind_chk CHECK (LOWER(kind) IN ('core', 'iwf')),
    CONSTRAINT mc_iwf_peers_psi_chk CHECK ((LOWER(kind) = 'core' AND psi = '')
        OR (LOWER(kind) = 'iwf' AND (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%' OR LOWER(psi) LIKE 'tel:%'))),
    CONSTRAINT mc_iwf_peers_address_chk CHECK (address <> '' OR tls_id <> ''),
    CONSTRAINT mc_iwf_peers_port_chk CHECK (port BETWEEN 0 AND 65535),
    CONSTRAINT mc_iwf_peers_length_chk CHECK (LENGTH(kind) <= 16
        AND LENGTH(psi) <= 255
        AND LENGTH(address) <= 64
        AND LENGTH(tls_id) <= 255)
);

-- Partner systems by the domain of their users.
CREATE TABLE mc_iwf_partners (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    domain VARCHAR(128) DEFAULT '' NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    peer_set INTEGER DEFAULT 0 NOT NULL,
    trusted SMALLINT DEFAULT 0 NOT NULL,
    CONSTRAINT mc_iwf_partners_domain_idx UNIQUE (domain),
    CONSTRAINT mc_iwf_partners_domain_chk CHECK (domain <> ''),
    CONSTRAINT mc_iwf_partners_psi_chk CHECK (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%'
        OR LOWER(psi) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_partners_peer_set_chk CHECK (peer_set >= 1),
    CONSTRAINT mc_iwf_partners_trusted_chk CHECK (trusted IN (0, 1)),
    CONSTRAINT mc_iwf_partners_length_chk CHECK (LENGTH(domain) <= 128
        AND LENGTH(psi) <= 255)
);

-- LMR users: the IWF that serves them (its PSI) and the media profile of
-- their calls.
CREATE TABLE mc_iwf_lmr_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uri VARCHAR(255) DEFAULT '' NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    profile VARCHAR(31) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_lmr_users_uri_idx UNIQUE (uri),
    CONSTRAINT mc_iwf_lmr_users_uri_chk CHECK (LOWER(uri) LIKE 'sip:%'
        OR LOWER(uri) LIKE 'sips:%'
        OR LOWER(uri) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_lmr_users_psi_chk CHECK (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%'
        OR LOWER(psi) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_lmr_users_profile_chk CHECK (profile <> ''),
    CONSTRAINT mc_iwf_lmr_users_length_chk CHECK (LENGTH(uri) <= 255
        AND LENGTH(psi) <= 255
        AND LENGTH(profile) <= 31)
);

-- Groups: the IWF behind which they are, the media profile of their calls,
-- and the one speech codec they use; none: as the profile says.
CREATE TABLE mc_iwf_groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    uri VARCHAR(255) DEFAULT '' NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    profile VARCHAR(31) DEFAULT '' NOT NULL,
    codec VARCHAR(31) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_groups_uri_idx UNIQUE (uri),
    CONSTRAINT mc_iwf_groups_uri_chk CHECK (LOWER(uri) LIKE 'sip:%'
        OR LOWER(uri) LIKE 'sips:%'
        OR LOWER(uri) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_groups_psi_chk CHECK (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%'
        OR LOWER(psi) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_groups_profile_chk CHECK (profile <> ''),
    CONSTRAINT mc_iwf_groups_length_chk CHECK (LENGTH(uri) <= 255
        AND LENGTH(psi) <= 255
        AND LENGTH(profile) <= 31
        AND LENGTH(codec) <= 31)
);

-- What was changed, in the order of seq: tbl is users (item1 service, item2
-- MC service ID), lmr (item1 person), lmr_users and groups (item1 URI), plan
-- (all small tables) or all.
CREATE TABLE mc_iwf_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    tbl VARCHAR(16) DEFAULT '' NOT NULL,
    item1 VARCHAR(255) DEFAULT '' NOT NULL,
    item2 VARCHAR(255) DEFAULT '' NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL
);

-- Registrations that IMS cores tell of, with what clients have bound, as nodes
-- keep them for each other (modparam keep_bindings). A registration has one
-- name; of its rows the one that was changed last counts (microseconds since
-- 1970), and none after expires (seconds). No one else writes here.
CREATE TABLE mc_iwf_bindings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    registration VARCHAR(32) DEFAULT '' NOT NULL,
    record TEXT DEFAULT '' NOT NULL,
    expires BIGINT DEFAULT 0 NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL,
    node VARCHAR(32) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_bindings_length_chk CHECK (LENGTH(registration) <= 32
        AND LENGTH(record) <= 32768
        AND LENGTH(node) <= 32)
);

CREATE INDEX mc_iwf_bindings_registration_idx
    ON mc_iwf_bindings (registration, changed);

CREATE INDEX mc_iwf_bindings_expires_idx ON mc_iwf_bindings (expires);

-- What nodes have written there: item1 is the name, item2 the node.
CREATE TABLE mc_iwf_binding_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    tbl VARCHAR(16) DEFAULT '' NOT NULL,
    item1 VARCHAR(255) DEFAULT '' NOT NULL,
    item2 VARCHAR(255) DEFAULT '' NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL
);

-- The triggers.
-- INSERT OR REPLACE removes rows without a delete trigger: they are noted
-- before.
CREATE TRIGGER mc_iwf_users_before_insert BEFORE INSERT ON mc_iwf_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'users', service, mc_id, strftime('%s', 'now')
        FROM mc_iwf_users WHERE id = NEW.id
        OR (service = NEW.service
            AND (mc_id = NEW.mc_id OR person = NEW.person));
END;

CREATE TRIGGER mc_iwf_users_before_update BEFORE UPDATE ON mc_iwf_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'users', service, mc_id, strftime('%s', 'now')
        FROM mc_iwf_users WHERE id <> OLD.id AND (id = NEW.id
        OR (service = NEW.service
            AND (mc_id = NEW.mc_id OR person = NEW.person)));
END;

CREATE TRIGGER mc_iwf_lmr_before_insert BEFORE INSERT ON mc_iwf_lmr
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'lmr', person, '', strftime('%s', 'now')
        FROM mc_iwf_lmr WHERE id = NEW.id;
END;

CREATE TRIGGER mc_iwf_lmr_before_update BEFORE UPDATE ON mc_iwf_lmr
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'lmr', person, '', strftime('%s', 'now')
        FROM mc_iwf_lmr WHERE id <> OLD.id AND id = NEW.id;
END;

CREATE TRIGGER mc_iwf_users_after_insert AFTER INSERT ON mc_iwf_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('users', NEW.service, NEW.mc_id, strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_users_after_delete AFTER DELETE ON mc_iwf_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('users', OLD.service, OLD.mc_id, strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_users_after_update AFTER UPDATE ON mc_iwf_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('users', OLD.service, OLD.mc_id, strftime('%s', 'now'));
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'users', NEW.service, NEW.mc_id, strftime('%s', 'now')
        WHERE NEW.service <> OLD.service OR NEW.mc_id <> OLD.mc_id;
END;

CREATE TRIGGER mc_iwf_lmr_after_insert AFTER INSERT ON mc_iwf_lmr
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('lmr', NEW.person, '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_lmr_after_delete AFTER DELETE ON mc_iwf_lmr
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('lmr', OLD.person, '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_lmr_after_update AFTER UPDATE ON mc_iwf_lmr
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('lmr', OLD.person, '', strftime('%s', 'now'));
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'lmr', NEW.person, '', strftime('%s', 'now')
        WHERE NEW.person <> OLD.person;
END;

CREATE TRIGGER mc_iwf_lmr_users_before_insert BEFORE INSERT ON mc_iwf_lmr_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'lmr_users', uri, '', strftime('%s', 'now')
        FROM mc_iwf_lmr_users WHERE id = NEW.id OR uri = NEW.uri;
END;

CREATE TRIGGER mc_iwf_lmr_users_before_update BEFORE UPDATE ON mc_iwf_lmr_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'lmr_users', uri, '', strftime('%s', 'now')
        FROM mc_iwf_lmr_users WHERE id <> OLD.id
        AND (id = NEW.id OR uri = NEW.uri);
END;

CREATE TRIGGER mc_iwf_lmr_users_after_insert AFTER INSERT ON mc_iwf_lmr_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('lmr_users', NEW.uri, '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_lmr_users_after_delete AFTER DELETE ON mc_iwf_lmr_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('lmr_users', OLD.uri, '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_lmr_users_after_update AFTER UPDATE ON mc_iwf_lmr_users
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('lmr_users', OLD.uri, '', strftime('%s', 'now'));
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'lmr_users', NEW.uri, '', strftime('%s', 'now')
        WHERE NEW.uri <> OLD.uri;
END;

CREATE TRIGGER mc_iwf_groups_before_insert BEFORE INSERT ON mc_iwf_groups
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'groups', uri, '', strftime('%s', 'now')
        FROM mc_iwf_groups WHERE id = NEW.id OR uri = NEW.uri;
END;

CREATE TRIGGER mc_iwf_groups_before_update BEFORE UPDATE ON mc_iwf_groups
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'groups', uri, '', strftime('%s', 'now')
        FROM mc_iwf_groups WHERE id <> OLD.id
        AND (id = NEW.id OR uri = NEW.uri);
END;

CREATE TRIGGER mc_iwf_groups_after_insert AFTER INSERT ON mc_iwf_groups
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('groups', NEW.uri, '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_groups_after_delete AFTER DELETE ON mc_iwf_groups
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('groups', OLD.uri, '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_groups_after_update AFTER UPDATE ON mc_iwf_groups
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('groups', OLD.uri, '', strftime('%s', 'now'));
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        SELECT 'groups', NEW.uri, '', strftime('%s', 'now')
        WHERE NEW.uri <> OLD.uri;
END;

CREATE TRIGGER mc_iwf_kmfs_after_insert AFTER INSERT ON mc_iwf_kmfs
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmfs_after_update AFTER UPDATE ON mc_iwf_kmfs
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmfs_after_delete AFTER DELETE ON mc_iwf_kmfs
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmf_aliases_after_insert AFTER INSERT ON mc_iwf_kmf_aliases
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmf_aliases_after_update AFTER UPDATE ON mc_iwf_kmf_aliases
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmf_aliases_after_delete AFTER DELETE ON mc_iwf_kmf_aliases
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmf_psis_after_insert AFTER INSERT ON mc_iwf_kmf_psis
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmf_psis_after_update AFTER UPDATE ON mc_iwf_kmf_psis
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_kmf_psis_after_delete AFTER DELETE ON mc_iwf_kmf_psis
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_roles_after_insert AFTER INSERT ON mc_iwf_roles
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_roles_after_update AFTER UPDATE ON mc_iwf_roles
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_roles_after_delete AFTER DELETE ON mc_iwf_roles
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_peers_after_insert AFTER INSERT ON mc_iwf_peers
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_peers_after_update AFTER UPDATE ON mc_iwf_peers
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_peers_after_delete AFTER DELETE ON mc_iwf_peers
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_partners_after_insert AFTER INSERT ON mc_iwf_partners
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_partners_after_update AFTER UPDATE ON mc_iwf_partners
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_partners_after_delete AFTER DELETE ON mc_iwf_partners
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', strftime('%s', 'now'));
END;

CREATE TRIGGER mc_iwf_bindings_after_insert AFTER INSERT ON mc_iwf_bindings
BEGIN
    INSERT INTO mc_iwf_binding_changes (tbl, item1, item2, changed)
        VALUES ('bindings', NEW.registration, NEW.node, strftime('%s', 'now'));
END;

-- What the module expects to find.
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_users', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_lmr', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_kmfs', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_kmf_aliases', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_kmf_psis', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_roles', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_peers', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_partners', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_lmr_users', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_groups', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_changes', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_bindings', 1);
INSERT INTO version (table_name, table_version) VALUES ('mc_iwf_binding_changes', 1);
