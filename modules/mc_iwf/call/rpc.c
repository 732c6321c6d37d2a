/* SPDX-License-Identifier: GPL-2.0-or-later */

/* RPC commands on media profiles. */
#include <stdlib.h>

#include "core/rpc_lookup.h"

#include "mc_common/rpc.h"
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/profiles.h"
#include "mclmr/sdp/explain.h"
#include "rpc.h"
#include "sdp.h"

/* Adds the ids of the formats in a mask as an array of a structure. */
static void add_codecs(rpc_t *rpc, void *structure, char *name,
		const mclmr_codec_table_t *table, uint64_t mask)
{
	void *list;

	rpc->struct_add(structure, "[", name, &list);
	for(size_t i = 0; i < table->n; i++) {
		if(mask & UINT64_C(1) << i)
			rpc->array_add(list, "s", table->codec[i].id);
	}
}

/* Adds the permitted kinds of keying as an array of a structure. */
static void add_keying(rpc_t *rpc, void *structure, unsigned kinds)
{
	void *list;

	rpc->struct_add(structure, "[", "srtp", &list);
	for(unsigned kind = 1; kind < MCLMR_KEYING_OTHER; kind <<= 1) {
		if(kinds & kind)
			rpc->array_add(list, "s", mclmr_keying_word(kind));
	}
}

/* Adds one profile. */
static void add_profile(rpc_t *rpc, void *context,
		const mclmr_profiles_t *profiles, const mclmr_profile_t *profile)
{
	static const char *const e2ee[] = {"allowed", "forbidden", "required"};
	static const char *const bad[] = {"default", "log", "port0", "end"};
	const mclmr_codec_table_t *codecs = &profiles->codecs;
	void *s;

	rpc->add(context, "{", &s);
	rpc->struct_add(s, "s", "name", profile->name);
	add_codecs(rpc, s, "allow", codecs, profile->allow);
	add_codecs(rpc, s, "deny", codecs, profile->deny);
	add_codecs(rpc, s, "force", codecs, profile->force);
	rpc->struct_add(s, "s", "e2ee", e2ee[profile->e2ee]);
	add_keying(rpc, s, profile->srtp);
	rpc->struct_add(s, "ss", "on_bad_answer",
			bad[mclmr_profile_bad_answer(profile)], "transcoder",
			profile->transcoder_iwf ? "iwf" : "none");
}

static const char *policies_doc[] = {
		"mc_iwf.policies: the media profiles in force", NULL};

/* What is in force, with all defaults filled in. */
static void policies(rpc_t *rpc, void *context)
{
	const mclmr_profiles_t *profiles = lmr_profiles_get();

	for(size_t i = 0; profiles != NULL && i < profiles->n; i++)
		add_profile(rpc, context, profiles, &profiles->profile[i]);
}

static const char *policies_reload_doc[] = {
		"mc_iwf.policies_reload: read the file of media profiles anew; the old"
		" ones stay on an error",
		NULL};

/* A file that is wrong changes nothing: calls keep the profiles they have. */
static void policies_reload(rpc_t *rpc, void *context)
{
	char error[LMR_PROFILES_ERROR];

	if(lmr_profiles_reload(error, sizeof(error)) < 0)
		rpc->fault(context, MC_RPC_LOAD, "%s", error);
	else
		rpc->rpl_printf(context, "loaded");
}

/* Decides and tells the lines of the explanation. */
static void answer(rpc_t *rpc, void *context,
		const mclmr_policy_request_t *request, mclmr_arena_t *arena)
{
	mclmr_decision_t decision;
	mclmr_span_t lines;

	mclmr_policy_decide(request, arena, &decision);
	if(!mclmr_explain(request, &decision, arena, &lines)) {
		rpc->fault(context, MC_RPC_LOAD, "no memory");
		return;
	}
	while(lines.len > 0) {
		str line = mc_str(mclmr_span_cut(&lines, '\n'));

		rpc->add(context, "S", &line);
	}
}

/* Reads "on" or "off"; false for another word. */
static bool read_wanted(mclmr_span_t word, unsigned *wanted)
{
	*wanted = mclmr_span_equal(word, MCLMR_SPAN("on"))	  ? MCLMR_E2EE_ON
			  : mclmr_span_equal(word, MCLMR_SPAN("off")) ? MCLMR_E2EE_OFF
														  : 0;
	return *wanted != 0;
}

/* Runs a question in an arena of its own. */
static void ask(
		rpc_t *rpc, void *context, const mclmr_policy_request_t *request)
{
	char *memory = malloc(LMR_SDP_ARENA);
	mclmr_arena_t arena = mclmr_arena(memory, LMR_SDP_ARENA);

	if(memory == NULL)
		rpc->fault(context, MC_RPC_LOAD, "no memory");
	else
		answer(rpc, context, request, &arena);
	free(memory);
}

static const char *sdp_explain_doc[] = {
		"mc_iwf.sdp_explain PROFILE SDP [on|off]: what a profile (or a group's"
		" URI) decides on an offer; on, off: end-to-end-security of the info"
		" part",
		NULL};

/* Decides as for an offer in a call, and changes nothing. */
static void sdp_explain(rpc_t *rpc, void *context)
{
	mclmr_policy_request_t request = {.profiles = lmr_profiles_get(),
			.relayed = iwf_config.media_relay != 0};
	mclmr_profile_t forced;
	str name, text, word;
	int n = rpc->scan(context, "SS*S", &name, &text, &word);

	if(n < 2 || (n > 2 && !read_wanted(mc_span(&word), &request.wanted))) {
		rpc->fault(context, MC_RPC_ARGUMENT,
				"profile, description, and on or off, please");
		return;
	}
	if(request.profiles != NULL)
		request.profile =
				lmr_profiles_find(request.profiles, mc_span(&name), &forced);
	if(request.profile == NULL) {
		rpc->fault(context, MC_RPC_NOT_FOUND, "no such profile");
		return;
	}
	request.text = mc_span(&text);
	ask(rpc, context, &request);
}

/* clang-format off */
rpc_export_t lmr_rpc[] = {
	{"mc_iwf.policies", policies, policies_doc, RET_ARRAY},
	{"mc_iwf.policies_reload", policies_reload, policies_reload_doc, 0},
	{"mc_iwf.sdp_explain", sdp_explain, sdp_explain_doc, RET_ARRAY},
	{0, 0, 0, 0}
};
/* clang-format on */
