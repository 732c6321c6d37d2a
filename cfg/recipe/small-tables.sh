# small-tables.sh: the two databases of the small server, in the folder in which
# it runs. It stops at the first command that fails.
set -e
sqlite3 mc_iwf.db </usr/share/kamailio/db_sqlite/mc_iwf-create.sql
cat /usr/share/kamailio/db_sqlite/standard-create.sql /usr/share/kamailio/db_sqlite/auth_db-create.sql /usr/share/kamailio/db_sqlite/permissions-create.sql | sqlite3 kamailio.db
