-- rights-postgres.sql: run it as the owner of the tables. The node logs in as
-- mcnode; mcadmin changes users, KMFs and groups.
CREATE ROLE mcnode LOGIN PASSWORD 'node-secret';
CREATE ROLE mcadmin LOGIN PASSWORD 'admin-secret';
GRANT SELECT ON version, subscriber, address, mc_iwf_users, mc_iwf_lmr, mc_iwf_kmfs, mc_iwf_kmf_aliases, mc_iwf_kmf_psis, mc_iwf_roles, mc_iwf_peers, mc_iwf_partners, mc_iwf_lmr_users, mc_iwf_groups, mc_iwf_changes TO mcnode;
GRANT DELETE ON mc_iwf_changes TO mcnode;
GRANT SELECT, INSERT, UPDATE, DELETE ON subscriber, address, mc_iwf_users, mc_iwf_lmr, mc_iwf_kmfs, mc_iwf_kmf_aliases, mc_iwf_kmf_psis, mc_iwf_roles, mc_iwf_peers, mc_iwf_partners, mc_iwf_lmr_users, mc_iwf_groups TO mcadmin;
-- Triggers run with the rights of the user that changes a row.
GRANT INSERT ON mc_iwf_changes TO mcadmin;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO mcadmin;
-- Only if a script calls iwf_group_codec(): then the node changes groups.
GRANT UPDATE ON mc_iwf_groups TO mcnode;
GRANT INSERT ON mc_iwf_changes TO mcnode;
GRANT USAGE ON SEQUENCE mc_iwf_changes_seq_seq TO mcnode;
-- Only with modparam keep_bindings: then nodes keep registrations for each other.
GRANT SELECT, INSERT, DELETE ON mc_iwf_bindings, mc_iwf_binding_changes TO mcnode;
GRANT USAGE ON SEQUENCE mc_iwf_bindings_id_seq, mc_iwf_binding_changes_seq_seq TO mcnode;
