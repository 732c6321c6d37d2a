# Unit tests (cmocka, ASan, UBSan), module tests (pytest), fuzzing.

SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_CFLAGS = -std=gnu11 -O1 -g $(SANITIZE) $(WARNINGS) $(MCLMR_CPPFLAGS)
TEST_SRC = $(wildcard tests/unit/test_*.c)
TEST_BIN = $(TEST_SRC:tests/unit/%.c=build/test/%)
TEST_OBJ = $(MCLMR_SRC:%.c=build/test/obj/%.o)
TEST_TOOL = build/test/mclmr
TEST_TOOL_OBJ = $(MCLMR_TOOL_SRC:%.c=build/test/obj/%.o)

build/test/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -c -o $@ $<

# What the tests share: tables of media policy, memory of stores.
TEST_SHARED = $(addprefix build/test/obj/tests/unit/,policy_rows.o heap.o)

# One program a noun; files they read are found from the top folder.
build/test/test_%: tests/unit/test_%.c $(TEST_OBJ) $(TEST_SHARED)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -MMD -MP -o $@ $< $(filter %.o,$^) -lcmocka \
		$(MCLMR_LIBS)

# The command line under the sanitizers, for the tests that drive it.
$(TEST_TOOL): $(TEST_TOOL_OBJ) $(TEST_OBJ)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -o $@ $^ $(MCLMR_LIBS)

-include $(TEST_BIN:=.d) $(TEST_OBJ:.o=.d) $(TEST_SHARED:.o=.d) \
	$(TEST_TOOL_OBJ:.o=.d)

include tests/media/media.mk
include tests/locks/locks.mk
include tests/neighbour/neighbour.mk

MEMCHECK = test_open or test_wrong_kms or test_revoked or test_make_forms \
	or test_round_trip

# RUNNER runs programs of another processor.
.PHONY: test unit-test module-test fuzz
## test        all tests: library, command line, modules; prints the totals
test: unit-test interop-some module-test

unit-test: $(TEST_BIN)
	@mkdir -p build/test; rm -f build/test/unit.log; \
	for t in $(TEST_BIN); do \
		$(RUNNER) ./$$t >build/test/last.log 2>&1; code=$$?; \
		cat build/test/last.log | tee -a build/test/unit.log; \
		[ $$code = 0 ] || exit 1; \
	done; \
	sed -nE 's/.*  PASSED  . ([0-9]+) test.*/\1/p' build/test/unit.log | \
		awk '{n += $$1} END {print "unit tests: " n " passed, 0 failed"}'

# They wait for timers more than they work: four at a time, on two cores.
## module-test  the modules alone; SEED=n: in the random order of that number
module-test: all man $(TEST_TOOL) $(MEDIA_ENDPOINT) $(LOCKS_SO) \
		$(NEIGHBOUR_SO)
	$(PYTHON) -m pytest -q -rsfE -n 4 tests/module

## memcheck    what opens and makes messages with keys, under valgrind
.PHONY: memcheck
memcheck: $(MCLMR_TOOL)
	MCLMR_TOOL=tests/valgrind.sh $(PYTHON) -m pytest -q \
		tests/module/test_tool_mikey.py tests/module/test_tool_key.py \
		-k "$(MEMCHECK)"

## load        200 calls at one instant, twice, and 1,000 messages a second for
##             a minute; memory has to come back. A million users are loaded,
##             loaded anew and changed while messages pass
.PHONY: load
load: all
	LOAD_CALLS=200 LOAD_ROUNDS=2 $(PYTHON) -m pytest -q -s \
		tests/module/test_call_load.py
	LOAD_RATE=1000 $(PYTHON) -m pytest -q -s -rs tests/module/test_rate.py
	LOAD_USERS=1000000 $(PYTHON) -m pytest -q -s \
		tests/module/test_many_users.py

FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN = $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)
FUZZ_OBJ = $(MCLMR_SRC:%.c=build/fuzz/obj/%.o)
FUZZ_CC = clang -std=gnu11 -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all $(MCLMR_CPPFLAGS)

build/fuzz/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(FUZZ_CC) -MMD -MP -c -o $@ $<

build/fuzz/fuzz_%: build/fuzz/obj/tests/fuzz/fuzz_%.o $(FUZZ_OBJ)
	$(call say,LD)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer -o $@ $^ $(MCLMR_LIBS)

.PRECIOUS: build/fuzz/obj/%.o

-include $(FUZZ_OBJ:.o=.d) $(FUZZ_SRC:%.c=build/fuzz/obj/%.d)

## fuzz        every fuzz target for FUZZ_TIME seconds (60), corpus first
fuzz: $(FUZZ_BIN)
	@for t in $(FUZZ_BIN); do \
		name=$$(basename $$t); mkdir -p build/fuzz/new/$$name; \
		echo "== $$name, $(FUZZ_TIME) s"; \
		$$t -max_total_time=$(FUZZ_TIME) -max_len=70000 -print_final_stats=1 \
			-artifact_prefix=build/fuzz/ build/fuzz/new/$$name \
			tests/fuzz/corpus/$${name#fuzz_} || exit 1; \
	done
