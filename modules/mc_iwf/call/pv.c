/* SPDX-License-Identifier: GPL-2.0-or-later */

/* $lmr(): the facts of a message with a session description. */
#include "core/route.h"

#include "mc_common/key.h"
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mclmr/base/text.h"
#include "mclmr/sdp/explain.h"
#include "pv.h"
#include "sdp.h"

#define REASONS_MAX 1024 /* octets of $lmr(reason) */

/* What the request does not tell: packets go to the address that it names, not
 * to that of the message. */
#define RELAY_FLAGS "trust-address"

typedef enum key
{
	KEY_OP,
	KEY_RELAY,
	KEY_RTPENGINE,
	KEY_END,
	KEY_WARNING,
	KEY_REASON, /* from here on: what the decision says */
	KEY_DECISION,
	KEY_CODEC,
	KEY_E2EE,
	KEY_E2EE_WANTED,
	KEY_SRTP,
	KEY_TRANSCODE,
	KEY_COUNT
} lmr_key_t;

static const char *const keys[KEY_COUNT] = {[KEY_OP] = "op",
		[KEY_RELAY] = "relay",
		[KEY_RTPENGINE] = "rtpengine",
		[KEY_END] = "end",
		[KEY_WARNING] = "warning",
		[KEY_REASON] = "reason",
		[KEY_DECISION] = "decision",
		[KEY_CODEC] = "codec",
		[KEY_E2EE] = "e2ee",
		[KEY_E2EE_WANTED] = "e2ee_wanted",
		[KEY_SRTP] = "srtp",
		[KEY_TRANSCODE] = "transcode"};

int lmr_pv_parse_name(pv_spec_t *spec, str *name)
{
	if(mc_key_parse(spec, name, keys, KEY_COUNT))
		return 0;
	LM_ERR("$lmr(%.*s): there is no such key\n", name->len, name->s);
	return -1;
}

/* The word of an op. */
static mclmr_span_t op_word(mclmr_op_t op)
{
	static const char *const words[] = {[MCLMR_OP_NONE] = "none",
			[MCLMR_OP_OFFER] = "offer",
			[MCLMR_OP_ANSWER] = "answer",
			[MCLMR_OP_STRAY] = "stray"};

	return mclmr_span(words[op]);
}

/* Flags for rtpengine_offer() and rtpengine_answer(). Forks of one INVITE are
 * told apart by their branch until they have a tag. */
static mclmr_span_t relay_flags(const lmr_message_t *m)
{
	if(m->call.initial && m->call.bearer.code > 0)
		return MCLMR_SPAN(RELAY_FLAGS " via-branch=1");
	if(m->call.initial && is_route_type(BRANCH_ROUTE))
		return MCLMR_SPAN(RELAY_FLAGS " via-branch=next");
	return MCLMR_SPAN(RELAY_FLAGS);
}

/* The next line NAME=VALUE of an explanation that has this name. */
static bool next_value(
		mclmr_span_t *lines, mclmr_span_t name, mclmr_span_t *value)
{
	while(lines->len > 0) {
		*value = mclmr_span_cut(lines, '\n');
		if(mclmr_span_equal(mclmr_span_cut(value, '='), name))
			return true;
	}
	return false;
}

/* All reasons in one line, as many as fit. */
static mclmr_span_t join_reasons(mclmr_span_t lines)
{
	static char joined[REASONS_MAX];
	mclmr_arena_t arena = mclmr_arena(joined, REASONS_MAX);
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t reason, done;

	while(next_value(&lines, MCLMR_SPAN("reason"), &reason)) {
		done = mclmr_text_so_far(&text);
		if(done.len > 0)
			mclmr_text_string(&text, "; ");
		mclmr_text_put(&text, reason);
		if(text.full)
			return done;
	}
	return mclmr_text_so_far(&text);
}

/* What the decision says under a key; empty without a decision. */
static mclmr_span_t explained(lmr_message_t *m, lmr_key_t key)
{
	static const mclmr_span_t nothing = {NULL, 0};
	mclmr_span_t lines, value;

	if(!m->decided)
		return nothing;
	if(m->explained.len == 0
			&& !mclmr_explain(
					&m->request, &m->decision, &m->arena, &m->explained))
		return nothing;
	lines = m->explained;
	if(key == KEY_REASON)
		return join_reasons(lines);
	return next_value(&lines, mclmr_span(keys[key]), &value) ? value : nothing;
}

/* The warning code of a decision, three digits or the empty text. */
static int get_warning(struct sip_msg *msg, pv_param_t *param,
		pv_value_t *value, const lmr_message_t *m)
{
	const mclmr_refusal_t *row = &iwf_config.status.row[m->decision.status];
	str empty = str_init("");

	if(!m->decided)
		return pv_get_null(msg, param, value);
	return row->warning != 0 ? pv_get_sintval(msg, param, value, row->warning)
							 : pv_get_strval(msg, param, value, &empty);
}

int lmr_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *value)
{
	lmr_key_t key = (lmr_key_t)mc_key_of(param);
	lmr_message_t *m = lmr_sdp_get(msg);

	switch(key) {
		case KEY_OP:
			return mc_key_text(msg, param, value, op_word(m->op));
		case KEY_RELAY:
			return pv_get_sintval(msg, param, value, lmr_sdp_needs_relay(m));
		case KEY_RTPENGINE:
			return mc_key_text(msg, param, value, relay_flags(m));
		case KEY_END:
			return pv_get_sintval(msg, param, value, lmr_sdp_ends(m));
		case KEY_WARNING:
			return get_warning(msg, param, value, m);
		default:
			return mc_key_text(msg, param, value, explained(m, key));
	}
}
