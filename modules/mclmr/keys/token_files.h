/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * token_files: the files that the keys of access tokens are in. They are read
 * again once one of them has changed; who asks how often is for the caller.
 *
 *     mclmr_token_files_t files = {.n = 1, .file = {{.path = "jwks.json"}}};
 *     wrong = mclmr_token_files_refresh(&files, keys, &which);
 */
#ifndef MCLMR_TOKEN_FILES_H
#define MCLMR_TOKEN_FILES_H

#include <sys/stat.h>

#include "token_keys.h"

#define MCLMR_TOKEN_MAX_FILES 64

/* A file: a JWK set, a JWK, or a PEM, whose kid is then the name of the file
 * without folders and without its last extension: keys/idms-1.pem, idms-1. */
typedef struct mclmr_token_file
{
	const char *path; /* the caller's */
	struct stat seen; /* as it was when it was read; zeros: not there */
} mclmr_token_file_t;

typedef struct mclmr_token_files
{
	size_t n;
	bool looked; /* false before the first time */
	mclmr_token_file_t file[MCLMR_TOKEN_MAX_FILES];
} mclmr_token_files_t;

/*
 * Fills the keys with what the files hold, if this is the first time or one of
 * them has changed: came, went, was replaced or written. What failed is tried
 * again after the next change, or at once if the process was short of memory or
 * file descriptors.
 * NULL: done, or nothing has changed; else what is wrong, *which is the file
 * (n: none of them); the keys are unchanged then.
 */
const char *mclmr_token_files_refresh(
		mclmr_token_files_t *files, mclmr_token_keys_t *keys, size_t *which);

#endif
