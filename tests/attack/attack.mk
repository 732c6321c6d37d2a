# Attacks that are too heavy for the tests of the modules: floods at the rates
# of docs/operations.md, octets changed, faults under traffic. All of it is on
# loopback and ends by itself; tests/module/test_mutants.py is the short form.

.PHONY: attack
## attack      floods, mutants, faults under traffic; under 30 minutes
attack: all
	$(PYTHON) -m pytest -q -s tests/attack
