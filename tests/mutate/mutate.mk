# Rules of the media policy taken out one by one: each has to turn a test red.

MUTATE_DIR = build/mutate
MUTATE_JOBS = 2
MUTATIONS = tests/mutate/mutations.txt
MUTATE_CC = $(CC) -std=gnu11 -O0 $(MCLMR_CPPFLAGS) -I$(MCLMR_DIR)
MUTATE_OBJ = $(MCLMR_SRC:%.c=$(MUTATE_DIR)/obj/%.o)
MUTATE_TESTS = $(patsubst %.c,$(MUTATE_DIR)/obj/%.o, \
	$(wildcard tests/unit/test_policy_*.c) \
	$(addprefix tests/unit/test_,sdp.c profile.c negotiation.c \
		sdp_outline.c explain.c))
MUTATE_ROWS = $(MUTATE_DIR)/obj/tests/unit/policy_rows.o

$(MUTATE_DIR)/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(MUTATE_CC) -MMD -MP -c -o $@ $<

-include $(MUTATE_OBJ:.o=.d) $(MUTATE_TESTS:.o=.d) $(MUTATE_ROWS:.o=.d)

.PHONY: mutate
## mutate      each rule of the media policy taken out: a test has to go red
mutate: $(MUTATE_OBJ) $(MUTATE_TESTS) $(MUTATE_ROWS)
	@$(PYTHON) tests/mutate/mutate.py --jobs $(MUTATE_JOBS) \
		--compile '$(MUTATE_CC)' --libraries '-lcmocka $(MCLMR_LIBS)' \
		--objects '$(MUTATE_OBJ) $(MUTATE_ROWS)' --tests '$(MUTATE_TESTS)' \
		--folder $(MUTATE_DIR) --sources $(MCLMR_DIR) \
		$(MUTATIONS)
