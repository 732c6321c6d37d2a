# Alerts of docs/monitoring: each is caused on a node that Debian's Prometheus
# scrapes. tests/module/test_monitoring.py is the short form.

.PHONY: monitor-test
## monitor-test  each alert of docs/monitoring caused, on a node and Prometheus
monitor-test: all
	$(PYTHON) -m pytest -q -n 2 tests/monitor
