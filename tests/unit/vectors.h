/* SPDX-License-Identifier: GPL-2.0-or-later */

/* vectors: files of name=hex lines, below tests/data. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/span.h"

#define VECTORS_MAX 256

typedef struct vectors
{
	size_t n;
	char *name[VECTORS_MAX];
	uint8_t *octets[VECTORS_MAX]; /* NULL if the value is no hex */
	long len[VECTORS_MAX];
} vectors_t;

/* One line into the next row; comments and empty lines are left out. */
static void vectors_take(vectors_t *vectors, char *line)
{
	char *equals = strchr(line, '=');

	line[strcspn(line, "\r\n")] = '\0';
	if(line[0] == '#' || equals == NULL || vectors->n == VECTORS_MAX)
		return;
	*equals = '\0';
	vectors->name[vectors->n] = strdup(line);
	vectors->octets[vectors->n] =
			OPENSSL_hexstr2buf(equals + 1, &vectors->len[vectors->n]);
	vectors->n++;
}

/* A file's rows; a file that is not there ends the program. */
static inline void vectors_read(vectors_t *vectors, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[2048];

	vectors->n = 0;
	if(file == NULL) {
		perror(path);
		exit(1);
	}
	while(fgets(line, sizeof(line), file) != NULL)
		vectors_take(vectors, line);
	fclose(file);
}

static inline void vectors_free(vectors_t *vectors)
{
	for(size_t i = 0; i < vectors->n; i++) {
		free(vectors->name[i]);
		OPENSSL_free(vectors->octets[i]);
	}
	vectors->n = 0;
}

/* The octets of a name; a name that is not there ends the program. */
static inline mclmr_span_t vectors_get(
		const vectors_t *vectors, const char *name)
{
	for(size_t i = 0; i < vectors->n; i++) {
		if(strcmp(vectors->name[i], name) == 0)
			return (mclmr_span_t){
					(char *)vectors->octets[i], (size_t)vectors->len[i]};
	}
	fprintf(stderr, "no vector %s\n", name);
	exit(1);
}

#endif
