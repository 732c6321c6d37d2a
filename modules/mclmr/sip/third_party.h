/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * third_party: the third-party REGISTER by which an S-CSCF tells an application
 * server that a user is registered (TS 24.229 5.4.1.7), and what the user's own
 * REGISTER inside it says (5.4.1.7A).
 */
#ifndef MCLMR_THIRD_PARTY_H
#define MCLMR_THIRD_PARTY_H

#include <stdint.h>

#include "implicit_set.h"
#include "mime_rule.h"
#include "service.h"

/* Field values; all but to, contact and expires may be empty. Several fields
 * of one name are one value, with commas between. */
typedef struct mclmr_third_party_fields
{
	mclmr_span_t to;
	mclmr_span_t contact;
	mclmr_span_t expires;
	mclmr_span_t associated; /* P-Associated-URI */
	mclmr_span_t content_type;
	mclmr_span_t encoding; /* Content-Transfer-Encoding */
	mclmr_span_t body;
} mclmr_third_party_fields_t;

/* Whose REGISTER is in the body. */
typedef enum mclmr_third_party_inner
{
	MCLMR_INNER_NONE,
	MCLMR_INNER_OWN,	/* all of them of the user, or of the implicit set */
	MCLMR_INNER_FOREIGN /* one at least is of another; it is not read */
} mclmr_third_party_inner_t;

typedef struct mclmr_third_party
{
	mclmr_span_t impu;		  /* key of the To, in the arena */
	mclmr_span_t scscf;		  /* URI of the Contact */
	uint32_t expires;		  /* seconds; 0 ends the registration */
	mclmr_implicit_set_t set; /* impu first */
	mclmr_third_party_inner_t inner;
	mclmr_mime_rule_t broken; /* of the body, which then says nothing */
	mclmr_span_t info[MCLMR_SERVICE_COUNT]; /* documents; empty: none */
} mclmr_third_party_t;

/*
 * Reads a third-party REGISTER. Info documents are looked for in the body, the
 * parts of a multipart and the body of the user's own REGISTER in a message/sip,
 * as far as mclmr_nesting_walk() goes; one may be there per service. Spans point into the fields or the
 * arena. NULL, or what is wrong (a static text): To, Contact or Expires. A body
 * that cannot be read is no such fault, for the user is registered all the same.
 */
const char *mclmr_third_party_read(const mclmr_third_party_fields_t *fields,
		mclmr_arena_t *arena, mclmr_third_party_t *registration);

/*
 * As mclmr_third_party_read(), of a whole message as it came, from the request
 * line on.
 */
const char *mclmr_third_party_read_message(mclmr_span_t message,
		mclmr_arena_t *arena, mclmr_third_party_t *registration);

#endif
