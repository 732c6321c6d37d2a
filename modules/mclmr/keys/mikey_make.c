/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A MIKEY-SAKKE message for one recipient, made. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "mclmr/base/octets.h"
#include "mikey_make.h"
#include "mikey_payload.h"

#define SIGN_HEAD 0x2081 /* ECCSI, 129 octets */
#define MAX_EXTENSION UINT16_MAX

/* The default policies of TS 33.180: AES-GCM with 16 octets of key and 12 of
 * salt, PRF AES-CM, no rekeying, tags of 16; for groups besides RCCm3 with
 * tags of 4 (the ROC in every packet is RFC 4771's default). Type, length,
 * value. */
static const uint8_t group_policy[] = {0, 1, 6, 1, 1, 16, 2, 1, 4, 4, 1, 12, 5,
		1, 0, 6, 1, 0, 18, 1, 4, 19, 1, 0, 20, 1, 16};
static const uint8_t private_policy[] = {
		0, 1, 6, 1, 1, 16, 4, 1, 12, 5, 1, 0, 6, 1, 0, 20, 1, 16};

/* A writer of payloads. The type of one goes into the "next" octet of the one
 * before it. */
typedef struct writer
{
	mclmr_octets_writer_t octets;
	size_t next; /* the place of the "next" octet */
} writer_t;

/* Writes a number of n octets. */
static void put_number(writer_t *writer, uint64_t number, size_t n)
{
	mclmr_octets_write_number(&writer->octets, number, n);
}

/* Writes a text after its length of two octets. */
static void put_text(writer_t *writer, mclmr_span_t text)
{
	mclmr_octets_write_string(&writer->octets, text, 2);
}

/* Writes a "next" octet, which is filled in later. */
static void put_next(writer_t *writer)
{
	writer->next = writer->octets.length;
	put_number(writer, MCLMR_PAYLOAD_LAST, 1);
}

/* Fills in the "next" octet. */
static void set_next(writer_t *writer, uint8_t type)
{
	if(writer->octets.to != NULL && !writer->octets.full)
		writer->octets.to[writer->next] = type;
}

/* Begins a payload. */
static void begin(writer_t *writer, uint8_t type)
{
	set_next(writer, type);
	put_next(writer);
}

/* The security parameter index of a session: of a group its own identifier
 * and the user's, else the key's. */
static void put_spi(writer_t *writer, const mclmr_mikey_draft_t *draft)
{
	uint32_t key_id = draft->order->key_id;
	bool is_group = mclmr_mikey_purpose(key_id) == MCLMR_PURPOSE_GMK;

	put_number(writer, is_group ? 8 : 4, 1);
	put_number(writer, key_id, 4);
	if(is_group)
		put_number(writer, draft->csb_id, 4);
}

/* The common header with its map of sessions. */
static void put_header(writer_t *writer, const mclmr_mikey_draft_t *draft)
{
	const mclmr_mikey_order_t *order = draft->order;

	put_number(writer, 1, 1);
	put_number(writer, 26, 1);
	put_next(writer);
	put_number(writer, 1, 1);
	put_number(writer, draft->csb_id, 4);
	put_number(writer, order->sessions, 1);
	put_number(writer,
			order->sessions == 0 ? MCLMR_MIKEY_MAP_EMPTY
								 : MCLMR_MIKEY_MAP_GENERIC,
			1);
	for(size_t i = 0; i < order->sessions; i++) {
		put_number(writer, order->session[i], 1);
		put_number(writer, 0, 1);
		put_number(writer, order->has_policy ? 1 : 0, 1);
		if(order->has_policy)
			put_number(writer, 0, 1);
		put_number(writer, 0, 2);
		put_spi(writer, draft);
	}
}

/* Time and random octets. */
static void put_freshness(writer_t *writer, const mclmr_mikey_draft_t *draft)
{
	begin(writer, MCLMR_PAYLOAD_T);
	put_number(writer, 0, 1);
	put_number(writer, draft->order->timestamp, 8);
	begin(writer, MCLMR_PAYLOAD_RAND);
	put_number(writer, sizeof(draft->rand), 1);
	mclmr_octets_write(&writer->octets, MCLMR_OCTETS(draft->rand));
}

/* One identity. */
static void put_identity(writer_t *writer, uint8_t role, mclmr_span_t value)
{
	begin(writer, MCLMR_PAYLOAD_IDR);
	put_number(writer, role, 1);
	put_number(writer, 1, 1);
	put_text(writer, value);
}

/* All identities. */
static void put_identities(writer_t *writer, const mclmr_mikey_draft_t *draft)
{
	const mclmr_mikey_order_t *order = draft->order;
	const mclmr_holder_t *sender = order->sender;

	if(order->hidden) {
		put_identity(writer, 8, MCLMR_OCTETS(sender->uid));
		put_identity(writer, 9, MCLMR_OCTETS(draft->uid));
	} else {
		put_identity(writer, 1, sender->keys->user);
		put_identity(writer, 2, order->to);
	}
	put_identity(writer, 6, sender->keys->kms);
	put_identity(writer, 7, order->issuer->certificate->kms);
}

/* The default policy of the purpose. */
static void put_policy(writer_t *writer, const mclmr_mikey_draft_t *draft)
{
	bool is_group =
			mclmr_mikey_purpose(draft->order->key_id) == MCLMR_PURPOSE_GMK;

	if(!draft->order->has_policy)
		return;
	begin(writer, MCLMR_PAYLOAD_SP);
	put_number(writer, 0, 2);
	put_text(writer, is_group ? MCLMR_OCTETS(group_policy)
							  : MCLMR_OCTETS(private_policy));
}

/* What a SAKKE payload has after its "next" octet. */
static void put_sakke(writer_t *writer, const uint8_t data[MCLMR_SAKKE_DATA])
{
	put_number(writer, 1, 1);
	put_number(writer, 2, 1);
	put_number(writer, MCLMR_SAKKE_DATA, 2);
	mclmr_octets_write(
			&writer->octets, mclmr_octets_span(data, MCLMR_SAKKE_DATA));
}

/* An extension. */
static void put_extension(writer_t *writer, uint8_t type, mclmr_span_t data)
{
	if(data.len == 0)
		return;
	begin(writer, MCLMR_PAYLOAD_EXTENSION);
	put_number(writer, type, 1);
	put_text(writer, data);
}

/* The extensions that stand before the signature. */
typedef struct parts
{
	mclmr_span_t self;
	mclmr_span_t parameters;
	mclmr_span_t extra;
} parts_t;

/* The whole message but for the octets of the signature. */
static void put_message(writer_t *writer, const mclmr_mikey_draft_t *draft,
		const parts_t *parts)
{
	put_header(writer, draft);
	put_freshness(writer, draft);
	put_identities(writer, draft);
	put_policy(writer, draft);
	begin(writer, MCLMR_PAYLOAD_SAKKE);
	put_sakke(writer, draft->job.data);
	put_extension(writer, MCLMR_MIKEY_SAKKE_TO_SELF, parts->self);
	put_extension(writer, MCLMR_MIKEY_KEY_PARAMETERS, parts->parameters);
	put_extension(writer, MCLMR_MIKEY_KEY_RECORD, parts->extra);
	/* The signature has no "next" octet: its head stands there. */
	set_next(writer, MCLMR_PAYLOAD_SIGN);
	put_number(writer, SIGN_HEAD, 2);
}

bool mclmr_mikey_new_id(mclmr_mikey_purpose_t purpose, uint32_t *id)
{
	uint8_t octets[4];

	if(RAND_bytes(octets, sizeof(octets)) != 1)
		return false;
	*id = ((uint32_t)mclmr_octets_get(octets, 4) & 0x0FFFFFFFU)
		  | (uint32_t)purpose << 28;
	return true;
}

size_t mclmr_mikey_default_sessions(mclmr_mikey_purpose_t purpose,
		uint8_t sessions[MCLMR_MIKEY_SESSIONS_MAX])
{
	switch(purpose) {
		case MCLMR_PURPOSE_GMK:
			sessions[0] = 4;
			return 1;
		case MCLMR_PURPOSE_CSK:
			sessions[0] = 6;
			return 1;
		case MCLMR_PURPOSE_MUSIK:
			sessions[0] = 7;
			return 1;
		default:
			sessions[0] = 0;
			sessions[1] = 1;
			return 2;
	}
}

const char *mclmr_mikey_find_parties(mclmr_mikey_order_t *order,
		mclmr_keyring_t *ring, mclmr_span_t from, mclmr_span_t to_kms)
{
	int64_t at = mclmr_unix_seconds(order->timestamp);
	const char *wrong = NULL;

	order->sender = mclmr_keyring_signer(ring, from, at, &wrong);
	if(order->sender == NULL)
		return wrong;
	order->issuer =
			mclmr_keyring_issuer_for(ring, to_kms, order->to, at, &wrong);
	return order->issuer == NULL ? wrong : NULL;
}

/* Sets the random octets of a message. */
static bool set_rand(mclmr_mikey_draft_t *draft)
{
	if(draft->order->rand == NULL)
		return RAND_bytes(draft->rand, sizeof(draft->rand)) == 1;
	memcpy(draft->rand, draft->order->rand, sizeof(draft->rand));
	return true;
}

const char *mclmr_mikey_begin(mclmr_keyring_t *ring,
		const mclmr_mikey_order_t *order, const uint8_t *key,
		mclmr_mikey_draft_t *draft)
{
	const mclmr_kms_certificate_t *certificate = order->issuer->certificate;
	uint64_t number = mclmr_key_period_number(
			certificate->period, mclmr_unix_seconds(order->timestamp));

	memset(draft, 0, sizeof(*draft));
	draft->order = order;
	draft->csb_id = order->key_id;
	if(!mclmr_mikey_is_uri(order->to))
		return "the recipient is no URI";
	if(order->rand != NULL
			&& mclmr_mikey_purpose(order->key_id) != MCLMR_PURPOSE_GMK)
		return "RAND is given for a key that is no GMK";
	if(!set_rand(draft))
		return "no random octets";
	if(!mclmr_mikey_uid(order->to, certificate->kms, certificate->period,
			   number, draft->uid))
		return "the recipient's URI is too long";
	draft->job.kms = mclmr_issuer_tables(ring, order->issuer);
	if(draft->job.kms == NULL)
		return "PubEncKey of the recipient's server is not right";
	draft->job.id = MCLMR_OCTETS(draft->uid);
	draft->job.fresh = key == NULL;
	if(key != NULL)
		memcpy(draft->job.ssv, key, sizeof(draft->job.ssv));
	return NULL;
}

/* Encapsulates the key to the sender: a SAKKE payload with no next one. */
static const char *make_self(mclmr_keyring_t *ring,
		const mclmr_mikey_draft_t *draft, mclmr_arena_t *arena,
		mclmr_span_t *self)
{
	const mclmr_holder_t *sender = draft->order->sender;
	const mclmr_sakke_kms_t *kms = mclmr_issuer_tables(ring, sender->issuer);
	uint8_t data[MCLMR_SAKKE_DATA];
	writer_t counter = {.octets = MCLMR_OCTETS_COUNTER};
	writer_t writer = {0};

	if(!draft->order->to_self)
		return NULL;
	put_next(&counter);
	put_sakke(&counter, data);
	writer.octets = mclmr_octets_writer(arena, &counter.octets);
	if(kms == NULL || writer.octets.full
			|| mclmr_sakke_encapsulate(mclmr_keyring_sakke(ring), kms,
					   MCLMR_OCTETS(sender->uid), draft->job.ssv, data)
					   != MCLMR_CRYPTO_OK)
		return "the key cannot be encapsulated to the sender";
	put_next(&writer);
	put_sakke(&writer, data);
	*self = mclmr_octets_written(&writer.octets);
	return NULL;
}

/* Makes the extensions. */
static const char *make_parts(mclmr_keyring_t *ring,
		const mclmr_mikey_draft_t *draft, mclmr_arena_t *arena, parts_t *parts)
{
	const mclmr_mikey_order_t *order = draft->order;
	int64_t date = mclmr_unix_seconds(order->timestamp);
	const char *wrong = make_self(ring, draft, arena, &parts->self);

	if(wrong != NULL || order->parameters == NULL)
		return wrong;
	return mclmr_key_parameters_write(order->parameters, draft->job.ssv,
			draft->csb_id, date, arena, &parts->parameters);
}

/* Signs what was written, and writes the signature. */
static const char *sign(mclmr_keyring_t *ring, const mclmr_mikey_draft_t *draft,
		writer_t *writer)
{
	uint8_t signature[MCLMR_ECCSI_SIGNATURE];

	if(mclmr_eccsi_sign(mclmr_keyring_eccsi(ring),
			   &draft->order->sender->signing,
			   mclmr_octets_written(&writer->octets), signature)
			!= MCLMR_CRYPTO_OK)
		return "the message cannot be signed";
	mclmr_octets_write(&writer->octets, MCLMR_OCTETS(signature));
	return writer->octets.full ? "the message is too large" : NULL;
}

const char *mclmr_mikey_finish(mclmr_keyring_t *ring,
		mclmr_mikey_draft_t *draft, mclmr_span_t extra, mclmr_arena_t *arena,
		mclmr_span_t *octets)
{
	parts_t parts = {.extra = extra};
	writer_t counter = {.octets = MCLMR_OCTETS_COUNTER};
	writer_t writer = {0};
	const char *wrong;

	if(draft->job.result != MCLMR_CRYPTO_OK || extra.len > MAX_EXTENSION)
		return "the key cannot be encapsulated to the recipient";
	/* The message of a group key has the user's copy of its identifier. */
	if(mclmr_mikey_purpose(draft->order->key_id) == MCLMR_PURPOSE_GMK
			&& !mclmr_guk_id(draft->job.ssv, draft->order->key_id,
					draft->order->to, &draft->csb_id))
		return "GUK-ID cannot be derived";
	wrong = make_parts(ring, draft, arena, &parts);
	if(wrong != NULL)
		return wrong;
	put_message(&counter, draft, &parts);
	counter.octets.length += MCLMR_ECCSI_SIGNATURE;
	if(counter.octets.full || counter.octets.length > MCLMR_MIKEY_MAX_SIZE)
		return "the message is too large";
	writer.octets = mclmr_octets_writer(arena, &counter.octets);
	if(writer.octets.full)
		return "out of memory";
	put_message(&writer, draft, &parts);
	wrong = sign(ring, draft, &writer);
	*octets = mclmr_octets_written(&writer.octets);
	return wrong;
}
