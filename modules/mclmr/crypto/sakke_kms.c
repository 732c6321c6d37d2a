/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The KMS's side of SAKKE: master keys, and receivers' keys from them. */
#include <openssl/crypto.h>

#include "sakke_scratch.h"

#define MAX_DRAWS 8

/* octets = [s->k]P */
static mclmr_crypto_t write_multiple(
		mclmr_sakke_t *s, uint8_t octets[MCLMR_SAKKE_POINT])
{
	mclmr_crypto_t result;

	mclmr_sakke_multiply(s, s->k, &s->slot[0].sum);
	result = mclmr_sakke_to_affine(s, &s->slot[0].sum);
	if(result == MCLMR_CRYPTO_OK)
		mclmr_sakke_write_point(s, octets);
	return result;
}

/* The KMS of the z that stands in s->k, 1 to q - 1. */
static mclmr_crypto_t make_master(
		mclmr_sakke_t *s, mclmr_sakke_master_t *master)
{
	if(BN_bn2binpad(s->k, master->z, sizeof(master->z)) < 0)
		return MCLMR_CRYPTO_INTERNAL;
	return write_multiple(s, master->point);
}

mclmr_crypto_t mclmr_sakke_master_new(
		mclmr_sakke_t *s, mclmr_sakke_master_t *master)
{
	mclmr_crypto_t result = MCLMR_CRYPTO_OK;
	int draws = 0;

	do {
		if(!BN_priv_rand_range_ex(s->k, s->q, 0, s->fp.bn))
			result = MCLMR_CRYPTO_NO_RANDOM;
	} while(BN_is_zero(s->k) && result == MCLMR_CRYPTO_OK
			&& ++draws < MAX_DRAWS);
	if(BN_is_zero(s->k))
		result = MCLMR_CRYPTO_NO_RANDOM;
	if(result == MCLMR_CRYPTO_OK)
		result = make_master(s, master);
	return mclmr_sakke_end(s, result);
}

/* s->k = octets, as a scalar of 1 to q - 1. */
static mclmr_crypto_t read_scalar(mclmr_sakke_t *s, mclmr_span_t octets)
{
	if(octets.len == 0 || octets.len > MCLMR_SAKKE_SCALAR)
		return MCLMR_CRYPTO_BAD_LENGTH;
	if(BN_bin2bn((const uint8_t *)octets.s, (int)octets.len, s->k) == NULL)
		return MCLMR_CRYPTO_INTERNAL;
	if(BN_is_zero(s->k) || BN_cmp(s->k, s->q) >= 0)
		return MCLMR_CRYPTO_BAD_SCALAR;
	return MCLMR_CRYPTO_OK;
}

mclmr_crypto_t mclmr_sakke_master_load(
		mclmr_sakke_t *s, mclmr_span_t z, mclmr_sakke_master_t *master)
{
	mclmr_crypto_t result = read_scalar(s, z);

	if(result == MCLMR_CRYPTO_OK)
		result = make_master(s, master);
	return mclmr_sakke_end(s, result);
}

/* s->k = 1 / (s->k + z) mod q. BAD_KEY: there is none. */
static mclmr_crypto_t invert_sum(
		mclmr_sakke_t *s, const mclmr_sakke_master_t *master)
{
	if(BN_bin2bn(master->z, sizeof(master->z), s->r) == NULL
			|| !BN_mod_add_quick(s->r, s->r, s->k, s->q))
		return MCLMR_CRYPTO_INTERNAL;
	if(BN_is_zero(s->r))
		return MCLMR_CRYPTO_BAD_KEY;
	return mclmr_modinv(&s->modinv_q, s->k, s->r) ? MCLMR_CRYPTO_OK
												  : MCLMR_CRYPTO_INTERNAL;
}

mclmr_crypto_t mclmr_sakke_rsk_new(mclmr_sakke_t *s,
		const mclmr_sakke_master_t *master, mclmr_span_t id,
		uint8_t rsk[MCLMR_SAKKE_POINT])
{
	mclmr_crypto_t result = mclmr_sakke_read_id(s, id);

	if(result == MCLMR_CRYPTO_OK)
		result = invert_sum(s, master);
	if(result == MCLMR_CRYPTO_OK)
		result = write_multiple(s, rsk);
	return mclmr_sakke_end(s, result);
}

void mclmr_sakke_master_clear(mclmr_sakke_master_t *master)
{
	OPENSSL_cleanse(master->z, sizeof(master->z));
}
