/* SPDX-License-Identifier: GPL-2.0-or-later */

/* seal: AES-GCM over what a message carries. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/keys/seal.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

static const char zeros[32];

/* Test cases 2 and 14 of the specification of GCM: all octets are zero. */
static void test_published(void **state)
{
	static const struct
	{
		size_t key;
		const char *sealed;
	} rows[] = {
			{16, "0388dace60b6a392f328c2b971b2fe78"
				 "ab6e47d42cec13bdf53a67b21257bddf"},
			{32, "cea7403d4d606b6e074ec5d3baf39d18"
				 "d0d1c8a799996bf0265b98b5d48ab919"},
	};
	uint8_t sealed[32];
	uint8_t wanted[32];

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_seal_t seal = {{zeros, rows[i].key}, {zeros, 12}};

		assert_int_equal(
				mclmr_octets_from_hex(mclmr_span(rows[i].sealed), wanted, 32),
				32);
		assert_true(
				mclmr_seal(&seal, S(""), (mclmr_span_t){zeros, 16}, sealed));
		assert_memory_equal(sealed, wanted, 32);
	}
}

/* What has changed does not open, and nothing of its text is left. */
static void test_changed(void **state)
{
	static const char text[] = "the key of a radio user";
	mclmr_seal_t seal = {{zeros, 32}, {zeros, 12}};
	uint8_t sealed[sizeof(text) + MCLMR_SEAL_TAG];
	uint8_t opened[sizeof(text)];

	(void)state;
	assert_true(mclmr_seal(
			&seal, S("head"), (mclmr_span_t){text, sizeof(text)}, sealed));
	assert_true(mclmr_unseal(&seal, S("head"),
			mclmr_octets_span(sealed, sizeof(sealed)), opened));
	assert_memory_equal(opened, text, sizeof(text));
	for(size_t i = 0; i <= sizeof(sealed); i++) {
		mclmr_span_t head = i < sizeof(sealed) ? S("head") : S("heaD");

		if(i < sizeof(sealed))
			sealed[i] ^= 1;
		memset(opened, 'x', sizeof(opened));
		assert_false(mclmr_unseal(&seal, head,
				mclmr_octets_span(sealed, sizeof(sealed)), opened));
		assert_memory_equal(opened, zeros, sizeof(opened));
		if(i < sizeof(sealed))
			sealed[i] ^= 1;
	}
	assert_false(mclmr_unseal(&seal, S("head"),
			(mclmr_span_t){(const char *)sealed, MCLMR_SEAL_TAG - 1}, opened));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_published),
			cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
