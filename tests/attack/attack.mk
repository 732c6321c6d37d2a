# Attacks that are too heavy for the tests of the modules.

.PHONY: attack
## attack      floods of connections, broken messages, calls, users; some minutes
attack: all
	$(PYTHON) -m pytest -q -s tests/attack
