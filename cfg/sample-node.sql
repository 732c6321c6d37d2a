-- SPDX-License-Identifier: GPL-2.0-or-later
-- The sample deployment: rows of Kamailio's own tables subscriber, dispatcher
-- and address.

-- Digest users of the realm mc.example.org; the password of each is its name
-- followed by -secret. Stored are hashes only (MD5: what most clients know).
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

-- The same with SHA-256, for nodes with WITH_SHA256.
ALTER TABLE subscriber ADD COLUMN ha1_sha256 VARCHAR(128) DEFAULT '' NOT NULL;
ALTER TABLE subscriber ADD COLUMN ha1b_sha256 VARCHAR(128) DEFAULT '' NOT NULL;
UPDATE subscriber SET ha1_sha256 = '34894927169d85de133dde214be01b416c95e11813d972d7fc45783dd0ef22ed',
    ha1b_sha256 = '61cefc258e36d906ee1654ba96ae1c43055aff728aca084c0e771b30e0761599'
    WHERE username = 'alice' AND domain = 'mc.example.org';
UPDATE subscriber SET ha1_sha256 = '4896b4cf6d289659b0f889607a2e74304b28e85a001e8597482019089606b703',
    ha1b_sha256 = '930049cb8222213a19480334ac0170ab8479841fb8b4fa90fd0582d34fa040de'
    WHERE username = 'bob' AND domain = 'mc.example.org';
UPDATE subscriber SET ha1_sha256 = 'a11bbdd89d7d30b1417fc7cd053378b7124be2152ef40636a1b825f2b8c304a5',
    ha1b_sha256 = '715ea5468601cddf6bfd1d7d3e957c1e0dfbed0e2f41f393bb4ab13260337fc2'
    WHERE username = 'carol' AND domain = 'mc.example.org';
UPDATE subscriber SET ha1_sha256 = 'bdea7bcbc2c46f0329423e597bf62eb5e0018fd6320218b47b557629000c81be',
    ha1b_sha256 = '3d248860cf2c7807f222423c47998db9ffc1abcab7533b16a5b56060fa111c44'
    WHERE username = 'dave' AND domain = 'mc.example.org';
UPDATE subscriber SET ha1_sha256 = 'f48a64d97d1f0d44986e9e25e8bff5b002bb135f2bae8c8b02f396acb6dc8b18',
    ha1b_sha256 = '4b44ef6f69c8dae7900f9d14bc9427993c5467120009915698580dab159d5ae0'
    WHERE username = 'erin' AND domain = 'mc.example.org';
UPDATE subscriber SET ha1_sha256 = '6cbb3a2162974fef0ca85e21ff7d207858f565643f44bb696aa90fe9d667b803',
    ha1b_sha256 = 'b8d3f4d1a311914ce603b11232f18befb7e3484e7313775231de1aef07117151'
    WHERE username = 'frank' AND domain = 'mc.example.org';

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
