# The sample node, the demo, the SIPp scenarios, and installing.

.PHONY: run start stop demo demo-call demo-rootkey lab scenarios
## run         the sample node and its rtpengine in front, until interrupted
run: all
	tools/node.sh run

## start       the same in the background; returns when the node answers
start: all
	tools/node.sh start

## stop        ends what start began
stop:
	@tools/node.sh stop

## demo        the main job: keys travel between a client and an IWF
demo: all
	@$(PYTHON) tests/demo/demo.py

## demo-call   an encrypted call through the media relay, and a refused one
demo-call: all $(MEDIA_ENDPOINT)
	@$(PYTHON) tests/demo/demo_call.py

## demo-rootkey  an LMR root key for one user, and no other
demo-rootkey: $(MCLMR_TOOL)
	@$(PYTHON) tests/demo/rootkey.py

## lab         a laboratory key server for the sample's users, in RUN_DIR/kms
lab: $(MCLMR_TOOL)
	@tools/lab.sh

## scenarios   every SIPp scenario against a node of their own, as a table
scenarios: all
	@$(PYTHON) sipp-scenarios/run.py

## install     module, tool, tables, profiles, recipes, documents, under DESTDIR
SHARE = $(DESTDIR)/usr/share
POLICIES_INI = $(DESTDIR)/etc/kamailio/mc_iwf/policies.ini
.PHONY: install
install: all
	install -D -m 644 $(MC_IWF) $(DESTDIR)$(KAMAILIO_LIBDIR)/modules/mc_iwf.so
	install -D -m 755 $(MCLMR_TOOL) $(DESTDIR)/usr/bin/mclmr
	for db in sqlite postgres mysql; do \
		install -D -m 644 cfg/db_$$db/mc_iwf-create.sql \
			$(SHARE)/kamailio/db_$$db/mc_iwf-create.sql || exit 1; \
	done
	test -e $(POLICIES_INI) || \
		install -D -m 644 cfg/policies.ini $(POLICIES_INI)
	install -D -m 644 -t $(SHARE)/kamailio/mc_iwf cfg/recipe/* \
		cfg/sample-offer.sdp cfg/sample-answer.sdp
	install -D -m 644 -t $(SHARE)/doc/kamailio-mc-iwf docs/*.md
