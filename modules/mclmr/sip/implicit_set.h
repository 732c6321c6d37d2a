/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * implicit_set: the public identities that a user registers together
 * (TS 23.228 5.2.1a), as the P-Associated-URI of a third-party REGISTER has
 * them (RFC 7315 4.1), as keys of URIs.
 */
#ifndef MCLMR_IMPLICIT_SET_H
#define MCLMR_IMPLICIT_SET_H

#include "mclmr/base/arena.h"

#define MCLMR_MAX_IMPLICIT 16

typedef struct mclmr_implicit_set
{
	size_t n;
	mclmr_span_t key[MCLMR_MAX_IMPLICIT]; /* no one twice */
	bool more;							  /* than have room; these are lost */
} mclmr_implicit_set_t;

/*
 * Adds the URIs of a P-Associated-URI field value, their keys in the arena.
 * What is no SIP, SIPS or tel URI is skipped. The S-CSCF of Kamailio 5.6
 * forgets a ">": of "<sip:alice@mc.example.org, tel:+15550001>" both are taken.
 */
void mclmr_implicit_set_add(
		mclmr_implicit_set_t *set, mclmr_span_t value, mclmr_arena_t *arena);

/* True if the URI with this key is in the set. */
bool mclmr_implicit_set_has(const mclmr_implicit_set_t *set, mclmr_span_t key);

#endif
