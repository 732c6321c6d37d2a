/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a file of media profiles. What reads has names of their own by which
 * it is found, and names no row that is not there; a complaint names a line
 * of the file. A comment at its end changes nothing.
 */
#include <string.h>

#include "mclmr/sdp/profile.h"
#include "fuzz.h"

#define COMMENT "\n# the end\n"

static mclmr_profiles_t profiles, same;
static char text[70000 + sizeof(COMMENT)];

/* The mask of the rows of the table. */
static uint64_t rows(void)
{
	size_t n = profiles.codecs.n;

	return n == MCLMR_MAX_CODECS ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* What holds of a profile. */
static void check_profile(const mclmr_profile_t *profile)
{
	size_t len = strnlen(profile->name, MCLMR_PROFILE_NAME);

	require(len > 0 && len < MCLMR_PROFILE_NAME);
	require(mclmr_profile_find(&profiles, (mclmr_span_t){profile->name, len})
			== profile);
	require(((profile->allow | profile->deny | profile->force) & ~rows()) == 0);
	require(profile->ordered <= profiles.codecs.n);
	for(size_t i = 0; i < profile->ordered; i++)
		require(profile->order[i] < profiles.codecs.n);
	require(profile->min_ptime >= 0 && profile->max_ptime >= 0);
	require(memchr(profile->e2ee_attribute, '\0', MCLMR_CODEC_WORD) != NULL);
	require(mclmr_profile_bad_answer(profile) != MCLMR_BAD_DEFAULT);
}

/* A copy with one format forced is one that the profile permits. */
static void check_force(const mclmr_profile_t *profile)
{
	mclmr_profile_t copy;

	for(size_t i = 0; i < profiles.codecs.n; i++) {
		const char *id = profiles.codecs.codec[i].id;

		if(mclmr_profile_force(&profiles, profile,
				   (mclmr_span_t){id, strnlen(id, MCLMR_CODEC_WORD)}, &copy)
				== NULL)
			require((copy.force & ~rows()) == 0 && copy.force != 0);
	}
}

/* The lines of a file. */
static size_t lines_of(mclmr_span_t file)
{
	size_t n = 1;

	for(size_t i = 0; i < file.len; i++)
		n += file.s[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t file = input_of(data, size);
	size_t line;

	memset(&profiles, 0, sizeof(profiles));
	memset(&same, 0, sizeof(same));
	if(mclmr_profiles_read(file, &profiles, &line) != NULL) {
		require(line <= lines_of(file));
		return 0;
	}
	require(profiles.n <= MCLMR_MAX_PROFILES);
	for(size_t i = 0; i < profiles.n; i++) {
		check_profile(&profiles.profile[i]);
		check_force(&profiles.profile[i]);
	}
	if(size > sizeof(text) - sizeof(COMMENT))
		return 0;
	if(size > 0)
		memcpy(text, data, size);
	memcpy(text + size, COMMENT, sizeof(COMMENT) - 1);
	require(mclmr_profiles_read(
					(mclmr_span_t){text, size + sizeof(COMMENT) - 1}, &same,
					&line)
			== NULL);
	require(memcmp(&profiles, &same, sizeof(same)) == 0);
	return 0;
}
