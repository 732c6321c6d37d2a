/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Signatures of RFC 6507: KMS, signer and verifier, on libcrypto's P-256. */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include "eccsi.h"
#include "modinv.h"

/* A fresh scalar fails its checks with a chance of 2^-255. */
#define MAX_DRAWS 8

/* Where PVT begins in a signature. */
#define PVT_AT ((size_t)2 * MCLMR_ECCSI_SCALAR)

struct mclmr_eccsi
{
	EC_GROUP *group;
	/* The same curve with the last KPAK as its generator: libcrypto then
	 * multiplies KPAK and PVT in one pass. */
	EC_GROUP *kms;
	uint8_t kpak[MCLMR_ECCSI_POINT]; /* that KPAK; all zero: none yet */
	uint8_t g[MCLMR_ECCSI_POINT];
	const BIGNUM *n; /* order of the group */
	BN_MONT_CTX *mont;
	mclmr_modinv_t modinv;
	BIGNUM *p; /* the field */
	BIGNUM *j, *r, *s, *hs, *he, *ssk;
	EC_POINT *kpak_point, *pvt, *sum;
	BN_CTX *bn;
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
};

/* Makes all objects of the scratch; false if memory is short. */
static bool allocate(mclmr_eccsi_t *e)
{
	e->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	e->kms = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	e->bn = BN_CTX_secure_new();
	e->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	e->hash = EVP_MD_CTX_new();
	e->mont = BN_MONT_CTX_new();
	if(e->group == NULL || e->kms == NULL)
		return false;
	e->kpak_point = EC_POINT_new(e->group);
	e->pvt = EC_POINT_new(e->group);
	e->sum = EC_POINT_new(e->group);
	e->p = BN_new();
	e->j = BN_new();
	e->r = BN_new();
	e->s = BN_new();
	e->hs = BN_new();
	e->he = BN_new();
	e->ssk = BN_new();

	return e->bn != NULL && e->sha256 != NULL && e->hash != NULL
		   && e->mont != NULL && e->kpak_point != NULL && e->pvt != NULL
		   && e->sum != NULL && e->p != NULL && e->j != NULL && e->r != NULL
		   && e->s != NULL && e->hs != NULL && e->he != NULL && e->ssk != NULL;
}

/* The curve's constants. */
static bool prepare(mclmr_eccsi_t *e)
{
	e->n = EC_GROUP_get0_order(e->group);
	return BN_MONT_CTX_set(e->mont, e->n, e->bn)
		   && mclmr_modinv_init(&e->modinv, e->n)
		   && EC_GROUP_get_curve(e->group, e->p, NULL, NULL, e->bn)
		   && EC_POINT_point2oct(e->group, EC_GROUP_get0_generator(e->group),
					  POINT_CONVERSION_UNCOMPRESSED, e->g, sizeof(e->g), e->bn)
					  == sizeof(e->g);
}

mclmr_eccsi_t *mclmr_eccsi_new(void)
{
	mclmr_eccsi_t *e = OPENSSL_zalloc(sizeof(*e));

	if(e != NULL && (!allocate(e) || !prepare(e))) {
		mclmr_eccsi_free(e);
		e = NULL;
	}
	return e;
}

void mclmr_eccsi_free(mclmr_eccsi_t *e)
{
	if(e == NULL)
		return;
	BN_clear_free(e->p);
	BN_clear_free(e->j);
	BN_clear_free(e->r);
	BN_clear_free(e->s);
	BN_clear_free(e->hs);
	BN_clear_free(e->he);
	BN_clear_free(e->ssk);

	EC_POINT_clear_free(e->kpak_point);
	EC_POINT_clear_free(e->pvt);
	EC_POINT_clear_free(e->sum);
	BN_MONT_CTX_free(e->mont);
	EVP_MD_CTX_free(e->hash);
	EVP_MD_free(e->sha256);
	BN_CTX_free(e->bn);
	EC_GROUP_free(e->kms);
	EC_GROUP_free(e->group);
	OPENSSL_clear_free(e, sizeof(*e));
}

/* The scratch without secrets, at the end of each call that had some. */
static void forget(mclmr_eccsi_t *e)
{
	BN_clear(e->j);
	BN_clear(e->s);
	BN_clear(e->ssk);
}

/* SHA-256 over spans one after the other. */
static bool hash(mclmr_eccsi_t *e, const mclmr_span_t *spans, size_t n,
		uint8_t digest[MCLMR_ECCSI_SCALAR])
{
	if(!EVP_DigestInit_ex2(e->hash, e->sha256, NULL))
		return false;
	for(size_t i = 0; i < n; i++) {
		if(!EVP_DigestUpdate(e->hash, spans[i].s, spans[i].len))
			return false;
	}
	return EVP_DigestFinal_ex(e->hash, digest, NULL);
}

/* HS = hash(G | KPAK | ID | PVT), RFC 6507 5.1.1. */
static bool hash_hs(mclmr_eccsi_t *e, mclmr_span_t kpak, mclmr_span_t id,
		mclmr_span_t pvt, uint8_t hs[MCLMR_ECCSI_SCALAR])
{
	const mclmr_span_t spans[] = {MCLMR_OCTETS(e->g), kpak, id, pvt};

	return hash(e, spans, 4, hs)
		   && BN_bin2bn(hs, MCLMR_ECCSI_SCALAR, e->hs) != NULL
		   && BN_nnmod(e->hs, e->hs, e->n, e->bn);
}

/* HE = hash(HS | r | M), RFC 6507 5.2.1; hs and r are 32 octets. */
static bool hash_he(mclmr_eccsi_t *e, const uint8_t *hs, const char *r,
		mclmr_span_t message)
{
	uint8_t he[MCLMR_ECCSI_SCALAR];
	const mclmr_span_t spans[] = {{(const char *)hs, MCLMR_ECCSI_SCALAR},
			{r, MCLMR_ECCSI_SCALAR}, message};

	return hash(e, spans, 3, he) && BN_bin2bn(he, sizeof(he), e->he) != NULL
		   && BN_nnmod(e->he, e->he, e->n, e->bn);
}

/* product = a * b mod n, all below n, by Montgomery steps alone. */
static bool multiply(
		mclmr_eccsi_t *e, BIGNUM *product, const BIGNUM *a, const BIGNUM *b)
{
	return BN_to_montgomery(product, a, e->mont, e->bn)
		   && BN_mod_mul_montgomery(product, product, b, e->mont, e->bn);
}

/* Octets as a scalar of 1 to n - 1. */
static mclmr_crypto_t read_scalar(
		mclmr_eccsi_t *e, mclmr_span_t octets, BIGNUM *scalar)
{
	if(octets.len == 0 || octets.len > MCLMR_ECCSI_SCALAR)
		return MCLMR_CRYPTO_BAD_LENGTH;
	if(BN_bin2bn((const uint8_t *)octets.s, (int)octets.len, scalar) == NULL)
		return MCLMR_CRYPTO_INTERNAL;
	if(BN_is_zero(scalar) || BN_cmp(scalar, e->n) >= 0)
		return MCLMR_CRYPTO_BAD_SCALAR;
	return MCLMR_CRYPTO_OK;
}

/* A fresh scalar of 1 to n - 1. */
static mclmr_crypto_t draw_scalar(mclmr_eccsi_t *e, BIGNUM *scalar)
{
	for(int i = 0; i < MAX_DRAWS; i++) {
		if(!BN_priv_rand_range_ex(scalar, e->n, 0, e->bn))
			return MCLMR_CRYPTO_NO_RANDOM;
		if(!BN_is_zero(scalar))
			return MCLMR_CRYPTO_OK;
	}
	return MCLMR_CRYPTO_NO_RANDOM;
}

/* Octets as a point; libcrypto refuses those off the curve. The group's
 * cofactor is 1: any point but the one at infinity is of order n. */
static mclmr_crypto_t read_point(
		mclmr_eccsi_t *e, mclmr_span_t octets, EC_POINT *point)
{
	if(octets.len != MCLMR_ECCSI_POINT)
		return MCLMR_CRYPTO_BAD_LENGTH;
	if(octets.s[0] != POINT_CONVERSION_UNCOMPRESSED
			|| !EC_POINT_oct2point(e->group, point, (const uint8_t *)octets.s,
					octets.len, e->bn))
		return MCLMR_CRYPTO_BAD_POINT;
	return MCLMR_CRYPTO_OK;
}

/* [scalar]G as octets. */
static bool write_multiple(mclmr_eccsi_t *e, const BIGNUM *scalar,
		uint8_t octets[MCLMR_ECCSI_POINT])
{
	return EC_POINT_mul(e->group, e->sum, scalar, NULL, NULL, e->bn)
		   && EC_POINT_point2oct(e->group, e->sum,
					  POINT_CONVERSION_UNCOMPRESSED, octets, MCLMR_ECCSI_POINT,
					  e->bn)
					  == MCLMR_ECCSI_POINT;
}

/* A scalar as 32 octets. */
static bool write_scalar(const BIGNUM *scalar, uint8_t *octets)
{
	return BN_bn2binpad(scalar, octets, MCLMR_ECCSI_SCALAR)
		   == MCLMR_ECCSI_SCALAR;
}

/* The KMS of the KSAK that stands in e->s. */
static mclmr_crypto_t make_master(
		mclmr_eccsi_t *e, mclmr_eccsi_master_t *master)
{
	if(write_scalar(e->s, master->ksak)
			&& write_multiple(e, e->s, master->kpak))
		return MCLMR_CRYPTO_OK;
	return MCLMR_CRYPTO_INTERNAL;
}

mclmr_crypto_t mclmr_eccsi_master_new(
		mclmr_eccsi_t *e, mclmr_eccsi_master_t *master)
{
	mclmr_crypto_t result = draw_scalar(e, e->s);

	if(result == MCLMR_CRYPTO_OK)
		result = make_master(e, master);
	forget(e);
	return result;
}

mclmr_crypto_t mclmr_eccsi_master_load(
		mclmr_eccsi_t *e, mclmr_span_t ksak, mclmr_eccsi_master_t *master)
{
	mclmr_crypto_t result = read_scalar(e, ksak, e->s);

	if(result == MCLMR_CRYPTO_OK)
		result = make_master(e, master);
	forget(e);
	return result;
}

mclmr_crypto_t mclmr_eccsi_kpak_check(mclmr_eccsi_t *e, mclmr_span_t kpak)
{
	return read_point(e, kpak, e->sum);
}

/* SSK = KSAK + HS * v, PVT = [v]G, of the v that stands in e->j. */
static mclmr_crypto_t make_pair(mclmr_eccsi_t *e,
		const mclmr_eccsi_master_t *master, mclmr_span_t id,
		mclmr_eccsi_pair_t *pair)
{
	uint8_t hs[MCLMR_ECCSI_SCALAR];

	if(id.len == 0 || id.len > MCLMR_ID_MAX)
		return MCLMR_CRYPTO_BAD_LENGTH;
	if(!write_multiple(e, e->j, pair->pvt)
			|| !hash_hs(e, MCLMR_OCTETS(master->kpak), id,
					MCLMR_OCTETS(pair->pvt), hs)
			|| BN_bin2bn(master->ksak, sizeof(master->ksak), e->s) == NULL
			|| !multiply(e, e->ssk, e->j, e->hs)
			|| !BN_mod_add_quick(e->ssk, e->ssk, e->s, e->n)
			|| !write_scalar(e->ssk, pair->ssk))
		return MCLMR_CRYPTO_INTERNAL;
	if(BN_is_zero(e->hs) || BN_is_zero(e->ssk))
		return MCLMR_CRYPTO_BAD_SCALAR;
	return MCLMR_CRYPTO_OK;
}

mclmr_crypto_t mclmr_eccsi_pair_new(mclmr_eccsi_t *e,
		const mclmr_eccsi_master_t *master, mclmr_span_t id,
		mclmr_eccsi_pair_t *pair)
{
	mclmr_crypto_t result;
	int draws = 0;

	do {
		result = draw_scalar(e, e->j);
		if(result == MCLMR_CRYPTO_OK)
			result = make_pair(e, master, id, pair);
	} while(result == MCLMR_CRYPTO_BAD_SCALAR && ++draws < MAX_DRAWS);
	forget(e);
	return result;
}

mclmr_crypto_t mclmr_eccsi_pair_from(mclmr_eccsi_t *e,
		const mclmr_eccsi_master_t *master, mclmr_span_t id, mclmr_span_t v,
		mclmr_eccsi_pair_t *pair)
{
	mclmr_crypto_t result = read_scalar(e, v, e->j);

	if(result == MCLMR_CRYPTO_OK)
		result = make_pair(e, master, id, pair);
	forget(e);
	return result;
}

/* Whether KPAK = [SSK]G - [HS]PVT, of the scratch's SSK, HS, PVT. */
static mclmr_crypto_t check_pair(mclmr_eccsi_t *e)
{
	if(BN_is_zero(e->hs))
		return MCLMR_CRYPTO_BAD_KEY;
	if(!BN_sub(e->he, e->n, e->hs)
			|| !EC_POINT_mul(e->group, e->sum, e->ssk, e->pvt, e->he, e->bn))
		return MCLMR_CRYPTO_INTERNAL;
	switch(EC_POINT_cmp(e->group, e->sum, e->kpak_point, e->bn)) {
		case 0:
			return MCLMR_CRYPTO_OK;
		case 1:
			return MCLMR_CRYPTO_BAD_KEY;
		default:
			return MCLMR_CRYPTO_INTERNAL;
	}
}

/* Reads and checks what a key is made of, and fills in hs. */
static mclmr_crypto_t check_key(mclmr_eccsi_t *e, mclmr_span_t kpak,
		mclmr_span_t id, mclmr_span_t ssk, mclmr_span_t pvt, uint8_t *hs)
{
	mclmr_crypto_t result;

	if(id.len == 0 || id.len > MCLMR_ID_MAX || ssk.len != MCLMR_ECCSI_SCALAR)
		return MCLMR_CRYPTO_BAD_LENGTH;
	result = read_point(e, kpak, e->kpak_point);
	if(result == MCLMR_CRYPTO_OK)
		result = read_point(e, pvt, e->pvt);
	if(result == MCLMR_CRYPTO_OK)
		result = read_scalar(e, ssk, e->ssk);
	if(result != MCLMR_CRYPTO_OK)
		return result;
	if(!hash_hs(e, kpak, id, pvt, hs))
		return MCLMR_CRYPTO_INTERNAL;
	return check_pair(e);
}

mclmr_crypto_t mclmr_eccsi_key_load(mclmr_eccsi_t *e, mclmr_span_t kpak,
		mclmr_span_t id, mclmr_span_t ssk, mclmr_span_t pvt,
		mclmr_eccsi_key_t *key)
{
	mclmr_crypto_t result;

	memset(key, 0, sizeof(*key));
	result = check_key(e, kpak, id, ssk, pvt, key->hs);
	if(result == MCLMR_CRYPTO_OK) {
		memcpy(key->pair.ssk, ssk.s, ssk.len);
		memcpy(key->pair.pvt, pvt.s, pvt.len);
	} else {
		mclmr_eccsi_key_clear(key);
	}
	forget(e);
	return result;
}

/* r, the x coordinate of J = [j]G, into the signature. */
static bool make_r(mclmr_eccsi_t *e, uint8_t *signature)
{
	return EC_POINT_mul(e->group, e->sum, e->j, NULL, NULL, e->bn)
		   && EC_POINT_get_affine_coordinates(
				   e->group, e->sum, e->r, NULL, e->bn)
		   && write_scalar(e->r, signature)
		   && (BN_cmp(e->r, e->n) < 0 || BN_sub(e->r, e->r, e->n));
}

/* s = (HE + r * SSK)^-1 * j of the scratch; zero if there is none. */
static bool make_s(mclmr_eccsi_t *e)
{
	if(!multiply(e, e->s, e->ssk, e->r)
			|| !BN_mod_add_quick(e->s, e->s, e->he, e->n))
		return false;
	if(BN_is_zero(e->s))
		return true;
	return mclmr_modinv(&e->modinv, e->s, e->s)
		   && multiply(e, e->s, e->s, e->j);
}

/* Signs with the j that stands in e->j (5.2.1). BAD_SCALAR: another j. */
static mclmr_crypto_t sign(mclmr_eccsi_t *e, const mclmr_eccsi_key_t *key,
		mclmr_span_t message, uint8_t signature[MCLMR_ECCSI_SIGNATURE])
{
	if(!make_r(e, signature)
			|| !hash_he(e, key->hs, (const char *)signature, message)
			|| BN_bin2bn(key->pair.ssk, MCLMR_ECCSI_SCALAR, e->ssk) == NULL
			|| !make_s(e)
			|| !write_scalar(e->s, signature + MCLMR_ECCSI_SCALAR))
		return MCLMR_CRYPTO_INTERNAL;
	memcpy(signature + PVT_AT, key->pair.pvt, MCLMR_ECCSI_POINT);
	if(BN_is_zero(e->r) || BN_is_zero(e->s))
		return MCLMR_CRYPTO_BAD_SCALAR;
	return MCLMR_CRYPTO_OK;
}

mclmr_crypto_t mclmr_eccsi_sign(mclmr_eccsi_t *e, const mclmr_eccsi_key_t *key,
		mclmr_span_t message, uint8_t signature[MCLMR_ECCSI_SIGNATURE])
{
	mclmr_crypto_t result;
	int draws = 0;

	do {
		result = draw_scalar(e, e->j);
		if(result == MCLMR_CRYPTO_OK)
			result = sign(e, key, message, signature);
	} while(result == MCLMR_CRYPTO_BAD_SCALAR && ++draws < MAX_DRAWS);
	forget(e);
	return result;
}

mclmr_crypto_t mclmr_eccsi_sign_with(mclmr_eccsi_t *e,
		const mclmr_eccsi_key_t *key, mclmr_span_t message, mclmr_span_t j,
		uint8_t signature[MCLMR_ECCSI_SIGNATURE])
{
	mclmr_crypto_t result = read_scalar(e, j, e->j);

	if(result == MCLMR_CRYPTO_OK)
		result = sign(e, key, message, signature);
	forget(e);
	return result;
}

/* Makes a KPAK the second group's generator; nothing if it is already. */
static mclmr_crypto_t take_kpak(mclmr_eccsi_t *e, mclmr_span_t kpak)
{
	mclmr_crypto_t result;

	if(e->kpak[0] == POINT_CONVERSION_UNCOMPRESSED
			&& mclmr_span_equal(kpak, MCLMR_OCTETS(e->kpak)))
		return MCLMR_CRYPTO_OK;
	memset(e->kpak, 0, sizeof(e->kpak));
	result = read_point(e, kpak, e->kpak_point);
	if(result != MCLMR_CRYPTO_OK)
		return result;
	if(!EC_GROUP_set_generator(e->kms, e->kpak_point, e->n, BN_value_one()))
		return MCLMR_CRYPTO_INTERNAL;
	memcpy(e->kpak, kpak.s, sizeof(e->kpak));
	return MCLMR_CRYPTO_OK;
}

/* r of 1 to p - 1 and s of 1 to n - 1. */
static mclmr_crypto_t read_signature(mclmr_eccsi_t *e, mclmr_span_t signature)
{
	if(BN_bin2bn((const uint8_t *)signature.s, MCLMR_ECCSI_SCALAR, e->r)
			== NULL)
		return MCLMR_CRYPTO_INTERNAL;
	if(BN_is_zero(e->r) || BN_cmp(e->r, e->p) >= 0)
		return MCLMR_CRYPTO_BAD_SCALAR;
	return read_scalar(e,
			(mclmr_span_t){
					signature.s + MCLMR_ECCSI_SCALAR, MCLMR_ECCSI_SCALAR},
			e->s);
}

/* J = [s HE]G + [s r HS]PVT + [s r]KPAK, RFC 6507 5.2.2 multiplied out. */
static bool make_j(mclmr_eccsi_t *e)
{
	return BN_mod_mul(e->j, e->s, e->r, e->n, e->bn)
		   && BN_mod_mul(e->hs, e->j, e->hs, e->n, e->bn)
		   && BN_mod_mul(e->he, e->s, e->he, e->n, e->bn)
		   && EC_POINT_mul(e->kms, e->sum, e->j, e->pvt, e->hs, e->bn)
		   && EC_POINT_mul(e->group, e->pvt, e->he, NULL, NULL, e->bn)
		   && EC_POINT_add(e->group, e->sum, e->sum, e->pvt, e->bn);
}

/* Whether the x coordinate of J is r. */
static mclmr_crypto_t check_j(mclmr_eccsi_t *e)
{
	if(!make_j(e))
		return MCLMR_CRYPTO_INTERNAL;
	if(EC_POINT_is_at_infinity(e->group, e->sum))
		return MCLMR_CRYPTO_BAD_SIGNATURE;
	if(!EC_POINT_get_affine_coordinates(e->group, e->sum, e->he, NULL, e->bn))
		return MCLMR_CRYPTO_INTERNAL;
	return BN_cmp(e->he, e->r) == 0 ? MCLMR_CRYPTO_OK
									: MCLMR_CRYPTO_BAD_SIGNATURE;
}

mclmr_crypto_t mclmr_eccsi_verify(mclmr_eccsi_t *e, mclmr_span_t kpak,
		mclmr_span_t id, mclmr_span_t message, mclmr_span_t signature)
{
	uint8_t hs[MCLMR_ECCSI_SCALAR];
	mclmr_span_t pvt;
	mclmr_crypto_t result;

	if(id.len == 0 || id.len > MCLMR_ID_MAX
			|| signature.len != MCLMR_ECCSI_SIGNATURE)
		return MCLMR_CRYPTO_BAD_LENGTH;
	pvt = mclmr_span_from(signature, signature.s + PVT_AT);
	result = take_kpak(e, kpak);
	if(result == MCLMR_CRYPTO_OK)
		result = read_signature(e, signature);
	if(result == MCLMR_CRYPTO_OK)
		result = read_point(e, pvt, e->pvt);
	if(result != MCLMR_CRYPTO_OK)
		return result;
	if(!hash_hs(e, kpak, id, pvt, hs) || !hash_he(e, hs, signature.s, message))
		return MCLMR_CRYPTO_INTERNAL;
	return check_j(e);
}

void mclmr_eccsi_master_clear(mclmr_eccsi_master_t *master)
{
	OPENSSL_cleanse(master->ksak, sizeof(master->ksak));
}

void mclmr_eccsi_key_clear(mclmr_eccsi_key_t *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}
