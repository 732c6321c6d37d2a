/* SPDX-License-Identifier: GPL-2.0-or-later */

/* keyring: certificates and keys, and messages made and opened with them. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/keys/mikey_make.h"
#include "mclmr/keys/mikey_open.h"
#include "kms_files.h"
#include "lab.h"
#include "unit.h"
#include "vectors.h"

#define S(literal) MCLMR_SPAN(literal)

static vectors_t vectors;

/* A text of a file with parts replaced, one after the other. */
static mclmr_span_t edit(mclmr_span_t text, const char *from, const char *to)
{
	const char *at = mclmr_span_find(text, mclmr_span(from));
	char *edited = malloc(text.len + strlen(to));
	size_t before;

	assert_non_null(at);
	before = (size_t)(at - text.s);
	memcpy(edited, text.s, before);
	memcpy(edited + before, to, strlen(to));
	memcpy(edited + before + strlen(to), at + strlen(from),
			text.len - before - strlen(from));
	text.len += strlen(to) - strlen(from);
	free((char *)text.s);
	text.s = edited;
	return text;
}

/* Opens message A with a ring. */
static mclmr_mikey_fault_t open_a(mclmr_keyring_t *ring)
{
	static const mclmr_mikey_wish_t any = {.max_skew = MCLMR_MIKEY_MAX_SKEW};
	mclmr_mikey_t message;
	mclmr_mikey_opened_t opened;

	assert_null(mclmr_mikey_read(vectors_get(&vectors, "msg_A"), &message));
	return mclmr_mikey_open(&message, ring, &any, &opened);
}

/* What is wrong with certificate, alice and IWF if one part of one text is
 * replaced; or how opening message A ends then. */
static void test_edited(void **state)
{
	static const struct
	{
		int file;
		const char *from, *to, *wrong;
		mclmr_mikey_fault_t fault;
	} rows[] = {
			{0, "KmsMessage", "KmsMessage", NULL, MCLMR_MIKEY_GENUINE},
			{0, "<PubAuthKey>0450", "<PubAuthKey>0451",
					"PubAuthKey is not on the curve", 0},
			{0, "<KmsUri>kms.iwf.example.org</KmsUri>\n        <UserId",
					"<KmsUri>kms</KmsUri><UserId",
					"there is no certificate of a key set's server", 0},
			{0, "2592000<", "2592001<",
					"UserID is not that of UserUri, KmsUri and KeyPeriodNo", 0},
			{0, "<PubEncKey>0459", "<PubEncKey>0458", NULL,
					MCLMR_MIKEY_BAD_KEYS},
			{0, "<UserIdFormat>", "<Revoked>true</Revoked><UserIdFormat>", NULL,
					MCLMR_MIKEY_REVOKED},
			{0, "<UserIdFormat>",
					"<ValidTo>2023-12-31T23:59:59Z</ValidTo><UserIdFormat>",
					NULL, MCLMR_MIKEY_REVOKED},
			{0, "<UserIdFormat>",
					"<ValidFrom>2024-01-01T00:00:00Z</ValidFrom>"
					"<ValidTo>2024-01-01T00:00:00Z</ValidTo><UserIdFormat>",
					NULL, MCLMR_MIKEY_GENUINE},
			{1, "<KeyPeriodNo>1509", "<KeyPeriodNo>1510",
					"UserID is not that of UserUri, KmsUri and KeyPeriodNo", 0},
			{1, "<UserDecryptKey>0431", "<UserDecryptKey>0432", NULL,
					MCLMR_MIKEY_BAD_KEYS},
			{1, "<KeyPeriodNo>", "<Revoked>1</Revoked><KeyPeriodNo>", NULL,
					MCLMR_MIKEY_KEYS_REVOKED},
			{1, "<KeyPeriodNo>",
					"<ValidFrom>2024-01-01T00:00:01Z</ValidFrom><KeyPeriodNo>",
					NULL, MCLMR_MIKEY_KEYS_REVOKED},
			{2, "<UserSigningKeySSK>29", "<UserSigningKeySSK>28",
					"UserSigningKeySSK and UserPubTokenPVT are not of this "
					"user and server",
					0},
			{2, "<UserPubTokenPVT>045c", "<UserPubTokenPVT>045d",
					"UserSigningKeySSK and UserPubTokenPVT are not of this "
					"user and server",
					0},
	};
	static const char *const paths[] = {CERT, ALICE, IWF};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_keyring_t *ring = mclmr_keyring_new();
		mclmr_span_t texts[3];
		const char *wrong;
		size_t which;

		for(int f = 0; f < 3; f++)
			texts[f] = file_read(paths[f]);
		texts[rows[i].file] =
				edit(texts[rows[i].file], rows[i].from, rows[i].to);
		wrong = mclmr_keyring_load(ring, texts, 3, &which);
		if(rows[i].wrong != NULL) {
			assert_non_null(wrong);
			assert_string_equal(wrong, rows[i].wrong);
			assert_true(which <= 2);
		} else {
			assert_null(wrong);
			assert_int_equal(open_a(ring), rows[i].fault);
		}
		for(int f = 0; f < 3; f++)
			free((char *)texts[f].s);
		mclmr_keyring_free(ring);
	}
}

/* A ring that is filled anew without a restart: other certificates and keys
 * are in force at once, tables of public keys that stay are kept, and what
 * does not read changes nothing. */
static void test_rebuild(void **state)
{
	static const char *const all[] = {CERT, ALICE, IWF};
	static const char *const no_alice[] = {CERT, IWF};
	static const char *const bad[] = {CERT, MESSAGES};
	mclmr_keyring_t *ring = mclmr_keyring_new();
	mclmr_sakke_kms_t *tables;

	(void)state;
	assert_null(ring_fill(ring, no_alice, 2));
	assert_int_equal(open_a(ring), MCLMR_MIKEY_NOT_FOR_US);
	assert_null(mclmr_keyring_prepare(ring));
	tables = mclmr_keyring_issuers(ring)->tables;
	assert_non_null(tables);
	assert_null(ring_fill(ring, all, 3));
	assert_ptr_equal(mclmr_keyring_issuers(ring)->tables, tables);
	assert_int_equal(open_a(ring), MCLMR_MIKEY_GENUINE);
	assert_non_null(ring_fill(ring, bad, 2));
	assert_int_equal(open_a(ring), MCLMR_MIKEY_GENUINE);
	assert_null(ring_fill(ring, no_alice, 2));
	assert_int_equal(open_a(ring), MCLMR_MIKEY_NOT_FOR_US);
	assert_null(ring_fill(ring, NULL, 0));
	assert_int_equal(open_a(ring), MCLMR_MIKEY_NO_CERTIFICATE);
	mclmr_keyring_free(ring);
}

/* In a child, with tables of the parent. */
static void test_forked(void **state)
{
	mclmr_keyring_t *ring = ring_of_vectors();

	(void)state;
	assert_null(mclmr_keyring_prepare(ring));
	assert_true(mclmr_keyring_forked(ring));
	assert_int_equal(open_a(ring), MCLMR_MIKEY_GENUINE);
	mclmr_keyring_free(ring);
}

/* A server with two certificates: messages under both are genuine, the newer
 * one is used to send. */
static void test_old_and_new(void **state)
{
	static lab_t lab;
	mclmr_kms_server_t servers[3];
	mclmr_key_period_t period = {1000, 0};
	const char *wrong = NULL;
	mclmr_keyring_t *ring;
	mclmr_issuer_t *issuer;

	(void)state;
	lab_open(&lab);
	lab_server(&lab, &servers[0], "kms.a", period);
	lab_server(&lab, &servers[1], "kms.a", period);
	lab_server(&lab, &servers[2], "kms.b", period);
	for(int i = 0; i < 3; i++) {
		static const char *const dates[] = {
				"<ValidTo>1970-01-02T00:00:00Z</ValidTo><UserIdFormat>",
				"<ValidFrom>1970-01-01T12:00:00Z</ValidFrom><UserIdFormat>",
				"<KmsDomainList><KmsDomain>b.example</KmsDomain>"
				"</KmsDomainList><UserIdFormat>"};
		char *copy = malloc(lab.text[i].len);

		memcpy(copy, lab.text[i].s, lab.text[i].len);
		lab.text[i].s = copy;
		lab.text[i] = edit(lab.text[i], "<UserIdFormat>", dates[i]);
	}
	lab_user(&lab, &servers[0], "sip:u@a", 2208988, 1);
	lab_user(&lab, &servers[1], "sip:u@a", 2208988, 1);
	ring = lab_ring(&lab, 0);
	/* Each key set belongs to one of the certificates. */
	assert_ptr_equal(
			mclmr_keyring_holders(ring)->issuer, mclmr_keyring_issuers(ring));
	assert_ptr_equal(mclmr_keyring_holders(ring)->next->issuer,
			mclmr_keyring_issuers(ring)->next);
	assert_null(mclmr_keyring_holders(ring)->next->next);
	issuer =
			mclmr_keyring_issuer_for(ring, S("kms.a"), S("sip:u@a"), 0, &wrong);
	assert_ptr_equal(issuer, mclmr_keyring_issuers(ring));
	issuer = mclmr_keyring_issuer_for(
			ring, S("kms.a"), S("sip:u@a"), 50000, &wrong);
	assert_ptr_equal(issuer, mclmr_keyring_issuers(ring)->next);
	/* Which server: said, by the domain, or not clear. */
	issuer = mclmr_keyring_issuer_for(
			ring, S(""), S("sip:x@B.example:5060;lr"), 0, &wrong);
	assert_ptr_equal(issuer, mclmr_keyring_issuers(ring)->next->next);
	assert_null(mclmr_keyring_issuer_for(
			ring, S(""), S("sip:x@c.example"), 0, &wrong));
	assert_string_equal(
			wrong, "it is not clear which server serves the recipient");
	assert_null(mclmr_keyring_issuer_for(
			ring, S("kms.c"), S("sip:u@a"), 0, &wrong));
	mclmr_keyring_free(ring);
	for(int i = 0; i < 3; i++) {
		free((char *)lab.text[i].s);
		mclmr_kms_server_clear(&servers[i]);
	}
	lab_close(&lab);
}

/* A user who can only receive, and two certificates of his server: one key
 * set and the certificate that it is of make him ready; tables that turned out
 * wrong are not built again. */
static void test_receiver(void **state)
{
	static lab_t lab;
	mclmr_kms_server_t servers[2];
	mclmr_key_period_t period = {1000, 0};
	mclmr_holder_t *wrong;
	mclmr_keyring_t *ring;
	char *copy;

	(void)state;
	lab_open(&lab);
	lab_server(&lab, &servers[0], "kms.a", period);
	lab_server(&lab, &servers[1], "kms.a", period);
	lab_user(&lab, &servers[1], "sip:u@a", 2208988, 1);
	copy = malloc(lab.text[2].len);
	memcpy(copy, lab.text[2].s, lab.text[2].len);
	lab.text[2].s = copy;
	for(int i = 0; i < 2; i++) {
		lab.text[2] = edit(lab.text[2], "UserSigningKeySSK>", "Other>");
		lab.text[2] = edit(lab.text[2], "UserPubTokenPVT>", "Other>");
	}
	ring = lab_ring(&lab, 0);
	assert_null(mclmr_keyring_prepare(ring));
	wrong = mclmr_keyring_holders(ring);
	assert_null(wrong->tables);
	assert_true(wrong->is_unfit);
	assert_non_null(wrong->next->tables);
	assert_null(wrong->next->next);
	assert_null(mclmr_holder_tables(ring, wrong));
	mclmr_keyring_free(ring);
	/* Without his certificate there is no way. */
	lab.text[1] = lab.text[2];
	lab.n = 2;
	ring = lab_ring(&lab, 0);
	assert_non_null(mclmr_keyring_prepare(ring));
	mclmr_keyring_free(ring);
	free((char *)lab.text[2].s);
	for(int i = 0; i < 2; i++)
		mclmr_kms_server_clear(&servers[i]);
	lab_close(&lab);
}

/* Of a certificate and a revoked copy of it none is good, in any order. */
static void test_revoked_copy(void **state)
{
	(void)state;
	for(int order = 0; order < 2; order++) {
		mclmr_keyring_t *ring = mclmr_keyring_new();
		mclmr_span_t texts[4];
		size_t which;

		for(int i = 0; i < 2; i++)
			texts[i] = file_read(CERT);
		texts[order] = edit(texts[order], "<UserIdFormat>",
				"<Revoked>true</Revoked><UserIdFormat>");
		texts[2] = file_read(ALICE);
		texts[3] = file_read(IWF);
		assert_null(mclmr_keyring_load(ring, texts, 4, &which));
		assert_int_equal(open_a(ring), MCLMR_MIKEY_REVOKED);
		for(int i = 0; i < 4; i++)
			free((char *)texts[i].s);
		mclmr_keyring_free(ring);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_edited),
			cmocka_unit_test(test_rebuild),
			cmocka_unit_test(test_forked),
			cmocka_unit_test(test_old_and_new),
			cmocka_unit_test(test_receiver),
			cmocka_unit_test(test_revoked_copy),
	};
	int failed;

	vectors_read(&vectors, MESSAGES);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	vectors_free(&vectors);
	return failed;
}
