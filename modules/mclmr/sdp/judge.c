/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What an offer and an answer have in common when they are judged. */
#include "binding.h"
#include "bypass.h"
#include "judge.h"

/* Attributes of capability negotiation (RFC 5939, RFC 6871, RFC 7006). */
static const mclmr_span_t capabilities[] = {{"tcap", 4}, {"acap", 4},
		{"pcfg", 4}, {"acfg", 4}, {"csup", 4}, {"creq", 4}, {"rmcap", 5},
		{"omcap", 5}, {"mfcap", 5}, {"mscap", 5}, {"lcfg", 4}, {"sescap", 6},
		{"bcap", 4}, {"ccap", 4}, {"icap", 4}};

#define CAPABILITIES (sizeof(capabilities) / sizeof(capabilities[0]))

void mclmr_judge_add_reason(mclmr_judge_t *judge, int section,
		mclmr_rule_t rule, mclmr_span_t detail)
{
	mclmr_decision_t *decision = judge->decision;

	if(decision->reasons < MCLMR_MAX_REASONS)
		decision->reason[decision->reasons++] =
				(mclmr_reason_t){section, rule, detail};
}

/* True if an rtpmap of the section names speech. */
static bool maps_speech(mclmr_judge_t *judge, mclmr_sdp_section_t *section)
{
	const mclmr_sdp_line_t *line;
	size_t at = 1;

	while((line = mclmr_sdp_next(
				   section->line, section->lines, MCLMR_SPAN("rtpmap"), &at))
			!= NULL) {
		mclmr_span_t encoding = line->value;
		mclmr_sdp_format_t format = {0};

		format.pt = (int)mclmr_sdp_number(mclmr_sdp_word(&encoding));
		mclmr_sdp_encoding(encoding, &format);
		if(mclmr_judge_is_voice(judge, mclmr_judge_codec(judge, &format)))
			return true;
	}
	return false;
}

/* True if a section that calls itself something else than audio could be
 * speech for some readers, and not for others. */
static bool may_hide_speech(mclmr_judge_t *judge, mclmr_sdp_section_t *section)
{
	return section->doubtful && mclmr_sdp_is_active(section)
		   && mclmr_sdp_is_rtp(section)
		   && (mclmr_judge_is_speech(judge, section)
				   || maps_speech(judge, section));
}

/* Reads a description in which all speech is clear to every reader. */
static mclmr_status_t read_clear(
		mclmr_judge_t *judge, mclmr_span_t text, mclmr_sdp_t **sdp)
{
	mclmr_status_t status = mclmr_sdp_read(text, judge->arena, sdp);

	for(size_t i = 0; status == MCLMR_OK && i < (*sdp)->sections; i++) {
		if(may_hide_speech(judge, &(*sdp)->section[i]))
			status = MCLMR_SDP_MALFORMED;
	}
	return status;
}

/* Says which sections list no format, and therefore carry nothing. */
static void tell_empty(mclmr_judge_t *judge, const mclmr_sdp_t *sdp)
{
	for(size_t i = 0; i < sdp->sections; i++) {
		if(sdp->section[i].no_format)
			mclmr_judge_add_reason(
					judge, (int)i, MCLMR_RULE_NO_FORMAT, sdp->section[i].media);
	}
}

bool mclmr_judge_read(
		mclmr_judge_t *judge, mclmr_span_t text, mclmr_sdp_t **sdp)
{
	mclmr_status_t status = read_clear(judge, text, sdp);

	if(status == MCLMR_OK) {
		tell_empty(judge, *sdp);
		return true;
	}
	judge->decision->action = MCLMR_REFUSE;
	judge->decision->status = status;
	mclmr_judge_add_reason(judge, MCLMR_WHOLE,
			status == MCLMR_SDP_MALFORMED ? MCLMR_RULE_MALFORMED
										  : MCLMR_RULE_LIMIT,
			(mclmr_span_t){NULL, 0});
	return false;
}

/* Closes the sections that no relay of packets carries. */
static mclmr_status_t close_unrelayed(mclmr_judge_t *judge)
{
	for(size_t i = 0; i < judge->sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &judge->sdp->section[i];

		if(!mclmr_bypass_is_section(section) || !mclmr_sdp_is_active(section))
			continue;
		mclmr_judge_add_reason(
				judge, (int)i, MCLMR_RULE_NOT_RELAYED, section->media);
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
	/* Nothing of it comes back: of the relay's word count address and port. */
	first = mclmr_bypass_remove(judge->sdp);
	if(first.len > 0) {
		judge->cut = true;
		mclmr_judge_add_reason(judge, MCLMR_WHOLE, MCLMR_RULE_BYPASS, first);
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
		mclmr_judge_add_reason(
				judge, MCLMR_WHOLE, MCLMR_RULE_CAPNEG_REFUSED, first);
		return MCLMR_MEDIA_DENIED;
	}
	mclmr_judge_add_reason(
			judge, MCLMR_WHOLE, MCLMR_RULE_CAPNEG_STRIPPED, first);
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

bool mclmr_judge_is_voice(const mclmr_judge_t *judge, int codec)
{
	return codec != MCLMR_NO_CODEC
		   && !judge->profiles->codecs.codec[codec].signalling;
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
	mclmr_judge_add_reason(
			judge, which, MCLMR_RULE_OTHER_MEDIA, section->media);
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
	mclmr_judge_add_reason(judge, which, MCLMR_RULE_CLOSED, section->media);
}

/* True if the writer will leave something out or change it. */
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
		mclmr_judge_add_reason(
				judge, MCLMR_WHOLE, MCLMR_RULE_LIMIT, (mclmr_span_t){NULL, 0});
		refuse_text(judge, MCLMR_SDP_LIMIT);
	}
}
