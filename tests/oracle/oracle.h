/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * oracle: ECCSI and SAKKE by libwolfssl, to be compared with ours. For tests
 * and the benchmark only. What fails, there or in ours, ends the program.
 */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "mclmr/crypto/eccsi.h"
#include "mclmr/crypto/sakke.h"

typedef struct oracle oracle_t;

oracle_t *oracle_new(void);
void oracle_free(oracle_t *oracle);

/* The two public keys of a KMS, for all that follows. */
void oracle_kms(oracle_t *oracle, const uint8_t kpak[MCLMR_ECCSI_POINT],
		const uint8_t z_t[MCLMR_SAKKE_POINT]);

/* Signs as the identity that has this pair. */
void oracle_signer(
		oracle_t *oracle, mclmr_span_t id, const mclmr_eccsi_pair_t *pair);
void oracle_sign(oracle_t *oracle, mclmr_span_t message,
		uint8_t signature[MCLMR_ECCSI_SIGNATURE]);

/* Whether a signature of an identity verifies. */
bool oracle_verify(oracle_t *oracle, mclmr_span_t id, mclmr_span_t message,
		const uint8_t signature[MCLMR_ECCSI_SIGNATURE]);

/* Encapsulates an SSV. */
void oracle_encapsulate(oracle_t *oracle, mclmr_span_t id,
		const uint8_t ssv[MCLMR_SAKKE_SSV], uint8_t data[MCLMR_SAKKE_DATA]);

/* Opens as the identity that has this RSK. */
void oracle_receiver(oracle_t *oracle, mclmr_span_t id,
		const uint8_t rsk[MCLMR_SAKKE_POINT]);
bool oracle_decapsulate(oracle_t *oracle, const uint8_t data[MCLMR_SAKKE_DATA],
		uint8_t ssv[MCLMR_SAKKE_SSV]);

/* Ends the program if a step of ours, what, has failed. */
void ours_must(mclmr_crypto_t result, const char *what);

/* Memory for one of our structures, which lasts to the end. */
void *ours_memory(size_t size);

#endif
