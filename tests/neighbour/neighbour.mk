# mc_neighbour.so, a second module that links mc_common: loaded beside mc_iwf
# by tests/module/test_neighbour.py.

NEIGHBOUR_DIR = build/neighbour
NEIGHBOUR_SO = $(NEIGHBOUR_DIR)/mc_neighbour.so

$(NEIGHBOUR_DIR)/neighbour.o: tests/neighbour/neighbour.c $(KAMAILIO_FLAGS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) $(call kamailio_cflags,mc_neighbour) -MMD -MP -c -o $@ $<

$(NEIGHBOUR_SO): $(NEIGHBOUR_DIR)/neighbour.o $(LIBMC_COMMON) $(LIBMCLMR)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,--exclude-libs,ALL -o $@ $^ \
		$(MC_COMMON_LIBS)

-include $(NEIGHBOUR_DIR)/neighbour.d
