# libmclmr.a, the protocol library, and mclmr, the command line over it.

MCLMR_DIR = modules/mclmr
LIBMCLMR = $(MCLMR_DIR)/libmclmr.a
MCLMR_TOOL = $(MCLMR_DIR)/mclmr

# IFMA=0 leaves the AVX-512 engine of SAKKE out; else it is built for x86-64 and
# used if the CPU has it.
IFMA ?= $(if $(filter x86_64%,$(shell $(CC) -dumpmachine 2>/dev/null)),1,0)
IFMA := $(IFMA)

# From the lowest floor to the highest; tools/floors.py holds the order.
MCLMR_FLOORS = base sip crypto $(if $(filter 1,$(IFMA)),crypto/ifma) directory binding \
	sdp keys decide
MCLMR_SRC = $(foreach floor,$(MCLMR_FLOORS),$(wildcard $(MCLMR_DIR)/$(floor)/*.c))
MCLMR_TOOL_SRC = $(wildcard $(MCLMR_DIR)/tool/*.c)
MCLMR_OBJ = $(MCLMR_SRC:%.c=$(OBJ)/%.o)
MCLMR_TOOL_OBJ = $(MCLMR_TOOL_SRC:%.c=$(OBJ)/%.o)

MCLMR_CPPFLAGS = -Imodules $(if $(filter 1,$(IFMA)),-DMCLMR_IFMA) $(shell pkg-config --cflags libxml-2.0 libcrypto cjose jansson)
MCLMR_LIBS = $(shell pkg-config --libs libxml-2.0 libcrypto cjose jansson)

$(OBJ)/$(MCLMR_DIR)/%.o: $(MCLMR_DIR)/%.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu11 -fPIC $(CPPFLAGS) $(CFLAGS) $(WARNINGS) $(MCLMR_CPPFLAGS) -MMD -MP \
		-c -o $@ $<

# Whether there is a second engine is compiled into one object of each build.
IFMA_STAMP = build/ifma-$(IFMA)
$(IFMA_STAMP):
	@mkdir -p $(@D); rm -f build/ifma-*; touch $@
$(patsubst %,%/$(MCLMR_DIR)/crypto/sakke_engine.o,$(OBJ) build/test/obj \
	build/mutate/obj build/coverage/obj): $(IFMA_STAMP)

$(LIBMCLMR): $(MCLMR_OBJ)
	$(call say,AR)
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(MCLMR_TOOL): $(MCLMR_TOOL_OBJ) $(LIBMCLMR)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(MCLMR_LIBS)

-include $(MCLMR_OBJ:.o=.d) $(MCLMR_TOOL_OBJ:.o=.d)
