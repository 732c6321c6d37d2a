# mc_iwf.so: built for the very Kamailio binary that will load it.

MC_IWF_DIR = modules/mc_iwf
MC_IWF = $(MC_IWF_DIR)/mc_iwf.so
MC_IWF_SRC = $(wildcard $(MC_IWF_DIR)/*.c $(MC_IWF_DIR)/*/*.c)
MC_IWF_OBJ = $(MC_IWF_SRC:%.c=$(OBJ)/%.o)

$(OBJ)/$(MC_IWF_DIR)/%.o: $(MC_IWF_DIR)/%.c $(KAMAILIO_FLAGS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(call kamailio_cflags,mc_iwf) -MMD -MP -c -o $@ $<

# Linked, then held against the core: same strings, and it loads. One that is
# for another core is not.
$(MC_IWF): $(MC_IWF_OBJ) $(LIBMC_COMMON) $(LIBMCLMR) tools/check-module.sh
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--exclude-libs,ALL -o $@ $(MC_IWF_OBJ) \
		$(LIBMC_COMMON) $(LIBMCLMR) $(MC_COMMON_LIBS)
	$(Q)$(if $(filter 1,$(ANY_HEADERS)),,tools/check-module.sh $(KAMAILIO_BIN) $(KAMAILIO_LIBDIR)/modules $@)

-include $(MC_IWF_OBJ:.o=.d)
