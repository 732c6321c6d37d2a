/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * access_token: the access token in an info document, by which a client binds
 * MC service IDs (TS 24.379 7.3, F.1; TS 24.281; TS 24.282). It is a secret:
 * whoever has it is that user. Apart from mc_info, which reads each request.
 */
#ifndef MCLMR_ACCESS_TOKEN_H
#define MCLMR_ACCESS_TOKEN_H

#include "mc_info.h"

#define MCLMR_ACCESS_TOKEN_MAX 8192 /* octets */

/*
 * Reads X-access-token, a child of X-Params, of the info document of a service:
 * the text of its X-String. The value is cut from the arena, trimmed; with type
 * Encrypted it is not. MCLMR_OK, also if there is none; MCLMR_XML_MALFORMED,
 * also if it stands twice or there is something else in it;
 * MCLMR_LIMIT_EXCEEDED: too long, or the arena is full. *token is empty but for
 * MCLMR_OK.
 */
mclmr_status_t mclmr_access_token_read(mclmr_service_t service,
		mclmr_span_t document, mclmr_arena_t *arena, mclmr_identity_t *token);

#endif
