/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Certificates and key sets that a command line names. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "io.h"
#include "print.h"
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

/* True if a text reads: what is wrong with it then are its keys. */
static bool is_readable(mclmr_span_t text)
{
	size_t size = 8 * text.len + 8192;
	char *memory = malloc(size);
	mclmr_arena_t arena = mclmr_arena(memory, size);
	mclmr_kms_t kms = {0};
	bool readable =
			memory != NULL && mclmr_kms_read(&kms, text, &arena) == NULL;

	OPENSSL_cleanse(&kms, sizeof(kms));
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

/* True if the arguments name all files that are needed. */
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
