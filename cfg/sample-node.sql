-- SPDX-License-Identifier: GPL-2.0-or-later
-- The sample deployment: rows of Kamailio's own tables subscriber, dispatcher
-- and address.

-- Digest users of the realm mc.example.org; the password of each is its name
-- followed by -secret. Stored are hashes only.
INSERT INTO subscriber (username, domain, ha1, ha1b)
    VALUES ('alice', 'mc.example.org', '23c0cbe8eb099e25a6b50c24cc159ad9', '7b0c683f161e2d4d4245d670cca0e452');
INSERT INTO subscriber (username, domain, ha1, ha1b)
    VALUES ('bob', 'mc.example.org', '5571691ffb90981875e1d4ccbb8735ae', '589e9547aa4a49f722eeab1a7d0e9b39');
INSERT INTO subscriber (username, domain, ha1, ha1b)
    VALUES ('carol', 'mc.example.org', 'f1dcaf89e407a4fcaf88a53e9489ff61', 'a5a6c9f31e0a9338047f51b24faf592c');
INSERT INTO subscriber (username, domain, ha1, ha1b)
    VALUES ('dave', 'mc.example.org', '7c8dfffe340c1d04c02b366e5cc9837f', '7abeb8d37c60c478a942e96a2de4064d');
INSERT INTO subscriber (username, domain, ha1, ha1b)
    VALUES ('erin', 'mc.example.org', '6351bf4dd86e4fdb349c7cac5358347a', 'f92e6279fc012b9436993429b43e5cc5');
INSERT INTO subscriber (username, domain, ha1, ha1b)
    VALUES ('frank', 'mc.example.org', '620eee1f3fee16ac29c0fde1fe94c94d', 'bdc1468cb5ea7bff15d55cac464e81d2');

-- Peer sets: 1 and 2 the IWFs of the two KMFs, 3 the partner's gateway. Set 1
-- has a second peer that takes over.
INSERT INTO dispatcher (setid, destination, priority, description) VALUES (1, 'sip:127.0.0.2:5070', 10, 'IWF 1');
INSERT INTO dispatcher (setid, destination, priority, description) VALUES (1, 'sip:127.0.0.3:5070', 5, 'IWF 1, second');
INSERT INTO dispatcher (setid, destination, priority, description) VALUES (2, 'sip:127.0.0.4:5070', 10, 'IWF 2');
INSERT INTO dispatcher (setid, destination, priority, description) VALUES (3, 'sip:127.0.0.6:5070', 10, 'partner gateway');

-- Sources that are no clients: group 1 the trusted core, group 2 the IWFs.
INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (1, '127.0.0.5', 32, 0, 'core');
INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (2, '127.0.0.2', 32, 0, 'iwf1');
INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (2, '127.0.0.3', 32, 0, 'iwf1');
INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (2, '127.0.0.4', 32, 0, 'iwf2');
