/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token: the check of an access token, by which a client proves which MC
 * service IDs it may use (TS 33.180 B.2.2; RFC 7515, RFC 7519): a JWS of at most
 * 8,192 octets.
 *
 *     keys = mclmr_token_keys_new();          once a process, see token_keys.h
 *     mclmr_token_keys_load(keys, texts, n, &which);
 *     fault = mclmr_token_check(keys, &rules, text, &wish, &arena, &token);
 *
 * The algorithm is one of the rules' and of the key's, which the kid names; the
 * token only says which of them. Refused in its header: crit, b64, zip, enc,
 * and keys that the token brings or points to (jwk, jku, x5c, x5u).
 */
#ifndef MCLMR_TOKEN_H
#define MCLMR_TOKEN_H

#include <stdint.h>

#include "mclmr/base/arena.h"
#include "mclmr/sip/service.h"
#include "token_keys.h"

#define MCLMR_TOKEN_SKEW 60		  /* seconds */
#define MCLMR_TOKEN_MAX_NAME 1024 /* octets of an ID */

/* What a use of tokens, as SIP or a configuration management server, asks of
 * all of them. */
typedef struct mclmr_token_rules
{
	mclmr_token_algorithms_t algorithms;
	int64_t skew;		   /* seconds that clocks may differ, 0 or more */
	mclmr_span_t issuer;   /* iss; empty: not compared */
	mclmr_span_t audience; /* one of aud; empty: not compared */
	mclmr_span_t scope[MCLMR_SERVICE_COUNT]; /* by service; empty: none */
} mclmr_token_rules_t;

/* The rules of SIP if nothing is configured: RS256, ES256, 60 s, and
 * 3gpp:mc:ptt_service, 3gpp:mc:data_service, 3gpp:mc:video_service. */
extern const mclmr_token_rules_t mclmr_token_rules_of_sip;

/* A set of services. */
#define MCLMR_TOKEN_SERVICE(service) (1u << (unsigned)(service))
#define MCLMR_TOKEN_ALL_SERVICES (MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_COUNT) - 2u)

/* What is asked of one token. */
typedef struct mclmr_token_wish
{
	unsigned services; /* at least one of these */
	int64_t now;	   /* Unix seconds */
} mclmr_token_wish_t;

/* What a genuine token says. */
typedef struct mclmr_token
{
	unsigned services; /* of those asked for: its scope and an ID allow them */
	mclmr_span_t mc_id[MCLMR_SERVICE_COUNT]; /* of these, else empty */
	mclmr_span_t client_id;
	int64_t exp; /* Unix seconds, without the skew */
} mclmr_token_t;

/*
 * Checks a token, without anything around it. Required are exp (a JSON number),
 * scope (words with a blank between), client_id, and of a service of the scope
 * mcptt_id, mcdata_id or mcvideo_id; nbf counts if it is there. IDs are 1 to
 * 1,024 visible ASCII characters.
 * MCLMR_TOKEN_GENUINE, *token has then texts in the arena; else *token is
 * empty.
 */
mclmr_token_fault_t mclmr_token_check(const mclmr_token_keys_t *keys,
		const mclmr_token_rules_t *rules, mclmr_span_t text,
		const mclmr_token_wish_t *wish, mclmr_arena_t *arena,
		mclmr_token_t *token);

/* The claim that has the ID of a service: "mcptt_id". */
const char *mclmr_token_id_claim(mclmr_service_t service);

#endif
