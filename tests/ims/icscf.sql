-- SPDX-License-Identifier: GPL-2.0-or-later
-- What module ims_icscf has to find when it starts: the domains it trusts, and
-- S-CSCFs with what they can do. It takes the one that the HSS names, always.

CREATE TABLE version (table_name VARCHAR(32) NOT NULL, table_version INTEGER NOT NULL);
CREATE TABLE nds_trusted_domains (id INTEGER PRIMARY KEY, trusted_domain VARCHAR(83) NOT NULL);
CREATE TABLE s_cscf (id INTEGER PRIMARY KEY, name VARCHAR(83) NOT NULL, s_cscf_uri VARCHAR(83) NOT NULL);
CREATE TABLE s_cscf_capabilities (id INTEGER PRIMARY KEY, id_s_cscf INTEGER NOT NULL, capability INTEGER NOT NULL);

INSERT INTO nds_trusted_domains (id, trusted_domain) VALUES (1, 'mc.example.org');
INSERT INTO s_cscf (id, name, s_cscf_uri) VALUES (1, 'S-CSCF', 'sip:127.0.0.5:5060');
INSERT INTO s_cscf_capabilities (id, id_s_cscf, capability) VALUES (1, 1, 0);
