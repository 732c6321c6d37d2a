/* SPDX-License-Identifier: GPL-2.0-or-later */

/* nesting: what is inside the parts of a body, found by type alone. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sip/nesting.h"
#include "unit.h"

#define DATA "application/vnd.3gpp.interworking-data"
#define INFO "application/vnd.3gpp.mcptt-info+xml"
#define SDP "application/sdp"
#define TYPE(type) "Content-Type: " type "\r\n"
#define PART(boundary, headers, content) \
	"--" boundary "\r\n" headers "\r\n" content "\r\n"
#define END(boundary) "--" boundary "--\r\n"
#define ONE(boundary, type) PART(boundary, TYPE(type), "x") END(boundary)
#define MIXED(boundary) "multipart/mixed;boundary=" boundary

static void test_contents(void **state)
{
	static const struct
	{
		const char *media_type;
		mclmr_content_t content;
	} row[] = {
			{DATA, MCLMR_CONTENT_PAYLOAD},
			{"Application/VND.3gpp.Interworking-DATA", MCLMR_CONTENT_PAYLOAD},
			{DATA "+xml", MCLMR_CONTENT_PAYLOAD},
			{INFO, MCLMR_CONTENT_INFO},
			{"application/vnd.3gpp.mcptt-info", MCLMR_CONTENT_INFO},
			{"application/vnd.3gpp.mcdata-info+json", MCLMR_CONTENT_INFO},
			{"application/vnd.3gpp.MCVideo-info+xml", MCLMR_CONTENT_INFO},
			{"application/vnd.3gpp.mcptt-location-info+xml",
					MCLMR_CONTENT_OTHER},
			{"application/vnd.3gpp.mcptt-inf", MCLMR_CONTENT_OTHER},
			{SDP, MCLMR_CONTENT_SDP},
			{"APPLICATION/sdp", MCLMR_CONTENT_SDP},
			{"application/sdpx", MCLMR_CONTENT_OTHER},
			{"text/plain", MCLMR_CONTENT_OTHER},
			{"", MCLMR_CONTENT_OTHER},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(mclmr_nesting_content(mclmr_span(row[i].media_type)),
				row[i].content);
}

static const struct
{
	const char *what;
	const char *type;
	const char *body;
	mclmr_mime_rule_t rule;
	size_t payloads, infos, sdps;
} cases[] = {
		{"no body", "", "", MCLMR_MIME_KEPT, 0, 0, 0},
		{"at the top it is not inside", DATA, "x", MCLMR_MIME_KEPT, 0, 0, 0},
		{"the same in a multipart", MIXED("a"), ONE("a", DATA), MCLMR_MIME_KEPT,
				0, 0, 0},
		{"a text with the words", MIXED("a"),
				PART("a", TYPE("text/plain"), TYPE(DATA) "\r\n" TYPE(SDP))
						END("a"),
				MCLMR_MIME_KEPT, 0, 0, 0},
		{"octets with the words", MIXED("a"),
				PART("a", TYPE("application/octet-stream"), ONE("b", DATA))
						END("a"),
				MCLMR_MIME_KEPT, 0, 0, 0},
		{"multipart in a multipart", MIXED("a"),
				PART("a", TYPE(MIXED("b")),
						PART("b", TYPE(INFO), "x") ONE("b", DATA)) END("a"),
				MCLMR_MIME_KEPT, 1, 1, 0},
		{"two deep", MIXED("a"),
				PART("a", TYPE("Multipart/Related;boundary=b"),
						PART("b", TYPE(MIXED("c")), ONE("c", SDP)) END("b"))
						END("a"),
				MCLMR_MIME_KEPT, 0, 0, 1},
		{"boundary not found", MIXED("a"),
				PART("a", TYPE(MIXED("b")), ONE("c", DATA)) END("a"),
				MCLMR_MIME_UNDELIMITED, 0, 0, 0},
		{"multipart without boundary", MIXED("a"),
				PART("a", TYPE("multipart/mixed"), ONE("b", DATA)) END("a"),
				MCLMR_MIME_BOUNDARY, 0, 0, 0},
		{"multipart in base64", MIXED("a"),
				PART("a",
						TYPE(MIXED("b")) "Content-Transfer-Encoding: base64"
										 "\r\n",
						"LS1iDQo=") END("a"),
				MCLMR_MIME_COMPOSITE, 0, 0, 0},
		{"message in quoted-printable", MIXED("a"),
				PART("a",
						TYPE("message/sip") "Content-Transfer-Encoding: "
											"quoted-printable\r\n",
						"c=3A x") END("a"),
				MCLMR_MIME_COMPOSITE, 0, 0, 0},
		{"compressed message", MIXED("a"),
				PART("a", TYPE("message/sip") "Content-Encoding: gzip\r\n", "x")
						END("a"),
				MCLMR_MIME_COMPOSITE, 0, 0, 0},
		{"multipart in 8bit", MIXED("a"),
				PART("a",
						TYPE(MIXED("b")) "Content-Transfer-Encoding: 8BIT\r\n",
						ONE("b", DATA)) END("a"),
				MCLMR_MIME_KEPT, 1, 0, 0},
		{"type in percent", MIXED("a"),
				PART("a", TYPE(MIXED("b")),
						ONE("b", "application/vnd%2e3gpp.interworking-data"))
						END("a"),
				MCLMR_MIME_TYPE, 0, 0, 0},
		{"SIP request alone", "message/sip",
				"MESSAGE sip:x@y:1 SIP/2.0\r\nVia: z\r\n" TYPE(DATA) "\r\nx",
				MCLMR_MIME_KEPT, 1, 0, 0},
		{"SIP response, compact", "message/sip;version=2.0",
				"SIP/2.0 200 OK: yes\r\nC : " SDP "\r\n\r\nx", MCLMR_MIME_KEPT,
				0, 0, 1},
		{"empty lines before it", "message/sip",
				"\r\n\r\nSIP/2.0 200 OK\r\nc: " SDP "\r\n\r\nx",
				MCLMR_MIME_KEPT, 0, 0, 1},
		{"both names of a field", "message/sip",
				"SIP/2.0 200 OK\r\nc: " SDP "\r\n" TYPE("x/y") "\r\nx",
				MCLMR_MIME_PART_HEADER, 0, 0, 0},
		{"fragment of SIP without fields", "message/sipfrag",
				"SIP/2.0 200 OK\r\n", MCLMR_MIME_KEPT, 0, 0, 0},
		{"the same without a line end", "message/sipfrag", "SIP/2.0 200 OK",
				MCLMR_MIME_KEPT, 0, 0, 0},
		{"the same with fields alone", "message/sipfrag", TYPE(DATA) "\r\n",
				MCLMR_MIME_KEPT, 1, 0, 0},
		{"empty message", "message/sip", "", MCLMR_MIME_KEPT, 0, 0, 0},
		{"mail", "message/rfc822",
				"Subject: x\r\nContent-Type:\r\n " INFO "\r\n\r\nx",
				MCLMR_MIME_KEPT, 0, 1, 0},
		{"mail of a text", "message/rfc822",
				"Subject: x\r\n\r\n" TYPE(DATA) "\r\nx", MCLMR_MIME_KEPT, 0, 0,
				0},
		{"multipart in a mail", "message/global",
				TYPE(MIXED("b")) "\r\n" ONE("b", DATA), MCLMR_MIME_KEPT, 1, 0,
				0},
		{"mail in lines of LF", "message/rfc822",
				"Subject: x\nContent-Type: " DATA "\n\nx",
				MCLMR_MIME_PART_HEADER, 0, 0, 0},
		{"mail in pieces", "message/partial;number=1;total=2;id=x",
				TYPE("text/plain") "\r\nx", MCLMR_MIME_FRAGMENT, 0, 0, 0},
		{"what is elsewhere", "message/external-body;access-type=URL",
				TYPE(DATA) "\r\n", MCLMR_MIME_KEPT, 1, 0, 0},
		{"HTTP", "message/http", "HTTP/1.1 200 OK\r\n" TYPE(SDP) "\r\nx",
				MCLMR_MIME_KEPT, 0, 0, 1},
		{"CPIM", "message/cpim", "From: <im:x@y>\r\n\r\n" TYPE(DATA) "\r\nx",
				MCLMR_MIME_KEPT, 1, 0, 0},
		{"CPIM that says two", "Message/CPIM",
				TYPE(DATA) "\r\n" TYPE(INFO) "\r\nx", MCLMR_MIME_KEPT, 1, 1, 0},
		{"CPIM of a text", "message/cpim",
				"From: <im:x@y>\r\n\r\n" TYPE("text/plain") "\r\n" TYPE(DATA),
				MCLMR_MIME_KEPT, 0, 0, 0},
		{"CPIM in a multipart", MIXED("a"),
				PART("a", TYPE("message/cpim"),
						"From: x\r\n\r\n" TYPE(DATA) "\r\nx") END("a"),
				MCLMR_MIME_KEPT, 1, 0, 0},
		{"a message in XML", "message/imdn+xml", "<?xml version='1.0'?>\n<x/>",
				MCLMR_MIME_KEPT, 0, 0, 0},
		{"digest of a mail", "multipart/digest;boundary=a",
				PART("a", "", TYPE(DATA) "\r\nx") END("a"), MCLMR_MIME_KEPT, 1,
				0, 0},
		{"the same, typed", "multipart/digest;boundary=a",
				PART("a", TYPE("text/plain"), TYPE(DATA) "\r\nx") END("a"),
				MCLMR_MIME_KEPT, 0, 0, 0},
		{"no digest", MIXED("a"), PART("a", "", TYPE(DATA) "\r\nx") END("a"),
				MCLMR_MIME_KEPT, 0, 0, 0},
};

static void test_cases(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(cases); i++) {
		size_t found[MCLMR_CONTENTS];
		mclmr_multipart_t body;
		mclmr_mime_rule_t rule;

		assert_int_equal(
				mclmr_multipart_read(mclmr_span(cases[i].type), MCLMR_SPAN(""),
						mclmr_span(cases[i].body), &body),
				MCLMR_OK);
		rule = mclmr_nesting_read(&body, found);
		if(rule != cases[i].rule)
			fail_msg("%s: %s", cases[i].what, mclmr_mime_rule_word(rule));
		if(rule == MCLMR_MIME_KEPT
				&& (found[MCLMR_CONTENT_PAYLOAD] != cases[i].payloads
						|| found[MCLMR_CONTENT_INFO] != cases[i].infos
						|| found[MCLMR_CONTENT_SDP] != cases[i].sdps))
			fail_msg("%s: %zu %zu %zu", cases[i].what,
					found[MCLMR_CONTENT_PAYLOAD], found[MCLMR_CONTENT_INFO],
					found[MCLMR_CONTENT_SDP]);
	}
}

/* Messages in messages: as many as may be, and one more. */
static void test_limit(void **state)
{
	static const char inside[] = TYPE("message/sip") "\r\n";
	char text[1024] = "";
	size_t found[MCLMR_CONTENTS];
	mclmr_multipart_t body;

	(void)state;
	for(size_t n = 1; n <= MCLMR_MAX_NESTED; n++) {
		char whole[sizeof(text) + 100];

		snprintf(whole, sizeof(whole), "%s" TYPE(DATA) "\r\nx", text);
		assert_int_equal(mclmr_multipart_read(MCLMR_SPAN("message/sip"),
								 MCLMR_SPAN(""), mclmr_span(whole), &body),
				MCLMR_OK);
		assert_int_equal(mclmr_nesting_read(&body, found), MCLMR_MIME_KEPT);
		assert_int_equal(found[MCLMR_CONTENT_PAYLOAD], 1);
		strcat(text, inside);
	}
	assert_int_equal(mclmr_multipart_read(MCLMR_SPAN("message/sip"),
							 MCLMR_SPAN(""), mclmr_span(text), &body),
			MCLMR_OK);
	assert_int_equal(mclmr_nesting_read(&body, found), MCLMR_MIME_LIMIT);
}

static void test_rules(void **state)
{
	(void)state;
	for(int i = 0; i < MCLMR_MIME_RULES; i++) {
		mclmr_mime_rule_t rule = (mclmr_mime_rule_t)i;
		bool kept = rule == MCLMR_MIME_KEPT;

		assert_int_equal(strlen(mclmr_mime_rule_word(rule)) == 0, kept);
		assert_int_equal(strlen(mclmr_mime_rule_text(rule)) == 0, kept);
		assert_int_equal(mclmr_mime_rule_status(rule) == MCLMR_OK, kept);
	}
	assert_string_equal(mclmr_mime_rule_word(MCLMR_MIME_RULES), "");
	assert_int_equal(
			mclmr_mime_rule_status(MCLMR_MIME_LIMIT), MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(
			mclmr_mime_rule_status(MCLMR_MIME_TYPE), MCLMR_MIME_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_contents),
			cmocka_unit_test(test_cases),
			cmocka_unit_test(test_limit),
			cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests_name("nesting", tests, NULL, NULL);
}
