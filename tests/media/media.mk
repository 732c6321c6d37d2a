# The endpoints that send and receive media in the tests.

MEDIA_SRC = $(wildcard tests/media/*.c)
MEDIA_OBJ = $(MEDIA_SRC:%.c=build/test/obj/%.o)
MEDIA_ENDPOINT = build/test/media_endpoint
MEDIA_LIBS = $(shell pkg-config --libs libssl libsrtp2) $(MCLMR_LIBS)

$(MEDIA_ENDPOINT): $(MEDIA_OBJ) $(TEST_OBJ)
	$(call say,CC)
	$(Q)$(CC) $(TEST_CFLAGS) -o $@ $^ $(MEDIA_LIBS)

-include $(MEDIA_OBJ:.o=.d)
