/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Files with keys of access tokens, read when they change. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "token_files.h"

/* The texts of all files. */
typedef struct texts
{
	mclmr_token_key_text_t text[MCLMR_TOKEN_MAX_FILES];
	char *octets[MCLMR_TOKEN_MAX_FILES];
} texts_t;

/* True if a file is another one than it was, or was written to. */
static bool differs(const struct stat *a, const struct stat *b)
{
	return a->st_dev != b->st_dev || a->st_ino != b->st_ino
		   || a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec
		   || a->st_mtim.tv_nsec != b->st_mtim.tv_nsec
		   || a->st_ctim.tv_sec != b->st_ctim.tv_sec
		   || a->st_ctim.tv_nsec != b->st_ctim.tv_nsec;
}

/* Looks at all files; true if one has changed. They are looked at before they
 * are read, so that what is written meanwhile is a change for the next time. */
static bool look(mclmr_token_files_t *files)
{
	bool changed = !files->looked;

	files->looked = true;
	for(size_t i = 0; i < files->n; i++) {
		struct stat now = {0};

		if(stat(files->file[i].path, &now) != 0)
			now = (struct stat){0};
		changed = changed || differs(&now, &files->file[i].seen);
		files->file[i].seen = now;
	}
	return changed;
}

/* The kid of a PEM: its file's name. */
static mclmr_span_t kid_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	const char *dot = strrchr(name, '.');

	return dot == NULL ? mclmr_span(name)
					   : (mclmr_span_t){name, (size_t)(dot - name)};
}

/* Reads up to size octets; false if that fails. */
static bool read_octets(int file, char *to, size_t size, size_t *n)
{
	ssize_t got = 1;

	for(*n = 0; *n < size && got > 0; *n += got > 0 ? (size_t)got : 0)
		got = read(file, to + *n, size - *n);
	return got >= 0;
}

/* Reads a regular file, one octet more than it may have; NULL, or what is
 * wrong. */
static const char *read_file(
		const char *path, char **octets, mclmr_token_key_text_t *text)
{
	const size_t size = MCLMR_TOKEN_MAX_KEY_TEXT + 1;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	bool done;

	*octets = malloc(size);
	done = file >= 0 && *octets != NULL && fstat(file, &status) == 0
		   && S_ISREG(status.st_mode)
		   && read_octets(file, *octets, size, &text->text.len);
	if(file >= 0)
		close(file);
	text->text.s = *octets;
	text->kid = kid_of(path);
	return done ? NULL : "a file of keys cannot be read";
}

/* Reads all files. */
static const char *read_files(
		const mclmr_token_files_t *files, texts_t *texts, size_t *which)
{
	const char *wrong = NULL;

	for(*which = 0; *which < files->n && wrong == NULL; ++*which)
		wrong = read_file(files->file[*which].path, &texts->octets[*which],
				&texts->text[*which]);
	if(wrong != NULL)
		--*which;
	return wrong;
}

/* True for what may go right the next time, though no file has changed. */
static bool is_passing(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM
		   || error == EIO;
}

const char *mclmr_token_files_refresh(
		mclmr_token_files_t *files, mclmr_token_keys_t *keys, size_t *which)
{
	texts_t texts = {0};
	const char *wrong;

	*which = files->n;
	if(!look(files))
		return NULL;
	errno = 0;
	wrong = read_files(files, &texts, which);
	if(wrong == NULL)
		wrong = mclmr_token_keys_load(keys, texts.text, files->n, which);
	files->looked = wrong == NULL || !is_passing(errno);
	for(size_t i = 0; i < files->n; i++)
		free(texts.octets[i]);
	return wrong;
}
