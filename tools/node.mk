# The sample node, the demo and the SIPp scenarios.

.PHONY: run start stop demo scenarios
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

## scenarios   every SIPp scenario against a node of their own, as a table
scenarios: all
	@$(PYTHON) sipp-scenarios/run.py
