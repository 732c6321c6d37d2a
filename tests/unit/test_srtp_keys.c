/* SPDX-License-Identifier: GPL-2.0-or-later */

/* srtp_keys: SRTP keys of a session, derived from a MIKEY message. */
#include "mclmr/base/octets.h"
#include "mclmr/keys/srtp_keys.h"
#include "kms_files.h"
#include "unit.h"
#include "vectors.h"

static vectors_t vectors;

/* RFC 3830 4.1 with HMAC-SHA-256; recomputed with another implementation. */
static void test_srtp_keys(void **state)
{
	mclmr_srtp_keys_t keys;
	char hex[33];

	(void)state;
	assert_true(mclmr_srtp_keys(mclmr_octets(vectors_get(&vectors, "SSV")), 0,
			0x1a2b3c4d, vectors_get(&vectors, "RAND"), &keys));
	mclmr_octets_to_hex(keys.key, sizeof(keys.key), hex);
	assert_string_equal(hex, "e8db1236bc20aff12ffbed798b4a0c8b");
	mclmr_octets_to_hex(keys.salt, sizeof(keys.salt), hex);
	assert_string_equal(hex, "bb8ef10f3b4682d53f9e8654");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_srtp_keys),
	};
	int failed;

	vectors_read(&vectors, MESSAGES);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	vectors_free(&vectors);
	return failed;
}
