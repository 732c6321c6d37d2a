/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * speech: one speech section under a profile, of an offer or an answer;
 * internal. speech.c judges it by its codecs (speech_codec.c), by their
 * end-to-end encryption (speech_e2ee.c), by its keying and packet times.
 */
#ifndef MCLMR_SPEECH_H
#define MCLMR_SPEECH_H

#include "judge.h"

/* A speech section while it is judged. */
typedef struct mclmr_speech
{
	mclmr_judge_t *judge;
	mclmr_sdp_section_t *section;
	int which;
	mclmr_e2ee_told_t told; /* by the private attribute */
	unsigned wanted;		/* by all that says something, 0: nothing */
	int codec[MCLMR_SDP_MAX_FORMATS]; /* rows, or MCLMR_NO_CODEC */
} mclmr_speech_t;

/* Judges a speech section: marks what goes. MCLMR_OK, or why nothing of it
 * may stay. */
mclmr_status_t mclmr_speech_judge(mclmr_judge_t *judge, int which);

/* Adds a reason for this section. */
void mclmr_speech_add_reason(
		mclmr_speech_t *speech, mclmr_rule_t rule, mclmr_span_t detail);

/* The row of format i, which has one. */
const mclmr_codec_t *mclmr_speech_codec(const mclmr_speech_t *speech, size_t i);

/* True if format i is speech and stays so far. */
bool mclmr_speech_is_kept(const mclmr_speech_t *speech, size_t i);

/* Takes format i out, for a reason. */
void mclmr_speech_drop(mclmr_speech_t *speech, size_t i, mclmr_rule_t rule);

/* Takes out the formats that the profile does not name. */
void mclmr_speech_keep_named(mclmr_speech_t *speech);

/* Puts the formats in the profile's order; those of one rank keep theirs. */
void mclmr_speech_put_in_order(mclmr_speech_t *speech);

/* What format i, which has a row, can be by all that the description says:
 * MCLMR_E2EE_*. */
unsigned mclmr_speech_modes(const mclmr_speech_t *speech, size_t i);

/* Takes out the formats whose encryption does not suit the profile. */
void mclmr_speech_keep_suiting(mclmr_speech_t *speech);

/* The status of speech whose encryption is not what the profile wants. */
mclmr_status_t mclmr_speech_e2ee_status(const mclmr_speech_t *speech);

/* Reads what the private attribute tells; an answer without one keeps to that
 * of the offer. false if it cannot be read, or contradicts the offer's. */
bool mclmr_speech_read_told(mclmr_speech_t *speech);

/* Joins what fmtp, attribute and info part say is wanted; false if two of
 * them contradict. */
bool mclmr_speech_join_wanted(mclmr_speech_t *speech);

/* True if some of the speech that stays can be what is wanted. */
bool mclmr_speech_can_be_wanted(const mclmr_speech_t *speech);

#endif
