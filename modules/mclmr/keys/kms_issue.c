/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The same, made: a laboratory server. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "kms_issue.h"
#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"

#define MAX_OCTETS MCLMR_SAKKE_POINT /* of one value */

/* A text that grows in an arena of which it takes all. */
typedef struct writer
{
	mclmr_arena_t *arena;
	char *to;
	size_t size;
	size_t length;
	bool failed;
} writer_t;

/* Begins a text. */
static writer_t begin(mclmr_arena_t *arena)
{
	writer_t writer = {.arena = arena,
			.to = arena->begin + arena->used,
			.size = arena->size - arena->used};

	return writer;
}

/* Writes formatted text. */
static void put(writer_t *writer, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
static void put(writer_t *writer, const char *format, ...)
{
	size_t left = writer->size - writer->length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(writer->to + writer->length, left, format, arguments);
	va_end(arguments);
	if(n < 0 || (size_t)n >= left)
		writer->failed = true;
	else
		writer->length += (size_t)n;
}

/* Writes characters as XML text. */
static void put_escaped(writer_t *writer, mclmr_span_t text)
{
	for(size_t i = 0; i < text.len; i++) {
		switch(text.s[i]) {
			case '&':
				put(writer, "&amp;");
				break;
			case '<':
				put(writer, "&lt;");
				break;
			case '>':
				put(writer, "&gt;");
				break;
			default:
				put(writer, "%c", text.s[i]);
		}
	}
}

/* Writes an element with a text. */
static void put_text(writer_t *writer, const char *name, mclmr_span_t text)
{
	put(writer, "<%s>", name);
	put_escaped(writer, text);
	put(writer, "</%s>\n", name);
}

/* Writes an element with octets in hexadecimal. */
static void put_octets(writer_t *writer, const char *name, mclmr_span_t octets)
{
	char hex[2 * MAX_OCTETS + 1];

	mclmr_octets_to_hex(mclmr_octets(octets), octets.len, hex);
	put(writer, "<%s>%s</%s>\n", name, hex, name);
	OPENSSL_cleanse(hex, sizeof hex);
}

/* Ends a text, with a NUL that is not counted. */
static const char *finish(writer_t *writer, mclmr_span_t *text)
{
	if(writer->failed
			|| mclmr_arena_alloc(writer->arena, writer->length + 1) == NULL)
		return "out of memory";
	*text = (mclmr_span_t){writer->to, writer->length};
	return NULL;
}

const char *mclmr_kms_server_new(
		mclmr_kms_server_t *server, const mclmr_kms_scratch_t *scratch)
{
	mclmr_crypto_t result =
			mclmr_sakke_master_new(scratch->sakke, &server->sakke);

	if(result == MCLMR_CRYPTO_OK)
		result = mclmr_eccsi_master_new(scratch->eccsi, &server->eccsi);
	return result == MCLMR_CRYPTO_OK ? NULL : mclmr_crypto_words(result);
}

/* Computes the public keys of a server's secrets. */
static bool load_masters(mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, const mclmr_kms_secrets_t *secrets)
{
	return mclmr_sakke_master_load(
				   scratch->sakke, MCLMR_OCTETS(secrets->z), &server->sakke)
				   == MCLMR_CRYPTO_OK
		   && mclmr_eccsi_master_load(scratch->eccsi,
					  MCLMR_OCTETS(secrets->ksak), &server->eccsi)
					  == MCLMR_CRYPTO_OK;
}

/* True where the public keys of a certificate are those of the server. */
static bool is_same(const mclmr_kms_server_t *server,
		const mclmr_kms_certificate_t *certificate)
{
	return memcmp(server->sakke.point, certificate->z, sizeof certificate->z)
				   == 0
		   && memcmp(server->eccsi.kpak, certificate->kpak,
					  sizeof certificate->kpak)
					  == 0;
}

const char *mclmr_kms_server_read(mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t text,
		mclmr_arena_t *arena)
{
	mclmr_kms_t kms = {0};
	const char *wrong = mclmr_kms_read(&kms, text, arena);

	memset(server, 0, sizeof *server);
	if(wrong == NULL && (kms.certificates == NULL || !kms.secrets.present))
		wrong = "it has not all secrets of a server";
	if(wrong == NULL && !load_masters(server, scratch, &kms.secrets))
		wrong = "the secrets are not right";
	OPENSSL_cleanse(&kms.secrets, sizeof kms.secrets);
	if(wrong == NULL && !is_same(server, kms.certificates))
		wrong = "secrets and public keys do not belong together";
	if(wrong != NULL)
		return wrong;
	server->uri = kms.certificates->kms;
	server->period = kms.certificates->period;
	return NULL;
}

void mclmr_kms_server_clear(mclmr_kms_server_t *server)
{
	mclmr_sakke_master_clear(&server->sakke);
	mclmr_eccsi_master_clear(&server->eccsi);
}

/* Writes a line Name=value of octets. */
static void put_line(writer_t *writer, const char *name, mclmr_span_t octets)
{
	char hex[2 * MAX_OCTETS + 1];

	mclmr_octets_to_hex(mclmr_octets(octets), octets.len, hex);
	put(writer, "%s=%s\n", name, hex);
	OPENSSL_cleanse(hex, sizeof hex);
}

const char *mclmr_kms_write_secrets(const mclmr_kms_server_t *server,
		mclmr_arena_t *arena, mclmr_span_t *text)
{
	writer_t writer = begin(arena);

	put(&writer, "# Secrets of a key management server: keep them safe.\n");
	put(&writer, "KmsUri=%.*s\n", MCLMR_FMT(server->uri));
	put(&writer, "UserKeyPeriod=%lu\n", (unsigned long)server->period.length);
	put(&writer, "UserKeyOffset=%lu\n", (unsigned long)server->period.offset);
	put_line(&writer, "PubEncKey", MCLMR_OCTETS(server->sakke.point));
	put_line(&writer, "PubAuthKey", MCLMR_OCTETS(server->eccsi.kpak));
	put_line(&writer, "MasterSecret", MCLMR_OCTETS(server->sakke.z));
	put_line(&writer, "AuthenticationSecret", MCLMR_OCTETS(server->eccsi.ksak));
	return finish(&writer, text);
}

/* Begins a KmsResponse. */
static void put_response(writer_t *writer, const mclmr_kms_server_t *server,
		mclmr_span_t user, int64_t at)
{
	char time[MCLMR_TIMESTAMP_SIZE];

	mclmr_timestamp_write(at, time);
	put(writer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				"<KmsResponse xmlns=\"urn:3gpp:ns:mcsecKMSInterface:1.0\" "
				"Version=\"1.0.0\">\n");
	put_text(writer, "KmsUri", server->uri);
	put_text(writer, "UserUri", user);
	put(writer, "<Time>%s</Time>\n<ClientReqUrl>https://", time);
	put_escaped(writer, server->uri);
	put(writer, "/keymanagement/identity/v1/</ClientReqUrl>\n"
				"<KmsMessage>\n");
}

/* Writes a number. */
static void put_number(writer_t *writer, const char *name, uint64_t number)
{
	put(writer, "<%s>%llu</%s>\n", name, (unsigned long long)number, name);
}

const char *mclmr_kms_write_certificate(const mclmr_kms_server_t *server,
		int64_t at, mclmr_arena_t *arena, mclmr_span_t *text)
{
	writer_t writer = begin(arena);

	put_response(&writer, server, server->uri, at);
	put(&writer, "<KmsInit Version=\"1.0.0\">\n"
				 "<KmsCertificate Version=\"1.0.0\" Role=\"Root\">\n");
	put_text(&writer, "KmsUri", server->uri);
	put(&writer, "<UserIdFormat>2</UserIdFormat>\n");
	put_number(&writer, "UserKeyPeriod", server->period.length);
	put_number(&writer, "UserKeyOffset", server->period.offset);
	put_octets(&writer, "PubEncKey", MCLMR_OCTETS(server->sakke.point));
	put_octets(&writer, "PubAuthKey", MCLMR_OCTETS(server->eccsi.kpak));
	put(&writer, "<ParameterSet>1</ParameterSet>\n</KmsCertificate>\n"
				 "</KmsInit>\n</KmsMessage>\n</KmsResponse>\n");
	return finish(&writer, text);
}

/* The keys of a user for one period. Secret. */
typedef struct keys
{
	uint8_t uid[MCLMR_UID_SIZE];
	uint8_t rsk[MCLMR_SAKKE_POINT];
	mclmr_eccsi_pair_t pair;
} keys_t;

/* Makes the keys. */
static const char *make_keys(const mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t user, uint64_t number,
		keys_t *keys)
{
	mclmr_crypto_t result;

	if(!mclmr_mikey_uid(user, server->uri, server->period, number, keys->uid))
		return "the user's URI is too long";
	result = mclmr_sakke_rsk_new(
			scratch->sakke, &server->sakke, MCLMR_OCTETS(keys->uid), keys->rsk);
	if(result == MCLMR_CRYPTO_OK)
		result = mclmr_eccsi_pair_new(scratch->eccsi, &server->eccsi,
				MCLMR_OCTETS(keys->uid), &keys->pair);
	return result == MCLMR_CRYPTO_OK ? NULL : mclmr_crypto_words(result);
}

/* Writes one key set. */
static void put_keys(writer_t *writer, const mclmr_kms_server_t *server,
		mclmr_span_t user, uint64_t number, const keys_t *keys)
{
	put(writer, "<KmsKeySet Version=\"1.1.0\">\n");
	put_text(writer, "KmsUri", server->uri);
	put_text(writer, "UserUri", user);
	put_octets(writer, "UserID", MCLMR_OCTETS(keys->uid));
	put_number(writer, "KeyPeriodNo", number);
	put_octets(writer, "UserDecryptKey", MCLMR_OCTETS(keys->rsk));
	put_octets(writer, "UserSigningKeySSK", MCLMR_OCTETS(keys->pair.ssk));
	put_octets(writer, "UserPubTokenPVT", MCLMR_OCTETS(keys->pair.pvt));
	put(writer, "</KmsKeySet>\n");
}

const char *mclmr_kms_write_keys(const mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t user, uint64_t number,
		unsigned n, int64_t at, mclmr_arena_t *arena, mclmr_span_t *text)
{
	writer_t writer = begin(arena);
	const char *wrong = NULL;
	keys_t keys;

	put_response(&writer, server, user, at);
	put(&writer, "<KmsKeyProv Version=\"1.0.0\">\n");
	for(unsigned i = 0; i < n && wrong == NULL; i++) {
		wrong = make_keys(server, scratch, user, number + i, &keys);
		if(wrong == NULL)
			put_keys(&writer, server, user, number + i, &keys);
		OPENSSL_cleanse(&keys, sizeof keys);
	}
	put(&writer, "</KmsKeyProv>\n</KmsMessage>\n</KmsResponse>\n");
	return wrong != NULL ? wrong : finish(&writer, text);
}
