/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Batches of mclmr key: a message for each row of a table, on all cores. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "batch.h"
#include "clock.h"
#include "csv.h"
#include "message_file.h"
#include "print.h"

#define CHUNK 64 /* rows that a worker takes at once */
#define MAX_WORKERS 256
#define REPORT_SIZE 512 /* of a line from a worker; pipes keep it whole */
#define ITEM_MEMORY 131072
#define BAR 40		   /* characters of the bar */
#define NAME_SIZE 1024 /* of a message's file */
#define SECONDS_OF_DAY 86400
#define NOTE_SIZE 32 /* SHA-256 */

/* What workers and parent share. */
typedef struct shared
{
	size_t next; /* row that nobody took yet */
	size_t done;
	size_t skipped; /* there already, or not due */
	size_t failed;
	int stop; /* interrupted */
} shared_t;

/* A row that failed. */
typedef struct failure
{
	size_t line;
	char why[REPORT_SIZE];
} failure_t;

/* The whole batch. */
typedef struct batch
{
	const char *table;
	const char *folder;
	char *beside; /* the table's folder, for key files */
	const mclmr_record_words_t *defaults;
	mclmr_keyring_t *ring;
	tool_csv_t csv;
	mclmr_record_word_t word[TOOL_CSV_COLUMNS]; /* of each column */
	uint64_t now;								/* NTP timestamp */
	int note;									/* see open_note() */
	int64_t begun; /* Unix nanoseconds of the note */
	int64_t due;   /* seconds of rewrap; -1: wrap */
	bool *twice;   /* rows whose file is another row's too */
	shared_t *shared;
	int report[2]; /* a pipe */
	size_t failures;
	failure_t *failure;
} batch_t;

/* One row that a worker has in hand. Secret. */
typedef struct item
{
	const tool_csv_row_t *row;
	const char *wrong;
	bool skipped;
	tool_csv_fields_t fields;
	mclmr_record_words_t words;
	char name[NAME_SIZE];
	mclmr_record_order_t order;
	mclmr_record_wrap_t wrap;
	mclmr_arena_t arena;
	char memory[ITEM_MEMORY];
} item_t;

/* Set by SIGINT and SIGTERM in the parent. */
static shared_t *the_shared;

static void on_interrupt(int signal)
{
	(void)signal;
	__atomic_store_n(&the_shared->stop, 1, __ATOMIC_RELAXED);
}

static void count(size_t *counter, size_t n)
{
	(void)__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static size_t value_of(const size_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Finds the word of each column. */
static bool name_columns(batch_t *batch)
{
	for(size_t i = 0; i < batch->csv.columns; i++) {
		int word = 0;

		while(word < MCLMR_WORD_ALL
				&& !mclmr_span_equal(batch->csv.column[i],
						mclmr_span(mclmr_record_word_name(
								(mclmr_record_word_t)word))))
			word++;
		if(word == MCLMR_WORD_ALL) {
			tool_complain_text(
					"a column that is no option: ", batch->csv.column[i]);
			return false;
		}
		batch->word[i] = (mclmr_record_word_t)word;
	}
	return true;
}

/* Adds the items of a field, which blanks or semicolons stand between, to a
 * list; they are cut in their place. */
static const char *add_items(char *field, mclmr_word_list_t *list)
{
	char *next = NULL;

	for(char *item = strtok_r(field, " ;", &next); item != NULL;
			item = strtok_r(NULL, " ;", &next)) {
		if(list->n == TOOL_MAX_ITEMS)
			return "a field has too many items";
		list->item[list->n++] = item;
	}
	return NULL;
}

/* Takes the words of one row over those of the options. */
static const char *take_fields(const batch_t *batch, item_t *item)
{
	item->words = *batch->defaults;
	for(size_t i = 0; i < item->fields.n; i++) {
		const char *field = item->fields.field[i];
		mclmr_record_word_t word = batch->word[i];
		mclmr_word_list_t *list;

		if(*field == '\0')
			continue;
		if(word < MCLMR_WORD_VALUES) {
			item->words.value[word] = field;
			continue;
		}
		list = &item->words.list[word - MCLMR_WORD_VALUES];
		list->n = 0;
		if(add_items((char *)field, list) != NULL)
			return "a field has too many items";
	}
	return tool_form_known(item->words.value[MCLMR_WORD_FORM])
				   ? NULL
				   : "form is not raw, base64 or sdp";
}

/* Adds a text to a name, octets that could lead elsewhere as %xx. */
static void add_name(char *name, const char *text, char behind)
{
	size_t length = strlen(name);

	for(; text != NULL && *text != '\0' && length < NAME_SIZE - 8; text++) {
		unsigned char c = (unsigned char)*text;
		bool is_plain = c > ' ' && c < 0x7F && c != '/' && c != '%'
						&& (c != '.' || length > 0);

		length += (size_t)snprintf(name + length, NAME_SIZE - length,
				is_plain ? "%c" : "%%%02x", (unsigned)c);
	}
	name[length] = behind;
	if(behind != '\0')
		name[length + 1] = '\0';
}

/* The file of a message: user, LMR type and first key, whose identifier is a
 * number. */
static const char *make_name(item_t *item)
{
	const mclmr_word_list_t *ids =
			&item->words.list[MCLMR_WORD_KEY_ID - MCLMR_WORD_VALUES];
	const char *number;
	char *digits;

	item->name[0] = '\0';
	if(item->words.value[MCLMR_WORD_TO] == NULL
			|| item->words.value[MCLMR_WORD_LMR] == NULL || ids->n == 0)
		return "to, lmr or key-id is missing";
	number = ids->item[0];
	while(number[0] == '0' && number[1] != '\0')
		number++;
	add_name(item->name, item->words.value[MCLMR_WORD_TO], '.');
	add_name(item->name, item->words.value[MCLMR_WORD_LMR], '.');
	digits = item->name + strlen(item->name);
	add_name(item->name, number, '.');
	for(; *digits != '\0'; digits++)
		*digits = (char)tolower((unsigned char)*digits);
	add_name(item->name, "mikey", '\0');
	return strlen(item->name) < NAME_MAX - 4 ? NULL : "to is too long";
}

/* Reads a row up to its file's name. */
static void read_item(const batch_t *batch, size_t row, item_t *item)
{
	item->row = &batch->csv.row[row];
	item->skipped = false;
	item->wrong = tool_csv_read(&batch->csv, item->row, &item->fields);
	if(item->wrong == NULL)
		item->wrong = take_fields(batch, item);
	if(item->wrong == NULL)
		item->wrong = make_name(item);
	if(item->wrong == NULL && batch->twice[row])
		item->wrong = "another row has the same user, LMR type and key-id";
}

/* The path of a row's message. */
static bool path_of(const batch_t *batch, const item_t *item, char *path)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", batch->folder, item->name);

	return n > 0 && n < PATH_MAX;
}

/* Unix nanoseconds of a file's last change. */
static int64_t changed(const struct stat *status)
{
	return status->st_mtim.tv_sec * 1000000000LL + status->st_mtim.tv_nsec;
}

/* True where a message is there that this command has made. */
static bool is_young(const batch_t *batch, const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && changed(&status) >= batch->begun;
}

/* True where there is a message already, of the key period that the new one
 * would be of. */
static bool is_there(const batch_t *batch, const item_t *item)
{
	mclmr_key_period_t period = item->wrap.message.issuer->certificate->period;
	tool_message_file_t file;
	char path[PATH_MAX];
	bool found;

	if(!path_of(batch, item, path) || !is_young(batch, path)
			|| tool_message_read(path, &file) != TOOL_GO_ON)
		return false;
	found = mclmr_key_period_number(
					period, mclmr_ntp_seconds(file.message.timestamp))
			== mclmr_key_period_number(
					period, mclmr_ntp_seconds(item->wrap.message.timestamp));
	tool_message_free(&file);
	return found;
}

/* Begins the message of a row. */
static void begin_item(const batch_t *batch, item_t *item)
{
	mclmr_key_source_t files = tool_key_files(batch->beside);
	mclmr_record_order_t *order = &item->order;
	mclmr_wrap_state_t state;

	if(item->wrong != NULL)
		return;
	*order = (mclmr_record_order_t){.timestamp = batch->now,
			.ahead = batch->due >= 0,
			.now = (int64_t)(mclmr_ntp_seconds(batch->now) - MCLMR_NTP_UNIX),
			.due = (uint64_t)batch->due};
	item->wrong =
			mclmr_record_words_read(&item->words, &files, &item->arena, order);
	if(item->wrong != NULL)
		return;
	state = mclmr_record_wrap_begin(
			&item->wrap, order, batch->ring, &item->wrong);
	item->skipped = state == MCLMR_WRAP_NOT_DUE
					|| (state == MCLMR_WRAP_BEGUN && is_there(batch, item));
}

/* Encapsulates the keys of all rows that got so far. */
static void encapsulate(batch_t *batch, item_t *items, size_t n)
{
	static mclmr_sakke_job_t jobs[CHUNK];
	item_t *of[CHUNK];
	size_t count = 0;

	for(size_t i = 0; i < n; i++) {
		if(items[i].wrong != NULL || items[i].skipped)
			continue;
		of[count] = &items[i];
		jobs[count++] = items[i].wrap.draft.job;
	}
	if(count > 0)
		(void)mclmr_sakke_encapsulate_many(
				mclmr_keyring_sakke(batch->ring), jobs, count);
	for(size_t i = 0; i < count; i++)
		of[i]->wrap.draft.job = jobs[i];
	OPENSSL_cleanse(jobs, sizeof jobs);
}

/* Ends and writes the message of a row. */
static void finish_item(batch_t *batch, item_t *item)
{
	char path[PATH_MAX];
	mclmr_span_t octets;

	if(item->wrong != NULL || item->skipped)
		return;
	item->wrong = mclmr_record_wrap_finish(
			&item->wrap, batch->ring, &item->arena, &octets);
	if(item->wrong == NULL
			&& (!path_of(batch, item, path)
					|| !tool_message_replace(
							path, item->words.value[MCLMR_WORD_FORM], octets)))
		item->wrong = "the message cannot be written";
}

/* Tells the parent why a row failed. */
static void report(const batch_t *batch, const item_t *item)
{
	failure_t failure = {.line = item->row->line};

	(void)snprintf(failure.why, sizeof failure.why, "%s", item->wrong);
	if(write(batch->report[1], &failure, sizeof failure)
			!= (ssize_t)sizeof failure)
		_exit(TOOL_USAGE);
}

/* Counts a row. */
static void settle(batch_t *batch, const item_t *item)
{
	if(item->wrong != NULL) {
		report(batch, item);
		count(&batch->shared->failed, 1);
	} else {
		count(item->skipped ? &batch->shared->skipped : &batch->shared->done,
				1);
	}
}

/* Overwrites all secrets of a row, and not the rest of its memory. */
static void wipe(item_t *item)
{
	OPENSSL_cleanse(item->memory, item->arena.used);
	OPENSSL_cleanse(&item->wrap.draft, sizeof item->wrap.draft);
	OPENSSL_cleanse(item->fields.buffer, sizeof item->fields.buffer);
}

/* Makes the messages of some rows. */
static void work_on(batch_t *batch, item_t *items, size_t first, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		items[i].arena = mclmr_arena(items[i].memory, sizeof(items[i].memory));
		read_item(batch, first + i, &items[i]);
		begin_item(batch, &items[i]);
	}
	encapsulate(batch, items, n);
	for(size_t i = 0; i < n; i++) {
		finish_item(batch, &items[i]);
		settle(batch, &items[i]);
	}
	for(size_t i = 0; i < n; i++)
		wipe(&items[i]);
}

/* A worker: takes rows until there are no more. */
static void work(batch_t *batch)
{
	item_t *items = calloc(CHUNK, sizeof *items);
	size_t rows = batch->csv.rows;

	if(items == NULL || !mclmr_keyring_forked(batch->ring))
		_exit(TOOL_USAGE);
	while(!__atomic_load_n(&batch->shared->stop, __ATOMIC_RELAXED)) {
		size_t first = __atomic_fetch_add(
				&batch->shared->next, CHUNK, __ATOMIC_RELAXED);

		if(first >= rows)
			break;
		work_on(batch, items, first,
				rows - first < CHUNK ? rows - first : CHUNK);
	}
	free(items);
	_exit(TOOL_DONE);
}

/* Starts a worker for each core, but no more than there is work for. */
static int start_workers(batch_t *batch, pid_t pids[MAX_WORKERS])
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	long chunks = (long)((batch->csv.rows + CHUNK - 1) / CHUNK);
	pid_t parent = getpid();
	int n = 0;

	if(cores > MAX_WORKERS)
		cores = MAX_WORKERS;
	(void)fflush(NULL);
	while(n < cores && n < chunks) {
		pid_t pid = fork();

		if(pid == 0) {
			(void)signal(SIGINT, SIG_IGN);
			(void)signal(SIGTERM, SIG_DFL);
			/* No worker outlives the parent. */
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			if(getppid() != parent)
				_exit(TOOL_USAGE);
			close(batch->report[0]);
			work(batch);
		}
		if(pid < 0)
			break;
		pids[n++] = pid;
	}
	return n;
}

/* Shows how far it is: a bar on a terminal, else a line for each tenth. */
static void show_progress(const batch_t *batch, size_t *shown)
{
	size_t rows = batch->csv.rows;
	size_t now = value_of(&batch->shared->done)
				 + value_of(&batch->shared->skipped)
				 + value_of(&batch->shared->failed);
	int filled = rows == 0 ? BAR : (int)(now * BAR / rows);

	if(isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r[%.*s%*s] %zu of %zu", filled,
				"########################################", BAR - filled, "",
				now, rows);
		return;
	}
	if(rows >= 1000 && now * 10 / rows > *shown) {
		*shown = now * 10 / rows;
		fprintf(stderr, "mclmr: %zu of %zu\n", now, rows);
	}
}

/* Takes a failure over. */
static void keep_failure(batch_t *batch, const failure_t *failure)
{
	failure_t *more = realloc(
			batch->failure, (batch->failures + 1) * sizeof *batch->failure);

	if(more == NULL)
		return;
	batch->failure = more;
	batch->failure[batch->failures++] = *failure;
}

/* Reads failures and shows the progress until all workers are gone. */
static void watch(batch_t *batch)
{
	struct pollfd pipe = {.fd = batch->report[0], .events = POLLIN};
	failure_t failure;
	size_t shown = 0;
	ssize_t n = 1;

	while(n != 0) {
		show_progress(batch, &shown);
		if(poll(&pipe, 1, 200) <= 0)
			continue;
		n = read(batch->report[0], &failure, sizeof failure);
		if(n == (ssize_t)sizeof failure)
			keep_failure(batch, &failure);
		else if(n < 0 && errno != EINTR)
			break;
	}
	show_progress(batch, &shown);
	if(isatty(STDERR_FILENO))
		fputc('\n', stderr);
}

/* Waits for the workers; false where one came to a bad end. */
static bool wait_for(const pid_t *pids, int n)
{
	bool well = true;
	int status;

	for(int i = 0; i < n; i++) {
		while(waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
			;
		well = well && WIFEXITED(status) && WEXITSTATUS(status) == TOOL_DONE;
	}
	return well;
}

static int by_line(const void *a, const void *b)
{
	size_t left = ((const failure_t *)a)->line;
	size_t right = ((const failure_t *)b)->line;

	return left < right ? -1 : (left > right);
}

/* Tells what came out. */
static int conclude(const batch_t *batch, bool well)
{
	const shared_t *shared = batch->shared;
	bool stopped = shared->stop != 0;

	if(batch->failures > 1)
		qsort(batch->failure, batch->failures, sizeof *batch->failure, by_line);
	for(size_t i = 0; i < batch->failures; i++)
		tool_complain("%s:%zu: %s", batch->table, batch->failure[i].line,
				batch->failure[i].why);
	if(stopped)
		tool_complain("interrupted: the same command goes on from here");
	if(!well)
		tool_complain("a worker came to a bad end: run the same command again");
	printf("rows=%zu\ndone=%zu\nskipped=%zu\nfailed=%zu\n", batch->csv.rows,
			shared->done, shared->skipped, shared->failed);
	return tool_finish(
			shared->failed > 0 || stopped || !well ? TOOL_SOME : TOOL_DONE);
}

/* Lets workers do all rows. */
static int run_workers(batch_t *batch)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	pid_t pids[MAX_WORKERS];
	bool well;
	int n;

	the_shared = batch->shared;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	n = start_workers(batch, pids);
	close(batch->report[1]);
	if(n == 0 && batch->csv.rows > 0) {
		tool_complain("no worker can be started");
		return TOOL_USAGE;
	}
	watch(batch);
	well = wait_for(pids, n);
	close(batch->report[0]);
	return conclude(batch, well);
}

/* The name of a row's file, and the row. */
typedef struct named
{
	char *name;
	size_t row;
} named_t;

static int by_name(const void *a, const void *b)
{
	return strcmp(((const named_t *)a)->name, ((const named_t *)b)->name);
}

/* Marks rows that would overwrite each other: all of them, for nobody can
 * tell which one is meant. */
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
static size_t collect_names(const batch_t *batch, item_t *item, named_t *names)
{
	size_t n = 0;

	for(size_t row = 0; row < batch->csv.rows; row++) {
		read_item(batch, row, item);
		if(item->wrong != NULL)
			continue;
		names[n] = (named_t){strdup(item->name), row};
		if(names[n].name != NULL)
			n++;
	}
	return n;
}

/* Finds rows that would overwrite each other. */
static bool find_twice(batch_t *batch)
{
	named_t *names = calloc(batch->csv.rows + 1, sizeof *names);
	item_t *item = calloc(1, sizeof *item);
	size_t n = 0;

	batch->twice = calloc(batch->csv.rows + 1, sizeof *batch->twice);
	if(names != NULL && item != NULL && batch->twice != NULL) {
		n = collect_names(batch, item, names);
		qsort(names, n, sizeof *names, by_name);
		mark(names, n, batch->twice);
	}
	while(n > 0)
		free(names[--n].name);
	free(names);
	OPENSSL_clear_free(item, sizeof *item);
	return batch->twice != NULL;
}

/* The folder of a path. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if(slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Makes the folder of the messages, where it is not there. */
static bool make_folder(const char *path)
{
	struct stat status;

	if(mkdir(path, 0700) == 0)
		return true;
	if(errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return true;
	tool_complain("%s: %s", path, strerror(errno));
	return false;
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

		done = done && EVP_DigestUpdate(digest, c->z, sizeof c->z) == 1
			   && EVP_DigestUpdate(digest, c->kpak, sizeof c->kpak) == 1;
	}
	return done;
}

/* What this command is: its options, certificates, and the table by its age,
 * as that has secrets. */
static bool identify(batch_t *batch, uint8_t identity[EVP_MAX_MD_SIZE])
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	bool done = digest != NULL
				&& EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1
				&& add_text(digest, batch->table)
				&& EVP_DigestUpdate(digest, &batch->csv.changed,
						   sizeof batch->csv.changed)
						   == 1
				&& EVP_DigestUpdate(digest, &batch->due, sizeof batch->due) == 1
				&& add_words(digest, batch->defaults)
				&& add_keys(digest, batch->ring)
				&& EVP_DigestFinal_ex(digest, identity, NULL) == 1;

	EVP_MD_CTX_free(digest);
	return done;
}

/* Opens the note in the folder that says which command was the last one there,
 * and locks it: where it was this one, the messages behind it are kept. */
static bool open_note(batch_t *batch)
{
	uint8_t identity[EVP_MAX_MD_SIZE] = {0};
	uint8_t before[NOTE_SIZE] = {0};
	char path[PATH_MAX];
	struct stat status;
	int n = snprintf(path, PATH_MAX, "%s/.mclmr-batch", batch->folder);

	if(n > 0 && n < PATH_MAX && identify(batch, identity))
		batch->note = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if(batch->note >= 0 && flock(batch->note, LOCK_EX) == 0
			&& ((pread(batch->note, before, NOTE_SIZE, 0) == NOTE_SIZE
						&& memcmp(before, identity, NOTE_SIZE) == 0)
					|| pwrite(batch->note, identity, NOTE_SIZE, 0) == NOTE_SIZE)
			&& fstat(batch->note, &status) == 0) {
		batch->begun = changed(&status);
		return true;
	}
	tool_complain("%s: %s", path, strerror(errno));
	return false;
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

/* Sets all up that the workers share. */
static bool set_up(batch_t *batch, const tool_arguments_t *arguments, int *code)
{
	int64_t at;

	if(!make_folder(batch->folder) || !tool_csv_open(batch->table, &batch->csv)
			|| !name_columns(batch))
		return false;
	batch->ring = tool_ring(arguments, true, code);
	if(batch->ring == NULL)
		return false;
	*code = TOOL_USAGE;
	if(!build_tables(batch->ring) || !open_note(batch))
		return false;
	batch->now = tool_timestamp_now();
	if(batch->defaults->value[MCLMR_WORD_AT] != NULL) {
		if(!tool_time("--at", batch->defaults->value[MCLMR_WORD_AT], &at))
			return false;
		batch->now = mclmr_ntp_timestamp(at);
	}
	batch->beside = folder_of(batch->table);
	batch->shared = mmap(NULL, sizeof *batch->shared, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if(batch->shared != MAP_FAILED && batch->beside != NULL
			&& pipe(batch->report) == 0 && find_twice(batch))
		return true;
	tool_complain("out of memory");
	return false;
}

/* Gives all back. */
static void tear_down(batch_t *batch)
{
	mclmr_keyring_free(batch->ring);
	tool_csv_close(&batch->csv);
	if(batch->note >= 0)
		close(batch->note);
	free(batch->beside);
	free(batch->twice);
	free(batch->failure);
	if(batch->shared != NULL && batch->shared != MAP_FAILED)
		(void)munmap(batch->shared, sizeof *batch->shared);
}

int tool_batch(const tool_arguments_t *arguments,
		const mclmr_record_words_t *defaults, const char *table,
		const char *folder, int days)
{
	static batch_t batch;
	int code = TOOL_USAGE;

	batch = (batch_t){.table = table,
			.folder = folder,
			.defaults = defaults,
			.note = -1,
			.due = days < 0 ? -1 : (int64_t)days * SECONDS_OF_DAY};
	if(set_up(&batch, arguments, &code))
		code = run_workers(&batch);
	tear_down(&batch);
	return code;
}
