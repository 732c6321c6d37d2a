# ECCSI and SAKKE beside libwolfssl: random cases each way, and the bench.

WOLFSSL = /usr/include/wolfssl/wolfcrypt/sakke.h
ORACLE_LIBS = -lwolfssl $(MCLMR_LIBS)
ORACLE_SRC = tests/oracle/oracle.c
INTEROP = build/test/interop
INTEROP_CASES ?= 1500
CRYPTO_BENCH = build/bench/crypto

$(INTEROP): tests/oracle/interop.c
$(CRYPTO_BENCH): tests/bench/crypto.c
$(INTEROP) $(CRYPTO_BENCH): $(ORACLE_SRC) tests/oracle/oracle.h $(LIBMCLMR)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu11 $(CFLAGS) $(WARNINGS) $(MCLMR_CPPFLAGS) -Itests \
		-o $@ $(filter %.c,$^) $(LIBMCLMR) $(ORACLE_LIBS)

.PHONY: interop interop-some bench-crypto
## interop     INTEROP_CASES (1500) random cases each way with libwolfssl
interop: $(INTEROP)
	./$(INTEROP) $(INTEROP_CASES)

# What `make test` does of it, on a system that has libwolfssl.
interop-some:
	$(if $(wildcard $(WOLFSSL)),@$(MAKE) --no-print-directory interop \
		INTEROP_CASES=200,@echo "interop: skipped, no $(WOLFSSL)")

bench: bench-crypto
## bench-crypto  ECCSI and SAKKE alone, in units and beside libwolfssl
bench-crypto: $(CRYPTO_BENCH) $(MCLMR_TOOL)
	./$(CRYPTO_BENCH)
	@MCLMR_TOOL=$(MCLMR_TOOL) PYTHONDONTWRITEBYTECODE=1 \
		PYTHONPATH=tests/support $(PYTHON) tests/bench/batch.py
