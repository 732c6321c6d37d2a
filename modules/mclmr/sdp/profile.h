/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * profile: what an operator allows in session descriptions, read from an ini
 * file in the style of Kamailio's tls.cfg. All profiles with the two tables
 * they name are one value without pointers, so that it can be copied into
 * shared memory and replaced as a whole.
 */
#ifndef MCLMR_PROFILE_H
#define MCLMR_PROFILE_H

#include "e2ee.h"

#define MCLMR_MAX_PROFILES 64
#define MCLMR_PROFILE_NAME 32

typedef enum mclmr_e2ee_rule
{
	MCLMR_E2EE_ALLOWED,
	MCLMR_E2EE_RULE_FORBIDDEN,
	MCLMR_E2EE_RULE_REQUIRED
} mclmr_e2ee_rule_t;

typedef enum mclmr_on_empty
{
	MCLMR_EMPTY_REJECT,
	MCLMR_EMPTY_PORT0
} mclmr_on_empty_t;

typedef enum mclmr_on_bad_answer
{
	MCLMR_BAD_DEFAULT, /* end if E2EE is required, else port0 */
	MCLMR_BAD_LOG,
	MCLMR_BAD_PORT0, /* end if no speech is left */
	MCLMR_BAD_END	 /* end for any bad speech */
} mclmr_on_bad_answer_t;

typedef enum mclmr_other_media
{
	MCLMR_OTHER_PASS,
	MCLMR_OTHER_PORT0,
	MCLMR_OTHER_REFUSE
} mclmr_other_media_t;

typedef struct mclmr_profile
{
	char name[MCLMR_PROFILE_NAME];
	uint64_t allow, deny, force; /* of formats */
	size_t ordered;				 /* rows in order[]; 0: as offered */
	unsigned char order[MCLMR_MAX_CODECS];
	int e2ee;							   /* mclmr_e2ee_rule_t */
	uint64_t algorithms;				   /* mask */
	char e2ee_attribute[MCLMR_CODEC_WORD]; /* empty: not read */
	unsigned srtp;						   /* kinds of keying */
	int mikey_sakke_only;
	unsigned suites; /* mask */
	int single_codec;
	int on_empty;	   /* mclmr_on_empty_t */
	int on_bad_answer; /* mclmr_on_bad_answer_t */
	int narrow_fmtp;
	int capneg_refuse;
	int transcoder_iwf;
	int p25_without_rtpmap;
	int info_e2ee;			   /* end-to-end-security of the info part counts */
	long min_ptime, max_ptime; /* milliseconds, 0: no limit */
	int other_media;		   /* mclmr_other_media_t */
} mclmr_profile_t;

typedef struct mclmr_profiles
{
	mclmr_codec_table_t codecs;
	mclmr_algorithm_table_t algorithms;
	size_t n;
	mclmr_profile_t profile[MCLMR_MAX_PROFILES];
} mclmr_profiles_t;

/*
 * Reads the text of a file. Sections [codecs] and [algorithms] come before
 * the profiles that use their rows. NULL on success, else what is wrong and
 * in which line (0: the file as a whole); *profiles is then not to be used.
 */
const char *mclmr_profiles_read(
		mclmr_span_t text, mclmr_profiles_t *profiles, size_t *line);

/* The profile of a name, NULL if there is none. */
const mclmr_profile_t *mclmr_profile_find(
		const mclmr_profiles_t *profiles, mclmr_span_t name);

/*
 * A copy of the profile whose force is one format, named by id, encoding name
 * or NAME/CLOCK[/CHANNELS]. NULL on success, else why the profile does not
 * permit that: a static text, and *copy is not to be used.
 */
const char *mclmr_profile_force(const mclmr_profiles_t *profiles,
		const mclmr_profile_t *profile, mclmr_span_t codec,
		mclmr_profile_t *copy);

/* What to do with a bad answer, the default resolved. */
mclmr_on_bad_answer_t mclmr_profile_bad_answer(const mclmr_profile_t *profile);

#endif
