/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * missing_file: a library for LD_PRELOAD in whose process the file MISSING_FILE is
 * not there, whether it is or not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FILE *fopen(const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *) = NULL;
	const char *absent = getenv("MISSING_FILE");

	if(absent != NULL && strcmp(path, absent) == 0) {
		errno = ENOENT;
		return NULL;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "fopen");
	return real(path, mode);
}
