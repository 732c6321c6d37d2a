/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Certificates and key sets that a command line names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "ring.h"

#define MAX_FILES (2 * TOOL_MAX_ITEMS)

/* The files of a ring. */
typedef struct files
{
	size_t n;
	const char *path[MAX_FILES];
	mclmr_span_t text[MAX_FILES];
} files_t;

/* Reads the files of a list. */
static bool read_list(const tool_list_t *list, files_t *files)
{
	for(size_t i = 0; i < list->n; i++) {
		files->path[files->n] = list->item[i];
		if(!tool_read_secret(list->item[i], &files->text[files->n]))
			return false;
		files->n++;
	}
	return true;
}

/* Overwrites and frees what was read. */
static void free_files(files_t *files)
{
	while(files->n > 0)
		tool_free_secret(files->text[--files->n]);
}

/* True where a text reads: what is wrong with it then are its keys. */
static bool is_readable(mclmr_span_t text)
{
	size_t size = 8 * text.len + 8192;
	char *memory = malloc(size);
	mclmr_arena_t arena = mclmr_arena(memory, size);
	mclmr_kms_t kms = {0};
	bool readable =
			memory != NULL && mclmr_kms_read(&kms, text, &arena) == NULL;

	OPENSSL_cleanse(&kms, sizeof kms);
	if(memory != NULL)
		OPENSSL_cleanse(memory, size);
	free(memory);
	return readable;
}

/* Fills a ring; an exit code. */
static int fill_ring(mclmr_keyring_t *ring, const files_t *files)
{
	size_t which;
	const char *wrong = mclmr_keyring_load(ring, files->text, files->n, &which);

	if(wrong == NULL)
		return TOOL_DONE;
	if(which == files->n) {
		tool_complain("%s", wrong);
		return TOOL_USAGE;
	}
	tool_complain("%s: %s", files->path[which], wrong);
	return is_readable(files->text[which]) ? TOOL_REFUSED : TOOL_USAGE;
}

/* True where the arguments name all files that are needed. */
static bool has_files(const tool_arguments_t *arguments, bool needs_keys)
{
	if(arguments->list[TOOL_CERTS].n == 0)
		tool_complain("--cert is missing");
	else if(needs_keys && arguments->list[TOOL_KEYS].n == 0)
		tool_complain("--keys is missing");
	else
		return true;
	return false;
}

mclmr_keyring_t *tool_ring(
		const tool_arguments_t *arguments, bool needs_keys, int *code)
{
	static files_t files;
	mclmr_keyring_t *ring = NULL;

	*code = TOOL_USAGE;
	if(!has_files(arguments, needs_keys))
		return NULL;
	if(read_list(&arguments->list[TOOL_CERTS], &files)
			&& read_list(&arguments->list[TOOL_KEYS], &files)) {
		ring = mclmr_keyring_new();
		if(ring == NULL)
			tool_complain("out of memory");
		else
			*code = fill_ring(ring, &files);
	}
	free_files(&files);
	if(*code == TOOL_DONE)
		return ring;
	mclmr_keyring_free(ring);
	return NULL;
}

int tool_message_read(const char *path, tool_message_file_t *file)
{
	const char *wrong;

	memset(file, 0, sizeof *file);
	if(!tool_read(path, &file->text))
		return TOOL_USAGE;
	wrong = mclmr_mikey_decode(
			(char *)file->text.s, file->text.len, &file->octets);
	if(wrong == NULL)
		wrong = mclmr_mikey_read(file->octets, &file->message);
	if(wrong == NULL)
		return TOOL_GO_ON;
	tool_complain("%s: not a MIKEY-SAKKE message: %s", path, wrong);
	tool_message_free(file);
	return TOOL_REFUSED;
}

void tool_message_free(tool_message_file_t *file)
{
	tool_free(file->text);
	file->text = (mclmr_span_t){NULL, 0};
}

bool tool_form_known(const char *form)
{
	if(form == NULL || strcmp(form, "raw") == 0 || strcmp(form, "base64") == 0
			|| strcmp(form, "sdp") == 0)
		return true;
	tool_complain("--form is raw, base64 or sdp");
	return false;
}

/* A message in its form; a text is in a buffer that the next call uses. */
static mclmr_span_t in_form(const char *form, mclmr_span_t octets)
{
	static const char sdp[] = "a=key-mgmt:mikey ";
	static char text[sizeof sdp + MCLMR_BASE64_SIZE(MCLMR_MIKEY_MAX_SIZE) + 1];
	size_t length = 0;

	if(form == NULL || strcmp(form, "raw") == 0)
		return octets;
	if(strcmp(form, "sdp") == 0) {
		memcpy(text, sdp, sizeof sdp);
		length = sizeof sdp - 1;
	}
	length +=
			mclmr_base64_write(mclmr_octets(octets), octets.len, text + length);
	text[length++] = '\n';
	return (mclmr_span_t){text, length};
}

int tool_message_write(const char *out, const char *form, mclmr_span_t octets)
{
	return tool_write(out == NULL ? "-" : out, in_form(form, octets))
				   ? TOOL_DONE
				   : TOOL_USAGE;
}

bool tool_message_replace(
		const char *path, const char *form, mclmr_span_t octets)
{
	return tool_replace(path, in_form(form, octets), false);
}

void tool_complain_fault(
		const tool_message_file_t *file, mclmr_mikey_fault_t fault, int64_t now)
{
	char theirs[MCLMR_TIMESTAMP_SIZE];
	char ours[MCLMR_TIMESTAMP_SIZE];

	if(!mclmr_mikey_fault_of_time(fault)) {
		tool_complain("%s", mclmr_mikey_fault_words(fault));
		return;
	}
	mclmr_timestamp_write(mclmr_mikey_time(&file->message), theirs);
	mclmr_timestamp_write(now, ours);
	tool_complain("%s (peer's time %s, local time %s)",
			mclmr_mikey_fault_words(fault), theirs, ours);
}

uint64_t tool_timestamp(int64_t seconds)
{
	return ((uint64_t)seconds + MCLMR_NTP_UNIX) << 32;
}

uint64_t tool_timestamp_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return tool_timestamp((int64_t)now.tv_sec)
		   + ((uint64_t)now.tv_nsec << 32) / 1000000000U;
}
