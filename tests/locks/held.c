/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whether a lock of the store is held when data are read. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "held.h"

#define LOCKS 256
#define STORE "mc_common/store.c"
#define STORE_LOCKS 64 /* of the store: a writer has all of them */

/* The locks that this process has, and the file that took each. */
static struct
{
	const void *lock;
	const char *file;
} locks[LOCKS];
static size_t n;

static const mclmr_directory_t *in_force;
static size_t most; /* locks of the store at once, since held_exchange() */

static bool is_of(const char *path, const char *file)
{
	size_t ends = strlen(path), with = strlen(file);

	return ends >= with && strcmp(path + ends - with, file) == 0;
}

/* How many locks a file has taken and not given back. */
static size_t held_of(const char *file)
{
	size_t count = 0;

	for(size_t i = 0; i < n; i++)
		count += is_of(locks[i].file, file);
	return count;
}

void held_take(const void *lock, const char *file)
{
	if(n == LOCKS)
		abort();
	locks[n].lock = lock;
	locks[n++].file = file;
	if(held_of(STORE) > most)
		most = held_of(STORE);
}

void held_drop(const void *lock)
{
	for(size_t i = n; i-- > 0;) {
		if(locks[i].lock != lock)
			continue;
		locks[i] = locks[--n];
		return;
	}
	fprintf(stderr, "LOCK GIVEN BACK that is not held\n");
	abort();
}

/* Says once of each kind that it was looked at: the test wants to see that
 * something was checked. */
static void tell(bool *told, const char *what)
{
	if(!*told)
		fprintf(stderr, "locks are checked: %s\n", what);
	*told = true;
}

/* Ends a process that uses data without their lock. */
static void require(bool held, const char *what, const char *file, int line)
{
	if(held)
		return;
	fprintf(stderr, "LOCK NOT HELD, %s, %s:%d\n", what, file, line);
	abort();
}

void held_in_force(const mclmr_directory_t *directory)
{
	in_force = directory;
}

void held_for_reading(
		const mclmr_directory_t *directory, const char *file, int line)
{
	static bool told;

	if(directory == NULL || directory != in_force)
		return;
	tell(&told, "reading");
	require(held_of(STORE) > 0, "reading", file, line);
}

void held_for_changing(
		const mclmr_directory_t *directory, const char *file, int line)
{
	static bool told;

	if(directory == NULL || directory != in_force)
		return;
	tell(&told, "changing");
	require(held_of(STORE) == STORE_LOCKS, "changing", file, line);
}

void held_for_call(const char *file, int line)
{
	static bool told;

	tell(&told, "call");
	require(held_of("call/leg.c") > 0, "call", file, line);
}

void held_exchange(void)
{
	most = 0;
}

void held_exchanged(const char *file, int line)
{
	static bool told;

	tell(&told, "exchange");
	require(most == STORE_LOCKS, "exchange", file, line);
	require(held_of(STORE) == 0, "exchange: still held", file, line);
}
