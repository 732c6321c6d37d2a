-- SPDX-License-Identifier: GPL-2.0-or-later
-- Brings tables of version 1 of the module mc_iwf, made by any release, to what
-- mc_iwf-create.sql of this release makes: it adds the checks of rows and the
-- tables of bindings that they lack, and lets impu of mc_iwf_users be empty. No
-- row changes. If a row breaks a check, the script ends with its name
-- and changes nothing: mend the row, run it again.

BEGIN;

CREATE FUNCTION pg_temp.add_check(tbl TEXT, col TEXT, condition TEXT)
RETURNS void AS $$
DECLARE
    check_name TEXT := tbl || '_' || col || '_chk';
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_constraint
            WHERE conrelid = tbl::regclass AND conname = check_name) THEN
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (%s)', tbl,
            check_name, condition);
    END IF;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION pg_temp.add_uri_check(tbl TEXT, col TEXT)
RETURNS void AS $$
    SELECT pg_temp.add_check(tbl, col, format('LOWER(%1$I) LIKE ''sip:%%'' '
        'OR LOWER(%1$I) LIKE ''sips:%%'' OR LOWER(%1$I) LIKE ''tel:%%''',
        col));
$$ LANGUAGE sql;

DO $do$
BEGIN
    IF (SELECT COUNT(*) FROM version WHERE table_name LIKE 'mc\_iwf\_%'
            AND table_name NOT LIKE 'mc\_iwf\_binding%'
            AND table_version = 1) <> 11 THEN
        RAISE EXCEPTION 'these are not the tables of version 1';
    END IF;

    PERFORM pg_temp.add_uri_check('mc_iwf_users', 'mc_id');
    ALTER TABLE mc_iwf_users DROP CONSTRAINT IF EXISTS mc_iwf_users_impu_chk;
    PERFORM pg_temp.add_check('mc_iwf_users', 'impu', $$impu = ''
        OR LOWER(impu) LIKE 'sip:%' OR LOWER(impu) LIKE 'sips:%'
        OR LOWER(impu) LIKE 'tel:%'$$);
    PERFORM pg_temp.add_check('mc_iwf_users', 'service', $$
        service IN ('mcptt', 'mcdata', 'mcvideo')$$);
    PERFORM pg_temp.add_check('mc_iwf_users', 'person', $$person <> ''$$);
    PERFORM pg_temp.add_check('mc_iwf_users', 'send', $$send IN (0, 1)$$);
    PERFORM pg_temp.add_check('mc_iwf_users', 'receive', $$receive IN (0, 1)$$);

    PERFORM pg_temp.add_uri_check('mc_iwf_lmr', 'kmf');
    PERFORM pg_temp.add_check('mc_iwf_lmr', 'person', $$person <> ''$$);
    PERFORM pg_temp.add_check('mc_iwf_lmr', 'lmr_type', $$
        LOWER(lmr_type) IN ('p25', 'tetra', 'tetrapol', 'dmr', 'nxdn',
        'analog')$$);

    PERFORM pg_temp.add_uri_check('mc_iwf_kmfs', 'uri');
    PERFORM pg_temp.add_check('mc_iwf_kmfs', 'peer_set', $$peer_set >= 1$$);
    PERFORM pg_temp.add_check('mc_iwf_kmfs', 'trusted', $$trusted IN (0, 1)$$);
    PERFORM pg_temp.add_check('mc_iwf_kmfs', 'hosting', $$
        hosting IN ('lmr', 'mc')$$);

    PERFORM pg_temp.add_uri_check('mc_iwf_kmf_aliases', 'kmf');
    PERFORM pg_temp.add_uri_check('mc_iwf_kmf_aliases', 'alias');

    PERFORM pg_temp.add_uri_check('mc_iwf_kmf_psis', 'kmf');
    PERFORM pg_temp.add_uri_check('mc_iwf_kmf_psis', 'psi');

    PERFORM pg_temp.add_uri_check('mc_iwf_roles', 'psi');
    PERFORM pg_temp.add_check('mc_iwf_roles', 'service', $$
        service IN ('', 'mcptt', 'mcdata', 'mcvideo')$$);
    PERFORM pg_temp.add_check('mc_iwf_roles', 'role', $$
        role IN ('originating', 'terminating', 'controlling')$$);

    PERFORM pg_temp.add_check('mc_iwf_peers', 'kind', $$
        LOWER(kind) IN ('core', 'iwf')$$);
    PERFORM pg_temp.add_check('mc_iwf_peers', 'psi', $$
        (LOWER(kind) = 'core' AND psi = '') OR (LOWER(kind) = 'iwf' AND
        (LOWER(psi) LIKE 'sip:%' OR LOWER(psi) LIKE 'sips:%' OR LOWER(psi)
        LIKE 'tel:%'))$$);
    PERFORM pg_temp.add_check('mc_iwf_peers', 'address', $$
        address <> '' OR tls_id <> ''$$);
    PERFORM pg_temp.add_check('mc_iwf_peers', 'port', $$
        port BETWEEN 0 AND 65535$$);

    PERFORM pg_temp.add_uri_check('mc_iwf_partners', 'psi');
    PERFORM pg_temp.add_check('mc_iwf_partners', 'domain', $$domain <> ''$$);
    PERFORM pg_temp.add_check('mc_iwf_partners', 'peer_set', $$peer_set >= 1$$);
    PERFORM pg_temp.add_check('mc_iwf_partners', 'trusted', $$
        trusted IN (0, 1)$$);

    PERFORM pg_temp.add_uri_check('mc_iwf_lmr_users', 'uri');
    PERFORM pg_temp.add_uri_check('mc_iwf_lmr_users', 'psi');
    PERFORM pg_temp.add_check('mc_iwf_lmr_users', 'profile', $$profile <> ''$$);

    PERFORM pg_temp.add_uri_check('mc_iwf_groups', 'uri');
    PERFORM pg_temp.add_uri_check('mc_iwf_groups', 'psi');
    PERFORM pg_temp.add_check('mc_iwf_groups', 'profile', $$profile <> ''$$);
END;
$do$;

-- Since release 0.3.0.
CREATE TABLE IF NOT EXISTS mc_iwf_bindings (
    id BIGSERIAL PRIMARY KEY NOT NULL,
    registration VARCHAR(32) DEFAULT '' NOT NULL,
    record VARCHAR(32768) DEFAULT '' NOT NULL,
    expires BIGINT DEFAULT 0 NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL,
    node VARCHAR(32) DEFAULT '' NOT NULL
);

CREATE INDEX IF NOT EXISTS mc_iwf_bindings_registration_idx
    ON mc_iwf_bindings (registration, changed);

CREATE INDEX IF NOT EXISTS mc_iwf_bindings_expires_idx ON mc_iwf_bindings (expires);

CREATE TABLE IF NOT EXISTS mc_iwf_binding_changes (
    seq BIGSERIAL PRIMARY KEY NOT NULL,
    tbl VARCHAR(16) DEFAULT '' NOT NULL,
    item1 VARCHAR(255) DEFAULT '' NOT NULL,
    item2 VARCHAR(255) DEFAULT '' NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL
);

CREATE OR REPLACE FUNCTION mc_iwf_bindings_written() RETURNS trigger AS $$
BEGIN
    INSERT INTO mc_iwf_binding_changes (tbl, item1, item2, changed)
        VALUES ('bindings', NEW.registration, NEW.node, EXTRACT(EPOCH FROM clock_timestamp()));
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

DROP TRIGGER IF EXISTS mc_iwf_bindings_rows ON mc_iwf_bindings;
CREATE TRIGGER mc_iwf_bindings_rows AFTER INSERT
    ON mc_iwf_bindings FOR EACH ROW EXECUTE FUNCTION mc_iwf_bindings_written();

INSERT INTO version (table_name, table_version)
    SELECT 'mc_iwf_bindings', 1 WHERE NOT EXISTS (SELECT 1 FROM version
        WHERE table_name = 'mc_iwf_bindings');
INSERT INTO version (table_name, table_version)
    SELECT 'mc_iwf_binding_changes', 1 WHERE NOT EXISTS (SELECT 1 FROM version
        WHERE table_name = 'mc_iwf_binding_changes');

COMMIT;
