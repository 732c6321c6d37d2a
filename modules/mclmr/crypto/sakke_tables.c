/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Tables of the curve, of a KMS and of a receiver's key, with their checks. */
#include <string.h>

#include <openssl/crypto.h>

#include "sakke_engine.h"
#include "sakke_set1.h"

/* How elements stand in the tables of an engine: of the portable one if there
 * is no such engine, which the building then refuses. */
static const mclmr_fp_form_t *form_of(mclmr_sakke_engine_t engine)
{
	const mclmr_engine_t *table = mclmr_engine(engine);

	return table != NULL ? table->form : &mclmr_fp_form;
}

const uint8_t *mclmr_sakke_p_table(const mclmr_sakke_base_t *base)
{
	return base->tables;
}

const uint8_t *mclmr_sakke_g_table(const mclmr_sakke_base_t *base)
{
	return base->tables + mclmr_fixed_base_points_size(form_of(base->engine));
}

size_t mclmr_sakke_base_size(mclmr_sakke_engine_t engine)
{
	const mclmr_fp_form_t *form = form_of(engine);

	return sizeof(mclmr_sakke_base_t) + mclmr_fixed_base_points_size(form)
		   + mclmr_fixed_base_powers_size(form);
}

size_t mclmr_sakke_kms_size(mclmr_sakke_engine_t engine)
{
	return sizeof(mclmr_sakke_kms_t)
		   + mclmr_fixed_base_points_size(form_of(engine));
}

size_t mclmr_sakke_key_size(mclmr_sakke_engine_t engine)
{
	(void)engine;
	return sizeof(mclmr_sakke_key_t);
}

/* A constant of sakke_set1 as an element. */
static bool read_hex(mclmr_fp_t *fp, BIGNUM *element, const char *hex)
{
	BIGNUM *to = element;

	return BN_hex2bn(&to, hex)
		   && BN_to_montgomery(element, element, fp->mont, fp->bn);
}

/* The tables of P and g. */
static bool build_base(mclmr_fp_t *fp, mclmr_sakke_base_t *base)
{
	const mclmr_fp_form_t *form = form_of(base->engine);
	BIGNUM *x = BN_new(), *y = BN_new();
	bool ok = x != NULL && y != NULL && read_hex(fp, x, MCLMR_SET1_PX)
			  && read_hex(fp, y, MCLMR_SET1_PY)
			  && mclmr_fixed_base_points(fp, form, x, y, base->tables)
			  && read_hex(fp, x, MCLMR_SET1_G)
			  && mclmr_fixed_base_powers(
					  fp, form, x, (uint8_t *)mclmr_sakke_g_table(base));

	BN_free(x);
	BN_free(y);
	return ok;
}

mclmr_crypto_t mclmr_sakke_base_build(
		mclmr_sakke_base_t *base, mclmr_sakke_engine_t engine)
{
	mclmr_fp_t fp;
	bool ok;

	if(engine != MCLMR_SAKKE_PORTABLE && engine != mclmr_sakke_engine())
		return MCLMR_CRYPTO_BAD_ENGINE;
	base->engine = engine;
	ok = mclmr_fp_init(&fp) && build_base(&fp, base);
	mclmr_fp_clear(&fp);
	return ok ? MCLMR_CRYPTO_OK : MCLMR_CRYPTO_INTERNAL;
}

mclmr_crypto_t mclmr_sakke_kms_build(
		mclmr_sakke_t *s, mclmr_span_t z_t, mclmr_sakke_kms_t *kms)
{
	mclmr_crypto_t result = mclmr_sakke_read_point(s, z_t);

	if(result == MCLMR_CRYPTO_OK
			&& !mclmr_pairing_order(&s->fp, &s->naf, s->x, s->y))
		result = MCLMR_CRYPTO_BAD_POINT;
	if(result == MCLMR_CRYPTO_OK) {
		kms->engine = s->base->engine;
		memcpy(kms->z_t, z_t.s, z_t.len);
		if(!mclmr_fixed_base_points(
				   &s->fp, form_of(kms->engine), s->x, s->y, kms->table))
			result = MCLMR_CRYPTO_INTERNAL;
	}
	return mclmr_sakke_end(s, result);
}

/* s->x, s->y = [id]P + Z. BAD_KEY: an identity that can have no key. */
static mclmr_crypto_t receiver_point(
		mclmr_sakke_t *s, const mclmr_sakke_kms_t *kms, mclmr_span_t id)
{
	mclmr_curve_point_t *sum = &s->slot[0].sum;
	mclmr_crypto_t result = mclmr_sakke_read_id(s, id);

	if(result == MCLMR_CRYPTO_OK)
		result = mclmr_sakke_read_point(s, MCLMR_OCTETS(kms->z_t));
	if(result != MCLMR_CRYPTO_OK)
		return result;
	mclmr_sakke_multiply(s, s->k, sum);
	mclmr_curve_add(&s->fp, sum, s->x, s->y, false);
	return mclmr_sakke_to_affine(s, sum) == MCLMR_CRYPTO_OK
				   ? MCLMR_CRYPTO_OK
				   : MCLMR_CRYPTO_BAD_KEY;
}

/* Whether <[id]P + Z, RSK> = g (RFC 6508 6.1.2). */
static mclmr_crypto_t check_key(mclmr_sakke_t *s, const mclmr_sakke_kms_t *kms,
		const mclmr_sakke_key_t *key)
{
	mclmr_crypto_t result =
			receiver_point(s, kms, (mclmr_span_t){key->id, key->id_len});

	if(result != MCLMR_CRYPTO_OK)
		return result;
	if(!mclmr_sakke_pairing(s, key))
		return MCLMR_CRYPTO_BAD_KEY;
	if(!read_hex(&s->fp, s->x, MCLMR_SET1_G))
		return MCLMR_CRYPTO_INTERNAL;
	return BN_cmp(s->t, s->x) == 0 ? MCLMR_CRYPTO_OK : MCLMR_CRYPTO_BAD_KEY;
}

/* Lines of an RSK, and its check. */
static mclmr_crypto_t build_key(mclmr_sakke_t *s, const mclmr_sakke_kms_t *kms,
		mclmr_span_t id, mclmr_span_t rsk, mclmr_sakke_key_t *key)
{
	mclmr_crypto_t result = mclmr_sakke_read_id(s, id);

	if(result == MCLMR_CRYPTO_OK)
		result = mclmr_sakke_read_point(s, rsk);
	if(result != MCLMR_CRYPTO_OK)
		return result;
	memcpy(key->id, id.s, id.len);
	key->id_len = id.len;
	if(!mclmr_pairing_lines(&s->fp, &s->naf, s->x, s->y, key->lines))
		return MCLMR_CRYPTO_BAD_POINT;
	return check_key(s, kms, key);
}

mclmr_crypto_t mclmr_sakke_key_build(mclmr_sakke_t *s,
		const mclmr_sakke_kms_t *kms, mclmr_span_t id, mclmr_span_t rsk,
		mclmr_sakke_key_t *key)
{
	mclmr_crypto_t result;

	key->id_len = 0;
	if(kms->engine != s->base->engine)
		return MCLMR_CRYPTO_BAD_ENGINE;
	result = mclmr_sakke_end(s, build_key(s, kms, id, rsk, key));
	if(result != MCLMR_CRYPTO_OK)
		mclmr_sakke_key_clear(key);
	return result;
}

void mclmr_sakke_key_clear(mclmr_sakke_key_t *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}
