# mc_iwf.so with checks that locks are held when they have to be: loaded by
# tests/module/test_locks.py.

LOCKS_DIR = build/locks
LOCKS_OBJ = $(patsubst %.c,$(LOCKS_DIR)/obj/%.o,$(MC_IWF_SRC) $(MC_COMMON_SRC))
LOCKS_HELD = $(LOCKS_DIR)/obj/tests/locks/held.o
LOCKS_SO = $(LOCKS_DIR)/mc_iwf.so
LOCKS_CC = $(CC) -std=gnu11 -fPIC -O1 -g $(WARNINGS) @$(KAMAILIO_FLAGS) \
	-DMOD_NAME='"mc_iwf"' -DMOD_NAMEID=mc_iwf $(MCLMR_CPPFLAGS) \
	-isystem $(KAMAILIO_SRC)/src -MMD -MP

$(LOCKS_DIR)/obj/$(MC_IWF_DIR)/data/store.o: HELD = -DHELD_STORE

$(LOCKS_DIR)/obj/modules/%.o: modules/%.c $(KAMAILIO_FLAGS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(LOCKS_CC) $(HELD) -include tests/locks/held.h -c -o $@ $<

$(LOCKS_HELD): tests/locks/held.c $(KAMAILIO_FLAGS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(LOCKS_CC) -DHELD_STORE -c -o $@ $<

$(LOCKS_SO): $(LOCKS_OBJ) $(LOCKS_HELD) $(LIBMCLMR)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,--exclude-libs,ALL -o $@ $(LOCKS_OBJ) \
		$(LOCKS_HELD) $(LIBMCLMR) $(MC_COMMON_LIBS)

-include $(LOCKS_OBJ:.o=.d) $(LOCKS_HELD:.o=.d)
