-- first-node.sql: rows of Kamailio's own tables: alice's password, which is
-- alice-secret here, and the address of the IWF. Groups of addresses: 1 a
-- trusted core, 2 IWFs, 3 gateways of partners.
INSERT INTO subscriber (username, domain, ha1, ha1b) VALUES ('alice', 'mc.example.org', '23c0cbe8eb099e25a6b50c24cc159ad9', '7b0c683f161e2d4d4245d670cca0e452');
INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (2, '192.0.2.10', 32, 0, 'iwf');
