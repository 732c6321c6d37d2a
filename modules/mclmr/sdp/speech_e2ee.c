/* SPDX-License-Identifier: GPL-2.0-or-later */

/* End-to-end encryption of the formats of a speech section. */
#include "speech.h"

unsigned mclmr_speech_modes(const mclmr_speech_t *speech, size_t i)
{
	const mclmr_codec_t *codec = mclmr_speech_codec(speech, i);
	const mclmr_e2ee_told_t *told = &speech->told;
	unsigned modes = MCLMR_E2EE_MAYBE;

	switch(codec->e2ee) {
		case MCLMR_CODEC_NEVER:
			return MCLMR_E2EE_OFF;
		case MCLMR_CODEC_ALWAYS:
			return MCLMR_E2EE_ON;
		case MCLMR_CODEC_FMTP:
			return mclmr_e2ee_fmtp(speech->section->format[i].params);
		case MCLMR_CODEC_IN_BAND:
			break;
	}
	if(told->mode != 0 && told->lmr_type == codec->lmr_type)
		modes = told->mode;
	if(speech->judge->info != 0)
		modes &= speech->judge->info; /* they do not contradict */
	return modes;
}

/* Puts "encryption-mode=VALUE" in the place of the list at value. */
static bool replace_mode(mclmr_speech_t *speech, mclmr_sdp_format_t *format,
		mclmr_span_t value, char mode)
{
	mclmr_span_t text = format->fmtp->text;
	size_t before = (size_t)(value.s - text.s);
	size_t size = text.len - value.len + 1;
	char *copy = mclmr_arena_alloc(speech->judge->arena, size);

	if(copy == NULL)
		return false;
	for(size_t i = 0; i < before; i++)
		copy[i] = text.s[i];
	copy[before] = mode;
	for(size_t i = before + 1; i < size; i++)
		copy[i] = text.s[i + value.len - 1];
	format->params = (mclmr_span_t){copy + (format->params.s - text.s),
			format->params.len - value.len + 1};
	format->fmtp->text = (mclmr_span_t){copy, size};
	return true;
}

/* Cuts the one encryption-mode of a format to one value; false if there
 * are several, or no room. */
static bool narrow(
		mclmr_speech_t *speech, mclmr_sdp_format_t *format, char mode)
{
	mclmr_span_t rest = format->params, list = {NULL, 0}, name, value;

	while(mclmr_sdp_param(&rest, &name, &value)) {
		if(!mclmr_span_equal_nocase(name, MCLMR_SPAN("encryption-mode")))
			continue;
		if(list.s != NULL)
			return false;
		list = value;
	}
	return replace_mode(speech, format, list, mode);
}

/* Judges what a format's encryption can be; MCLMR_RULE_COUNT: it stays. */
static mclmr_rule_t rule_of_e2ee(mclmr_speech_t *speech, size_t i)
{
	const mclmr_profile_t *profile = speech->judge->profile;
	mclmr_sdp_format_t *format = &speech->section->format[i];
	const mclmr_codec_t *codec = mclmr_speech_codec(speech, i);
	unsigned modes = mclmr_speech_modes(speech, i);
	unsigned wish = profile->e2ee == MCLMR_E2EE_RULE_REQUIRED ? MCLMR_E2EE_ON
															  : MCLMR_E2EE_OFF;

	if(modes == MCLMR_E2EE_UNREADABLE)
		return MCLMR_RULE_MODE_UNREADABLE;
	if((modes & MCLMR_E2EE_ON)
			&& (speech->told.algorithm & profile->algorithms) == 0
			&& codec->e2ee != MCLMR_CODEC_ALWAYS)
		return MCLMR_RULE_ALGORITHM;
	if(profile->e2ee == MCLMR_E2EE_ALLOWED || modes == wish)
		return MCLMR_RULE_COUNT;
	if(modes == MCLMR_E2EE_MAYBE && codec->e2ee == MCLMR_CODEC_FMTP
			&& speech->judge->offer == NULL) {
		if(!profile->narrow_fmtp)
			return MCLMR_RULE_COUNT;
		if(narrow(speech, format, wish == MCLMR_E2EE_ON ? '1' : '0'))
			return MCLMR_RULE_MODE_NARROWED;
	}
	if(wish == MCLMR_E2EE_ON)
		return MCLMR_RULE_NOT_ENCRYPTED;
	return modes == MCLMR_E2EE_MAYBE && codec->e2ee == MCLMR_CODEC_IN_BAND
				   ? MCLMR_RULE_COUNT
				   : MCLMR_RULE_ENCRYPTED;
}

void mclmr_speech_keep_suiting(mclmr_speech_t *speech)
{
	for(size_t i = 0; i < speech->section->formats; i++) {
		mclmr_rule_t rule;

		if(!mclmr_speech_is_kept(speech, i))
			continue;
		rule = rule_of_e2ee(speech, i);
		if(rule == MCLMR_RULE_MODE_NARROWED) {
			speech->judge->cut = true;
			mclmr_speech_add_reason(
					speech, rule, speech->section->format[i].token);
		} else if(rule != MCLMR_RULE_COUNT) {
			mclmr_speech_drop(speech, i, rule);
		}
	}
}

mclmr_status_t mclmr_speech_e2ee_status(const mclmr_speech_t *speech)
{
	return speech->judge->profile->e2ee == MCLMR_E2EE_RULE_REQUIRED
				   ? MCLMR_E2EE_REQUIRED
				   : MCLMR_E2EE_FORBIDDEN;
}

/* Reads the private attribute of a section if the profile names one;
 * false if it cannot be read, or is there twice. */
static bool read_attribute(mclmr_speech_t *speech, mclmr_sdp_section_t *section)
{
	mclmr_span_t name = mclmr_span(speech->judge->profile->e2ee_attribute);
	const mclmr_sdp_line_t *line;
	size_t at = 1;

	if(name.len == 0)
		return true;
	line = mclmr_sdp_next(section->line, section->lines, name, &at);
	if(line == NULL)
		return true;
	if(mclmr_sdp_has(section->line + at, section->lines - at, name))
		return false;
	return mclmr_e2ee_attribute(
			&speech->judge->profiles->algorithms, line->value, &speech->told);
}

bool mclmr_speech_read_told(mclmr_speech_t *speech)
{
	mclmr_sdp_t *offer = speech->judge->offer;
	unsigned offered;

	speech->told.algorithm = UINT64_MAX;
	if(offer != NULL && !read_attribute(speech, &offer->section[speech->which]))
		return false;
	offered = speech->told.mode;
	if(!read_attribute(speech, speech->section))
		return false;
	return offered == 0 || (speech->told.mode & ~offered) == 0;
}

/* What the explicit encryption-mode parameters of the formats that stay say
 * together, 0: nothing. */
static unsigned told_by_fmtp(const mclmr_speech_t *speech)
{
	unsigned modes = 0;

	for(size_t i = 0; i < speech->section->formats; i++) {
		mclmr_span_t params = speech->section->format[i].params;

		if(speech->codec[i] != MCLMR_NO_CODEC
				&& !speech->section->format[i].dropped
				&& mclmr_speech_codec(speech, i)->e2ee == MCLMR_CODEC_FMTP
				&& mclmr_e2ee_explicit(params))
			modes |= mclmr_e2ee_fmtp(params);
	}
	return modes;
}

bool mclmr_speech_join_wanted(mclmr_speech_t *speech)
{
	unsigned said[] = {
			told_by_fmtp(speech), speech->told.mode, speech->judge->info};
	unsigned wanted = 0;

	for(size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if(said[i] == 0)
			continue;
		if(wanted != 0 && (said[i] & wanted) == 0)
			return false;
		wanted = wanted == 0 ? said[i] : wanted & said[i];
	}
	speech->wanted = wanted;
	speech->judge->decision->wanted |= wanted;
	return true;
}

bool mclmr_speech_can_be_wanted(const mclmr_speech_t *speech)
{
	/* without encryption-mode a format is clear, and so is one that no radio
	 * encrypts */
	unsigned modes = 0;

	for(size_t i = 0; i < speech->section->formats; i++) {
		if(mclmr_speech_is_kept(speech, i))
			modes |= mclmr_speech_modes(speech, i);
	}
	return speech->wanted == 0 || (modes & speech->wanted) != 0;
}
