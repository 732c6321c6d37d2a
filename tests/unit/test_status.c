/* SPDX-License-Identifier: GPL-2.0-or-later */

/* status: verdicts and their configuration. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/base/status.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

/* What the standard and the issue of this project ask for. */
static const struct
{
	mclmr_status_t status;
	int sip, warning, retry_after;
	const char *word;
} expected[] = {
		{MCLMR_OK, 0, 0, 0, "ok"},
		{MCLMR_NOT_OURS, 0, 0, 0, "not_ours"},
		{MCLMR_UNAUTHENTICATED, 407, 0, 0, "unauthenticated"},
		{MCLMR_PEER_ASSERTION, 403, 0, 0, "peer_assertion"},
		{MCLMR_REGISTRATION_MALFORMED, 400, 0, 0, "registration_malformed"},
		{MCLMR_WRONG_PSI, 403, 0, 0, "wrong_psi"},
		{MCLMR_TOO_LARGE, 413, 0, 0, "too_large"},
		{MCLMR_MIME_MALFORMED, 400, 0, 0, "mime_malformed"},
		{MCLMR_BODY_MISSING, 403, 199, 0, "body_missing"},
		{MCLMR_XML_MALFORMED, 400, 0, 0, "xml_malformed"},
		{MCLMR_BINARY_MALFORMED, 400, 0, 0, "binary_malformed"},
		{MCLMR_LIMIT_EXCEEDED, 400, 0, 0, "limit_exceeded"},
		{MCLMR_SERVICE_MISMATCH, 403, 0, 0, "service_mismatch"},
		{MCLMR_SENDER_UNKNOWN, 404, 141, 0, "sender_unknown"},
		{MCLMR_SENDER_UNREGISTERED, 404, 141, 0, "sender_unregistered"},
		{MCLMR_SENDER_AMBIGUOUS, 403, 0, 0, "sender_ambiguous"},
		{MCLMR_IDENTITY_ENCRYPTED, 403, 0, 0, "identity_encrypted"},
		{MCLMR_PARTNER_UNKNOWN, 404, 0, 0, "partner_unknown"},
		{MCLMR_TARGET_UNKNOWN, 404, 145, 0, "target_unknown"},
		{MCLMR_LMR_USER_UNKNOWN, 404, 145, 0, "lmr_user_unknown"},
		{MCLMR_GROUP_UNKNOWN, 404, 113, 0, "group_unknown"},
		{MCLMR_SESSION_TYPE, 403, 0, 0, "session_type"},
		{MCLMR_CALLER_FOREIGN, 403, 0, 0, "caller_foreign"},
		{MCLMR_SEND_DENIED, 403, 100, 0, "send_denied"},
		{MCLMR_RECEIVE_DENIED, 403, 100, 0, "receive_denied"},
		{MCLMR_NO_LMR_ENTRY, 403, 100, 0, "no_lmr_entry"},
		{MCLMR_KMF_UNKNOWN, 403, 100, 0, "kmf_unknown"},
		{MCLMR_KMF_CONFLICT, 403, 100, 0, "kmf_conflict"},
		{MCLMR_KMF_FOREIGN, 403, 100, 0, "kmf_foreign"},
		{MCLMR_KMF_AMBIGUOUS, 403, 100, 0, "kmf_ambiguous"},
		{MCLMR_IWF_FOREIGN, 403, 100, 0, "iwf_foreign"},
		{MCLMR_TARGET_UNREGISTERED, 480, 0, 0, "target_unregistered"},
		{MCLMR_PEERS_DOWN, 503, 0, 5, "peers_down"},
		{MCLMR_NO_ANSWER, 504, 0, 0, "no_answer"},
		{MCLMR_OVERLOAD, 503, 0, 2, "overload"},
		{MCLMR_INTERNAL, 500, 0, 0, "internal"},
		{MCLMR_SDP_MALFORMED, 400, 0, 0, "sdp_malformed"},
		{MCLMR_SDP_LIMIT, 488, 399, 0, "sdp_limit"},
		{MCLMR_E2EE_FORBIDDEN, 488, 300, 0, "e2ee_forbidden"},
		{MCLMR_E2EE_REQUIRED, 488, 301, 0, "e2ee_required"},
		{MCLMR_CODEC_REQUIRED, 488, 302, 0, "codec_required"},
		{MCLMR_KEYING_DENIED, 488, 399, 0, "keying_denied"},
		{MCLMR_MEDIA_DENIED, 488, 399, 0, "media_denied"},
		{MCLMR_ANSWER_MISMATCH, 488, 399, 0, "answer_mismatch"},
		{MCLMR_PROFILE_UNKNOWN, 500, 0, 0, "profile_unknown"},
		{MCLMR_SDP_STRAY, 488, 399, 0, "sdp_stray"},
		{MCLMR_MEDIA_ADDRESS, 488, 399, 0, "media_address"},
		{MCLMR_MEDIA_DOWN, 503, 0, 2, "media_down"},
		{MCLMR_EVENT_UNSUPPORTED, 489, 0, 0, "event_unsupported"},
		{MCLMR_PUBLICATION_MALFORMED, 400, 0, 0, "publication_malformed"},
		{MCLMR_PUBLICATION_TYPE, 415, 0, 0, "publication_type"},
		{MCLMR_PUBLICATION_UNKNOWN, 412, 0, 0, "publication_unknown"},
		{MCLMR_PUBLICATION_LIMIT, 403, 0, 0, "publication_limit"},
		{MCLMR_TOKEN_REFUSED, 403, 101, 0, "token_refused"},
		{MCLMR_PUBLICATION_BRIEF, 423, 0, 0, "publication_brief"},
};

static void test_defaults(void **state)
{
	mclmr_status_table_t table;

	(void)state;
	mclmr_status_defaults(&table);
	assert_int_equal(COUNT(expected), MCLMR_STATUS_COUNT);
	for(size_t i = 0; i < COUNT(expected); i++) {
		const mclmr_refusal_t *row = &table.row[expected[i].status];

		assert_int_equal(expected[i].status, i);
		assert_int_equal(row->sip, expected[i].sip);
		assert_int_equal(row->warning, expected[i].warning);
		assert_int_equal(row->retry_after, expected[i].retry_after);
		assert_within(strlen(row->reason), 1, MCLMR_REASON_SIZE - 1);
		assert_null(strpbrk(row->reason, "\"\\\r\n"));
	}
}

static void test_standard_texts(void **state)
{
	static const struct
	{
		mclmr_status_t status;
		const char *reason;
	} rows[] = {
			{MCLMR_UNAUTHENTICATED, "proxy authentication required"},
			{MCLMR_BODY_MISSING, "expected MIME bodies not in the request"},
			{MCLMR_SENDER_UNKNOWN,
					"user unknown to the participating function"},
			{MCLMR_SENDER_UNREGISTERED,
					"user unknown to the participating function"},
			{MCLMR_TARGET_UNKNOWN, "unable to determine called party"},
	};
	mclmr_status_table_t table;

	(void)state;
	mclmr_status_defaults(&table);
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(table.row[rows[i].status].reason, rows[i].reason);
	assert_non_null(strstr(table.row[MCLMR_KMF_AMBIGUOUS].reason, "ambiguous"));
}

/* Every refusal with code 100 says its own "due to ...". */
static void test_details_differ(void **state)
{
	static const char prefix[] = "function not allowed due to ";
	mclmr_status_table_t table;

	(void)state;
	mclmr_status_defaults(&table);
	for(int i = 0; i < MCLMR_STATUS_COUNT; i++) {
		const mclmr_refusal_t *row = &table.row[i];

		if(row->warning != 100)
			continue;
		assert_memory_equal(row->reason, prefix, sizeof(prefix) - 1);
		assert_true(strlen(row->reason) > sizeof(prefix) - 1);
		for(int j = 0; j < i; j++)
			assert_string_not_equal(row->reason, table.row[j].reason);
	}
}

/* A plain Warning has no code in its text. */
static void test_plain_warning(void **state)
{
	static const char expected_text[] =
			"399 a.example \"media protection not permitted\"";
	mclmr_status_table_t table;
	char text[128];

	(void)state;
	mclmr_status_defaults(&table);
	assert_int_equal(mclmr_status_warning(&table, MCLMR_KEYING_DENIED,
							 MCLMR_SPAN("a.example"), text, sizeof(text)),
			sizeof(expected_text) - 1);
	assert_string_equal(text, expected_text);
	assert_int_equal(
			mclmr_status_warning(&table, MCLMR_KEYING_DENIED,
					MCLMR_SPAN("a.example"), text, sizeof(expected_text) - 1),
			0);
}

static void test_words(void **state)
{
	static const char *const none[] = {"", "OK", "kmf", "kmf_foreign ", "okk"};

	(void)state;
	for(size_t i = 0; i < COUNT(expected); i++) {
		assert_string_equal(
				mclmr_status_word(expected[i].status), expected[i].word);
		assert_int_equal(mclmr_status_from_word(mclmr_span(expected[i].word)),
				expected[i].status);
	}
	for(size_t i = 0; i < COUNT(none); i++)
		assert_int_equal(mclmr_status_from_word(mclmr_span(none[i])),
				MCLMR_STATUS_COUNT);
	assert_string_equal(mclmr_status_word(MCLMR_STATUS_COUNT), "internal");
}

static void test_configure(void **state)
{
	static const struct
	{
		mclmr_span_t line;
		mclmr_status_t status;
		mclmr_refusal_t refusal;
	} rows[] = {
			{S("kmf_foreign = 403 100 \"function not allowed due to local "
			   "policy\""),
					MCLMR_KMF_FOREIGN,
					{403, 100, 0, "function not allowed due to local policy"}},
			{S("  target_unregistered=480 \"gone\"\r\n"),
					MCLMR_TARGET_UNREGISTERED, {480, 0, 0, "gone"}},
			{S("overload = 503 \"a = b\" retry-after=86400"), MCLMR_OVERLOAD,
					{503, 0, 86400, "a = b"}},
			{S("peers_down = 699   999  \"12 x\"  retry-after=0 "),
					MCLMR_PEERS_DOWN, {699, 999, 0, "12 x"}},
			{S("internal = 300 \"\xc3\xa4\""), MCLMR_INTERNAL,
					{300, 0, 0, "\xc3\xa4"}},
	};
	mclmr_status_table_t table;

	(void)state;
	mclmr_status_defaults(&table);
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_refusal_t *row = &table.row[rows[i].status];

		assert_null(mclmr_status_configure(&table, rows[i].line));
		assert_int_equal(row->sip, rows[i].refusal.sip);
		assert_int_equal(row->warning, rows[i].refusal.warning);
		assert_int_equal(row->retry_after, rows[i].refusal.retry_after);
		assert_string_equal(row->reason, rows[i].refusal.reason);
	}
}

static void test_configure_refuses(void **state)
{
	static const mclmr_span_t lines[] = {
			S(""),
			S("overload"),
			S("= 503 \"x\""),
			S("nonsense = 503 \"x\""),
			S("ok = 503 \"x\""),
			S("not_ours = 404 \"x\""),
			S("overload = \"x\""),
			S("overload = 299 \"x\""),
			S("overload = 700 \"x\""),
			S("overload = -503 \"x\""),
			S("overload = 4294967799 \"x\""),
			S("overload = 503"),
			S("overload = 503 x"),
			S("overload = 503 \"x"),
			S("overload = 503 99 \"x\""),
			S("overload = 503 1000 \"x\""),
			S("overload = 503 100 1 \"x\""),
			S("overload = 503 \"\""),
			S("overload = 503 \"100 x\""),
			S("overload = 503 \"100\""),
			S("overload = 503 \"a\rb\""),
			S("overload = 503 \"a\nb\""),
			S("overload = 503 \"a\0b\""),
			S("overload = 503 \"a\\b\""),
			S("overload = 503 \"a\" \"b\""),
			S("overload = 503 \"a\" retry=1"),
			S("overload = 503 \"a\" retry-after"),
			S("overload = 503 \"a\" retry-after=-1"),
			S("overload = 503 \"a\" retry-after=86401"),
			S("overload = 503 \"a\" retry-after=1 2"),
	};
	mclmr_status_table_t table, before;

	(void)state;
	memset(&table, 0, sizeof(table));
	mclmr_status_defaults(&table);
	memcpy(&before, &table, sizeof(table));
	for(size_t i = 0; i < COUNT(lines); i++) {
		assert_non_null(mclmr_status_configure(&table, lines[i]));
		assert_memory_equal(&table, &before, sizeof(table));
	}
}

/* The longest reason that fits, and one octet more. */
static void test_configure_reason_limit(void **state)
{
	char line[256] = "overload = 503 \"";
	size_t begin = strlen(line);
	mclmr_status_table_t table;

	(void)state;
	mclmr_status_defaults(&table);
	memset(line + begin, 'x', MCLMR_REASON_SIZE);
	line[begin + MCLMR_REASON_SIZE] = '"';
	assert_non_null(mclmr_status_configure(&table, mclmr_span(line)));
	line[begin + MCLMR_REASON_SIZE - 1] = '"';
	line[begin + MCLMR_REASON_SIZE] = '\0';
	assert_null(mclmr_status_configure(&table, mclmr_span(line)));
	assert_int_equal(
			strlen(table.row[MCLMR_OVERLOAD].reason), MCLMR_REASON_SIZE - 1);
}

static void test_warning(void **state)
{
	static const char text[] =
			"399 mc.example.org \"145 unable to determine called party\"";
	mclmr_status_table_t table;
	char buffer[128];

	(void)state;
	mclmr_status_defaults(&table);
	assert_int_equal(mclmr_status_warning(&table, MCLMR_TARGET_UNKNOWN,
							 S("mc.example.org"), buffer, sizeof(buffer)),
			sizeof(text) - 1);
	assert_string_equal(buffer, text);
	assert_int_equal(mclmr_status_warning(&table, MCLMR_TARGET_UNKNOWN,
							 S("mc.example.org"), buffer, sizeof(text)),
			sizeof(text) - 1);
	for(size_t size = 0; size < sizeof(text); size++)
		assert_int_equal(mclmr_status_warning(&table, MCLMR_TARGET_UNKNOWN,
								 S("mc.example.org"), buffer, size),
				0);
}

static void test_no_warning(void **state)
{
	mclmr_status_table_t table;
	char buffer[128];

	(void)state;
	mclmr_status_defaults(&table);
	assert_int_equal(mclmr_status_warning(&table, MCLMR_WRONG_PSI, S("h"),
							 buffer, sizeof(buffer)),
			0);
	assert_int_equal(mclmr_status_warning(
							 &table, MCLMR_OK, S("h"), buffer, sizeof(buffer)),
			0);
	assert_int_equal(mclmr_status_warning(&table, MCLMR_STATUS_COUNT, S("h"),
							 buffer, sizeof(buffer)),
			0);
	assert_int_equal(mclmr_status_warning(&table, MCLMR_TARGET_UNKNOWN, S(""),
							 buffer, sizeof(buffer)),
			0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_defaults),
			cmocka_unit_test(test_standard_texts),
			cmocka_unit_test(test_details_differ),
			cmocka_unit_test(test_plain_warning),
			cmocka_unit_test(test_words),
			cmocka_unit_test(test_configure),
			cmocka_unit_test(test_configure_refuses),
			cmocka_unit_test(test_configure_reason_limit),
			cmocka_unit_test(test_warning),
			cmocka_unit_test(test_no_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
