/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_leg: what is known of a call when one of its messages comes: who sent
 * it, in which leg, and the offers and answers of that leg before. These are
 * kept in variables of module dialog:
 *     mca.LEG.N, mcb.LEG.N  what caller and callee said, in pieces
 *     mce.LEG               the call is to be ended: its answer was bad
 *     mcl                   the legs that there are, "LEG,LEG,"
 * LEG is empty for what the initial INVITE said, which holds for every leg
 * that has no state of its own; else 8 hex digits of the callee's tag. The
 * messages of a call come to several processes at once: reading and changing
 * it wait for each other.
 */
#ifndef LMR_LEG_H
#define LMR_LEG_H

#include "core/parser/msg_parser.h"

#include "mclmr/base/status.h"
#include "mclmr/sdp/negotiation.h"

#define LMR_LEG_PIECE 512 /* octets of a variable: column dialog_value */
#define LMR_LEG_MAX_LEGS 16
#define LMR_LEG_NAME_SIZE 9 /* with NUL */

typedef struct lmr_leg
{
	bool found;	   /* module dialog knows the call */
	bool initial;  /* the INVITE that begins it, or a reply to that */
	bool too_late; /* a reply of another fork than the one that has the call */
	struct sip_msg *request; /* of a reply, as tm has it; or NULL */
	bool asked;				 /* a reply whose request had a description */
	bool readable;			 /* what is stored could be read */
	bool ended;				 /* the leg is marked: the call is to be ended */
	mclmr_bearer_t bearer;
	char leg[LMR_LEG_NAME_SIZE];
	mclmr_negotiation_t negotiation;
	bool stored[MCLMR_SIDES];		/* the leg has a text of its own: */
	mclmr_span_t said[MCLMR_SIDES]; /* that of the side */
} lmr_leg_t;

/* Notes in a call, as it is at this moment, what a message says. Only with
 * MCLMR_OK its negotiation is stored; its mark in any case. */
typedef mclmr_status_t (*lmr_leg_change_t)(void *data, lmr_leg_t *call);

/* Binds to the modules tm and, if it is loaded, dialog; 0 or -1. */
int lmr_leg_init(void);

void lmr_leg_destroy(void);

/* True if module dialog is loaded. */
bool lmr_leg_possible(void);

/* What is known when this message comes; texts lie in the arena. */
void lmr_leg_read(struct sip_msg *msg, bool has_sdp, mclmr_arena_t *arena,
		lmr_leg_t *call);

/* True if what was read of the message still holds: a reply gets its
 * transaction and its dialog late, in the onreply_route. */
bool lmr_leg_is_current(const lmr_leg_t *call, const struct sip_msg *msg);

/* What the description of the message is: MCLMR_OP_STRAY too if no call is
 * known, or it has got another fork, or nothing is known of the offer that it
 * has to answer. */
mclmr_op_t lmr_leg_op(const lmr_leg_t *call);

/*
 * Reads the call anew, has it changed and stores what is new of it, and no
 * other message of the call comes in between. A 2xx to the initial INVITE
 * decides for its fork: what the others said is dropped. What the change
 * returned; MCLMR_SDP_LIMIT for what is too long, or over LMR_LEG_MAX_LEGS;
 * MCLMR_INTERNAL without dialog or memory.
 */
mclmr_status_t lmr_leg_change(struct sip_msg *msg, bool has_sdp,
		mclmr_arena_t *arena, lmr_leg_change_t note, void *data);

#endif
