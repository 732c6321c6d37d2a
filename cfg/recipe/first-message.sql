-- first-message.sql: what a first message needs: an IWF and its KMF, our own
-- PSIs, a user who has a P25 radio.
INSERT INTO mc_iwf_kmfs (uri, peer_set, trusted) VALUES ('sip:kmf1@iwf.example.org', 1, 0);
INSERT INTO mc_iwf_kmf_psis (kmf, psi, priority) VALUES ('sip:kmf1@iwf.example.org', 'sip:iwf@iwf.example.org', 10);
INSERT INTO mc_iwf_peers (kind, psi, address, port) VALUES ('iwf', 'sip:iwf@iwf.example.org', '192.0.2.10', 0);
INSERT INTO mc_iwf_roles (psi, service, role) VALUES ('sip:mc-orig@mc.example.org', '', 'originating');
INSERT INTO mc_iwf_roles (psi, service, role) VALUES ('sip:mc-term@mc.example.org', '', 'terminating');
INSERT INTO mc_iwf_users (mc_id, service, impu, person, send, receive) VALUES ('sip:alice@mc.example.org', 'mcptt', 'sip:alice@mc.example.org', 'alice', 1, 1);
INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) VALUES ('alice', 'p25', 'sip:kmf1@iwf.example.org', '2001001');
