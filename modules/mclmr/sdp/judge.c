/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Decision on an offer, on an answer, and what both share. */
#include "binding.h"
#include "bypass.h"
#include "judge.h"

static const struct
{
	const char *word, *text;
} rules[MCLMR_RULE_COUNT] = {
		[MCLMR_RULE_MALFORMED] = {"malformed", "cannot be read"},
		[MCLMR_RULE_LIMIT] = {"limit", "over a limit"},
		[MCLMR_RULE_NO_SPEECH] = {"no_speech", "has no speech section"},
		[MCLMR_RULE_BYPASS] = {"bypass",
				"what leads around the media relay is taken out"},
		[MCLMR_RULE_NOT_RELAYED] = {"not_relayed",
				"is nothing that the media relay carries"},
		[MCLMR_RULE_CAPNEG_STRIPPED] = {"capneg_stripped",
				"capability attributes are taken out"},
		[MCLMR_RULE_CAPNEG_REFUSED] = {"capneg_refused",
				"capability attributes are not permitted"},
		[MCLMR_RULE_UNKNOWN_FORMAT] = {"unknown_format",
				"is no format that is known"},
		[MCLMR_RULE_REBOUND] = {"rebound",
				"has a payload type that stood for another format before"},
		[MCLMR_RULE_DENIED] = {"denied", "is denied by the profile"},
		[MCLMR_RULE_FORCED] = {"forced", "gives way to a forced format"},
		[MCLMR_RULE_NOT_ALLOWED] = {"not_allowed", "is not in allow"},
		[MCLMR_RULE_FOR_TRANSCODER] = {"for_transcoder",
				"stays for the transcoder of the IWF"},
		[MCLMR_RULE_MODE_UNREADABLE] = {"mode_unreadable",
				"has an encryption-mode or payload-type that cannot be read"},
		[MCLMR_RULE_MODE_NARROWED] = {"mode_narrowed",
				"has its encryption-mode cut to one value"},
		[MCLMR_RULE_ENCRYPTED] = {"encrypted",
				"is end-to-end encrypted, which is forbidden"},
		[MCLMR_RULE_NOT_ENCRYPTED] = {"not_encrypted",
				"is not known to be end-to-end encrypted, which is required"},
		[MCLMR_RULE_ALGORITHM] = {"algorithm",
				"names an algorithm that is not permitted"},
		[MCLMR_RULE_CONTRADICTION] = {"contradiction",
				"contradicts what is said of encryption elsewhere"},
		[MCLMR_RULE_EMPTY] = {"empty", "has no speech format left"},
		[MCLMR_RULE_KEYING] = {"keying",
				"is protected in a way that is not permitted"},
		[MCLMR_RULE_KEYING_STRIPPED] = {"keying_stripped",
				"lines of this kind are taken out"},
		[MCLMR_RULE_SUITE] = {"suite", "crypto line cannot be used"},
		[MCLMR_RULE_PTIME] = {"ptime", "packet time is over the limits"},
		[MCLMR_RULE_ORDERED] = {"ordered", "formats are put in order"},
		[MCLMR_RULE_OTHER_MEDIA] = {"other_media", "is no speech"},
		[MCLMR_RULE_SECTIONS] = {"sections",
				"sections are not those of the offer"},
		[MCLMR_RULE_NOT_OFFERED] = {"not_offered", "was not offered like this"},
		[MCLMR_RULE_TRANSPORT] = {"transport", "is not the offered transport"},
		[MCLMR_RULE_KEY_NOT_OFFERED] = {"key_not_offered",
				"key attribute was not offered like this"},
		[MCLMR_RULE_KEY_MISSING] = {"key_missing",
				"has no key where the offer had one"},
		[MCLMR_RULE_SINGLE] = {"single", "gives way to the first format"},
		[MCLMR_RULE_CLOSED] = {"closed", "leaves with port 0"},
};

const char *mclmr_rule_word(mclmr_rule_t rule)
{
	return rules[rule].word;
}

const char *mclmr_rule_text(mclmr_rule_t rule)
{
	return rules[rule].text;
}

/* Attributes of capability negotiation (RFC 5939, RFC 6871, RFC 7006). */
static const mclmr_span_t capabilities[] = {{"tcap", 4}, {"acap", 4},
		{"pcfg", 4}, {"acfg", 4}, {"csup", 4}, {"creq", 4}, {"rmcap", 5},
		{"omcap", 5}, {"mfcap", 5}, {"mscap", 5}, {"lcfg", 4}, {"sescap", 6},
		{"bcap", 4}, {"ccap", 4}, {"icap", 4}};

#define CAPABILITIES (sizeof(capabilities) / sizeof(capabilities[0]))

/* A speech section while it is judged. */
typedef struct speech
{
	mclmr_judge_t *judge;
	mclmr_sdp_section_t *section;
	int which;
	mclmr_e2ee_told_t told; /* by the private attribute */
	unsigned wanted;		/* by all that says something, 0: nothing */
	int codec[MCLMR_SDP_MAX_FORMATS];
} speech_t;

void mclmr_judge_note(mclmr_judge_t *judge, int section, mclmr_rule_t rule,
		mclmr_span_t detail)
{
	mclmr_decision_t *decision = judge->decision;

	if(decision->reasons < MCLMR_MAX_REASONS)
		decision->reason[decision->reasons++] =
				(mclmr_reason_t){section, rule, detail};
}

/* Notes a reason of a speech section. */
static void note(speech_t *speech, mclmr_rule_t rule, mclmr_span_t detail)
{
	mclmr_judge_note(speech->judge, speech->which, rule, detail);
}

bool mclmr_judge_read(
		mclmr_judge_t *judge, mclmr_span_t text, mclmr_sdp_t **sdp)
{
	mclmr_status_t status = mclmr_sdp_read(text, judge->arena, sdp);

	if(status == MCLMR_OK)
		return true;
	judge->decision->action = MCLMR_REFUSE;
	judge->decision->status = status;
	mclmr_judge_note(judge, MCLMR_WHOLE,
			status == MCLMR_SDP_MALFORMED ? MCLMR_RULE_MALFORMED
										  : MCLMR_RULE_LIMIT,
			(mclmr_span_t){NULL, 0});
	return false;
}

/* Closes the sections that the relay would leave as they are. */
static mclmr_status_t close_unrelayed(mclmr_judge_t *judge)
{
	for(size_t i = 0; i < judge->sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &judge->sdp->section[i];

		if(!mclmr_bypass_is_section(section) || !mclmr_sdp_is_active(section))
			continue;
		mclmr_judge_note(judge, (int)i, MCLMR_RULE_NOT_RELAYED, section->media);
		if(judge->profile->other_media == MCLMR_OTHER_REFUSE
				&& judge->offer == NULL)
			return MCLMR_MEDIA_DENIED;
		mclmr_judge_close(judge, (int)i);
	}
	return MCLMR_OK;
}

mclmr_status_t mclmr_judge_bypass(mclmr_judge_t *judge)
{
	mclmr_span_t first;

	if(!judge->relayed)
		return MCLMR_OK;
	/* Nothing of it can come back with the text of the relay, which adds
	 * such lines only with flags that we never give it. */
	first = mclmr_bypass_remove(judge->sdp);
	if(first.len > 0) {
		judge->cut = true;
		mclmr_judge_note(judge, MCLMR_WHOLE, MCLMR_RULE_BYPASS, first);
	}
	return close_unrelayed(judge);
}

/* True for an attribute of capability negotiation. */
static bool is_capability(const mclmr_sdp_line_t *line)
{
	for(size_t i = 0; i < CAPABILITIES; i++) {
		if(mclmr_sdp_is(line, capabilities[i]))
			return true;
	}
	return false;
}

mclmr_status_t mclmr_judge_capneg(mclmr_judge_t *judge)
{
	mclmr_span_t first = {NULL, 0};

	for(size_t i = 0; i < judge->sdp->lines; i++) {
		mclmr_sdp_line_t *line = &judge->sdp->line[i];

		if(!is_capability(line))
			continue;
		if(first.len == 0)
			first = line->name;
		line->dropped = true;
	}
	if(first.len == 0)
		return MCLMR_OK;
	if(judge->profile->capneg_refuse && judge->offer == NULL) {
		mclmr_judge_note(judge, MCLMR_WHOLE, MCLMR_RULE_CAPNEG_REFUSED, first);
		return MCLMR_MEDIA_DENIED;
	}
	mclmr_judge_note(judge, MCLMR_WHOLE, MCLMR_RULE_CAPNEG_STRIPPED, first);
	return MCLMR_OK;
}

int mclmr_judge_codec(
		const mclmr_judge_t *judge, const mclmr_sdp_format_t *format)
{
	static const mclmr_sdp_format_t p25 = {.pt = 100,
			.name = {"X-TIA-P25-IMBE", 14},
			.clock = 8000,
			.channels = 1};

	if(judge->profile->p25_without_rtpmap && format->pt == p25.pt
			&& format->name.len == 0)
		format = &p25;
	return mclmr_codec_of(&judge->profiles->codecs, format);
}

bool mclmr_judge_is_rebound(
		const mclmr_judge_t *judge, int which, const mclmr_sdp_format_t *format)
{
	return mclmr_binding_differs(judge->bound, (size_t)which, format);
}

/* The row itself. */
static const mclmr_codec_t *row(const mclmr_judge_t *judge, int codec)
{
	return &judge->profiles->codecs.codec[codec];
}

bool mclmr_judge_is_voice(const mclmr_judge_t *judge, int codec)
{
	return codec != MCLMR_NO_CODEC && !row(judge, codec)->signalling;
}

bool mclmr_judge_is_speech(
		const mclmr_judge_t *judge, const mclmr_sdp_section_t *section)
{
	if(mclmr_sdp_is_audio(section))
		return true;
	if(!mclmr_sdp_is_rtp(section))
		return false;
	for(size_t i = 0; i < section->formats; i++) {
		if(mclmr_judge_is_voice(
				   judge, mclmr_judge_codec(judge, &section->format[i])))
			return true;
	}
	return false;
}

/* True where a mask names the row. */
static bool in(uint64_t mask, int codec)
{
	return codec != MCLMR_NO_CODEC && (mask & UINT64_C(1) << codec) != 0;
}

/* What a format's speech can be by all that the description says. */
static unsigned modes_of(const speech_t *speech, size_t i)
{
	const mclmr_codec_t *codec = row(speech->judge, speech->codec[i]);
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

/* Takes a format out. */
static void drop(speech_t *speech, size_t i, mclmr_rule_t rule)
{
	mclmr_sdp_format_t *format = &speech->section->format[i];

	format->dropped = true;
	speech->section->edited = true;
	note(speech, rule, format->token);
}

/* True where a format that may stay is one of those to force. */
static bool has_forced(const speech_t *speech)
{
	const mclmr_profile_t *profile = speech->judge->profile;

	for(size_t i = 0; i < speech->section->formats; i++) {
		if(in(profile->force & ~profile->deny, speech->codec[i])
				&& !mclmr_judge_is_rebound(speech->judge, speech->which,
						&speech->section->format[i]))
			return true;
	}
	return false;
}

/* True for clear speech that the IWF can turn into an allowed format. */
static bool can_be_transcoded(const speech_t *speech, size_t i)
{
	return speech->judge->profile->transcoder_iwf
		   && (speech->wanted & MCLMR_E2EE_ON) == 0
		   && modes_of(speech, i) == MCLMR_E2EE_OFF;
}

/* Judges one format by name; MCLMR_RULE_COUNT where it may stay. */
static mclmr_rule_t rule_of_name(
		const speech_t *speech, size_t i, bool is_forced)
{
	const mclmr_profile_t *profile = speech->judge->profile;
	int codec = speech->codec[i];

	if(codec == MCLMR_NO_CODEC)
		return MCLMR_RULE_UNKNOWN_FORMAT;
	if(mclmr_judge_is_rebound(
			   speech->judge, speech->which, &speech->section->format[i]))
		return MCLMR_RULE_REBOUND;
	if(in(profile->deny, codec))
		return MCLMR_RULE_DENIED;
	if(row(speech->judge, codec)->signalling)
		return MCLMR_RULE_COUNT;
	if(is_forced)
		return in(profile->force, codec) ? MCLMR_RULE_COUNT : MCLMR_RULE_FORCED;
	if(in(profile->allow, codec))
		return MCLMR_RULE_COUNT;
	return can_be_transcoded(speech, i) ? MCLMR_RULE_FOR_TRANSCODER
										: MCLMR_RULE_NOT_ALLOWED;
}

/* Takes the formats out that the profile does not name. */
static void keep_named(speech_t *speech)
{
	bool is_forced = has_forced(speech);

	for(size_t i = 0; i < speech->section->formats; i++) {
		mclmr_rule_t rule = rule_of_name(speech, i, is_forced);

		if(rule == MCLMR_RULE_FOR_TRANSCODER) {
			speech->judge->for_transcoder = true;
			note(speech, rule, speech->section->format[i].token);
		} else if(rule != MCLMR_RULE_COUNT) {
			drop(speech, i, rule);
		}
	}
}

/* True where a speech format is left. */
static bool has_speech(const speech_t *speech)
{
	for(size_t i = 0; i < speech->section->formats; i++) {
		if(!speech->section->format[i].dropped
				&& mclmr_judge_is_voice(speech->judge, speech->codec[i]))
			return true;
	}
	return false;
}

/* Puts "encryption-mode=VALUE" in the place of the list at value. */
static bool replace_mode(speech_t *speech, mclmr_sdp_format_t *format,
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

/* Cuts the one encryption-mode of a format to one value; false where there
 * are several, or no room. */
static bool narrow(speech_t *speech, mclmr_sdp_format_t *format, char mode)
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
static mclmr_rule_t rule_of_layer(speech_t *speech, size_t i)
{
	const mclmr_profile_t *profile = speech->judge->profile;
	mclmr_sdp_format_t *format = &speech->section->format[i];
	const mclmr_codec_t *codec = row(speech->judge, speech->codec[i]);
	unsigned modes = modes_of(speech, i);
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

/* Takes the formats out whose encryption does not suit the profile. */
static void keep_suiting(speech_t *speech)
{
	for(size_t i = 0; i < speech->section->formats; i++) {
		mclmr_rule_t rule;

		if(speech->section->format[i].dropped
				|| !mclmr_judge_is_voice(speech->judge, speech->codec[i]))
			continue;
		rule = rule_of_layer(speech, i);
		if(rule == MCLMR_RULE_MODE_NARROWED) {
			speech->judge->cut = true;
			note(speech, rule, speech->section->format[i].token);
		} else if(rule != MCLMR_RULE_COUNT) {
			drop(speech, i, rule);
		}
	}
}

/* The status of speech whose encryption is not what the profile wants. */
static mclmr_status_t layer_status(const mclmr_profile_t *profile)
{
	return profile->e2ee == MCLMR_E2EE_RULE_REQUIRED ? MCLMR_E2EE_REQUIRED
													 : MCLMR_E2EE_FORBIDDEN;
}

/* Reads the private attribute of a section where the profile names one;
 * false where it cannot be read, or is there twice. */
static bool read_attribute(speech_t *speech, mclmr_sdp_section_t *section)
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

/* Reads what the private attribute tells; an answer without one keeps to
 * that of the offer, one with another one contradicts. */
static bool read_told(speech_t *speech)
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
static unsigned told_by_fmtp(const speech_t *speech)
{
	unsigned modes = 0;

	for(size_t i = 0; i < speech->section->formats; i++) {
		mclmr_span_t params = speech->section->format[i].params;

		if(speech->codec[i] != MCLMR_NO_CODEC
				&& !speech->section->format[i].dropped
				&& row(speech->judge, speech->codec[i])->e2ee
						   == MCLMR_CODEC_FMTP
				&& mclmr_e2ee_explicit(params))
			modes |= mclmr_e2ee_fmtp(params);
	}
	return modes;
}

/* Joins what several places say is wanted; false where two contradict. */
static bool join_wanted(speech_t *speech)
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

/* True where some of the speech that stays can be what is wanted: without a
 * parameter encryption-mode a format is clear, and so is one that no radio
 * encrypts. */
static bool can_be_wanted(const speech_t *speech)
{
	unsigned modes = 0;

	for(size_t i = 0; i < speech->section->formats; i++) {
		if(!speech->section->format[i].dropped
				&& mclmr_judge_is_voice(speech->judge, speech->codec[i]))
			modes |= modes_of(speech, i);
	}
	return speech->wanted == 0 || (modes & speech->wanted) != 0;
}

/* Takes out crypto lines of which the profile permits none. */
static void keep_suites(speech_t *speech)
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
		note(speech, MCLMR_RULE_SUITE, mclmr_sdes_name(&crypto));
	}
}

/* The kinds of keying that the section shows now. */
static unsigned kinds_of(const speech_t *speech)
{
	return mclmr_keying_of(speech->judge->sdp, speech->section,
			speech->judge->profile->mikey_sakke_only != 0);
}

/* Takes one kind out where the profile does not permit it and that leaves
 * the session part alone. */
static void strip_kind(speech_t *speech, unsigned kind)
{
	if((kinds_of(speech) & kind) == 0
			|| (speech->judge->profile->srtp & kind) != 0
			|| mclmr_keying_in_session(speech->judge->sdp, kind))
		return;
	mclmr_keying_drop(speech->section, kind);
	note(speech, MCLMR_RULE_KEYING_STRIPPED,
			mclmr_span(mclmr_keying_word(kind)));
}

/* Judges the protection on the way. Lines go only where another protection
 * stays that was there before: the rest never looks like a new kind. */
static mclmr_status_t judge_keying(speech_t *speech)
{
	unsigned before = kinds_of(speech);
	unsigned after;

	keep_suites(speech);
	strip_kind(speech, MCLMR_KEYING_SDES);
	strip_kind(speech, MCLMR_KEYING_DTLS);
	after = kinds_of(speech);
	if((after & ~before) == 0 && (after & ~speech->judge->profile->srtp) == 0) {
		speech->judge->decision->srtp |= after;
		return MCLMR_OK;
	}
	note(speech, MCLMR_RULE_KEYING, speech->section->proto);
	return MCLMR_KEYING_DENIED;
}

/* True where P25 speech is kept: its packets follow rules of their own. */
static bool has_p25(const speech_t *speech)
{
	for(size_t i = 0; i < speech->section->formats; i++) {
		if(!speech->section->format[i].dropped
				&& row(speech->judge, speech->codec[i])->lmr_type
						   == MCLMR_LMR_P25)
			return true;
	}
	return false;
}

/* True where an attribute with a number keeps within limits, 0: none. */
static bool keeps_within(
		const speech_t *speech, mclmr_span_t name, long min, long max)
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

/* Judges packet times where the profile has limits. */
static mclmr_status_t judge_ptime(speech_t *speech)
{
	const mclmr_profile_t *profile = speech->judge->profile;

	if((profile->min_ptime == 0 && profile->max_ptime == 0) || has_p25(speech))
		return MCLMR_OK;
	if(keeps_within(speech, MCLMR_SPAN("ptime"), profile->min_ptime,
			   profile->max_ptime)
			&& keeps_within(
					speech, MCLMR_SPAN("maxptime"), profile->min_ptime, 0))
		return MCLMR_OK;
	note(speech, MCLMR_RULE_PTIME, MCLMR_SPAN("ptime"));
	return MCLMR_MEDIA_DENIED;
}

/* Where the profile wants a format: lower comes first. */
static size_t rank(const speech_t *speech, size_t i)
{
	const mclmr_profile_t *profile = speech->judge->profile;
	size_t at = 0;

	if(!mclmr_judge_is_voice(speech->judge, speech->codec[i]))
		return MCLMR_MAX_CODECS + 1;
	while(at < profile->ordered && profile->order[at] != speech->codec[i])
		at++;
	return at;
}

/* Moves format i before its neighbour while that ranks behind it. */
static bool sink(speech_t *speech, size_t i)
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

/* Puts the formats in the profile's order; those of one rank keep theirs. */
static void put_in_order(speech_t *speech)
{
	bool moved = false;

	if(speech->judge->profile->ordered == 0)
		return;
	for(size_t i = 1; i < speech->section->formats; i++)
		moved |= sink(speech, i);
	if(!moved)
		return;
	speech->section->edited = true;
	note(speech, MCLMR_RULE_ORDERED, (mclmr_span_t){NULL, 0});
}

/* Judges formats by name, then by encryption. */
static mclmr_status_t judge_formats(speech_t *speech)
{
	mclmr_status_t status = MCLMR_CODEC_REQUIRED;

	keep_named(speech);
	if(has_speech(speech)) {
		keep_suiting(speech);
		if(has_speech(speech))
			return MCLMR_OK;
		status = layer_status(speech->judge->profile);
	}
	note(speech, MCLMR_RULE_EMPTY, speech->section->media);
	return status;
}

/* Adds up what the kept formats can be. */
static void add_up(const speech_t *speech)
{
	mclmr_decision_t *decision = speech->judge->decision;

	for(size_t i = 0; i < speech->section->formats; i++) {
		if(speech->section->format[i].dropped
				|| !mclmr_judge_is_voice(speech->judge, speech->codec[i]))
			continue;
		if(decision->codec == MCLMR_NO_CODEC)
			decision->codec = speech->codec[i];
		decision->e2ee |= modes_of(speech, i);
	}
}

mclmr_status_t mclmr_judge_speech(mclmr_judge_t *judge, int which)
{
	speech_t speech = {.judge = judge,
			.section = &judge->sdp->section[which],
			.which = which};
	mclmr_status_t status;

	for(size_t i = 0; i < speech.section->formats; i++)
		speech.codec[i] = mclmr_judge_codec(judge, &speech.section->format[i]);
	if(!read_told(&speech) || !join_wanted(&speech)) {
		note(&speech, MCLMR_RULE_CONTRADICTION, speech.section->media);
		return layer_status(judge->profile);
	}
	status = judge_formats(&speech);
	if(status == MCLMR_OK
			&& (!join_wanted(&speech) || !can_be_wanted(&speech))) {
		/* what is left can only be what is not wanted */
		note(&speech, MCLMR_RULE_CONTRADICTION, speech.section->media);
		return layer_status(judge->profile);
	}
	if(status == MCLMR_OK && judge->offer == NULL)
		status = judge_keying(&speech);
	if(status == MCLMR_OK)
		status = judge_ptime(&speech);
	if(status != MCLMR_OK)
		return status;
	if(judge->offer == NULL)
		put_in_order(&speech);
	mclmr_sdp_drop_orphans(speech.section);
	add_up(&speech);
	return MCLMR_OK;
}

/* True for floor control (TS 24.380), which belongs to the speech. */
static bool is_floor_control(const mclmr_sdp_section_t *section)
{
	return mclmr_span_equal_nocase(section->media, MCLMR_SPAN("application"))
		   && mclmr_span_equal_nocase(section->proto, MCLMR_SPAN("udp"))
		   && section->formats == 1
		   && mclmr_span_equal_nocase(
				   section->format[0].token, MCLMR_SPAN("MCPTT"));
}

mclmr_status_t mclmr_judge_other(mclmr_judge_t *judge, int which)
{
	const mclmr_sdp_section_t *section = &judge->sdp->section[which];

	if(is_floor_control(section)
			|| judge->profile->other_media == MCLMR_OTHER_PASS)
		return MCLMR_OK;
	mclmr_judge_note(judge, which, MCLMR_RULE_OTHER_MEDIA, section->media);
	if(judge->profile->other_media == MCLMR_OTHER_REFUSE
			&& judge->offer == NULL)
		return MCLMR_MEDIA_DENIED;
	mclmr_judge_close(judge, which);
	return MCLMR_OK;
}

void mclmr_judge_close(mclmr_judge_t *judge, int which)
{
	mclmr_sdp_section_t *section = &judge->sdp->section[which];

	mclmr_sdp_close(section);
	mclmr_judge_note(judge, which, MCLMR_RULE_CLOSED, section->media);
}

/* True where the writer will leave something out or change it. */
static bool is_edited(const mclmr_judge_t *judge)
{
	const mclmr_sdp_t *sdp = judge->sdp;

	for(size_t i = 0; i < sdp->lines; i++) {
		if(sdp->line[i].dropped)
			return true;
	}
	for(size_t i = 0; i < sdp->sections; i++) {
		if(sdp->section[i].edited)
			return true;
	}
	return judge->cut;
}

/* Refuses what cannot leave. */
static void refuse_text(mclmr_judge_t *judge, mclmr_status_t status)
{
	judge->decision->action = MCLMR_REFUSE;
	judge->decision->status = status;
	judge->decision->text = (mclmr_span_t){NULL, 0};
}

void mclmr_judge_finish(mclmr_judge_t *judge)
{
	mclmr_decision_t *decision = judge->decision;

	decision->transcode =
			judge->for_transcoder && (decision->e2ee & MCLMR_E2EE_ON) == 0;
	decision->action = is_edited(judge) ? MCLMR_EDIT : MCLMR_ACCEPT;
	if(!mclmr_sdp_write(judge->sdp, judge->arena, &decision->text)) {
		refuse_text(judge, MCLMR_INTERNAL);
	} else if(decision->text.len > MCLMR_SDP_MAX_SIZE) {
		mclmr_judge_note(
				judge, MCLMR_WHOLE, MCLMR_RULE_LIMIT, (mclmr_span_t){NULL, 0});
		refuse_text(judge, MCLMR_SDP_LIMIT);
	}
}
