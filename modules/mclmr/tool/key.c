/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr key: LMR keys that only their user can open. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "mclmr/keys/key_state.h"
#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "wrap.h"

/* Indices of option values behind the words of a record. */
enum
{
	OPTION_OUT = WRAP_WORDS,
	OPTION_STATE,
	OPTION_REVEAL,
	OPTION_BATCH,
	OPTION_OUTDIR,
	OPTION_DUE
};

/* Lists of this command. */
enum
{
	LIST_ALG = TOOL_OWN_LISTS,
	LIST_KEY_ID,
	LIST_KEY
};

#define VALUE(name, index)                   \
	{                                        \
		name, required_argument, NULL, index \
	}
#define FLAG(name, index)              \
	{                                  \
		name, no_argument, NULL, index \
	}
#define OPTIONS_END      \
	{                    \
		NULL, 0, NULL, 0 \
	}

#define WORD_OPTIONS                                                         \
	TOOL_RING_OPTIONS, VALUE("from", WRAP_FROM), VALUE("to", WRAP_TO),       \
			VALUE("kmf", WRAP_KMF), VALUE("lmr", WRAP_LMR),                  \
			VALUE("purpose", WRAP_PURPOSE), VALUE("call", WRAP_CALL),        \
			VALUE("not-before", WRAP_NOT_BEFORE),                            \
			VALUE("not-after", WRAP_NOT_AFTER), FLAG("revoke", WRAP_REVOKE), \
			VALUE("at", WRAP_AT), VALUE("to-kms", WRAP_TO_KMS),              \
			VALUE("form", WRAP_FORM), VALUE("alg", TOOL_LIST(LIST_ALG)),     \
			VALUE("key-id", TOOL_LIST(LIST_KEY_ID)),                         \
			VALUE("key", TOOL_LIST(LIST_KEY)),                               \
			VALUE("group", TOOL_LIST(TOOL_GROUPS))

#define FILE_HELP                                                           \
	"FILE: raw, hexadecimal or base64, \"a=key-mgmt:mikey \" before it or " \
	"not;\n\"-\" is standard input.\n\n"

/* The words of a record, from the options. */
static void take_words(const tool_arguments_t *arguments, tool_words_t *words)
{
	memset(words, 0, sizeof *words);
	memcpy(words->value, arguments->value, sizeof words->value);
	words->list[WRAP_ALG - WRAP_WORDS] = arguments->list[LIST_ALG];
	words->list[WRAP_KEY_ID - WRAP_WORDS] = arguments->list[LIST_KEY_ID];
	words->list[WRAP_KEY - WRAP_WORDS] = arguments->list[LIST_KEY];
	words->list[WRAP_GROUP - WRAP_WORDS] = arguments->list[TOOL_GROUPS];
}

/* Makes one message. */
static const char *wrap_one(tool_wrap_t *wrap, const tool_words_t *words,
		mclmr_keyring_t *ring, mclmr_span_t *octets, bool *is_usage)
{
	tool_wrap_setting_t setting = {
			.ring = ring, .timestamp = tool_timestamp_now()};
	const char *wrong = tool_wrap_begin(wrap, words, &setting, is_usage);

	if(wrong != NULL)
		return wrong;
	(void)mclmr_sakke_encapsulate_many(
			mclmr_keyring_sakke(ring), &wrap->draft.job, 1);
	return tool_wrap_finish(wrap, ring, octets);
}

/* The work of wrap for one user. */
static int wrap_single(
		const tool_arguments_t *arguments, const tool_words_t *words)
{
	int code;
	mclmr_keyring_t *ring = tool_ring(arguments, true, &code);
	tool_wrap_t *wrap = OPENSSL_zalloc(sizeof *wrap);
	mclmr_span_t octets = {NULL, 0};
	bool is_usage = true;
	const char *wrong = "out of memory";

	if(ring != NULL && wrap != NULL)
		wrong = wrap_one(wrap, words, ring, &octets, &is_usage);
	if(ring != NULL && wrong == NULL) {
		code = tool_message_write(
				arguments->value[OPTION_OUT], words->value[WRAP_FORM], octets);
	} else if(ring != NULL) {
		tool_complain("%s", wrong);
		code = is_usage ? TOOL_USAGE : TOOL_REFUSED;
	}
	OPENSSL_clear_free(wrap, sizeof *wrap);
	mclmr_keyring_free(ring);
	return code;
}

/* The work of wrap and rewrap for many users. */
static int wrap_batch(
		const tool_arguments_t *arguments, const tool_words_t *words, int days)
{
	const char *const *value = arguments->value;

	if(value[OPTION_BATCH] == NULL || value[OPTION_OUTDIR] == NULL) {
		tool_complain("--batch and --outdir are needed together");
		return TOOL_USAGE;
	}
	if(value[OPTION_OUT] != NULL || words->list[WRAP_KEY - WRAP_WORDS].n > 0) {
		tool_complain("--out and --key do not go together with --batch");
		return TOOL_USAGE;
	}
	return tool_batch(
			arguments, words, value[OPTION_BATCH], value[OPTION_OUTDIR], days);
}

static int run_wrap(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key wrap --from URI --to URI --kmf URI --lmr TYPE\n"
			"         --purpose root|traffic --alg HEX --key-id HEX --key "
			"FILE\n"
			"         --keys KEYS --cert CERT... [OPTIONS]\n"
			"       mclmr key wrap --batch FILE.csv --outdir DIR --keys KEYS\n"
			"         --cert CERT... [OPTIONS]\n\n"
			"Makes a message with a key that only its user can "
			"open.\n\n" TOOL_WRAP_HELP
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
	static const struct option options[] = {WORD_OPTIONS,
			VALUE("out", OPTION_OUT), VALUE("batch", OPTION_BATCH),
			VALUE("outdir", OPTION_OUTDIR), OPTIONS_END};
	tool_arguments_t arguments;
	tool_words_t words;
	int code = tool_arguments(argc, argv, options, 0, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	take_words(&arguments, &words);
	if(!tool_form_known(words.value[WRAP_FORM]))
		return TOOL_USAGE;
	if(arguments.value[OPTION_BATCH] != NULL
			|| arguments.value[OPTION_OUTDIR] != NULL)
		return wrap_batch(&arguments, &words, -1);
	return wrap_single(&arguments, &words);
}

static int run_rewrap(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key rewrap --due DAYS --batch FILE.csv --outdir "
			"DIR\n"
			"         --keys KEYS --cert CERT... [OPTIONS]\n\n"
			"Makes new messages, for the next key period, for the rows of a "
			"table whose\nuser's key period ends within DAYS. The sender "
			"needs keys of that period.\n\n"
			"  --due DAYS      0 to 3650\n" TOOL_WRAP_HELP
			"  --batch FILE    the table, as for wrap\n"
			"  --outdir DIR    where the messages are written to; not that of "
			"wrap, as\n"
			"                  they have the same names\n\n"
			"Exit: 0 done, 2 usage or unusable file, 3 some rows failed.\n";
	static const struct option options[] = {WORD_OPTIONS,
			VALUE("due", OPTION_DUE), VALUE("batch", OPTION_BATCH),
			VALUE("outdir", OPTION_OUTDIR), OPTIONS_END};
	tool_arguments_t arguments;
	tool_words_t words;
	const char *due;
	char *end = NULL;
	long days = -1;
	int code = tool_arguments(argc, argv, options, 0, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	take_words(&arguments, &words);
	due = arguments.value[OPTION_DUE];
	if(due != NULL)
		days = strtol(due, &end, 10);
	if(due == NULL || end == NULL || *due < '0' || *due > '9' || *end != '\0'
			|| days > 3650) {
		tool_complain("--due is no number of days");
		return TOOL_USAGE;
	}
	if(!tool_form_known(words.value[WRAP_FORM]))
		return TOOL_USAGE;
	return wrap_batch(&arguments, &words, (int)days);
}

/* A time as a line, where it is given. */
static void print_time(const char *name, int64_t seconds)
{
	char text[MCLMR_TIMESTAMP_SIZE];

	if(seconds == 0)
		return;
	mclmr_timestamp_write(seconds, text);
	printf("%s=%s\n", name, text);
}

/* The work of inspect. */
static int inspect(const tool_message_file_t *file)
{
	const mclmr_mikey_t *message = &file->message;
	mclmr_key_record_t record;
	mclmr_span_t sealed;
	const char *wrong = mclmr_key_record_peek(
			mclmr_mikey_extension(message, MCLMR_MIKEY_KEY_RECORD), &record,
			&sealed);

	if(wrong != NULL) {
		tool_complain("%s", wrong);
		return TOOL_REFUSED;
	}
	printf("size=%zu\nversion=%d\n", file->octets.len, MCLMR_RECORD_VERSION);
	if(!message->initiator.hidden)
		tool_print_line("from", message->initiator.value);
	if(!message->responder.hidden)
		tool_print_line("to", message->responder.value);
	tool_print_line("from_kms", message->initiator_kms);
	tool_print_line("to_kms", message->responder_kms);
	print_time("time", mclmr_mikey_time(message));
	tool_print_line("kmf", record.kmf);
	printf("lmr=%s\n", mclmr_lmr_type_word(record.lmr_type));
	printf("sealed_size=%zu\n", sealed.len);
	return tool_finish(TOOL_DONE);
}

static int run_inspect(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key inspect FILE\n\n"
			"Prints what a message with a key record says without any key. "
			"Nothing is\nverified.\n" FILE_HELP
			"Exit: 0 done, 1 no key record, 2 usage or unreadable file.\n";
	static const struct option options[] = {OPTIONS_END};
	tool_arguments_t arguments;
	tool_message_file_t file;
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	if(code == TOOL_GO_ON)
		code = tool_message_read(arguments.file, &file);
	if(code != TOOL_GO_ON)
		return code;
	code = inspect(&file);
	tool_message_free(&file);
	return code;
}

#define MEMORY_SIZE (1 << 17)

/* What unwrap works with. Secret. */
typedef struct unwrapping
{
	const tool_arguments_t *arguments;
	tool_message_file_t file;
	int64_t now;
	mclmr_mikey_opened_t opened;
	mclmr_key_record_t record;
	char memory[MEMORY_SIZE];
} unwrapping_t;

/* Opens the record of an opened message. */
static const char *open_record(unwrapping_t *unwrapping)
{
	const mclmr_mikey_t *message = &unwrapping->file.message;
	mclmr_arena_t arena =
			mclmr_arena(unwrapping->memory, sizeof unwrapping->memory);
	mclmr_record_binding_t binding = {.ssv = unwrapping->opened.key,
			.csb_id = message->csb_id,
			.rand = message->rand,
			.from = message->initiator.value,
			.to = message->responder.value};

	if(message->initiator.hidden || message->responder.hidden
			|| mclmr_mikey_purpose(message->csb_id) != MCLMR_PURPOSE_RECORD)
		return "the message is not one of a key record";
	return mclmr_key_record_open(
			mclmr_mikey_extension(message, MCLMR_MIKEY_KEY_RECORD), &binding,
			&arena, &unwrapping->record);
}

/* True where the record is of the key period that its message opened in. */
static bool is_of_period(const unwrapping_t *unwrapping)
{
	const mclmr_mikey_opened_t *opened = &unwrapping->opened;

	return opened->by_self
		   || unwrapping->record.key_period == opened->holder->keys->number;
}

/* True where the record is of the wished KMF and LMR type. */
static bool is_wished(const unwrapping_t *unwrapping)
{
	const char *kmf = unwrapping->arguments->value[WRAP_KMF];
	const char *lmr = unwrapping->arguments->value[WRAP_LMR];
	const mclmr_key_record_t *record = &unwrapping->record;

	return (kmf == NULL || mclmr_span_equal(record->kmf, mclmr_span(kmf)))
		   && (lmr == NULL
				   || strcmp(lmr, mclmr_lmr_type_word(record->lmr_type)) == 0);
}

/* Refuses a record that is not valid any more. */
static bool check_validity(const unwrapping_t *unwrapping)
{
	char end[MCLMR_TIMESTAMP_SIZE];
	char now[MCLMR_TIMESTAMP_SIZE];

	if(unwrapping->record.not_after == 0
			|| unwrapping->now <= unwrapping->record.not_after)
		return true;
	mclmr_timestamp_write(unwrapping->record.not_after, end);
	mclmr_timestamp_write(unwrapping->now, now);
	tool_complain("the key is not valid after %s (local time %s)", end, now);
	return false;
}

/* Opens message and record; TOOL_GO_ON or an exit code. */
static int open_all(unwrapping_t *unwrapping, mclmr_keyring_t *ring)
{
	const char *const *value = unwrapping->arguments->value;
	mclmr_mikey_wish_t wish = {.from = mclmr_span(value[WRAP_FROM]),
			.has_now = value[WRAP_AT] != NULL,
			.now = unwrapping->now,
			.max_skew = MCLMR_MIKEY_MAX_SKEW,
			.stored = true};
	mclmr_mikey_fault_t fault = mclmr_mikey_open(
			&unwrapping->file.message, ring, &wish, &unwrapping->opened);
	const char *wrong;

	if(fault != MCLMR_MIKEY_GENUINE) {
		tool_complain_fault(&unwrapping->file, fault, unwrapping->now);
		return TOOL_REFUSED;
	}
	wrong = open_record(unwrapping);
	if(wrong == NULL && !is_of_period(unwrapping))
		wrong = "the record is of another key period than its message";
	if(wrong == NULL && !is_wished(unwrapping))
		wrong = "the key is of another KMF or LMR type";
	if(wrong != NULL) {
		tool_complain("%s", wrong);
		return TOOL_REFUSED;
	}
	return check_validity(unwrapping) ? TOOL_GO_ON : TOOL_REFUSED;
}

/* Locks a state, through a file of its own as the state gets replaced; -1
 * with a complaint. */
static int lock_state(const char *path)
{
	size_t size = strlen(path) + sizeof ".lock";
	char *name = malloc(size);
	int fd = -1;

	if(name != NULL) {
		(void)snprintf(name, size, "%s.lock", path);
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	if(fd < 0 || flock(fd, LOCK_EX) != 0) {
		tool_complain("%s: cannot be locked: %s", path, strerror(errno));
		if(fd >= 0)
			close(fd);
		fd = -1;
	}
	free(name);
	return fd;
}

/* Decides by a state that is locked, and replaces it. */
static int take_in(const unwrapping_t *unwrapping, const char *path,
		mclmr_span_t before, mclmr_arena_t *arena)
{
	static const char *const why[] = {
			[MCLMR_KEY_OLDER] = "an older message than one that was opened "
								"before, for the same user, LMR type and key",
			[MCLMR_KEY_AMBIGUOUS] = "another message of the same time was "
									"opened before, for the same user, LMR "
									"type and key",
			[MCLMR_KEY_UNREADABLE] = "the state is not readable",
	};
	mclmr_key_taken_t taken = {.user = unwrapping->file.message.responder.value,
			.record = &unwrapping->record,
			.period = (uint32_t)mclmr_key_period_number(
					unwrapping->opened.holder->issuer->certificate->period,
					(uint64_t)(unwrapping->now + (int64_t)MCLMR_NTP_UNIX)),
			.timestamp = unwrapping->file.message.timestamp};
	mclmr_key_verdict_t verdict;
	mclmr_span_t after;

	/* Without the signature: anybody can make another one of it. */
	if(EVP_Digest(unwrapping->file.message.covered.s,
			   unwrapping->file.message.covered.len, taken.digest, NULL,
			   EVP_sha256(), NULL)
			!= 1)
		return TOOL_REFUSED;
	verdict = mclmr_key_state_take(before, &taken, arena, &after);
	if(verdict == MCLMR_KEY_NEW)
		return tool_replace(path, after, true) ? TOOL_GO_ON : TOOL_USAGE;
	if(verdict == MCLMR_KEY_KNOWN)
		return TOOL_GO_ON;
	tool_complain("%s: %s", path, why[verdict]);
	return verdict == MCLMR_KEY_UNREADABLE ? TOOL_USAGE : TOOL_REFUSED;
}

/* Reads the state, which need not be there yet, and decides. */
static int with_state(const unwrapping_t *unwrapping, const char *path)
{
	mclmr_span_t before = {NULL, 0};
	struct stat status;
	mclmr_arena_t arena;
	size_t user;
	size_t size;
	char *memory;
	int code;

	if(stat(path, &status) == 0 && !tool_read(path, &before))
		return TOOL_USAGE;
	if(before.s != NULL && before.len == 0) {
		tool_complain("%s: the state is empty: remove it to begin anew", path);
		tool_free(before);
		return TOOL_USAGE;
	}
	/* For each key the text, which at most doubles, and lines with the user. */
	user = unwrapping->file.message.responder.value.len;
	size = 2 * (before.len + (user + 512) * (MCLMR_RECORD_MAX_KEYS + 1))
		   * (MCLMR_RECORD_MAX_KEYS + 1);
	memory = malloc(size);
	if(memory == NULL)
		size = 0;
	arena = mclmr_arena(memory, size);
	code = take_in(unwrapping, path, before, &arena);
	free(memory);
	tool_free(before);
	return code;
}

/* Decides by the state of --state; without one nothing is remembered. */
static int check_state(const unwrapping_t *unwrapping)
{
	const char *path = unwrapping->arguments->value[OPTION_STATE];
	int fd;
	int code;

	if(path == NULL) {
		tool_complain("no --state: nothing is remembered, an older message "
					  "would open too");
		return TOOL_GO_ON;
	}
	if(unwrapping->arguments->value[WRAP_FROM] == NULL)
		tool_complain("no --from: everybody whose server is trusted can send "
					  "keys");
	if(strcmp(path, "-") == 0) {
		tool_complain("--state has to be a file");
		return TOOL_USAGE;
	}
	fd = lock_state(path);
	if(fd < 0)
		return TOOL_USAGE;
	code = with_state(unwrapping, path);
	close(fd);
	return code;
}

/* Writes the key: its octets where there is one, else lines of algorithm,
 * identifier and key. */
static int write_keys(const char *path, const mclmr_key_record_t *record)
{
	char text[MCLMR_RECORD_MAX_KEYS
			  * (2
							  * (MCLMR_RECORD_MAX_ALG + MCLMR_RECORD_MAX_KEY_ID
									  + MCLMR_RECORD_MAX_KEY)
					  + 4)];
	size_t length = 0;
	bool done;

	if(record->keys == 1)
		return tool_write(path, record->key[0].key) ? TOOL_DONE : TOOL_USAGE;
	for(size_t i = 0; i < record->keys; i++) {
		const mclmr_span_t parts[] = {
				record->key[i].alg, record->key[i].key_id, record->key[i].key};

		for(size_t p = 0; p < 3; p++) {
			mclmr_octets_to_hex(
					mclmr_octets(parts[p]), parts[p].len, text + length);
			length += 2 * parts[p].len;
			text[length++] = p < 2 ? ' ' : '\n';
		}
	}
	done = tool_write(path, (mclmr_span_t){text, length});
	OPENSSL_cleanse(text, sizeof text);
	return done ? TOOL_DONE : TOOL_USAGE;
}

/* The keys of a record as lines. */
static void print_keys(const mclmr_key_record_t *record, bool reveal)
{
	printf("keys=%zu\n", record->keys);
	for(size_t i = 0; i < record->keys; i++) {
		tool_print_hex("alg", record->key[i].alg);
		tool_print_hex("key_id", record->key[i].key_id);
		printf("key_size=%zu\n", record->key[i].key.len);
		if(reveal)
			tool_print_hex("key", record->key[i].key);
	}
}

/* The record as lines. */
static void print_record(const unwrapping_t *unwrapping)
{
	const mclmr_key_record_t *record = &unwrapping->record;
	const mclmr_mikey_t *message = &unwrapping->file.message;

	printf("result=opened\n");
	tool_print_line("from", message->initiator.value);
	tool_print_line("to", message->responder.value);
	print_time("time", mclmr_mikey_time(message));
	tool_print_line("kmf", record->kmf);
	printf("lmr=%s\n", mclmr_lmr_type_word(record->lmr_type));
	printf("purpose=%s\n", mclmr_record_purpose_word(record->purpose));
	printf("status=%s\n", mclmr_record_status_word(record->status));
	printf("key_period=%" PRIu32 "\n", record->key_period);
	print_time("not_before", record->not_before);
	print_time("not_after", record->not_after);
	for(size_t i = 0; i < record->groups; i++)
		tool_print_line("group", record->group[i]);
	if(record->call.len > 0)
		tool_print_line("call", record->call);
	print_keys(record, unwrapping->arguments->value[OPTION_REVEAL] != NULL);
}

/* Hands the key out. Of a revoked one no file is written. */
static int hand_out(const unwrapping_t *unwrapping)
{
	const char *out = unwrapping->arguments->value[OPTION_OUT];
	bool revoked = unwrapping->record.status == MCLMR_RECORD_REVOKED;
	int code = TOOL_DONE;

	if(out != NULL && revoked)
		tool_complain("the key is revoked: %s is not written", out);
	else if(out != NULL)
		code = write_keys(out, &unwrapping->record);
	if(code == TOOL_DONE && (out == NULL || strcmp(out, "-") != 0))
		print_record(unwrapping);
	return tool_finish(code);
}

/* The work of unwrap. */
static int unwrap(unwrapping_t *unwrapping)
{
	const tool_arguments_t *arguments = unwrapping->arguments;
	mclmr_keyring_t *ring;
	int code;

	if(!tool_time("--at", arguments->value[WRAP_AT], &unwrapping->now))
		return TOOL_USAGE;
	code = tool_message_read(arguments->file, &unwrapping->file);
	if(code != TOOL_GO_ON)
		return code;
	ring = tool_ring(arguments, true, &code);
	if(ring != NULL)
		code = open_all(unwrapping, ring);
	if(code == TOOL_GO_ON)
		code = check_state(unwrapping);
	if(code == TOOL_GO_ON)
		code = hand_out(unwrapping);
	mclmr_keyring_free(ring);
	tool_message_free(&unwrapping->file);
	return code;
}

static int run_unwrap(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key unwrap --keys KEYS --cert CERT... [--from URI] "
			"[--kmf URI]\n"
			"         [--lmr TYPE] [--state FILE] [--at TIME] [--out FILE] "
			"[--reveal] FILE\n\n"
			"Verifies a message with a key record and opens it with its "
			"user's keys.\n" FILE_HELP TOOL_KEYS_HELP TOOL_CERT_HELP
			"  --from URI      the sender that is expected (any whose server "
			"is "
			"trusted)\n"
			"  --kmf URI, --lmr TYPE\n"
			"                  what the key has to be of\n"
			"  --state FILE    remembers what was opened: an older message "
			"for the\n"
			"                  same user, LMR type and key is refused (nothing "
			"is\n"
			"                  remembered)\n"
			"  --at TIME       the message has to be of the key period of "
			"this time or\n"
			"                  the next one (any whose keys are there)\n"
			"  --out FILE      the key's octets, mode 0600; of several keys "
			"lines of\n"
			"                  algorithm, identifier and key\n"
			"  --reveal        print the key\n\n"
			"Exit: 0 opened, 1 refused, 2 usage or unusable file.\n";
	static const struct option options[] = {TOOL_RING_OPTIONS,
			VALUE("from", WRAP_FROM), VALUE("kmf", WRAP_KMF),
			VALUE("lmr", WRAP_LMR), VALUE("state", OPTION_STATE),
			VALUE("at", WRAP_AT), VALUE("out", OPTION_OUT),
			FLAG("reveal", OPTION_REVEAL), OPTIONS_END};
	tool_arguments_t arguments;
	unwrapping_t *unwrapping;
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	unwrapping = OPENSSL_zalloc(sizeof *unwrapping);
	if(unwrapping == NULL) {
		tool_complain("out of memory");
		return TOOL_USAGE;
	}
	unwrapping->arguments = &arguments;
	code = unwrap(unwrapping);
	OPENSSL_clear_free(unwrapping, sizeof *unwrapping);
	return code;
}

int tool_key(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"wrap", "make a message with a key for one user, or for many",
					run_wrap},
			{"unwrap", "open one as its user", run_unwrap},
			{"inspect", "print what it says without any key", run_inspect},
			{"rewrap", "make new ones before key periods end", run_rewrap},
	};

	return tool_dispatch("mclmr key", commands,
			sizeof commands / sizeof commands[0], argc, argv);
}
