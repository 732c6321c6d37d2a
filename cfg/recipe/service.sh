# service.sh: puts the sample node at /opt/mc-server and runs it under systemd. Run
# it in the source tree after make all; it stops at the first command that fails.
set -e
sudo useradd --system --home-dir /var/lib/mc-server mc-server
sudo install -d -m 755 /opt/mc-server
git archive HEAD | sudo tar -x --no-same-owner -C /opt/mc-server
sudo install -m 644 modules/mc_iwf/mc_iwf.so /opt/mc-server/modules/mc_iwf/
sudo install -m 755 modules/mclmr/mclmr /opt/mc-server/modules/mclmr/
sudo cp cfg/mc-server*.service /etc/systemd/system/
sudo systemctl daemon-reload
sudo systemctl enable --now mc-server-media mc-server
