/* SPDX-License-Identifier: GPL-2.0-or-later */

/* kms: a server's documents read. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/keys/kms.h"
#include "kms_files.h"
#include "unit.h"
#include "vectors.h"

static char memory[1 << 20];
static vectors_t vectors;

/* Reads a text; what is wrong. */
static const char *read_text(mclmr_span_t text, mclmr_kms_t *kms)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

	memset(kms, 0, sizeof(*kms));
	return mclmr_kms_read(kms, text, &arena);
}

static void assert_octets(const uint8_t *octets, size_t n, const char *name)
{
	mclmr_span_t expected = vectors_get(&vectors, name);

	assert_int_equal(n, expected.len);
	assert_memory_equal(octets, expected.s, n);
}

/* The certificate of the vectors. */
static void check_certificate(const mclmr_kms_certificate_t *certificate)
{
	assert_non_null(certificate);
	assert_null(certificate->next);
	assert_true(mclmr_span_equal(
			certificate->kms, MCLMR_SPAN("kms.iwf.example.org")));
	assert_int_equal(certificate->period.length, 2592000);
	assert_int_equal(certificate->period.offset, 0);
	assert_false(certificate->revoked);
	assert_true(mclmr_is_valid_at(&certificate->valid, INT64_MIN));
	assert_true(mclmr_is_valid_at(&certificate->valid, INT64_MAX));
	assert_octets(certificate->z, sizeof(certificate->z), "Z");
	assert_octets(certificate->kpak, sizeof(certificate->kpak), "KPAK");
}

/* Alice's key set of the vectors. */
static void check_alice(const mclmr_kms_keys_t *keys)
{
	assert_non_null(keys);
	assert_null(keys->next);
	assert_true(mclmr_span_equal(
			keys->user, MCLMR_SPAN("sip:alice@mcptt.example.org")));
	assert_int_equal(keys->number, 1509);
	assert_true(keys->can_open && !keys->can_sign && keys->has_uid);
	assert_octets(keys->uid, sizeof(keys->uid), "uid_responder");
	assert_octets(keys->rsk, sizeof(keys->rsk), "responder_RSK");
}

static void test_responses(void **state)
{
	mclmr_span_t text = file_read(CERT);
	mclmr_kms_t kms;

	(void)state;
	assert_null(read_text(text, &kms));
	check_certificate(kms.certificates);
	assert_null(kms.keys);
	free((char *)text.s);
	text = file_read(ALICE);
	assert_null(read_text(text, &kms));
	check_alice(kms.keys);
	assert_null(kms.certificates);
	free((char *)text.s);
	text = file_read(IWF);
	assert_null(read_text(text, &kms));
	assert_true(!kms.keys->can_open && kms.keys->can_sign);
	assert_octets(kms.keys->ssk, sizeof(kms.keys->ssk), "initiator_SSK");
	assert_octets(kms.keys->pvt, sizeof(kms.keys->pvt), "initiator_PVT");
	free((char *)text.s);
}

/* What stands between two texts, both included. */
static mclmr_span_t between(
		mclmr_span_t text, const char *first, const char *last)
{
	const char *begin = mclmr_span_find(text, mclmr_span(first));
	const char *end = mclmr_span_find(text, mclmr_span(last));

	return (mclmr_span_t){begin, (size_t)(end - begin) + strlen(last)};
}

static void test_bare_elements(void **state)
{
	mclmr_span_t text = file_read(CERT);
	mclmr_kms_t kms;

	(void)state;
	assert_null(read_text(
			between(text, "<KmsCertificate", "</KmsCertificate>"), &kms));
	check_certificate(kms.certificates);
	free((char *)text.s);
	text = file_read(ALICE);
	assert_null(read_text(between(text, "<KmsKeySet", "</KmsKeySet>"), &kms));
	check_alice(kms.keys);
	free((char *)text.s);
}

/* The text of a file with one part replaced, in a buffer. */
static mclmr_span_t edit(const char *path, const char *from, const char *to)
{
	static char buffer[131072];
	mclmr_span_t text = file_read(path);
	const char *at = mclmr_span_find(text, mclmr_span(from));
	int n;

	assert_non_null(at);
	n = snprintf(buffer, sizeof(buffer), "%.*s%s%.*s", (int)(at - text.s),
			text.s, to, (int)(text.len - (size_t)(at - text.s) - strlen(from)),
			at + strlen(from));
	free((char *)text.s);
	return (mclmr_span_t){buffer, (size_t)n};
}

/* Prefixes, unknown elements, dates, base64 and revocation are understood. */
static void test_variants(void **state)
{
	mclmr_kms_t kms;

	(void)state;
	assert_null(read_text(edit(ALICE,
								  "2582b288a38e37af96e0d18cbccd8f62"
								  "8ca8b71aa977d9d7137b053555ea3552",
								  "JYKyiKOON6+W4NGMvM2PYo"
								  "yotxqpd9nXE3sFNVXqNVI="),
			&kms));
	check_alice(kms.keys);
	assert_null(read_text(edit(CERT, "<UserIdFormat>2</UserIdFormat>",
								  "<ValidFrom>2024-01-01T00:00:00Z</ValidFrom>"
								  "<ValidTo>2025-01-01T00:00:00Z</ValidTo>"
								  "<Revoked>true</Revoked>"
								  "<KmsDomainList><KmsDomain>a.example"
								  "</KmsDomain><KmsDomain>b.example"
								  "</KmsDomain></KmsDomainList>"
								  "<Whatever><KmsMore/></Whatever>"),
			&kms));
	assert_true(kms.certificates->revoked);
	assert_int_equal(kms.certificates->valid.from, 1704067200);
	assert_false(mclmr_is_valid_at(&kms.certificates->valid, 1704067199));
	assert_true(mclmr_is_valid_at(&kms.certificates->valid, 1735689600));
	assert_false(mclmr_is_valid_at(&kms.certificates->valid, 1735689601));
	assert_true(mclmr_span_equal(
			kms.certificates->domains->name, MCLMR_SPAN("b.example")));
	assert_non_null(kms.certificates->domains->next);
	assert_null(
			read_text(edit(CERT, "<ParameterSet>1</ParameterSet>", ""), &kms));
}

static void test_lines(void **state)
{
	static const char format[] =
			"# a certificate and two key sets\r\n"
			"KmsUri=kms.iwf.example.org\r\n UserKeyPeriod = 2592000 \n"
			"UserKeyOffset=0\nUnknown=1\nPubEncKey=%s\nPubAuthKey=%s\n"
			"UserUri=sip:alice@mcptt.example.org\nKeyPeriodNo=1509\n"
			"UserDecryptKey=%s\n\n"
			"KmsUri=kms.iwf.example.org\nUserUri=sip:a=b\nKeyPeriodNo=0\n"
			"UserDecryptKey=%s";
	static char text[8192];
	static char hex[3][600];
	mclmr_kms_t kms;
	int n;

	(void)state;
	for(size_t i = 0; i < 3; i++) {
		static const char *const names[] = {"Z", "KPAK", "responder_RSK"};
		mclmr_span_t octets = vectors_get(&vectors, names[i]);

		mclmr_octets_to_hex(mclmr_octets(octets), octets.len, hex[i]);
	}
	n = snprintf(text, sizeof(text), format, hex[0], hex[1], hex[2], hex[2]);
	assert_null(read_text((mclmr_span_t){text, (size_t)n}, &kms));
	check_certificate(kms.certificates);
	assert_false(kms.keys->has_uid);
	assert_int_equal(kms.keys->number, 1509);
	assert_true(mclmr_span_equal(kms.keys->next->user, MCLMR_SPAN("sip:a=b")));
}

static void test_refused(void **state)
{
	static const struct
	{
		const char *path, *from, *to, *wrong;
	} rows[] = {
			{CERT, "<UserKeyPeriod>2592000", "<UserKeyPeriod>0",
					"UserKeyPeriod is 0"},
			{CERT, "<UserKeyPeriod>2592000", "<UserKeyPeriod>4294967296",
					"a number is too large"},
			{CERT, "<UserKeyPeriod>2592000", "<UserKeyPeriod>-1",
					"a number is no number"},
			{CERT, "<UserKeyOffset>0</UserKeyOffset>", "",
					"a number is missing or empty"},
			{CERT, "<PubEncKey>0459", "<PubEncKey>04",
					"PubEncKey is no 257 octets in hex"},
			{CERT, "<PubEncKey>0459", "<PubEncKey>000459",
					"PubEncKey is no 257 octets in hex"},
			{CERT, "<PubAuthKey>0450", "<PubAuthKey>045x",
					"PubAuthKey is no 65 octets in hex"},
			{CERT, "<UserIdFormat>2", "<UserIdFormat>1",
					"UserIdFormat is not 2"},
			{CERT, "<ParameterSet>1", "<ParameterSet>2",
					"ParameterSet is not 1"},
			{CERT, "<KmsUri>kms.iwf.example.org</KmsUri>\n        ",
					"<KmsUri> </KmsUri>",
					"KmsUri, UserUri or KmsDomain is empty"},
			{CERT, "<ParameterSet>", "<Revoked>maybe</Revoked><ParameterSet>",
					"Revoked is neither true nor false"},
			{CERT, "<ParameterSet>", "<ValidTo>soon</ValidTo><ParameterSet>",
					"ValidFrom or ValidTo is no date"},
			{CERT, "<ParameterSet>", "<Revoked/><ParameterSet>",
					"Revoked is neither true nor false"},
			{CERT, "<ParameterSet>", "<ValidTo></ValidTo><ParameterSet>",
					"ValidFrom or ValidTo is no date"},
			{CERT, "<ParameterSet>",
					"<UserKeyPeriod>1</UserKeyPeriod><ParameterSet>",
					"an element is there twice"},
			{CERT, "<ParameterSet>1</ParameterSet>",
					"<KmsCertificate></KmsCertificate>",
					"a record within a record"},
			{CERT, "</KmsResponse>", "", "not well-formed XML, or too large"},
			{CERT, "<KmsResponse",
					"<!DOCTYPE a [<!ENTITY b \"c\">]><KmsResponse",
					"not well-formed XML, or too large"},
			{ALICE,
					"<UserUri>sip:alice@mcptt.example.org</UserUri>\n        "
					"<U",
					"<U", "KmsUri, UserUri or KmsDomain is empty"},
			{ALICE, "<KeyPeriodNo>1509", "<KeyPeriodNo>",
					"a number is missing or empty"},
			{ALICE, "<UserID>25", "<UserID>",
					"UserID is no 32 octets in hex or base64"},
			{ALICE, "<UserDecryptKey>04", "<UserDecryptKey><EncryptedData/>04",
					"a value is encrypted, or no plain text"},
			{ALICE, "<UserDecryptKey>04", "<UserDecryptKey>",
					"UserDecryptKey is no 257 octets in hex"},
			{IWF, "<UserSigningKeySSK>29", "<UserSigningKeySSK>",
					"UserSigningKeySSK is no 32 octets in hex"},
			{IWF, "<UserPubTokenPVT>04", "<UserPubTokenPVT>",
					"UserPubTokenPVT is no 65 octets in hex"},
			{IWF, "UserPubTokenPVT>04", "Other>04",
					"not well-formed XML, or too large"},
	};
	mclmr_kms_t kms;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const char *wrong =
				read_text(edit(rows[i].path, rows[i].from, rows[i].to), &kms);

		assert_non_null(wrong);
		assert_string_equal(wrong, rows[i].wrong);
	}
}

static void test_not_kms(void **state)
{
	static const struct
	{
		const char *text, *wrong;
	} rows[] = {
			{"", "a certificate or key set without any key"},
			{"<a/>", "neither a certificate nor a key set in it"},
			{"no line", "a line is not Name=value"},
			{"KmsUri=a\nUserUri=b\n",
					"a certificate or key set without any key"},
			{"<KmsKeySet><KmsUri>a</KmsUri></KmsKeySet>",
					"a certificate or key set without any key"},
			{"<KmsKeySet><KmsUri>a</KmsUri><UserUri>b</UserUri><KeyPeriodNo>1"
			 "</KeyPeriodNo><UserPubTokenPVT>04</UserPubTokenPVT></KmsKeySet>",
					"UserSigningKeySSK and UserPubTokenPVT go together"},
	};
	static char large[MCLMR_KMS_MAX_SIZE + 1];
	static char many[8192];
	mclmr_kms_t kms;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(
				read_text(mclmr_span(rows[i].text), &kms), rows[i].wrong);
	assert_string_equal(read_text((mclmr_span_t){large, sizeof(large)}, &kms),
			"the file is too large");
	memset(many, 'a', sizeof(many) - 1);
	memcpy(many, "KmsUri=", 7);
	assert_string_equal(
			read_text(mclmr_span(many), &kms), "a value is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_responses),
			cmocka_unit_test(test_bare_elements),
			cmocka_unit_test(test_variants),
			cmocka_unit_test(test_lines),
			cmocka_unit_test(test_refused),
			cmocka_unit_test(test_not_kms),
	};
	int failed;

	vectors_read(&vectors, MESSAGES);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	vectors_free(&vectors);
	return failed;
}
