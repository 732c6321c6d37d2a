/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Certificates and key sets of a key management server, read. */
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "mclmr/sip/xml.h"
#include "kms.h"

#define MAX_VALUE 1100 /* characters of an element's text */

/* The elements that are read. */
typedef enum field
{
	KMS_URI,
	USER_KEY_PERIOD,
	USER_KEY_OFFSET,
	PUB_ENC_KEY,
	PUB_AUTH_KEY,
	VALID_FROM,
	VALID_TO,
	REVOKED,
	USER_ID_FORMAT,
	PARAMETER_SET,
	KMS_DOMAIN,
	USER_URI,
	USER_ID,
	KEY_PERIOD_NO,
	USER_DECRYPT_KEY,
	USER_SIGNING_KEY_SSK,
	USER_PUB_TOKEN_PVT,
	MASTER_SECRET,
	AUTHENTICATION_SECRET,
	FIELDS
} field_t;

static const char *const names[FIELDS] = {
		[KMS_URI] = "KmsUri",
		[USER_KEY_PERIOD] = "UserKeyPeriod",
		[USER_KEY_OFFSET] = "UserKeyOffset",
		[PUB_ENC_KEY] = "PubEncKey",
		[PUB_AUTH_KEY] = "PubAuthKey",
		[VALID_FROM] = "ValidFrom",
		[VALID_TO] = "ValidTo",
		[REVOKED] = "Revoked",
		[USER_ID_FORMAT] = "UserIdFormat",
		[PARAMETER_SET] = "ParameterSet",
		[KMS_DOMAIN] = "KmsDomain",
		[USER_URI] = "UserUri",
		[USER_ID] = "UserID",
		[KEY_PERIOD_NO] = "KeyPeriodNo",
		[USER_DECRYPT_KEY] = "UserDecryptKey",
		[USER_SIGNING_KEY_SSK] = "UserSigningKeySSK",
		[USER_PUB_TOKEN_PVT] = "UserPubTokenPVT",
		[MASTER_SECRET] = "MasterSecret",
		[AUTHENTICATION_SECRET] = "AuthenticationSecret",
};

/* The text of one element. */
typedef struct value
{
	bool present;
	size_t length;
	char text[MAX_VALUE];
} value_t;

/* The reader: the record under way. Holds secrets. */
typedef struct reader
{
	mclmr_kms_t *kms;
	mclmr_arena_t *arena;
	const char *wrong; /* the first thing that is, or NULL */
	int depth;		   /* of the record's element, 0 outside of one */
	int field;		   /* being read, FIELDS outside of one */
	int field_depth;
	mclmr_kms_domain_t *domains;
	value_t value[FIELDS];
} reader_t;

/* Notes what is wrong, once. */
static bool refuse(reader_t *reader, const char *wrong)
{
	if(reader->wrong == NULL)
		reader->wrong = wrong;
	return false;
}

static bool has(const reader_t *reader, field_t field)
{
	return reader->value[field].present;
}

/* The text of a field without blanks around it. */
static mclmr_span_t text_of(const reader_t *reader, field_t field)
{
	const value_t *value = &reader->value[field];

	return mclmr_span_trim((mclmr_span_t){value->text, value->length});
}

/* The field of a name, FIELDS if it is none. */
static int field_of(mclmr_span_t name)
{
	int field = 0;

	while(field < FIELDS && !mclmr_span_equal(name, mclmr_span(names[field])))
		field++;
	return field;
}

/* Copies a text of at least one character. */
static bool take_text(reader_t *reader, field_t field, mclmr_span_t *to)
{
	mclmr_span_t text = text_of(reader, field);

	if(text.len == 0 || memchr(text.s, '\0', text.len) != NULL)
		return refuse(reader, "KmsUri, UserUri or KmsDomain is empty");
	if(!mclmr_arena_copy(reader->arena, text, to))
		return refuse(reader, "too much for one file");
	return true;
}

/* Reads a number of decimal digits. */
static bool take_number(
		reader_t *reader, field_t field, uint64_t most, uint64_t *to)
{
	mclmr_span_t text = text_of(reader, field);

	*to = 0;
	for(size_t i = 0; i < text.len; i++) {
		char c = text.s[i];

		if(c < '0' || c > '9')
			return refuse(reader, "a number is no number");
		*to = *to * 10 + (uint64_t)(c - '0');
		if(*to > most)
			return refuse(reader, "a number is too large");
	}
	return text.len > 0 || refuse(reader, "a number is missing or empty");
}

/* Reads exactly n octets in hexadecimal. */
static bool take_octets(
		reader_t *reader, field_t field, uint8_t *to, size_t n, const char *why)
{
	if(mclmr_octets_from_hex(text_of(reader, field), to, n) == n)
		return true;
	OPENSSL_cleanse(to, n);
	return refuse(reader, why);
}

/* Reads a UserID: the specification is understood as hexadecimal by some and
 * as base64 by others. */
static bool take_uid(reader_t *reader, uint8_t uid[MCLMR_UID_SIZE])
{
	mclmr_span_t text = text_of(reader, USER_ID);
	size_t n;

	if(mclmr_octets_from_hex(text, uid, MCLMR_UID_SIZE) == MCLMR_UID_SIZE
			|| (mclmr_base64_read(
						text, MCLMR_BASE64_STRICT, uid, MCLMR_UID_SIZE, &n)
					&& n == MCLMR_UID_SIZE))
		return true;
	return refuse(reader, "UserID is no 32 octets in hex or base64");
}

/* Reads a date; not given, it stays as it is. */
static bool take_date(reader_t *reader, field_t field, int64_t *to)
{
	return !has(reader, field)
		   || mclmr_timestamp_read(text_of(reader, field), to)
		   || refuse(reader, "ValidFrom or ValidTo is no date");
}

/* Reads both dates. */
static bool take_validity(reader_t *reader, mclmr_validity_t *valid)
{
	*valid = (mclmr_validity_t){INT64_MIN, INT64_MAX};
	return take_date(reader, VALID_FROM, &valid->from)
		   && take_date(reader, VALID_TO, &valid->to);
}

/* Reads an xs:boolean; not given is false. */
static bool take_revoked(reader_t *reader, bool *revoked)
{
	mclmr_span_t text = text_of(reader, REVOKED);

	*revoked = mclmr_span_equal_nocase(text, MCLMR_SPAN("true"))
			   || mclmr_span_equal(text, MCLMR_SPAN("1"));
	return *revoked || !has(reader, REVOKED)
		   || mclmr_span_equal_nocase(text, MCLMR_SPAN("false"))
		   || mclmr_span_equal(text, MCLMR_SPAN("0"))
		   || refuse(reader, "Revoked is neither true nor false");
}

/* True if a field is not given, or is the one text that is understood. */
static bool is_only(const reader_t *reader, field_t field, const char *text)
{
	return !has(reader, field)
		   || mclmr_span_equal(text_of(reader, field), mclmr_span(text));
}

/* Reads key period and offset. */
static bool take_period(reader_t *reader, mclmr_key_period_t *period)
{
	uint64_t length;
	uint64_t offset;

	if(!take_number(reader, USER_KEY_PERIOD, UINT32_MAX, &length)
			|| !take_number(reader, USER_KEY_OFFSET, UINT32_MAX, &offset))
		return false;
	if(length == 0)
		return refuse(reader, "UserKeyPeriod is 0");
	*period = (mclmr_key_period_t){(uint32_t)length, (uint32_t)offset};
	return true;
}

/* Reads all of a certificate. */
static bool fill_certificate(reader_t *reader, mclmr_kms_certificate_t *to)
{
	if(!is_only(reader, USER_ID_FORMAT, "2"))
		return refuse(reader, "UserIdFormat is not 2");
	if(!is_only(reader, PARAMETER_SET, "1"))
		return refuse(reader, "ParameterSet is not 1");
	to->domains = reader->domains;
	return take_text(reader, KMS_URI, &to->kms)
		   && take_period(reader, &to->period)
		   && take_validity(reader, &to->valid)
		   && take_revoked(reader, &to->revoked)
		   && take_octets(reader, PUB_ENC_KEY, to->z, sizeof(to->z),
				   "PubEncKey is no 257 octets in hex")
		   && take_octets(reader, PUB_AUTH_KEY, to->kpak, sizeof(to->kpak),
				   "PubAuthKey is no 65 octets in hex");
}

/* Reads the keys of a key set. */
static bool fill_secrets(reader_t *reader, mclmr_kms_keys_t *to)
{
	to->can_open = has(reader, USER_DECRYPT_KEY);
	to->can_sign = has(reader, USER_SIGNING_KEY_SSK);
	if(to->can_sign != has(reader, USER_PUB_TOKEN_PVT))
		return refuse(reader, "UserSigningKeySSK and UserPubTokenPVT go "
							  "together");
	if(to->can_open
			&& !take_octets(reader, USER_DECRYPT_KEY, to->rsk, sizeof(to->rsk),
					"UserDecryptKey is no 257 octets in hex"))
		return false;
	return !to->can_sign
		   || (take_octets(reader, USER_SIGNING_KEY_SSK, to->ssk,
					   sizeof(to->ssk),
					   "UserSigningKeySSK is no 32 octets in hex")
				   && take_octets(reader, USER_PUB_TOKEN_PVT, to->pvt,
						   sizeof(to->pvt),
						   "UserPubTokenPVT is no 65 octets in hex"));
}

/* Reads all of a key set. */
static bool fill_keys(reader_t *reader, mclmr_kms_keys_t *to)
{
	to->has_uid = has(reader, USER_ID);
	return take_text(reader, KMS_URI, &to->kms)
		   && take_text(reader, USER_URI, &to->user)
		   && take_number(reader, KEY_PERIOD_NO, UINT32_MAX, &to->number)
		   && take_validity(reader, &to->valid)
		   && take_revoked(reader, &to->revoked)
		   && (!to->has_uid || take_uid(reader, to->uid))
		   && fill_secrets(reader, to);
}

/* n octets of the arena, all zero; NULL if they do not fit. */
static void *new_record(reader_t *reader, size_t n)
{
	void *record = mclmr_arena_alloc(reader->arena, n);

	if(record == NULL)
		refuse(reader, "too much for one file");
	else
		memset(record, 0, n);
	return record;
}

/* Adds the certificate whose fields were read. */
static void add_certificate(reader_t *reader)
{
	mclmr_kms_certificate_t **end = &reader->kms->certificates;
	mclmr_kms_certificate_t *record = new_record(reader, sizeof(*record));

	if(record == NULL || !fill_certificate(reader, record))
		return;
	while(*end != NULL)
		end = &(*end)->next;
	*end = record;
}

/* Adds the key set whose fields were read. */
static void add_keys(reader_t *reader)
{
	mclmr_kms_keys_t **end = &reader->kms->keys;
	mclmr_kms_keys_t *record = new_record(reader, sizeof(*record));

	if(record == NULL || !fill_keys(reader, record))
		return;
	while(*end != NULL)
		end = &(*end)->next;
	*end = record;
}

/* Takes over the secrets of a server. */
static void add_secrets(reader_t *reader)
{
	mclmr_kms_secrets_t *secrets = &reader->kms->secrets;

	secrets->present =
			take_octets(reader, MASTER_SECRET, secrets->z, sizeof(secrets->z),
					"MasterSecret is no 128 octets in hex")
			&& take_octets(reader, AUTHENTICATION_SECRET, secrets->ksak,
					sizeof(secrets->ksak),
					"AuthenticationSecret is no 32 octets in hex");
}

/* Ends a record: its fields say what it is. */
static void end_record(reader_t *reader)
{
	bool is_certificate = has(reader, PUB_ENC_KEY) || has(reader, PUB_AUTH_KEY);
	bool is_keys = has(reader, USER_DECRYPT_KEY)
				   || has(reader, USER_SIGNING_KEY_SSK)
				   || has(reader, USER_PUB_TOKEN_PVT);

	if(is_certificate)
		add_certificate(reader);
	if(is_keys)
		add_keys(reader);
	if(has(reader, MASTER_SECRET) || has(reader, AUTHENTICATION_SECRET))
		add_secrets(reader);
	if(!is_certificate && !is_keys)
		refuse(reader, "a certificate or key set without any key");
	reader->domains = NULL;
	OPENSSL_cleanse(reader->value, sizeof(reader->value));
}

/* Adds characters to the field that is being read. */
static void add_characters(reader_t *reader, mclmr_span_t text)
{
	value_t *value = &reader->value[reader->field];

	if(text.len == 0)
		return;
	if(text.len > MAX_VALUE - value->length) {
		refuse(reader, "a value is too long");
		return;
	}
	memcpy(value->text + value->length, text.s, text.len);
	value->length += text.len;
}

/* Ends a field. A domain may come several times, and goes into its list. */
static void end_field(reader_t *reader)
{
	mclmr_kms_domain_t *domain;

	if(reader->field == KMS_DOMAIN) {
		domain = new_record(reader, sizeof(*domain));
		if(domain == NULL || !take_text(reader, KMS_DOMAIN, &domain->name))
			return;
		domain->next = reader->domains;
		reader->domains = domain;
		reader->value[KMS_DOMAIN] = (value_t){0};
	}
	reader->field = FIELDS;
}

/* Begins a field; one that comes twice in a record is refused. */
static void begin_field(reader_t *reader, int field)
{
	if(reader->value[field].present)
		refuse(reader, "an element is there twice");
	reader->value[field].present = true;
	reader->field = field;
}

/* True for the elements that hold one record. */
static bool is_record(mclmr_span_t name)
{
	return mclmr_span_equal(name, MCLMR_SPAN("KmsCertificate"))
		   || mclmr_span_equal(name, MCLMR_SPAN("KmsKeySet"));
}

/* What the XML parser is told: go on, or stop if something is wrong. */
static mclmr_status_t heed(const reader_t *reader)
{
	return reader->wrong == NULL ? MCLMR_OK : MCLMR_XML_MALFORMED;
}

static mclmr_status_t on_start(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;
	int field = field_of(element->name);

	if(reader->field != FIELDS) {
		refuse(reader, "a value is encrypted, or no plain text");
	} else if(is_record(element->name)) {
		if(reader->depth != 0)
			refuse(reader, "a record within a record");
		reader->depth = element->depth;
	} else if(reader->depth != 0 && field != FIELDS) {
		begin_field(reader, field);
		reader->field_depth = element->depth;
	}
	return heed(reader);
}

static mclmr_status_t on_text(void *data, mclmr_span_t text)
{
	reader_t *reader = data;

	if(reader->field != FIELDS)
		add_characters(reader, text);
	return heed(reader);
}

static mclmr_status_t on_end(void *data, const mclmr_xml_element_t *element)
{
	reader_t *reader = data;

	if(reader->field != FIELDS && element->depth == reader->field_depth) {
		end_field(reader);
	} else if(reader->depth == element->depth) {
		end_record(reader);
		reader->depth = 0;
	}
	return heed(reader);
}

/* Reads XML. */
static void read_xml(reader_t *reader, mclmr_span_t text)
{
	static const mclmr_xml_handler_t handler = {on_start, on_text, on_end};

	if(mclmr_xml_parse(text, &handler, reader) != MCLMR_OK)
		refuse(reader, "not well-formed XML, or too large");
	mclmr_xml_cleanup();
}

/* One line "Name=value"; a name that comes again begins a new record. */
static void read_line(reader_t *reader, mclmr_span_t line)
{
	mclmr_span_t value = line;
	mclmr_span_t name = mclmr_span_trim(mclmr_span_cut(&value, '='));
	int field = field_of(name);

	if(name.len == line.len) {
		refuse(reader, "a line is not Name=value");
		return;
	}
	if(field == FIELDS)
		return;
	if(field != KMS_DOMAIN && has(reader, field))
		end_record(reader);
	begin_field(reader, field);
	add_characters(reader, value);
	end_field(reader);
}

/* Reads lines. */
static void read_lines(reader_t *reader, mclmr_span_t text)
{
	while(text.len > 0 && reader->wrong == NULL) {
		mclmr_span_t line = mclmr_span_trim(mclmr_span_cut(&text, '\n'));

		if(line.len > 0 && line.s[0] != '#')
			read_line(reader, line);
	}
	if(reader->wrong == NULL)
		end_record(reader);
}

/* True for a text that can only be XML. */
static bool is_xml(mclmr_span_t text)
{
	static const char mark[] = "\xEF\xBB\xBF";

	if(mclmr_span_starts(text, mclmr_span(mark)))
		return true;
	text = mclmr_span_trim(text);
	return text.len > 0 && text.s[0] == '<';
}

/* True if there is anything in it. */
static bool is_empty(const mclmr_kms_t *kms)
{
	return kms->certificates == NULL && kms->keys == NULL;
}

const char *mclmr_kms_read(
		mclmr_kms_t *kms, mclmr_span_t text, mclmr_arena_t *arena)
{
	reader_t *reader;
	const char *wrong;

	if(text.len > MCLMR_KMS_MAX_SIZE)
		return "the file is too large";
	reader = OPENSSL_zalloc(sizeof(*reader));
	if(reader == NULL)
		return "out of memory";
	reader->kms = kms;
	reader->arena = arena;
	reader->field = FIELDS;
	if(is_xml(text))
		read_xml(reader, text);
	else
		read_lines(reader, text);
	if(is_empty(kms))
		refuse(reader, "neither a certificate nor a key set in it");
	wrong = reader->wrong;
	OPENSSL_clear_free(reader, sizeof(*reader));
	return wrong;
}

bool mclmr_is_valid_at(const mclmr_validity_t *validity, int64_t seconds)
{
	return validity->from <= seconds && seconds <= validity->to;
}
