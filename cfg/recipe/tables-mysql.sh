# tables-mysql.sh: tables, rights and first rows in the database kamailio of MySQL
# or MariaDB. Run it as root; it stops at the first command that fails.
set -e
mariadb kamailio </usr/share/kamailio/mysql/standard-create.sql
mariadb kamailio </usr/share/kamailio/mysql/auth_db-create.sql
mariadb kamailio </usr/share/kamailio/mysql/permissions-create.sql
mariadb kamailio </usr/share/kamailio/mysql/mc_iwf-create.sql
mariadb kamailio </usr/share/kamailio/mc_iwf/rights-mysql.sql
mariadb kamailio </usr/share/kamailio/mc_iwf/first-message.sql
mariadb kamailio </usr/share/kamailio/mc_iwf/first-call.sql
mariadb kamailio </usr/share/kamailio/mc_iwf/first-node.sql
