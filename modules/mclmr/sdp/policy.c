/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The decision on a description: an offer here, an answer in answer.c. */
#include <string.h>

#include "speech.h"

static void refuse(mclmr_judge_t *judge, mclmr_status_t status)
{
	judge->decision->action = MCLMR_REFUSE;
	judge->decision->status = status;
}

/* Judges one section of an offer; a speech section of which nothing may stay
 * gets port 0 if the profile says so. */
static mclmr_status_t judge_section(mclmr_judge_t *judge, int which)
{
	mclmr_sdp_section_t *section = &judge->sdp->section[which];
	mclmr_status_t status;

	if(!mclmr_sdp_is_active(section))
		return MCLMR_OK;
	if(!mclmr_judge_is_speech(judge, section))
		return mclmr_judge_other(judge, which);
	status = mclmr_speech_judge(judge, which);
	if(status == MCLMR_OK || judge->profile->on_empty != MCLMR_EMPTY_PORT0)
		return status;
	mclmr_judge_close(judge, which);
	return MCLMR_OK;
}

/* True if there is a speech section, with or without a port. */
static bool has_speech(const mclmr_judge_t *judge)
{
	for(size_t i = 0; i < judge->sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &judge->sdp->section[i];

		if(!section->closed && mclmr_judge_is_speech(judge, section))
			return true;
	}
	return false;
}

/* Judges the whole of an offer; MCLMR_OK or the refusal. */
static mclmr_status_t judge_all(mclmr_judge_t *judge)
{
	mclmr_status_t status = mclmr_judge_bypass(judge);

	if(status == MCLMR_OK)
		status = mclmr_judge_capneg(judge);
	if(status == MCLMR_OK && !has_speech(judge)) {
		mclmr_judge_add_reason(judge, MCLMR_WHOLE, MCLMR_RULE_NO_SPEECH,
				(mclmr_span_t){NULL, 0});
		status = MCLMR_CODEC_REQUIRED;
	}
	for(size_t i = 0; status == MCLMR_OK && i < judge->sdp->sections; i++)
		status = judge_section(judge, (int)i);
	return status;
}

static void judge_offer(mclmr_judge_t *judge, mclmr_span_t text)
{
	mclmr_status_t status;

	if(!mclmr_judge_read(judge, text, &judge->sdp))
		return;
	status = judge_all(judge);
	if(status == MCLMR_OK)
		mclmr_judge_finish(judge);
	else
		refuse(judge, status);
}

void mclmr_policy_decide(const mclmr_policy_request_t *request,
		mclmr_arena_t *arena, mclmr_decision_t *decision)
{
	mclmr_judge_t judge = {.profiles = request->profiles,
			.profile = request->profile,
			.arena = arena,
			.decision = decision,
			.bound = request->bound,
			.info = request->wanted,
			.relayed = request->relayed};

	memset(decision, 0, sizeof(*decision));
	decision->codec = MCLMR_NO_CODEC;
	if(request->offer.len == 0)
		judge_offer(&judge, request->text);
	else
		mclmr_judge_answer(&judge, request);
}
