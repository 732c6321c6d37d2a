# Coverage of the media policy by its unit tests: gcov, no sanitizers.

COVERAGE_DIR = build/coverage
COVERAGE_MIN = 95
# What decides on a description, and what it is decided by.
COVERAGE_OF = $(patsubst $(MCLMR_DIR)/%.c,%,$(wildcard $(MCLMR_DIR)/sdp/*.c)) \
	base/text
COVERAGE_TESTS = $(patsubst tests/unit/%.c,$(COVERAGE_DIR)/%, \
	$(wildcard tests/unit/test_policy_*.c tests/unit/test_relay_*.c) \
	$(addprefix tests/unit/test_,sdp.c profile.c negotiation.c \
		sdp_outline.c explain.c text.c))
COVERAGE_OBJ = $(MCLMR_SRC:%.c=$(COVERAGE_DIR)/obj/%.o)
COVERAGE_SHARED = $(TEST_SHARED:build/test/%=$(COVERAGE_DIR)/%)
COVERAGE_CC = $(CC) -std=gnu11 -O0 -g --coverage $(WARNINGS) $(MCLMR_CPPFLAGS)

$(COVERAGE_DIR)/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COVERAGE_CC) -MMD -MP -c -o $@ $<

$(COVERAGE_DIR)/test_%: tests/unit/test_%.c $(COVERAGE_OBJ) $(COVERAGE_SHARED)
	$(call say,CC)
	$(Q)$(COVERAGE_CC) -o $@ $^ -lcmocka $(MCLMR_LIBS)

-include $(COVERAGE_OBJ:.o=.d) $(COVERAGE_SHARED:.o=.d)

.SECONDARY: $(COVERAGE_OBJ) $(COVERAGE_SHARED)

.PHONY: coverage
## coverage    lines and branches of the media policy that its tests reach
coverage: $(COVERAGE_TESTS)
	@find $(COVERAGE_DIR) -name '*.gcda' -delete
	@for t in $(COVERAGE_TESTS); do \
		./$$t >$(COVERAGE_DIR)/log 2>&1 || { cat $(COVERAGE_DIR)/log; exit 1; }; \
	done
	@$(PYTHON) tests/coverage/report.py $(COVERAGE_MIN) \
		$(COVERAGE_OF:%=$(COVERAGE_DIR)/obj/$(MCLMR_DIR)/%.o)
