/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * crypto: what ECCSI and SAKKE take, per operation, as multiples of one
 * BN_mod_mul_montgomery() of 1024 bits, beside libwolfssl in the same run. One
 * thread, medians of ROUNDS rounds. In a round an operation and the unit are
 * measured by turns, SLICES times, and the shortest time of each counts: other
 * work on the machine is left out as far as it can be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "mclmr/crypto/fp.h"
#include "oracle/oracle.h"

#define ROUNDS 5
#define TOLERANCE 1.1 /* give or take 10 % */
#define SLICES 6
#define BATCH 64
#define USERS 10000
#define MESSAGE 555 /* octets that are signed, as of a small I_MESSAGE */
#define UNIT_RUNS 1000

/* All that the operations work on. */
typedef struct world
{
	mclmr_fp_t fp;
	BIGNUM *element;
	mclmr_sakke_base_t *base;
	mclmr_sakke_t *sakke;
	mclmr_sakke_kms_t *kms;
	mclmr_sakke_key_t *key;
	mclmr_eccsi_t *eccsi;
	mclmr_sakke_master_t sakke_master;
	mclmr_eccsi_master_t eccsi_master;
	mclmr_eccsi_key_t signer;
	mclmr_sakke_job_t job[BATCH];
	char id[BATCH][32];
	char message[MESSAGE];
	uint8_t ssv[MCLMR_SAKKE_SSV];
	uint8_t data[MCLMR_SAKKE_DATA];
	uint8_t signature[MCLMR_ECCSI_SIGNATURE];
	oracle_t *oracle;
} world_t;

/* One operation, and what is wanted of it in units (0: nothing). */
typedef struct operation
{
	const char *name;
	void (*run)(world_t *world);
	int per_run; /* operations that one run does */
	int runs;
	double wanted;
	bool ours;
} operation_t;

/* Seconds. */
static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static mclmr_span_t id_of(world_t *world, size_t i)
{
	return (mclmr_span_t){world->id[i], sizeof(world->id[i])};
}

/* Tables, and what they take. */
static void make_tables(world_t *world, mclmr_sakke_engine_t engine)
{
	double begin = now(), middle;

	world->base = ours_memory(mclmr_sakke_base_size(engine));
	world->kms = ours_memory(mclmr_sakke_kms_size(engine));
	world->key = ours_memory(mclmr_sakke_key_size(engine));
	ours_must(mclmr_sakke_base_build(world->base, engine), "base");
	middle = now();
	world->sakke = mclmr_sakke_new(world->base);
	if(world->sakke == NULL)
		exit(1);
	ours_must(
			mclmr_sakke_master_new(world->sakke, &world->sakke_master), "z_T");
	printf("  tables of the curve %26.0f ms %9.1f MB\n", (middle - begin) * 1e3,
			(double)mclmr_sakke_base_size(engine) / 1e6);
	begin = now();
	ours_must(mclmr_sakke_kms_build(world->sakke,
					  MCLMR_OCTETS(world->sakke_master.point), world->kms),
			"Z_T");
	printf("  tables of a KMS %30.0f ms %9.1f MB\n", (now() - begin) * 1e3,
			(double)mclmr_sakke_kms_size(engine) / 1e6);
}

/* A receiver's key. */
static void make_receiver(world_t *world, mclmr_sakke_engine_t engine)
{
	uint8_t rsk[MCLMR_SAKKE_POINT];
	double begin;

	ours_must(mclmr_sakke_rsk_new(
					  world->sakke, &world->sakke_master, id_of(world, 0), rsk),
			"RSK");
	begin = now();
	ours_must(mclmr_sakke_key_build(world->sakke, world->kms, id_of(world, 0),
					  MCLMR_OCTETS(rsk), world->key),
			"RSK");
	printf("  tables of a receiver's key, checked %10.0f ms %9.1f MB\n",
			(now() - begin) * 1e3, (double)mclmr_sakke_key_size(engine) / 1e6);
	oracle_receiver(world->oracle, id_of(world, 0), rsk);
}

/* A signer's key. */
static void make_signer(world_t *world)
{
	mclmr_eccsi_pair_t pair;

	ours_must(mclmr_eccsi_pair_new(world->eccsi, &world->eccsi_master,
					  id_of(world, 0), &pair),
			"pair");
	ours_must(mclmr_eccsi_key_load(world->eccsi,
					  MCLMR_OCTETS(world->eccsi_master.kpak), id_of(world, 0),
					  MCLMR_OCTETS(pair.ssk), MCLMR_OCTETS(pair.pvt),
					  &world->signer),
			"SSK");
	oracle_signer(world->oracle, id_of(world, 0), &pair);
}

/* One recipient's job, of a random identity. */
static void make_job(world_t *world, size_t i)
{
	if(RAND_bytes((uint8_t *)world->id[i], sizeof(world->id[i])) != 1)
		exit(1);
	world->job[i] = (mclmr_sakke_job_t){
			.kms = world->kms, .id = id_of(world, i), .fresh = true};
}

static void set_up(world_t *world, mclmr_sakke_engine_t engine)
{
	printf("engine %s\n", mclmr_sakke_engine_word(engine));
	if(!mclmr_fp_init(&world->fp))
		exit(1);
	world->element = BN_dup(world->fp.cube);
	world->eccsi = mclmr_eccsi_new();
	world->oracle = oracle_new();
	if(world->element == NULL || world->eccsi == NULL)
		exit(1);
	ours_must(
			mclmr_eccsi_master_new(world->eccsi, &world->eccsi_master), "KSAK");
	make_tables(world, engine);
	oracle_kms(
			world->oracle, world->eccsi_master.kpak, world->sakke_master.point);
	for(size_t i = 0; i < BATCH; i++)
		make_job(world, i);
	make_receiver(world, engine);
	make_signer(world);
}

static void tear_down(world_t *world)
{
	oracle_free(world->oracle);
	mclmr_eccsi_free(world->eccsi);
	mclmr_sakke_free(world->sakke);
	mclmr_sakke_key_clear(world->key);
	free(world->key);
	free(world->kms);
	free(world->base);
	BN_free(world->element);
	mclmr_fp_clear(&world->fp);
}

/* The operations */

static void encapsulate_many(world_t *world)
{
	ours_must(mclmr_sakke_encapsulate_many(world->sakke, world->job, BATCH),
			"batch");
}

static void encapsulate(world_t *world)
{
	ours_must(mclmr_sakke_encapsulate_fresh(world->sakke, world->kms,
					  id_of(world, 0), world->ssv, world->data),
			"encapsulating");
}

static void decapsulate(world_t *world)
{
	ours_must(mclmr_sakke_decapsulate(world->sakke, world->kms, world->key,
					  MCLMR_OCTETS(world->data), world->ssv),
			"decapsulating");
}

static void sign(world_t *world)
{
	ours_must(mclmr_eccsi_sign(world->eccsi, &world->signer,
					  MCLMR_OCTETS(world->message), world->signature),
			"signing");
}

static void verify(world_t *world)
{
	ours_must(mclmr_eccsi_verify(world->eccsi,
					  MCLMR_OCTETS(world->eccsi_master.kpak), id_of(world, 0),
					  MCLMR_OCTETS(world->message),
					  MCLMR_OCTETS(world->signature)),
			"verifying");
}

static void their_encapsulate(world_t *world)
{
	oracle_encapsulate(world->oracle, id_of(world, 0), world->ssv, world->data);
}

static void their_decapsulate(world_t *world)
{
	if(!oracle_decapsulate(world->oracle, world->data, world->ssv))
		exit(1);
}

static void their_sign(world_t *world)
{
	oracle_sign(world->oracle, MCLMR_OCTETS(world->message), world->signature);
}

static void their_verify(world_t *world)
{
	if(!oracle_verify(world->oracle, id_of(world, 0),
			   MCLMR_OCTETS(world->message), world->signature))
		exit(1);
}

/* Theirs after ours: encapsulation before decapsulation, of one identity. */
static const operation_t operations[] = {
		{"encapsulation", encapsulate, 1, 8, 4250, true},
		{"encapsulation, per recipient of 64", encapsulate_many, BATCH, 1, 620,
				true},
		{"encapsulation, libwolfssl", their_encapsulate, 1, 1, 0, false},
		{"decapsulation", decapsulate, 1, 3, 12800, true},
		{"decapsulation, libwolfssl", their_decapsulate, 1, 1, 0, false},
		{"signature", sign, 1, 200, 130, true},
		{"signature, libwolfssl", their_sign, 1, 50, 0, false},
		{"verification", verify, 1, 60, 330, true},
		{"verification, libwolfssl", their_verify, 1, 5, 0, false},
};

#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

/* Seconds that the unit takes now. */
static double measure_unit(world_t *world)
{
	double begin = now();

	for(int i = 0; i < UNIT_RUNS; i++)
		mclmr_fp_mul(
				&world->fp, world->element, world->element, world->fp.cube);
	return (now() - begin) / UNIT_RUNS;
}

/* Seconds that a run of an operation takes now. */
static double measure_once(world_t *world, const operation_t *operation)
{
	double begin = now();

	for(int i = 0; i < operation->runs; i++)
		operation->run(world);
	return (now() - begin) / operation->runs / operation->per_run;
}

/* Seconds that an operation and the unit take in a round. */
static void measure(world_t *world, const operation_t *operation,
		double *seconds, double *unit)
{
	*seconds = *unit = 1e9;
	for(int i = 0; i < SLICES; i++) {
		double unit_now = measure_unit(world);
		double seconds_now = measure_once(world, operation);

		*unit = unit_now < *unit ? unit_now : *unit;
		*seconds = seconds_now < *seconds ? seconds_now : *seconds;
	}
}

static int compare(const void *a, const void *b)
{
	double first = *(const double *)a, second = *(const double *)b;

	return (first > second) - (first < second);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(values[0]), compare);
	return values[ROUNDS / 2];
}

/* The line of an operation. The limit of a batch is that of IFMA. */
static void print(const operation_t *operation, double units[ROUNDS],
		double seconds[ROUNDS], bool portable)
{
	double found = median(units), wanted = operation->wanted;

	if(portable && operation->per_run > 1)
		wanted = 4250;
	printf("  %-38s %9.0f units %9.0f /s", operation->name, found,
			1 / median(seconds));
	if(wanted > 0)
		printf("  wanted %.0f: %s", wanted,
				found <= wanted * TOLERANCE ? "yes" : "no");
	printf("\n");
}

/* All operations of one engine; libwolfssl once, beside the first. */
static void bench(world_t *world, bool portable)
{
	static double units[N_OPERATIONS][ROUNDS], seconds[N_OPERATIONS][ROUNDS];
	double unit[ROUNDS];

	for(int round = 0; round < ROUNDS; round++) {
		for(size_t i = 0; i < N_OPERATIONS; i++) {
			measure(world, &operations[i], &seconds[i][round], &unit[round]);
			units[i][round] = seconds[i][round] / unit[round];
		}
	}
	printf("  %-38s %9.0f ns\n", "unit: BN_mod_mul_montgomery, 1024 bits",
			median(unit) * 1e9);
	for(size_t i = 0; i < N_OPERATIONS; i++)
		print(&operations[i], units[i], seconds[i], portable);
}

/* A fresh SSV and a signature for each of many users. */
static void bench_users(world_t *world)
{
	double begin = now();

	for(int done = 0; done < USERS; done += BATCH) {
		for(size_t i = 0; i < BATCH; i++)
			make_job(world, i);
		encapsulate_many(world);
		for(size_t i = 0; i < BATCH; i++)
			sign(world);
	}
	printf("  %d users, each its SSV and a signature %8.2f s\n", USERS,
			now() - begin);
}

int main(void)
{
	mclmr_sakke_engine_t best = mclmr_sakke_engine();

	for(int engine = MCLMR_SAKKE_PORTABLE; engine <= (int)best; engine++) {
		world_t world = {0};

		set_up(&world, (mclmr_sakke_engine_t)engine);
		bench(&world, engine == MCLMR_SAKKE_PORTABLE);
		bench_users(&world);
		tear_down(&world);
	}
	return 0;
}
