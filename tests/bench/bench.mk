# Instructions per message: needs valgrind, takes some minutes.

BENCH_DECISIONS = build/bench/decisions

.PHONY: bench
## bench       instructions per message and per call, against scripts
bench: $(MC_IWF) $(BENCH_DECISIONS)
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/support \
		$(PYTHON) tests/bench/bench.py
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/support \
		$(PYTHON) tests/bench/sdp.py
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/support \
		$(PYTHON) tests/bench/node_route.py
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/support \
		$(PYTHON) tests/bench/over_isc.py
	@PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=tests/support \
		$(PYTHON) tests/bench/call_time.py

$(BENCH_DECISIONS): tests/bench/decisions.c $(LIBMCLMR)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu11 $(CFLAGS) $(WARNINGS) $(MCLMR_CPPFLAGS) -o $@ $^ \
		$(MCLMR_LIBS)
