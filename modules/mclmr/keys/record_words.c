/* SPDX-License-Identifier: GPL-2.0-or-later */

/* From words to the order of a key record. */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "record_words.h"

const char *mclmr_record_word_name(mclmr_record_word_t word)
{
	static const char *const names[MCLMR_WORD_ALL] = {"from", "to", "kmf",
			"lmr", "purpose", "call", "not-before", "not-after", "revoke", "at",
			"to-kms", "form", "alg", "key-id", "key", "key-hex", "group"};

	return names[word];
}

mclmr_word_list_t *mclmr_record_words_list(
		mclmr_record_words_t *words, mclmr_record_word_t word)
{
	return &words->list[word - MCLMR_WORD_VALUES];
}

/* The list of words that are only read. */
static const mclmr_word_list_t *list_of(
		const mclmr_record_words_t *words, mclmr_record_word_t word)
{
	return &words->list[word - MCLMR_WORD_VALUES];
}

/* Reads 1 to most octets in hexadecimal into the arena; an odd number of
 * digits begins with a zero. */
static bool read_hex(
		const char *text, size_t most, mclmr_arena_t *arena, mclmr_span_t *to)
{
	char digits[2 * MCLMR_RECORD_MAX_KEY + 2];
	size_t length = strlen(text);
	uint8_t *octets = mclmr_arena_alloc(arena, most);
	int n;

	if(octets == NULL || length > 2 * most || length >= sizeof(digits))
		return false;
	n = snprintf(
			digits, sizeof(digits), "%s%s", length % 2 == 0 ? "" : "0", text);
	to->s = (const char *)octets;
	to->len = mclmr_octets_from_hex(
			(mclmr_span_t){digits, (size_t)n}, octets, most);
	OPENSSL_cleanse(digits, sizeof(digits));
	return to->len > 0;
}

/* Reads a key that is only named into the arena. */
static bool read_named(const mclmr_key_source_t *keys, const char *name,
		mclmr_arena_t *arena, mclmr_span_t *key)
{
	uint8_t *to = mclmr_arena_alloc(arena, MCLMR_RECORD_MAX_KEY);

	if(to == NULL)
		return false;
	*key = mclmr_octets_span(to, keys->read(keys->context, name, to));
	return key->len > 0;
}

/* Reads one key. */
static const char *read_key(const mclmr_record_words_t *words, size_t i,
		const mclmr_key_source_t *keys, mclmr_arena_t *arena,
		mclmr_lmr_key_t *key)
{
	const mclmr_word_list_t *named = list_of(words, MCLMR_WORD_KEY);
	const mclmr_word_list_t *inlined = list_of(words, MCLMR_WORD_KEY_HEX);

	if(!read_hex(list_of(words, MCLMR_WORD_ALG)->item[i], MCLMR_RECORD_MAX_ALG,
			   arena, &key->alg))
		return "alg is not 1 to 4 octets in hexadecimal";
	if(!read_hex(list_of(words, MCLMR_WORD_KEY_ID)->item[i],
			   MCLMR_RECORD_MAX_KEY_ID, arena, &key->key_id))
		return "key-id is not 1 to 8 octets in hexadecimal";
	if(named->n > 0)
		return read_named(keys, named->item[i], arena, &key->key)
					   ? NULL
					   : "the key file cannot be read, or is not of 1 to 64 "
						 "octets, or of an odd number of digits";
	return read_hex(inlined->item[i], MCLMR_RECORD_MAX_KEY, arena, &key->key)
				   ? NULL
				   : "key-hex is not 1 to 64 octets in hexadecimal";
}

/* Reads all keys: as many algorithms and identifiers as keys. */
static const char *read_keys(const mclmr_record_words_t *words,
		const mclmr_key_source_t *keys, mclmr_arena_t *arena,
		mclmr_key_record_t *record)
{
	size_t named = list_of(words, MCLMR_WORD_KEY)->n;
	size_t inlined = list_of(words, MCLMR_WORD_KEY_HEX)->n;
	size_t n = named + inlined;
	const char *wrong = NULL;

	if(n == 0)
		return "key is missing";
	if(named > 0 && inlined > 0)
		return "key and key-hex are both there";
	if(list_of(words, MCLMR_WORD_ALG)->n != n
			|| list_of(words, MCLMR_WORD_KEY_ID)->n != n)
		return "there are not as many alg and key-id as keys";
	if(n > MCLMR_RECORD_MAX_KEYS)
		return "there are more than 16 keys";
	for(size_t i = 0; i < n && wrong == NULL; i++)
		wrong = read_key(words, i, keys, arena, &record->key[i]);
	record->keys = n;
	return wrong;
}

/* Reads a time that need not be there. */
static bool read_time(const char *text, int64_t *seconds)
{
	return text == NULL || mclmr_timestamp_read(mclmr_span(text), seconds);
}

/* Reads root or traffic. */
static bool read_purpose(const char *word, mclmr_record_purpose_t *purpose)
{
	*purpose = strcmp(word, "root") == 0 ? MCLMR_RECORD_ROOT
										 : MCLMR_RECORD_TRAFFIC;
	return *purpose == MCLMR_RECORD_ROOT || strcmp(word, "traffic") == 0;
}

/* Reads whether the key is revoked. */
static bool read_status(const char *word, mclmr_record_status_t *status)
{
	static const char *const yes[] = {"", "yes", "true", "1"};
	static const char *const no[] = {"no", "false", "0"};

	*status = MCLMR_RECORD_ACTIVE;
	if(word == NULL)
		return true;
	for(size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		if(strcmp(word, no[i]) == 0)
			return true;
	}
	*status = MCLMR_RECORD_REVOKED;
	for(size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if(strcmp(word, yes[i]) == 0)
			return true;
	}
	return false;
}

/* Reads groups and call. */
static const char *read_scope(
		const mclmr_record_words_t *words, mclmr_key_record_t *record)
{
	const mclmr_word_list_t *groups = list_of(words, MCLMR_WORD_GROUP);

	record->call = mclmr_span(words->value[MCLMR_WORD_CALL]);
	if(record->call.len > 0 && groups->n > 0)
		return "group and call are both there";
	for(size_t i = 0; i < groups->n; i++)
		record->group[i] = mclmr_span(groups->item[i]);
	record->groups = groups->n;
	return NULL;
}

/* Reads the validity. */
static const char *read_validity(
		const char *const *value, mclmr_key_record_t *record)
{
	if(!read_time(value[MCLMR_WORD_NOT_BEFORE], &record->not_before)
			|| !read_time(value[MCLMR_WORD_NOT_AFTER], &record->not_after))
		return "not-before or not-after is neither RFC 3339 nor Unix seconds";
	if(record->not_after != 0 && record->not_after < record->not_before)
		return "not-after is before not-before";
	return NULL;
}

/* Reads the parties and the record but for its keys. */
static const char *read_record(
		const mclmr_record_words_t *words, mclmr_record_order_t *order)
{
	const char *const *value = words->value;
	mclmr_key_record_t *record = &order->record;
	const char *wrong;

	for(int i = MCLMR_WORD_FROM; i <= MCLMR_WORD_PURPOSE; i++) {
		if(value[i] == NULL)
			return "from, to, kmf, lmr or purpose is missing";
	}
	order->from = mclmr_span(value[MCLMR_WORD_FROM]);
	order->to = mclmr_span(value[MCLMR_WORD_TO]);
	order->to_kms = mclmr_span(value[MCLMR_WORD_TO_KMS]);
	record->kmf = mclmr_span(value[MCLMR_WORD_KMF]);
	if(!mclmr_mikey_is_uri(record->kmf) || !mclmr_mikey_is_uri(order->to))
		return "kmf or to is no URI";
	if(!mclmr_lmr_type_from_word(
			   mclmr_span(value[MCLMR_WORD_LMR]), &record->lmr_type))
		return "lmr is not tetra, p25, tetrapol, dmr, nxdn or analog";
	if(!read_purpose(value[MCLMR_WORD_PURPOSE], &record->purpose))
		return "purpose is neither root nor traffic";
	if(!read_status(value[MCLMR_WORD_REVOKE], &record->status))
		return "revoke is neither yes nor no";
	wrong = read_validity(value, record);
	return wrong != NULL ? wrong : read_scope(words, record);
}

/* Reads the time of the message, if it is given. */
static const char *read_at(const char *text, uint64_t *timestamp)
{
	int64_t at;

	if(text == NULL)
		return NULL;
	if(!read_time(text, &at))
		return "at is neither RFC 3339 nor Unix seconds";
	*timestamp = mclmr_ntp_timestamp(at);
	return NULL;
}

const char *mclmr_record_words_read(const mclmr_record_words_t *words,
		const mclmr_key_source_t *keys, mclmr_arena_t *arena,
		mclmr_record_order_t *order)
{
	const char *wrong;

	memset(&order->record, 0, sizeof(order->record));
	wrong = read_record(words, order);
	if(wrong == NULL)
		wrong = read_keys(words, keys, arena, &order->record);
	if(wrong == NULL)
		wrong = read_at(words->value[MCLMR_WORD_AT], &order->timestamp);
	return wrong;
}
