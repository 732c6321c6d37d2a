/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which formats of a speech section a profile names, and their order. */
#include "speech.h"

/* True if a mask names the row. */
static bool has_codec(uint64_t mask, int codec)
{
	return codec != MCLMR_NO_CODEC && (mask & UINT64_C(1) << codec) != 0;
}

/* True if a format that may stay is one of those to force. */
static bool has_forced(const mclmr_speech_t *speech)
{
	const mclmr_profile_t *profile = speech->judge->profile;

	for(size_t i = 0; i < speech->section->formats; i++) {
		if(!speech->section->format[i].dropped
				&& has_codec(profile->force & ~profile->deny, speech->codec[i])
				&& !mclmr_judge_is_rebound(speech->judge, speech->which,
						&speech->section->format[i]))
			return true;
	}
	return false;
}

/* True for clear speech that the IWF can turn into an allowed format. */
static bool can_be_transcoded(const mclmr_speech_t *speech, size_t i)
{
	return speech->judge->profile->transcoder_iwf
		   && (speech->wanted & MCLMR_E2EE_ON) == 0
		   && mclmr_speech_modes(speech, i) == MCLMR_E2EE_OFF;
}

/* Judges one format by name; MCLMR_RULE_COUNT if it may stay. */
static mclmr_rule_t rule_of_name(
		const mclmr_speech_t *speech, size_t i, bool is_forced)
{
	const mclmr_profile_t *profile = speech->judge->profile;
	int codec = speech->codec[i];

	if(codec == MCLMR_NO_CODEC)
		return MCLMR_RULE_UNKNOWN_FORMAT;
	if(mclmr_judge_is_rebound(
			   speech->judge, speech->which, &speech->section->format[i]))
		return MCLMR_RULE_REBOUND;
	if(has_codec(profile->deny, codec))
		return MCLMR_RULE_DENIED;
	if(mclmr_speech_codec(speech, i)->signalling)
		return MCLMR_RULE_COUNT;
	if(is_forced)
		return has_codec(profile->force, codec) ? MCLMR_RULE_COUNT
												: MCLMR_RULE_FORCED;
	if(has_codec(profile->allow, codec))
		return MCLMR_RULE_COUNT;
	return can_be_transcoded(speech, i) ? MCLMR_RULE_FOR_TRANSCODER
										: MCLMR_RULE_NOT_ALLOWED;
}

void mclmr_speech_keep_named(mclmr_speech_t *speech)
{
	bool is_forced = has_forced(speech);

	for(size_t i = 0; i < speech->section->formats; i++) {
		mclmr_rule_t rule;

		if(speech->section->format[i].dropped)
			continue;
		rule = rule_of_name(speech, i, is_forced);
		if(rule == MCLMR_RULE_FOR_TRANSCODER) {
			speech->judge->for_transcoder = true;
			mclmr_speech_add_reason(
					speech, rule, speech->section->format[i].token);
		} else if(rule != MCLMR_RULE_COUNT) {
			mclmr_speech_drop(speech, i, rule);
		}
	}
}

/* The place of a format in the profile's order; what is no speech is last. */
static size_t rank(const mclmr_speech_t *speech, size_t i)
{
	const mclmr_profile_t *profile = speech->judge->profile;
	size_t at = 0;

	if(!mclmr_judge_is_voice(speech->judge, speech->codec[i]))
		return MCLMR_MAX_CODECS + 1;
	while(at < profile->ordered && profile->order[at] != speech->codec[i])
		at++;
	return at;
}

/* Moves format i before its neighbour while that ranks after it. */
static bool sink(mclmr_speech_t *speech, size_t i)
{
	bool moved = false;

	for(; i > 0 && rank(speech, i - 1) > rank(speech, i); i--) {
		mclmr_sdp_format_t format = speech->section->format[i];
		int codec = speech->codec[i];

		speech->section->format[i] = speech->section->format[i - 1];
		speech->codec[i] = speech->codec[i - 1];
		speech->section->format[i - 1] = format;
		speech->codec[i - 1] = codec;
		moved = true;
	}
	return moved;
}

void mclmr_speech_put_in_order(mclmr_speech_t *speech)
{
	bool moved = false;

	if(speech->judge->profile->ordered == 0)
		return;
	for(size_t i = 1; i < speech->section->formats; i++)
		moved |= sink(speech, i);
	if(!moved)
		return;
	speech->section->edited = true;
	mclmr_speech_add_reason(
			speech, MCLMR_RULE_ORDERED, (mclmr_span_t){NULL, 0});
}
