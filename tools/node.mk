# The sample node, the demo, the SIPp scenarios, and installing.

.PHONY: run start stop demo demo-rootkey lab scenarios
## run         the sample node in front, until interrupted
run: all
	tools/node.sh run

## start       the sample node in the background; returns when it answers
start: all
	tools/node.sh start

## stop        ends what start began
stop:
	@tools/node.sh stop

## demo        the main job: keys travel between a client and an IWF
demo: all
	@$(PYTHON) tests/demo/demo.py

## demo-rootkey  an LMR root key for one user, and nobody else
demo-rootkey: $(MCLMR_TOOL)
	@$(PYTHON) tests/demo/rootkey.py

## lab         a laboratory key server for the sample's users, in RUN_DIR/kms
lab: $(MCLMR_TOOL)
	@tools/lab.sh

## scenarios   every SIPp scenario against a node of their own, as a table
scenarios: all
	@$(PYTHON) sipp-scenarios/run.py

## install     the module, the tool, the tables and the guide, under DESTDIR
SHARE = $(DESTDIR)/usr/share
.PHONY: install
install: all
	install -D -m 644 $(MC_IWF) $(DESTDIR)$(KAMAILIO_LIBDIR)/modules/mc_iwf.so
	install -D -m 755 $(MCLMR_TOOL) $(DESTDIR)/usr/bin/mclmr
	for db in sqlite postgres mysql; do \
		install -D -m 644 cfg/db_$$db/mc_iwf-create.sql \
			$(SHARE)/kamailio/db_$$db/mc_iwf-create.sql || exit 1; \
	done
	install -D -m 644 -t $(SHARE)/doc/kamailio-mc-iwf docs/*.md
