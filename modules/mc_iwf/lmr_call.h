/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * lmr_call: what is known of a call when one of its messages comes: who sent
 * it, in which leg, and the offers and answers of that leg before. These are
 * kept in variables of module dialog:
 *     mca.LEG.N, mcb.LEG.N  what caller and callee said, in pieces
 *     mce.LEG               the call is to be ended: its answer was bad
 *     mcl                   the legs that there are, "LEG,LEG,"
 * LEG is empty for what the initial INVITE said, which holds for every leg
 * that has no state of its own; else 8 hex digits of the callee's tag.
 */
#ifndef LMR_CALL_H
#define LMR_CALL_H

#include "core/parser/msg_parser.h"
#include "mclmr/negotiation.h"
#include "mclmr/status.h"

#define LMR_CALL_PIECE 512 /* octets of a variable: column dialog_value */
#define LMR_CALL_MAX_LEGS 16
#define LMR_CALL_LEG_SIZE 9 /* with NUL */

typedef struct lmr_call
{
	bool found;	   /* module dialog knows the call */
	bool initial;  /* the INVITE that begins it, or a reply to that */
	bool too_late; /* a reply of another fork than the one that has the call */
	bool readable; /* what is stored could be read */
	bool ended;	   /* the leg is marked: the call is to be ended */
	mclmr_bearer_t bearer;
	char leg[LMR_CALL_LEG_SIZE];
	mclmr_negotiation_t negotiation;
} lmr_call_t;

/* Binds to the modules tm and, where it is loaded, dialog; 0 or -1. */
int lmr_call_init(void);

/* True where module dialog is loaded. */
bool lmr_call_possible(void);

/* What is known when this message comes; texts lie in the arena. */
void lmr_call_read(struct sip_msg *msg, bool has_sdp, mclmr_arena_t *arena,
		lmr_call_t *call);

/* What the description of the message is: MCLMR_OP_STRAY too where no call is
 * known, or it has got another fork. */
mclmr_op_t lmr_call_op(const lmr_call_t *call);

/*
 * Stores the negotiation of the leg and its mark. A 2xx to the initial INVITE
 * decides for its fork: what the others said is dropped. MCLMR_OK;
 * MCLMR_SDP_LIMIT for what is too long, or over LMR_CALL_MAX_LEGS;
 * MCLMR_INTERNAL without dialog or memory.
 */
mclmr_status_t lmr_call_store(
		struct sip_msg *msg, const lmr_call_t *call, mclmr_arena_t *arena);

#endif
