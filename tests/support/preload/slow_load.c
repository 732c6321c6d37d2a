/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * slow_load: a library for LD_PRELOAD whose process takes its time for each
 * query of the users while the file SLOW_LOAD is there, and adds an octet to it
 * each time. One function for each kind of database.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct timespec TIME_OF_A_PAGE = {.tv_nsec = 20000000};

/* Takes the time of a page if the file is there. */
static void take_page(const char *path)
{
	int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if(file < 0)
		return;
	if(write(file, ".", 1) == 1)
		nanosleep(&TIME_OF_A_PAGE, NULL);
	close(file);
}

/* The function of a library, already in the process, that this one stands
 * before; after its time. */
static void *take_time(
		const char *query, const char *library, const char *function)
{
	const char *file = getenv("SLOW_LOAD");
	void *there = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

	if(file != NULL && strstr(query, "FROM mc_iwf_users ") != NULL)
		take_page(file);
	return dlsym(there, function);
}

int sqlite3_prepare_v2(
		void *db, const char *sql, int octets, void **made, const char **rest)
{
	int (*real)(void *, const char *, int, void **, const char **) = NULL;

	*(void **)&real = take_time(sql, "libsqlite3.so.0", __func__);
	return real(db, sql, octets, made, rest);
}

int PQsendQuery(void *connection, const char *query)
{
	int (*real)(void *, const char *) = NULL;

	*(void **)&real = take_time(query, "libpq.so.5", __func__);
	return real(connection, query);
}

int mysql_real_query(void *connection, const char *query, unsigned long octets)
{
	int (*real)(void *, const char *, unsigned long) = NULL;

	*(void **)&real = take_time(query, "libmariadb.so.3", __func__);
	return real(connection, query, octets);
}
