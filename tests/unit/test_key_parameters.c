/* SPDX-License-Identifier: GPL-2.0-or-later */

/* key_parameters: the extension of a MIKEY message, and IDs of group keys. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/keys/key_parameters.h"
#include "mclmr/keys/mikey.h"
#include "kms_files.h"
#include "unit.h"
#include "vectors.h"

static vectors_t vectors;

static void test_key_parameters(void **state)
{
	char memory[1024];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t ssv = vectors_get(&vectors, "SSV");
	mclmr_key_parameters_t parameters;
	mclmr_mikey_t message;
	mclmr_span_t data;
	uint8_t key[16];

	(void)state;
	assert_null(mclmr_mikey_read(vectors_get(&vectors, "msg_C"), &message));
	data = mclmr_mikey_extension(&message, MCLMR_MIKEY_KEY_PARAMETERS);
	assert_true(mclmr_parameters_key(mclmr_octets(ssv), message.csb_id, key));
	assert_memory_equal(key, vectors_get(&vectors, "dpck").s, 16);
	assert_null(mclmr_key_parameters_read(
			data, mclmr_octets(ssv), message.csb_id, &arena, &parameters));
	assert_int_equal(parameters.kind, MCLMR_PURPOSE_PCK);
	assert_int_equal(parameters.status, MCLMR_KEY_NOT_REVOKED);
	assert_int_equal(parameters.groups, 0);
	/* In the clear, as older products send them. */
	assert_null(mclmr_key_parameters_read(
			vectors_get(&vectors, "key_parameters_clear"), key, 0, &arena,
			&parameters));
	assert_int_equal(parameters.kind, MCLMR_PURPOSE_PCK);
}

/* Every octet of the extension counts, and its end. */
static void test_key_parameters_changed(void **state)
{
	char memory[256];
	uint8_t copy[68];
	const uint8_t *ssv = mclmr_octets(vectors_get(&vectors, "SSV"));
	mclmr_mikey_t message;
	mclmr_key_parameters_t parameters;
	mclmr_span_t data;

	(void)state;
	assert_null(mclmr_mikey_read(vectors_get(&vectors, "msg_C"), &message));
	data = mclmr_mikey_extension(&message, MCLMR_MIKEY_KEY_PARAMETERS);
	assert_int_equal(data.len, sizeof(copy));
	for(size_t i = 0; i < sizeof(copy); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

		memcpy(copy, data.s, sizeof(copy));
		copy[i] ^= 1;
		assert_non_null(mclmr_key_parameters_read(
				MCLMR_OCTETS(copy), ssv, message.csb_id, &arena, &parameters));
		copy[i] ^= 1;
		assert_non_null(
				mclmr_key_parameters_read((mclmr_span_t){(char *)copy, i}, ssv,
						message.csb_id, &arena, &parameters));
	}
}

/* The group key's identifier and a user's copy of it. */
static void test_guk_id(void **state)
{
	const uint8_t *gmk = mclmr_octets(vectors_get(&vectors, "SSV"));
	mclmr_span_t user = MCLMR_SPAN("sip:alice@mcptt.example.org");
	uint32_t id;

	(void)state;
	assert_true(mclmr_guk_id(gmk, 0x0a1b2c3d, user, &id));
	assert_int_equal(id, mclmr_octets_get(mclmr_octets(vectors_get(&vectors,
												  "guk_id_for_responder")),
								 4));
	assert_true(mclmr_guk_id(gmk, id, user, &id));
	assert_int_equal(id, 0x0a1b2c3d);
	assert_false(mclmr_guk_id(gmk, id, MCLMR_SPAN(""), &id));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_key_parameters),
			cmocka_unit_test(test_key_parameters_changed),
			cmocka_unit_test(test_guk_id),
	};
	int failed;

	vectors_read(&vectors, MESSAGES);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	vectors_free(&vectors);
	return failed;
}
