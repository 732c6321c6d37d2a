/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_pem: a public key of access tokens, read from PEM (RFC 7468 13);
 * internal to this folder.
 */
#ifndef MCLMR_TOKEN_PEM_H
#define MCLMR_TOKEN_PEM_H

#include "token_key.h"

/* Reads one public key; NULL, or what is wrong, *key is empty then. */
const char *mclmr_token_pem_read(mclmr_span_t text, mclmr_token_key_t *key);

#endif
