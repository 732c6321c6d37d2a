/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * sakke_scratch: what the files of sakke and its engines share; for them
 * only.
 */
#ifndef MCLMR_SAKKE_SCRATCH_H
#define MCLMR_SAKKE_SCRATCH_H

#include "fixed_base.h"
#include "hash_range.h"
#include "pairing.h"
#include "sakke.h"

#define MCLMR_SAKKE_SLOTS 8

/* Tables of P and g. */
struct mclmr_sakke_base
{
	mclmr_sakke_engine_t engine;
	_Alignas(MCLMR_SAKKE_ALIGN) uint8_t tables[];
};

/* The table of Z. */
struct mclmr_sakke_kms
{
	mclmr_sakke_engine_t engine;
	uint8_t z_t[MCLMR_SAKKE_POINT];
	_Alignas(MCLMR_SAKKE_ALIGN) uint8_t table[];
};

/* The lines of an RSK. */
struct mclmr_sakke_key
{
	size_t id_len;
	char id[MCLMR_ID_MAX];
	_Alignas(MCLMR_SAKKE_ALIGN) uint8_t lines[MCLMR_PAIRING_SIZE];
};

/* One encapsulation on its way. */
typedef struct mclmr_sakke_slot
{
	mclmr_sakke_job_t *job;
	mclmr_digits_t rb, r;
	mclmr_curve_point_t sum; /* [rb]P + [r]Z */
	mclmr_pf_t power;		 /* g^r */
} mclmr_sakke_slot_t;

struct mclmr_sakke
{
	const mclmr_sakke_base_t *base;
	mclmr_fp_t fp;
	BIGNUM *q, *r, *k;
	mclmr_modinv_t modinv_q;
	BIGNUM *x, *y, *t;
	BIGNUM *x_by_y, *one_by_y; /* of a pairing */
	mclmr_naf_t naf;
	mclmr_hash_range_t hash;
	mclmr_sakke_slot_t slot[MCLMR_SAKKE_SLOTS];
	const struct mclmr_engine *engine;
	void *lanes; /* the engine's own scratch, NULL if it needs none */
	mclmr_curve_point_t part[MCLMR_SAKKE_SLOTS];
	mclmr_pf_t part_power[MCLMR_SAKKE_SLOTS];
	BIGNUM **join; /* ZZZ * a of each slot, then its inverse */
	BIGNUM **products;
};

/* Where the tables of P and of g begin. */
const uint8_t *mclmr_sakke_p_table(const mclmr_sakke_base_t *base);
const uint8_t *mclmr_sakke_g_table(const mclmr_sakke_base_t *base);

/* OK, or INTERNAL if something failed since the last time. Secrets are
 * cleansed from the scratch. */
mclmr_crypto_t mclmr_sakke_end(mclmr_sakke_t *s, mclmr_crypto_t result);

/* A point from 257 octets to s->x, s->y: BAD_LENGTH, BAD_POINT (not on the
 * curve; its order is not looked at). */
mclmr_crypto_t mclmr_sakke_read_point(mclmr_sakke_t *s, mclmr_span_t octets);

/* s->x, s->y to 257 octets. */
void mclmr_sakke_write_point(
		mclmr_sakke_t *s, uint8_t octets[MCLMR_SAKKE_POINT]);

/* sum = [k]P, k of 1 to q - 1 being overwritten. */
void mclmr_sakke_multiply(
		mclmr_sakke_t *s, BIGNUM *k, mclmr_curve_point_t *sum);

/* s->x, s->y = the sum. BAD_POINT: it is at infinity. */
mclmr_crypto_t mclmr_sakke_to_affine(
		mclmr_sakke_t *s, const mclmr_curve_point_t *sum);

/* s->k = an identity modulo q, not zero. BAD_LENGTH, BAD_KEY. */
mclmr_crypto_t mclmr_sakke_read_id(mclmr_sakke_t *s, mclmr_span_t id);

/* r of an SSV and an identity (RFC 6508 6.2.1) to the slot, as digits. */
mclmr_crypto_t mclmr_sakke_read_r(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot,
		const uint8_t ssv[MCLMR_SAKKE_SSV], mclmr_span_t id);

/* s->t = <(s->x, s->y), RSK>. False: there is no such pairing. */
bool mclmr_sakke_pairing(mclmr_sakke_t *s, const mclmr_sakke_key_t *key);

/* out = in xor the mask of w (n = 128): H from SSV, or SSV from H. */
mclmr_crypto_t mclmr_sakke_mask(mclmr_sakke_t *s,
		const uint8_t w[MCLMR_FP_SIZE], const uint8_t in[MCLMR_SAKKE_SSV],
		uint8_t out[MCLMR_SAKKE_SSV]);

#endif
