/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What `key wrap` and its batches share. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "wrap.h"

#define MAX_PATH 4096

const char *tool_word_name(tool_word_t word)
{
	static const char *const names[WRAP_ALL] = {"from", "to", "kmf", "lmr",
			"purpose", "call", "not-before", "not-after", "revoke", "at",
			"to-kms", "form", "alg", "key-id", "key", "key-hex", "group"};

	return names[word];
}

/* The list of a word. */
static const tool_list_t *list_of(const tool_words_t *words, tool_word_t word)
{
	return &words->list[word - WRAP_WORDS];
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

	if(octets == NULL || length > 2 * most || length >= sizeof digits)
		return false;
	n = snprintf(
			digits, sizeof digits, "%s%s", length % 2 == 0 ? "" : "0", text);
	to->s = (const char *)octets;
	to->len = mclmr_octets_from_hex(
			(mclmr_span_t){digits, (size_t)n}, octets, most);
	OPENSSL_cleanse(digits, sizeof digits);
	return to->len > 0;
}

/* The path of a key file, beside the table that names it. */
static bool key_path(const char *folder, const char *name, char path[MAX_PATH])
{
	int n;

	if(folder == NULL || name[0] == '/' || strcmp(name, "-") == 0)
		n = snprintf(path, MAX_PATH, "%s", name);
	else
		n = snprintf(path, MAX_PATH, "%s/%s", folder, name);
	return n > 0 && n < MAX_PATH;
}

/* True for hexadecimal digits of which one is missing; blanks do not count. */
static bool is_cut_hex(mclmr_span_t text)
{
	size_t digits = 0;

	for(size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if(isspace(c))
			continue;
		if(!isxdigit(c))
			return false;
		digits++;
	}
	return digits % 2 == 1;
}

/* The octets of a key file: hexadecimal digits where all are that, else as
 * they are. */
static bool read_key_file(const char *folder, const char *name,
		mclmr_arena_t *arena, mclmr_span_t *key)
{
	uint8_t *to = mclmr_arena_alloc(arena, MCLMR_RECORD_MAX_KEY);
	char path[MAX_PATH];
	mclmr_span_t text;

	if(to == NULL || !key_path(folder, name, path)
			|| !tool_read_secret(path, &text))
		return false;
	key->s = (const char *)to;
	key->len = mclmr_octets_from_hex(text, to, MCLMR_RECORD_MAX_KEY);
	if(key->len == 0 && text.len <= MCLMR_RECORD_MAX_KEY && !is_cut_hex(text)) {
		key->len = text.len;
		if(text.len > 0)
			memcpy(to, text.s, text.len);
	}
	tool_free_secret(text);
	return key->len > 0;
}

/* Reads one key. */
static const char *read_key(const tool_words_t *words, size_t i,
		const char *folder, tool_wrap_t *wrap)
{
	mclmr_lmr_key_t *key = &wrap->record.key[i];
	const tool_list_t *files = list_of(words, WRAP_KEY);
	const tool_list_t *inlined = list_of(words, WRAP_KEY_HEX);

	if(!read_hex(list_of(words, WRAP_ALG)->item[i], MCLMR_RECORD_MAX_ALG,
			   &wrap->arena, &key->alg))
		return "alg is not 1 to 4 octets in hexadecimal";
	if(!read_hex(list_of(words, WRAP_KEY_ID)->item[i], MCLMR_RECORD_MAX_KEY_ID,
			   &wrap->arena, &key->key_id))
		return "key-id is not 1 to 8 octets in hexadecimal";
	if(files->n > 0)
		return read_key_file(folder, files->item[i], &wrap->arena, &key->key)
					   ? NULL
					   : "the key file cannot be read, or is not of 1 to 64 "
						 "octets, or of an odd number of digits";
	return read_hex(inlined->item[i], MCLMR_RECORD_MAX_KEY, &wrap->arena,
				   &key->key)
				   ? NULL
				   : "key-hex is not 1 to 64 octets in hexadecimal";
}

/* Reads all keys: as many algorithms and identifiers as keys. */
static const char *read_keys(
		const tool_words_t *words, const char *folder, tool_wrap_t *wrap)
{
	size_t files = list_of(words, WRAP_KEY)->n;
	size_t inlined = list_of(words, WRAP_KEY_HEX)->n;
	size_t n = files + inlined;
	const char *wrong = NULL;

	if(n == 0)
		return "key is missing";
	if(files > 0 && inlined > 0)
		return "key and key-hex are both there";
	if(list_of(words, WRAP_ALG)->n != n || list_of(words, WRAP_KEY_ID)->n != n)
		return "there are not as many alg and key-id as keys";
	if(n > MCLMR_RECORD_MAX_KEYS)
		return "there are more than 16 keys";
	for(size_t i = 0; i < n && wrong == NULL; i++)
		wrong = read_key(words, i, folder, wrap);
	wrap->record.keys = n;
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

/* Reads whether the key is revoked: the flag of the command line is empty. */
static bool read_status(const char *word, mclmr_record_status_t *status)
{
	static const char *const yes[] = {"", "yes", "true", "1"};
	static const char *const no[] = {"no", "false", "0"};

	*status = MCLMR_RECORD_ACTIVE;
	if(word == NULL)
		return true;
	for(size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		if(strcmp(word, no[i]) == 0)
			return true;
	}
	*status = MCLMR_RECORD_REVOKED;
	for(size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		if(strcmp(word, yes[i]) == 0)
			return true;
	}
	return false;
}

/* Reads groups and call. */
static const char *read_scope(
		const tool_words_t *words, mclmr_key_record_t *record)
{
	const tool_list_t *groups = list_of(words, WRAP_GROUP);

	record->call = mclmr_span(words->value[WRAP_CALL]);
	if(record->call.len > 0 && groups->n > 0)
		return "group and call are both there";
	for(size_t i = 0; i < groups->n; i++)
		record->group[i] = mclmr_span(groups->item[i]);
	record->groups = groups->n;
	return NULL;
}

/* Reads the record but for its keys. */
static const char *read_record(
		const tool_words_t *words, mclmr_key_record_t *record)
{
	for(int i = WRAP_FROM; i <= WRAP_PURPOSE; i++) {
		if(words->value[i] == NULL)
			return "from, to, kmf, lmr or purpose is missing";
	}
	record->kmf = mclmr_span(words->value[WRAP_KMF]);
	if(!mclmr_mikey_is_uri(record->kmf)
			|| !mclmr_mikey_is_uri(mclmr_span(words->value[WRAP_TO])))
		return "kmf or to is no URI";
	if(!mclmr_lmr_type_from_word(
			   mclmr_span(words->value[WRAP_LMR]), &record->lmr_type))
		return "lmr is not tetra, p25, tetrapol, dmr, nxdn or analog";
	if(!read_purpose(words->value[WRAP_PURPOSE], &record->purpose))
		return "purpose is neither root nor traffic";
	if(!read_status(words->value[WRAP_REVOKE], &record->status))
		return "revoke is neither yes nor no";
	if(!read_time(words->value[WRAP_NOT_BEFORE], &record->not_before)
			|| !read_time(words->value[WRAP_NOT_AFTER], &record->not_after))
		return "not-before or not-after is neither RFC 3339 nor Unix seconds";
	if(record->not_after != 0 && record->not_after < record->not_before)
		return "not-after is before not-before";
	return read_scope(words, record);
}

/* Sets the time of the message. */
static const char *set_time(const tool_words_t *words,
		const tool_wrap_setting_t *setting, mclmr_mikey_order_t *order)
{
	int64_t at;

	order->timestamp = setting->timestamp;
	if(words->value[WRAP_AT] == NULL)
		return NULL;
	if(!read_time(words->value[WRAP_AT], &at))
		return "at is neither RFC 3339 nor Unix seconds";
	order->timestamp = tool_timestamp(at);
	return NULL;
}

/* The time of a message that is made ahead, for the next period: in its first
 * second, and rising with the time that it is made at, so that of two messages
 * the later one counts. */
static uint64_t ahead(mclmr_key_period_t period, uint64_t timestamp)
{
	uint64_t ntp = mclmr_ntp_seconds(timestamp);
	uint64_t number = mclmr_key_period_number(period, ntp);
	uint64_t begin = mclmr_key_period_begin(period, number);
	uint64_t end = mclmr_key_period_begin(period, number + 1);
	uint64_t elapsed =
			ntp < begin ? 0 : (ntp - begin) << 32 | (timestamp & UINT32_MAX);

	return end << 32 | elapsed / (end - begin);
}

/* Finds the recipient's server, and goes over to the next period. */
static const char *find_issuer(const tool_words_t *words,
		const tool_wrap_setting_t *setting, mclmr_mikey_order_t *order)
{
	const char *wrong = NULL;
	uint64_t ntp = mclmr_ntp_seconds(order->timestamp);

	order->to = mclmr_span(words->value[WRAP_TO]);
	order->issuer = mclmr_keyring_issuer_for(setting->ring,
			mclmr_span(words->value[WRAP_TO_KMS]), order->to,
			(int64_t)ntp - (int64_t)MCLMR_NTP_UNIX, &wrong);
	if(order->issuer == NULL)
		return wrong;
	if(setting->next_period)
		order->timestamp =
				ahead(order->issuer->certificate->period, order->timestamp);
	return NULL;
}

/* Finds sender and recipient. */
static const char *find_parties(const tool_words_t *words,
		const tool_wrap_setting_t *setting, tool_wrap_t *wrap)
{
	mclmr_mikey_order_t *order = &wrap->order;
	const char *wrong = find_issuer(words, setting, order);
	uint64_t ntp = mclmr_ntp_seconds(order->timestamp);

	if(wrong != NULL)
		return wrong;
	order->sender = mclmr_keyring_signer(
			setting->ring, mclmr_span(words->value[WRAP_FROM]), ntp, &wrong);
	if(order->sender == NULL)
		return wrong;
	wrap->record.key_period = (uint32_t)mclmr_key_period_number(
			order->issuer->certificate->period, ntp);
	return mclmr_mikey_new_id(MCLMR_PURPOSE_RECORD, &order->key_id)
				   ? NULL
				   : "no random octets";
}

const char *tool_wrap_begin(tool_wrap_t *wrap, const tool_words_t *words,
		const tool_wrap_setting_t *setting, bool *is_usage)
{
	const char *wrong;

	memset(&wrap->record, 0, sizeof wrap->record);
	memset(&wrap->order, 0, sizeof wrap->order);
	wrap->arena = mclmr_arena(wrap->memory, sizeof wrap->memory);
	*is_usage = true;
	wrong = read_record(words, &wrap->record);
	if(wrong == NULL)
		wrong = read_keys(words, setting->folder, wrap);
	if(wrong == NULL)
		wrong = set_time(words, setting, &wrap->order);
	if(wrong != NULL)
		return wrong;
	*is_usage = false;
	wrong = find_parties(words, setting, wrap);
	if(wrong != NULL)
		return wrong;
	return mclmr_mikey_begin(setting->ring, &wrap->order, NULL, &wrap->draft);
}

const char *tool_wrap_finish(
		tool_wrap_t *wrap, mclmr_keyring_t *ring, mclmr_span_t *octets)
{
	mclmr_mikey_draft_t *draft = &wrap->draft;
	mclmr_record_binding_t binding = {.ssv = draft->job.ssv,
			.csb_id = draft->csb_id,
			.rand = MCLMR_OCTETS(draft->rand),
			.from = wrap->order.sender->keys->user,
			.to = wrap->order.to};
	mclmr_span_t data;
	const char *wrong;

	if(draft->job.result != MCLMR_CRYPTO_OK)
		return mclmr_crypto_words(draft->job.result);
	wrong = mclmr_key_record_write(
			&wrap->record, &binding, &wrap->arena, &data);
	if(wrong != NULL)
		return wrong;
	return mclmr_mikey_finish(ring, draft, data, &wrap->arena, octets);
}
