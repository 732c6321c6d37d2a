/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mikey, mikey_open: messages read and opened. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "mclmr/keys/mikey_open.h"
#include "kms_files.h"
#include "spans.h"
#include "unit.h"
#include "vectors.h"

#define NOW 1704067200 /* the time of all three messages */

static vectors_t vectors;
static mclmr_keyring_t *ring;
static const char *const names[] = {"msg_A", "msg_B", "msg_C"};

/* What nothing is asked of. */
static const mclmr_mikey_wish_t any = {.max_skew = MCLMR_MIKEY_MAX_SKEW};

static mclmr_mikey_fault_t verify(
		mclmr_span_t octets, const mclmr_mikey_wish_t *wish)
{
	mclmr_mikey_t message;
	mclmr_mikey_proof_t proof;

	assert_null(mclmr_mikey_read(octets, &message));
	return mclmr_mikey_verify(&message, ring, wish, &proof);
}

/* All that messages A, B and C say. */
static void test_read(void **state)
{
	mclmr_mikey_t message;
	mclmr_mikey_session_t session;

	(void)state;
	for(size_t i = 0; i < 3; i++) {
		mclmr_span_t octets = vectors_get(&vectors, names[i]);

		assert_null(mclmr_mikey_read(octets, &message));
		assert_int_equal(message.csb_id, 0x1a2b3c4d);
		assert_int_equal(mclmr_mikey_time(&message), NOW);
		assert_true(
				mclmr_span_equal(message.rand, vectors_get(&vectors, "RAND")));
		assert_text(message.initiator_kms, "kms.iwf.example.org");
		assert_text(message.responder_kms, "kms.iwf.example.org");
		assert_true(mclmr_span_equal(
				message.sakke.data, vectors_get(&vectors, "sakke_data")));
		assert_int_equal(message.sakke.scheme, 2);
		assert_int_equal(message.self.data.len, 0);
		assert_int_equal(message.covered.len, octets.len - 129);
		assert_int_equal(message.initiator.hidden, i == 1);
		assert_int_equal(message.responder.hidden, i == 1);
		assert_int_equal(message.sessions, i == 2);
		assert_int_equal(message.policies, i == 2);
		assert_int_equal(message.extensions, i == 2);
		assert_string_equal(mclmr_mikey_purpose_word(message.csb_id), "pck");
	}
	assert_text(message.initiator.value, "sip:iwf@iwf.example.org");
	assert_text(message.responder.value, "sip:alice@mcptt.example.org");
	assert_true(mclmr_mikey_session(&message, 0, &session));
	assert_int_equal(session.id, 0);
	assert_true(mclmr_span_equal(session.spi, MCLMR_SPAN("\x1a\x2b\x3c\x4d")));
	assert_false(mclmr_mikey_session(&message, 1, &session));
	assert_int_equal(
			mclmr_mikey_extension(&message, MCLMR_MIKEY_KEY_PARAMETERS).len,
			68);
	assert_int_equal(mclmr_mikey_extension(&message, 9).len, 0);
}

static void test_verify_and_open(void **state)
{
	(void)state;
	for(size_t i = 0; i < 3; i++) {
		mclmr_mikey_t message;
		mclmr_mikey_opened_t opened;

		assert_null(
				mclmr_mikey_read(vectors_get(&vectors, names[i]), &message));
		assert_int_equal(mclmr_mikey_open(&message, ring, &any, &opened),
				MCLMR_MIKEY_GENUINE);
		assert_memory_equal(opened.key, vectors_get(&vectors, "SSV").s, 16);
		assert_memory_equal(
				opened.proof.uid, vectors_get(&vectors, "uid_initiator").s, 32);
		assert_int_equal(opened.proof.confirmed, i != 1);
		assert_false(opened.by_self);
	}
}

/* Every single octet changed in three ways is refused, all three messages. */
static void test_corruption(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	size_t refused = 0;

	(void)state;
	for(size_t m = 0; m < 3; m++) {
		mclmr_span_t octets = vectors_get(&vectors, names[m]);
		uint8_t *copy = malloc(octets.len);

		memcpy(copy, octets.s, octets.len);
		for(size_t i = 0; i < octets.len * COUNT(masks); i++) {
			mclmr_mikey_t message;
			mclmr_mikey_proof_t proof;
			mclmr_span_t changed = {(char *)copy, octets.len};

			copy[i / 3] ^= masks[i % 3];
			if(mclmr_mikey_read(changed, &message) != NULL
					|| mclmr_mikey_verify(&message, ring, &any, &proof)
							   != MCLMR_MIKEY_GENUINE)
				refused++;
			copy[i / 3] ^= masks[i % 3];
		}
		free(copy);
	}
	assert_int_equal(refused, 3 * (555 + 569 + 661));
}

/* Every beginning of a message, and one octet more, is no message. */
static void test_truncated(void **state)
{
	(void)state;
	for(size_t m = 0; m < 3; m++) {
		mclmr_span_t octets = vectors_get(&vectors, names[m]);
		uint8_t *copy = calloc(1, octets.len + 1);
		mclmr_mikey_t message;

		memcpy(copy, octets.s, octets.len);
		assert_string_equal(
				mclmr_mikey_read(
						(mclmr_span_t){(char *)copy, octets.len + 1}, &message),
				"there are octets after its end");
		free(copy);
		for(size_t i = 0; i < octets.len; i++) {
			/* Exactly as long: a step too far is seen by ASan. */
			copy = malloc(i + (i == 0));
			memcpy(copy, octets.s, i);
			assert_non_null(mclmr_mikey_read(
					(mclmr_span_t){(char *)copy, i}, &message));
			free(copy);
		}
	}
}

/* A message with octets cut at an offset and others put there. */
static mclmr_span_t splice(
		const char *name, size_t at, size_t cut, const char *put, size_t n)
{
	static char buffer[2048];
	mclmr_span_t octets = vectors_get(&vectors, name);

	memcpy(buffer, octets.s, at);
	memcpy(buffer + at, put, n);
	memcpy(buffer + at + n, octets.s + at + cut, octets.len - at - cut);
	return (mclmr_span_t){buffer, octets.len - cut + n};
}

/* Offsets in message A. */
#define HDR_NEXT 2
#define T_AT 10
#define RAND_AT 20
#define IDRI_AT 38
#define IDRR_AT 66
#define IDRKMSI_AT 98
#define IDRKMSR_AT 122
#define SAKKE_AT 146
#define SIGN_AT 424

static void test_malformed(void **state)
{
	static const struct
	{
		size_t at, cut;
		const char *put;
		size_t n;
		const char *wrong;
	} rows[] = {
			{0, 1, "\x02", 1, "its version is not 1"},
			{1, 1, "\x00", 1, "its data type is not 26, SAKKE"},
			{3, 1, "\x81", 1, "it asks for an answer, which SAKKE has not"},
			{3, 1, "\x00", 1, "its PRF is not 1, HMAC-SHA-256"},
			{8, 1, "\x01", 1, "number of sessions and map contradict"},
			{9, 1, "\x00", 1, "number of sessions and map contradict"},
			{9, 1, "\x03", 1, "the type of its session map is unknown"},
			{HDR_NEXT, 1, "\x0b", 1, "a payload is missing or out of order"},
			{HDR_NEXT, 1, "\x00", 1, "it has no signature"},
			{HDR_NEXT, 1, "\x04", 1, "a payload is missing or out of order"},
			{HDR_NEXT, 1, "\x63", 1, "a payload is of an unknown type"},
			{T_AT + 1, 1, "\x01", 1, "its timestamp is not NTP-UTC"},
			{RAND_AT + 1, 17,
					"\x0f"
					"aaaaaaaaaaaaaaa",
					16, "RAND is shorter than 16 octets"},
			{T_AT, 10, "", 0, "its timestamp is not NTP-UTC"},
			{IDRI_AT, 28, "", 0, "a payload is missing or out of order"},
			{IDRI_AT + 1, 1, "\x02", 1, "a payload is missing or out of order"},
			{IDRI_AT + 1, 1, "\x05", 1, "the role of an identity is unknown"},
			{IDRI_AT + 1, 1, "\x08", 1,
					"a hidden identity is not of 32 octets"},
			{IDRI_AT + 2, 1, "\x00", 1, "an identity is no URI"},
			{IDRI_AT + 5, 1, "\n", 1, "an identity is no URI"},
			{IDRI_AT + 3, 25, "\0\0", 2, "an identity is no URI"},
			{IDRI_AT + 3, 2, "\xff\xff", 2, "it is truncated"},
			{IDRKMSI_AT, 24, "", 0, "a payload is missing or out of order"},
			{IDRKMSR_AT + 1, 1, "\x06", 1,
					"a payload is missing or out of order"},
			{SAKKE_AT + 1, 1, "\x02", 1, "its SAKKE parameters are not set 1"},
			{SAKKE_AT + 3, 2, "\x01\x10", 2,
					"its SAKKE data are not of 273 octets"},
			{SAKKE_AT + 3, 2, "\xff\xff", 2, "it is truncated"},
			{SAKKE_AT, 1, "\x1a", 1, "a payload is missing or out of order"},
			{SIGN_AT, 1, "\x10", 1, "its signature is not of ECCSI"},
			{SIGN_AT + 1, 1, "\x80", 1, "its signature is not of 129 octets"},
	};
	mclmr_mikey_t message;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const char *wrong =
				mclmr_mikey_read(splice("msg_A", rows[i].at, rows[i].cut,
										 rows[i].put, rows[i].n),
						&message);

		assert_non_null(wrong);
		assert_string_equal(wrong, rows[i].wrong);
	}
}

/* Policies and extensions come in any number up to the limit. */
static void test_repeated(void **state)
{
	static const struct
	{
		uint8_t type;
		const char *payload; /* its next octet left out */
		size_t size;
		int most;
		const char *wrong;
	} rows[] = {
			{10, "\x00\x00\x00\x03\x00\x01\x06", 7, MCLMR_MIKEY_MAX_POLICIES,
					"it has too many policies"},
			{21, "\x09\x00\x01x", 4, MCLMR_MIKEY_MAX_EXTENSIONS,
					"it has too many extensions"},
			{21, "\x07\x00\x01x", 4, 1, "an extension is there twice"},
			{21, "\xf0\x00\x00", 3, 1, "an extension is there twice"},
	};
	mclmr_mikey_t message;

	(void)state;
	for(size_t r = 0; r < COUNT(rows); r++) {
		for(int n = 1; n <= rows[r].most + 1; n++) {
			static char octets[4096];
			bool is_policy = rows[r].type == 10;
			mclmr_span_t from = vectors_get(&vectors, "msg_A");
			size_t at = is_policy ? SAKKE_AT : SIGN_AT;
			size_t length = at;
			const char *wrong;

			memcpy(octets, from.s, at);
			octets[is_policy ? IDRKMSR_AT : SAKKE_AT] = (char)rows[r].type;
			for(int i = 0; i < n; i++) {
				octets[length++] = (char)(i + 1 < n	  ? rows[r].type
										  : is_policy ? 26
													  : 4);
				memcpy(octets + length, rows[r].payload, rows[r].size);
				length += rows[r].size;
			}
			memcpy(octets + length, from.s + at, from.len - at);
			length += from.len - at;
			wrong = mclmr_mikey_read((mclmr_span_t){octets, length}, &message);
			if(n <= rows[r].most)
				assert_null(wrong);
			else
				assert_string_equal(wrong, rows[r].wrong);
		}
	}
}

/* The map of older products, and maps that end too early. */
static void test_maps(void **state)
{
	static const char older[] = "\x02\x00"
								"\x07\xca\xfe\xba\xbe\0\0\0\0"
								"\x03\0\0\0\0\0\0\0\0";
	mclmr_mikey_t message;
	mclmr_mikey_session_t session;

	(void)state;
	assert_null(mclmr_mikey_read(
			splice("msg_A", 8, 2, older, sizeof(older) - 1), &message));
	assert_int_equal(message.map, MCLMR_MIKEY_MAP_SRTP);
	assert_int_equal(message.sessions, 2);
	assert_true(mclmr_mikey_session(&message, 1, &session));
	assert_int_equal(session.id, 2);
	assert_int_equal(session.policy, 3);
	assert_int_equal(session.spi.len, 0);
	/* Of the generic map the lengths lead past the end. */
	assert_non_null(
			mclmr_mikey_read(splice("msg_C", 12, 1, "\x7f", 1), &message));
	assert_non_null(
			mclmr_mikey_read(splice("msg_C", 13, 2, "\xff\xff", 2), &message));
	assert_non_null(
			mclmr_mikey_read(splice("msg_C", 15, 1, "\xff", 1), &message));
	assert_non_null(
			mclmr_mikey_read(splice("msg_C", 8, 1, "\xff", 1), &message));
}

/* Raw, hexadecimal, base64, with what SDP puts before it. */
static void test_decode(void **state)
{
	static char text[2048];
	mclmr_span_t message = vectors_get(&vectors, "msg_A");
	char hex[2 * 555 + 1];
	char base64[MCLMR_BASE64_SIZE(555)];
	static const struct
	{
		const char *before, *behind;
		bool is_hex;
	} rows[] = {{"", "", true}, {" \r\n", "\r\n", true}, {"", "", false},
			{"mikey ", "\n", false}, {"a=key-mgmt:mikey ", "\r\n", false},
			{"A=Key-Mgmt: MIKEY  ", "", true}, {"\n", "\n", false}};
	static const size_t sizes[] = {555, 554, 553};
	static const char *const wrong[] = {"", " ", "0", "011", "zz",
			"01 1g=", "a=key-mgmt:mikey", "a=key-mgmt:x AAAA", "AAAAA", "AR",
			"AQ="};
	mclmr_span_t octets;

	(void)state;
	mclmr_octets_to_hex(mclmr_octets(message), message.len, hex);
	mclmr_base64_write(mclmr_octets(message), message.len, base64);
	for(size_t i = 0; i < COUNT(rows); i++) {
		int n = snprintf(text, sizeof(text), "%s%s%s", rows[i].before,
				rows[i].is_hex ? hex : base64, rows[i].behind);

		assert_null(mclmr_mikey_decode(text, (size_t)n, &octets));
		assert_true(mclmr_span_equal(octets, message));
	}
	memcpy(text, message.s, message.len);
	assert_null(mclmr_mikey_decode(text, message.len, &octets));
	assert_true(mclmr_span_equal(octets, message));
	for(size_t i = 0; i < COUNT(sizes); i++) {
		size_t length =
				mclmr_base64_write(mclmr_octets(message), sizes[i], text);

		while(text[length - 1] == '=')
			length--;
		assert_null(mclmr_mikey_decode(text, length, &octets));
		assert_true(
				mclmr_span_equal(octets, (mclmr_span_t){message.s, sizes[i]}));
	}
	for(size_t i = 0; i < COUNT(wrong); i++) {
		strcpy(text, wrong[i]);
		assert_non_null(mclmr_mikey_decode(text, strlen(text), &octets));
	}
}

/* Whom a message is from, and of when it has to be. */
static void test_wishes(void **state)
{
	static const struct
	{
		const char *message, *from;
		bool on_line, stored;
		int64_t now;
		mclmr_mikey_fault_t fault;
	} rows[] = {
			{"msg_A", "sip:iwf@iwf.example.org", false, false, 0,
					MCLMR_MIKEY_GENUINE},
			{"msg_B", "sip:iwf@iwf.example.org", false, false, 0,
					MCLMR_MIKEY_GENUINE},
			{"msg_A", "sip:iwf@iwf.example.or", false, false, 0,
					MCLMR_MIKEY_WRONG_SENDER},
			{"msg_B", "sip:alice@mcptt.example.org", false, false, 0,
					MCLMR_MIKEY_WRONG_SENDER},
			{"msg_A", NULL, true, false, NOW + 60, MCLMR_MIKEY_GENUINE},
			{"msg_A", NULL, true, false, NOW - 60, MCLMR_MIKEY_GENUINE},
			{"msg_A", NULL, true, false, NOW + 61, MCLMR_MIKEY_SKEW},
			{"msg_A", NULL, true, false, NOW - 61, MCLMR_MIKEY_SKEW},
			{"msg_B", NULL, true, false, NOW - 61, MCLMR_MIKEY_SKEW},
			{"msg_A", NULL, true, true, NOW + 86400, MCLMR_MIKEY_GENUINE},
			{"msg_A", NULL, true, true, NOW - 2592000, MCLMR_MIKEY_GENUINE},
			{"msg_A", NULL, true, true, NOW - 2 * 2592000,
					MCLMR_MIKEY_OTHER_PERIOD},
			{"msg_A", NULL, true, true, NOW + 2592000,
					MCLMR_MIKEY_OTHER_PERIOD},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_mikey_wish_t wish = {.from = mclmr_span(rows[i].from),
				.has_now = rows[i].on_line,
				.stored = rows[i].stored,
				.now = rows[i].now,
				.max_skew = MCLMR_MIKEY_MAX_SKEW};

		assert_int_equal(verify(vectors_get(&vectors, rows[i].message), &wish),
				rows[i].fault);
		assert_non_null(mclmr_mikey_fault_words(rows[i].fault));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_read),
			cmocka_unit_test(test_verify_and_open),
			cmocka_unit_test(test_corruption),
			cmocka_unit_test(test_truncated),
			cmocka_unit_test(test_malformed),
			cmocka_unit_test(test_repeated),
			cmocka_unit_test(test_maps),
			cmocka_unit_test(test_decode),
			cmocka_unit_test(test_wishes),
	};
	int failed;

	vectors_read(&vectors, MESSAGES);
	ring = ring_of_vectors();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	mclmr_keyring_free(ring);
	vectors_free(&vectors);
	return failed;
}
