# The sample node, the IMS core, the demo, the SIPp scenarios.

# It has its own folder: its rows are others.
AS = CONFIG=mc-as.cfg RUN_DIR="$${RUN_DIR:-run}/as" tools/node.sh

.PHONY: run start stop run-ims stop-ims demo demo-call demo-ims demo-rootkey lab scenarios
## run         the sample node and its rtpengine in front, until interrupted
run: all
	tools/node.sh run

## start       the same in the background; returns when the node answers
start: all
	tools/node.sh start

## stop        ends what start began
stop:
	@tools/node.sh stop

## run-ims     the node as application server, and an IMS core in front of it:
##             HSS stand-in, P-, I- and S-CSCF; in the background
run-ims: all
	$(AS) start
	tools/ims.sh start || { $(AS) stop; exit 1; }

## stop-ims    ends them
stop-ims:
	@tools/ims.sh stop
	@$(AS) stop

## demo        the main job: keys travel between a client and an IWF
demo: all
	@$(PYTHON) tests/demo/demo.py

## demo-call   an encrypted call through the media relay, and a refused one
demo-call: all $(MEDIA_ENDPOINT)
	@$(PYTHON) tests/demo/demo_call.py

## demo-ims    messages and calls of a client of a real IMS core
demo-ims: all
	@$(PYTHON) tests/demo/demo_ims.py

## demo-rootkey  an LMR root key for one user, and no other
demo-rootkey: $(MCLMR_TOOL)
	@$(PYTHON) tests/demo/rootkey.py

## lab         a laboratory key server for the sample's users, in RUN_DIR/kms
lab: $(MCLMR_TOOL)
	@tools/lab.sh

## scenarios   every SIPp scenario against a node of their own, as a table
scenarios: all
	@$(PYTHON) sipp-scenarios/run.py
