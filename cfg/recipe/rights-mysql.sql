-- rights-mysql.sql: run by an administrator in the database of the tables.
-- mcnode is what the node logs in as, mcadmin who changes users, KMFs and
-- groups, each with the address it comes from. Triggers run with the rights of
-- who has made the tables.
CREATE USER mcnode@127.0.0.1 IDENTIFIED BY 'node-secret';
CREATE USER mcadmin@localhost IDENTIFIED BY 'admin-secret';
GRANT SELECT ON * TO mcnode@127.0.0.1;
GRANT DELETE ON mc_iwf_changes TO mcnode@127.0.0.1;
GRANT SELECT, INSERT, UPDATE, DELETE ON * TO mcadmin@localhost;
-- Only where a script calls iwf_group_codec(): the node changes groups then.
GRANT UPDATE ON mc_iwf_groups TO mcnode@127.0.0.1;
