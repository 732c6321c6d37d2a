/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mikey: an I_MESSAGE of MIKEY-SAKKE (RFC 3830, 6043, 6509) in the profile of
 * TS 33.180 Annex E, cut into its payloads. Nothing is verified here: see
 * mikey_open.
 */
#ifndef MCLMR_MIKEY_H
#define MCLMR_MIKEY_H

#include <stdint.h>

#include "mclmr/base/span.h"

#define MCLMR_MIKEY_MAX_SIZE 65536 /* octets of a message */
#define MCLMR_MIKEY_MAX_POLICIES 8
#define MCLMR_MIKEY_MAX_EXTENSIONS 8
#define MCLMR_MIKEY_RAND 16

/* How sessions are told (RFC 3830 6.1, 6043 6.1). */
typedef enum mclmr_mikey_map
{
	MCLMR_MIKEY_MAP_SRTP = 0, /* policy, SSRC and ROC: older products */
	MCLMR_MIKEY_MAP_EMPTY = 1,
	MCLMR_MIKEY_MAP_GENERIC = 2
} mclmr_mikey_map_t;

/* What a key is for: the upper four bits of its identifier. */
typedef enum mclmr_mikey_purpose
{
	MCLMR_PURPOSE_GMK = 0,
	MCLMR_PURPOSE_PCK = 1,
	MCLMR_PURPOSE_CSK = 2,
	MCLMR_PURPOSE_SPK = 3,
	MCLMR_PURPOSE_MKFC = 4,
	MCLMR_PURPOSE_MSCCK = 5,
	MCLMR_PURPOSE_MUSIK = 6,
	MCLMR_PURPOSE_RECORD = 15 /* provisional: of a key record */
} mclmr_mikey_purpose_t;

/* An identity: a URI or, if identities are hidden, a UID. */
typedef struct mclmr_mikey_identity
{
	bool hidden;		/* value is a UID */
	mclmr_span_t value; /* octets of the message; empty: not there */
} mclmr_mikey_identity_t;

/* A security policy: parameters as type, length, value. */
typedef struct mclmr_mikey_policy
{
	uint8_t number;
	uint8_t protocol; /* 0: SRTP */
	mclmr_span_t parameters;
} mclmr_mikey_policy_t;

/* Types of general extensions. */
#define MCLMR_MIKEY_SAKKE_TO_SELF 6
#define MCLMR_MIKEY_KEY_PARAMETERS 7
#define MCLMR_MIKEY_KEY_RECORD 240 /* provisional: of the private range */

typedef struct mclmr_mikey_extension
{
	uint8_t type;
	mclmr_span_t data;
} mclmr_mikey_extension_t;

/* The data of a SAKKE payload. */
typedef struct mclmr_mikey_sakke
{
	uint8_t parameters; /* 1: set 1 of RFC 6509 */
	uint8_t scheme;		/* of identities; 2: TS 33.180 F.2.1 */
	mclmr_span_t data;	/* empty: no payload */
} mclmr_mikey_sakke_t;

/* A message; spans are octets of it. */
typedef struct mclmr_mikey
{
	uint8_t version;
	uint8_t prf; /* 1: HMAC-SHA-256 */
	uint32_t csb_id;
	uint8_t sessions; /* #CS */
	mclmr_mikey_map_t map;
	mclmr_span_t map_octets;
	uint64_t timestamp; /* NTP-UTC, 64 bits */
	mclmr_span_t rand;
	mclmr_mikey_identity_t initiator;
	mclmr_mikey_identity_t responder;
	mclmr_span_t initiator_kms;
	mclmr_span_t responder_kms;
	size_t policies;
	mclmr_mikey_policy_t policy[MCLMR_MIKEY_MAX_POLICIES];
	mclmr_mikey_sakke_t sakke;
	size_t extensions;
	mclmr_mikey_extension_t extension[MCLMR_MIKEY_MAX_EXTENSIONS];
	mclmr_mikey_sakke_t self; /* from the extension SAKKE-to-self */
	mclmr_span_t covered;	  /* what the signature is over */
	mclmr_span_t signature;
} mclmr_mikey_t;

/* A session of the map. */
typedef struct mclmr_mikey_session
{
	uint8_t id;		  /* CS ID; for the older map its place, from 1 on */
	uint8_t policy;	  /* number of the first policy; 0: none is told */
	mclmr_span_t spi; /* empty for the older map */
} mclmr_mikey_session_t;

/*
 * Reads a message of data type 26. Every payload has to be there and in the
 * order of the profile, to the last octet. NULL, or why it is none; static.
 */
const char *mclmr_mikey_read(mclmr_span_t octets, mclmr_mikey_t *message);

/* The session at a place of the map, 0 to sessions - 1; false: no such. */
bool mclmr_mikey_session(const mclmr_mikey_t *message, unsigned place,
		mclmr_mikey_session_t *session);

/* The data of the first extension of a type; empty if there is none. */
mclmr_span_t mclmr_mikey_extension(const mclmr_mikey_t *message, uint8_t type);

/* The purpose of a key identifier as a word, "gmk"; "unknown" else. */
const char *mclmr_mikey_purpose_word(uint32_t key_id);

/* True if octets can be a URI: no control characters, no blanks. */
bool mclmr_mikey_is_uri(mclmr_span_t text);

/* The purpose in a key identifier. */
unsigned mclmr_mikey_purpose(uint32_t key_id);

/*
 * Finds the octets of a message in what people have: raw octets, which begin
 * with 01 1a; hexadecimal; base64, "mikey " or "a=key-mgmt:mikey " before it
 * or not. Decodes in place: buffer holds the text and then the octets.
 * NULL, or what is wrong.
 */
const char *mclmr_mikey_decode(
		char *buffer, size_t length, mclmr_span_t *octets);

#endif
