/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * negotiation: offers and answers of one leg of a call (RFC 3264, 3261 13.2,
 * 3262 5, 3311 5, 6337): which of the two the description of a message is,
 * what it has to fit, and both in a text that outlives the message.
 */
#ifndef MCLMR_NEGOTIATION_H
#define MCLMR_NEGOTIATION_H

#include "mclmr/base/arena.h"
#include "sdp.h"

#define MCLMR_NEGOTIATION_MAX 4096 /* octets of one side's text */

typedef enum mclmr_side
{
	MCLMR_CALLER,
	MCLMR_CALLEE,
	MCLMR_SIDES
} mclmr_side_t;

typedef enum mclmr_method
{
	MCLMR_METHOD_INVITE,
	MCLMR_METHOD_ACK,
	MCLMR_METHOD_PRACK,
	MCLMR_METHOD_UPDATE,
	MCLMR_METHOD_OTHER
} mclmr_method_t;

typedef enum mclmr_op
{
	MCLMR_OP_NONE, /* no description */
	MCLMR_OP_OFFER,
	MCLMR_OP_ANSWER,
	MCLMR_OP_STRAY /* nothing asked for it: an offer in a PRACK, an ACK
					  without an open offer, any other method; a final
					  refusal, if it only informs (RFC 3261 21.4.26)
					  and would tell addresses that are not relayed */
} mclmr_op_t;

/* The message that carries a description. */
typedef struct mclmr_bearer
{
	mclmr_side_t side;	   /* who sent it */
	mclmr_method_t method; /* of a reply: of its CSeq */
	int code;			   /* 0: a request */
	unsigned long cseq;
	bool reliable; /* of a reply: 2xx, or 1xx with 100rel and RSeq */
	bool has_sdp;
} mclmr_bearer_t;

/* How an offer was made: one of each kind is kept of each side, so that a
 * repeated reply finds its own after a later UPDATE. */
typedef enum mclmr_offer_kind
{
	MCLMR_OFFER_INVITE, /* in an INVITE */
	MCLMR_OFFER_REPLY,	/* in a reply to an INVITE that had none */
	MCLMR_OFFER_UPDATE,
	MCLMR_OFFER_KINDS
} mclmr_offer_kind_t;

/* The last offer of one side and kind. */
typedef struct mclmr_offered
{
	bool given;
	unsigned long cseq; /* of the message that bore it */
	int code;			/* of the reply, 0: a request */
	bool reliable;
	bool answered;
	mclmr_method_t answer_method; /* of the message that answered */
	unsigned long answer_cseq;
	unsigned wanted;	  /* what the info part said, for the answer */
	mclmr_span_t outline; /* as it left, see sdp_outline.h */
} mclmr_offered_t;

typedef struct mclmr_negotiation
{
	mclmr_offered_t offered[MCLMR_SIDES][MCLMR_OFFER_KINDS];
	mclmr_span_t bound[MCLMR_SIDES]; /* for descriptions of that side, see
										binding.h */
} mclmr_negotiation_t;

/* What the description of a message is. Noting it does not change it: a
 * repeated message gives the same. */
mclmr_op_t mclmr_negotiation_op(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer);

/* The offer that an answer (by mclmr_negotiation_op()) has to fit; NULL for
 * all else. */
const mclmr_offered_t *mclmr_negotiation_asked(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer);

/* True for a reply to a request of a side that has made another offer since,
 * in the same way. */
bool mclmr_negotiation_overtaken(
		const mclmr_negotiation_t *negotiation, const mclmr_bearer_t *bearer);

/*
 * Notes an offer that left with this description. wanted: what its info part
 * says of encryption. What is noted lies in the arena. false, and nothing
 * noted, if the message is no offer, its state is over MCLMR_NEGOTIATION_MAX,
 * or the arena is full.
 */
bool mclmr_negotiation_offer(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, unsigned wanted, const mclmr_sdp_t *sdp,
		mclmr_arena_t *arena);

/* Notes an answer that left with this description: from now on payload types
 * are bound. false as above. */
bool mclmr_negotiation_answer(mclmr_negotiation_t *negotiation,
		const mclmr_bearer_t *bearer, const mclmr_sdp_t *sdp,
		mclmr_arena_t *arena);

/* The text of one side; false if it is over MCLMR_NEGOTIATION_MAX or the
 * arena is full. Without offers and bindings it is empty. */
bool mclmr_negotiation_write(const mclmr_negotiation_t *negotiation,
		mclmr_side_t side, mclmr_arena_t *arena, mclmr_span_t *text);

/* Reads the text of one side, which has to outlive *negotiation. false, and
 * that side as without offers, if it is not readable. */
bool mclmr_negotiation_read(
		mclmr_negotiation_t *negotiation, mclmr_side_t side, mclmr_span_t text);

#endif
