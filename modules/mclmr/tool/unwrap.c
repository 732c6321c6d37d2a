/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr key unwrap: a key, opened as its user. */
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

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "mclmr/keys/record_unwrap.h"
#include "clock.h"
#include "io.h"
#include "message_file.h"
#include "print.h"
#include "ring.h"
#include "unwrap.h"

/* Indices of option values. */
enum
{
	OPTION_FROM,
	OPTION_KMF,
	OPTION_LMR,
	OPTION_AT,
	OPTION_OUT,
	OPTION_STATE,
	OPTION_REVEAL
};

/* What unwrap works with. Secret. */
typedef struct unwrapping
{
	const tool_arguments_t *arguments;
	tool_message_file_t file;
	int64_t now;
	mclmr_unwrapped_t unwrapped;
} unwrapping_t;

/* Complains about a key that is not valid any more. */
static void complain_expired(int64_t not_after, int64_t now)
{
	char end[MCLMR_TIMESTAMP_SIZE];
	char local[MCLMR_TIMESTAMP_SIZE];

	mclmr_timestamp_write(not_after, end);
	mclmr_timestamp_write(now, local);
	tool_complain("the key is not valid after %s (local time %s)", end, local);
}

/* Opens message and record; TOOL_GO_ON or an exit code. */
static int open_all(unwrapping_t *unwrapping, mclmr_keyring_t *ring)
{
	const char *const *value = unwrapping->arguments->value;
	mclmr_unwrapped_t *unwrapped = &unwrapping->unwrapped;
	mclmr_unwrap_wish_t wish = {.from = mclmr_span(value[OPTION_FROM]),
			.kmf = mclmr_span(value[OPTION_KMF]),
			.lmr = mclmr_span(value[OPTION_LMR]),
			.has_now = value[OPTION_AT] != NULL,
			.now = unwrapping->now};

	switch(mclmr_record_unwrap(
			&unwrapping->file.message, ring, &wish, unwrapped)) {
		case MCLMR_UNWRAP_OPENED:
			return TOOL_GO_ON;
		case MCLMR_UNWRAP_MESSAGE:
			tool_complain_fault(&unwrapping->file, unwrapped->message_fault,
					unwrapping->now);
			break;
		case MCLMR_UNWRAP_EXPIRED:
			complain_expired(unwrapped->record.not_after, unwrapping->now);
			break;
		default:
			tool_complain("%s", unwrapped->why);
	}
	return TOOL_REFUSED;
}

/* Locks a state, through a file of its own as the state gets replaced; -1
 * with a complaint. */
static int lock_state(const char *path)
{
	size_t size = strlen(path) + sizeof(".lock");
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
static int take_in(const mclmr_unwrapped_t *unwrapped, const char *path,
		mclmr_span_t before, mclmr_arena_t *arena)
{
	mclmr_span_t after;
	const char *why;

	switch(mclmr_record_take(unwrapped, before, arena, &after, &why)) {
		case MCLMR_TAKE_NEW:
			return tool_replace(path, after, true) ? TOOL_GO_ON : TOOL_USAGE;
		case MCLMR_TAKE_KNOWN:
			return TOOL_GO_ON;
		case MCLMR_TAKE_REFUSED:
			tool_complain("%s: %s", path, why);
			return TOOL_REFUSED;
		default:
			tool_complain("%s: %s", path, why);
			return TOOL_USAGE;
	}
}

/* Reads the state, which need not be there yet, and decides. */
static int with_state(const mclmr_unwrapped_t *unwrapped, const char *path)
{
	mclmr_span_t before = {NULL, 0};
	struct stat status;
	mclmr_arena_t arena;
	size_t size;
	char *memory;
	int code;

	if(stat(path, &status) == 0 && !tool_read(path, &before))
		return TOOL_USAGE;
	size = mclmr_record_take_size(unwrapped, before.len);
	memory = malloc(size);
	arena = mclmr_arena(memory, memory == NULL ? 0 : size);
	code = take_in(unwrapped, path, before, &arena);
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
	if(unwrapping->arguments->value[OPTION_FROM] == NULL)
		tool_complain("no --from: everybody whose server is trusted can send "
					  "keys");
	if(strcmp(path, "-") == 0) {
		tool_complain("--state has to be a file");
		return TOOL_USAGE;
	}
	fd = lock_state(path);
	if(fd < 0)
		return TOOL_USAGE;
	code = with_state(&unwrapping->unwrapped, path);
	close(fd);
	return code;
}

/* Writes the key: its octets if there is one, else lines of algorithm,
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
	OPENSSL_cleanse(text, sizeof(text));
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

/* A time as a line, if it is given. */
static void print_time(const char *name, int64_t seconds)
{
	if(seconds != 0)
		tool_print_time(name, seconds);
}

/* The record as lines. */
static void print_record(const unwrapping_t *unwrapping)
{
	const mclmr_key_record_t *record = &unwrapping->unwrapped.record;
	const mclmr_mikey_t *message = &unwrapping->file.message;

	printf("result=opened\n");
	tool_print_line("from", message->initiator.value);
	tool_print_line("to", message->responder.value);
	print_time("time", unwrapping->unwrapped.time);
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
	bool revoked = unwrapping->unwrapped.record.status == MCLMR_RECORD_REVOKED;
	int code = TOOL_DONE;

	if(out != NULL && revoked)
		tool_complain("the key is revoked: %s is not written", out);
	else if(out != NULL)
		code = write_keys(out, &unwrapping->unwrapped.record);
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

	if(!tool_time("--at", arguments->value[OPTION_AT], &unwrapping->now))
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

int tool_unwrap(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key unwrap --keys KEYS --cert CERT... [--from URI] "
			"[--kmf URI]\n"
			"         [--lmr TYPE] [--state FILE] [--at TIME] [--out FILE] "
			"[--reveal] FILE\n\n"
			"Verifies a message with a key record and opens it with its "
			"user's keys.\n" TOOL_FILE_HELP TOOL_KEYS_HELP TOOL_CERT_HELP
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
			TOOL_VALUE("from", OPTION_FROM), TOOL_VALUE("kmf", OPTION_KMF),
			TOOL_VALUE("lmr", OPTION_LMR), TOOL_VALUE("state", OPTION_STATE),
			TOOL_VALUE("at", OPTION_AT), TOOL_VALUE("out", OPTION_OUT),
			TOOL_FLAG("reveal", OPTION_REVEAL), TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	unwrapping_t *unwrapping;
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	unwrapping = OPENSSL_zalloc(sizeof(*unwrapping));
	if(unwrapping == NULL) {
		tool_complain("out of memory");
		return TOOL_USAGE;
	}
	unwrapping->arguments = &arguments;
	code = unwrap(unwrapping);
	OPENSSL_clear_free(unwrapping, sizeof(*unwrapping));
	return code;
}
