/* SPDX-License-Identifier: GPL-2.0-or-later */

/* kms_files: files of tests/data as spans, and rings of them. */
#ifndef TESTS_KMS_FILES_H
#define TESTS_KMS_FILES_H

#include <stdio.h>
#include <stdlib.h>

#include "mclmr/keys/keyring.h"

#define CERT "tests/data/kms-cert-own.xml"
#define ALICE "tests/data/kms-keys-alice-own.xml"
#define IWF "tests/data/kms-keys-iwf-own.xml"
#define MESSAGES "tests/data/imessage-own.txt"

/* A file's octets; one that is not there ends the program. */
static inline mclmr_span_t file_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *octets = malloc(65536);
	size_t n;

	if(file == NULL || octets == NULL) {
		perror(path);
		exit(1);
	}
	n = fread(octets, 1, 65536, file);
	fclose(file);
	return (mclmr_span_t){octets, n};
}

/* Fills a ring with files; what is wrong, or NULL. */
static inline const char *ring_fill(
		mclmr_keyring_t *ring, const char *const *paths, size_t n)
{
	mclmr_span_t texts[8];
	const char *wrong;
	size_t which;

	for(size_t i = 0; i < n; i++)
		texts[i] = file_read(paths[i]);
	wrong = mclmr_keyring_load(ring, texts, n, &which);
	for(size_t i = 0; i < n; i++)
		free((char *)texts[i].s);
	return wrong;
}

/* The ring of the vectors: certificate, alice and the IWF. */
static inline mclmr_keyring_t *ring_of_vectors(void)
{
	static const char *const paths[] = {ALICE, CERT, IWF};
	mclmr_keyring_t *ring = mclmr_keyring_new();
	const char *wrong = ring == NULL ? "no memory" : ring_fill(ring, paths, 3);

	if(wrong == NULL)
		return ring;
	fprintf(stderr, "%s\n", wrong);
	exit(1);
}

#endif
