/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sakke: key encapsulation of RFC 6508, on every engine of this CPU. */

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mclmr/crypto/hash_range.h"
#include "mclmr/crypto/sakke.h"
#include "unit.h"
#include "vectors.h"

#define POINT MCLMR_SAKKE_POINT
#define DATA MCLMR_SAKKE_DATA
#define SSV MCLMR_SAKKE_SSV
#define NOBODY MCLMR_SPAN("nobody")
#define EDGES 11

/* An engine with the KMS and the receiver of RFC 6508 Appendix A. */
typedef struct engine
{
	mclmr_sakke_engine_t engine;
	mclmr_sakke_base_t *base;
	mclmr_sakke_t *sakke;
	mclmr_sakke_kms_t *kms;
	mclmr_sakke_key_t *key;
	mclmr_sakke_key_t *other; /* for keys of single tests */
} engine_t;

static vectors_t rfc, edges, set1;
static engine_t engines[2];
static size_t n_engines;
static uint8_t z_t[POINT];
static uint8_t rsk[POINT];

static mclmr_span_t get(const char *name)
{
	return vectors_get(&rfc, name);
}

static mclmr_span_t edge(int i, const char *what)
{
	char name[64];

	snprintf(name, sizeof(name), "case%d_%s", i, what);
	return vectors_get(&edges, name);
}

/* 04 | x | y of two vectors. */
static void join_point(uint8_t *point, const char *x, const char *y)
{
	point[0] = 4;
	memcpy(point + 1, get(x).s, 128);
	memcpy(point + 129, get(y).s, 128);
}

/* As in the header's example. */
static void *table(size_t size)
{
	void *memory = aligned_alloc(MCLMR_SAKKE_ALIGN, size);

	if(memory == NULL || size % MCLMR_SAKKE_ALIGN != 0)
		exit(1);
	return memory;
}

static bool set_up_engine(engine_t *e, mclmr_sakke_engine_t engine)
{
	e->engine = engine;
	e->base = table(mclmr_sakke_base_size(engine));
	e->kms = table(mclmr_sakke_kms_size(engine));
	e->key = table(mclmr_sakke_key_size(engine));
	e->other = table(mclmr_sakke_key_size(engine));
	if(mclmr_sakke_base_build(e->base, engine) != MCLMR_CRYPTO_OK)
		return false;
	e->sakke = mclmr_sakke_new(e->base);
	return e->sakke != NULL
		   && mclmr_sakke_kms_build(e->sakke, MCLMR_OCTETS(z_t), e->kms)
					  == MCLMR_CRYPTO_OK
		   && mclmr_sakke_key_build(
					  e->sakke, e->kms, get("b"), MCLMR_OCTETS(rsk), e->key)
					  == MCLMR_CRYPTO_OK;
}

static int set_up(void **state)
{
	mclmr_sakke_engine_t best = mclmr_sakke_engine();

	(void)state;
	vectors_read(&rfc, "tests/data/rfc6508.txt");
	vectors_read(&set1, "tests/data/rfc6509-set1.txt");
	vectors_read(&edges, "tests/data/sakke-edge-own.txt");
	join_point(z_t, "Zx", "Zy");
	join_point(rsk, "Kbx", "Kby");
	n_engines = best == MCLMR_SAKKE_PORTABLE ? 1 : 2;
	if(n_engines == 1)
		print_message("engine ifma: skipped, this CPU lacks AVX-512 IFMA\n");
	for(size_t i = 0; i < n_engines; i++) {
		if(!set_up_engine(&engines[i], i == 0 ? MCLMR_SAKKE_PORTABLE : best))
			return 1;
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for(size_t i = 0; i < n_engines; i++) {
		mclmr_sakke_free(engines[i].sakke);
		mclmr_sakke_key_clear(engines[i].key);
		free(engines[i].base);
		free(engines[i].kms);
		free(engines[i].key);
		free(engines[i].other);
	}
	vectors_free(&rfc);
	vectors_free(&set1);
	vectors_free(&edges);
	return 0;
}

/* difference = q - octets */
static void subtract(uint8_t difference[128], mclmr_span_t octets)
{
	int borrow = 0;

	memcpy(difference, vectors_get(&set1, "q").s, 128);
	for(size_t i = 0; i < 128; i++) {
		int value = difference[127 - i] - borrow;

		if(i < octets.len)
			value -= (uint8_t)octets.s[octets.len - 1 - i];
		borrow = value < 0;
		difference[127 - i] = (uint8_t)value;
	}
}

#define FOR_EACH_ENGINE(e) \
	for(engine_t *e = engines; e < engines + n_engines; e++)

static mclmr_sakke_master_t rfc_master(const engine_t *e)
{
	mclmr_sakke_master_t master;

	assert_int_equal(mclmr_sakke_master_load(e->sakke, get("z"), &master),
			MCLMR_CRYPTO_OK);
	return master;
}

static void assert_opens(const engine_t *e, const mclmr_sakke_key_t *key,
		mclmr_span_t data, mclmr_span_t expected)
{
	uint8_t ssv[SSV];

	assert_int_equal(mclmr_sakke_decapsulate(e->sakke, e->kms, key, data, ssv),
			MCLMR_CRYPTO_OK);
	assert_memory_equal(ssv, expected.s, SSV);
}

static void assert_refused(const engine_t *e, const mclmr_sakke_key_t *key,
		mclmr_span_t data, mclmr_crypto_t result)
{
	const uint8_t nothing[SSV] = {0};
	uint8_t ssv[SSV];

	memset(ssv, 0xaa, SSV);
	assert_int_equal(
			mclmr_sakke_decapsulate(e->sakke, e->kms, key, data, ssv), result);
	assert_memory_equal(ssv, nothing, SSV);
}

static void test_hash_to_integer_range(void **state)
{
	mclmr_hash_range_t hash;
	uint8_t v[4 * MCLMR_HASH_SIZE];

	(void)state;
	assert_true(mclmr_hash_range_init(&hash));
	assert_true(mclmr_hash_range(&hash, get("SSV"), get("b"), 4, v));
	assert_memory_equal(v, get("h2ir_v1").s, 32);
	assert_memory_equal(v + 32, get("h2ir_v2").s, 32);
	assert_memory_equal(v + 64, get("h2ir_v3").s, 32);
	assert_memory_equal(v + 96, get("h2ir_v4").s, 32);
	mclmr_hash_range_clear(&hash);
}

static void test_kms_of_the_rfc(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_master_t master = rfc_master(e);
		uint8_t made[POINT];

		assert_memory_equal(master.point, z_t, POINT);
		assert_int_equal(mclmr_sakke_rsk_new(e->sakke, &master, get("b"), made),
				MCLMR_CRYPTO_OK);
		assert_memory_equal(made, rsk, POINT);
	}
}

static void test_encapsulation_of_the_rfc(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		uint8_t data[DATA];

		assert_int_equal(mclmr_sakke_encapsulate(e->sakke, e->kms, get("b"),
								 (const uint8_t *)get("SSV").s, data),
				MCLMR_CRYPTO_OK);
		assert_memory_equal(data, get("EncapsulatedData").s, DATA);
		assert_opens(e, e->key, get("EncapsulatedData"), get("SSV"));
	}
}

/* Leading zero octets and top bits in g^r, Rx, Ry, SSV, identity. */
static void test_edges(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	for(int i = 1; i <= EDGES; i++) {
		uint8_t data[DATA];

		assert_int_equal(
				mclmr_sakke_encapsulate(e->sakke, e->kms, edge(i, "uid"),
						(const uint8_t *)edge(i, "ssv").s, data),
				MCLMR_CRYPTO_OK);
		assert_memory_equal(data, edge(i, "encap").s, DATA);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, edge(i, "uid"),
								 edge(i, "rsk"), e->other),
				MCLMR_CRYPTO_OK);
		assert_opens(e, e->other, edge(i, "encap"), edge(i, "ssv"));
	}
}

/* A KMS with fresh keys; a sender that draws the SSV never sends numbers
 * with a leading zero octet, and two SSVs differ. */
static void test_fresh(void **state)
{
	const mclmr_span_t id = MCLMR_SPAN("0123456789abcdef0123456789abcdef");

	(void)state;
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_master_t master;
		mclmr_sakke_kms_t *kms = table(mclmr_sakke_kms_size(e->engine));
		uint8_t made[POINT], data[DATA], ssv[SSV], last[SSV] = {0};

		assert_int_equal(
				mclmr_sakke_master_new(e->sakke, &master), MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_kms_build(
								 e->sakke, MCLMR_OCTETS(master.point), kms),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_rsk_new(e->sakke, &master, id, made),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, kms, id,
								 MCLMR_OCTETS(made), e->other),
				MCLMR_CRYPTO_OK);
		for(int i = 0; i < 5; i++) {
			uint8_t found[SSV];

			assert_int_equal(
					mclmr_sakke_encapsulate_fresh(e->sakke, kms, id, ssv, data),
					MCLMR_CRYPTO_OK);
			assert_int_not_equal(data[1], 0);
			assert_int_not_equal(data[129], 0);
			assert_memory_not_equal(ssv, last, SSV);
			assert_int_equal(mclmr_sakke_decapsulate(e->sakke, kms, e->other,
									 MCLMR_OCTETS(data), found),
					MCLMR_CRYPTO_OK);
			assert_memory_equal(found, ssv, SSV);
			memcpy(last, ssv, SSV);
		}
		free(kms);
	}
}

/* Many at once: the octets of one by one, a bad one harming no other. */
static void test_many(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	for(size_t n = 0; n <= 20; n++) {
		mclmr_sakke_job_t jobs[20] = {0};
		size_t bad = n == 0 ? 1 : n / 2;

		for(size_t i = 0; i < n; i++) {
			int number = 1 + (int)(i % EDGES);

			jobs[i].kms = e->kms;
			jobs[i].id = i == bad ? MCLMR_SPAN("") : edge(number, "uid");
			memcpy(jobs[i].ssv, edge(number, "ssv").s, SSV);
		}
		assert_int_equal(mclmr_sakke_encapsulate_many(e->sakke, jobs, n),
				bad < n ? MCLMR_CRYPTO_BAD_LENGTH : MCLMR_CRYPTO_OK);
		for(size_t i = 0; i < n; i++) {
			if(i == bad) {
				assert_int_equal(jobs[i].result, MCLMR_CRYPTO_BAD_LENGTH);
				continue;
			}
			assert_int_equal(jobs[i].result, MCLMR_CRYPTO_OK);
			assert_memory_equal(
					jobs[i].data, edge(1 + (int)(i % EDGES), "encap").s, DATA);
		}
	}
}

/* Fresh ones in a batch: enough of them that some are drawn again. */
static void test_many_fresh(void **state)
{
	enum
	{
		N = 160
	};

	(void)state;
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_job_t jobs[N] = {0};

		for(size_t i = 0; i < N; i++) {
			jobs[i].kms = e->kms;
			jobs[i].id = get("b");
			jobs[i].fresh = true;
		}
		assert_int_equal(mclmr_sakke_encapsulate_many(e->sakke, jobs, N),
				MCLMR_CRYPTO_OK);
		for(size_t i = 0; i < N; i++) {
			assert_int_not_equal(jobs[i].data[1], 0);
			assert_int_not_equal(jobs[i].data[129], 0);
			if(i % 16 == 0)
				assert_opens(e, e->key, MCLMR_OCTETS(jobs[i].data),
						MCLMR_OCTETS(jobs[i].ssv));
			for(size_t k = 0; k < i; k++)
				assert_memory_not_equal(jobs[i].ssv, jobs[k].ssv, SSV);
		}
	}
}

/* Recipients of two KMSs in one batch. */
static void test_many_kms(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_master_t other;
		mclmr_sakke_kms_t *kms = table(mclmr_sakke_kms_size(e->engine));
		mclmr_sakke_job_t jobs[8] = {0};
		uint8_t alone[DATA];

		assert_int_equal(
				mclmr_sakke_master_new(e->sakke, &other), MCLMR_CRYPTO_OK);
		assert_int_equal(
				mclmr_sakke_kms_build(e->sakke, MCLMR_OCTETS(other.point), kms),
				MCLMR_CRYPTO_OK);
		for(size_t i = 0; i < 8; i++) {
			jobs[i].kms = i % 2 == 0 ? e->kms : kms;
			jobs[i].id = get("b");
			memcpy(jobs[i].ssv, get("SSV").s, SSV);
		}
		assert_int_equal(mclmr_sakke_encapsulate(e->sakke, kms, get("b"),
								 (const uint8_t *)get("SSV").s, alone),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_encapsulate_many(e->sakke, jobs, 8),
				MCLMR_CRYPTO_OK);
		for(size_t i = 0; i < 8; i++)
			assert_memory_equal(jobs[i].data,
					i % 2 == 0 ? (const uint8_t *)get("EncapsulatedData").s
							   : alone,
					DATA);
		free(kms);
	}
}

/* Octets of R and H, changed in three ways; every seventh, and the ends. */
static void test_changed_data(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	uint8_t data[DATA];

	(void)state;
	FOR_EACH_ENGINE(e)
	for(size_t i = 0; i < DATA; i += i < 2 || i > DATA - 8 ? 1 : 7) {
		memcpy(data, get("EncapsulatedData").s, DATA);
		data[i] ^= masks[i % 3];
		assert_refused(e, e->key, MCLMR_OCTETS(data),
				i < POINT ? MCLMR_CRYPTO_BAD_POINT : MCLMR_CRYPTO_BAD_DATA);
	}
}

/* Points of the curve that no sender makes: x | y and the result. */
static void test_points_of_small_order(void **state)
{
	uint8_t data[DATA] = {4};

	(void)state;
	FOR_EACH_ENGINE(e)
	{
		memset(data + 1, 0, DATA - 1); /* (0, 0) has order 2 */
		assert_refused(e, e->key, MCLMR_OCTETS(data), MCLMR_CRYPTO_BAD_POINT);
		assert_int_equal(mclmr_sakke_kms_build(e->sakke,
								 (mclmr_span_t){(char *)data, POINT}, e->kms),
				MCLMR_CRYPTO_BAD_POINT);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, get("b"),
								 (mclmr_span_t){(char *)data, POINT}, e->other),
				MCLMR_CRYPTO_BAD_POINT);
		data[0] = 0; /* infinity, as some write it */
		assert_refused(e, e->key, MCLMR_OCTETS(data), MCLMR_CRYPTO_BAD_POINT);
		data[0] = 4;
		assert_int_equal(
				mclmr_sakke_kms_build(e->sakke, MCLMR_OCTETS(z_t), e->kms),
				MCLMR_CRYPTO_OK);
	}
}

/* Coordinates that are not below p are no other way to write a point. */
static void test_large_coordinates(void **state)
{
	uint8_t data[DATA];

	(void)state;
	FOR_EACH_ENGINE(e)
	{
		memcpy(data, get("EncapsulatedData").s, DATA);
		memset(data + 1, 0xff, 128);
		assert_refused(e, e->key, MCLMR_OCTETS(data), MCLMR_CRYPTO_BAD_POINT);
		memset(data + 1, 0xff, 256);
		assert_int_equal(mclmr_sakke_kms_build(e->sakke,
								 (mclmr_span_t){(char *)data, POINT}, e->kms),
				MCLMR_CRYPTO_BAD_POINT);
		assert_int_equal(
				mclmr_sakke_kms_build(e->sakke, MCLMR_OCTETS(z_t), e->kms),
				MCLMR_CRYPTO_OK);
	}
}

/* A key opens nothing that is for another user; a key of another user, of
 * another KMS, or the KMS's own point, is not loaded. */
static void test_foreign_keys(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		assert_refused(e, e->key, edge(1, "encap"), MCLMR_CRYPTO_BAD_DATA);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, NOBODY,
								 MCLMR_OCTETS(rsk), e->other),
				MCLMR_CRYPTO_BAD_KEY);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, get("b"),
								 edge(1, "rsk"), e->other),
				MCLMR_CRYPTO_BAD_KEY);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, get("b"),
								 MCLMR_OCTETS(z_t), e->other),
				MCLMR_CRYPTO_BAD_KEY);
	}
}

/* After a refusal nothing of the RSK is left in the caller's memory. */
static void test_refused_key_leaves_nothing(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		size_t size = mclmr_sakke_key_size(e->engine);
		const uint8_t *octets = (const uint8_t *)e->other;

		assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, NOBODY,
								 MCLMR_OCTETS(rsk), e->other),
				MCLMR_CRYPTO_BAD_KEY);
		for(size_t i = 0; i < size; i++)
			assert_int_equal(octets[i], 0);
	}
}

/* The identity that is minus the KMS's secret has no key and no R. */
static void test_identity_without_key(void **state)
{
	const mclmr_span_t id = MCLMR_SPAN("0123456789abcdef");
	uint8_t z[MCLMR_SAKKE_SCALAR], ssv[SSV] = {1}, made[POINT], data[DATA];

	(void)state;
	subtract(z, id);
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_master_t master;
		mclmr_sakke_kms_t *kms = table(mclmr_sakke_kms_size(e->engine));

		assert_int_equal(
				mclmr_sakke_master_load(e->sakke, MCLMR_OCTETS(z), &master),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_kms_build(
								 e->sakke, MCLMR_OCTETS(master.point), kms),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_rsk_new(e->sakke, &master, id, made),
				MCLMR_CRYPTO_BAD_KEY);
		assert_int_equal(mclmr_sakke_encapsulate(e->sakke, kms, id, ssv, data),
				MCLMR_CRYPTO_BAD_KEY);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, kms, id,
								 MCLMR_OCTETS(rsk), e->other),
				MCLMR_CRYPTO_BAD_KEY);
		free(kms);
	}
}

/* A KMS whose Z is P itself: sums of multiples of one point. */
static void test_kms_with_secret_one(void **state)
{
	const uint8_t one[] = {1}, two[] = {2};

	(void)state;
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_master_t master;
		mclmr_sakke_kms_t *kms = table(mclmr_sakke_kms_size(e->engine));
		uint8_t made[POINT], data[DATA], ssv[SSV] = {1}, found[SSV];

		assert_int_equal(
				mclmr_sakke_master_load(e->sakke, MCLMR_OCTETS(one), &master),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_kms_build(
								 e->sakke, MCLMR_OCTETS(master.point), kms),
				MCLMR_CRYPTO_OK);
		assert_int_equal(
				mclmr_sakke_rsk_new(e->sakke, &master, MCLMR_OCTETS(two), made),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_encapsulate(
								 e->sakke, kms, MCLMR_OCTETS(two), ssv, data),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_key_build(e->sakke, kms, MCLMR_OCTETS(two),
								 MCLMR_OCTETS(made), e->other),
				MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_decapsulate(e->sakke, kms, e->other,
								 MCLMR_OCTETS(data), found),
				MCLMR_CRYPTO_OK);
		assert_memory_equal(found, ssv, SSV);
		free(kms);
	}
}

static void test_lengths(void **state)
{
	char octets[300] = "";

	(void)state;
	FOR_EACH_ENGINE(e)
	for(size_t len = 0; len < sizeof(octets); len++) {
		mclmr_span_t span = {octets, len};
		uint8_t data[DATA], made[POINT];
		mclmr_sakke_master_t master = {0};
		bool bad_id = len == 0 || len > MCLMR_ID_MAX;

		if(len != DATA)
			assert_refused(e, e->key, span, MCLMR_CRYPTO_BAD_LENGTH);
		if(len != POINT) {
			assert_int_equal(mclmr_sakke_kms_build(e->sakke, span, e->kms),
					MCLMR_CRYPTO_BAD_LENGTH);
			assert_int_equal(mclmr_sakke_key_build(e->sakke, e->kms, get("b"),
									 span, e->other),
					MCLMR_CRYPTO_BAD_LENGTH);
		}
		assert_int_equal(mclmr_sakke_encapsulate(e->sakke, e->kms, span,
								 (const uint8_t *)octets, data),
				bad_id ? MCLMR_CRYPTO_BAD_LENGTH : MCLMR_CRYPTO_BAD_KEY);
		assert_int_equal(mclmr_sakke_rsk_new(e->sakke, &master, span, made),
				bad_id ? MCLMR_CRYPTO_BAD_LENGTH : MCLMR_CRYPTO_BAD_KEY);
		assert_int_equal(mclmr_sakke_master_load(e->sakke, span, &master),
				len == 0 || len > MCLMR_SAKKE_SCALAR ? MCLMR_CRYPTO_BAD_LENGTH
													 : MCLMR_CRYPTO_BAD_SCALAR);
	}
}

/* Tables of one engine are of no use to the other. */
static void test_engines_do_not_mix(void **state)
{
	uint8_t data[DATA], ssv[SSV] = {1};

	(void)state;
	if(n_engines == 1)
		skip();
	assert_int_equal(mclmr_sakke_encapsulate(engines[0].sakke, engines[1].kms,
							 get("b"), ssv, data),
			MCLMR_CRYPTO_BAD_ENGINE);
	assert_int_equal(mclmr_sakke_decapsulate(engines[0].sakke, engines[1].kms,
							 engines[0].key, get("EncapsulatedData"), ssv),
			MCLMR_CRYPTO_BAD_ENGINE);
}

/* A KMS whose tables are built anew, with another key, in the same memory. */
static void test_tables_are_rebuilt(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		mclmr_sakke_master_t other;

		assert_int_equal(
				mclmr_sakke_master_new(e->sakke, &other), MCLMR_CRYPTO_OK);
		assert_int_equal(mclmr_sakke_kms_build(
								 e->sakke, MCLMR_OCTETS(other.point), e->kms),
				MCLMR_CRYPTO_OK);
		assert_refused(
				e, e->key, get("EncapsulatedData"), MCLMR_CRYPTO_BAD_DATA);
		assert_int_equal(
				mclmr_sakke_kms_build(e->sakke, MCLMR_OCTETS(z_t), e->kms),
				MCLMR_CRYPTO_OK);
		assert_opens(e, e->key, get("EncapsulatedData"), get("SSV"));
	}
}

/* Tables that another process built, in memory that both have. */
static void test_tables_of_another_process(void **state)
{
	(void)state;
	FOR_EACH_ENGINE(e)
	{
		size_t size = mclmr_sakke_kms_size(e->engine);
		void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		uint8_t data[DATA];
		int status = 1;
		pid_t pid;

		assert_ptr_not_equal(shared, MAP_FAILED);
		pid = fork();
		if(pid == 0)
			_exit(mclmr_sakke_kms_build(e->sakke, MCLMR_OCTETS(z_t), shared)
									== MCLMR_CRYPTO_OK
							? 0
							: 1);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_int_equal(mprotect(shared, size, PROT_READ), 0);
		assert_int_equal(mclmr_sakke_encapsulate(e->sakke, shared, get("b"),
								 (const uint8_t *)get("SSV").s, data),
				MCLMR_CRYPTO_OK);
		assert_memory_equal(data, get("EncapsulatedData").s, DATA);
		munmap(shared, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_hash_to_integer_range),
			cmocka_unit_test(test_kms_of_the_rfc),
			cmocka_unit_test(test_encapsulation_of_the_rfc),
			cmocka_unit_test(test_edges),
			cmocka_unit_test(test_fresh),
			cmocka_unit_test(test_many),
			cmocka_unit_test(test_many_fresh),
			cmocka_unit_test(test_many_kms),
			cmocka_unit_test(test_changed_data),
			cmocka_unit_test(test_points_of_small_order),
			cmocka_unit_test(test_large_coordinates),
			cmocka_unit_test(test_foreign_keys),
			cmocka_unit_test(test_refused_key_leaves_nothing),
			cmocka_unit_test(test_identity_without_key),
			cmocka_unit_test(test_kms_with_secret_one),
			cmocka_unit_test(test_lengths),
			cmocka_unit_test(test_engines_do_not_mix),
			cmocka_unit_test(test_tables_are_rebuilt),
			cmocka_unit_test(test_tables_of_another_process),
	};

	return cmocka_run_group_tests_name("sakke", tests, set_up, tear_down);
}
