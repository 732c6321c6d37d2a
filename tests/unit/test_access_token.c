/* SPDX-License-Identifier: GPL-2.0-or-later */

/* access_token: the token is read from its one place, whole or not at all. */
#include <stdio.h>

#include "mclmr/sip/access_token.h"
#include "spans.h"

#define NS " xmlns=\"urn:3gpp:ns:mcpttInfo:1.0\""
#define DOCUMENT(params) "<mcpttinfo" NS ">" params "</mcpttinfo>"
#define PARAMS(inside) DOCUMENT("<mcptt-Params>" inside "</mcptt-Params>")
#define STRING(text) "<mcpttString>" text "</mcpttString>"
#define TOKEN(inside) "<mcptt-access-token>" inside "</mcptt-access-token>"
#define TYPED(type, inside) \
	"<mcptt-access-token type=\"" type "\">" inside "</mcptt-access-token>"
#define BAD MCLMR_XML_MALFORMED

static char memory[32768];

static const struct
{
	const char *document;
	mclmr_service_t service; /* NONE: MCPTT */
	mclmr_status_t status;
	bool present, encrypted;
	const char *value;
} rows[] = {
		{PARAMS(TOKEN(STRING("a.b.c"))), .present = true, .value = "a.b.c"},
		{PARAMS(TYPED("Normal", "\r\n" STRING(" a.b.c\n") " ")),
				.present = true, .value = "a.b.c"},
		{PARAMS(TYPED("Encrypted", "<x><y>z</y></x>")), .present = true,
				.encrypted = true, .value = ""},
		{PARAMS(TYPED("normal", STRING("a"))), .present = true,
				.encrypted = true, .value = ""},
		{PARAMS("<mcptt-client-id>" STRING("a") "</mcptt-client-id>"),
				.value = ""},
		{PARAMS("<anyExt>" TOKEN(STRING("a")) "</anyExt>"), .value = ""},
		{DOCUMENT(TOKEN(STRING("a"))), .value = ""},
		{DOCUMENT("<x>" TOKEN(STRING("a")) "</x>"), .value = ""},
		{PARAMS("<mcptt-access-token xmlns=\"x\">" STRING(
				 "a") "</mcptt-access-token>"),
				.value = ""},
		{PARAMS("<mcptt-access-token xmlns=\"urn:3gpp:ns:mcdataInfo:1.0\"/>"),
				.value = ""},
		{PARAMS("<mcptt-access-token xmlns=\"urn:3gpp:ns:mcpttInfo:2.0\"/>"),
				.value = ""},
		{PARAMS(TOKEN("")), .present = true, .value = ""},
		{PARAMS(TOKEN(STRING("a")) TOKEN(STRING("b"))), .status = BAD},
		{PARAMS(TOKEN(STRING("a")) TOKEN("")), .status = BAD},
		{PARAMS(TOKEN(STRING("a") STRING("b"))), .status = BAD},
		{PARAMS(TOKEN("a")), .status = BAD},
		{PARAMS(TOKEN(STRING("a") "b")), .status = BAD},
		{PARAMS(TOKEN(STRING("a<x/>b"))), .status = BAD},
		{PARAMS(TOKEN("<mcpttURI>sip:a@b</mcpttURI>")), .status = BAD},
		{PARAMS(TOKEN(STRING("a"))), .service = MCLMR_SERVICE_MCDATA,
				.status = BAD},
		{"<mcdatainfo xmlns=\"urn:3gpp:ns:mcdataInfo:1.0\"><mcdata-Params>"
		 "<mcdata-access-token><mcdataString>a</mcdataString>"
		 "</mcdata-access-token></mcdata-Params></mcdatainfo>",
				.service = MCLMR_SERVICE_MCDATA, .present = true, .value = "a"},
		{"<mcpttinfo><mcptt-Params/></mcpttinfo>", .status = BAD},
		{PARAMS(TOKEN(STRING("a"))) "x", .status = BAD},
};

static void test_rows(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_identity_t token;
		mclmr_status_t status = mclmr_access_token_read(
				rows[i].service != MCLMR_SERVICE_NONE ? rows[i].service
													  : MCLMR_SERVICE_MCPTT,
				mclmr_span(rows[i].document), &arena, &token);

		if(status != rows[i].status || token.present != rows[i].present
				|| token.encrypted != rows[i].encrypted)
			fail_msg("row %zu: %s", i, mclmr_status_word(status));
		assert_text(token.value, rows[i].value != NULL ? rows[i].value : "");
	}
}

/* Reads a token of n octets into an arena of so many. */
static mclmr_status_t read_token_of(size_t n, size_t room)
{
	static char document[2 * MCLMR_ACCESS_TOKEN_MAX];
	static char text[MCLMR_ACCESS_TOKEN_MAX + 1];
	mclmr_arena_t arena = mclmr_arena(memory, room);
	mclmr_identity_t token;
	mclmr_status_t status;
	int len;

	memset(text, 'x', n);
	len = snprintf(document, sizeof(document), PARAMS(TOKEN(STRING("%.*s"))),
			(int)n, text);
	status = mclmr_access_token_read(MCLMR_SERVICE_MCPTT,
			(mclmr_span_t){document, (size_t)len}, &arena, &token);
	assert_int_equal(token.value.len, status == MCLMR_OK ? n : 0);
	assert_int_equal(token.present, status == MCLMR_OK);
	return status;
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(
			read_token_of(MCLMR_ACCESS_TOKEN_MAX, sizeof(memory)), MCLMR_OK);
	assert_int_equal(read_token_of(MCLMR_ACCESS_TOKEN_MAX + 1, sizeof(memory)),
			MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(read_token_of(100, 99), MCLMR_LIMIT_EXCEEDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_rows),
			cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("access_token", tests, NULL, NULL);
}
