# Attacks that are too heavy for the tests of the modules.

.PHONY: attack
## attack      floods: thousands of idle and slow connections; some minutes
attack: all
	PYTHONPATH=tests/module $(PYTHON) -m pytest -q -s tests/attack
