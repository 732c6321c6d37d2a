/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * uri: whether two URIs lead to the same place (RFC 3261 19.1.4), and the key
 * under which SIP, SIPS and tel URIs are compared as identities, not as
 * addresses (RFC 3966 5 for tel). In a key port, parameters and headers do not
 * count; the host is lower case, escapes of unreserved characters are undone,
 * tel and user=phone numbers lose their visual separators. Only tel keeps two
 * parameters, ext and phone-context: without them different persons would have
 * the same key.
 */
#ifndef MCLMR_URI_H
#define MCLMR_URI_H

#include "mclmr/base/arena.h"

#define MCLMR_URI_MAX 1024 /* octets of the longest URI that is accepted */

/*
 * Writes the key of uri ("sip:alice@mc.example.org", "tel:+431234") to the
 * arena. sips gives the same key as sip. false: not such a URI, over
 * MCLMR_URI_MAX, with a control character, or the arena is full.
 */
bool mclmr_uri_key(mclmr_span_t uri, mclmr_arena_t *arena, mclmr_span_t *key);

/* Memory for the key of any one URI, for as long as it is looked up. */
typedef struct mclmr_uri_room
{
	char octets[MCLMR_URI_MAX];
} mclmr_uri_room_t;

/* As mclmr_uri_key(), into a room, which is never full: false only if uri is
 * no such URI. */
bool mclmr_uri_key_in(
		mclmr_span_t uri, mclmr_uri_room_t *room, mclmr_span_t *key);

/* As mclmr_uri_key(), but the key is empty if uri is none: false only if
 * the arena is full. */
bool mclmr_uri_key_if_any(
		mclmr_span_t uri, mclmr_arena_t *arena, mclmr_span_t *key);

/* The host of a key made by mclmr_uri_key(); empty for tel. */
mclmr_span_t mclmr_uri_host(mclmr_span_t key);

/*
 * True if two URIs are equal: with the same octets, or by the rules of RFC 3261
 * 19.1.4 (sip, sips; IPv6 addresses RFC 5954 4.2) or RFC 3966 4 (tel). No sips
 * is equal to a sip, no default port or transport to none; the values of
 * headers count with their case. false also if one is no such URI, is over
 * MCLMR_URI_MAX, or has a parameter twice or over 32 of them.
 */
bool mclmr_uri_equal(mclmr_span_t one, mclmr_span_t other);

/*
 * True if a SIP URI brings header fields ("?Route=..." after the host, RFC 3261
 * 19.1.1), which a Request-URI may not have. A "?" in the user part is none.
 */
bool mclmr_uri_has_headers(mclmr_span_t uri);

/*
 * True if uri is an encrypted attribute value in the form of TS 33.180:
 * its user part carries ;iv= ;key-id= and ;alg= parameters.
 */
bool mclmr_uri_encrypted(mclmr_span_t uri);

#endif
