/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a digit for the profile and one for what is wanted, then an offer, a
 * line "----", an answer, a line "----", the next offer of its side. Of what
 * leaves holds:
 * - it reads again, has all sections (an answer those of the offer), none
 *   without format;
 * - no active speech section has a format that the profile does not permit,
 *   or that cannot be encrypted if that is required;
 * - key-mgmt lines are all there as they were, crypto lines in their order,
 *   no line is there that was not, but for m= and a cut fmtp;
 * - it is what leaves when it comes again;
 * - an answer gets the same decision by the offer and by its outline, and
 *   leaves with nothing that was not offered;
 * - offers and answers are the same when their text is read;
 * - no later offer leaves with a payload type that stands for another format.
 */
#include "mclmr/sdp/binding.h"
#include "mclmr/sdp/bypass.h"
#include "mclmr/sdp/negotiation.h"
#include "mclmr/sdp/policy.h"
#include "mclmr/sdp/sdp_outline.h"
#include "fuzz.h"

static char memory[1 << 22];
static mclmr_profiles_t profiles;

/* Profiles of every kind. */
static void load_profiles(void)
{
	static const char text[] =
			"[p25]\nallow = p25-imbe\nforce = p25-imbe\n"
			"srtp = mikey-sakke, gmk, clear\n"
			"[e2ee]\nallow = tetra-bb\ne2ee = required\nnarrow_fmtp = yes\n"
			"[clear]\nallow = *\ndeny = p25-imbe\ne2ee = forbidden\n"
			"narrow_fmtp = yes\norder = pcma, AMR-WB\non_empty = port0\n"
			"other_media = port0\nsingle_codec = yes\n"
			"[attribute]\nallow = *\ne2ee_attribute = e\nmax_ptime = 60\n"
			"suites = AEAD_AES_128_GCM\nsrtp = sdes, dtls, mikey-sakke\n"
			"[radio]\nallow = p25-imbe, tetra-isi, tetra-bb\ne2ee = required\n"
			"e2ee_attribute = e\non_bad_answer = log\nmikey = sakke\n"
			"[analog]\nallow = pcmu, pcma\ntranscoder = iwf\ncapneg = refuse\n"
			"other_media = refuse\n"
			"[bare]\nallow = p25-imbe, pcmu\np25_without_rtpmap = yes\n"
			"on_bad_answer = end\non_empty = port0\n";
	size_t line;

	if(profiles.n == 0)
		require(mclmr_profiles_read(mclmr_span(text), &profiles, &line)
				== NULL);
}

/* Reads what has to be readable. */
static mclmr_sdp_t *read_text(mclmr_span_t text, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	require(mclmr_sdp_read(text, arena, &sdp) == MCLMR_OK);
	return sdp;
}

/* The row of a format. */
static const mclmr_codec_t *codec_of(
		const mclmr_profile_t *profile, const mclmr_sdp_format_t *format)
{
	static const mclmr_sdp_format_t p25 = {.pt = 100,
			.name = {"X-TIA-P25-IMBE", 14},
			.clock = 8000,
			.channels = 1};
	int codec;

	if(profile->p25_without_rtpmap && format->pt == 100
			&& format->name.len == 0)
		format = &p25;
	codec = mclmr_codec_of(&profiles.codecs, format);
	require(codec != MCLMR_NO_CODEC);
	return &profiles.codecs.codec[codec];
}

/* A format that leaves is one that the profile permits. */
static void check_format(
		const mclmr_profile_t *profile, const mclmr_sdp_format_t *format)
{
	const mclmr_codec_t *codec = codec_of(profile, format);
	uint64_t bit = UINT64_C(1) << (codec - profiles.codecs.codec);

	require((profile->deny & bit) == 0);
	if(codec->signalling)
		return;
	require(((profile->allow | profile->force) & bit) != 0
			|| (profile->transcoder_iwf && codec->e2ee != MCLMR_CODEC_ALWAYS));
	if(profile->e2ee == MCLMR_E2EE_RULE_REQUIRED) {
		require(codec->e2ee != MCLMR_CODEC_NEVER);
		require(codec->e2ee != MCLMR_CODEC_FMTP
				|| (mclmr_e2ee_fmtp(format->params) & MCLMR_E2EE_ON));
	}
	if(profile->e2ee == MCLMR_E2EE_RULE_FORBIDDEN) {
		require(codec->e2ee != MCLMR_CODEC_ALWAYS);
		require(codec->e2ee != MCLMR_CODEC_FMTP
				|| (mclmr_e2ee_fmtp(format->params) & MCLMR_E2EE_OFF));
	}
}

/* True for an active speech section. */
static bool has_speech(const mclmr_sdp_section_t *section)
{
	return mclmr_sdp_is_audio(section) && mclmr_sdp_is_active(section);
}

/* The next line of some that came that is this one; false if none is. */
static bool find_line(const mclmr_sdp_line_t *line, size_t lines, size_t *at,
		mclmr_span_t text)
{
	while(*at < lines) {
		if(mclmr_span_equal(line[(*at)++].text, text))
			return true;
	}
	return false;
}

/* True for a line that may leave changed. */
static bool may_change(const mclmr_sdp_line_t *line)
{
	return line->type == 'm' || line->type == 'c'
		   || mclmr_sdp_is(line, MCLMR_SPAN("fmtp"))
		   || mclmr_span_equal_nocase(
				   mclmr_span_trim(line->name), MCLMR_SPAN("rtcp"));
}

/* Lines that left are some of those that came, in their order; of key-mgmt
 * all. */
static void check_lines(const mclmr_sdp_line_t *came, size_t n_came,
		const mclmr_sdp_line_t *left, size_t n_left)
{
	size_t at = 0, keys = 0;

	for(size_t i = 0; i < n_left; i++) {
		require(may_change(&left[i])
				|| find_line(came, n_came, &at, left[i].text));
		keys += mclmr_sdp_is(&left[i], MCLMR_SPAN("key-mgmt"));
		require(!mclmr_sdp_is(&left[i], MCLMR_SPAN("pcfg"))
				&& !mclmr_sdp_is(&left[i], MCLMR_SPAN("acap")));
	}
	for(size_t i = 0; i < n_came; i++)
		keys -= mclmr_sdp_is(&came[i], MCLMR_SPAN("key-mgmt"));
	require(keys == 0);
}

/* What left of a description keeps to the profile and to what came. offer: of
 * an answer, which gets as many sections, else NULL. */
static mclmr_sdp_t *check_text(const mclmr_profile_t *profile,
		mclmr_span_t came_text, mclmr_span_t text, const mclmr_sdp_t *offer,
		mclmr_arena_t *arena)
{
	mclmr_sdp_t *came = read_text(came_text, arena);
	mclmr_sdp_t *left = read_text(text, arena);

	require(left->sections <= came->sections
			|| (offer != NULL && left->sections == offer->sections));
	require(left->sections == came->sections || offer != NULL);
	require(mclmr_bypass_remove(left).len == 0);
	check_lines(
			came->line, came->session_lines, left->line, left->session_lines);
	for(size_t i = 0; i < left->sections; i++) {
		const mclmr_sdp_section_t *section = &left->section[i];

		require(section->formats > 0);
		check_lines(came->section[i].line, came->section[i].lines,
				section->line, section->lines);
		for(size_t j = 0; has_speech(section) && j < section->formats; j++)
			check_format(profile, &section->format[j]);
	}
	return left;
}

/* What left as an offer leaves as it is when it comes again. Of a
 * closed section that is no audio the format that is left may not show any
 * more that it was speech. */
static void check_again(
		mclmr_policy_request_t request, mclmr_span_t text, mclmr_arena_t *arena)
{
	static mclmr_decision_t again;

	request.text = text;
	mclmr_policy_decide(&request, arena, &again);
	if(again.reasons > 0
			&& again.reason[again.reasons - 1].rule == MCLMR_RULE_NO_SPEECH)
		return;
	require(again.action == MCLMR_ACCEPT);
	require(mclmr_span_equal(again.text, text));
}

/* Formats of an answer that left were offered, over the same transport. */
static void check_answered(const mclmr_profile_t *profile,
		const mclmr_sdp_section_t *offered, const mclmr_sdp_section_t *answered)
{
	require(mclmr_sdp_is_active(offered));
	require(mclmr_span_equal_nocase(offered->proto, answered->proto));
	for(size_t i = 0; i < answered->formats; i++) {
		bool found = false;

		for(size_t j = 0; j < offered->formats; j++)
			found |= offered->format[j].pt == answered->format[i].pt
					 && codec_of(profile, &offered->format[j])
								== codec_of(profile, &answered->format[i]);
		require(found);
	}
}

/* Both decisions say the same. */
static void check_same(const mclmr_decision_t *a, const mclmr_decision_t *b)
{
	require(a->status == b->status && a->action == b->action);
	require(a->end_call == b->end_call && a->e2ee == b->e2ee);
	require(a->srtp == b->srtp && a->reasons == b->reasons);
	require(mclmr_span_equal(a->text, b->text));
	for(size_t i = 0; i < a->reasons; i++)
		require(a->reason[i].rule == b->reason[i].rule);
}

/* Decides on the answer to what left of the offer. */
static bool check_answer(mclmr_policy_request_t request, mclmr_arena_t *arena,
		mclmr_span_t *text)
{
	static mclmr_decision_t decision, by_outline;
	mclmr_sdp_t *offer = read_text(request.offer, arena), *answer;
	bool is_logged = mclmr_profile_bad_answer(request.profile) == MCLMR_BAD_LOG;

	mclmr_policy_decide(&request, arena, &decision);
	require(mclmr_sdp_outline(offer, arena, &request.offer));
	if(request.offer.len <= MCLMR_SDP_MAX_SIZE) {
		mclmr_policy_decide(&request, arena, &by_outline);
		check_same(&decision, &by_outline);
	}
	*text = decision.text;
	if(decision.action == MCLMR_REFUSE)
		return false;
	if(decision.status != MCLMR_OK && is_logged)
		return true;
	answer = check_text(
			request.profile, request.text, decision.text, offer, arena);
	for(size_t i = 0; i < answer->sections; i++) {
		if(has_speech(&answer->section[i]))
			check_answered(
					request.profile, &offer->section[i], &answer->section[i]);
	}
	return true;
}

/* Both sides say the same when their text is read. */
static void check_stored(
		const mclmr_negotiation_t *negotiation, mclmr_arena_t *arena)
{
	mclmr_negotiation_t read = {.bound = {{NULL, 0}}};

	for(int side = 0; side < MCLMR_SIDES; side++) {
		mclmr_span_t text, again;

		require(mclmr_negotiation_write(
				negotiation, (mclmr_side_t)side, arena, &text));
		require(text.len <= MCLMR_NEGOTIATION_MAX);
		require(mclmr_negotiation_read(&read, (mclmr_side_t)side, text));
		require(mclmr_negotiation_write(
				&read, (mclmr_side_t)side, arena, &again));
		require(mclmr_span_equal(text, again));
	}
}

/* The next offer comes from the side that answered. */
static void check_next(mclmr_policy_request_t request, mclmr_arena_t *arena)
{
	static mclmr_decision_t decision;
	mclmr_sdp_t *sdp;

	mclmr_policy_decide(&request, arena, &decision);
	if(decision.action == MCLMR_REFUSE)
		return;
	sdp = check_text(request.profile, request.text, decision.text, NULL, arena);
	check_again(request, decision.text, arena);
	for(size_t i = 0; i < sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &sdp->section[i];

		for(size_t j = 0; has_speech(section) && j < section->formats; j++)
			require(!mclmr_binding_differs(
					request.bound, i, &section->format[j]));
	}
}

/* A call: an offer, its answer, the next offer. */
static void check_call(
		mclmr_policy_request_t request, mclmr_span_t answer, mclmr_span_t next)
{
	static mclmr_decision_t decision;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_negotiation_t negotiation = {.bound = {{NULL, 0}}};
	mclmr_bearer_t invite = {
			MCLMR_CALLER, MCLMR_METHOD_INVITE, 0, 1, false, true};
	mclmr_bearer_t reply = {
			MCLMR_CALLEE, MCLMR_METHOD_INVITE, 200, 1, true, true};
	mclmr_sdp_t *offered;
	mclmr_span_t text;

	mclmr_policy_decide(&request, &arena, &decision);
	require((decision.action == MCLMR_REFUSE) == (decision.status != MCLMR_OK));
	require((decision.action == MCLMR_REFUSE) == (decision.text.len == 0));
	if(decision.action == MCLMR_REFUSE)
		return;
	offered = check_text(
			request.profile, request.text, decision.text, NULL, &arena);
	check_again(request, decision.text, &arena);
	request.offer = decision.text;
	request.text = answer;
	if(!check_answer(request, &arena, &text)
			|| !mclmr_negotiation_offer(
					&negotiation, &invite, request.wanted, offered, &arena)
			|| !mclmr_negotiation_answer(
					&negotiation, &reply, read_text(text, &arena), &arena))
		return;
	check_stored(&negotiation, &arena);
	request.offer = (mclmr_span_t){NULL, 0};
	request.bound = negotiation.bound[MCLMR_CALLEE];
	request.text = next;
	check_next(request, &arena);
}

/* Cuts the text before a line of "----" off; all of it if there is
 * none, and then it stays. */
static mclmr_span_t cut(mclmr_span_t *rest)
{
	const char *at = mclmr_span_find(*rest, MCLMR_SPAN("----\n"));
	mclmr_span_t part = *rest;

	if(at == NULL)
		return part;
	part.len = (size_t)(at - part.s);
	*rest = mclmr_span_from(*rest, at + 5);
	return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t rest = {(const char *)data, size};
	mclmr_span_t first = mclmr_span_cut(&rest, '\n');
	mclmr_policy_request_t request = {.profiles = &profiles, .relayed = true};
	mclmr_span_t answer;

	load_profiles();
	if(first.len == 0)
		return 0;
	request.profile =
			&profiles.profile[(size_t)(unsigned char)(first.s[0] - '0')
							  % profiles.n];
	if(first.len > 1)
		request.wanted = (unsigned char)(first.s[1] - '0') % 3u;
	request.text = cut(&rest);
	answer = cut(&rest);
	check_call(request, answer, rest);
	return 0;
}
