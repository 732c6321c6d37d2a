/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Batches of messages, from a table to a folder. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "batch.h"
#include "clock.h"
#include "print.h"

#define BAR 40 /* characters of the bar */

/* A row that was refused. */
typedef struct tool_refusal
{
	size_t row;
	char why[MCLMR_BATCH_WHY];
} tool_refusal_t;

/* Stopped by SIGINT and SIGTERM. */
static mclmr_batch_t *at_work;

/* Ends the batch in order, so that what is done is told and kept. */
static void on_interrupt(int signal)
{
	(void)signal;
	if(at_work != NULL)
		mclmr_batch_stop(at_work);
}

/* Reads a row up to its message's name. */
static const char *read_row(
		const tool_batch_t *batch, size_t row, tool_batch_row_t *to)
{
	const char *wrong = tool_table_read(&batch->table, row, &to->table);

	to->name[0] = '\0';
	if(wrong == NULL)
		wrong = batch->kind->name(batch, &to->table.words, to->name);
	if(wrong == NULL && !tool_outdir_fits(to->name))
		wrong = "to is too long";
	if(wrong == NULL && batch->twice != NULL && batch->twice[row])
		wrong = batch->kind->twice;
	return wrong;
}

/* Begins the message of a row. */
static void begin(void *context, mclmr_batch_item_t *item)
{
	const tool_batch_t *batch = context;

	item->why = read_row(batch, item->row, item->own);
	if(item->why == NULL)
		batch->kind->begin(batch, item);
	else
		item->fate = MCLMR_BATCH_REFUSED;
}

static const char *finish(
		void *context, mclmr_batch_item_t *item, mclmr_span_t *octets)
{
	const tool_batch_t *batch = context;

	return batch->kind->finish(batch, item, octets);
}

static bool find(
		void *context, const mclmr_batch_item_t *item, uint64_t *timestamp)
{
	const tool_batch_t *batch = context;
	const tool_batch_row_t *row = item->own;

	return tool_outdir_find(&batch->outdir, row->name, timestamp);
}

static const char *store(
		void *context, const mclmr_batch_item_t *item, mclmr_span_t octets)
{
	const tool_batch_t *batch = context;
	const tool_batch_row_t *row = item->own;

	return tool_outdir_store(&batch->outdir, row->name,
				   row->table.words.value[MCLMR_WORD_FORM], octets)
				   ? NULL
				   : "the message cannot be written";
}

/* Keeps a refusal for the end. */
static void keep(void *context, size_t row, const char *why)
{
	tool_batch_t *batch = context;
	tool_refusal_t *more = realloc(
			batch->refusal, (batch->refusals + 1) * sizeof(*batch->refusal));

	if(more == NULL)
		return;
	batch->refusal = more;
	more[batch->refusals].row = row;
	(void)snprintf(more[batch->refusals++].why, sizeof(more->why), "%s", why);
}

/* Shows how far it is: a bar on a terminal, else a line for each tenth. */
static void show(void *context, const mclmr_batch_result_t *so_far)
{
	tool_batch_t *batch = context;
	size_t rows = batch->table.csv.rows;
	size_t now = so_far->made + so_far->skipped + so_far->refused;
	int filled = rows == 0 ? BAR : (int)(now * BAR / rows);

	if(isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r[%.*s%*s] %zu of %zu", filled,
				"########################################", BAR - filled, "",
				now, rows);
		return;
	}
	if(rows >= 1000 && now * 10 / rows > batch->shown) {
		batch->shown = now * 10 / rows;
		fprintf(stderr, "mclmr: %zu of %zu\n", now, rows);
	}
}

static int by_row(const void *a, const void *b)
{
	size_t left = ((const tool_refusal_t *)a)->row;
	size_t right = ((const tool_refusal_t *)b)->row;

	return left < right ? -1 : (left > right);
}

/* Complains about all rows that were refused, in their order. */
static void complain_refusals(tool_batch_t *batch)
{
	if(batch->refusals > 1)
		qsort(batch->refusal, batch->refusals, sizeof(*batch->refusal), by_row);
	for(size_t i = 0; i < batch->refusals; i++)
		tool_complain("%s:%zu: %s", batch->path,
				batch->table.csv.row[batch->refusal[i].row].line,
				batch->refusal[i].why);
}

/* Tells what came out. */
static int conclude(tool_batch_t *batch, const mclmr_batch_result_t *result)
{
	complain_refusals(batch);
	if(result->stopped)
		tool_complain("interrupted: the same command goes on from here");
	if(result->broken)
		tool_complain("a worker came to a bad end: run the same command again");
	printf("rows=%zu\ndone=%zu\nskipped=%zu\nfailed=%zu\n",
			batch->table.csv.rows, result->made, result->skipped,
			result->refused);
	return tool_finish(result->refused > 0 || result->stopped || result->broken
							   ? TOOL_SOME
							   : TOOL_DONE);
}

/* Lets workers do all rows. */
static int run(tool_batch_t *batch)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	mclmr_batch_result_t result;
	bool done;

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)fflush(NULL);
	done = mclmr_batch_run(at_work, mclmr_batch_cores(), &result);
	if(done && isatty(STDERR_FILENO))
		fputc('\n', stderr);
	if(done)
		return conclude(batch, &result);
	tool_complain("no worker can be started");
	return TOOL_USAGE;
}

/* The name of a row's message, and the row. */
typedef struct named
{
	char *name;
	size_t row;
} named_t;

static int by_name(const void *a, const void *b)
{
	return strcmp(((const named_t *)a)->name, ((const named_t *)b)->name);
}

/* Marks rows that would overwrite each other: all of them, as it is not clear
 * which one is meant. */
static void mark(const named_t *names, size_t n, bool *twice)
{
	for(size_t i = 1; i < n; i++) {
		if(strcmp(names[i - 1].name, names[i].name) != 0)
			continue;
		twice[names[i - 1].row] = true;
		twice[names[i].row] = true;
	}
}

/* Collects the names of all rows. */
static size_t collect_names(
		const tool_batch_t *batch, tool_batch_row_t *row, named_t *names)
{
	size_t n = 0;

	for(size_t i = 0; i < batch->table.csv.rows; i++) {
		if(read_row(batch, i, row) != NULL)
			continue;
		names[n] = (named_t){strdup(row->name), i};
		if(names[n].name != NULL)
			n++;
	}
	return n;
}

/* Finds rows that would overwrite each other. */
static bool find_twice(tool_batch_t *batch)
{
	size_t rows = batch->table.csv.rows;
	named_t *names = calloc(rows + 1, sizeof(*names));
	tool_batch_row_t *row = calloc(1, sizeof(*row));
	bool *twice = calloc(rows + 1, sizeof(*twice));
	size_t n = 0;

	if(names != NULL && row != NULL && twice != NULL) {
		n = collect_names(batch, row, names);
		qsort(names, n, sizeof(*names), by_name);
		mark(names, n, twice);
		batch->twice = twice;
	} else {
		free(twice);
	}
	while(n > 0)
		free(names[--n].name);
	free(names);
	if(row != NULL)
		OPENSSL_cleanse(row, sizeof(*row));
	free(row);
	return batch->twice != NULL;
}

/* Adds a string to a digest, with the NUL at its end; NULL as one octet. */
static bool add_text(EVP_MD_CTX *digest, const char *text)
{
	return text == NULL ? EVP_DigestUpdate(digest, "-", 1) == 1
						: EVP_DigestUpdate(digest, text, strlen(text) + 1) == 1;
}

/* Adds the options. */
static bool add_words(EVP_MD_CTX *digest, const mclmr_record_words_t *words)
{
	bool done = true;

	for(int i = 0; i < MCLMR_WORD_VALUES; i++)
		done = done && add_text(digest, words->value[i]);
	for(int i = 0; i < MCLMR_WORD_LISTS; i++) {
		for(size_t n = 0; n < words->list[i].n; n++)
			done = done && add_text(digest, words->list[i].item[n]);
		done = done && add_text(digest, NULL);
	}
	return done;
}

/* Adds the public keys that messages are made for and with. */
static bool add_keys(EVP_MD_CTX *digest, mclmr_keyring_t *ring)
{
	bool done = true;

	for(mclmr_issuer_t *i = mclmr_keyring_issuers(ring); i != NULL;
			i = i->next) {
		const mclmr_kms_certificate_t *c = i->certificate;

		done = done && EVP_DigestUpdate(digest, c->z, sizeof(c->z)) == 1
			   && EVP_DigestUpdate(digest, c->kpak, sizeof(c->kpak)) == 1;
	}
	return done;
}

/* What this command is: its options, certificates, and the table by its age,
 * as that has secrets. */
static bool identify(
		const tool_batch_t *batch, uint8_t identity[EVP_MAX_MD_SIZE])
{
	const tool_csv_t *csv = &batch->table.csv;
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	bool done = digest != NULL
				&& EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1
				&& add_text(digest, batch->path)
				&& EVP_DigestUpdate(digest, &csv->changed, sizeof(csv->changed))
						   == 1
				&& EVP_DigestUpdate(digest, batch->mark.s, batch->mark.len) == 1
				&& add_words(digest, batch->defaults)
				&& add_keys(digest, batch->ring)
				&& EVP_DigestFinal_ex(digest, identity, NULL) == 1;

	EVP_MD_CTX_free(digest);
	return done;
}

/* Takes the folder for this command. */
static bool lock_folder(tool_batch_t *batch)
{
	uint8_t identity[EVP_MAX_MD_SIZE] = {0};

	if(!identify(batch, identity)) {
		tool_complain("%s: the command has no digest", batch->folder);
		return false;
	}
	return tool_outdir_lock(&batch->outdir, identity);
}

/* Builds the tables that all workers share: those of the certificates. */
static bool build_tables(mclmr_keyring_t *ring)
{
	for(mclmr_issuer_t *i = mclmr_keyring_issuers(ring); i != NULL;
			i = i->next) {
		if(mclmr_issuer_tables(ring, i) == NULL) {
			tool_complain("PubEncKey of a certificate is not right");
			return false;
		}
	}
	return true;
}

/* The time of the messages. */
static bool set_time(tool_batch_t *batch)
{
	const char *text = batch->defaults->value[MCLMR_WORD_AT];
	int64_t at;

	batch->now = tool_timestamp_now();
	if(text == NULL)
		return true;
	if(!tool_time("--at", text, &at))
		return false;
	batch->now = mclmr_ntp_timestamp(at);
	return true;
}

/* Gets the library's batch ready. */
static bool prepare(tool_batch_t *batch)
{
	mclmr_batch_work_t work = {.context = batch,
			.ring = batch->ring,
			.rows = batch->table.csv.rows,
			.own_size = batch->kind->size,
			.begin = begin,
			.find = find,
			.finish = finish,
			.store = store,
			.refused = keep,
			.progress = show};

	at_work = mclmr_batch_new(&work);
	if(at_work != NULL && find_twice(batch))
		return true;
	tool_complain("out of memory");
	return false;
}

/* Sets all up that the workers share. */
static bool set_up(
		tool_batch_t *batch, const tool_arguments_t *arguments, int *code)
{
	if(!tool_outdir_make(&batch->outdir, batch->folder)
			|| !tool_table_open(&batch->table, batch->path, batch->defaults,
					batch->kind->columns))
		return false;
	batch->ring = tool_ring(arguments, true, code);
	if(batch->ring == NULL)
		return false;
	*code = TOOL_USAGE;
	return build_tables(batch->ring) && lock_folder(batch) && set_time(batch)
		   && prepare(batch);
}

/* Gives all back. */
static void tear_down(tool_batch_t *batch)
{
	mclmr_batch_t *done = at_work;

	at_work = NULL;
	mclmr_batch_free(done);
	mclmr_keyring_free(batch->ring);
	tool_table_close(&batch->table);
	tool_outdir_release(&batch->outdir);
	free(batch->twice);
	free(batch->refusal);
}

int tool_batch(tool_batch_t *batch, const tool_arguments_t *arguments)
{
	int code = TOOL_USAGE;

	batch->outdir.note = -1;
	if(set_up(batch, arguments, &code))
		code = run(batch);
	tear_down(batch);
	return code;
}
