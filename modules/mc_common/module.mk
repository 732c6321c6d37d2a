# libmc_common.a: Kamailio glue that every module of ours links.

MC_COMMON_DIR = modules/mc_common
LIBMC_COMMON = $(MC_COMMON_DIR)/libmc_common.a
MC_COMMON_SRC = $(wildcard $(MC_COMMON_DIR)/*.c)
MC_COMMON_OBJ = $(MC_COMMON_SRC:%.c=$(OBJ)/%.o)
KAMAILIO_FLAGS = build/kamailio-flags

# In Makefile-built cores (5.x) srdb1 is a library of its own.
SRDB1 = $(wildcard $(KAMAILIO_LIBDIR)/libsrdb1.so.1)
# What a module is linked with.
MC_COMMON_LIBS = $(SRDB1) $(SRDB1:%=-Wl,-rpath,$(KAMAILIO_LIBDIR)) $(MCLMR_LIBS)

# How a file of the module $(1) is built for the Kamailio that will load it.
kamailio_cflags = -std=gnu11 -fPIC $(WARNINGS) @$(KAMAILIO_FLAGS) \
	-DMOD_NAME='"$(1)"' -DMOD_NAMEID=$(1) $(MCLMR_CPPFLAGS) \
	-isystem $(KAMAILIO_SRC)/src

# Asked each time, since Kamailio and its headers change by an upgrade; written,
# and so all is built anew, if they have.
$(KAMAILIO_FLAGS): tools/kamailio-flags.sh $(DEPS) FORCE
	@mkdir -p $(@D)
	$(Q)flags=$$(tools/kamailio-flags.sh $(KAMAILIO_BIN) $(KAMAILIO_SRC)) && \
		if [ "$$flags" != "$$(cat $@ 2>/dev/null)" ] || \
			[ '$(DEPS)' -nt $@ ]; then printf '%s\n' "$$flags" >$@; fi

.PHONY: FORCE
FORCE:

$(OBJ)/$(MC_COMMON_DIR)/%.o: $(MC_COMMON_DIR)/%.c $(KAMAILIO_FLAGS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(call kamailio_cflags,mc_common) -MMD -MP -c -o $@ $<

$(LIBMC_COMMON): $(MC_COMMON_OBJ)
	$(call say,AR)
	$(Q)rm -f $@; $(AR) rcs $@ $^

-include $(MC_COMMON_OBJ:.o=.d)
