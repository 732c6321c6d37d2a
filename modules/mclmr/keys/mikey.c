/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A MIKEY-SAKKE message, cut into its payloads. */
#include <string.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "mclmr/crypto/eccsi.h"
#include "mclmr/crypto/sakke.h"
#include "mikey.h"
#include "mikey_payload.h"
#include "mikey_uid.h"

#define VERSION 1
#define DATA_TYPE 26
#define PRF_HMAC_SHA_256 1
#define TS_NTP_UTC 0
#define ID_URI 1
#define SIGN_ECCSI 2

/* Places in the order of the profile. */
typedef enum place
{
	AT_T,
	AT_RAND,
	AT_INITIATOR,
	AT_RESPONDER,
	AT_INITIATOR_KMS,
	AT_RESPONDER_KMS,
	AT_SP,
	AT_SAKKE,
	AT_EXTENSION,
	AT_SIGN,
	PLACES
} place_t;

/* A reader: what is left, and where in the order it is. */
typedef struct reader
{
	mclmr_span_t rest;
	mclmr_mikey_t *message;
	const char *wrong;
	uint8_t next;	/* type of the payload to come */
	unsigned place; /* of the last payload */
} reader_t;

static bool refuse(reader_t *reader, const char *wrong)
{
	if(reader->wrong == NULL)
		reader->wrong = wrong;
	return false;
}

/* Takes n octets off. */
static bool take(reader_t *reader, size_t n, mclmr_span_t *octets)
{
	*octets = (mclmr_span_t){NULL, 0};
	if(reader->rest.len < n)
		return refuse(reader, "it is truncated");
	*octets = (mclmr_span_t){reader->rest.s, n};
	reader->rest = mclmr_span_from(reader->rest, reader->rest.s + n);
	return true;
}

/* Takes a number of n octets off. */
static bool take_number(reader_t *reader, size_t n, uint64_t *number)
{
	mclmr_span_t octets;

	*number = 0;
	if(!take(reader, n, &octets))
		return false;
	*number = mclmr_octets_get(mclmr_octets(octets), n);
	return true;
}

static bool take_octet(reader_t *reader, uint8_t *octet)
{
	uint64_t number;
	bool done = take_number(reader, 1, &number);

	*octet = (uint8_t)number;
	return done;
}

/* Takes off octets that follow their length, which has n octets itself. */
static bool take_string(reader_t *reader, size_t n, mclmr_span_t *octets)
{
	uint64_t length;

	*octets = (mclmr_span_t){NULL, 0};
	return take_number(reader, n, &length)
		   && take(reader, (size_t)length, octets);
}

/* Notes at what place a payload stands: each at most once, but for policies
 * and extensions, and none left out, but for these. */
static bool arrive(reader_t *reader, place_t place)
{
	bool repeats = place == AT_SP || place == AT_EXTENSION;
	unsigned expected = reader->place;

	if(expected == place && repeats)
		return true;
	if(expected == AT_SP && place == AT_SAKKE)
		expected = AT_SAKKE;
	if(expected == AT_EXTENSION && place == AT_SIGN)
		expected = AT_SIGN;
	if(expected != (unsigned)place)
		return refuse(reader, "a payload is missing or out of order");
	reader->place = repeats ? (unsigned)place : (unsigned)place + 1;
	return true;
}

/* Takes one session of the map off. */
static bool take_generic(reader_t *reader, mclmr_mikey_session_t *session)
{
	uint8_t protocol;
	uint8_t flags;
	mclmr_span_t policies;
	mclmr_span_t data;

	if(!take_octet(reader, &session->id) || !take_octet(reader, &protocol)
			|| !take_octet(reader, &flags)
			|| !take(reader, flags & 0x7F, &policies)
			|| !take_string(reader, 2, &data)
			|| !take_string(reader, 1, &session->spi))
		return false;
	session->policy = policies.len == 0 ? 0 : *mclmr_octets(policies);
	return true;
}

/* Takes one session of the older map off. */
static bool take_srtp(
		reader_t *reader, unsigned place, mclmr_mikey_session_t *session)
{
	mclmr_span_t octets;

	if(!take(reader, 9, &octets))
		return false;
	*session = (mclmr_mikey_session_t){
			(uint8_t)(place + 1), *mclmr_octets(octets), {NULL, 0}};
	return true;
}

/* Takes the session at a place off. */
static bool take_session(
		reader_t *reader, unsigned place, mclmr_mikey_session_t *session)
{
	if(reader->message->map == MCLMR_MIKEY_MAP_GENERIC)
		return take_generic(reader, session);
	return take_srtp(reader, place, session);
}

/* Reads the map of sessions. */
static bool read_map(reader_t *reader, uint8_t type)
{
	mclmr_mikey_t *message = reader->message;
	const char *begin = reader->rest.s;
	mclmr_mikey_session_t session;

	if(type > MCLMR_MIKEY_MAP_GENERIC)
		return refuse(reader, "the type of its session map is unknown");
	message->map = (mclmr_mikey_map_t)type;
	if((type == MCLMR_MIKEY_MAP_EMPTY) != (message->sessions == 0))
		return refuse(reader, "number of sessions and map contradict");
	for(unsigned i = 0; i < message->sessions; i++) {
		if(!take_session(reader, i, &session))
			return false;
	}
	message->map_octets =
			(mclmr_span_t){begin, (size_t)(reader->rest.s - begin)};
	return true;
}

/* Reads the common header. */
static bool read_header(reader_t *reader)
{
	mclmr_mikey_t *message = reader->message;
	uint64_t csb_id;
	uint8_t type;
	uint8_t prf;
	uint8_t map;

	if(!take_octet(reader, &message->version) || !take_octet(reader, &type)
			|| !take_octet(reader, &reader->next) || !take_octet(reader, &prf)
			|| !take_number(reader, 4, &csb_id)
			|| !take_octet(reader, &message->sessions)
			|| !take_octet(reader, &map))
		return false;
	message->csb_id = (uint32_t)csb_id;
	message->prf = prf & 0x7F;
	if(message->version != VERSION)
		return refuse(reader, "its version is not 1");
	if(type != DATA_TYPE)
		return refuse(reader, "its data type is not 26, SAKKE");
	if((prf & 0x80) != 0)
		return refuse(reader, "it asks for an answer, which SAKKE has not");
	if(message->prf != PRF_HMAC_SHA_256)
		return refuse(reader, "its PRF is not 1, HMAC-SHA-256");
	return read_map(reader, map);
}

static bool read_t(reader_t *reader)
{
	uint8_t type;

	if(!arrive(reader, AT_T) || !take_octet(reader, &type))
		return false;
	if(type != TS_NTP_UTC)
		return refuse(reader, "its timestamp is not NTP-UTC");
	return take_number(reader, 8, &reader->message->timestamp);
}

static bool read_rand(reader_t *reader)
{
	if(!arrive(reader, AT_RAND)
			|| !take_string(reader, 1, &reader->message->rand))
		return false;
	return reader->message->rand.len >= MCLMR_MIKEY_RAND
		   || refuse(reader, "RAND is shorter than 16 octets");
}

/* Takes over an identity. */
static bool set_identity(
		reader_t *reader, mclmr_span_t value, bool hidden, place_t place)
{
	mclmr_mikey_t *message = reader->message;
	mclmr_mikey_identity_t *identity =
			place == AT_INITIATOR ? &message->initiator : &message->responder;

	if(hidden && value.len != MCLMR_UID_SIZE)
		return refuse(reader, "a hidden identity is not of 32 octets");
	*identity = (mclmr_mikey_identity_t){hidden, value};
	return arrive(reader, place);
}

bool mclmr_mikey_is_uri(mclmr_span_t text)
{
	for(size_t i = 0; i < text.len; i++) {
		if((unsigned char)text.s[i] <= ' ' || text.s[i] == 0x7F)
			return false;
	}
	return text.len > 0;
}

/* Reads an identity with its role. */
static bool read_idr(reader_t *reader)
{
	uint8_t role;
	uint8_t type;
	mclmr_span_t value;

	if(!take_octet(reader, &role) || !take_octet(reader, &type)
			|| !take_string(reader, 2, &value))
		return false;
	if(role != 8 && role != 9 && (type != ID_URI || !mclmr_mikey_is_uri(value)))
		return refuse(reader, "an identity is no URI");
	switch(role) {
		case 1:
			return set_identity(reader, value, false, AT_INITIATOR);
		case 2:
			return set_identity(reader, value, false, AT_RESPONDER);
		case 6:
			reader->message->initiator_kms = value;
			return arrive(reader, AT_INITIATOR_KMS);
		case 7:
			reader->message->responder_kms = value;
			return arrive(reader, AT_RESPONDER_KMS);
		case 8:
			return set_identity(reader, value, true, AT_INITIATOR);
		case 9:
			return set_identity(reader, value, true, AT_RESPONDER);
		default:
			return refuse(reader, "the role of an identity is unknown");
	}
}

/* Checks that parameters are types, lengths and values to the end. */
static bool check_parameters(reader_t *reader, mclmr_span_t parameters)
{
	while(parameters.len >= 2) {
		size_t size = 2 + (size_t)mclmr_octets(parameters)[1];

		if(parameters.len < size)
			break;
		parameters = mclmr_span_from(parameters, parameters.s + size);
	}
	return parameters.len == 0
		   || refuse(reader, "a policy's parameters are cut off");
}

static bool read_sp(reader_t *reader)
{
	mclmr_mikey_t *message = reader->message;
	mclmr_mikey_policy_t *policy = &message->policy[message->policies];

	if(message->policies == MCLMR_MIKEY_MAX_POLICIES)
		return refuse(reader, "it has too many policies");
	message->policies++;
	return arrive(reader, AT_SP) && take_octet(reader, &policy->number)
		   && take_octet(reader, &policy->protocol)
		   && take_string(reader, 2, &policy->parameters)
		   && check_parameters(reader, policy->parameters);
}

/* Takes the inside of a SAKKE payload off. */
static bool take_sakke(reader_t *reader, mclmr_mikey_sakke_t *sakke)
{
	if(!take_octet(reader, &sakke->parameters)
			|| !take_octet(reader, &sakke->scheme)
			|| !take_string(reader, 2, &sakke->data))
		return false;
	if(sakke->parameters != 1)
		return refuse(reader, "its SAKKE parameters are not set 1");
	return sakke->data.len == MCLMR_SAKKE_DATA
		   || refuse(reader, "its SAKKE data are not of 273 octets");
}

/* Reads the SAKKE payload within the extension SAKKE-to-self. */
static bool read_self(reader_t *reader, mclmr_span_t data)
{
	reader_t inner = {.rest = data, .message = reader->message};
	uint8_t next = MCLMR_PAYLOAD_LAST;

	if(reader->message->self.data.len > 0)
		return refuse(reader, "SAKKE-to-self is there twice");
	if(!take_octet(&inner, &next)
			|| !take_sakke(&inner, &reader->message->self))
		return refuse(reader, inner.wrong);
	return (next == MCLMR_PAYLOAD_LAST && inner.rest.len == 0)
		   || refuse(reader, "more than one payload in SAKKE-to-self");
}

/* True if an extension of a type that is understood is there before. */
static bool is_there_twice(const mclmr_mikey_t *message, uint8_t type)
{
	if(type != MCLMR_MIKEY_KEY_PARAMETERS && type != MCLMR_MIKEY_KEY_RECORD)
		return false;
	for(size_t i = 0; i < message->extensions; i++) {
		if(message->extension[i].type == type)
			return true;
	}
	return false;
}

static bool read_extension(reader_t *reader)
{
	mclmr_mikey_t *message = reader->message;
	mclmr_mikey_extension_t *extension =
			&message->extension[message->extensions];

	if(message->extensions == MCLMR_MIKEY_MAX_EXTENSIONS)
		return refuse(reader, "it has too many extensions");
	if(!arrive(reader, AT_EXTENSION) || !take_octet(reader, &extension->type)
			|| !take_string(reader, 2, &extension->data))
		return false;
	if(is_there_twice(message, extension->type))
		return refuse(reader, "an extension is there twice");
	message->extensions++;
	return extension->type != MCLMR_MIKEY_SAKKE_TO_SELF
		   || read_self(reader, extension->data);
}

/* Reads the signature, which has no next payload and ends the message. */
static bool read_sign(reader_t *reader, mclmr_span_t octets)
{
	mclmr_mikey_t *message = reader->message;
	uint64_t head;

	if(!arrive(reader, AT_SIGN) || !take_number(reader, 2, &head))
		return false;
	if(head >> 12 != SIGN_ECCSI)
		return refuse(reader, "its signature is not of ECCSI");
	if((head & 0xFFF) != MCLMR_ECCSI_SIGNATURE)
		return refuse(reader, "its signature is not of 129 octets");
	message->covered =
			(mclmr_span_t){octets.s, (size_t)(reader->rest.s - octets.s)};
	if(!take(reader, MCLMR_ECCSI_SIGNATURE, &message->signature))
		return false;
	return reader->rest.len == 0
		   || refuse(reader, "there are octets after its end");
}

/* Reads the payload that is announced; its first octet tells the next. */
static bool read_payload(reader_t *reader)
{
	uint8_t type = reader->next;

	if(!take_octet(reader, &reader->next))
		return false;
	switch(type) {
		case MCLMR_PAYLOAD_T:
			return read_t(reader);
		case MCLMR_PAYLOAD_RAND:
			return read_rand(reader);
		case MCLMR_PAYLOAD_IDR:
			return read_idr(reader);
		case MCLMR_PAYLOAD_SP:
			return read_sp(reader);
		case MCLMR_PAYLOAD_SAKKE:
			return arrive(reader, AT_SAKKE)
				   && take_sakke(reader, &reader->message->sakke);
		case MCLMR_PAYLOAD_EXTENSION:
			return read_extension(reader);
		case MCLMR_PAYLOAD_LAST:
			return refuse(reader, "it has no signature");
		default:
			return refuse(reader, "a payload is of an unknown type");
	}
}

const char *mclmr_mikey_read(mclmr_span_t octets, mclmr_mikey_t *message)
{
	reader_t reader = {.rest = octets, .message = message};

	memset(message, 0, sizeof(*message));
	if(octets.len > MCLMR_MIKEY_MAX_SIZE)
		return "it is too large";
	if(!read_header(&reader))
		return reader.wrong;
	while(reader.next != MCLMR_PAYLOAD_SIGN) {
		if(!read_payload(&reader))
			return reader.wrong;
	}
	(void)read_sign(&reader, octets);
	return reader.wrong;
}

bool mclmr_mikey_session(const mclmr_mikey_t *message, unsigned place,
		mclmr_mikey_session_t *session)
{
	mclmr_mikey_t copy = {.map = message->map};
	reader_t reader = {.rest = message->map_octets, .message = &copy};

	if(place >= message->sessions)
		return false;
	for(unsigned i = 0; i <= place; i++) {
		if(!take_session(&reader, i, session))
			return false;
	}
	return true;
}

mclmr_span_t mclmr_mikey_extension(const mclmr_mikey_t *message, uint8_t type)
{
	for(size_t i = 0; i < message->extensions; i++) {
		if(message->extension[i].type == type)
			return message->extension[i].data;
	}
	return (mclmr_span_t){NULL, 0};
}

unsigned mclmr_mikey_purpose(uint32_t key_id)
{
	return key_id >> 28;
}

const char *mclmr_mikey_purpose_word(uint32_t key_id)
{
	static const char *const words[16] = {"gmk", "pck", "csk", "spk", "mkfc",
			"mscck", "musik", [MCLMR_PURPOSE_RECORD] = "record"};
	const char *word = words[mclmr_mikey_purpose(key_id)];

	return word == NULL ? "unknown" : word;
}

/* The text after what SDP and others put before the base64. */
static mclmr_span_t skip_prefix(mclmr_span_t text)
{
	static const char *const prefixes[] = {"a=key-mgmt:", "mikey "};

	for(size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		mclmr_span_t prefix = mclmr_span(prefixes[i]);

		if(mclmr_span_starts_nocase(text, prefix))
			text = mclmr_span_trim(mclmr_span_from(text, text.s + prefix.len));
	}
	return text;
}

/* True if all are hexadecimal digits, or blanks between them. */
static bool is_hex(mclmr_span_t text)
{
	static const char allowed[] = "0123456789abcdefABCDEF \t\r\n";

	for(size_t i = 0; i < text.len; i++) {
		if(memchr(allowed, text.s[i], sizeof(allowed) - 1) == NULL)
			return false;
	}
	return true;
}

const char *mclmr_mikey_decode(
		char *buffer, size_t length, mclmr_span_t *octets)
{
	/* In place: an octet is never written before its characters are read. */
	uint8_t *to = (uint8_t *)buffer;
	const unsigned rules = MCLMR_BASE64_STRICT | MCLMR_BASE64_BARE;
	mclmr_span_t text = {buffer, length};
	size_t n;

	*octets = text;
	if(mclmr_span_starts(text, MCLMR_SPAN("\x01\x1a")))
		return NULL;
	text = skip_prefix(mclmr_span_trim(text));
	if(is_hex(text))
		n = mclmr_octets_from_hex(text, to, length);
	else
		(void)mclmr_base64_read(text, rules, to, length, &n);
	*octets = (mclmr_span_t){buffer, n};
	return n == 0 ? "it is neither raw nor hexadecimal nor base64" : NULL;
}
