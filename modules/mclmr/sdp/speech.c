/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A speech section under a profile. */
#include "speech.h"

void mclmr_speech_add_reason(
		mclmr_speech_t *speech, mclmr_rule_t rule, mclmr_span_t detail)
{
	mclmr_judge_add_reason(speech->judge, speech->which, rule, detail);
}

const mclmr_codec_t *mclmr_speech_codec(const mclmr_speech_t *speech, size_t i)
{
	return &speech->judge->profiles->codecs.codec[speech->codec[i]];
}

bool mclmr_speech_is_kept(const mclmr_speech_t *speech, size_t i)
{
	return !speech->section->format[i].dropped
		   && mclmr_judge_is_voice(speech->judge, speech->codec[i]);
}

void mclmr_speech_drop(mclmr_speech_t *speech, size_t i, mclmr_rule_t rule)
{
	mclmr_sdp_format_t *format = &speech->section->format[i];

	format->dropped = true;
	speech->section->edited = true;
	mclmr_speech_add_reason(speech, rule, format->token);
}

/* True if a speech format is left. */
static bool has_speech(const mclmr_speech_t *speech)
{
	for(size_t i = 0; i < speech->section->formats; i++) {
		if(mclmr_speech_is_kept(speech, i))
			return true;
	}
	return false;
}

/* Judges formats by name, then by encryption. */
static mclmr_status_t judge_formats(mclmr_speech_t *speech)
{
	mclmr_status_t status = MCLMR_CODEC_REQUIRED;

	mclmr_speech_keep_named(speech);
	if(has_speech(speech)) {
		mclmr_speech_keep_suiting(speech);
		if(has_speech(speech))
			return MCLMR_OK;
		status = mclmr_speech_e2ee_status(speech);
	}
	mclmr_speech_add_reason(speech, MCLMR_RULE_EMPTY, speech->section->media);
	return status;
}

/* Refuses speech that is told to be two things at once. */
static mclmr_status_t contradiction(mclmr_speech_t *speech)
{
	mclmr_speech_add_reason(
			speech, MCLMR_RULE_CONTRADICTION, speech->section->media);
	return mclmr_speech_e2ee_status(speech);
}

/* Takes out crypto lines that the profile does not permit. */
static void keep_suites(mclmr_speech_t *speech)
{
	mclmr_sdp_line_t *line;
	size_t at = 1;

	while((line = mclmr_sdp_next(speech->section->line, speech->section->lines,
				   MCLMR_SPAN("crypto"), &at))
			!= NULL) {
		mclmr_sdes_t crypto = mclmr_sdes_read(line);

		if(mclmr_sdes_usable(&crypto, speech->judge->profile->suites))
			continue;
		line->dropped = true;
		mclmr_speech_add_reason(
				speech, MCLMR_RULE_SUITE, mclmr_sdes_name(&crypto));
	}
}

/* The kinds of keying that the section shows now. */
static unsigned kinds_of(const mclmr_speech_t *speech)
{
	return mclmr_keying_of(speech->judge->sdp, speech->section,
			speech->judge->profile->mikey_sakke_only != 0);
}

/* Takes one kind out if the profile does not permit it, unless the session
 * part has it too. */
static void strip_kind(mclmr_speech_t *speech, unsigned kind)
{
	if((kinds_of(speech) & kind) == 0
			|| (speech->judge->profile->srtp & kind) != 0
			|| mclmr_keying_in_session(speech->judge->sdp, kind))
		return;
	mclmr_keying_drop(speech->section, kind);
	mclmr_speech_add_reason(speech, MCLMR_RULE_KEYING_STRIPPED,
			mclmr_span(mclmr_keying_word(kind)));
}

/* Judges the protection on the way. Lines go only if another protection
 * stays that was there before: the rest never looks like a new kind. */
static mclmr_status_t judge_keying(mclmr_speech_t *speech)
{
	unsigned before = kinds_of(speech);
	unsigned after = before;

	keep_suites(speech);
	if((before & (MCLMR_KEYING_SDES | MCLMR_KEYING_DTLS)) != 0) {
		strip_kind(speech, MCLMR_KEYING_SDES);
		strip_kind(speech, MCLMR_KEYING_DTLS);
		after = kinds_of(speech);
	}
	if((after & ~before) == 0 && (after & ~speech->judge->profile->srtp) == 0) {
		speech->judge->decision->srtp |= after;
		return MCLMR_OK;
	}
	mclmr_speech_add_reason(speech, MCLMR_RULE_KEYING, speech->section->proto);
	return MCLMR_KEYING_DENIED;
}

/* True if P25 speech is kept: its packets follow rules of their own. */
static bool has_p25(const mclmr_speech_t *speech)
{
	for(size_t i = 0; i < speech->section->formats; i++) {
		if(!speech->section->format[i].dropped
				&& mclmr_speech_codec(speech, i)->lmr_type == MCLMR_LMR_P25)
			return true;
	}
	return false;
}

/* True if all numbers of an attribute keep within limits; max 0: none. */
static bool keeps_within(
		const mclmr_speech_t *speech, mclmr_span_t name, long min, long max)
{
	const mclmr_sdp_line_t *line;
	size_t at = 1;

	while((line = mclmr_sdp_next(
				   speech->section->line, speech->section->lines, name, &at))
			!= NULL) {
		long number = mclmr_sdp_number(mclmr_span_trim(line->value));

		if(number < 1 || number < min || (max > 0 && number > max))
			return false;
	}
	return true;
}

/* Judges packet times if the profile has limits. */
static mclmr_status_t judge_ptime(mclmr_speech_t *speech)
{
	const mclmr_profile_t *profile = speech->judge->profile;

	if((profile->min_ptime == 0 && profile->max_ptime == 0) || has_p25(speech))
		return MCLMR_OK;
	if(keeps_within(speech, MCLMR_SPAN("ptime"), profile->min_ptime,
			   profile->max_ptime)
			&& keeps_within(
					speech, MCLMR_SPAN("maxptime"), profile->min_ptime, 0))
		return MCLMR_OK;
	mclmr_speech_add_reason(speech, MCLMR_RULE_PTIME, MCLMR_SPAN("ptime"));
	return MCLMR_MEDIA_DENIED;
}

/* Adds what the kept formats can be to the decision. */
static void add_up(const mclmr_speech_t *speech)
{
	mclmr_decision_t *decision = speech->judge->decision;

	for(size_t i = 0; i < speech->section->formats; i++) {
		if(!mclmr_speech_is_kept(speech, i))
			continue;
		if(decision->codec == MCLMR_NO_CODEC)
			decision->codec = speech->codec[i];
		decision->e2ee |= mclmr_speech_modes(speech, i);
	}
}

mclmr_status_t mclmr_speech_judge(mclmr_judge_t *judge, int which)
{
	mclmr_speech_t speech = {.judge = judge,
			.section = &judge->sdp->section[which],
			.which = which};
	mclmr_status_t status;

	for(size_t i = 0; i < speech.section->formats; i++)
		speech.codec[i] = mclmr_judge_codec(judge, &speech.section->format[i]);
	if(!mclmr_speech_read_told(&speech) || !mclmr_speech_join_wanted(&speech))
		return contradiction(&speech);
	status = judge_formats(&speech);
	if(status == MCLMR_OK
			&& (!mclmr_speech_join_wanted(&speech)
					|| !mclmr_speech_can_be_wanted(&speech)))
		return contradiction(&speech); /* what is left is not wanted */
	if(status == MCLMR_OK && judge->offer == NULL)
		status = judge_keying(&speech);
	if(status == MCLMR_OK)
		status = judge_ptime(&speech);
	if(status != MCLMR_OK)
		return status;
	if(judge->offer == NULL)
		mclmr_speech_put_in_order(&speech);
	mclmr_sdp_drop_orphans(speech.section);
	add_up(&speech);
	return MCLMR_OK;
}
