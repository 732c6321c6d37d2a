/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * stacks: whether a call leaves a secret on its stack. Each one runs on a
 * stack of its own, which is searched when it has returned; what was not
 * opened leaves nothing in its buffer either.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "mclmr/crypto/sakke.h"
#include "mclmr/keys/key_parameters.h"
#include "mclmr/keys/key_record.h"
#include "mclmr/keys/kms_issue.h"
#include "mclmr/keys/record_words.h"
#include "mclmr/keys/seal.h"
#include "mclmr/keys/srtp_keys.h"
#include "unit.h"
#include "vectors.h"

#define STACK_SIZE (1 << 21)
#define NEEDLE 16
#define NEEDLES 64

static uint8_t *stack;
static uint8_t needles[NEEDLES][NEEDLE];
static size_t n_needles;

static const uint8_t key[MCLMR_KEY_SIZE] = KEY_16;
static char memory[1 << 16];
static mclmr_arena_t arena;
static vectors_t rfc;

/* From gcc 13 on the sanitizer keeps variables elsewhere, where they would not
 * be found. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_stack_use_after_return=0";
}

/* Looks for any part of a secret. */
static void watch_for(const void *secret, size_t size)
{
	assert_true(size >= NEEDLE);
	for(size_t i = 0; i + NEEDLE <= size; i += NEEDLE) {
		assert_true(n_needles < NEEDLES);
		memcpy(needles[n_needles++], (const uint8_t *)secret + i, NEEDLE);
	}
}

/* True if octets are a secret; the stack of a thread that has ended
 * belongs to none, so the sanitizer does not look. */
__attribute__((no_sanitize("address"))) static bool is_needle(const uint8_t *at)
{
	for(size_t k = 0; k < n_needles; k++) {
		size_t i = 0;

		while(i < NEEDLE && at[i] == needles[k][i])
			i++;
		if(i == NEEDLE)
			return true;
	}
	return false;
}

/* Calls far down, where the end of the thread writes nothing. */
static void *run(void *call)
{
	volatile uint8_t above[STACK_SIZE / 4];

	above[0] = 0;
	(*(void (**)(void))call)();
	return above[0] == 0 ? NULL : call;
}

/* Runs a call on the stack. */
static void run_there(void (*call)(void))
{
	pthread_attr_t attributes;
	pthread_t thread;

	memset(stack, 0, STACK_SIZE);
	memset(memory, 0, sizeof(memory));
	arena = mclmr_arena(memory, sizeof(memory));
	pthread_attr_init(&attributes);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attributes, run, &call), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
}

/* How often a secret is left on the stack. */
static size_t left(void)
{
	size_t n = 0;

	for(size_t i = 0; i + NEEDLE <= STACK_SIZE; i++)
		n += is_needle(stack + i);
	n_needles = 0;
	return n;
}

static bool done; /* set by a call: a thread cannot fail a test */

/* The call ends as it should, and nothing is left of what was watched for. */
static void assert_forgets(void (*call)(void), bool as_wanted)
{
	run_there(call);
	assert_int_equal(left(), 0);
	assert_int_equal(done, as_wanted);
}

/* The search finds what a call does not cleanse. */
static void careless(void)
{
	volatile uint8_t copy[64];

	for(size_t i = 0; i < sizeof(copy); i++)
		copy[i] = key[i % sizeof(key)];
}

static void test_the_search(void **state)
{
	(void)state;
	watch_for(key, sizeof(key));
	run_there(careless);
	assert_int_not_equal(left(), 0);
}

static uint8_t derived[MCLMR_KEY_SIZE];
static mclmr_srtp_keys_t srtp;

static void derive_parameters(void)
{
	done = mclmr_parameters_key(key, 7, derived);
}

static void derive_srtp(void)
{
	done = mclmr_srtp_keys(key, 1, 7, MCLMR_SPAN("random"), &srtp);
}

/* Watches for the steps of a derivation. */
static void watch_steps(mclmr_span_t label)
{
	uint8_t first[32], block[32];

	assert_true(mclmr_hmac(MCLMR_OCTETS(key), label, MCLMR_SPAN(""), first));
	assert_true(
			mclmr_hmac(MCLMR_OCTETS(key), MCLMR_OCTETS(first), label, block));
	watch_for(first, sizeof(first));
	watch_for(block, sizeof(block));
}

/* Keys that are derived of a key. */
static void test_derived(void **state)
{
	const char key_label[] = "\x2A\xD0\x1C\x64\1\0\0\0\7random";
	const char salt_label[] = "\x39\xA2\xC1\x4B\1\0\0\0\7random";

	(void)state;
	derive_parameters();
	watch_for(derived, sizeof(derived));
	assert_forgets(derive_parameters, true);

	watch_steps(MCLMR_SPAN(key_label));
	watch_steps(MCLMR_SPAN(salt_label));
	assert_forgets(derive_srtp, true);
}

static const mclmr_key_parameters_t parameters = {
		.kind = 1, .status = MCLMR_KEY_NOT_REVOKED, .text = {"text", 4}};
static mclmr_span_t sealed;

static void write_parameters(void)
{
	done = mclmr_key_parameters_write(
				   &parameters, key, 7, 1000, &arena, &sealed)
		   == NULL;
}

static void read_parameters(void)
{
	mclmr_key_parameters_t read;

	done = mclmr_key_parameters_read(sealed, key, 7, &arena, &read) == NULL;
}

/* The key that seals key parameters, whether they open or not. */
static void test_parameters(void **state)
{
	static char copy[256];

	(void)state;
	derive_parameters();
	watch_for(derived, sizeof(derived));
	assert_forgets(write_parameters, true);
	memcpy(copy, sealed.s, sealed.len);
	sealed.s = copy;
	watch_for(derived, sizeof(derived));
	assert_forgets(read_parameters, true);
	copy[sealed.len - 1] ^= 1;
	watch_for(derived, sizeof(derived));
	assert_forgets(read_parameters, false);
}

static const mclmr_record_binding_t binding = {.ssv = key,
		.csb_id = 7,
		.rand = {"random", 6},
		.from = {"sip:iwf@a", 9},
		.to = {"sip:alice@a", 11}};
static mclmr_key_record_t record = {.lmr_type = MCLMR_LMR_P25,
		.kmf = {"sip:kmf@a", 9},
		.purpose = MCLMR_RECORD_ROOT,
		.status = MCLMR_RECORD_ACTIVE,
		.keys = 1,
		.key = {{{"\x84", 1}, {"\0\1", 2}, {"an LMR key that is secret", 25}}}};

static void write_record(void)
{
	done = mclmr_key_record_write(&record, &binding, &arena, &sealed) == NULL;
}

static void open_record(void)
{
	mclmr_key_record_t opened;

	done = mclmr_key_record_open(sealed, &binding, &arena, &opened) == NULL;
}

/* Watches for what seals the record. */
static void watch_record(void)
{
	uint8_t secret[32];

	assert_true(mclmr_hmac(MCLMR_OCTETS(key),
			MCLMR_SPAN("mclmr key record 1 key"), binding.rand, secret));
	watch_for(secret, sizeof(secret));
}

/* The key that seals a record, whether it opens or not. */
static void test_record(void **state)
{
	static char copy[512];

	(void)state;
	watch_record();
	assert_forgets(write_record, true);
	memcpy(copy, sealed.s, sealed.len);
	sealed.s = copy;
	watch_record();
	assert_forgets(open_record, true);
	copy[sealed.len - 1] ^= 1;
	watch_record();
	watch_for(record.key[0].key.s, record.key[0].key.len);
	assert_forgets(open_record, false);
	assert_null(memmem(memory, sizeof(memory), "an LMR key", 10));
}

static const char hex[] = "f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968";

static size_t read_named(
		void *context, const char *name, uint8_t to[MCLMR_RECORD_MAX_KEY])
{
	(void)context;
	(void)name;
	(void)to;
	return 0;
}

static void read_words(void)
{
	static const mclmr_key_source_t none = {read_named, NULL};
	static mclmr_record_order_t order;
	static const mclmr_record_words_t words = {
			.value = {[MCLMR_WORD_FROM] = "sip:iwf@a",
					[MCLMR_WORD_TO] = "sip:alice@a",
					[MCLMR_WORD_KMF] = "sip:kmf@a",
					[MCLMR_WORD_LMR] = "p25",
					[MCLMR_WORD_PURPOSE] = "root"},
			.list = {[MCLMR_WORD_ALG - MCLMR_WORD_VALUES] = {1, {"84"}},
					[MCLMR_WORD_KEY_ID - MCLMR_WORD_VALUES] = {1, {"1"}},
					[MCLMR_WORD_KEY_HEX - MCLMR_WORD_VALUES] = {1, {hex}}}};

	done = mclmr_record_words_read(&words, &none, &arena, &order) == NULL;
}

/* The digits of a key that is told in hexadecimal, and the key. */
static void test_words(void **state)
{
	uint8_t octets[sizeof(hex) / 2];
	char even[sizeof(hex) + 1];

	(void)state;
	(void)snprintf(even, sizeof(even), "0%s", hex);
	assert_int_equal(
			mclmr_octets_from_hex(mclmr_span(even), octets, sizeof(octets)),
			sizeof(octets));
	watch_for(octets, sizeof(octets));
	watch_for(even, strlen(even));
	assert_forgets(read_words, true);
	assert_non_null(memmem(memory, sizeof(memory), octets, sizeof(octets)));
}

/* What does not open leaves nothing of its text, not even that of the first
 * blocks. */
static void test_unseal(void **state)
{
	static const char text[] = "sixteen octets..and some more";
	const mclmr_seal_t seal = {MCLMR_OCTETS(key), MCLMR_SPAN("initialvect0")};
	uint8_t octets[sizeof(text) + MCLMR_SEAL_TAG];
	uint8_t to[sizeof(text)];
	static const uint8_t zero[sizeof(text)];

	(void)state;
	for(size_t i = 0; i < sizeof(octets); i++) {
		assert_true(mclmr_seal(
				&seal, MCLMR_SPAN("with"), MCLMR_OCTETS(text), octets));
		octets[i] ^= 1;
		memset(to, 0xff, sizeof(to));
		assert_false(mclmr_unseal(
				&seal, MCLMR_SPAN("with"), MCLMR_OCTETS(octets), to));
		assert_memory_equal(to, zero, sizeof(to));
	}
}

static mclmr_sakke_t *sakke;
static mclmr_sakke_kms_t *kms;
static mclmr_sakke_key_t *opener;
static uint8_t ssv[MCLMR_SAKKE_SSV], data[MCLMR_SAKKE_DATA];
static uint8_t got[MCLMR_SAKKE_SSV];

static void encapsulate(void)
{
	done = mclmr_sakke_encapsulate(
				   sakke, kms, vectors_get(&rfc, "b"), ssv, data)
		   == MCLMR_CRYPTO_OK;
}

static void encapsulate_fresh(void)
{
	done = mclmr_sakke_encapsulate_fresh(
				   sakke, kms, vectors_get(&rfc, "b"), got, data)
		   == MCLMR_CRYPTO_OK;
}

static void decapsulate(void)
{
	done = mclmr_sakke_decapsulate(sakke, kms, opener, MCLMR_OCTETS(data), got)
		   == MCLMR_CRYPTO_OK;
}

/* Memory for a table. */
static void *table(size_t size)
{
	void *octets = aligned_alloc(MCLMR_SAKKE_ALIGN, size);

	assert_non_null(octets);
	return octets;
}

/* Watches for SSV and all that stands between it and the result. */
static void watch_sakke(void)
{
	mclmr_span_t id = vectors_get(&rfc, "b");
	uint8_t text[256], hash[2 * 32] = {0};

	watch_for(ssv, sizeof(ssv));
	watch_for(vectors_get(&rfc, "g_pow_r").s, 128);
	watch_for(vectors_get(&rfc, "mask").s, 16);
	/* HashToIntegerRange(SSV | ID): A, and the first of its blocks. */
	memcpy(text, ssv, sizeof(ssv));
	memcpy(text + sizeof(ssv), id.s, id.len);
	SHA256(text, sizeof(ssv) + id.len, hash + 32);
	watch_for(hash + 32, 32);
	SHA256((const uint8_t[32]){0}, 32, hash);
	SHA256(hash, sizeof(hash), text);
	watch_for(text, 32);
}

/* The key and what it is sealed with, of an engine. */
static void try_sakke(mclmr_sakke_engine_t engine)
{
	static const uint8_t zero[MCLMR_SAKKE_SSV];
	uint8_t rsk[MCLMR_SAKKE_POINT] = {4}, z_t[MCLMR_SAKKE_POINT] = {4};
	mclmr_sakke_base_t *base = table(mclmr_sakke_base_size(engine));

	memcpy(rsk + 1, vectors_get(&rfc, "Kbx").s, 128);
	memcpy(rsk + 129, vectors_get(&rfc, "Kby").s, 128);
	memcpy(z_t + 1, vectors_get(&rfc, "Zx").s, 128);
	memcpy(z_t + 129, vectors_get(&rfc, "Zy").s, 128);
	memcpy(ssv, vectors_get(&rfc, "SSV").s, sizeof(ssv));
	kms = table(mclmr_sakke_kms_size(engine));
	opener = table(mclmr_sakke_key_size(engine));
	assert_int_equal(mclmr_sakke_base_build(base, engine), MCLMR_CRYPTO_OK);
	sakke = mclmr_sakke_new(base);
	assert_int_equal(mclmr_sakke_kms_build(sakke, MCLMR_OCTETS(z_t), kms),
			MCLMR_CRYPTO_OK);
	assert_int_equal(mclmr_sakke_key_build(sakke, kms, vectors_get(&rfc, "b"),
							 MCLMR_OCTETS(rsk), opener),
			MCLMR_CRYPTO_OK);

	watch_sakke();
	assert_forgets(encapsulate, true);
	watch_sakke();
	assert_forgets(decapsulate, true);
	assert_memory_equal(got, ssv, sizeof(ssv));

	/* One that is not genuine: a key was found, and is not given out. */
	data[MCLMR_SAKKE_DATA - 1] ^= 1;
	watch_sakke();
	assert_forgets(decapsulate, false);
	assert_memory_equal(got, zero, sizeof(got));

	/* One that was not known before. */
	run_there(encapsulate_fresh);
	watch_for(got, sizeof(got));
	assert_int_equal(left(), 0);
	assert_true(done);

	mclmr_sakke_free(sakke);
	mclmr_sakke_key_clear(opener);
	free(opener);
	free(kms);
	free(base);
}

static void test_sakke(void **state)
{
	mclmr_sakke_engine_t best = mclmr_sakke_engine();

	(void)state;
	vectors_read(&rfc, "tests/data/rfc6508.txt");
	for(int engine = MCLMR_SAKKE_PORTABLE; engine <= (int)best; engine++)
		try_sakke((mclmr_sakke_engine_t)engine);
	vectors_free(&rfc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_the_search),
			cmocka_unit_test(test_derived),
			cmocka_unit_test(test_parameters),
			cmocka_unit_test(test_record),
			cmocka_unit_test(test_words),
			cmocka_unit_test(test_unseal),
			cmocka_unit_test(test_sakke),
	};

	stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if(stack == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("stacks", tests, NULL, NULL);
}
