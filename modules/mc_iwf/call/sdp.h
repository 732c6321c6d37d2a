/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_sdp: the work of lmr_sdp_offer(), lmr_sdp_answer(), lmr_sdp_close() and
 * lmr_sdp_commit() on one message, request or reply, and what $lmr() tells of
 * it. A message is read once and kept in the process until the next one comes.
 */
#ifndef LMR_SDP_H
#define LMR_SDP_H

#include "mclmr/sdp/policy.h"
#include "body.h"
#include "leg.h"

/* Bounds the work on one message: two descriptions of the largest size with
 * all that is made of them. */
#define LMR_SDP_ARENA ((size_t)786432)

/* What commit() is to do. */
typedef enum lmr_todo
{
	LMR_TODO_NOTHING, /* nothing is decided, or it is refused */
	LMR_TODO_DECIDED, /* what was decided goes in, with the relay's places */
	LMR_TODO_CLOSE,	  /* a description without any open section goes in */
	LMR_TODO_REMOVE	  /* the description goes */
} lmr_todo_t;

typedef struct lmr_message
{
	iwf_parsed_t *parsed;
	bool unreadable; /* its header fields cannot be parsed; op is STRAY */

	lmr_body_t body;
	lmr_leg_t call; /* as it was before this message */
	mclmr_op_t op;

	lmr_todo_t todo;
	bool decided; /* request and decision are filled in */
	mclmr_profile_t forced;
	mclmr_policy_request_t request;
	mclmr_decision_t decision;
	mclmr_span_t text;		/* what leaves, but for the places of the relay */
	mclmr_sdp_t *sdp;		/* the text, read; not if the body goes */
	bool end;				/* this message says that the call is to be ended */
	mclmr_span_t explained; /* the decision in words, if it was asked for */
	mclmr_arena_t arena;
} lmr_message_t;

/* Prepares the process's memory; 0, or -1 if there is none. */
int lmr_sdp_init(void);

/* What is known of this message, read now if this is the first look at
 * it. Never NULL: one whose header fields cannot be parsed may have any
 * description; it is decided on, closed and committed in no way. */
lmr_message_t *lmr_sdp_get(struct sip_msg *msg);

/*
 * Decides on the description as the offer or the answer (op) that it has to
 * be, by a profile's name or a group's URI, and hands a request for the media
 * relay over. MCLMR_OK, or why not: of an answer only what cannot be read or
 * relayed, all else is in the decision.
 */
mclmr_status_t lmr_sdp_decide(struct sip_msg *msg, lmr_message_t *m,
		mclmr_op_t op, mclmr_span_t profile);

/*
 * Prepares what is left if the description cannot go on: all sections with
 * port 0; in an unreliable provisional reply, and if it cannot be read,
 * nothing. MCLMR_INTERNAL if there is no description, MCLMR_MIME_MALFORMED
 * if the header cannot be parsed: such a message has to be dropped.
 */
mclmr_status_t lmr_sdp_close(lmr_message_t *m);

/*
 * Puts into the message what was decided or prepared, with the addresses and
 * ports of the media relay, as the only change of the description, and stores
 * what the call said. MCLMR_OK; MCLMR_MEDIA_DOWN if nothing came back from the
 * relay, or nothing that answers the request; MCLMR_SDP_LIMIT if the text is
 * too long to be stored; MCLMR_INTERNAL.
 */
mclmr_status_t lmr_sdp_commit(struct sip_msg *msg, lmr_message_t *m);

/* True for a decision that carries media through the relay: it has to be asked
 * before the commit. */
bool lmr_sdp_needs_relay(const lmr_message_t *m);

/* True if the call is to be ended, and this message is not provisional. */
bool lmr_sdp_ends(const lmr_message_t *m);

#endif
