# libmclmr.a, the protocol library, and mclmr, the command line over it.

MCLMR_DIR = modules/mclmr
LIBMCLMR = $(MCLMR_DIR)/libmclmr.a
MCLMR_TOOL = $(MCLMR_DIR)/mclmr

# The tool's files are tool.c and tool_*.c; all others are the library.
MCLMR_TOOL_SRC = $(wildcard $(MCLMR_DIR)/tool*.c)
MCLMR_SRC = $(filter-out $(MCLMR_TOOL_SRC),$(wildcard $(MCLMR_DIR)/*.c))
MCLMR_OBJ = $(MCLMR_SRC:%.c=$(OBJ)/%.o)
MCLMR_TOOL_OBJ = $(MCLMR_TOOL_SRC:%.c=$(OBJ)/%.o)

MCLMR_CPPFLAGS = -Imodules $(shell pkg-config --cflags libxml-2.0 libcrypto)
MCLMR_LIBS = $(shell pkg-config --libs libxml-2.0 libcrypto)

$(OBJ)/$(MCLMR_DIR)/%.o: $(MCLMR_DIR)/%.c | $(DEPS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu11 -fPIC $(CFLAGS) $(WARNINGS) $(MCLMR_CPPFLAGS) -MMD -MP \
		-c -o $@ $<

$(LIBMCLMR): $(MCLMR_OBJ)
	$(call say,AR)
	$(Q)rm -f $@; ar rcs $@ $^

$(MCLMR_TOOL): $(MCLMR_TOOL_OBJ) $(LIBMCLMR)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(MCLMR_LIBS)

-include $(MCLMR_OBJ:.o=.d) $(MCLMR_TOOL_OBJ:.o=.d)
