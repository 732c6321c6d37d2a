# mc_iwf.so: built for the very Kamailio binary that will load it.

MC_IWF_DIR = modules/mc_iwf
MC_IWF = $(MC_IWF_DIR)/mc_iwf.so
MC_IWF_SRC = $(wildcard $(MC_IWF_DIR)/*.c)
MC_IWF_OBJ = $(MC_IWF_SRC:%.c=$(OBJ)/%.o)
KAMAILIO_FLAGS = build/kamailio-flags

# In Makefile-built cores (5.x) srdb1 is a library of its own.
SRDB1 = $(wildcard $(KAMAILIO_LIBDIR)/libsrdb1.so.1)
MC_IWF_LIBS = $(SRDB1) $(SRDB1:%=-Wl,-rpath,$(KAMAILIO_LIBDIR)) $(MCLMR_LIBS)

$(KAMAILIO_FLAGS): tools/kamailio-flags.sh $(DEPS)
	@mkdir -p $(@D)
	tools/kamailio-flags.sh $(KAMAILIO_BIN) >$@

$(OBJ)/$(MC_IWF_DIR)/%.o: $(MC_IWF_DIR)/%.c $(KAMAILIO_FLAGS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu11 -fPIC $(CFLAGS) $(WARNINGS) @$(KAMAILIO_FLAGS) \
		-DMOD_NAME='"mc_iwf"' -DMOD_NAMEID=mc_iwf $(MCLMR_CPPFLAGS) \
		-isystem $(KAMAILIO_SRC)/src -MMD -MP -c -o $@ $<

# Linked, then held against the core: same strings, and it loads.
$(MC_IWF): $(MC_IWF_OBJ) $(LIBMCLMR) tools/check-module.sh
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,--exclude-libs,ALL -o $@ $(MC_IWF_OBJ) \
		$(LIBMCLMR) $(MC_IWF_LIBS)
	$(Q)tools/check-module.sh $(KAMAILIO_BIN) $@

-include $(MC_IWF_OBJ:.o=.d)
