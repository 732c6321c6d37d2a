-- first-call.sql: what a first call needs beside that: an LMR user of the IWF,
-- and the media profile of its calls.
INSERT INTO mc_iwf_lmr_users (uri, psi, profile) VALUES ('sip:unit1@iwf.example.org', 'sip:iwf@iwf.example.org', 'p25');
