/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Public keys of access tokens: their numbers, and JWKs. */
#include "mclmr/base/base64.h"
#include "json_text.h"
#include "token_key.h"
#include "token_keys.h"

/* A curve: its name in a JWK and in libcrypto. */
typedef struct curve
{
	const char *jwk;
	const char *group;
	cjose_jwk_ec_curve number;
	mclmr_token_algorithms_t algorithm;
} curve_t;

static const curve_t curves[] = {
		{"P-256", "prime256v1", CJOSE_JWK_EC_P_256, MCLMR_TOKEN_ES256},
		{"P-384", "secp384r1", CJOSE_JWK_EC_P_384, MCLMR_TOKEN_ES384},
		{"P-521", "secp521r1", CJOSE_JWK_EC_P_521, MCLMR_TOKEN_ES512},
};

/* The curve of a name, or NULL. */
static const curve_t *find_curve(mclmr_span_t name)
{
	for(size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if(mclmr_span_equal(name, mclmr_span(curves[i].jwk))
				|| mclmr_span_equal(name, mclmr_span(curves[i].group)))
			return &curves[i];
	}
	return NULL;
}

/* The bits of a number, its leading zeros not counted: cjose counts octets. */
static size_t bits_of(const uint8_t *octets, size_t n)
{
	size_t bits;

	while(n > 0 && octets[0] == 0) {
		octets++;
		n--;
	}
	bits = 8 * n;
	for(unsigned bit = 0x80; n > 0 && (octets[0] & bit) == 0; bit >>= 1)
		bits--;
	return bits;
}

/* True if an exponent is odd and over 1: with 1 a signature is its message. */
static bool is_exponent(const uint8_t *octets, size_t n)
{
	return bits_of(octets, n) > 1 && octets[n - 1] % 2 == 1;
}

const char *mclmr_token_key_rsa(
		mclmr_token_numbers_t *numbers, mclmr_token_key_t *key)
{
	cjose_jwk_rsa_keyspec spec = {.n = numbers->first,
			.nlen = numbers->first_len,
			.e = numbers->second,
			.elen = numbers->second_len};
	size_t bits = bits_of(spec.n, spec.nlen);

	*key = (mclmr_token_key_t){NULL, MCLMR_TOKEN_OF_RSA};
	if(bits < MCLMR_TOKEN_MIN_RSA || bits > MCLMR_TOKEN_MAX_RSA)
		return "an RSA key has less than 2048 or more than 8192 bits";
	if(!is_exponent(spec.e, spec.elen))
		return "the exponent of an RSA key is not right";
	key->jwk = cjose_jwk_create_RSA_spec(&spec, NULL);
	return key->jwk == NULL ? "an RSA key is not right" : NULL;
}

const char *mclmr_token_key_ec(mclmr_span_t curve,
		mclmr_token_numbers_t *numbers, mclmr_token_key_t *key)
{
	const curve_t *found = find_curve(curve);
	cjose_jwk_ec_keyspec spec = {.x = numbers->first,
			.xlen = numbers->first_len,
			.y = numbers->second,
			.ylen = numbers->second_len};

	*key = (mclmr_token_key_t){NULL, 0};
	if(found == NULL)
		return NULL;
	spec.crv = found->number;
	key->algorithms = found->algorithm;
	key->jwk = cjose_jwk_create_EC_spec(&spec, NULL);
	return key->jwk == NULL ? "a point is not on its curve" : NULL;
}

/* The octets of a string of a JWK. */
static mclmr_span_t text_of(const json_t *jwk, const char *name)
{
	return mclmr_json_string(json_object_get(jwk, name));
}

/* Reads two numbers of a JWK. */
static bool read_numbers(const json_t *jwk, const char *first,
		const char *second, mclmr_token_numbers_t *numbers)
{
	uint8_t octets[2 * MCLMR_TOKEN_MAX_NUMBER];
	const char *const names[] = {first, second};
	uint8_t *const to[] = {numbers->first, numbers->second};
	size_t *const lengths[] = {&numbers->first_len, &numbers->second_len};

	for(size_t i = 0; i < 2; i++) {
		if(!mclmr_base64_read_url(
				   text_of(jwk, names[i]), octets, sizeof(octets), lengths[i])
				|| *lengths[i] == 0 || *lengths[i] > MCLMR_TOKEN_MAX_NUMBER)
			return false;
		memcpy(to[i], octets, *lengths[i]);
	}
	return true;
}

/* True if a JWK is for signatures, by what it says of its use; *algorithms are
 * those that it leaves. */
static bool is_for_signatures(
		const json_t *jwk, mclmr_token_algorithms_t *algorithms)
{
	const json_t *use = json_object_get(jwk, "use");
	const json_t *operations = json_object_get(jwk, "key_ops");
	const json_t *algorithm = json_object_get(jwk, "alg");

	*algorithms = algorithm == NULL
						  ? ~0u
						  : mclmr_token_algorithm(mclmr_json_string(algorithm));
	return *algorithms != 0
		   && (use == NULL
				   || mclmr_span_equal(
						   mclmr_json_string(use), MCLMR_SPAN("sig")))
		   && (operations == NULL
				   || mclmr_json_array_has(operations, MCLMR_SPAN("verify")));
}

/* Makes the key of a JWK by its type. */
static const char *make_key(const json_t *jwk, mclmr_token_key_t *key)
{
	mclmr_token_numbers_t numbers;
	mclmr_span_t type = text_of(jwk, "kty");
	mclmr_span_t curve = text_of(jwk, "crv");

	if(mclmr_span_equal(type, MCLMR_SPAN("RSA"))) {
		return read_numbers(jwk, "n", "e", &numbers)
					   ? mclmr_token_key_rsa(&numbers, key)
					   : "n or e of an RSA key is missing or not right";
	}
	if(!mclmr_span_equal(type, MCLMR_SPAN("EC")) || find_curve(curve) == NULL)
		return NULL;
	return read_numbers(jwk, "x", "y", &numbers)
				   ? mclmr_token_key_ec(curve, &numbers, key)
				   : "x or y of a key is missing or not right";
}

const char *mclmr_token_key_read(const json_t *jwk, mclmr_token_key_t *key)
{
	mclmr_token_algorithms_t algorithms;
	const char *wrong;

	*key = (mclmr_token_key_t){NULL, 0};
	if(!is_for_signatures(jwk, &algorithms))
		return NULL;
	if(json_object_get(jwk, "d") != NULL)
		return "a key is private: only public keys belong here";
	wrong = make_key(jwk, key);
	key->algorithms &= algorithms;
	if(wrong != NULL || key->jwk == NULL || key->algorithms != 0)
		return wrong;
	cjose_jwk_release(key->jwk);
	key->jwk = NULL;
	return "alg of a key is not one of its type";
}
