/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * hash_range: HashToIntegerRange of RFC 6508 5.1 with SHA-256, before the
 * last reduction.
 */
#ifndef MCLMR_HASH_RANGE_H
#define MCLMR_HASH_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "mclmr/base/span.h"

#define MCLMR_HASH_SIZE 32
#define MCLMR_HASH_BLOCKS 4 /* at most */

typedef struct mclmr_hash_range
{
	EVP_MD *sha256;
	EVP_MD_CTX *context;
	uint8_t h[MCLMR_HASH_BLOCKS][MCLMR_HASH_SIZE]; /* h_1, h_2, ... */
} mclmr_hash_range_t;

/* False: no memory; to be cleared all the same. */
bool mclmr_hash_range_init(mclmr_hash_range_t *hash);
void mclmr_hash_range_clear(mclmr_hash_range_t *hash);

/*
 * v' = v_1 | ... | v_blocks of s = first | second: an integer that the caller
 * takes modulo n, where ceil(lg(n) / 256) is blocks. False: libcrypto failed.
 */
bool mclmr_hash_range(mclmr_hash_range_t *hash, mclmr_span_t first,
		mclmr_span_t second, size_t blocks, uint8_t *v);

#endif
