# service.sh: the files of the sample node, for the service mc-server. Run it as
# root after the packages or make install; files that are there already stay.
set -e
install -d -m 755 /etc/kamailio/mc-server
cp -rn /usr/share/kamailio/mc_iwf/node/. /etc/kamailio/mc-server/
systemctl daemon-reload
