/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * interop: random cases from ours to libwolfssl and from libwolfssl to ours.
 * Usage: interop CASES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "oracle.h"

#define PER_KMS 100
#define ID 32
#define MESSAGE_MAX 700

/* What a case takes, and whether all is well so far. */
typedef struct ours
{
	mclmr_sakke_base_t *base;
	mclmr_sakke_t *sakke;
	mclmr_sakke_kms_t *kms;
	mclmr_sakke_key_t *key;
	mclmr_eccsi_t *eccsi;
	mclmr_sakke_master_t sakke_master;
	mclmr_eccsi_master_t eccsi_master;
} ours_t;

/* Cases that went well, of each kind. */
typedef struct counts
{
	long sealed, opened, signed_, verified;
} counts_t;

static void draw(void *octets, size_t n)
{
	if(RAND_bytes(octets, (int)n) != 1)
		exit(1);
}

static void set_up(ours_t *ours, mclmr_sakke_engine_t engine)
{
	ours->base = ours_memory(mclmr_sakke_base_size(engine));
	ours->kms = ours_memory(mclmr_sakke_kms_size(engine));
	ours->key = ours_memory(mclmr_sakke_key_size(engine));
	ours_must(mclmr_sakke_base_build(ours->base, engine), "base");
	ours->sakke = mclmr_sakke_new(ours->base);
	ours->eccsi = mclmr_eccsi_new();
	if(ours->sakke == NULL || ours->eccsi == NULL)
		exit(1);
}

static void tear_down(ours_t *ours)
{
	mclmr_eccsi_free(ours->eccsi);
	mclmr_sakke_free(ours->sakke);
	mclmr_sakke_key_clear(ours->key);
	free(ours->key);
	free(ours->kms);
	free(ours->base);
}

/* A KMS with fresh keys for both. */
static void new_kms(ours_t *ours, oracle_t *oracle)
{
	ours_must(mclmr_eccsi_master_new(ours->eccsi, &ours->eccsi_master), "KSAK");
	ours_must(mclmr_sakke_master_new(ours->sakke, &ours->sakke_master), "z_T");
	ours_must(mclmr_sakke_kms_build(ours->sakke,
					  MCLMR_OCTETS(ours->sakke_master.point), ours->kms),
			"Z_T");
	oracle_kms(oracle, ours->eccsi_master.kpak, ours->sakke_master.point);
}

/* An SSV each way, to an identity. */
static void exchange_ssv(
		ours_t *ours, oracle_t *oracle, mclmr_span_t id, counts_t *counts)
{
	uint8_t rsk[MCLMR_SAKKE_POINT], data[MCLMR_SAKKE_DATA];
	uint8_t ssv[MCLMR_SAKKE_SSV], found[MCLMR_SAKKE_SSV];

	ours_must(mclmr_sakke_rsk_new(ours->sakke, &ours->sakke_master, id, rsk),
			"RSK");
	oracle_receiver(oracle, id, rsk);
	ours_must(mclmr_sakke_key_build(
					  ours->sakke, ours->kms, id, MCLMR_OCTETS(rsk), ours->key),
			"key");
	draw(ssv, sizeof(ssv));
	ours_must(mclmr_sakke_encapsulate(ours->sakke, ours->kms, id, ssv, data),
			"encapsulating");
	counts->sealed += oracle_decapsulate(oracle, data, found)
					  && memcmp(ssv, found, sizeof(ssv)) == 0;
	draw(ssv, sizeof(ssv));
	oracle_encapsulate(oracle, id, ssv, data);
	counts->opened += mclmr_sakke_decapsulate(ours->sakke, ours->kms, ours->key,
							  MCLMR_OCTETS(data), found)
							  == MCLMR_CRYPTO_OK
					  && memcmp(ssv, found, sizeof(ssv)) == 0;
}

/* A signature each way, of an identity. */
static void exchange_signatures(
		ours_t *ours, oracle_t *oracle, mclmr_span_t id, counts_t *counts)
{
	mclmr_span_t kpak = MCLMR_OCTETS(ours->eccsi_master.kpak), message;
	char octets[MESSAGE_MAX];
	uint8_t signature[MCLMR_ECCSI_SIGNATURE];
	mclmr_eccsi_pair_t pair;
	mclmr_eccsi_key_t key;

	draw(octets, sizeof(octets));
	message = (mclmr_span_t){octets, (uint8_t)octets[0] * 2U};
	ours_must(mclmr_eccsi_pair_new(ours->eccsi, &ours->eccsi_master, id, &pair),
			"pair");
	ours_must(mclmr_eccsi_key_load(ours->eccsi, kpak, id,
					  MCLMR_OCTETS(pair.ssk), MCLMR_OCTETS(pair.pvt), &key),
			"SSK");
	ours_must(
			mclmr_eccsi_sign(ours->eccsi, &key, message, signature), "signing");
	counts->signed_ += oracle_verify(oracle, id, message, signature);
	oracle_signer(oracle, id, &pair);
	oracle_sign(oracle, message, signature);
	counts->verified += mclmr_eccsi_verify(ours->eccsi, kpak, id, message,
								MCLMR_OCTETS(signature))
						== MCLMR_CRYPTO_OK;
}

/* Prints a count. False: not all. */
static bool report(const char *what, long n, long cases)
{
	printf("  %-48s %ld of %ld\n", what, n, cases);
	return n == cases;
}

static bool report_all(const counts_t *counts, long cases)
{
	bool ok = report("SSV by us, opened by libwolfssl", counts->sealed, cases);

	ok = report("SSV by libwolfssl, opened by us", counts->opened, cases) && ok;
	ok = report("signed by us, verified by libwolfssl", counts->signed_, cases)
		 && ok;
	return report("signed by libwolfssl, verified by us", counts->verified,
				   cases)
		   && ok;
}

/* All cases on one engine. */
static bool run(mclmr_sakke_engine_t engine, long cases)
{
	oracle_t *oracle = oracle_new();
	ours_t ours = {0};
	counts_t counts = {0};

	set_up(&ours, engine);
	for(long i = 0; i < cases; i++) {
		char octets[ID];
		mclmr_span_t id = {octets, sizeof(octets)};

		if(i % PER_KMS == 0)
			new_kms(&ours, oracle);
		draw(octets, sizeof(octets));
		exchange_ssv(&ours, oracle, id, &counts);
		exchange_signatures(&ours, oracle, id, &counts);
	}
	tear_down(&ours);
	oracle_free(oracle);
	printf("interop with libwolfssl, engine %s\n",
			mclmr_sakke_engine_word(engine));
	return report_all(&counts, cases);
}

/* Each engine of this CPU gets its share of the cases. */
int main(int argc, char **argv)
{
	long cases = argc > 1 ? strtol(argv[1], NULL, 10) : 100;
	mclmr_sakke_engine_t best = mclmr_sakke_engine();
	bool two = best != MCLMR_SAKKE_PORTABLE, ok;

	ok = run(MCLMR_SAKKE_PORTABLE, two ? cases / 2 : cases);
	if(two)
		ok = run(best, cases - cases / 2) && ok;
	return ok ? 0 : 1;
}
