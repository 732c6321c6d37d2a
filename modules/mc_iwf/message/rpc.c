/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The command that explains a decision on a message. */
#include "core/rpc_lookup.h"

#include "mc_common/rpc.h"
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/bindings.h"
#include "mc_iwf/data/store.h"
#include "mclmr/decide/forward.h"
#include "mclmr/sip/uri.h"
#include "registrar.h"
#include "route.h"
#include "rpc.h"

#define EXPLAIN_ARENA 65536

/* What mc_iwf.explain was asked. */
typedef struct question
{
	str sender, service, target, lmr_type;
	mclmr_sender_t from;
	mclmr_mc_info_t info;
	mclmr_forward_request_t request;
} question_t;

/* Is the sender the PSI of an IWF? */
static bool is_iwf(const mclmr_directory_t *directory, mclmr_span_t uri,
		mclmr_arena_t *arena)
{
	mclmr_span_t key;

	return mclmr_uri_key(uri, arena, &key)
		   && mclmr_network_is_iwf(mclmr_directory_network(directory), key);
}

/* The question as a request that the decision understands; what is wrong
 * with it, or NULL. */
static const char *read_question(
		question_t *q, const mclmr_directory_t *directory, mclmr_arena_t *arena)
{
	mclmr_lmr_type_t type = MCLMR_LMR_NOT_GIVEN;

	q->request.service = mclmr_service_from_word(mc_span(&q->service));
	if(q->request.service == MCLMR_SERVICE_NONE)
		return "service is mcptt, mcdata or mcvideo";
	if(q->lmr_type.len > 0
			&& !mclmr_lmr_type_from_word(mc_span(&q->lmr_type), &type))
		return "no such LMR type";
	q->from.n = 1;
	q->from.identity[0] = mc_span(&q->sender);
	q->from.iwf = is_iwf(directory, mc_span(&q->sender), arena);
	q->info.service = q->request.service;
	q->info.field[MCLMR_INFO_REQUEST_URI] =
			(mclmr_identity_t){q->target.len > 0, false, mc_span(&q->target)};
	q->request.direction = q->from.iwf ? MCLMR_TO_CLIENT : MCLMR_TO_IWF;
	q->request.sender = &q->from;
	q->request.info = &q->info;
	q->request.lmr_type = type;
	q->request.refuse_unknown_kmf = iwf_config.refuse_unknown_kmf;
	return NULL;
}

/* The decision in words. */
static void add_decision(rpc_t *rpc, void *context, const question_t *q,
		const mclmr_route_t *route)
{
	const mclmr_refusal_t *row = &iwf_config.status.row[route->status];
	void *s;

	rpc->add(context, "{", &s);
	mc_rpc_add_text(
			rpc, s, "verdict", mclmr_span(mclmr_status_word(route->status)));
	rpc->struct_add(s, "dd", "status", row->sip, "warning", row->warning);
	mc_rpc_add_text(rpc, s, "reason", mclmr_span(row->reason));
	mc_rpc_add_text(rpc, s, "direction",
			q->from.iwf ? MCLMR_SPAN("to_client") : MCLMR_SPAN("to_iwf"));
	mc_rpc_add_text(rpc, s, "mc_id", route->mc_id);
	mc_rpc_add_text(rpc, s, "impu", route->impu);
	mc_rpc_add_text(rpc, s, "kmf", route->kmf);
	mc_rpc_add_text(rpc, s, "psi", route->psi);
	mc_rpc_add_text(rpc, s, "lmr_type",
			mclmr_span(mclmr_lmr_type_word(route->lmr_type)));
	rpc->struct_add(s, "d", "peer_set", route->peer_set);
}

/* Takes the arguments; binrpc fills an optional one that is missing with a
 * text of its own. false if one is missing that is not optional. */
static bool scan_question(rpc_t *rpc, void *context, question_t *q)
{
	int n = rpc->scan(context, ".S.S*.S.S", &q->sender, &q->service, &q->target,
			&q->lmr_type);

	if(n < 3)
		q->target.len = 0;
	if(n < 4)
		q->lmr_type.len = 0;
	return n >= 2;
}

/* True if a core would assert the sender. With both kinds of registrations one
 * whom no core has registered is a user of ours, whom digest proves. */
static bool is_of_core(const question_t *q)
{
	return !q->from.iwf
		   && (iwf_config.registrations != IWF_REGISTRATIONS_BOTH
				   || iwf_bindings_has(mc_span(&q->sender)));
}

static const char *explain_doc[] = {
		"mc_iwf.explain SENDER SERVICE [TARGET [LMR_TYPE]]: the decision on"
		" such a message; SENDER is an IMPU or the PSI of an IWF",
		NULL};

/* Decides as for a message, and changes nothing. */
static void explain(rpc_t *rpc, void *context)
{
	char memory[EXPLAIN_ARENA];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	question_t q = {.sender = STR_NULL};
	const mclmr_directory_t *directory;
	const char *wrong = "no data are loaded";
	mclmr_route_t route;

	if(!scan_question(rpc, context, &q)) {
		rpc->fault(context, MC_RPC_ARGUMENT, "sender and service, please");
		return;
	}
	directory = iwf_store_read();
	if(directory != NULL)
		wrong = read_question(&q, directory, &arena);
	iwf_store_read_end();
	if(wrong != NULL) {
		rpc->fault(context, MC_RPC_ARGUMENT, "%s", wrong);
		return;
	}
	if(is_of_core(&q))
		iwf_registrar_know(&q.from, &arena);
	iwf_route_message(&q.request, &iwf_registrar, &arena, &route);
	add_decision(rpc, context, &q, &route);
}

/* clang-format off */
rpc_export_t iwf_message_rpc[] = {
	{"mc_iwf.explain", explain, explain_doc, 0},
	{0, 0, 0, 0}
};
/* clang-format on */
