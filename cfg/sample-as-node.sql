-- SPDX-License-Identifier: GPL-2.0-or-later
-- The same for the rows of Kamailio's own tables, after sample-node.sql: the
-- I-CSCF is a peer, too.

INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (1, '127.0.0.15', 32, 0, 'core');
