-- SPDX-License-Identifier: GPL-2.0-or-later
-- The sample deployment: rows of the mc_iwf tables, for SQLite, PostgreSQL
-- and MySQL alike. Radio identities are invented.

-- Two KMFs, each with an IWF of its own.
INSERT INTO mc_iwf_kmfs (uri, peer_set, trusted) VALUES ('sip:kmf1@iwf.example.org', 1, 1);
INSERT INTO mc_iwf_kmfs (uri, peer_set, trusted) VALUES ('sip:kmf2@tetra-iwf.example.org', 2, 1);
INSERT INTO mc_iwf_kmf_aliases (kmf, alias) VALUES ('sip:kmf1@iwf.example.org', 'sip:kmf1-proxy@iwf.example.org');
INSERT INTO mc_iwf_kmf_aliases (kmf, alias) VALUES ('sip:kmf2@tetra-iwf.example.org', 'sip:kmf2-proxy@tetra-iwf.example.org');
INSERT INTO mc_iwf_kmf_psis (kmf, psi, priority) VALUES ('sip:kmf1@iwf.example.org', 'sip:iwf@iwf.example.org', 10);
INSERT INTO mc_iwf_kmf_psis (kmf, psi, priority) VALUES ('sip:kmf2@tetra-iwf.example.org', 'sip:iwf@tetra-iwf.example.org', 10);

-- Our own PSIs, for all services.
INSERT INTO mc_iwf_roles (psi, service, role) VALUES ('sip:mc-orig@mc.example.org', '', 'originating');
INSERT INTO mc_iwf_roles (psi, service, role) VALUES ('sip:mc-term@mc.example.org', '', 'terminating');
INSERT INTO mc_iwf_roles (psi, service, role) VALUES ('sip:mc-ctrl@mc.example.org', '', 'controlling');

-- Sources whose assertions count; ports are not compared.
INSERT INTO mc_iwf_peers (kind, psi, address, port) VALUES ('iwf', 'sip:iwf@iwf.example.org', '127.0.0.2', 0);
INSERT INTO mc_iwf_peers (kind, psi, address, port) VALUES ('iwf', 'sip:iwf@iwf.example.org', '127.0.0.3', 0);
INSERT INTO mc_iwf_peers (kind, psi, address, port) VALUES ('iwf', 'sip:iwf@tetra-iwf.example.org', '127.0.0.4', 0);
INSERT INTO mc_iwf_peers (kind, psi, address, port) VALUES ('core', '', '127.0.0.5', 0);

-- A partner system, reached through its gateway.
INSERT INTO mc_iwf_partners (domain, psi, peer_set, trusted) VALUES ('mc.partner.example', 'sip:mc-gw@mc.partner.example', 3, 0);

-- Each user has an ID per service.
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:alice@mc.example.org', 'mcptt', 'sip:alice@mc.example.org', 'alice', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:alice.data@mc.example.org', 'mcdata', 'sip:alice@mc.example.org', 'alice', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:alice.video@mc.example.org', 'mcvideo', 'sip:alice@mc.example.org', 'alice', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:bob@mc.example.org', 'mcptt', 'sip:bob@mc.example.org', 'bob', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:bob.data@mc.example.org', 'mcdata', 'sip:bob@mc.example.org', 'bob', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:bob.video@mc.example.org', 'mcvideo', 'sip:bob@mc.example.org', 'bob', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:carol@mc.example.org', 'mcptt', 'sip:carol@mc.example.org', 'carol', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:carol.data@mc.example.org', 'mcdata', 'sip:carol@mc.example.org', 'carol', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:carol.video@mc.example.org', 'mcvideo', 'sip:carol@mc.example.org', 'carol', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:dave@mc.example.org', 'mcptt', 'sip:dave@mc.example.org', 'dave', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:dave.data@mc.example.org', 'mcdata', 'sip:dave@mc.example.org', 'dave', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:dave.video@mc.example.org', 'mcvideo', 'sip:dave@mc.example.org', 'dave', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:erin@mc.example.org', 'mcptt', 'sip:erin@mc.example.org', 'erin', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:erin.data@mc.example.org', 'mcdata', 'sip:erin@mc.example.org', 'erin', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:erin.video@mc.example.org', 'mcvideo', 'sip:erin@mc.example.org', 'erin', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:frank@mc.example.org', 'mcptt', 'sip:frank@mc.example.org', 'frank', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:frank.data@mc.example.org', 'mcdata', 'sip:frank@mc.example.org', 'frank', 'police', 1, 1);
INSERT INTO mc_iwf_users (mc_id, service, impu, person, organisation, send, receive)
    VALUES ('sip:frank.video@mc.example.org', 'mcvideo', 'sip:frank@mc.example.org', 'frank', 'police', 1, 1);

-- Radios: P25 by RSI, TETRA by ITSI; erin has none.
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('alice', 'p25', 'sip:kmf1@iwf.example.org', '2001001');
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('bob', 'p25', 'sip:kmf1@iwf.example.org', '2001002');
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('carol', 'p25', 'sip:kmf1@iwf.example.org', '2001003');
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('dave', 'tetra', 'sip:kmf2@tetra-iwf.example.org', '901000100002004');
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('frank', 'p25', 'sip:kmf1@iwf.example.org', '2001006');
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('frank', 'tetra', 'sip:kmf2@tetra-iwf.example.org', '901000100002006');

-- LMR users and groups, each with the IWF that serves it and the media profile
-- of its calls.
INSERT INTO mc_iwf_lmr_users (uri, psi, profile) VALUES ('sip:unit1@iwf.example.org', 'sip:iwf@iwf.example.org', 'p25');
INSERT INTO mc_iwf_lmr_users (uri, psi, profile) VALUES ('sip:fm1@iwf.example.org', 'sip:iwf@iwf.example.org', 'analog');
INSERT INTO mc_iwf_lmr_users (uri, psi, profile) VALUES ('sip:unit1@tetra-iwf.example.org', 'sip:iwf@tetra-iwf.example.org', 'tetra');
INSERT INTO mc_iwf_lmr_users (uri, psi, profile) VALUES ('sip:secure1@tetra-iwf.example.org', 'sip:iwf@tetra-iwf.example.org', 'tetra-e2ee');
INSERT INTO mc_iwf_lmr_users (uri, psi, profile) VALUES ('sip:clear1@tetra-iwf.example.org', 'sip:iwf@tetra-iwf.example.org', 'tetra-clear');
INSERT INTO mc_iwf_groups (uri, psi, profile) VALUES ('sip:grp-p25@mc.example.org', 'sip:iwf@iwf.example.org', 'p25');
INSERT INTO mc_iwf_groups (uri, psi, profile) VALUES ('sip:grp-tetra@mc.example.org', 'sip:iwf@tetra-iwf.example.org', 'tetra-e2ee');
