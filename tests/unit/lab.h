/* SPDX-License-Identifier: GPL-2.0-or-later */

/* lab: key management servers of a test, and rings of what they give out. */
#ifndef TESTS_LAB_H
#define TESTS_LAB_H

#include <stdio.h>
#include <stdlib.h>

#include "mclmr/keys/keyring.h"
#include "mclmr/keys/kms_issue.h"

#define LAB_TEXTS 16

/* Scratch, and texts that were written so far. */
typedef struct lab
{
	mclmr_sakke_base_t *base;
	mclmr_kms_scratch_t scratch;
	size_t n;
	mclmr_span_t text[LAB_TEXTS];
	mclmr_arena_t arena;
	char memory[1 << 18];
} lab_t;

/* Ends the program if something is wrong. */
static inline void lab_require(const char *wrong)
{
	if(wrong == NULL)
		return;
	fprintf(stderr, "lab: %s\n", wrong);
	exit(1);
}

static inline void lab_open(lab_t *lab)
{
	mclmr_sakke_engine_t engine = mclmr_sakke_engine();

	lab->n = 0;
	lab->arena = mclmr_arena(lab->memory, sizeof(lab->memory));
	lab->base = aligned_alloc(MCLMR_SAKKE_ALIGN, mclmr_sakke_base_size(engine));
	if(mclmr_sakke_base_build(lab->base, engine) != MCLMR_CRYPTO_OK)
		lab_require("no tables");
	lab->scratch.sakke = mclmr_sakke_new(lab->base);
	lab->scratch.eccsi = mclmr_eccsi_new();
}

static inline void lab_close(lab_t *lab)
{
	mclmr_sakke_free(lab->scratch.sakke);
	mclmr_eccsi_free(lab->scratch.eccsi);
	free(lab->base);
}

/* A new server, and its certificate as a text. */
static inline void lab_server(lab_t *lab, mclmr_kms_server_t *server,
		const char *uri, mclmr_key_period_t period)
{
	server->uri = mclmr_span(uri);
	server->period = period;
	lab_require(mclmr_kms_server_new(server, &lab->scratch));
	lab_require(mclmr_kms_write_certificate(
			server, 0, &lab->arena, &lab->text[lab->n++]));
}

/* The keys of a user for n periods as a text. */
static inline void lab_user(lab_t *lab, const mclmr_kms_server_t *server,
		const char *user, uint64_t number, unsigned n)
{
	lab_require(mclmr_kms_write_keys(server, &lab->scratch, mclmr_span(user),
			number, n, 0, &lab->arena, &lab->text[lab->n++]));
}

/* A ring of texts from one on. */
static inline mclmr_keyring_t *lab_ring(lab_t *lab, size_t first)
{
	mclmr_keyring_t *ring = mclmr_keyring_new();
	size_t which;

	lab_require(mclmr_keyring_load(
			ring, lab->text + first, lab->n - first, &which));
	return ring;
}

#endif
