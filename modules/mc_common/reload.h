/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_reload: any process asks for a reload and waits, one process does it and
 * answers; requests keep a minimum interval. No Kamailio header.
 */
#ifndef MC_RELOAD_H
#define MC_RELOAD_H

#include <stdbool.h>
#include <stddef.h>

#define MC_RELOAD_ERROR 256 /* octets of a reason, with NUL */

typedef struct mc_reload mc_reload_t;

/* Makes it in shared memory, before any fork; NULL without memory. */
mc_reload_t *mc_reload_new(void);

/* NULL is no error. */
void mc_reload_free(mc_reload_t *reload);

/*
 * Asks, and waits at most timeout_ms for the answer: true if it went well.
 * Else why in error, of size octets: what the answer says, less than
 * interval seconds after the last request, no answer in time.
 */
bool mc_reload_ask(mc_reload_t *reload, int interval, int timeout_ms,
		char *error, size_t size);

/* In the process that does it: true if a request waits; its number. */
bool mc_reload_asked(mc_reload_t *reload, unsigned *number);

/* Gives the answer to all requests up to this number: why not, NULL if it went
 * well. */
void mc_reload_answer(mc_reload_t *reload, unsigned number, const char *error);

#endif
