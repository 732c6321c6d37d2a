-- SPDX-License-Identifier: GPL-2.0-or-later
-- Brings tables of version 1 of the module mc_iwf, made by any release, to what
-- mc_iwf-create.sql of this release makes: it adds the checks of rows and the
-- tables of bindings that they lack, and lets impu of mc_iwf_users be empty. No
-- row changes. If a row breaks a check, the script ends with its name
-- and leaves out the rest: mend the row, run it again.

-- Of a try that failed.
DROP PROCEDURE IF EXISTS mc_iwf_upgrade;
DROP PROCEDURE IF EXISTS mc_iwf_add_uri_check;
DROP PROCEDURE IF EXISTS mc_iwf_add_check;
DROP PROCEDURE IF EXISTS mc_iwf_drop_check;

DELIMITER //

CREATE PROCEDURE mc_iwf_add_check(tbl VARCHAR(64), col VARCHAR(64),
    cond VARCHAR(1024))
BEGIN
    IF NOT EXISTS (SELECT 1 FROM information_schema.table_constraints
            WHERE constraint_schema = DATABASE() AND table_name = tbl
            AND constraint_name = CONCAT(tbl, '_', col, '_chk')) THEN
        SET @mc_iwf_add = CONCAT('ALTER TABLE ', tbl, ' ADD CONSTRAINT ', tbl,
            '_', col, '_chk CHECK (', cond, ')');
        PREPARE mc_iwf_add FROM @mc_iwf_add;
        EXECUTE mc_iwf_add;
        DEALLOCATE PREPARE mc_iwf_add;
    END IF;
END//

CREATE PROCEDURE mc_iwf_drop_check(tbl VARCHAR(64), col VARCHAR(64))
BEGIN
    IF EXISTS (SELECT 1 FROM information_schema.table_constraints
            WHERE constraint_schema = DATABASE() AND table_name = tbl
            AND constraint_name = CONCAT(tbl, '_', col, '_chk')) THEN
        SET @mc_iwf_drop = CONCAT('ALTER TABLE ', tbl, ' DROP CONSTRAINT ',
            tbl, '_', col, '_chk');
        PREPARE mc_iwf_drop FROM @mc_iwf_drop;
        EXECUTE mc_iwf_drop;
        DEALLOCATE PREPARE mc_iwf_drop;
    END IF;
END//

CREATE PROCEDURE mc_iwf_add_uri_check(tbl VARCHAR(64), col VARCHAR(64))
BEGIN
    CALL mc_iwf_add_check(tbl, col, CONCAT('LOWER(', col,
        ') LIKE ''sip:%'' OR LOWER(', col, ') LIKE ''sips:%'' OR LOWER(', col,
        ') LIKE ''tel:%'''));
END//

CREATE PROCEDURE mc_iwf_upgrade()
BEGIN
    IF (SELECT COUNT(*) FROM version WHERE table_name LIKE 'mc\_iwf\_%'
            AND table_name NOT LIKE 'mc\_iwf\_binding%'
            AND table_version = 1) <> 11 THEN
        SIGNAL SQLSTATE '45000'
            SET MESSAGE_TEXT = 'these are not the tables of version 1';
    END IF;

    CALL mc_iwf_add_uri_check('mc_iwf_users', 'mc_id');
    CALL mc_iwf_drop_check('mc_iwf_users', 'impu');
    CALL mc_iwf_add_check('mc_iwf_users', 'impu', CONCAT('impu = '''' ',
        'OR LOWER(impu) LIKE ''sip:%'' OR LOWER(impu) LIKE ''sips:%'' ',
        'OR LOWER(impu) LIKE ''tel:%'''));
    CALL mc_iwf_add_check('mc_iwf_users', 'service',
        'service IN (''mcptt'', ''mcdata'', ''mcvideo'')');
    CALL mc_iwf_add_check('mc_iwf_users', 'person', 'person <> ''''');
    CALL mc_iwf_add_check('mc_iwf_users', 'send', 'send IN (0, 1)');
    CALL mc_iwf_add_check('mc_iwf_users', 'receive', 'receive IN (0, 1)');

    CALL mc_iwf_add_uri_check('mc_iwf_lmr', 'kmf');
    CALL mc_iwf_add_check('mc_iwf_lmr', 'person', 'person <> ''''');
    CALL mc_iwf_add_check('mc_iwf_lmr', 'lmr_type',
        'LOWER(lmr_type) IN (''p25'', ''tetra'', ''tetrapol'', ''dmr'',
        ''nxdn'', ''analog'')');

    CALL mc_iwf_add_uri_check('mc_iwf_kmfs', 'uri');
    CALL mc_iwf_add_check('mc_iwf_kmfs', 'peer_set', 'peer_set >= 1');
    CALL mc_iwf_add_check('mc_iwf_kmfs', 'trusted', 'trusted IN (0, 1)');
    CALL mc_iwf_add_check('mc_iwf_kmfs', 'hosting',
        'hosting IN (''lmr'', ''mc'')');

    CALL mc_iwf_add_uri_check('mc_iwf_kmf_aliases', 'kmf');
    CALL mc_iwf_add_uri_check('mc_iwf_kmf_aliases', 'alias');

    CALL mc_iwf_add_uri_check('mc_iwf_kmf_psis', 'kmf');
    CALL mc_iwf_add_uri_check('mc_iwf_kmf_psis', 'psi');

    CALL mc_iwf_add_uri_check('mc_iwf_roles', 'psi');
    CALL mc_iwf_add_check('mc_iwf_roles', 'service',
        'service IN ('''', ''mcptt'', ''mcdata'', ''mcvideo'')');
    CALL mc_iwf_add_check('mc_iwf_roles', 'role',
        'role IN (''originating'', ''terminating'', ''controlling'')');

    CALL mc_iwf_add_check('mc_iwf_peers', 'kind',
        'LOWER(kind) IN (''core'', ''iwf'')');
    CALL mc_iwf_add_check('mc_iwf_peers', 'psi',
        '(LOWER(kind) = ''core'' AND psi = '''') OR (LOWER(kind) = ''iwf''
        AND (LOWER(psi) LIKE ''sip:%'' OR LOWER(psi) LIKE ''sips:%'' OR
        LOWER(psi) LIKE ''tel:%''))');
    CALL mc_iwf_add_check('mc_iwf_peers', 'address',
        'address <> '''' OR tls_id <> ''''');
    CALL mc_iwf_add_check('mc_iwf_peers', 'port', 'port BETWEEN 0 AND 65535');

    CALL mc_iwf_add_uri_check('mc_iwf_partners', 'psi');
    CALL mc_iwf_add_check('mc_iwf_partners', 'domain', 'domain <> ''''');
    CALL mc_iwf_add_check('mc_iwf_partners', 'peer_set', 'peer_set >= 1');
    CALL mc_iwf_add_check('mc_iwf_partners', 'trusted', 'trusted IN (0, 1)');

    CALL mc_iwf_add_uri_check('mc_iwf_lmr_users', 'uri');
    CALL mc_iwf_add_uri_check('mc_iwf_lmr_users', 'psi');
    CALL mc_iwf_add_check('mc_iwf_lmr_users', 'profile', 'profile <> ''''');

    CALL mc_iwf_add_uri_check('mc_iwf_groups', 'uri');
    CALL mc_iwf_add_uri_check('mc_iwf_groups', 'psi');
    CALL mc_iwf_add_check('mc_iwf_groups', 'profile', 'profile <> ''''');
END//

DELIMITER ;

CALL mc_iwf_upgrade();
DROP PROCEDURE mc_iwf_upgrade;
DROP PROCEDURE mc_iwf_add_uri_check;
DROP PROCEDURE mc_iwf_add_check;
DROP PROCEDURE mc_iwf_drop_check;

-- Since release 0.3.0.
CREATE TABLE IF NOT EXISTS mc_iwf_bindings (
    id BIGINT AUTO_INCREMENT PRIMARY KEY NOT NULL,
    registration VARCHAR(32) DEFAULT '' NOT NULL,
    record VARCHAR(32768) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT ''
        NOT NULL,
    expires BIGINT DEFAULT 0 NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL,
    node VARCHAR(32) DEFAULT '' NOT NULL,
    INDEX mc_iwf_bindings_registration_idx (registration, changed),
    INDEX mc_iwf_bindings_expires_idx (expires)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4
    COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS mc_iwf_binding_changes (
    seq BIGINT AUTO_INCREMENT PRIMARY KEY NOT NULL,
    tbl VARCHAR(16) DEFAULT '' NOT NULL,
    item1 VARCHAR(255) DEFAULT '' NOT NULL,
    item2 VARCHAR(255) DEFAULT '' NOT NULL,
    changed BIGINT DEFAULT 0 NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4
    COLLATE utf8mb4_bin;

DROP TRIGGER IF EXISTS mc_iwf_bindings_after_insert;
DELIMITER //

CREATE TRIGGER mc_iwf_bindings_after_insert AFTER INSERT ON mc_iwf_bindings
FOR EACH ROW BEGIN
    INSERT INTO mc_iwf_binding_changes (tbl, item1, item2, changed)
        VALUES ('bindings', NEW.registration, NEW.node, UNIX_TIMESTAMP());
END//

DELIMITER ;

INSERT IGNORE INTO version (table_name, table_version)
    VALUES ('mc_iwf_bindings', 1), ('mc_iwf_binding_changes', 1);
