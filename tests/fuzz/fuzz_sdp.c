/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * Input: a digit for the profile, an offer, a line "----", an answer. What is
 * written reads again as itself; no active speech section of it is empty or
 * holds a format that the profile denies or does not know.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mclmr/policy.h"

static char memory[1 << 20];
static mclmr_profiles_t profiles;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the run where something does not hold. */
static void require(bool holds)
{
	if(!holds)
		abort();
}

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
			"suites = AEAD_AES_128_GCM\nsrtp = sdes, dtls, mikey-sakke\n";
	size_t line;

	if(profiles.n == 0)
		require(mclmr_profiles_read(mclmr_span(text), &profiles, &line)
				== NULL);
}

/* What is written for a text that was read is written again as it is. */
static void check_identity(mclmr_span_t text)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t once, twice;
	mclmr_sdp_t *sdp;

	if(mclmr_sdp_read(text, &arena, &sdp) != MCLMR_OK)
		return;
	require(mclmr_sdp_write(sdp, &arena, &once));
	if(once.len > MCLMR_SDP_MAX_SIZE)
		return;
	require(mclmr_sdp_read(once, &arena, &sdp) == MCLMR_OK);
	require(mclmr_sdp_write(sdp, &arena, &twice));
	require(mclmr_span_equal(once, twice));
}

/* A section that leaves with a port keeps to the profile. */
static void check_section(
		const mclmr_profile_t *profile, const mclmr_sdp_section_t *section)
{
	uint64_t allowed = profile->allow | profile->force;

	if(!mclmr_span_equal_nocase(section->media, MCLMR_SPAN("audio"))
			|| section->port == 0)
		return;
	for(size_t i = 0; i < section->formats; i++) {
		int codec = mclmr_codec_of(&profiles.codecs, &section->format[i]);
		bool signals;

		require(codec != MCLMR_NO_CODEC);
		signals = profiles.codecs.codec[codec].signalling;
		require((profile->deny & UINT64_C(1) << codec) == 0);
		require(signals || (allowed & UINT64_C(1) << codec) != 0);
	}
}

/* What leaves reads again and keeps to the profile. */
static void check_text(
		const mclmr_profile_t *profile, mclmr_span_t text, mclmr_arena_t *arena)
{
	mclmr_sdp_t *sdp;

	if(text.len > MCLMR_SDP_MAX_SIZE)
		return;
	require(mclmr_sdp_read(text, arena, &sdp) == MCLMR_OK);
	for(size_t i = 0; i < sdp->sections; i++)
		check_section(profile, &sdp->section[i]);
}

/* Decides on the offer, then on the answer to what left of it. */
static void check_decisions(
		const mclmr_profile_t *profile, mclmr_span_t offer, mclmr_span_t answer)
{
	static mclmr_decision_t decision;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_policy_request_t request = {
			.profiles = &profiles, .profile = profile, .text = offer};

	mclmr_policy_decide(&request, &arena, &decision);
	require((decision.action == MCLMR_REFUSE) == (decision.status != MCLMR_OK));
	if(decision.action == MCLMR_REFUSE)
		return;
	request.offer = decision.text;
	request.text = answer;
	check_text(profile, request.offer, &arena);
	mclmr_policy_decide(&request, &arena, &decision);
	if(decision.action != MCLMR_REFUSE)
		check_text(profile, decision.text, &arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t offer = {(const char *)data, size};
	mclmr_span_t first = mclmr_span_cut(&offer, '\n');
	const char *at = mclmr_span_find(offer, MCLMR_SPAN("----\n"));
	mclmr_span_t answer = offer;
	size_t which;

	load_profiles();
	if(first.len == 0)
		return 0;
	which = (size_t)(unsigned char)first.s[0] % profiles.n;
	if(at != NULL) {
		answer = mclmr_span_from(offer, at + 5);
		offer.len = (size_t)(at - offer.s);
	}
	check_identity(offer);
	check_decisions(&profiles.profile[which], offer, answer);
	return 0;
}
