/* SPDX-License-Identifier: GPL-2.0-or-later */

/* DTLS-SRTP by OpenSSL, over datagrams that the endpoint brings and takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "handshake.h"

#define MTU 1200
#define CERTIFICATE_LIFE 86400 /* s */
#define MASTER_KEY 16
#define MASTER_SALT 12
#define EXPORTER "EXTRACTOR-dtls_srtp" /* RFC 5764 4.2 */

struct handshake
{
	SSL_CTX *context;
	SSL *ssl;
	BIO_METHOD *method;
	char fingerprint[HANDSHAKE_FINGERPRINT];
	char peer[HANDSHAKE_FINGERPRINT];
	bool active;
	bool done;
	handshake_send_t send;
	void *owner;
	uint8_t in[HANDSHAKE_DATAGRAM]; /* the datagram that is to be read */
	size_t in_len;
};

/* OpenSSL writes a datagram. */
static int bio_write(BIO *bio, const char *s, int len)
{
	handshake_t *handshake = BIO_get_data(bio);

	if(len <= 0
			|| !handshake->send(
					handshake->owner, (const uint8_t *)s, (size_t)len))
		return -1;
	return len;
}

/* OpenSSL reads the datagram that handshake_take() left, once. */
static int bio_read(BIO *bio, char *s, int size)
{
	handshake_t *handshake = BIO_get_data(bio);
	size_t len = handshake->in_len;

	BIO_clear_retry_flags(bio);
	handshake->in_len = 0;
	if(len == 0 || size < 0 || len > (size_t)size) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(s, handshake->in, len);
	return (int)len;
}

/* Nothing has to be flushed and OpenSSL gets the MTU elsewhere. */
static long bio_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

/* A certificate for a key, signed with it. NULL on failure. */
static X509 *make_certificate(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name;

	if(certificate == NULL)
		return NULL;
	name = X509_get_subject_name(certificate);
	if(X509_set_version(certificate, X509_VERSION_3) == 1
			&& ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1
			&& X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL
			&& X509_gmtime_adj(
					   X509_getm_notAfter(certificate), CERTIFICATE_LIFE)
					   != NULL
			&& X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					   (const unsigned char *)"endpoint", -1, -1, 0)
					   == 1
			&& X509_set_issuer_name(certificate, name) == 1
			&& X509_set_pubkey(certificate, key) == 1
			&& X509_sign(certificate, key, EVP_sha256()) != 0)
		return certificate;
	X509_free(certificate);
	return NULL;
}

/* Writes the SHA-256 fingerprint as SDP writes it. */
static bool write_fingerprint(
		const X509 *certificate, char out[HANDSHAKE_FINGERPRINT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;

	if(X509_digest(certificate, EVP_sha256(), digest, &len) != 1)
		return false;
	for(unsigned i = 0; i < len; i++)
		(void)snprintf(out + 3 * (size_t)i, 4, "%02X%s", digest[i],
				i + 1 < len ? ":" : "");
	return true;
}

/* Gives the context a new key and certificate. */
static bool take_certificate(handshake_t *handshake)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = key != NULL ? make_certificate(key) : NULL;
	bool taken =
			certificate != NULL
			&& SSL_CTX_use_certificate(handshake->context, certificate) == 1
			&& SSL_CTX_use_PrivateKey(handshake->context, key) == 1
			&& write_fingerprint(certificate, handshake->fingerprint);

	X509_free(certificate);
	EVP_PKEY_free(key);
	return taken;
}

/* Any certificate will do at first: the fingerprint is compared at the end. */
static int accept_any(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

/* DTLS 1.2 with the one SRTP profile. */
static bool make_context(handshake_t *handshake)
{
	handshake->context = SSL_CTX_new(DTLS_method());
	if(handshake->context == NULL)
		return false;
	SSL_CTX_set_verify(handshake->context,
			SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
	(void)SSL_CTX_set_options(handshake->context, SSL_OP_NO_QUERY_MTU);
	return SSL_CTX_set_min_proto_version(handshake->context, DTLS1_2_VERSION)
				   == 1
		   /* returns 0 for success */
		   && SSL_CTX_set_tlsext_use_srtp(
					  handshake->context, "SRTP_AEAD_AES_128_GCM")
					  == 0
		   && take_certificate(handshake);
}

/* The connection over the socket of the owner. */
static bool make_connection(handshake_t *handshake)
{
	BIO *bio;

	handshake->method = BIO_meth_new(
			BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "owner's socket");
	if(handshake->method == NULL
			|| BIO_meth_set_write(handshake->method, bio_write) != 1
			|| BIO_meth_set_read(handshake->method, bio_read) != 1
			|| BIO_meth_set_ctrl(handshake->method, bio_control) != 1)
		return false;
	bio = BIO_new(handshake->method);
	if(bio == NULL)
		return false;
	BIO_set_data(bio, handshake);
	BIO_set_init(bio, 1);
	handshake->ssl = SSL_new(handshake->context);
	if(handshake->ssl == NULL) {
		(void)BIO_free(bio);
		return false;
	}
	SSL_set_bio(handshake->ssl, bio, bio);
	return SSL_set_mtu(handshake->ssl, MTU) == MTU;
}

handshake_t *handshake_new(handshake_send_t send, void *owner)
{
	handshake_t *handshake = calloc(1, sizeof(*handshake));

	if(handshake == NULL)
		return NULL;
	handshake->send = send;
	handshake->owner = owner;
	if(make_context(handshake) && make_connection(handshake))
		return handshake;
	handshake_free(handshake);
	return NULL;
}

void handshake_free(handshake_t *handshake)
{
	if(handshake == NULL)
		return;
	SSL_free(handshake->ssl);
	SSL_CTX_free(handshake->context);
	BIO_meth_free(handshake->method);
	free(handshake);
}

const char *handshake_fingerprint(const handshake_t *handshake)
{
	return handshake->fingerprint;
}

/* True if the peer's certificate has the fingerprint that was given. */
static bool peer_is_genuine(const handshake_t *handshake)
{
	X509 *certificate = SSL_get1_peer_certificate(handshake->ssl);
	char fingerprint[HANDSHAKE_FINGERPRINT];
	bool same = certificate != NULL
				&& write_fingerprint(certificate, fingerprint)
				&& strcasecmp(fingerprint, handshake->peer) == 0;

	X509_free(certificate);
	return same;
}

/* Goes on as far as it can without another datagram. */
static bool advance(handshake_t *handshake)
{
	int result = SSL_do_handshake(handshake->ssl);

	if(result == 1) {
		handshake->done = peer_is_genuine(handshake);
		return handshake->done;
	}
	return SSL_get_error(handshake->ssl, result) == SSL_ERROR_WANT_READ;
}

bool handshake_begin(
		handshake_t *handshake, bool active, const char *fingerprint)
{
	if(strlen(fingerprint) >= sizeof(handshake->peer))
		return false;
	memcpy(handshake->peer, fingerprint, strlen(fingerprint) + 1);
	handshake->active = active;
	if(active)
		SSL_set_connect_state(handshake->ssl);
	else
		SSL_set_accept_state(handshake->ssl);
	return advance(handshake);
}

bool handshake_is_dtls(const uint8_t *s, size_t len)
{
	return len > 0 && s[0] >= 20 && s[0] <= 63;
}

bool handshake_take(handshake_t *handshake, const uint8_t *s, size_t len)
{
	char none;

	if(len > sizeof(handshake->in))
		return false;
	if(len == 0)
		return DTLSv1_handle_timeout(handshake->ssl) >= 0;
	memcpy(handshake->in, s, len);
	handshake->in_len = len;
	if(!handshake->done)
		return advance(handshake);
	/* A peer that missed the last flight repeats its own: this answers. */
	(void)SSL_read(handshake->ssl, &none, sizeof(none));
	return true;
}

bool handshake_is_done(const handshake_t *handshake)
{
	return handshake->done;
}

bool handshake_keys(handshake_t *handshake, protection_t *protection)
{
	uint8_t material[2 * PROTECTION_KEY];
	uint8_t key[2][PROTECTION_KEY]; /* of the client, of the server */

	if(!handshake->done || SSL_get_selected_srtp_profile(handshake->ssl) == NULL
			|| SSL_export_keying_material(handshake->ssl, material,
					   sizeof(material), EXPORTER, strlen(EXPORTER), NULL, 0, 0)
					   != 1)
		return false;
	/* Both keys come first, then both salts. */
	for(size_t i = 0; i < 2; i++) {
		memcpy(key[i], material + i * MASTER_KEY, MASTER_KEY);
		memcpy(key[i] + MASTER_KEY,
				material + 2 * (size_t)MASTER_KEY + i * MASTER_SALT,
				MASTER_SALT);
	}
	return protection_send_key(protection, key[handshake->active ? 0 : 1])
		   && protection_receive_key(
				   protection, key[handshake->active ? 1 : 0]);
}
