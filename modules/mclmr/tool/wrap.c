/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr key wrap, rewrap: LMR keys that only their user can open. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "batch.h"
#include "clock.h"
#include "message_file.h"
#include "print.h"
#include "words.h"
#include "wrap.h"

#define MEMORY_SIZE 131072
#define SECONDS_OF_DAY 86400

/* Indices of option values after the words of a record. */
enum
{
	OPTION_OUT = TOOL_OPTION_OWN,
	OPTION_BATCH,
	OPTION_OUTDIR,
	OPTION_DUE
};

/* A message for one user. Secret. */
typedef struct single
{
	mclmr_record_order_t order;
	mclmr_record_wrap_t wrap;
	mclmr_arena_t arena;
	char memory[MEMORY_SIZE];
} single_t;

/* Makes one message; *is_usage tells words that are not right from what is
 * refused. */
static const char *wrap_one(single_t *single, const mclmr_record_words_t *words,
		mclmr_keyring_t *ring, mclmr_span_t *octets, bool *is_usage)
{
	mclmr_key_source_t files = tool_key_files(NULL);
	const char *wrong;

	single->arena = mclmr_arena(single->memory, sizeof(single->memory));
	single->order.timestamp = tool_timestamp_now();
	wrong = mclmr_record_words_read(
			words, &files, &single->arena, &single->order);
	*is_usage = wrong != NULL;
	return wrong != NULL ? wrong
						 : mclmr_record_wrap(&single->wrap, &single->order,
								 ring, &single->arena, octets);
}

/* The work of wrap for one user. */
static int wrap_single(
		const tool_arguments_t *arguments, const mclmr_record_words_t *words)
{
	int code;
	mclmr_keyring_t *ring = tool_ring(arguments, true, &code);
	single_t *single = OPENSSL_zalloc(sizeof(*single));
	mclmr_span_t octets = {NULL, 0};
	bool is_usage = true;
	const char *wrong = "out of memory";

	if(ring != NULL && single != NULL)
		wrong = wrap_one(single, words, ring, &octets, &is_usage);
	if(ring != NULL && wrong == NULL) {
		code = tool_message_write(arguments->value[OPTION_OUT],
				words->value[MCLMR_WORD_FORM], octets);
	} else if(ring != NULL) {
		tool_complain("%s", wrong);
		code = is_usage ? TOOL_USAGE : TOOL_REFUSED;
	}
	OPENSSL_clear_free(single, sizeof(*single));
	mclmr_keyring_free(ring);
	return code;
}

/* A row of a batch. Secret. */
typedef struct record_row
{
	tool_batch_row_t row;
	mclmr_record_order_t order;
	mclmr_record_wrap_t wrap;
} record_row_t;

/* The file of a message: user, LMR type and first key, whose identifier is a
 * number. */
static const char *name_record(const tool_batch_t *batch,
		const mclmr_record_words_t *words, char name[TOOL_NAME_SIZE])
{
	const mclmr_word_list_t *ids =
			&words->list[MCLMR_WORD_KEY_ID - MCLMR_WORD_VALUES];
	const char *number;
	char *digits;

	(void)batch;
	if(words->value[MCLMR_WORD_TO] == NULL
			|| words->value[MCLMR_WORD_LMR] == NULL || ids->n == 0)
		return "to, lmr or key-id is missing";
	number = ids->item[0];
	while(number[0] == '0' && number[1] != '\0')
		number++;
	tool_outdir_name(name, words->value[MCLMR_WORD_TO], '.');
	tool_outdir_name(name, words->value[MCLMR_WORD_LMR], '.');
	digits = name + strlen(name);
	tool_outdir_name(name, number, '.');
	for(; *digits != '\0'; digits++)
		*digits = (char)tolower((unsigned char)*digits);
	tool_outdir_name(name, "mikey", '\0');
	return NULL;
}

/* Begins the message of a row, for the next key period if it is one of
 * rewrap. */
static void begin_record(const tool_batch_t *batch, mclmr_batch_item_t *item)
{
	const int64_t *due = batch->context;
	mclmr_key_source_t files = tool_key_files(batch->table.folder);
	record_row_t *row = item->own;
	static const mclmr_batch_fate_t fates[] = {
			[MCLMR_WRAP_BEGUN] = MCLMR_BATCH_MADE,
			[MCLMR_WRAP_NOT_DUE] = MCLMR_BATCH_SKIPPED,
			[MCLMR_WRAP_REFUSED] = MCLMR_BATCH_REFUSED};

	row->order = (mclmr_record_order_t){.timestamp = batch->now,
			.ahead = *due >= 0,
			.now = mclmr_unix_seconds(batch->now),
			.due = (uint64_t)*due};
	item->why = mclmr_record_words_read(
			&row->row.table.words, &files, &item->arena, &row->order);
	item->fate = MCLMR_BATCH_REFUSED;
	if(item->why != NULL)
		return;
	item->fate = fates[mclmr_record_wrap_begin(
			&row->wrap, &row->order, batch->ring, &item->why)];
	item->draft = &row->wrap.draft;
}

static const char *finish_record(const tool_batch_t *batch,
		mclmr_batch_item_t *item, mclmr_span_t *octets)
{
	record_row_t *row = item->own;

	return mclmr_record_wrap_finish(
			&row->wrap, batch->ring, &item->arena, octets);
}

/* The work of wrap and rewrap for many users. due: seconds, or -1. */
static int wrap_batch(const tool_arguments_t *arguments,
		const mclmr_record_words_t *words, int64_t due)
{
	static const tool_batch_kind_t kind = {
			.columns = TOOL_COLUMN(MCLMR_WORD_ALL) - 1,
			.size = sizeof(record_row_t),
			.name = name_record,
			.twice = "another row has the same user, LMR type and key-id",
			.begin = begin_record,
			.finish = finish_record};
	const char *const *value = arguments->value;
	tool_batch_t batch = {.kind = &kind,
			.context = &due,
			.path = value[OPTION_BATCH],
			.folder = value[OPTION_OUTDIR],
			.defaults = words,
			.mark = {(const char *)&due, sizeof(due)}};

	if(value[OPTION_BATCH] == NULL || value[OPTION_OUTDIR] == NULL) {
		tool_complain("--batch and --outdir are needed together");
		return TOOL_USAGE;
	}
	if(value[OPTION_OUT] != NULL || arguments->list[TOOL_KEY].n > 0) {
		tool_complain("--out and --key do not go together with --batch");
		return TOOL_USAGE;
	}
	return tool_batch(&batch, arguments);
}

int tool_wrap(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key wrap --from URI --to URI --kmf URI --lmr TYPE\n"
			"         --purpose root|traffic --alg HEX --key-id HEX --key "
			"FILE\n"
			"         --keys KEYS --cert CERT... [OPTIONS]\n"
			"       mclmr key wrap --batch FILE.csv --outdir DIR --keys KEYS\n"
			"         --cert CERT... [OPTIONS]\n\n"
			"Makes a message with a key that only its user can "
			"open.\n\n" TOOL_WORD_HELP
			"  --out FILE      mode 0600 (standard output)\n\n"
			"  --batch FILE    a table with a row for each message; columns "
			"are named\n"
			"                  as the options, and key-hex; options are for "
			"what a\n"
			"                  row leaves empty\n"
			"  --outdir DIR    where the messages are written to; those that "
			"are\n"
			"                  there already are not made again\n\n"
			"Exit: 0 done, 1 refused, 2 usage or unusable file, 3 some rows "
			"failed.\n";
	static const struct option options[] = {TOOL_WORD_OPTIONS,
			TOOL_VALUE("out", OPTION_OUT), TOOL_VALUE("batch", OPTION_BATCH),
			TOOL_VALUE("outdir", OPTION_OUTDIR), TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	mclmr_record_words_t words;
	int code = tool_arguments(argc, argv, options, 0, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	tool_words_take(&arguments, &words);
	if(!tool_form_known(words.value[MCLMR_WORD_FORM]))
		return TOOL_USAGE;
	if(arguments.value[OPTION_BATCH] != NULL
			|| arguments.value[OPTION_OUTDIR] != NULL)
		return wrap_batch(&arguments, &words, -1);
	return wrap_single(&arguments, &words);
}

int tool_rewrap(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key rewrap --due DAYS --batch FILE.csv --outdir "
			"DIR\n"
			"         --keys KEYS --cert CERT... [OPTIONS]\n\n"
			"Makes new messages, for the next key period, for the rows of a "
			"table whose\nuser's key period ends within DAYS. The sender "
			"needs keys of that period.\n\n"
			"  --due DAYS      0 to 3650\n" TOOL_WORD_HELP
			"  --batch FILE    the table, as for wrap\n"
			"  --outdir DIR    where the messages are written to; not that of "
			"wrap, as\n"
			"                  they have the same names\n\n"
			"Exit: 0 done, 2 usage or unusable file, 3 some rows failed.\n";
	static const struct option options[] = {TOOL_WORD_OPTIONS,
			TOOL_VALUE("due", OPTION_DUE), TOOL_VALUE("batch", OPTION_BATCH),
			TOOL_VALUE("outdir", OPTION_OUTDIR), TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	mclmr_record_words_t words;
	const char *due;
	char *end = NULL;
	long days = -1;
	int code = tool_arguments(argc, argv, options, 0, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	tool_words_take(&arguments, &words);
	due = arguments.value[OPTION_DUE];
	if(due != NULL)
		days = strtol(due, &end, 10);
	if(due == NULL || end == NULL || *due < '0' || *due > '9' || *end != '\0'
			|| days > 3650) {
		tool_complain("--due is no number of days");
		return TOOL_USAGE;
	}
	if(!tool_form_known(words.value[MCLMR_WORD_FORM]))
		return TOOL_USAGE;
	return wrap_batch(&arguments, &words, (int64_t)days * SECONDS_OF_DAY);
}
