/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * freed_secrets: a library for LD_PRELOAD that looks for secrets in memory that is
 * given back. FREED_SECRETS: hexadecimal digits, with commas between. Every
 * place is told on standard error.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRETS 32
#define SIZE 1024

static struct
{
	size_t length;
	unsigned char octets[SIZE];
} secrets[SECRETS];
static int n;

/* Reads the secrets before main(). */
__attribute__((constructor)) static void read_secrets(void)
{
	const char *text = getenv("FREED_SECRETS");

	while(text != NULL && *text != '\0' && n < SECRETS) {
		size_t digits = strcspn(text, ",");

		for(size_t i = 0; i < digits / 2 && i < SIZE; i++) {
			unsigned octet;

			if(sscanf(text + 2 * i, "%2x", &octet) != 1)
				abort();
			secrets[n].octets[i] = (unsigned char)octet;
			secrets[n].length = i + 1;
		}
		n++;
		text += digits + (text[digits] == ',');
	}
}

/* Tells where a secret is left. */
static void look(void *memory)
{
	size_t size = memory == NULL ? 0 : malloc_usable_size(memory);
	char line[64];

	for(int i = 0; i < n && size > 0; i++) {
		if(memmem(memory, size, secrets[i].octets, secrets[i].length) == NULL)
			continue;
		snprintf(line, sizeof line, "LEFT secret %d in %zu octets\n", i, size);
		if(write(STDERR_FILENO, line, strlen(line)) < 0)
			abort();
	}
}

void free(void *memory)
{
	static void (*real)(void *);

	if(real == NULL)
		real = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	look(memory);
	real(memory);
}

void *realloc(void *memory, size_t size)
{
	static void *(*real)(void *, size_t);

	if(real == NULL)
		real = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	look(memory);
	return real(memory, size);
}
