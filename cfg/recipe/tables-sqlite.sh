# tables-sqlite.sh: tables and first rows in two files of SQLite. Run it as root;
# it stops at the first command that fails.
set -e
install -d -o kamailio -g kamailio -m 750 /var/lib/kamailio
cd /var/lib/kamailio
sqlite3 mc_iwf.db </usr/share/kamailio/db_sqlite/mc_iwf-create.sql
cat /usr/share/kamailio/db_sqlite/standard-create.sql /usr/share/kamailio/db_sqlite/auth_db-create.sql /usr/share/kamailio/db_sqlite/permissions-create.sql | sqlite3 node.db
cat /usr/share/kamailio/mc_iwf/first-message.sql /usr/share/kamailio/mc_iwf/first-call.sql | sqlite3 mc_iwf.db
sqlite3 node.db </usr/share/kamailio/mc_iwf/first-node.sql
chown kamailio:kamailio mc_iwf.db* node.db*
chmod 640 mc_iwf.db* node.db*
