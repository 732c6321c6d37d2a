/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An answer against the offer as it left. */
#include <string.h>

#include "speech.h"

/* One section of both sides. */
typedef struct pair
{
	mclmr_judge_t *judge;
	mclmr_sdp_section_t *offered;
	mclmr_sdp_section_t *answered;
	int which;
} pair_t;

/* Adds a reason; false, for the caller to return. */
static bool wrong(const pair_t *pair, mclmr_rule_t rule, mclmr_span_t detail)
{
	mclmr_judge_add_reason(pair->judge, pair->which, rule, detail);
	return false;
}

/* True if the answer has no section more than the offer, and all that it has
 * are those of the offer in their order. */
static bool has_same_sections(
		const mclmr_sdp_t *offer, const mclmr_sdp_t *answer)
{
	if(offer->sections < answer->sections)
		return false;
	for(size_t i = 0; i < answer->sections; i++) {
		if(!mclmr_span_equal_nocase(
				   offer->section[i].media, answer->section[i].media))
			return false;
	}
	return true;
}

/* The values of a list parameter as a set of 32, for lists of small numbers;
 * 1, that is 0 alone, if the parameter is absent. */
static unsigned list_of(mclmr_span_t params, mclmr_span_t wanted)
{
	mclmr_span_t name, list;
	unsigned set = 0;

	while(mclmr_sdp_param(&params, &name, &list)) {
		if(!mclmr_span_equal_nocase(name, wanted))
			continue;
		do {
			long number = mclmr_sdp_number(
					mclmr_span_trim(mclmr_span_cut(&list, ',')));

			set |= number < 0 || number > 30 ? 1u << 31 : 1u << number;
		} while(list.s != NULL);
	}
	return set == 0 ? 1 : set;
}

/* True if a parameter keeps to what was offered. */
static bool keeps_to(
		mclmr_span_t offered, mclmr_span_t answered, mclmr_span_t name)
{
	unsigned set = list_of(answered, name);

	return (set & ~list_of(offered, name)) == 0 && (set & 1u << 31) == 0;
}

/* True if both are one format: PT, name, clock, channels, and for LMR
 * speech the parameters that both ends have to share. */
static bool is_same_format(const pair_t *pair,
		const mclmr_sdp_format_t *offered, const mclmr_sdp_format_t *answered)
{
	int codec = mclmr_judge_codec(pair->judge, answered);

	if(offered->pt < 0 || offered->pt != answered->pt || codec == MCLMR_NO_CODEC
			|| codec != mclmr_judge_codec(pair->judge, offered))
		return false;
	if(pair->judge->profiles->codecs.codec[codec].e2ee != MCLMR_CODEC_FMTP)
		return true;
	return keeps_to(offered->params, answered->params,
				   MCLMR_SPAN("encryption-mode"))
		   && keeps_to(offered->params, answered->params,
				   MCLMR_SPAN("payload-type"));
}

static bool was_offered(const pair_t *pair, const mclmr_sdp_format_t *format)
{
	for(size_t i = 0; i < pair->offered->formats; i++) {
		if(is_same_format(pair, &pair->offered->format[i], format))
			return true;
	}
	return false;
}

/* Why a format of the answer goes; MCLMR_RULE_COUNT: it was offered, and its
 * payload type stood for nothing else before. */
static mclmr_rule_t rule_of_format(
		const pair_t *pair, const mclmr_sdp_format_t *format)
{
	if(mclmr_judge_is_rebound(pair->judge, pair->which, format))
		return MCLMR_RULE_REBOUND;
	return was_offered(pair, format) ? MCLMR_RULE_COUNT
									 : MCLMR_RULE_NOT_OFFERED;
}

/* Takes out the strays: formats that were not offered like this. An answer may
 * list them (RFC 3264 6.1), but its other side did not agree to them. True if
 * there were any. */
static bool drop_strays(const pair_t *pair)
{
	bool found = false;

	for(size_t i = 0; i < pair->answered->formats; i++) {
		mclmr_sdp_format_t *format = &pair->answered->format[i];
		mclmr_rule_t rule = rule_of_format(pair, format);

		if(rule == MCLMR_RULE_COUNT)
			continue;
		format->dropped = true;
		found = true;
		mclmr_judge_add_reason(pair->judge, pair->which, rule, format->token);
	}
	return found;
}

/* True for a format of speech that stays. */
static bool is_kept(const pair_t *pair, const mclmr_sdp_format_t *format)
{
	return !format->dropped
		   && mclmr_judge_is_voice(
				   pair->judge, mclmr_judge_codec(pair->judge, format));
}

/* True if the answer has a format of speech left. */
static bool has_voice(const pair_t *pair)
{
	for(size_t i = 0; i < pair->answered->formats; i++) {
		if(is_kept(pair, &pair->answered->format[i]))
			return true;
	}
	return false;
}

static unsigned kinds_of(
		const pair_t *pair, mclmr_sdp_t *sdp, mclmr_sdp_section_t *section)
{
	return mclmr_keying_of(
			sdp, section, pair->judge->profile->mikey_sakke_only != 0);
}

/* True if an offered crypto line has the answer's tag and suite. */
static bool is_offered_crypto(const pair_t *pair, const mclmr_sdes_t *answered)
{
	const mclmr_sdp_line_t *line;
	size_t at = 1;

	while((line = mclmr_sdp_next(pair->offered->line, pair->offered->lines,
				   MCLMR_SPAN("crypto"), &at))
			!= NULL) {
		mclmr_sdes_t offered = mclmr_sdes_read(line);

		if(mclmr_span_equal(offered.tag, answered->tag)
				&& mclmr_span_equal_nocase(offered.suite, answered->suite))
			return true;
	}
	return false;
}

/* True if the answer has no crypto line, or one that was offered. */
static bool check_crypto(const pair_t *pair)
{
	const mclmr_sdp_line_t *line;
	mclmr_sdes_t crypto;
	size_t at = 1;

	if(mclmr_keying_in_session(pair->judge->sdp, MCLMR_KEYING_SDES))
		return wrong(pair, MCLMR_RULE_KEY_NOT_OFFERED, MCLMR_SPAN("crypto"));
	line = mclmr_sdp_next(pair->answered->line, pair->answered->lines,
			MCLMR_SPAN("crypto"), &at);
	if(line == NULL)
		return true;
	crypto = mclmr_sdes_read(line);
	if(!is_offered_crypto(pair, &crypto)
			|| !mclmr_sdes_usable(&crypto, pair->judge->profile->suites)
			|| mclmr_sdp_next(pair->answered->line, pair->answered->lines,
					   MCLMR_SPAN("crypto"), &at)
					   != NULL)
		return wrong(
				pair, MCLMR_RULE_KEY_NOT_OFFERED, mclmr_sdes_name(&crypto));
	return true;
}

/* True if the keys of the answer fit those of the offer. A key-mgmt of
 * its own is no downgrade, and MIKEY-SAKKE needs no response. */
static bool check_keys(const pair_t *pair)
{
	const unsigned attributes = MCLMR_KEYING_SDES | MCLMR_KEYING_DTLS;
	unsigned offered = kinds_of(pair, pair->judge->offer, pair->offered);
	unsigned answered = kinds_of(pair, pair->judge->sdp, pair->answered);
	unsigned unasked = attributes | MCLMR_KEYING_OTHER
					   | (MCLMR_KEYING_MIKEY & ~pair->judge->profile->srtp);

	if(answered & ~offered & unasked)
		return wrong(pair, MCLMR_RULE_KEY_NOT_OFFERED, pair->answered->proto);
	if((offered & attributes) != 0
			&& (offered & (MCLMR_KEYING_MIKEY | MCLMR_KEYING_CLEAR)) == 0
			&& (answered & attributes) == 0)
		return wrong(pair, MCLMR_RULE_KEY_MISSING, pair->answered->proto);
	if((offered & MCLMR_KEYING_MIKEY) && (answered & attributes) == 0)
		answered = MCLMR_KEYING_MIKEY;
	pair->judge->decision->srtp |= answered;
	return check_crypto(pair);
}

/* True if port and transport fit the offer. */
static bool check_transport(const pair_t *pair)
{
	if(!mclmr_sdp_is_active(pair->offered))
		return wrong(pair, MCLMR_RULE_NOT_OFFERED, pair->answered->media);
	if(!mclmr_span_equal_nocase(pair->offered->proto, pair->answered->proto))
		return wrong(pair, MCLMR_RULE_TRANSPORT, pair->answered->proto);
	return true;
}

/* Drops all speech formats after the first. */
static void keep_first(const pair_t *pair)
{
	bool found = false;

	for(size_t i = 0; i < pair->answered->formats; i++) {
		mclmr_sdp_format_t *format = &pair->answered->format[i];

		if(!is_kept(pair, format))
			continue;
		if(found) {
			format->dropped = true;
			pair->answered->edited = true;
			mclmr_judge_add_reason(
					pair->judge, pair->which, MCLMR_RULE_SINGLE, format->token);
		}
		found = true;
	}
	mclmr_sdp_drop_orphans(pair->answered);
}

/* MCLMR_OK if nothing had to be taken out but strays: an answer says what will
 * be sent, and may not be corrected. */
static mclmr_status_t judge_speech(const pair_t *pair)
{
	bool has_strays = drop_strays(pair);
	mclmr_status_t status;

	if((has_strays && !has_voice(pair)) || !check_keys(pair))
		return MCLMR_ANSWER_MISMATCH;
	status = mclmr_speech_judge(pair->judge, pair->which);
	if(status == MCLMR_OK && pair->answered->edited)
		status = MCLMR_ANSWER_MISMATCH;
	pair->answered->edited |= has_strays;
	if(status == MCLMR_OK && pair->judge->profile->single_codec)
		keep_first(pair);
	return status;
}

/* True if one of both sides says that this is speech. */
static bool is_speech(const pair_t *pair)
{
	return mclmr_judge_is_speech(pair->judge, pair->answered)
		   || mclmr_judge_is_speech(pair->judge, pair->offered);
}

/* Judges one section of the answer. */
static mclmr_status_t judge_pair(const pair_t *pair)
{
	if(!mclmr_sdp_is_active(pair->answered))
		return MCLMR_OK;
	if(!check_transport(pair))
		return MCLMR_ANSWER_MISMATCH;
	return is_speech(pair) ? judge_speech(pair)
						   : mclmr_judge_other(pair->judge, pair->which);
}

/* Closes all sections: which belongs to which of the offer is not known. */
static mclmr_status_t close_all(mclmr_judge_t *judge)
{
	mclmr_judge_add_reason(
			judge, MCLMR_WHOLE, MCLMR_RULE_SECTIONS, (mclmr_span_t){NULL, 0});
	for(size_t i = 0; i < judge->sdp->sections; i++)
		mclmr_judge_close(judge, (int)i);
	judge->bad_speech = true;
	return MCLMR_ANSWER_MISMATCH;
}

/* Takes sections of port 0 off the end that the offer does not have: they
 * carry nothing. An address of the session that only they used leads around
 * the relay from now on. */
static void drop_surplus(mclmr_judge_t *judge)
{
	mclmr_sdp_t *sdp = judge->sdp;
	size_t came = sdp->sections;

	while(sdp->sections > judge->offer->sections
			&& !mclmr_sdp_is_active(&sdp->section[sdp->sections - 1])) {
		sdp->sections--;
		judge->cut = true;
		mclmr_judge_add_reason(judge, (int)sdp->sections, MCLMR_RULE_SECTIONS,
				sdp->section[sdp->sections].media);
	}
	if(sdp->sections < came)
		(void)mclmr_judge_bypass(judge);
}

/* Adds the sections that the answer lacks at its end, refused. MCLMR_OK if
 * none of them was to be speech. */
static mclmr_status_t add_missing(mclmr_judge_t *judge)
{
	mclmr_status_t status = MCLMR_OK;

	while(judge->sdp->sections < judge->offer->sections) {
		size_t which = judge->sdp->sections;
		const mclmr_sdp_section_t *offered = &judge->offer->section[which];

		(void)mclmr_sdp_add_closed(judge->sdp, offered);
		mclmr_judge_add_reason(
				judge, (int)which, MCLMR_RULE_SECTIONS, offered->media);
		if(!mclmr_sdp_is_active(offered)
				|| !mclmr_judge_is_speech(judge, offered))
			continue;
		judge->bad_speech = true;
		status = MCLMR_ANSWER_MISMATCH;
	}
	return status;
}

/* Judges a section and closes it if it is bad. */
static mclmr_status_t judge_or_close(const pair_t *pair)
{
	mclmr_status_t status = judge_pair(pair);

	if(status == MCLMR_OK)
		return status;
	pair->judge->bad_speech |= is_speech(pair);
	mclmr_judge_close(pair->judge, pair->which);
	return status;
}

/* Judges all sections and closes the bad ones; the first one's status. */
static mclmr_status_t judge_all(mclmr_judge_t *judge)
{
	mclmr_sdp_t *offer = judge->offer;
	mclmr_status_t first = mclmr_judge_capneg(judge);
	mclmr_status_t status;
	size_t answered;

	drop_surplus(judge);
	if(!has_same_sections(offer, judge->sdp))
		return close_all(judge);
	answered = judge->sdp->sections;
	for(size_t i = 0; i < answered; i++) {
		pair_t pair = {
				judge, &offer->section[i], &judge->sdp->section[i], (int)i};

		status = judge_or_close(&pair);
		if(first == MCLMR_OK)
			first = status;
	}
	status = add_missing(judge);
	return first == MCLMR_OK ? status : first;
}

/* True if the answer leaves with a section that can carry speech. */
static bool can_talk(const mclmr_judge_t *judge)
{
	for(size_t i = 0; i < judge->sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &judge->sdp->section[i];

		if(mclmr_sdp_is_active(section)
				&& mclmr_judge_is_speech(judge, section))
			return true;
	}
	return false;
}

/* True if a bad answer ends the call: what it leaves of the call is silent, or
 * the profile ends it for any bad speech. */
static bool ends_call(const mclmr_judge_t *judge)
{
	mclmr_on_bad_answer_t on_bad = mclmr_profile_bad_answer(judge->profile);

	if(judge->decision->status == MCLMR_OK || on_bad == MCLMR_BAD_LOG)
		return false;
	return !can_talk(judge) || (on_bad == MCLMR_BAD_END && judge->bad_speech);
}

/* The text that leaves if a bad answer is only logged: as it came, but for
 * what leads around the relay. false, and refused, if there is no room. */
static bool keep_text(
		mclmr_judge_t *judge, mclmr_span_t text, mclmr_span_t *unjudged)
{
	*unjudged = text;
	if(judge->decision->reasons == 0
			|| mclmr_sdp_write(judge->sdp, judge->arena, unjudged))
		return true;
	judge->decision->action = MCLMR_REFUSE;
	judge->decision->status = MCLMR_INTERNAL;
	return false;
}

void mclmr_judge_answer(
		mclmr_judge_t *judge, const mclmr_policy_request_t *request)
{
	mclmr_decision_t *decision = judge->decision;
	mclmr_span_t unjudged;

	if(!mclmr_judge_read(judge, request->offer, &judge->offer)
			|| !mclmr_judge_read(judge, request->text, &judge->sdp))
		return;
	(void)mclmr_judge_bypass(judge);
	if(!keep_text(judge, request->text, &unjudged))
		return;
	decision->status = judge_all(judge);
	decision->end_call = ends_call(judge);
	mclmr_judge_finish(judge);
	if(decision->status != MCLMR_OK && decision->action != MCLMR_REFUSE
			&& mclmr_profile_bad_answer(judge->profile) == MCLMR_BAD_LOG) {
		decision->action =
				unjudged.s == request->text.s ? MCLMR_ACCEPT : MCLMR_EDIT;
		decision->text = unjudged;
	}
}
