-- SPDX-License-Identifier: GPL-2.0-or-later
-- Tables of the module mc_iwf for PostgreSQL.
--
-- Every change of a row is noted in mc_iwf_changes by triggers, and so gets
-- in force on every node within a second. A row 'all' in it, written by hand,
-- makes every node load everything anew; TRUNCATE of a table does so, too.
--
-- The nodes need SELECT on all tables and DELETE on mc_iwf_changes; whoever
-- changes rows needs INSERT on it, and USAGE on mc_iwf_changes_seq_seq: the
-- nodes too, with UPDATE on mc_iwf_groups, for mc_iwf.group_codec.

CREATE TABLE IF NOT EXISTS version (
    id SERIAL PRIMARY KEY NOT NULL,
    table_name VARCHAR(32) NOT NULL,
    table_version INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT version_table_name_idx UNIQUE (table_name)
);

-- What can be told of a row by itself is checked here; the node judges the
-- rest, and leaves out what it cannot use.

-- MC service IDs: whose they are, who serves them, what they may.
CREATE TABLE mc_iwf_users (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
    CONSTRAINT mc_iwf_users_receive_chk CHECK (receive IN (0, 1))
);

CREATE INDEX mc_iwf_users_impu_idx ON mc_iwf_users (impu);

-- The radio side of a person: one row per LMR identity and KMF.
CREATE TABLE mc_iwf_lmr (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
        OR LOWER(kmf) LIKE 'tel:%')
);

CREATE INDEX mc_iwf_lmr_person_idx ON mc_iwf_lmr (person);

-- LMR key management functional entities; peer_set: dispatcher set.
CREATE TABLE mc_iwf_kmfs (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
    CONSTRAINT mc_iwf_kmfs_hosting_chk CHECK (hosting IN ('lmr', 'mc'))
);

-- Other URIs under which a KMF is addressed, such as a proxy.
CREATE TABLE mc_iwf_kmf_aliases (
    id BIGSERIAL PRIMARY KEY NOT NULL,
    kmf VARCHAR(255) DEFAULT '' NOT NULL,
    alias VARCHAR(255) DEFAULT '' NOT NULL,
    CONSTRAINT mc_iwf_kmf_aliases_alias_idx UNIQUE (alias),
    CONSTRAINT mc_iwf_kmf_aliases_kmf_chk CHECK (LOWER(kmf) LIKE 'sip:%'
        OR LOWER(kmf) LIKE 'sips:%'
        OR LOWER(kmf) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmf_aliases_alias_chk CHECK (LOWER(alias) LIKE 'sip:%'
        OR LOWER(alias) LIKE 'sips:%'
        OR LOWER(alias) LIKE 'tel:%')
);

-- IWF PSIs of a KMF; the highest priority is the one that is used.
CREATE TABLE mc_iwf_kmf_psis (
    id BIGSERIAL PRIMARY KEY NOT NULL,
    kmf VARCHAR(255) DEFAULT '' NOT NULL,
    psi VARCHAR(255) DEFAULT '' NOT NULL,
    priority INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT mc_iwf_kmf_psis_psi_idx UNIQUE (kmf, psi),
    CONSTRAINT mc_iwf_kmf_psis_kmf_chk CHECK (LOWER(kmf) LIKE 'sip:%'
        OR LOWER(kmf) LIKE 'sips:%'
        OR LOWER(kmf) LIKE 'tel:%'),
    CONSTRAINT mc_iwf_kmf_psis_psi_chk CHECK (LOWER(psi) LIKE 'sip:%'
        OR LOWER(psi) LIKE 'sips:%'
        OR LOWER(psi) LIKE 'tel:%')
);

-- Our own PSIs: originating, terminating or controlling; no service: all.
CREATE TABLE mc_iwf_roles (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
        CHECK (role IN ('originating', 'terminating', 'controlling'))
);

-- Who may assert identities: kind core or iwf; port 0: any.
CREATE TABLE mc_iwf_peers (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
    CONSTRAINT mc_iwf_peers_port_chk CHECK (port BETWEEN 0 AND 65535)
);

-- Partner systems by the domain of their users.
CREATE TABLE mc_iwf_partners (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
    CONSTRAINT mc_iwf_partners_trusted_chk CHECK (trusted IN (0, 1))
);

-- LMR users: the IWF that serves them (its PSI) and the media profile of
-- their calls.
CREATE TABLE mc_iwf_lmr_users (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
    CONSTRAINT mc_iwf_lmr_users_profile_chk CHECK (profile <> '')
);

-- Groups: the IWF behind which they are, the media profile of their calls,
-- and the one speech codec they use; none: as the profile says.
CREATE TABLE mc_iwf_groups (
    id BIGSERIAL PRIMARY KEY NOT NULL,
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
    CONSTRAINT mc_iwf_groups_profile_chk CHECK (profile <> '')
);

-- What was changed, in the order of seq: tbl is users (item1 service, item2
-- MC service ID), lmr (item1 person), lmr_users and groups (item1 URI), plan
-- (all small tables) or all.
CREATE TABLE mc_iwf_changes (
    seq BIGSERIAL PRIMARY KEY NOT NULL,
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
    id BIGSERIAL PRIMARY KEY NOT NULL,
    registration VARCHAR(32) DEFAULT '' NOT NULL,
    record VARCHAR(32768) DEFAULT '' NOT NULL,
    expires BIGINT DEFAULT 0 NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL,
    node VARCHAR(32) DEFAULT '' NOT NULL
);

CREATE INDEX mc_iwf_bindings_registration_idx
    ON mc_iwf_bindings (registration, changed);

CREATE INDEX mc_iwf_bindings_expires_idx ON mc_iwf_bindings (expires);

-- What nodes have written there: item1 is the name, item2 the node.
CREATE TABLE mc_iwf_binding_changes (
    seq BIGSERIAL PRIMARY KEY NOT NULL,
    tbl VARCHAR(16) DEFAULT '' NOT NULL,
    item1 VARCHAR(255) DEFAULT '' NOT NULL,
    item2 VARCHAR(255) DEFAULT '' NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL
);

-- The triggers.
CREATE FUNCTION mc_iwf_users_changed() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
            VALUES ('users', OLD.service, OLD.mc_id, EXTRACT(EPOCH FROM clock_timestamp()));
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND ((NEW.service, NEW.mc_id) <> (OLD.service, OLD.mc_id))) THEN
        INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
            VALUES ('users', NEW.service, NEW.mc_id, EXTRACT(EPOCH FROM clock_timestamp()));
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION mc_iwf_lmr_changed() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
            VALUES ('lmr', OLD.person, '', EXTRACT(EPOCH FROM clock_timestamp()));
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND (NEW.person <> OLD.person)) THEN
        INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
            VALUES ('lmr', NEW.person, '', EXTRACT(EPOCH FROM clock_timestamp()));
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION mc_iwf_parties_changed() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
            VALUES (TG_ARGV[0], OLD.uri, '', EXTRACT(EPOCH FROM clock_timestamp()));
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND (NEW.uri <> OLD.uri)) THEN
        INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
            VALUES (TG_ARGV[0], NEW.uri, '', EXTRACT(EPOCH FROM clock_timestamp()));
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION mc_iwf_plan_changed() RETURNS trigger AS $$
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('plan', '', '', EXTRACT(EPOCH FROM clock_timestamp()));
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION mc_iwf_all_changed() RETURNS trigger AS $$
BEGIN
    INSERT INTO mc_iwf_changes (tbl, item1, item2, changed)
        VALUES ('all', '', '', EXTRACT(EPOCH FROM clock_timestamp()));
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION mc_iwf_bindings_written() RETURNS trigger AS $$
BEGIN
    INSERT INTO mc_iwf_binding_changes (tbl, item1, item2, changed)
        VALUES ('bindings', NEW.registration, NEW.node, EXTRACT(EPOCH FROM clock_timestamp()));
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER mc_iwf_users_rows AFTER INSERT OR UPDATE OR DELETE
    ON mc_iwf_users FOR EACH ROW EXECUTE FUNCTION mc_iwf_users_changed();

CREATE TRIGGER mc_iwf_users_truncate AFTER TRUNCATE
    ON mc_iwf_users FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_all_changed();

CREATE TRIGGER mc_iwf_lmr_rows AFTER INSERT OR UPDATE OR DELETE
    ON mc_iwf_lmr FOR EACH ROW EXECUTE FUNCTION mc_iwf_lmr_changed();

CREATE TRIGGER mc_iwf_lmr_truncate AFTER TRUNCATE
    ON mc_iwf_lmr FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_all_changed();

CREATE TRIGGER mc_iwf_lmr_users_rows AFTER INSERT OR UPDATE OR DELETE
    ON mc_iwf_lmr_users FOR EACH ROW EXECUTE FUNCTION mc_iwf_parties_changed('lmr_users');

CREATE TRIGGER mc_iwf_lmr_users_truncate AFTER TRUNCATE
    ON mc_iwf_lmr_users FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_all_changed();

CREATE TRIGGER mc_iwf_groups_rows AFTER INSERT OR UPDATE OR DELETE
    ON mc_iwf_groups FOR EACH ROW EXECUTE FUNCTION mc_iwf_parties_changed('groups');

CREATE TRIGGER mc_iwf_groups_truncate AFTER TRUNCATE
    ON mc_iwf_groups FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_all_changed();

CREATE TRIGGER mc_iwf_kmfs_any AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON mc_iwf_kmfs FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_plan_changed();

CREATE TRIGGER mc_iwf_kmf_aliases_any AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON mc_iwf_kmf_aliases FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_plan_changed();

CREATE TRIGGER mc_iwf_kmf_psis_any AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON mc_iwf_kmf_psis FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_plan_changed();

CREATE TRIGGER mc_iwf_roles_any AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON mc_iwf_roles FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_plan_changed();

CREATE TRIGGER mc_iwf_peers_any AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON mc_iwf_peers FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_plan_changed();

CREATE TRIGGER mc_iwf_partners_any AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON mc_iwf_partners FOR EACH STATEMENT EXECUTE FUNCTION mc_iwf_plan_changed();

CREATE TRIGGER mc_iwf_bindings_rows AFTER INSERT
    ON mc_iwf_bindings FOR EACH ROW EXECUTE FUNCTION mc_iwf_bindings_written();

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
