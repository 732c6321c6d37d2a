# tables-postgres.sh: tables, rights and first rows in the database kamailio of
# PostgreSQL. Run it as postgres; it stops at the first command that fails.
set -e
psql -d kamailio -f /usr/share/kamailio/postgres/standard-create.sql
psql -d kamailio -f /usr/share/kamailio/postgres/auth_db-create.sql
psql -d kamailio -f /usr/share/kamailio/postgres/permissions-create.sql
psql -d kamailio -f /usr/share/kamailio/db_postgres/mc_iwf-create.sql
psql -d kamailio -f /usr/share/kamailio/mc_iwf/rights-postgres.sql
psql -d kamailio -f /usr/share/kamailio/mc_iwf/first-message.sql
psql -d kamailio -f /usr/share/kamailio/mc_iwf/first-call.sql
psql -d kamailio -f /usr/share/kamailio/mc_iwf/first-node.sql
