/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The offers and answers of each leg of a call, and which leg a message is
 * of. */
#include <stdio.h>
#include <string.h>

#include "core/locking.h"
#include "core/parser/parse_cseq.h"
#include "core/parser/parse_from.h"
#include "core/parser/parse_to.h"
#include "modules/dialog/dlg_hash.h"
#include "modules/dialog/dlg_load.h"
#include "modules/tm/tm_load.h"

#include "mc_common/span.h"
#include "mc_iwf/message/body.h"
#include "leg.h"
#include "variables.h"

#define LOCKS 64 /* calls share them, by their Call-ID */

static tm_api_t tm;
static struct dlg_binds dialog;
static bool has_dialog;
static gen_lock_set_t *locks;

/* Makes the locks; 0 or -1. */
static int init_locks(void)
{
	locks = lock_set_alloc(LOCKS);
	if(locks != NULL && lock_set_init(locks) != NULL)
		return 0;
	SHM_MEM_ERROR;
	return -1;
}

int lmr_leg_init(void)
{
	if(find_export("load_tm", NO_SCRIPT, 0) == NULL || load_tm_api(&tm) < 0) {
		LM_ERR("module tm has to be loaded before mc_iwf\n");
		return -1;
	}
	has_dialog =
			find_export("load_dlg", 0, 0) != NULL && load_dlg_api(&dialog) == 0;
	lmr_variables_init(&dialog);
	return init_locks();
}

void lmr_leg_destroy(void)
{
	if(locks == NULL)
		return;
	lock_set_destroy(locks);
	lock_set_dealloc(locks);
	locks = NULL;
}

bool lmr_leg_possible(void)
{
	return has_dialog;
}

/* Reads what both sides said, in the leg or else in the initial INVITE. */
static bool read_negotiation(
		struct dlg_cell *dlg, lmr_leg_t *call, mclmr_arena_t *arena)
{
	for(int i = 0; i < MCLMR_SIDES; i++) {
		mclmr_side_t side = (mclmr_side_t)i;
		mclmr_span_t said;
		bool there;

		if(!lmr_variables_read_said(dlg, side, call->leg, arena, &said, &there))
			return false;
		call->stored[i] = there;
		call->said[i] = said;
		if(!there && call->leg[0] != '\0'
				&& !lmr_variables_read_said(
						dlg, side, "", arena, &said, &there))
			return false;
		if(there && !mclmr_negotiation_read(&call->negotiation, side, said))
			return false;
	}
	return true;
}

/* True for a request, false for a reply. */
static bool is_request(const struct sip_msg *msg)
{
	return msg->first_line.type == SIP_REQUEST;
}

/* The method of a CSeq as a negotiation has it. */
static mclmr_method_t method_of(int id)
{
	switch(id) {
		case METHOD_INVITE:
			return MCLMR_METHOD_INVITE;
		case METHOD_ACK:
			return MCLMR_METHOD_ACK;
		case METHOD_PRACK:
			return MCLMR_METHOD_PRACK;
		case METHOD_UPDATE:
			return MCLMR_METHOD_UPDATE;
		default:
			return MCLMR_METHOD_OTHER;
	}
}

/* True if a provisional reply has an RSeq (RFC 3262 7.1). */
static bool has_rseq(const struct sip_msg *msg)
{
	for(const struct hdr_field *hf = msg->headers; hf != NULL; hf = hf->next) {
		if(mclmr_span_equal_nocase(mc_span(&hf->name), MCLMR_SPAN("RSeq")))
			return true;
	}
	return false;
}

/* The number of a CSeq. */
static unsigned long cseq_number(const struct sip_msg *msg)
{
	const str *digits = &get_cseq(msg)->number;
	unsigned long number = 0;

	for(int i = 0; i < digits->len && i < 10; i++)
		number = number * 10 + (unsigned long)(digits->s[i] - '0');
	return number;
}

/* Fills in what the message itself says. */
static void read_bearer(
		const struct sip_msg *msg, bool has_sdp, mclmr_bearer_t *bearer)
{
	bearer->has_sdp = has_sdp;
	bearer->method = method_of(get_cseq(msg)->method_id);
	bearer->cseq = cseq_number(msg);
	bearer->code =
			is_request(msg) ? 0 : (int)msg->first_line.u.reply.statuscode;
	bearer->reliable =
			(bearer->code >= 200 && bearer->code < 300)
			|| (bearer->code > 100 && bearer->code < 200 && has_rseq(msg));
}

/* The tags of a message, empty if they are not there. */
static mclmr_span_t from_tag(struct sip_msg *msg)
{
	return parse_from_header(msg) == 0 ? mc_span(&get_from(msg)->tag_value)
									   : (mclmr_span_t){NULL, 0};
}

/* The To tag; empty for what is outside of a dialog. */
static mclmr_span_t to_tag(const struct sip_msg *msg)
{
	return msg->to != NULL && msg->to->parsed != NULL
				   ? mc_span(&get_to(msg)->tag_value)
				   : (mclmr_span_t){NULL, 0};
}

/* The request that a reply is for; NULL if tm does not know it. */
static struct sip_msg *request_of(const struct sip_msg *msg)
{
	const struct cell *t = is_request(msg) ? NULL : tm.t_gett();

	return t != NULL && t != T_UNDEFINED ? t->uas.request : NULL;
}

bool lmr_leg_is_current(const lmr_leg_t *call, const struct sip_msg *msg)
{
	return call->request == request_of(msg);
}

/* True for the INVITE that begins a call, and for replies to it. */
static bool is_initial(const struct sip_msg *msg, const lmr_leg_t *call)
{
	const struct sip_msg *first = is_request(msg) ? msg : call->request;

	return call->bearer.method == MCLMR_METHOD_INVITE && first != NULL
		   && to_tag(first).len == 0;
}

/* True for a reply whose request had a description: then its own can only be
 * an answer, whatever is stored. */
static bool is_asked(struct sip_msg *request)
{
	const mclmr_span_t none = {NULL, 0};
	const mclmr_body_part_t *sdp;
	mclmr_multipart_t parts;
	mclmr_span_t type = none;
	mclmr_span_t body;

	if(request == NULL)
		return false;
	if(request->content_type != NULL)
		type = mc_span(&request->content_type->body);
	if(iwf_body_octets(request, &body) != MCLMR_OK
			|| mclmr_multipart_read(type, none, body, &parts) != MCLMR_OK)
		return true;
	return mclmr_multipart_find(&parts, IWF_SDP_TYPE, &sdp) > 0;
}

/* True if a reply to the initial INVITE comes from another fork than the
 * one whose 2xx was first: that has the dialog. */
static bool is_too_late(const struct dlg_cell *dlg, const lmr_leg_t *call,
		mclmr_span_t callee_tag)
{
	mclmr_span_t taken = mc_span(&dlg->tag[DLG_CALLEE_LEG]);

	return call->initial && call->bearer.code > 0
		   && dlg->state >= DLG_STATE_CONFIRMED_NA && taken.len > 0
		   && !mclmr_span_equal(taken, callee_tag);
}

/* Finds out who sent the message, and the leg. */
static void read_leg(
		struct sip_msg *msg, const struct dlg_cell *dlg, lmr_leg_t *call)
{
	mclmr_span_t from = from_tag(msg);
	bool downstream =
			mclmr_span_equal(from, mc_span(&dlg->tag[DLG_CALLER_LEG]));
	mclmr_span_t callee_tag = downstream ? to_tag(msg) : from;

	call->bearer.side =
			downstream == is_request(msg) ? MCLMR_CALLER : MCLMR_CALLEE;
	if(callee_tag.len > 0)
		snprintf(call->leg, LMR_LEG_NAME_SIZE, "%08x",
				(unsigned)lmr_variables_digest(callee_tag));
	call->too_late = is_too_late(dlg, call, callee_tag);
}

/* The dialog of a message, to be released; NULL if there is none. */
static struct dlg_cell *find_dialog(struct sip_msg *msg)
{
	return has_dialog ? dialog.get_dlg(msg) : NULL;
}

/* The lock of a message's call. */
static int lock_of(const struct sip_msg *msg)
{
	return msg->callid != NULL
				   ? (int)(lmr_variables_digest(mc_span(&msg->callid->body))
						   % LOCKS)
				   : 0;
}

/* What the message says of itself, without its call. */
static void read_message(struct sip_msg *msg, bool has_sdp, lmr_leg_t *call)
{
	memset(call, 0, sizeof(*call));
	read_bearer(msg, has_sdp, &call->bearer);
	call->request = request_of(msg);
	call->initial = is_initial(msg, call);
	call->asked = has_sdp && is_asked(call->request);
	call->readable = true;
}

/* What the dialog knows, under its lock. */
static void read_dialog(struct sip_msg *msg, struct dlg_cell *dlg,
		mclmr_arena_t *arena, lmr_leg_t *call)
{
	call->found = true;
	read_leg(msg, dlg, call);
	call->readable = read_negotiation(dlg, call, arena);
	call->ended = lmr_variables_marked(dlg, call->leg);
}

void lmr_leg_read(struct sip_msg *msg, bool has_sdp, mclmr_arena_t *arena,
		lmr_leg_t *call)
{
	struct dlg_cell *dlg = find_dialog(msg);

	read_message(msg, has_sdp, call);
	if(dlg == NULL)
		return;
	lock_set_get(locks, lock_of(msg));
	read_dialog(msg, dlg, arena, call);
	lock_set_release(locks, lock_of(msg));
	dialog.release_dlg(dlg);
}

mclmr_op_t lmr_leg_op(const lmr_leg_t *call)
{
	bool begins = call->initial && call->bearer.code == 0;
	mclmr_op_t op = mclmr_negotiation_op(&call->negotiation, &call->bearer);

	if(call->bearer.has_sdp && (call->too_late || (!call->found && !begins)))
		return MCLMR_OP_STRAY;
	return op == MCLMR_OP_OFFER && call->asked ? MCLMR_OP_STRAY : op;
}

/* Stores what a side said in a leg. */
static mclmr_status_t write_side(struct dlg_cell *dlg, const lmr_leg_t *call,
		mclmr_side_t side, mclmr_arena_t *arena)
{
	mclmr_span_t said;

	if(!mclmr_negotiation_write(&call->negotiation, side, arena, &said))
		return MCLMR_SDP_LIMIT;
	if(call->stored[side] && mclmr_span_equal(said, call->said[side]))
		return MCLMR_OK;
	if(said.len == 0 && call->leg[0] == '\0') {
		lmr_variables_drop_said(dlg, side, "");
		return MCLMR_OK;
	}
	return lmr_variables_write_said(dlg, side, call->leg, said)
				   ? MCLMR_OK
				   : MCLMR_INTERNAL;
}

/* Drops what the other forks said, and the INVITE that was for all of them. */
static void drop_others(
		struct dlg_cell *dlg, mclmr_span_t legs, const char *own)
{
	lmr_variables_drop_leg(dlg, "");
	while(legs.len > 0) {
		mclmr_span_t leg = mclmr_span_cut(&legs, ',');
		char text[LMR_LEG_NAME_SIZE] = "";

		if(leg.len != LMR_LEG_DIGITS || mclmr_span_equal(leg, mclmr_span(own)))
			continue;
		memcpy(text, leg.s, LMR_LEG_DIGITS);
		lmr_variables_drop_leg(dlg, text);
	}
}

/* Sets the list of legs to what is in the list and, if it is not in it,
 * one more; false if the list is full. */
static bool add_leg(
		struct dlg_cell *dlg, char *list, size_t len, const char *leg)
{
	if(mclmr_span_find((mclmr_span_t){list, len}, mclmr_span(leg)) != NULL)
		return true;
	if(len + LMR_LEG_NAME_SIZE > LMR_LEGS_SIZE)
		return false;
	memcpy(list + len, leg, LMR_LEG_DIGITS);
	list[len + LMR_LEG_DIGITS] = ',';
	return lmr_variables_write_legs(
			dlg, (mclmr_span_t){list, len + LMR_LEG_NAME_SIZE});
}

/* Makes room for the leg among the others, which go if it has won. */
static bool take_leg(struct dlg_cell *dlg, const lmr_leg_t *call)
{
	bool wins = call->initial && call->bearer.code >= 200;
	char list[LMR_LEGS_SIZE];
	size_t len;

	if(call->leg[0] == '\0')
		return true;
	len = lmr_variables_read_legs(dlg, list);
	if(wins) {
		drop_others(dlg, (mclmr_span_t){list, len}, call->leg);
		len = 0;
	}
	return add_leg(dlg, list, len, call->leg);
}

/* Stores what a change made of a call. */
static mclmr_status_t store(
		struct dlg_cell *dlg, const lmr_leg_t *call, mclmr_arena_t *arena)
{
	mclmr_status_t status;

	if(!take_leg(dlg, call))
		return MCLMR_SDP_LIMIT;
	status = write_side(dlg, call, MCLMR_CALLER, arena);
	if(status == MCLMR_OK)
		status = write_side(dlg, call, MCLMR_CALLEE, arena);
	return status;
}

/* Reads, changes and stores, under the lock. */
static mclmr_status_t change(struct sip_msg *msg, struct dlg_cell *dlg,
		mclmr_arena_t *arena, lmr_leg_change_t note, void *data,
		lmr_leg_t *call)
{
	mclmr_status_t status;
	bool marked;

	read_dialog(msg, dlg, arena, call);
	marked = call->ended;
	status = note(data, call);
	if(call->ended && !marked && !lmr_variables_mark(dlg, call->leg))
		return MCLMR_INTERNAL;
	return status == MCLMR_OK ? store(dlg, call, arena) : status;
}

mclmr_status_t lmr_leg_change(struct sip_msg *msg, bool has_sdp,
		mclmr_arena_t *arena, lmr_leg_change_t note, void *data)
{
	struct dlg_cell *dlg = find_dialog(msg);
	mclmr_status_t status;
	lmr_leg_t call;

	if(dlg == NULL)
		return MCLMR_INTERNAL;
	read_message(msg, has_sdp, &call);
	lock_set_get(locks, lock_of(msg));
	status = change(msg, dlg, arena, note, data, &call);
	lock_set_release(locks, lock_of(msg));
	dialog.release_dlg(dlg);
	return status;
}
