/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Words of key records from options, and keys from files. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mclmr/base/octets.h"
#include "io.h"
#include "words.h"

#define MAX_PATH 4096

_Static_assert(TOOL_MAX_ITEMS <= MCLMR_WORD_ITEMS, "a list takes an option's");

/* Copies the values of an option to those of a word. */
static void take_list(mclmr_record_words_t *words, mclmr_record_word_t word,
		const tool_list_t *list)
{
	mclmr_word_list_t *to = mclmr_record_words_list(words, word);

	to->n = list->n;
	memcpy(to->item, list->item, list->n * sizeof(list->item[0]));
}

void tool_words_take(
		const tool_arguments_t *arguments, mclmr_record_words_t *words)
{
	memset(words, 0, sizeof(*words));
	memcpy(words->value, arguments->value, sizeof(words->value));
	take_list(words, MCLMR_WORD_ALG, &arguments->list[TOOL_ALG]);
	take_list(words, MCLMR_WORD_KEY_ID, &arguments->list[TOOL_KEY_ID]);
	take_list(words, MCLMR_WORD_KEY, &arguments->list[TOOL_KEY]);
	take_list(words, MCLMR_WORD_GROUP, &arguments->list[TOOL_GROUPS]);
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

/* The octets of a key file, at to; their number, 0 if they are no key. */
static size_t key_of(mclmr_span_t text, uint8_t to[MCLMR_RECORD_MAX_KEY])
{
	size_t n = mclmr_octets_from_hex(text, to, MCLMR_RECORD_MAX_KEY);

	if(n > 0 || text.len > MCLMR_RECORD_MAX_KEY || is_cut_hex(text))
		return n;
	if(text.len > 0)
		memcpy(to, text.s, text.len);
	return text.len;
}

/* Reads a key file. */
static size_t read_key_file(
		void *context, const char *name, uint8_t to[MCLMR_RECORD_MAX_KEY])
{
	char path[MAX_PATH];
	mclmr_span_t text;
	size_t n;

	if(!key_path(context, name, path) || !tool_read_secret(path, &text))
		return 0;
	n = key_of(text, to);
	tool_free_secret(text);
	return n;
}

mclmr_key_source_t tool_key_files(const char *folder)
{
	return (mclmr_key_source_t){read_key_file, (void *)folder};
}
