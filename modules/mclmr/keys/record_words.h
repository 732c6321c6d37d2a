/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * record_words: a key record, and whom it is for, in words: the options of a
 * command line, the columns of a table.
 */
#ifndef MCLMR_RECORD_WORDS_H
#define MCLMR_RECORD_WORDS_H

#include "record_wrap.h"

/* What words there are. */
typedef enum mclmr_record_word
{
	MCLMR_WORD_FROM,
	MCLMR_WORD_TO,
	MCLMR_WORD_KMF,
	MCLMR_WORD_LMR,
	MCLMR_WORD_PURPOSE,
	MCLMR_WORD_CALL,
	MCLMR_WORD_NOT_BEFORE,
	MCLMR_WORD_NOT_AFTER,
	MCLMR_WORD_REVOKE, /* the empty text is yes: a flag */
	MCLMR_WORD_AT,
	MCLMR_WORD_TO_KMS,
	MCLMR_WORD_FORM,   /* of the message's text; for the caller only */
	MCLMR_WORD_VALUES, /* above: one value; below: several */
	MCLMR_WORD_ALG = MCLMR_WORD_VALUES,
	MCLMR_WORD_KEY_ID,
	MCLMR_WORD_KEY, /* names of keys that the caller can read */
	MCLMR_WORD_KEY_HEX,
	MCLMR_WORD_GROUP,
	MCLMR_WORD_ALL
} mclmr_record_word_t;

#define MCLMR_WORD_LISTS (MCLMR_WORD_ALL - MCLMR_WORD_VALUES)
#define MCLMR_WORD_ITEMS 64 /* values of a word that has several */

/* The name of a word as option and column, "key-id"; static. */
const char *mclmr_record_word_name(mclmr_record_word_t word);

/* The values of a word that has several; strings of the caller. */
typedef struct mclmr_word_list
{
	size_t n;
	const char *item[MCLMR_WORD_ITEMS];
} mclmr_word_list_t;

/* The words of one record, strings of the caller; NULL: not given. Secret if
 * there is a key in hexadecimal. */
typedef struct mclmr_record_words
{
	const char *value[MCLMR_WORD_VALUES];
	mclmr_word_list_t list[MCLMR_WORD_LISTS]; /* by word - MCLMR_WORD_VALUES */
} mclmr_record_words_t;

/* The list of a word. */
mclmr_word_list_t *mclmr_record_words_list(
		mclmr_record_words_t *words, mclmr_record_word_t word);

/*
 * Where keys are that words only name. Reads the key of a name to at most
 * MCLMR_RECORD_MAX_KEY octets at to; their number, 0 if it cannot be read or
 * is no key.
 */
typedef struct mclmr_key_source
{
	size_t (*read)(
			void *context, const char *name, uint8_t to[MCLMR_RECORD_MAX_KEY]);
	void *context;
} mclmr_key_source_t;

/*
 * Reads words to an order: record, parties and, if there is the word,
 * timestamp; the rest of the order is left as it is. Its spans are in the
 * words and the arena, which the caller cleanses. NULL, or what is wrong;
 * static.
 */
const char *mclmr_record_words_read(const mclmr_record_words_t *words,
		const mclmr_key_source_t *keys, mclmr_arena_t *arena,
		mclmr_record_order_t *order);

#endif
