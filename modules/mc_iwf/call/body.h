/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_body: the session description in the body of any message, request or
 * reply, and the lumps that put another one in its place. No other part of
 * the body is ever touched.
 */
#ifndef LMR_BODY_H
#define LMR_BODY_H

#include "mc_iwf/message/parsed.h"

typedef struct lmr_body
{
	mclmr_status_t status;		  /* of reading it */
	mclmr_mime_rule_t rule;		  /* that it breaks if status is MALFORMED */
	iwf_parsed_t *parsed;		  /* the message */
	mclmr_span_t octets;		  /* as long as Content-Length says */
	iwf_body_t *cut;			  /* into parts; NULL: it is not to be cut */
	iwf_body_t spare;			  /* see iwf_parsed_body() */
	const mclmr_body_part_t *sdp; /* NULL: there is none */
	mclmr_span_t text;			  /* its description, encoding undone */
} lmr_body_t;

/*
 * Reads the body of a parsed message into *body, which is all zero. status:
 * MCLMR_OK, with or without a description; MCLMR_MIME_MALFORMED for a body
 * that iwf_body_cut() refuses, and for one with a description that is empty,
 * twice, or inside a part; MCLMR_LIMIT_EXCEEDED.
 */
void lmr_body_read(struct sip_msg *msg, iwf_parsed_t *parsed,
		mclmr_arena_t *arena, lmr_body_t *body);

/*
 * What the info part beside the description says of end-to-end encryption:
 * MCLMR_E2EE_ON or OFF in *wanted, 0 if it says nothing or is not there.
 * MCLMR_OK, or why the info part cannot be read.
 */
mclmr_status_t lmr_body_wanted(const lmr_body_t *body, unsigned *wanted);

/* True if the description is no longer there as it came: it was replaced. */
bool lmr_body_is_replaced(const struct sip_msg *msg, const lmr_body_t *body);

/* Puts text in the place of the description: encoded as that was, with the
 * part's own Content-Length. false if there is no memory. */
bool lmr_body_replace(struct sip_msg *msg, const lmr_body_t *body,
		mclmr_arena_t *arena, mclmr_span_t text);

/* Takes the description out: its part, or the whole body if it is the
 * only part or the parts cannot be told. false if there is no memory. */
bool lmr_body_remove(struct sip_msg *msg, const lmr_body_t *body);

#endif
