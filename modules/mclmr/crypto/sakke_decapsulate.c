/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Opens encapsulated data: the receiver of RFC 6508 6.2.2. */
#include <string.h>

#include <openssl/crypto.h>

#include "sakke_engine.h"

/* Whether [r]([b]P + Z), of the SSV that was found, is the R that came. */
static mclmr_crypto_t check(mclmr_sakke_t *s, const mclmr_sakke_kms_t *kms,
		const mclmr_sakke_key_t *key, const uint8_t ssv[MCLMR_SAKKE_SSV])
{
	mclmr_sakke_slot_t *slot = &s->slot[0];
	mclmr_crypto_t result = mclmr_sakke_read_r(
			s, slot, ssv, (mclmr_span_t){key->id, key->id_len});

	if(result != MCLMR_CRYPTO_OK)
		return result;
	s->engine->sum(s, slot, kms);
	return mclmr_curve_equal(&s->fp, &slot->sum, s->x, s->y, false)
				   ? MCLMR_CRYPTO_OK
				   : MCLMR_CRYPTO_BAD_DATA;
}

/* The SSV, if it verifies. R = [r]([b]P + Z) is then of order q as well. */
static mclmr_crypto_t open_data(mclmr_sakke_t *s, const mclmr_sakke_kms_t *kms,
		const mclmr_sakke_key_t *key, mclmr_span_t data,
		uint8_t ssv[MCLMR_SAKKE_SSV])
{
	uint8_t w[MCLMR_FP_SIZE];
	mclmr_crypto_t result = mclmr_sakke_read_point(
			s, (mclmr_span_t){data.s, MCLMR_SAKKE_POINT});

	if(result != MCLMR_CRYPTO_OK)
		return result;
	if(!mclmr_sakke_pairing(s, key))
		return MCLMR_CRYPTO_BAD_POINT;
	mclmr_fp_write(&s->fp, s->t, w);
	result = mclmr_sakke_mask(
			s, w, (const uint8_t *)data.s + MCLMR_SAKKE_POINT, ssv);
	OPENSSL_cleanse(w, sizeof(w));
	return result == MCLMR_CRYPTO_OK ? check(s, kms, key, ssv) : result;
}

mclmr_crypto_t mclmr_sakke_decapsulate(mclmr_sakke_t *s,
		const mclmr_sakke_kms_t *kms, const mclmr_sakke_key_t *key,
		mclmr_span_t data, uint8_t ssv[MCLMR_SAKKE_SSV])
{
	mclmr_crypto_t result = MCLMR_CRYPTO_BAD_LENGTH;

	if(kms->engine != s->base->engine)
		result = MCLMR_CRYPTO_BAD_ENGINE;
	else if(data.len == MCLMR_SAKKE_DATA)
		result = mclmr_sakke_end(s, open_data(s, kms, key, data, ssv));
	if(result != MCLMR_CRYPTO_OK)
		OPENSSL_cleanse(ssv, MCLMR_SAKKE_SSV);
	return result;
}
