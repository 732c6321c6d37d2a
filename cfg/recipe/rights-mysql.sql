-- rights-mysql.sql: run it as an administrator in the database of the tables.
-- The node logs in as mcnode; mcadmin changes users, KMFs and groups; each has
-- the address it comes from. Triggers run with the rights of the user that made
-- the tables.
CREATE USER mcnode@127.0.0.1 IDENTIFIED BY 'node-secret';
CREATE USER mcadmin@localhost IDENTIFIED BY 'admin-secret';
GRANT SELECT ON * TO mcnode@127.0.0.1;
GRANT DELETE ON mc_iwf_changes TO mcnode@127.0.0.1;
GRANT SELECT, INSERT, UPDATE, DELETE ON * TO mcadmin@localhost;
-- Only if a script calls iwf_group_codec(): then the node changes groups.
GRANT UPDATE ON mc_iwf_groups TO mcnode@127.0.0.1;
-- Only with modparam keep_bindings: then nodes keep registrations for each other.
GRANT INSERT, DELETE ON mc_iwf_bindings TO mcnode@127.0.0.1;
GRANT DELETE ON mc_iwf_binding_changes TO mcnode@127.0.0.1;
