/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The right of a message or call to go; shows the decision. */
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "authorize.h"
#include "check.h"
#include "route.h"

/* Shows the decision, as far as it came. */
static void show_route(iwf_message_t *m)
{
	static const mclmr_span_t kinds[] = {[MCLMR_CALL_PRIVATE] = {"private", 7},
			[MCLMR_CALL_GROUP] = {"group", 5}};
	const mclmr_route_t *route = &m->route;
	iwf_facts_t *facts = &m->facts;

	if(route->direction != MCLMR_DIRECTION_NONE)
		m->direction = route->direction;
	iwf_facts_set_direction(facts, m->direction);
	facts->text[IWF_CALL] = kinds[route->kind];
	facts->text[IWF_MC_ID] = route->mc_id;
	facts->text[IWF_IMPU] = route->impu;
	if(m->is_call && !m->sender.iwf)
		facts->text[IWF_CALLER] = route->impu;
	facts->text[IWF_CALLER_ID] = route->caller_id;
	facts->text[IWF_LMR_USER] = route->lmr_caller;
	facts->text[IWF_TARGET] = route->target;
	facts->text[IWF_LMR_TYPE] =
			mclmr_span(mclmr_lmr_type_word(route->lmr_type));
	facts->text[IWF_KMF] = route->kmf;
	facts->text[IWF_PSI] = route->psi;
	facts->text[IWF_DEVICE] = route->device;
	facts->text[IWF_PROFILE] = route->profile;
	facts->text[IWF_RURI] = route->request_uri;
	facts->peer_set = route->peer_set;
}

/* An INVITE is decided on all that it says. */
static mclmr_status_t authorize_call(struct sip_msg *msg, iwf_message_t *m)
{
	const mclmr_call_request_t request = {
			.request_uri = iwf_message_request_uri(msg),
			.sender = &m->sender,
			.from_core = m->trust == MCLMR_TRUST_CORE,
			.info = m->body->info != NULL ? &m->body->mc_info : NULL,
			.lists = m->has_lists ? &m->lists : NULL,
			.client_profile = mc_span(&iwf_config.client_profile),
			.group_caller = iwf_config.group_caller};

	return iwf_route_call(&request, m->registrar, &m->arena, &m->route);
}

/* A KMF that no row has is counted, also if the message goes. */
static mclmr_status_t authorize_message(iwf_message_t *m)
{
	const mclmr_forward_request_t request = {.direction = m->direction,
			.sender = &m->sender,
			.service = m->service,
			.info = &m->body->mc_info,
			.lists = m->has_lists ? &m->lists : NULL,
			.lmr_type = m->lmr_type,
			.refuse_unknown_kmf = iwf_config.refuse_unknown_kmf};
	mclmr_status_t status =
			iwf_route_message(&request, m->registrar, &m->arena, &m->route);

	iwf_count_add(IWF_COUNT_KMF_UNKNOWN, (int)m->route.unknown_kmfs);
	return status;
}

/* Shows what was found out before a refusal, too. */
mclmr_status_t iwf_authorize(struct sip_msg *msg, iwf_message_t *m)
{
	mclmr_status_t status;

	if(!m->checked) {
		status = iwf_check(msg, m);
		if(status != MCLMR_OK)
			return status;
	}
	if(m->decided)
		return MCLMR_OK;
	status = m->is_call ? authorize_call(msg, m) : authorize_message(m);
	show_route(m);
	m->decided = status == MCLMR_OK;
	return status;
}
