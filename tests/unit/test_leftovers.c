/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * leftovers: whether memory that eccsi and sakke give back through libcrypto
 * still holds a secret, and whether the scratch does after an operation.
 */

#include <malloc.h>

#include <openssl/crypto.h>

#include "mclmr/crypto/eccsi.h"
#include "mclmr/crypto/sakke.h"
#include "mclmr/crypto/sakke_scratch.h"
#include "unit.h"
#include "vectors.h"

#define NEEDLE 16 /* octets of a secret that are looked for */
#define NEEDLES 16
#define BLOCKS 65536
#define SNAPSHOT (1 << 22)
/* Octets of its own that libcrypto leaves: of the last division and hash. */
#define LIBCRYPTO_KEEPS 256

/* Secrets, as octets and the other way round, as numbers stand in memory. */
static uint8_t needles[NEEDLES][NEEDLE];
static size_t n_needles;

/* Blocks in use, and how many freed ones had a needle. */
static struct block
{
	uint8_t *at;
	size_t size;
} blocks[BLOCKS];
static size_t n_blocks, found;
static bool watching;

static vectors_t eccsi_rfc, sakke_rfc;

/* Whether octets hold a secret. */
static bool holds_secret(const uint8_t *at, size_t size)
{
	for(size_t i = 0; i + NEEDLE <= size; i++) {
		for(size_t k = 0; k < n_needles; k++) {
			if(at[i] == needles[k][0]
					&& memcmp(at + i, needles[k], NEEDLE) == 0)
				return true;
		}
	}
	return false;
}

static void *watched_malloc(size_t size, const char *file, int line)
{
	void *at = malloc(size);

	(void)file, (void)line;
	if(at != NULL && n_blocks < BLOCKS)
		blocks[n_blocks++] = (struct block){at, size};
	return at;
}

static void watched_free(void *at, const char *file, int line)
{
	(void)file, (void)line;
	for(size_t i = n_blocks; at != NULL && i-- > 0;) {
		if(blocks[i].at != at)
			continue;
		if(watching && holds_secret(at, blocks[i].size))
			found++;
		blocks[i] = blocks[--n_blocks];
		break;
	}
	free(at);
}

static void *watched_realloc(void *at, size_t size, const char *file, int line)
{
	void *moved = watched_malloc(size, file, line);
	size_t old = size;

	for(size_t i = 0; i < n_blocks; i++)
		old = blocks[i].at == at ? blocks[i].size : old;
	if(moved == NULL || at == NULL)
		return moved;
	memcpy(moved, at, old < size ? old : size);
	watched_free(at, file, line);
	return moved;
}

/* Looks for the last octets of a secret from now on, both ways round. */
static void watch_for(mclmr_span_t secret)
{
	const uint8_t *tail = (const uint8_t *)secret.s + secret.len - NEEDLE;

	assert_true(secret.len >= NEEDLE && n_needles + 2 <= NEEDLES);
	memcpy(needles[n_needles++], tail, NEEDLE);
	for(size_t i = 0; i < NEEDLE; i++)
		needles[n_needles][i] = tail[NEEDLE - 1 - i];
	n_needles++;
}

/* None in what libcrypto has for us now: asked after each operation, while
 * the scratch lives, as that of a process that serves for months. */
static void assert_scratch_clean(void)
{
	for(size_t i = 0; i < n_blocks; i++)
		assert_false(holds_secret(blocks[i].at, blocks[i].size));
}

/* The same at the end, and none in what was freed. */
static void assert_nothing_left(void)
{
	watching = false;
	assert_int_equal(found, 0);
	assert_scratch_clean();
	n_needles = 0;
}

static mclmr_span_t get(const char *name)
{
	return vectors_get(&sakke_rfc, name);
}

/* Octets that are no block of libcrypto's, so that they do not count. */
static mclmr_span_t copy(uint8_t *to, mclmr_span_t from)
{
	memcpy(to, from.s, from.len);
	return (mclmr_span_t){(char *)to, from.len};
}

static void *table(size_t size)
{
	void *memory = aligned_alloc(MCLMR_SAKKE_ALIGN, size);

	if(memory == NULL)
		exit(1);
	return memory;
}

/* The search finds what is there: a block that is freed with a secret. */
static void test_the_search(void **state)
{
	uint8_t *octets = OPENSSL_malloc(64);

	(void)state;
	memset(octets, 0x5a, 64);
	watch_for((mclmr_span_t){(char *)octets, 64});
	watching = true;
	OPENSSL_free(octets);
	watching = false;
	assert_int_equal(found, 1);
	found = n_needles = 0;
}

static void test_eccsi(void **state)
{
	static uint8_t ssk_octets[32], nonce[32];
	uint8_t signature[MCLMR_ECCSI_SIGNATURE];
	const mclmr_span_t kpak = vectors_get(&eccsi_rfc, "KPAK");
	const mclmr_span_t id = vectors_get(&eccsi_rfc, "ID");
	const mclmr_span_t pvt = vectors_get(&eccsi_rfc, "PVT");
	mclmr_span_t ssk = copy(ssk_octets, vectors_get(&eccsi_rfc, "SSK"));
	mclmr_eccsi_t *eccsi = mclmr_eccsi_new();
	mclmr_eccsi_key_t key;

	(void)state;
	OPENSSL_cleanse(
			(void *)vectors_get(&eccsi_rfc, "SSK").s, sizeof(ssk_octets));
	for(size_t i = 0; i < sizeof(nonce); i++)
		nonce[i] = (uint8_t)(0x11 + 7 * i);
	watch_for(ssk);
	watch_for(MCLMR_OCTETS(nonce));
	watching = true;
	assert_int_equal(mclmr_eccsi_key_load(eccsi, kpak, id, ssk, pvt, &key),
			MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	assert_int_equal(mclmr_eccsi_sign_with(
							 eccsi, &key, id, MCLMR_OCTETS(nonce), signature),
			MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	for(int i = 0; i < 10; i++)
		assert_int_equal(
				mclmr_eccsi_sign(eccsi, &key, id, signature), MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	mclmr_eccsi_free(eccsi);
	assert_nothing_left();
	mclmr_eccsi_key_clear(&key);
	assert_false(holds_secret((uint8_t *)&key, sizeof(key)));
}

/* SSV, r, g^r and the RSK of the RFC, on one engine. */
static void try_sakke(mclmr_sakke_engine_t engine)
{
	static uint8_t rsk[MCLMR_SAKKE_POINT], z_t[MCLMR_SAKKE_POINT];
	static uint8_t secret[5][128];
	uint8_t data[MCLMR_SAKKE_DATA], ssv[MCLMR_SAKKE_SSV];
	mclmr_sakke_base_t *base = table(mclmr_sakke_base_size(engine));
	mclmr_sakke_kms_t *kms = table(mclmr_sakke_kms_size(engine));
	mclmr_sakke_key_t *key = table(mclmr_sakke_key_size(engine));
	mclmr_sakke_t *sakke;

	rsk[0] = z_t[0] = 4;
	copy(rsk + 1, get("Kbx"));
	copy(rsk + 129, get("Kby"));
	copy(z_t + 1, get("Zx"));
	copy(z_t + 129, get("Zy"));
	watch_for(copy(secret[0], get("SSV")));
	watch_for(copy(secret[1], get("r")));
	watch_for(copy(secret[2], get("g_pow_r")));
	watch_for(copy(secret[3], get("Kbx")));
	watch_for(copy(secret[4], get("Kby")));
	vectors_free(&sakke_rfc);
	assert_int_equal(mclmr_sakke_base_build(base, engine), MCLMR_CRYPTO_OK);
	sakke = mclmr_sakke_new(base);
	vectors_read(&eccsi_rfc, "tests/data/rfc6507.txt");
	assert_int_equal(mclmr_sakke_kms_build(sakke, MCLMR_OCTETS(z_t), kms),
			MCLMR_CRYPTO_OK);
	watching = true;
	assert_int_equal(
			mclmr_sakke_key_build(sakke, kms, vectors_get(&eccsi_rfc, "ID"),
					MCLMR_OCTETS(rsk), key),
			MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	assert_int_equal(mclmr_sakke_encapsulate(sakke, kms,
							 vectors_get(&eccsi_rfc, "ID"), secret[0], data),
			MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	assert_int_equal(
			mclmr_sakke_decapsulate(sakke, kms, key, MCLMR_OCTETS(data), ssv),
			MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	assert_int_equal(mclmr_sakke_encapsulate(sakke, kms,
							 vectors_get(&eccsi_rfc, "ID"), secret[0], data),
			MCLMR_CRYPTO_OK);
	assert_scratch_clean();
	mclmr_sakke_free(sakke);
	assert_nothing_left();
	mclmr_sakke_key_clear(key);
	vectors_free(&eccsi_rfc);
	free(base);
	free(kms);
	free(key);
}

/* All octets that libcrypto has for us now, and those of the lanes. */
static size_t snapshot(const mclmr_sakke_t *sakke, uint8_t *to, size_t size)
{
	size_t n = sakke->lanes != NULL ? malloc_usable_size(sakke->lanes) : 0;

	assert_true(n <= size);
	if(n > 0)
		memcpy(to, sakke->lanes, n);
	for(size_t i = 0; i < n_blocks; i++) {
		assert_true(n + blocks[i].size <= size);
		memcpy(to + n, blocks[i].at, blocks[i].size);
		n += blocks[i].size;
	}
	return n;
}

/* Encapsulates the same key n times at once. */
static void encapsulate(mclmr_sakke_t *sakke, const mclmr_sakke_kms_t *kms,
		const char *key, size_t n)
{
	static mclmr_sakke_job_t jobs[MCLMR_SAKKE_SLOTS];

	for(size_t i = 0; i < n; i++) {
		jobs[i] = (mclmr_sakke_job_t){.kms = kms, .id = MCLMR_SPAN("alice")};
		memcpy(jobs[i].ssv, key, MCLMR_SAKKE_SSV);
	}
	assert_int_equal(
			mclmr_sakke_encapsulate_many(sakke, jobs, n), MCLMR_CRYPTO_OK);
}

/* What the scratch holds after encapsulations does not tell which key they
 * were of, in whatever form: it is the same for any. */
static void try_any_secret(mclmr_sakke_engine_t engine, size_t jobs)
{
	static uint8_t z_t[MCLMR_SAKKE_POINT], octets[2][SNAPSHOT];
	static const char *const keys[] = {"0123456789abcdef", "fedcba9876543210"};
	mclmr_sakke_base_t *base = table(mclmr_sakke_base_size(engine));
	mclmr_sakke_kms_t *kms = table(mclmr_sakke_kms_size(engine));
	mclmr_sakke_t *sakke;
	size_t n[2], different = 0;

	z_t[0] = 4;
	copy(z_t + 1, get("Zx"));
	copy(z_t + 129, get("Zy"));
	assert_int_equal(mclmr_sakke_base_build(base, engine), MCLMR_CRYPTO_OK);
	sakke = mclmr_sakke_new(base);
	assert_int_equal(mclmr_sakke_kms_build(sakke, MCLMR_OCTETS(z_t), kms),
			MCLMR_CRYPTO_OK);
	for(int i = 0; i < 4; i++) {
		encapsulate(sakke, kms, keys[i % 2], jobs);
		n[i % 2] = snapshot(sakke, octets[i % 2], SNAPSHOT);
	}
	assert_int_equal(n[0], n[1]);
	for(size_t i = 0; i < n[0]; i++)
		different += octets[0][i] != octets[1][i];
	assert_true(different <= LIBCRYPTO_KEEPS);
	mclmr_sakke_free(sakke);
	free(base);
	free(kms);
}

static void test_any_secret(void **state)
{
	mclmr_sakke_engine_t best = mclmr_sakke_engine();

	(void)state;
	vectors_read(&sakke_rfc, "tests/data/rfc6508.txt");
	for(int engine = MCLMR_SAKKE_PORTABLE; engine <= (int)best; engine++) {
		try_any_secret((mclmr_sakke_engine_t)engine, 1);
		try_any_secret((mclmr_sakke_engine_t)engine, MCLMR_SAKKE_SLOTS);
	}
	vectors_free(&sakke_rfc);
}

static void test_sakke(void **state)
{
	mclmr_sakke_engine_t best = mclmr_sakke_engine();

	(void)state;
	vectors_free(&eccsi_rfc);
	for(int engine = MCLMR_SAKKE_PORTABLE; engine <= (int)best; engine++) {
		vectors_read(&sakke_rfc, "tests/data/rfc6508.txt");
		try_sakke((mclmr_sakke_engine_t)engine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_the_search),
			cmocka_unit_test(test_eccsi),
			cmocka_unit_test(test_sakke),
			cmocka_unit_test(test_any_secret),
	};

	if(!CRYPTO_set_mem_functions(watched_malloc, watched_realloc, watched_free))
		return 1;
	vectors_read(&eccsi_rfc, "tests/data/rfc6507.txt");
	return cmocka_run_group_tests_name("leftovers", tests, NULL, NULL);
}
