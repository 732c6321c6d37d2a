# tables-postgres.sh: tables, rights and first rows in the database kamailio of
# PostgreSQL. Run it as postgres; it stops at the first command that fails.
set -e
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/postgres/standard-create.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/postgres/auth_db-create.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/postgres/permissions-create.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/postgres/mc_iwf-create.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/mc_iwf/rights-postgres.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/mc_iwf/first-message.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/mc_iwf/first-call.sql
psql -v ON_ERROR_STOP=1 -d kamailio -f /usr/share/kamailio/mc_iwf/first-node.sql
