/* SPDX-License-Identifier: GPL-2.0-or-later */

/* profile: the ini file, and the tables that it can extend. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/keying.h"
#include "mclmr/sdp/profile.h"
#include "unit.h"

static mclmr_profiles_t profiles;

/* Texts that are no file, with the line that is named. */
static const struct
{
	const char *text;
	size_t line;
} bad[] = {
		{"", 0},
		{"\n# only a comment\n", 2},
		{"allow = *\n", 1},
		{"[p\nallow = *\n", 1},
		{"[]\n", 1},
		{"[p\x01]\nallow = pcmu\n", 1},
		{"[p]\nallow = pcmu\n\x7f\x1f = 1\n", 3},
		{"[a-name-that-is-longer-than-31-chars]\n", 1},
		{"[p]\n", 1},
		{"[p]\nallow =\n", 2},
		{"[p]\nallow\n", 2},
		{"[p]\nallow = pcmu,\n", 2},
		{"[p]\nallow = no-such\n", 2},
		{"[p]\nallow = pcmu/16000\n", 2},
		{"[p]\nallow = pcmu\nallow = pcma\n", 3},
		{"[p]\nallow = pcmu\ncolour = red\n", 3},
		{"[p]\nallow = pcmu\ne2ee = perhaps\n", 3},
		{"[p]\nallow = pcmu\ninfo_e2ee = perhaps\n", 3},
		{"[p]\nallow = pcmu\nsrtp = zrtp\n", 3},
		{"[p]\nallow = pcmu\nsuites = ROT13\n", 3},
		{"[p]\nallow = pcmu\nalgorithms = p25-rot13\n", 3},
		{"[p]\nallow = pcmu\norder = no-such\n", 3},
		{"[p]\nallow = pcmu\nmin_ptime = 0\n", 3},
		{"[p]\nallow = pcmu\nmin_ptime = x\n", 3},
		{"[p]\nallow = pcmu\nmin_ptime = 40\nmax_ptime = 20\n", 4},
		{"[p]\nallow = pcmu\ne2ee = required\ntranscoder = iwf\n", 4},
		{"[p]\nallow = pcmu\ne2ee_attribute = "
		 "a-name-that-is-longer-than-31-chars\n",
				3},
		{"[p]\nallow = pcmu\n[p]\nallow = pcmu\n", 3},
		{"[p]\n[q]\nallow = pcmu\n", 2},
		{"[p]\nallow = pcmu\n[codecs]\n", 3},
		{"[codecs]\nx = \n[p]\nallow = pcmu\n", 2},
		{"[codecs]\nx = X\n", 2},
		{"[codecs]\nx = X/0\n", 2},
		{"[codecs]\nx = X/8000 e2ee=x\n", 2},
		{"[codecs]\nx = X/8000 lmr=x\n", 2},
		{"[codecs]\nx = X/8000 loud\n", 2},
		{"[algorithms]\nx = p25\n", 2},
		{"[algorithms]\nx = lte 1\n", 2},
		{"[algorithms]\nx = p25 zz\n", 2},
		{"[algorithms]\nx = p25 1 strong\n", 2},
		{"[algorithms]\nx = p25 12345\n", 2},
		{"[algorithms]\n = p25 1\n", 2},
		{"[algorithms]\na-name-that-is-longer-than-31-chars = p25 1\n", 2},
		{"[codecs]\n = X/8000\n", 2},
		{"[codecs]\na-name-that-is-longer-than-31-chars = X/8000\n", 2},
		{"[codecs]\nx = /8000\n", 2},
		{"[codecs]\nx = X/8000/0\n", 2},
		{"[codecs]\nx = a-name-that-is-longer-than-31-chars/8000\n", 2},
};

static void test_bad(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t line;

		if(mclmr_profiles_read(mclmr_span(bad[i].text), &profiles, &line)
						== NULL
				|| line != bad[i].line)
			fail_msg("%s: line %zu", bad[i].text, line);
	}
}

/* Reads a text that has to be right; its first profile. */
static const mclmr_profile_t *read_text(const char *text)
{
	size_t line;
	const char *wrong = mclmr_profiles_read(mclmr_span(text), &profiles, &line);

	if(wrong != NULL)
		fail_msg("%zu: %s", line, wrong);
	return &profiles.profile[0];
}

static void test_defaults(void **state)
{
	const mclmr_profile_t *profile = read_text("[p]\r\nallow = pcmu # why\r\n");

	(void)state;
	assert_string_equal(profile->name, "p");
	assert_int_equal(profile->e2ee, MCLMR_E2EE_ALLOWED);
	assert_int_equal(profile->srtp, MCLMR_KEYING_ALL);
	assert_int_equal(profile->ordered, 0);
	assert_int_equal(profile->other_media, MCLMR_OTHER_PASS);
	assert_int_equal(mclmr_profile_bad_answer(profile), MCLMR_BAD_PORT0);
	assert_true(profile->algorithms
				== mclmr_algorithm_mask(&profiles.algorithms, MCLMR_SPAN("*")));
	assert_true((profile->algorithms
						& mclmr_algorithm_mask(
								&profiles.algorithms, MCLMR_SPAN("tetra-135")))
				== 0);
	assert_null(mclmr_profile_find(&profiles, MCLMR_SPAN("P")));
	assert_ptr_equal(mclmr_profile_find(&profiles, MCLMR_SPAN("p")), profile);
}

static void test_tables(void **state)
{
	mclmr_sdp_format_t format = {.pt = 96,
			.name = MCLMR_SPAN("x-nxdn"),
			.clock = 8000,
			.channels = 1};
	const mclmr_profile_t *profile =
			read_text("[codecs]\nnxdn = X-NXDN/8000 e2ee=in-band lmr=nxdn\n"
					  "pcmu = PCMU/8000 e2ee=always signalling\n"
					  "[algorithms]\np25-local = p25 0xAd weak\n"
					  "p25-des = p25 81\n"
					  "[p]\nallow = nxdn\nalgorithms = p25-local, p25-des\n"
					  "order = nxdn, *\n");
	int row = mclmr_codec_of(&profiles.codecs, &format);

	(void)state;
	assert_int_not_equal(row, MCLMR_NO_CODEC);
	assert_true(profile->allow == UINT64_C(1) << row);
	assert_int_equal(profile->ordered, profiles.codecs.n);
	assert_int_equal(profile->order[0], row);
	assert_int_equal(
			profiles.algorithms.algorithm[profiles.algorithms.n - 1].number,
			0xad);
	assert_string_equal(mclmr_keying_word(MCLMR_KEYING_OTHER), "other");
	assert_int_equal(profiles.codecs.codec[row].lmr_type, MCLMR_LMR_NXDN);
	format = (mclmr_sdp_format_t){.pt = 0};
	row = mclmr_codec_of(&profiles.codecs, &format);
	assert_true(profiles.codecs.codec[row].signalling);
	assert_int_equal(profiles.codecs.codec[row].e2ee, MCLMR_CODEC_ALWAYS);
}

/* One format that a group's codec forces. */
static void test_force(void **state)
{
	static const struct
	{
		const char *profile, *codec;
		bool permitted;
	} cases[] = {
			{"allow = pcmu, pcma", "pcma", true},
			{"allow = pcmu, pcma", "PCMA/8000", true},
			{"allow = pcmu, pcma", "X-TIA-P25-IMBE", false},
			{"force = pcma", "pcma", true},
			{"allow = *\ndeny = pcma", "pcma", false},
			{"allow = *", "no-such", false},
			{"allow = *", "*", false},
			{"allow = *", "PCMA/16000", false},
			{"allow = *", "telephone-event", false},
			{"allow = *", "dtmf", false},
			{"allow = *\ne2ee = required", "AMR-WB", false},
			{"allow = *\ne2ee = required", "tetra-bb", true},
			{"allow = *\ne2ee = required", "p25-imbe", true},
			{"allow = *\ne2ee = required", "scip", true},
			{"allow = *\ne2ee = forbidden", "scip", false},
			{"allow = *\ne2ee = forbidden", "p25-imbe", true},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];
		const mclmr_profile_t *profile;
		mclmr_profile_t copy;
		mclmr_span_t codec = mclmr_span(cases[i].codec);
		const char *why;

		(void)snprintf(text, sizeof(text), "[p]\n%s\n", cases[i].profile);
		profile = read_text(text);
		why = mclmr_profile_force(&profiles, profile, codec, &copy);
		if((why == NULL) != cases[i].permitted)
			fail_msg("%s: %s", text, cases[i].codec);
		if(why != NULL)
			continue;
		assert_true(copy.force == mclmr_codec_mask(&profiles.codecs, codec));
		assert_true(copy.allow == profile->allow);
	}
}

/* A part n times, then a tail: how many rows, profiles fit. */
static bool fits(const char *head, const char *part, size_t n, const char *tail)
{
	static char text[16384];
	size_t len = strlen(head), line;

	(void)snprintf(text, sizeof(text), "%s", head);
	for(size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, part, i);
	(void)snprintf(text + len, sizeof(text) - len, "%s", tail);
	return mclmr_profiles_read(mclmr_span(text), &profiles, &line) == NULL;
}

static void test_limits(void **state)
{
	const char *tail = "[p]\nallow = *\norder = *\n";
	size_t codecs, algorithms;

	(void)state;
	read_text(tail);
	codecs = MCLMR_MAX_CODECS - profiles.codecs.n;
	algorithms = MCLMR_MAX_ALGORITHMS - profiles.algorithms.n;
	assert_true(fits("[codecs]\n", "x%zu = X/8000\n", codecs, tail));
	assert_false(fits("[codecs]\n", "x%zu = X/8000\n", codecs + 1, tail));
	assert_true(fits("[algorithms]\n", "x%zu = p25 1\n", algorithms, tail));
	assert_false(
			fits("[algorithms]\n", "x%zu = p25 1\n", algorithms + 1, tail));
	assert_true(fits("", "[x%zu]\nallow = *\n", 63, tail));
	assert_false(fits("", "[x%zu]\nallow = *\n", 64, tail));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_bad),
			cmocka_unit_test(test_defaults),
			cmocka_unit_test(test_tables),
			cmocka_unit_test(test_force),
			cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
