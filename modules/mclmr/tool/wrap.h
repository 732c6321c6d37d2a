/* SPDX-License-Identifier: GPL-2.0-or-later */

/* tool_wrap: from the words of a command line, or of a row of a table, to a
 * message with a key record. */
#ifndef MCLMR_TOOL_WRAP_H
#define MCLMR_TOOL_WRAP_H

#include "mclmr/keys/key_record.h"
#include "mclmr/keys/mikey_make.h"
#include "ring.h"

/* What describes a record; option values and columns of a table. */
typedef enum tool_word
{
	WRAP_FROM,
	WRAP_TO,
	WRAP_KMF,
	WRAP_LMR,
	WRAP_PURPOSE,
	WRAP_CALL,
	WRAP_NOT_BEFORE,
	WRAP_NOT_AFTER,
	WRAP_REVOKE,
	WRAP_AT,
	WRAP_TO_KMS,
	WRAP_FORM,
	WRAP_WORDS, /* above: one value; below: several */
	WRAP_ALG = WRAP_WORDS,
	WRAP_KEY_ID,
	WRAP_KEY,
	WRAP_KEY_HEX, /* of a table only: the command line never has keys */
	WRAP_GROUP,
	WRAP_ALL
} tool_word_t;

/* The name of a word as option and column, "key-id". */
const char *tool_word_name(tool_word_t word);

/* The words of one record; secret where it has a key. */
typedef struct tool_words
{
	const char *value[WRAP_WORDS];
	tool_list_t list[WRAP_ALL - WRAP_WORDS]; /* by word - WRAP_WORDS */
} tool_words_t;

#define TOOL_WRAP_MEMORY 131072

/* A message under way; secret. */
typedef struct tool_wrap
{
	mclmr_key_record_t record;
	mclmr_mikey_order_t order;
	mclmr_mikey_draft_t draft;
	mclmr_arena_t arena;
	char memory[TOOL_WRAP_MEMORY];
} tool_wrap_t;

/* How a record is understood besides its words. */
typedef struct tool_wrap_setting
{
	mclmr_keyring_t *ring;
	const char *folder; /* that key files are relative to; NULL: here */
	uint64_t timestamp; /* of the message, unless the words have one */
	bool next_period;	/* the message is for the next key period */
} tool_wrap_setting_t;

/*
 * Reads words, and the key files that they name, into a wrap, finds sender
 * and recipient, and begins its message: draft.job is to be encapsulated
 * then. NULL, or what is wrong; *is_usage tells words that are not right from
 * what is refused.
 */
const char *tool_wrap_begin(tool_wrap_t *wrap, const tool_words_t *words,
		const tool_wrap_setting_t *setting, bool *is_usage);

/* Seals the record and ends the message; its octets are in the wrap. NULL, or
 * what is wrong. */
const char *tool_wrap_finish(
		tool_wrap_t *wrap, mclmr_keyring_t *ring, mclmr_span_t *octets);

/* What there is in common to --help of wrap and rewrap. */
#define TOOL_WRAP_HELP                                                      \
	"  --from URI      the sender, an IWF; --keys has its signing keys\n"   \
	"  --to URI        the user\n"                                          \
	"  --kmf URI       the key management entity whose key it is\n"         \
	"  --lmr TYPE      tetra, p25, tetrapol, dmr, nxdn or analog\n"         \
	"  --purpose WORD  root or traffic\n"                                   \
	"  --alg HEX       algorithm, 1 to 4 octets\n"                          \
	"  --key-id HEX    identifier of the key, 1 to 8 octets\n"              \
	"  --key FILE      the key, 1 to 64 octets, raw or hexadecimal, \"-\" " \
	"for\n"                                                                 \
	"                  standard input; several keys: the three options as " \
	"often\n"                                                               \
	"  --group URI...  groups that it is for\n"                             \
	"  --call ID       call that it is for\n"                               \
	"  --not-before TIME, --not-after TIME\n"                               \
	"  --revoke        the key is revoked\n"                                \
	"  --at TIME       the time of the message (now)\n"                     \
	"  --to-kms URI    the user's key management server, where --cert has " \
	"several\n"                                                             \
	"                  and none that names his domain\n"                    \
	"  --form FORM     raw, base64 or sdp (raw)\n" TOOL_KEYS_HELP           \
			TOOL_CERT_HELP

/* Batches: see tool_batch.c. days: of rewrap, or -1. */
int tool_batch(const tool_arguments_t *arguments, const tool_words_t *defaults,
		const char *table, const char *folder, int days);

#endif
