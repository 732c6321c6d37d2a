/* SPDX-License-Identifier: GPL-2.0-or-later */

/* kms_issue: a server's documents made, and its secrets kept. */
#include <stdlib.h>

#include "mclmr/keys/keyring.h"
#include "mclmr/keys/kms_issue.h"
#include "unit.h"

/* What the laboratory server writes, the reader reads, and the ring takes. */
static void test_issue(void **state)
{
	static char more[3][65536];
	mclmr_arena_t arenas[3];
	mclmr_span_t texts[2];
	mclmr_span_t secrets;
	mclmr_sakke_engine_t engine = mclmr_sakke_engine();
	mclmr_sakke_base_t *base =
			aligned_alloc(MCLMR_SAKKE_ALIGN, mclmr_sakke_base_size(engine));
	mclmr_kms_scratch_t scratch;
	mclmr_kms_server_t server = {
			.uri = MCLMR_SPAN("kms&<>.example"), .period = {3600, 7}};
	mclmr_kms_server_t again;
	mclmr_keyring_t *ring = mclmr_keyring_new();
	size_t which;
	char *digit;

	(void)state;
	for(size_t i = 0; i < 3; i++)
		arenas[i] = mclmr_arena(more[i], sizeof(more[i]));
	assert_int_equal(mclmr_sakke_base_build(base, engine), MCLMR_CRYPTO_OK);
	scratch.sakke = mclmr_sakke_new(base);
	scratch.eccsi = mclmr_eccsi_new();
	assert_null(mclmr_kms_server_new(&server, &scratch));
	assert_null(mclmr_kms_write_certificate(&server, 0, &arenas[0], &texts[0]));
	assert_null(mclmr_kms_write_keys(&server, &scratch, MCLMR_SPAN("sip:a&b@x"),
			77, 2, 0, &arenas[1], &texts[1]));
	assert_null(mclmr_kms_write_secrets(&server, &arenas[2], &secrets));
	assert_null(mclmr_keyring_load(ring, texts, 2, &which));
	assert_null(mclmr_keyring_prepare(ring));
	assert_true(mclmr_keyring_holders(ring)->keys->can_open);
	assert_int_equal(mclmr_keyring_holders(ring)->next->keys->number, 78);
	assert_true(mclmr_span_equal(
			mclmr_keyring_issuers(ring)->certificate->kms, server.uri));
	assert_null(mclmr_kms_server_read(&again, &scratch, secrets, &arenas[1]));
	assert_memory_equal(&again.sakke, &server.sakke, sizeof(again.sakke));
	assert_memory_equal(&again.eccsi, &server.eccsi, sizeof(again.eccsi));
	/* One digit of a secret, and it is another server's. */
	digit = (char *)secrets.s + secrets.len - 2;
	*digit = *digit == '0' ? '1' : '0';
	assert_string_equal(
			mclmr_kms_server_read(&again, &scratch, secrets, &arenas[1]),
			"secrets and public keys do not belong together");
	mclmr_keyring_free(ring);
	mclmr_sakke_free(scratch.sakke);
	mclmr_eccsi_free(scratch.eccsi);
	free(base);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_issue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
