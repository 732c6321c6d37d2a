/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The scratch of SAKKE, and what sender, receiver and KMS share. */
#include <string.h>

#include <openssl/crypto.h>

#include "sakke_engine.h"
#include "sakke_set1.h"

/* Makes all objects of the scratch; false if memory is short. */
static bool allocate(mclmr_sakke_t *s)
{
	bool ok = mclmr_fp_init(&s->fp);

	s->r = BN_new();
	s->k = BN_new();
	s->x = BN_new();
	s->y = BN_new();
	s->t = BN_new();
	s->x_by_y = BN_new();
	s->one_by_y = BN_new();
	s->join = mclmr_fp_array(MCLMR_SAKKE_SLOTS);
	s->products = mclmr_fp_array(MCLMR_SAKKE_SLOTS);
	for(size_t i = 0; i < MCLMR_SAKKE_SLOTS; i++) {
		ok = mclmr_curve_point_init(&s->slot[i].sum) && ok;
		ok = mclmr_pf_init(&s->fp, &s->slot[i].power) && ok;
		ok = mclmr_curve_point_init(&s->part[i]) && ok;
		ok = mclmr_pf_init(&s->fp, &s->part_power[i]) && ok;
	}
	return ok && BN_hex2bn(&s->q, MCLMR_SET1_Q) && s->r != NULL && s->k != NULL
		   && s->x != NULL && s->y != NULL && s->t != NULL && s->x_by_y != NULL
		   && s->one_by_y != NULL && s->join != NULL && s->products != NULL;
}

/* Lines of the pairing's loop, by its signed bits. */
static size_t count_lines(const mclmr_naf_t *naf)
{
	size_t n = naf->n - 1;

	for(size_t i = 0; i < naf->n - 1; i++)
		n += naf->digit[i] != 0;
	return n;
}

/* Has the engine of the base open what it needs. */
static bool open_engine(mclmr_sakke_t *s)
{
	s->engine = mclmr_engine(s->base->engine);
	return s->engine != NULL && s->engine->here() && s->engine->open(s);
}

mclmr_sakke_t *mclmr_sakke_new(const mclmr_sakke_base_t *base)
{
	mclmr_sakke_t *s = OPENSSL_zalloc(sizeof(*s));

	if(s == NULL)
		return NULL;
	s->base = base;
	if(!allocate(s) || !mclmr_hash_range_init(&s->hash)
			|| !mclmr_modinv_init(&s->modinv_q, s->q)
			|| !mclmr_naf_of(&s->naf, s->q)
			|| count_lines(&s->naf) != MCLMR_PAIRING_LINES || !open_engine(s)) {
		mclmr_sakke_free(s);
		s = NULL;
	}
	return s;
}

void mclmr_sakke_free(mclmr_sakke_t *s)
{
	if(s == NULL)
		return;
	for(size_t i = 0; i < MCLMR_SAKKE_SLOTS; i++) {
		mclmr_curve_point_clear(&s->slot[i].sum);
		mclmr_pf_clear(&s->slot[i].power);
		mclmr_curve_point_clear(&s->part[i]);
		mclmr_pf_clear(&s->part_power[i]);
	}
	mclmr_fp_array_free(s->join, MCLMR_SAKKE_SLOTS);
	mclmr_fp_array_free(s->products, MCLMR_SAKKE_SLOTS);
	BN_free(s->q);
	BN_clear_free(s->r);
	BN_clear_free(s->k);
	BN_clear_free(s->x);
	BN_clear_free(s->y);
	BN_clear_free(s->t);
	BN_clear_free(s->x_by_y);
	BN_clear_free(s->one_by_y);
	mclmr_hash_range_clear(&s->hash);
	if(s->engine != NULL)
		s->engine->close(s);
	mclmr_fp_clear(&s->fp);
	OPENSSL_clear_free(s, sizeof(*s));
}

/* A sum tells of r until it is made affine. */
static void clear_sum(mclmr_curve_point_t *sum)
{
	BN_clear(sum->x);
	BN_clear(sum->y);
	BN_clear(sum->zz);
	BN_clear(sum->zzz);
}

static void clear_power(mclmr_pf_t *power)
{
	BN_clear(power->a);
	BN_clear(power->b);
}

/* What slot i knows of r and g^r. */
static void clear_slot(mclmr_sakke_t *s, size_t i)
{
	OPENSSL_cleanse(&s->slot[i].rb, sizeof(s->slot[i].rb));
	OPENSSL_cleanse(&s->slot[i].r, sizeof(s->slot[i].r));
	clear_sum(&s->slot[i].sum);
	clear_sum(&s->part[i]);
	clear_power(&s->slot[i].power);
	clear_power(&s->part_power[i]);
	BN_clear(s->join[i]);
	BN_clear(s->products[i]);
}

mclmr_crypto_t mclmr_sakke_end(mclmr_sakke_t *s, mclmr_crypto_t result)
{
	bool failed = s->fp.failed;

	for(size_t i = 0; i < MCLMR_SAKKE_SLOTS; i++)
		clear_slot(s, i);
	s->engine->forget(s);
	for(size_t i = 0; i < MCLMR_FP_TEMPS; i++)
		BN_clear(s->fp.t[i]);

	BN_clear(s->r);
	BN_clear(s->k);
	BN_clear(s->x);
	BN_clear(s->y);
	BN_clear(s->t);
	s->fp.failed = false;
	return failed ? MCLMR_CRYPTO_INTERNAL : result;
}

mclmr_crypto_t mclmr_sakke_read_point(mclmr_sakke_t *s, mclmr_span_t octets)
{
	const uint8_t *at = (const uint8_t *)octets.s;

	if(octets.len != MCLMR_SAKKE_POINT)
		return MCLMR_CRYPTO_BAD_LENGTH;
	if(at[0] != 4 || !mclmr_fp_read(&s->fp, s->x, at + 1)
			|| !mclmr_fp_read(&s->fp, s->y, at + 1 + MCLMR_FP_SIZE)
			|| !mclmr_curve_has(&s->fp, s->x, s->y))
		return MCLMR_CRYPTO_BAD_POINT;
	return MCLMR_CRYPTO_OK;
}

void mclmr_sakke_write_point(
		mclmr_sakke_t *s, uint8_t octets[MCLMR_SAKKE_POINT])
{
	octets[0] = 4;
	mclmr_fp_write(&s->fp, s->x, octets + 1);
	mclmr_fp_write(&s->fp, s->y, octets + 1 + MCLMR_FP_SIZE);
}

mclmr_crypto_t mclmr_sakke_to_affine(
		mclmr_sakke_t *s, const mclmr_curve_point_t *sum)
{
	if(BN_is_zero(sum->zzz))
		return MCLMR_CRYPTO_BAD_POINT;
	mclmr_fp_inverse(&s->fp, s->t, sum->zzz);
	mclmr_curve_affine(&s->fp, sum, s->t, s->x, s->y);
	return MCLMR_CRYPTO_OK;
}

mclmr_crypto_t mclmr_sakke_read_id(mclmr_sakke_t *s, mclmr_span_t id)
{
	if(id.len == 0 || id.len > MCLMR_ID_MAX)
		return MCLMR_CRYPTO_BAD_LENGTH;
	if(BN_bin2bn((const uint8_t *)id.s, (int)id.len, s->k) == NULL)
		return MCLMR_CRYPTO_INTERNAL;
	/* 64 octets are below q */
	return BN_is_zero(s->k) ? MCLMR_CRYPTO_BAD_KEY : MCLMR_CRYPTO_OK;
}

/* s->r = HashToIntegerRange(SSV | id, q) */
static bool hash_r(
		mclmr_sakke_t *s, const uint8_t ssv[MCLMR_SAKKE_SSV], mclmr_span_t id)
{
	uint8_t v[MCLMR_HASH_BLOCKS * MCLMR_HASH_SIZE];
	bool ok = mclmr_hash_range(&s->hash,
					  (mclmr_span_t){(const char *)ssv, MCLMR_SAKKE_SSV}, id,
					  MCLMR_HASH_BLOCKS, v)
			  && BN_bin2bn(v, sizeof(v), s->r) != NULL
			  && BN_nnmod(s->r, s->r, s->q, s->fp.bn);

	OPENSSL_cleanse(v, sizeof(v));
	return ok;
}

mclmr_crypto_t mclmr_sakke_read_r(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot,
		const uint8_t ssv[MCLMR_SAKKE_SSV], mclmr_span_t id)
{
	mclmr_crypto_t result = mclmr_sakke_read_id(s, id);

	if(result != MCLMR_CRYPTO_OK)
		return result;
	if(!hash_r(s, ssv, id))
		return MCLMR_CRYPTO_INTERNAL;
	if(BN_is_zero(s->r))
		return MCLMR_CRYPTO_BAD_DATA;
	if(!BN_mod_mul(s->k, s->r, s->k, s->q, s->fp.bn)
			|| !mclmr_digits_of(&slot->rb, s->k, s->q)
			|| !mclmr_digits_of(&slot->r, s->r, s->q))
		return MCLMR_CRYPTO_INTERNAL;
	return MCLMR_CRYPTO_OK;
}

void mclmr_sakke_multiply(mclmr_sakke_t *s, BIGNUM *k, mclmr_curve_point_t *sum)
{
	mclmr_digits_t digits;

	if(!mclmr_digits_of(&digits, k, s->q))
		s->fp.failed = true;
	s->engine->multiply(s, &digits, sum);
	OPENSSL_cleanse(&digits, sizeof(digits));
}

bool mclmr_sakke_pairing(mclmr_sakke_t *s, const mclmr_sakke_key_t *key)
{
	mclmr_pf_t *v = &s->slot[0].power;

	if(!mclmr_pairing_begin(&s->fp, s->x, s->y, s->x_by_y, s->one_by_y))
		return false;
	s->engine->pairing(s, key, v);
	return mclmr_pairing_end(&s->fp, v, s->t);
}

mclmr_crypto_t mclmr_sakke_mask(mclmr_sakke_t *s,
		const uint8_t w[MCLMR_FP_SIZE], const uint8_t in[MCLMR_SAKKE_SSV],
		uint8_t out[MCLMR_SAKKE_SSV])
{
	uint8_t v[MCLMR_HASH_SIZE];
	bool ok = mclmr_hash_range(&s->hash,
			(mclmr_span_t){(const char *)w, MCLMR_FP_SIZE}, MCLMR_SPAN(""), 1,
			v);

	/* modulo 2^128: the last octets */
	for(size_t i = 0; ok && i < MCLMR_SAKKE_SSV; i++)
		out[i] = in[i] ^ v[MCLMR_HASH_SIZE - MCLMR_SAKKE_SSV + i];
	OPENSSL_cleanse(v, sizeof(v));
	return ok ? MCLMR_CRYPTO_OK : MCLMR_CRYPTO_INTERNAL;
}
