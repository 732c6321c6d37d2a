/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ECCSI and SAKKE of libwolfssl, to compare ours with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/eccsi.h>
#include <wolfssl/wolfcrypt/sakke.h>

#include "oracle.h"

#define SHA256 WC_HASH_TYPE_SHA256

/* Signer and verifier apart: a key that verified signs wrongly later. */
struct oracle
{
	WC_RNG rng;
	EccsiKey signer, verifier;
	SakkeKey sender, receiver;
	ecc_point *pvt, *rsk;
	mp_int ssk;
};

/* Ends the program if libwolfssl failed. */
static void must(int result, const char *what)
{
	if(result == 0)
		return;
	fprintf(stderr, "libwolfssl: %s: %d\n", what, result);
	exit(1);
}

static const byte *octets(mclmr_span_t span)
{
	return (const byte *)span.s;
}

oracle_t *oracle_new(void)
{
	oracle_t *o = calloc(1, sizeof(*o));

	if(o == NULL)
		exit(1);
	must(wc_InitRng(&o->rng), "random");
	must(wc_InitEccsiKey(&o->signer, NULL, INVALID_DEVID), "signer");
	must(wc_InitEccsiKey(&o->verifier, NULL, INVALID_DEVID), "verifier");
	must(wc_InitSakkeKey(&o->sender, NULL, INVALID_DEVID), "sender");
	must(wc_InitSakkeKey(&o->receiver, NULL, INVALID_DEVID), "receiver");
	must(mp_init(&o->ssk), "ssk");
	o->pvt = wc_ecc_new_point();
	o->rsk = wc_ecc_new_point();
	return o;
}

void oracle_free(oracle_t *o)
{
	wc_FreeEccsiKey(&o->signer);
	wc_FreeEccsiKey(&o->verifier);
	wc_FreeSakkeKey(&o->sender);
	wc_FreeSakkeKey(&o->receiver);
	wc_ecc_del_point(o->pvt);
	wc_ecc_del_point(o->rsk);
	mp_clear(&o->ssk);
	wc_FreeRng(&o->rng);
	free(o);
}

/* Points are given to libwolfssl without their first octet. */
void oracle_kms(oracle_t *o, const uint8_t kpak[MCLMR_ECCSI_POINT],
		const uint8_t z_t[MCLMR_SAKKE_POINT])
{
	must(wc_ImportEccsiPublicKey(
				 &o->signer, kpak + 1, MCLMR_ECCSI_POINT - 1, 0),
			"KPAK");
	must(wc_ImportEccsiPublicKey(
				 &o->verifier, kpak + 1, MCLMR_ECCSI_POINT - 1, 0),
			"KPAK");
	must(wc_ImportSakkePublicKey(&o->sender, z_t + 1, MCLMR_SAKKE_POINT - 1, 0),
			"Z_T");
	must(wc_ImportSakkePublicKey(
				 &o->receiver, z_t + 1, MCLMR_SAKKE_POINT - 1, 0),
			"Z_T");
}

/* HS of an identity and the PVT in o->pvt. */
static void set_hash(oracle_t *o, EccsiKey *key, mclmr_span_t id)
{
	byte hash[WC_MAX_DIGEST_SIZE], size = 0;

	must(wc_HashEccsiId(
				 key, SHA256, octets(id), (word32)id.len, o->pvt, hash, &size),
			"HS");
	must(wc_SetEccsiHash(key, hash, size), "HS");
}

void oracle_signer(oracle_t *o, mclmr_span_t id, const mclmr_eccsi_pair_t *pair)
{
	must(wc_DecodeEccsiSsk(&o->signer, pair->ssk, sizeof(pair->ssk), &o->ssk),
			"SSK");
	must(wc_DecodeEccsiPvt(
				 &o->signer, pair->pvt + 1, sizeof(pair->pvt) - 1, o->pvt),
			"PVT");
	set_hash(o, &o->signer, id);
	must(wc_SetEccsiPair(&o->signer, &o->ssk, o->pvt), "pair");
}

void oracle_sign(oracle_t *o, mclmr_span_t message,
		uint8_t signature[MCLMR_ECCSI_SIGNATURE])
{
	word32 size = MCLMR_ECCSI_SIGNATURE;

	must(wc_SignEccsiHash(&o->signer, &o->rng, SHA256, octets(message),
				 (word32)message.len, signature, &size),
			"signing");
	if(size != MCLMR_ECCSI_SIGNATURE)
		must(-1, "size of a signature");
}

bool oracle_verify(oracle_t *o, mclmr_span_t id, mclmr_span_t message,
		const uint8_t signature[MCLMR_ECCSI_SIGNATURE])
{
	int verified = 0;

	must(wc_DecodeEccsiPvtFromSig(
				 &o->verifier, signature, MCLMR_ECCSI_SIGNATURE, o->pvt),
			"PVT of a signature");
	set_hash(o, &o->verifier, id);
	must(wc_VerifyEccsiHash(&o->verifier, SHA256, octets(message),
				 (word32)message.len, signature, MCLMR_ECCSI_SIGNATURE,
				 &verified),
			"verifying");
	return verified == 1;
}

void oracle_encapsulate(oracle_t *o, mclmr_span_t id,
		const uint8_t ssv[MCLMR_SAKKE_SSV], uint8_t data[MCLMR_SAKKE_DATA])
{
	word16 size = MCLMR_SAKKE_POINT;

	memcpy(data + MCLMR_SAKKE_POINT, ssv, MCLMR_SAKKE_SSV);
	must(wc_SetSakkeIdentity(&o->sender, octets(id), (word16)id.len), "id");
	must(wc_MakeSakkeEncapsulatedSSV(&o->sender, SHA256,
				 data + MCLMR_SAKKE_POINT, MCLMR_SAKKE_SSV, data, &size),
			"encapsulating");
	if(size != MCLMR_SAKKE_POINT)
		must(-1, "size of R");
}

void oracle_receiver(
		oracle_t *o, mclmr_span_t id, const uint8_t rsk[MCLMR_SAKKE_POINT])
{
	must(wc_DecodeSakkeRsk(
				 &o->receiver, rsk + 1, MCLMR_SAKKE_POINT - 1, o->rsk),
			"RSK");
	must(wc_SetSakkeRsk(&o->receiver, o->rsk, NULL, 0), "RSK");
	must(wc_SetSakkeIdentity(&o->receiver, octets(id), (word16)id.len), "id");
}

bool oracle_decapsulate(oracle_t *o, const uint8_t data[MCLMR_SAKKE_DATA],
		uint8_t ssv[MCLMR_SAKKE_SSV])
{
	memcpy(ssv, data + MCLMR_SAKKE_POINT, MCLMR_SAKKE_SSV);
	return wc_DeriveSakkeSSV(&o->receiver, SHA256, ssv, MCLMR_SAKKE_SSV, data,
				   MCLMR_SAKKE_POINT)
		   == 0;
}

void ours_must(mclmr_crypto_t result, const char *what)
{
	if(result == MCLMR_CRYPTO_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, mclmr_crypto_words(result));
	exit(1);
}

void *ours_memory(size_t size)
{
	void *found = aligned_alloc(MCLMR_SAKKE_ALIGN, size);

	if(found == NULL)
		exit(1);
	return found;
}
