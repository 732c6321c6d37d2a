-- SPDX-License-Identifier: GPL-2.0-or-later
-- The sample deployment of an application server of an IMS core; it is loaded
-- after sample-data.sql. Public identities are in another domain than MC service
-- IDs; bob and carol share that of their car, told apart by the client IDs of
-- their devices.

INSERT INTO mc_iwf_peers (kind, psi, address, port) VALUES ('core', '', '127.0.0.15', 0);

UPDATE mc_iwf_users SET impu = 'sip:alice@ims.example.org' WHERE person = 'alice';
UPDATE mc_iwf_users SET impu = 'sip:dave@ims.example.org' WHERE person = 'dave';
UPDATE mc_iwf_users SET impu = 'sip:erin@ims.example.org' WHERE person = 'erin';
UPDATE mc_iwf_users SET impu = 'sip:frank@ims.example.org' WHERE person = 'frank';
UPDATE mc_iwf_users SET impu = 'sip:car7@ims.example.org',
    client_id = 'urn:uuid:00000000-0000-4000-8000-00000000b0b0' WHERE person = 'bob';
UPDATE mc_iwf_users SET impu = 'sip:car7@ims.example.org',
    client_id = 'urn:uuid:00000000-0000-4000-8000-0000000ca401' WHERE person = 'carol';
