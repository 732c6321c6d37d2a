/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * judge: what offers and answers have in common when a profile is applied to
 * them; internal.
 */
#ifndef MCLMR_JUDGE_H
#define MCLMR_JUDGE_H

#include "policy.h"

/* What a judgement works on. */
typedef struct mclmr_judge
{
	const mclmr_profiles_t *profiles;
	const mclmr_profile_t *profile;
	mclmr_arena_t *arena;
	mclmr_decision_t *decision;
	mclmr_sdp_t *sdp;
	mclmr_sdp_t *offer;	 /* of an answer, else NULL */
	mclmr_span_t bound;	 /* payload types of before, see binding.h */
	unsigned info;		 /* what the info part says of encryption, 0: nothing */
	bool for_transcoder; /* a format was kept for the transcoder */
	bool cut;			 /* a line lost a part of it */
	bool relayed;		 /* nothing may lead around the relay */
	bool bad_speech;	 /* of an answer: a speech section of it is bad */
} mclmr_judge_t;

/* Adds a reason to the decision; those beyond MCLMR_MAX_REASONS are lost. */
void mclmr_judge_add_reason(mclmr_judge_t *judge, int section,
		mclmr_rule_t rule, mclmr_span_t detail);

/* Reads a description; false, and the decision is the refusal, if it cannot
 * be read. */
bool mclmr_judge_read(
		mclmr_judge_t *judge, mclmr_span_t text, mclmr_sdp_t **sdp);

/* Takes out what leads around the relay, if there is one; what it cannot
 * carry gets port 0, or is refused. */
mclmr_status_t mclmr_judge_bypass(mclmr_judge_t *judge);

/* Strips the capability attributes, or says that they are refused. */
mclmr_status_t mclmr_judge_capneg(mclmr_judge_t *judge);

/* Judges a section of other media. */
mclmr_status_t mclmr_judge_other(mclmr_judge_t *judge, int which);

/* The row of a format under this profile, MCLMR_NO_CODEC if there is none. */
int mclmr_judge_codec(
		const mclmr_judge_t *judge, const mclmr_sdp_format_t *format);

/* True if the format's payload type stood for another encoding before. */
bool mclmr_judge_is_rebound(const mclmr_judge_t *judge, int which,
		const mclmr_sdp_format_t *format);

/* True for a row that is speech. */
bool mclmr_judge_is_voice(const mclmr_judge_t *judge, int codec);

/* True for a section of speech: audio, and every one over RTP that lists a
 * format of speech, whatever it calls itself. */
bool mclmr_judge_is_speech(
		const mclmr_judge_t *judge, const mclmr_sdp_section_t *section);

/* Judges an answer and fills in the decision. */
void mclmr_judge_answer(
		mclmr_judge_t *judge, const mclmr_policy_request_t *request);

/* Gives a section port 0. */
void mclmr_judge_close(mclmr_judge_t *judge, int which);

/* Adds up what the speech that is kept can be, and writes the text. */
void mclmr_judge_finish(mclmr_judge_t *judge);

#endif
