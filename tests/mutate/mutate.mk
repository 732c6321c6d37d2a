# Rules taken out one by one: each has to turn a test red. MUTATE=WORDS tries
# only those whose name or file holds the words.

MUTATE_DIR = build/mutate
MUTATE_JOBS = 2
MUTATE =
MUTATIONS = $(addprefix tests/mutate/,policy.txt library.txt tool.txt \
	module.txt routes.txt authentication.txt calls.txt fields.txt watch.txt \
	state.txt share.txt relay.txt build.txt install.txt \
	ims.txt isc.txt tokens.txt)
MUTATE_CC = $(CC) -std=gnu11 -O0 $(MCLMR_CPPFLAGS)
MUTATE_OBJ = $(MCLMR_SRC:%.c=$(MUTATE_DIR)/obj/%.o)
MUTATE_TESTS = $(patsubst %.c,$(MUTATE_DIR)/obj/%.o,$(TEST_SRC))
MUTATE_SHARED = $(TEST_SHARED:build/test/%=$(MUTATE_DIR)/%)

$(MUTATE_DIR)/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(MUTATE_CC) -MMD -MP -c -o $@ $<

-include $(MUTATE_OBJ:.o=.d) $(MUTATE_TESTS:.o=.d) $(MUTATE_SHARED:.o=.d)

.PHONY: mutate
## mutate      each rule of library, module and routes taken out: a test is red
mutate: all $(TEST_TOOL) $(MEDIA_ENDPOINT) $(MUTATE_OBJ) $(MUTATE_TESTS) \
		$(MUTATE_SHARED)
	@$(PYTHON) tests/mutate/mutate.py --jobs $(MUTATE_JOBS) \
		--compile '$(MUTATE_CC)' --libraries '-lcmocka $(MCLMR_LIBS)' \
		--objects '$(MUTATE_OBJ)' --shared '$(MUTATE_SHARED)' \
		--tests '$(MUTATE_TESTS)' --folder $(MUTATE_DIR) \
		--policy $(MCLMR_DIR)/sdp/rule.h --only '$(MUTATE)' $(MUTATIONS)

# The quick half of it: whether all still fit what they are of.
.PHONY: lint-mutations
lint: lint-mutations
lint-mutations:
	$(PYTHON) tests/mutate/texts.py $(MUTATIONS)
