# Unit tests (cmocka, ASan, UBSan), module tests (pytest), fuzzing.

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_CFLAGS = -std=gnu11 -O1 -g $(SANITIZE) $(WARNINGS) $(MCLMR_CPPFLAGS)
TEST_SRC = $(wildcard tests/unit/test_*.c)
TEST_BIN = $(TEST_SRC:tests/unit/%.c=build/test/%)
TEST_OBJ = $(MCLMR_SRC:%.c=build/test/obj/%.o)
TEST_TOOL = build/test/mclmr

build/test/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

# One program a noun; files they read are found from the top folder.
build/test/test_%: tests/unit/test_%.c $(TEST_OBJ)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(TEST_OBJ) -lcmocka $(MCLMR_LIBS)

# The command line under the sanitizers, for the tests that drive it.
$(TEST_TOOL): $(MCLMR_TOOL_SRC:%.c=build/test/obj/%.o) $(TEST_OBJ)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -o $@ $^ $(MCLMR_LIBS)

-include $(TEST_BIN:=.d) $(TEST_OBJ:.o=.d)

.PHONY: test unit-test module-test fuzz
## test        all tests: library, command line, modules; prints the totals
test: unit-test interop-some module-test

unit-test: $(TEST_BIN)
	@mkdir -p build/test; rm -f build/test/unit.log; \
	for t in $(TEST_BIN); do \
		./$$t >build/test/last.log 2>&1; code=$$?; \
		cat build/test/last.log | tee -a build/test/unit.log; \
		[ $$code = 0 ] || exit 1; \
	done; \
	sed -nE 's/.*  PASSED  . ([0-9]+) test.*/\1/p' build/test/unit.log | \
		awk '{n += $$1} END {print "unit tests: " n " passed, 0 failed"}'

module-test: all $(TEST_TOOL)
	$(PYTHON) -m pytest -q -rs -n 2 tests/module

FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN = $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)

build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(MCLMR_SRC) | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)clang -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all $(MCLMR_CPPFLAGS) -o $@ $< $(MCLMR_SRC) \
		$(MCLMR_LIBS)

## fuzz        every fuzz target for FUZZ_TIME seconds (60), corpus first
fuzz: $(FUZZ_BIN)
	@for t in $(FUZZ_BIN); do \
		name=$$(basename $$t); mkdir -p build/fuzz/new/$$name; \
		echo "== $$name, $(FUZZ_TIME) s"; \
		$$t -max_total_time=$(FUZZ_TIME) -max_len=70000 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/ build/fuzz/new/$$name \
			tests/fuzz/corpus/$${name#fuzz_} || exit 1; \
	done
