# Instructions per message: needs valgrind, takes some minutes.

.PHONY: bench
## bench       instructions per message: plain, with mc_iwf, scripted
bench: $(MC_IWF)
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/module \
		$(PYTHON) tests/bench/bench.py
