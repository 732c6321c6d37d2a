/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A laboratory's key management server: secrets, certificate, key sets. */
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/text.h"
#include "mclmr/base/timestamp.h"
#include "kms_issue.h"

/* Writes the tag that an element begins with. */
static void put_open(mclmr_text_t *text, const char *name)
{
	mclmr_text_string(text, "<");
	mclmr_text_string(text, name);
	mclmr_text_string(text, ">");
}

/* Writes the tag that an element ends with. */
static void put_close(mclmr_text_t *text, const char *name)
{
	mclmr_text_string(text, "</");
	mclmr_text_string(text, name);
	mclmr_text_string(text, ">\n");
}

/* Writes an element with a text. */
static void put_text(mclmr_text_t *text, const char *name, mclmr_span_t octets)
{
	put_open(text, name);
	mclmr_text_xml(text, octets);
	put_close(text, name);
}

/* Writes an element with octets in hexadecimal. */
static void put_octets(
		mclmr_text_t *text, const char *name, mclmr_span_t octets)
{
	put_open(text, name);
	mclmr_text_hex(text, octets);
	put_close(text, name);
}

/* Writes an element with a number. */
static void put_number(mclmr_text_t *text, const char *name, uint64_t number)
{
	put_open(text, name);
	mclmr_text_number(text, number);
	put_close(text, name);
}

/* Ends a text. */
static const char *finish(const mclmr_text_t *writer, mclmr_span_t *text)
{
	return mclmr_text_done(writer, text) ? NULL : "out of memory";
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

/* True if the public keys of a certificate are those of the server. */
static bool is_same(const mclmr_kms_server_t *server,
		const mclmr_kms_certificate_t *certificate)
{
	return memcmp(server->sakke.point, certificate->z, sizeof(certificate->z))
				   == 0
		   && memcmp(server->eccsi.kpak, certificate->kpak,
					  sizeof(certificate->kpak))
					  == 0;
}

const char *mclmr_kms_server_read(mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t text,
		mclmr_arena_t *arena)
{
	mclmr_kms_t kms = {0};
	const char *wrong = mclmr_kms_read(&kms, text, arena);

	memset(server, 0, sizeof(*server));
	if(wrong == NULL && (kms.certificates == NULL || !kms.secrets.present))
		wrong = "it has not all secrets of a server";
	if(wrong == NULL && !load_masters(server, scratch, &kms.secrets))
		wrong = "the secrets are not right";
	OPENSSL_cleanse(&kms.secrets, sizeof(kms.secrets));
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

/* Begins a line Name=value. */
static void put_name(mclmr_text_t *text, const char *name)
{
	mclmr_text_string(text, name);
	mclmr_text_string(text, "=");
}

/* Writes a line of octets. */
static void put_line(mclmr_text_t *text, const char *name, mclmr_span_t octets)
{
	put_name(text, name);
	mclmr_text_hex(text, octets);
	mclmr_text_string(text, "\n");
}

/* Writes a line of a number. */
static void put_number_line(
		mclmr_text_t *text, const char *name, uint64_t number)
{
	put_name(text, name);
	mclmr_text_number(text, number);
	mclmr_text_string(text, "\n");
}

const char *mclmr_kms_write_secrets(const mclmr_kms_server_t *server,
		mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t writer = mclmr_text(arena);

	mclmr_text_string(
			&writer, "# Secrets of a key management server: keep them safe.\n");
	put_name(&writer, "KmsUri");
	mclmr_text_put(&writer, server->uri);
	mclmr_text_string(&writer, "\n");
	put_number_line(&writer, "UserKeyPeriod", server->period.length);
	put_number_line(&writer, "UserKeyOffset", server->period.offset);
	put_line(&writer, "PubEncKey", MCLMR_OCTETS(server->sakke.point));
	put_line(&writer, "PubAuthKey", MCLMR_OCTETS(server->eccsi.kpak));
	put_line(&writer, "MasterSecret", MCLMR_OCTETS(server->sakke.z));
	put_line(&writer, "AuthenticationSecret", MCLMR_OCTETS(server->eccsi.ksak));
	return finish(&writer, text);
}

/* Begins a KmsResponse. */
static void put_response(mclmr_text_t *text, const mclmr_kms_server_t *server,
		mclmr_span_t user, int64_t at)
{
	char time[MCLMR_TIMESTAMP_SIZE];

	mclmr_timestamp_write(at, time);
	mclmr_text_string(text,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<KmsResponse xmlns=\"urn:3gpp:ns:mcsecKMSInterface:1.0\" "
			"Version=\"1.0.0\">\n");
	put_text(text, "KmsUri", server->uri);
	put_text(text, "UserUri", user);
	put_text(text, "Time", mclmr_span(time));
	mclmr_text_string(text, "<ClientReqUrl>https://");
	mclmr_text_xml(text, server->uri);
	mclmr_text_string(text, "/keymanagement/identity/v1/</ClientReqUrl>\n"
							"<KmsMessage>\n");
}

const char *mclmr_kms_write_certificate(const mclmr_kms_server_t *server,
		int64_t at, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t writer = mclmr_text(arena);

	put_response(&writer, server, server->uri, at);
	mclmr_text_string(&writer,
			"<KmsInit Version=\"1.0.0\">\n"
			"<KmsCertificate Version=\"1.0.0\" Role=\"Root\">\n");
	put_text(&writer, "KmsUri", server->uri);
	mclmr_text_string(&writer, "<UserIdFormat>2</UserIdFormat>\n");
	put_number(&writer, "UserKeyPeriod", server->period.length);
	put_number(&writer, "UserKeyOffset", server->period.offset);
	put_octets(&writer, "PubEncKey", MCLMR_OCTETS(server->sakke.point));
	put_octets(&writer, "PubAuthKey", MCLMR_OCTETS(server->eccsi.kpak));
	mclmr_text_string(&writer,
			"<ParameterSet>1</ParameterSet>\n</KmsCertificate>\n"
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
static void put_keys(mclmr_text_t *text, const mclmr_kms_server_t *server,
		mclmr_span_t user, uint64_t number, const keys_t *keys)
{
	mclmr_text_string(text, "<KmsKeySet Version=\"1.1.0\">\n");
	put_text(text, "KmsUri", server->uri);
	put_text(text, "UserUri", user);
	put_octets(text, "UserID", MCLMR_OCTETS(keys->uid));
	put_number(text, "KeyPeriodNo", number);
	put_octets(text, "UserDecryptKey", MCLMR_OCTETS(keys->rsk));
	put_octets(text, "UserSigningKeySSK", MCLMR_OCTETS(keys->pair.ssk));
	put_octets(text, "UserPubTokenPVT", MCLMR_OCTETS(keys->pair.pvt));
	mclmr_text_string(text, "</KmsKeySet>\n");
}

const char *mclmr_kms_write_keys(const mclmr_kms_server_t *server,
		const mclmr_kms_scratch_t *scratch, mclmr_span_t user, uint64_t number,
		unsigned n, int64_t at, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t writer = mclmr_text(arena);
	const char *wrong = NULL;
	keys_t keys;

	put_response(&writer, server, user, at);
	mclmr_text_string(&writer, "<KmsKeyProv Version=\"1.0.0\">\n");
	for(unsigned i = 0; i < n && wrong == NULL; i++) {
		wrong = make_keys(server, scratch, user, number + i, &keys);
		if(wrong == NULL)
			put_keys(&writer, server, user, number + i, &keys);
		OPENSSL_cleanse(&keys, sizeof(keys));
	}
	mclmr_text_string(
			&writer, "</KmsKeyProv>\n</KmsMessage>\n</KmsResponse>\n");
	return wrong != NULL ? wrong : finish(&writer, text);
}
