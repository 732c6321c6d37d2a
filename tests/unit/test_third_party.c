/* SPDX-License-Identifier: GPL-2.0-or-later */

/* third_party: what S-CSCFs send, as captured from Kamailio 5.6, and what an
 * attacker puts into it. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sip/multipart.h"
#include "mclmr/sip/third_party.h"
#include "spans.h"

#define ALICE "<sip:alice@mc.example.org>"
#define MALFORMED "<sip:alice@mc.example.org, tel:+15550001>"
#define SCSCF "<sip:127.0.0.5:5060>"
#define INFO "application/vnd.3gpp.mcptt-info+xml"
#define SIP "message/sip"
#define MIXED "multipart/mixed;boundary=b"
#define DEEP "multipart/mixed;boundary=c"
#define PART(type, content) \
	"--b\r\nContent-Type: " type "\r\n\r\n" content "\r\n"
#define INNER(to, type, content)                                     \
	"REGISTER sip:mc.example.org SIP/2.0\r\nMax-Forwards: 67\r\n" to \
	"\r\nContent-Type: " type "\r\n\r\n" content
#define TO_ALICE "To: " ALICE

static char memory[65536];

static const struct
{
	const char *value;
	const char *keys; /* blanks between */
	bool more;
} sets[] = {
		{"", "", false},
		{MALFORMED, "sip:alice@mc.example.org tel:+15550001", false},
		{"<sip:a@b, tel:+1, sip:c@d>", "sip:a@b tel:+1 sip:c@d", false},
		{"<sip:a@b, <tel:+1>", "sip:a@b tel:+1", false},
		{"<sip:a@b, tel:+1", "sip:a@b tel:+1", false},
		{"<sip:a@b, tel:+1>, <sip:c@d>", "sip:a@b tel:+1 sip:c@d", false},
		{ALICE ", <tel:+1-555>, \"A, B\" <sip:c@d>;x=y",
				"sip:alice@mc.example.org tel:+1555 sip:c@d", false},
		{"<sip:a,tel@b>", "sip:a,tel@b", false},
		{"\"<sip:a@b>, x\" <bad>, tel:+2", "tel:+2", false},
		{"\"x, sip:a@b, y\" <bad>, tel:+2", "tel:+2", false},
		{"<sip:a@b>, <sips:A@B>, <sip:a@b>", "sip:a@b sip:A@b", false},
		{"<http://a/>, <>, <, x", "", false},
		{"<tel:+1>,<tel:+2>,<tel:+3>,<tel:+4>,<tel:+5>,<tel:+6>,<tel:+7>,"
		 "<tel:+8>,<tel:+9>,<tel:+10>,<tel:+11>,<tel:+12>,<tel:+13>,"
		 "<tel:+14>,<tel:+15>,<tel:+16>,<tel:+17>",
				"tel:+1 tel:+2 tel:+3 tel:+4 tel:+5 tel:+6 tel:+7 tel:+8 "
				"tel:+9 tel:+10 tel:+11 tel:+12 tel:+13 tel:+14 tel:+15 "
				"tel:+16",
				true},
};

static void test_sets(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(sets); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_implicit_set_t set = {0};
		char keys[512] = "";
		size_t n = 0;

		mclmr_implicit_set_add(&set, mclmr_span(sets[i].value), &arena);
		for(size_t k = 0; k < set.n; k++)
			n += (size_t)snprintf(keys + n, sizeof(keys) - n, "%s%.*s",
					k > 0 ? " " : "", MCLMR_FMT(set.key[k]));
		assert_string_equal(keys, sets[i].keys);
		assert_int_equal(set.more, sets[i].more);
	}
}

static const struct
{
	const char *type;
	const char *body;
	mclmr_third_party_inner_t inner;
	mclmr_mime_rule_t broken;
	const char *info;
} bodies[] = {
		{"", "", MCLMR_INNER_NONE, MCLMR_MIME_KEPT, ""},
		{"application/3gpp-ims+xml", "<ims-3gpp/>", MCLMR_INNER_NONE,
				MCLMR_MIME_KEPT, ""},
		{INFO, "x", MCLMR_INNER_NONE, MCLMR_MIME_KEPT, "x"},
		{SIP, INNER(TO_ALICE, INFO, "x"), MCLMR_INNER_OWN, MCLMR_MIME_KEPT,
				"x"},
		{SIP, INNER("t: <tel:+1-5550001>", INFO, "x"), MCLMR_INNER_OWN,
				MCLMR_MIME_KEPT, "x"},
		{SIP, INNER("To:\r\n <sip:bob@mc.example.org>", INFO, "x"),
				MCLMR_INNER_FOREIGN, MCLMR_MIME_KEPT, ""},
		{SIP, INNER(TO_ALICE "\r\nt: <sip:bob@mc.example.org>", INFO, "x"),
				MCLMR_INNER_FOREIGN, MCLMR_MIME_KEPT, ""},
		{SIP, INNER("From: " ALICE, INFO, "x"), MCLMR_INNER_FOREIGN,
				MCLMR_MIME_KEPT, ""},
		{SIP, "INVITE sip:a@b SIP/2.0\r\n" TO_ALICE "\r\n\r\n",
				MCLMR_INNER_NONE, MCLMR_MIME_KEPT, ""},
		{"message/rfc822", INNER(TO_ALICE, INFO, "x"), MCLMR_INNER_NONE,
				MCLMR_MIME_KEPT, ""},
		{"message/partial", INNER(TO_ALICE, INFO, "x"), MCLMR_INNER_NONE,
				MCLMR_MIME_KEPT, ""},
		{MIXED,
				PART("text/plain", "y")
						PART(SIP, INNER(TO_ALICE, DEEP,
										  "--c\r\nContent-Type: " INFO
										  "\r\n\r\nx\r\n--c--")) "--b--",
				MCLMR_INNER_OWN, MCLMR_MIME_KEPT, "x"},
		{MIXED, PART(INFO, "x") PART(INFO, "y") "--b--", MCLMR_INNER_NONE,
				MCLMR_MIME_INFO_PLACE, ""},
		{MIXED, PART(INFO, "x") PART(SIP, INNER(TO_ALICE, DEEP, "y")) "--b--",
				MCLMR_INNER_OWN, MCLMR_MIME_UNDELIMITED, ""},
		{MIXED,
				PART(SIP "\r\nContent-Transfer-Encoding: base64",
						"eA==") "--b--",
				MCLMR_INNER_NONE, MCLMR_MIME_COMPOSITE, ""},
		{MIXED,
				PART(SIP, "") PART(SIP, "") PART(SIP, "") PART(SIP, "")
						PART(SIP, "") PART(SIP, "") PART(SIP, "") PART(SIP, "")
								PART(INFO, "x") "--b--",
				MCLMR_INNER_NONE, MCLMR_MIME_KEPT, "x"},
		{MIXED,
				PART(SIP, "") PART(SIP, "") PART(SIP, "") PART(SIP, "")
						PART(SIP, "") PART(SIP, "") PART(SIP, "") PART(SIP, "")
								PART(SIP, "") "--b--",
				MCLMR_INNER_NONE, MCLMR_MIME_LIMIT, ""},
};

static void test_bodies(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(bodies); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_third_party_fields_t fields = {
				.to = MCLMR_SPAN(ALICE ";tag=1"),
				.contact = MCLMR_SPAN(SCSCF),
				.expires = MCLMR_SPAN("720"),
				.associated = MCLMR_SPAN(MALFORMED),
				.content_type = mclmr_span(bodies[i].type),
				.body = mclmr_span(bodies[i].body),
		};
		mclmr_third_party_t read;

		assert_null(mclmr_third_party_read(&fields, &arena, &read));
		if(read.broken != bodies[i].broken || read.inner != bodies[i].inner)
			fail_msg("body %zu: %s, inner %d", i,
					mclmr_mime_rule_word(read.broken), (int)read.inner);
		assert_text(read.info[MCLMR_SERVICE_MCPTT], bodies[i].info);
		assert_text(read.impu, "sip:alice@mc.example.org");
		assert_text(read.scscf, "sip:127.0.0.5:5060");
		assert_int_equal(read.set.n, 2);
	}
}

/* Reads a REGISTER within one whose header has n octets. */
static mclmr_mime_rule_t read_header_of(int n)
{
	static const char info[] = "Content-Type: " INFO "\r\n";
	static char body[2 * MCLMR_MAX_MESSAGE_HEADERS];
	static const char start[] = "REGISTER sip:b SIP/2.0\r\n";
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	int fill = n - (int)strlen(info) - (int)strlen(TO_ALICE "\r\nA:\r\n");
	int len = snprintf(body, sizeof(body), "%s%s%s\r\nA:%*s\r\n\r\nx", start,
			info, TO_ALICE, fill, "a");
	mclmr_third_party_fields_t fields = {
			.to = MCLMR_SPAN(ALICE),
			.contact = MCLMR_SPAN(SCSCF),
			.expires = MCLMR_SPAN("1"),
			.content_type = MCLMR_SPAN(SIP),
			.body = {body, (size_t)len},
	};
	mclmr_third_party_t read;

	assert_null(mclmr_third_party_read(&fields, &arena, &read));
	assert_int_equal(read.info[MCLMR_SERVICE_MCPTT].len,
			read.broken == MCLMR_MIME_KEPT ? 1 : 0);
	return read.broken;
}

/* The header of a client's REGISTER grows on its way: Via, Path, Authorization. */
static void test_header_limit(void **state)
{
	(void)state;
	assert_int_equal(
			read_header_of(MCLMR_MAX_MESSAGE_HEADERS), MCLMR_MIME_KEPT);
	assert_int_equal(
			read_header_of(MCLMR_MAX_MESSAGE_HEADERS + 1), MCLMR_MIME_LIMIT);
}

#define REGISTER(to, contact, expires)                            \
	"REGISTER sip:127.0.0.10:5060 SIP/2.0\r\n" to contact expires \
	"P-Associated-URI: <sip:alice@mc.example.org>\r\n"            \
	"P-Associated-URI: <tel:+15550001>\r\n\r\n"
#define TO TO_ALICE "\r\n"
#define CONTACT "Contact: " SCSCF "\r\n"
#define EXPIRES(value) "Expires: " value "\r\n"

static const struct
{
	const char *message;
	const char *wrong; /* how it begins; NULL: nothing */
	uint32_t expires;
} messages[] = {
		{REGISTER(TO, CONTACT, EXPIRES("720")), NULL, 720},
		{REGISTER(TO, CONTACT, EXPIRES("0")), NULL, 0},
		{REGISTER(TO, CONTACT, EXPIRES("4294967295")), NULL, UINT32_MAX},
		{REGISTER(TO, CONTACT, EXPIRES("99999999999999999999999")), NULL,
				UINT32_MAX},
		{REGISTER(TO, CONTACT, EXPIRES("-1")), "Expires", 0},
		{REGISTER(TO, CONTACT, EXPIRES("")), "Expires", 0},
		{REGISTER(TO, CONTACT, EXPIRES("1") EXPIRES("1")), "Expires", 0},
		{REGISTER(TO, CONTACT, ""), "Expires", 0},
		{REGISTER(TO, "", EXPIRES("1")), "Contact", 0},
		{REGISTER(TO, "m: *\r\n", EXPIRES("1")), "Contact", 0},
		{REGISTER(TO, CONTACT CONTACT, EXPIRES("1")), "Contact", 0},
		{REGISTER(TO, "Contact: <tel:+1>\r\n", EXPIRES("1")), "Contact", 0},
		{REGISTER(TO, "m: <sip:a@b?Route=%3Csip:c%3E>\r\n", EXPIRES("1")),
				"Contact", 0},
		{REGISTER("", CONTACT, EXPIRES("1")), "To", 0},
		{REGISTER(TO TO, CONTACT, EXPIRES("1")), "To", 0},
		{REGISTER("To: <http://a/>\r\n", CONTACT, EXPIRES("1")), "To", 0},
		{"INVITE sip:a@b SIP/2.0\r\n" TO "\r\n", "no REGISTER", 0},
};

static void test_messages(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(messages); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_third_party_t read;
		const char *wrong = mclmr_third_party_read_message(
				mclmr_span(messages[i].message), &arena, &read);

		if(messages[i].wrong == NULL) {
			if(wrong != NULL)
				fail_msg("message %zu: %s", i, wrong);
			assert_int_equal(read.expires, messages[i].expires);
			assert_int_equal(read.set.n, 2);
		} else if(wrong == NULL
				  || !mclmr_span_starts(
						  mclmr_span(wrong), mclmr_span(messages[i].wrong)))
			fail_msg("message %zu: %s", i, wrong != NULL ? wrong : "read");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_sets),
			cmocka_unit_test(test_bodies),
			cmocka_unit_test(test_header_limit),
			cmocka_unit_test(test_messages),
	};

	return cmocka_run_group_tests_name("third_party", tests, NULL, NULL);
}
