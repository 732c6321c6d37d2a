/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The session description of one message: decided on, closed, committed. */
#include <stdlib.h>
#include <string.h>

#include "core/route.h"

#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "mc_iwf/data/profiles.h"
#include "mclmr/sdp/binding.h"
#include "mclmr/sdp/bypass.h"
#include "mclmr/sdp/relay_reply.h"
#include "mclmr/sdp/relay_request.h"
#include "avp.h"
#include "receiver.h"
#include "sdp.h"

#define EMPTY ((mclmr_span_t){NULL, 0})

static lmr_message_t *current; /* the process's message */
static char *arena_memory;

int lmr_sdp_init(void)
{
	current = calloc(1, sizeof(*current));
	arena_memory = malloc(LMR_SDP_ARENA);
	return current != NULL && arena_memory != NULL ? 0 : -1;
}

/* Reads what the call said before, and what the message is in it. A body that
 * cannot be read counts as a description: it must not pass unseen. */
static void read_call(struct sip_msg *msg, lmr_message_t *m)
{
	bool has_sdp = m->body.status != MCLMR_OK || m->body.sdp != NULL;

	lmr_leg_read(msg, has_sdp, &m->arena, &m->call);
	m->op = lmr_leg_op(&m->call);
}

lmr_message_t *lmr_sdp_get(struct sip_msg *msg)
{
	if(iwf_parsed_is(current->parsed, msg)
			&& lmr_leg_is_current(&current->call, msg))
		return current;
	memset(current, 0, sizeof(*current));
	current->arena = mclmr_arena(arena_memory, LMR_SDP_ARENA);
	current->parsed = iwf_parsed_get(msg, IWF_PARSED_CALL);
	current->unreadable = current->parsed->unreadable || msg->cseq == NULL
						  || msg->cseq->parsed == NULL;
	if(current->unreadable) {
		current->op = MCLMR_OP_STRAY;
		return current;
	}
	lmr_body_read(msg, current->parsed, &current->arena, &current->body);
	read_call(msg, current);
	return current;
}

/* Tells once what the set-up lacks. */
static void complain_once(bool *told, const char *what)
{
	if(!*told)
		LM_ERR("%s\n", what);
	*told = true;
}

/* Can the message be decided on at all, as this op? */
static mclmr_status_t check_message(const lmr_message_t *m, mclmr_op_t op)
{
	static bool told;

	if(!lmr_leg_possible()) {
		complain_once(&told, "lmr_sdp_offer() and lmr_sdp_answer() need module"
							 " dialog, loaded before mc_iwf");
		return MCLMR_INTERNAL;
	}
	if(m->unreadable)
		return MCLMR_MIME_MALFORMED;
	if(m->body.status != MCLMR_OK)
		return m->body.status;
	if(m->op == MCLMR_OP_STRAY)
		return MCLMR_SDP_STRAY;
	if(m->op != op) {
		LM_ERR("the description is no such thing: ask $lmr(op) first\n");
		return MCLMR_INTERNAL;
	}
	if(!m->call.found || !m->call.readable) {
		LM_ERR("%s\n", m->call.found ? "the state of the call is not readable"
									 : "the call is unknown: dlg_manage()"
									   " comes first");
		return MCLMR_INTERNAL;
	}
	return MCLMR_OK;
}

/* Finds the profile. */
static mclmr_status_t find_profile(lmr_message_t *m, mclmr_span_t name)
{
	static bool told;

	m->request.profiles = lmr_profiles_get();
	if(m->request.profiles == NULL) {
		complain_once(&told, "there are no media profiles: see modparam"
							 " policies");
		return MCLMR_PROFILE_UNKNOWN;
	}
	m->request.profile =
			lmr_profiles_find(m->request.profiles, name, &m->forced);
	return m->request.profile != NULL ? MCLMR_OK : MCLMR_PROFILE_UNKNOWN;
}

/* What an earlier offer of the call said of encryption, the sender's first. */
static unsigned wanted_before(const lmr_leg_t *call)
{
	unsigned wanted = 0;

	for(int i = 0; wanted == 0 && i < MCLMR_SIDES; i++) {
		const mclmr_offered_t *offered =
				call->negotiation
						.offered[((int)call->bearer.side + i) % MCLMR_SIDES];

		for(int kind = 0; wanted == 0 && kind < MCLMR_OFFER_KINDS; kind++)
			wanted = offered[kind].given ? offered[kind].wanted : 0;
	}
	return wanted;
}

/* Fills in what an offer is decided by. */
static mclmr_status_t prepare_offer(lmr_message_t *m)
{
	mclmr_status_t status;

	m->request.wanted = 0;
	if(!m->request.profile->info_e2ee)
		return MCLMR_OK;
	status = lmr_body_wanted(&m->body, &m->request.wanted);
	if(status == MCLMR_OK && m->request.wanted == 0)
		m->request.wanted = wanted_before(&m->call);
	return status;
}

/* Fills in what an answer is decided by. */
static mclmr_status_t prepare_answer(lmr_message_t *m)
{
	const mclmr_offered_t *asked =
			mclmr_negotiation_asked(&m->call.negotiation, &m->call.bearer);

	if(asked == NULL)
		return MCLMR_INTERNAL;
	m->request.offer = asked->outline;
	m->request.wanted = asked->wanted;
	return MCLMR_OK;
}

/* Counts a decision. */
static void count(const lmr_message_t *m)
{
	bool offer = m->op == MCLMR_OP_OFFER;

	iwf_count(offer ? IWF_COUNT_LMR_OFFERS : IWF_COUNT_LMR_ANSWERS);
	if(m->decision.status != MCLMR_OK)
		iwf_count(offer ? IWF_COUNT_LMR_REFUSED : IWF_COUNT_LMR_BAD_ANSWERS);
}

/* Decides; what is left is in m->text. */
static mclmr_status_t decide(lmr_message_t *m)
{
	mclmr_status_t status;

	m->request.offer = EMPTY;
	m->request.relayed = iwf_config.media_relay != 0;
	status = m->op == MCLMR_OP_OFFER ? prepare_offer(m) : prepare_answer(m);
	if(status != MCLMR_OK)
		return status;
	m->request.bound = m->call.negotiation.bound[m->call.bearer.side];
	m->request.text = m->body.text;
	mclmr_policy_decide(&m->request, &m->arena, &m->decision);
	m->decided = true;
	m->end = m->decision.end_call;
	m->text = m->decision.text;
	count(m);
	return m->decision.action == MCLMR_REFUSE ? m->decision.status : MCLMR_OK;
}

/* Hands the request for the media relay over, of media or of none. */
static mclmr_status_t ask_relay(struct sip_msg *msg, lmr_message_t *m)
{
	mclmr_span_t request;
	mclmr_status_t status = lmr_receiver_check(msg, m->sdp);

	if(status == MCLMR_OK)
		status = mclmr_relay_request_write(m->sdp, &m->arena, &request);
	if(status != MCLMR_OK)
		return status;
	return lmr_avp_hand_over(request) ? MCLMR_OK : MCLMR_INTERNAL;
}

/* Reads what was decided, once for the relay and for what the call keeps of
 * it, and asks the relay, if there is one. */
static mclmr_status_t prepare_commit(struct sip_msg *msg, lmr_message_t *m)
{
	mclmr_status_t status = mclmr_sdp_read(m->text, &m->arena, &m->sdp);

	return status == MCLMR_OK && iwf_config.media_relay ? ask_relay(msg, m)
														: status;
}

bool lmr_sdp_needs_relay(const lmr_message_t *m)
{
	return iwf_config.media_relay && m->todo == LMR_TODO_DECIDED
		   && mclmr_relay_is_needed(m->sdp);
}

/* Forgets an earlier decision on this message. */
static void start_over(struct sip_msg *msg, lmr_message_t *m)
{
	m->todo = LMR_TODO_NOTHING;
	m->decided = false;
	m->end = false;
	m->explained = EMPTY;
	if(!m->call.found && !m->unreadable)
		read_call(msg, m);
}

mclmr_status_t lmr_sdp_decide(struct sip_msg *msg, lmr_message_t *m,
		mclmr_op_t op, mclmr_span_t profile)
{
	mclmr_status_t status;

	start_over(msg, m);
	status = check_message(m, op);
	if(status == MCLMR_OK)
		status = find_profile(m, profile);
	if(status == MCLMR_OK)
		status = decide(m);
	if(status == MCLMR_OK)
		status = prepare_commit(msg, m);
	if(status == MCLMR_OK)
		m->todo = LMR_TODO_DECIDED;
	return status;
}

/* A provisional reply that is not acknowledged: what it says is a preview. */
static bool is_preview(const lmr_message_t *m)
{
	return m->call.bearer.code > 0 && m->call.bearer.code < 200
		   && !m->call.bearer.reliable;
}

/* True for a message whose description need not be acted on: it may go. */
static bool only_informs(const lmr_message_t *m)
{
	return is_preview(m) || m->call.bearer.code >= 300;
}

/* No address of its sender goes past the relay, not even without a port. */
static bool hide_addresses(lmr_message_t *m)
{
	static const mclmr_relay_reply_t nothing;

	return mclmr_relay_reply_write(m->sdp, &nothing, &m->arena, &m->text);
}

/* The description with port 0 everywhere; false if it cannot be read. */
static bool close_all(lmr_message_t *m)
{
	mclmr_sdp_t *sdp;

	if(m->body.sdp == NULL
			|| mclmr_sdp_read(m->body.text, &m->arena, &sdp) != MCLMR_OK)
		return false;
	(void)mclmr_bypass_remove(sdp);
	for(size_t i = 0; i < sdp->sections; i++)
		mclmr_sdp_close(&sdp->section[i]);
	return mclmr_sdp_write(sdp, &m->arena, &m->text)
		   && mclmr_sdp_read(m->text, &m->arena, &m->sdp) == MCLMR_OK
		   && (!iwf_config.media_relay || hide_addresses(m));
}

/* True for a message that cannot be refused any more, in a call of ours. A
 * reply that comes when its sender has heard a later offer only repeats what
 * was answered. */
static bool is_final(const lmr_message_t *m)
{
	const mclmr_bearer_t *bearer = &m->call.bearer;

	return m->call.found && !m->call.too_late && !only_informs(m)
		   && !mclmr_negotiation_overtaken(&m->call.negotiation, bearer)
		   && (bearer->code > 0 || bearer->method == MCLMR_METHOD_ACK
				   || bearer->method == MCLMR_METHOD_PRACK);
}

mclmr_status_t lmr_sdp_close(lmr_message_t *m)
{
	if(m->unreadable)
		return MCLMR_MIME_MALFORMED;
	if(m->op == MCLMR_OP_NONE)
		return MCLMR_INTERNAL;
	iwf_count(IWF_COUNT_LMR_CLOSED);
	m->end = is_final(m);
	m->todo = LMR_TODO_REMOVE;
	if(!only_informs(m) && close_all(m))
		m->todo = LMR_TODO_CLOSE;
	return MCLMR_OK;
}

/* What the media relay says of the request; false if it says nothing, or
 * nothing that answers it. */
static bool read_reply(lmr_message_t *m, mclmr_relay_reply_t *reply)
{
	mclmr_span_t said;
	const char *wrong;

	if(!lmr_avp_take(&said))
		return false;
	wrong = mclmr_relay_reply_read(m->sdp, said, &m->arena, reply);
	if(wrong != NULL)
		LM_ERR("the reply of the media relay %s\n", wrong);
	return wrong == NULL;
}

/* The description that leaves. */
static mclmr_status_t find_text(lmr_message_t *m, mclmr_span_t *text)
{
	mclmr_relay_reply_t reply = {0};

	*text = m->text;
	if(m->todo != LMR_TODO_DECIDED || !iwf_config.media_relay)
		return MCLMR_OK;
	if(lmr_sdp_needs_relay(m) && !read_reply(m, &reply)) {
		iwf_count(IWF_COUNT_LMR_MEDIA_DOWN);
		return MCLMR_MEDIA_DOWN;
	}
	return mclmr_relay_reply_write(m->sdp, &reply, &m->arena, text)
				   ? MCLMR_OK
				   : MCLMR_INTERNAL;
}

/* True if this message is the first to say that the call is to be ended. A
 * preview does not count: what it shows comes again. */
static bool is_end(const lmr_message_t *m)
{
	return m->end && !m->call.ended && !is_preview(m);
}

/* Adds what leaves to the negotiation; false, and nothing added, if it cannot
 * be kept. */
static bool negotiate(lmr_message_t *m, lmr_leg_t *call)
{
	unsigned wanted = m->decided ? m->request.wanted : 0;

	if(m->op == MCLMR_OP_OFFER)
		return mclmr_negotiation_offer(
				&call->negotiation, &call->bearer, wanted, m->sdp, &m->arena);
	return mclmr_negotiation_answer(
			&call->negotiation, &call->bearer, m->sdp, &m->arena);
}

/* True if a format that was decided on stands for something else by now. */
static bool is_rebound(const lmr_message_t *m, mclmr_span_t bindings)
{
	if(mclmr_span_equal(bindings, m->request.bound))
		return false;
	for(size_t i = 0; i < m->sdp->sections; i++) {
		const mclmr_sdp_section_t *section = &m->sdp->section[i];

		for(size_t k = 0; k < section->formats; k++) {
			if(mclmr_binding_differs(bindings, i, &section->format[k]))
				return true;
		}
	}
	return false;
}

/* Does the decision hold in the call as it is by now? A message of the other
 * side may have changed it while the media relay was asked. */
static mclmr_status_t check_again(const lmr_message_t *m, const lmr_leg_t *now)
{
	const mclmr_offered_t *asked;

	if(!now->readable || lmr_leg_op(now) != m->op
			|| is_rebound(m, now->negotiation.bound[now->bearer.side]))
		return m->op == MCLMR_OP_ANSWER ? MCLMR_ANSWER_MISMATCH
										: MCLMR_INTERNAL;
	if(m->op == MCLMR_OP_OFFER)
		return MCLMR_OK;
	asked = mclmr_negotiation_asked(&now->negotiation, &now->bearer);
	return asked != NULL && asked->wanted == m->request.wanted
						   && mclmr_span_equal(asked->outline, m->request.offer)
				   ? MCLMR_OK
				   : MCLMR_ANSWER_MISMATCH;
}

/* lmr_leg_change_t: notes what the message says. What is closed or removed
 * leaves in any case. */
static mclmr_status_t note_leaving(void *data, lmr_leg_t *now)
{
	lmr_message_t *m = data;
	mclmr_status_t status;

	now->ended |= is_end(m);
	if(m->op == MCLMR_OP_STRAY)
		return MCLMR_SDP_STRAY;
	if(m->todo != LMR_TODO_DECIDED) {
		if(m->todo == LMR_TODO_CLOSE && now->readable)
			negotiate(m, now);
		return now->readable ? MCLMR_OK : MCLMR_INTERNAL;
	}
	status = check_again(m, now);
	if(status != MCLMR_OK)
		return status;
	return negotiate(m, now) ? MCLMR_OK : MCLMR_SDP_LIMIT;
}

/* Stores what the call has said with this message. */
static mclmr_status_t store(struct sip_msg *msg, lmr_message_t *m)
{
	bool must = m->todo == LMR_TODO_DECIDED;
	mclmr_status_t status;

	if(!m->call.found || !m->call.readable)
		status = MCLMR_INTERNAL;
	else if((m->op == MCLMR_OP_STRAY || m->todo == LMR_TODO_REMOVE)
			&& !is_end(m))
		status = MCLMR_OK;
	else
		status = lmr_leg_change(
				msg, m->call.bearer.has_sdp, &m->arena, note_leaving, m);
	return must ? status : MCLMR_OK;
}

/* Changes the message. */
static mclmr_status_t change(
		struct sip_msg *msg, lmr_message_t *m, mclmr_span_t text)
{
	bool changed = m->todo == LMR_TODO_REMOVE
						   ? lmr_body_remove(msg, &m->body)
						   : lmr_body_replace(msg, &m->body, &m->arena, text);

	if(!changed)
		return MCLMR_INTERNAL;
	if(is_end(m))
		iwf_count(IWF_COUNT_LMR_ENDED);
	return MCLMR_OK;
}

mclmr_status_t lmr_sdp_commit(struct sip_msg *msg, lmr_message_t *m)
{
	size_t used = m->arena.used;
	mclmr_status_t status;
	mclmr_span_t text;

	if(m->todo == LMR_TODO_NOTHING || lmr_body_is_replaced(msg, &m->body)) {
		LM_ERR("%s\n", m->todo == LMR_TODO_NOTHING
							   ? "nothing was decided on this message"
							   : "the description is replaced already");
		return MCLMR_INTERNAL;
	}
	status = find_text(m, &text);
	if(status == MCLMR_OK)
		status = store(msg, m);
	if(status == MCLMR_OK)
		status = change(msg, m, text);
	if(iwf_config.media_relay)
		lmr_avp_drop(is_route_type(BRANCH_ROUTE)); /* one branch's is not
												     for the next one */
	m->arena.used = used; /* the next branch needs as much */
	return status;
}

bool lmr_sdp_ends(const lmr_message_t *m)
{
	int code = m->call.bearer.code;

	return (m->end || m->call.ended) && (code == 0 || code >= 200);
}
