/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A reload that is asked for by any process and done by one. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/locking.h"
#include "core/mem/shm_mem.h"
#include "core/ut.h"

#include "clock.h"
#include "reload.h"

#define LOOK_US 20000 /* how often a request looks for its answer */

struct mc_reload
{
	gen_lock_t lock;
	unsigned requested; /* number of the last request */
	unsigned answered;	/* number of the last one that was done */
	bool done;			/* that one went well */
	time_t last_request;
	char error[MC_RELOAD_ERROR]; /* why it did not */
};

mc_reload_t *mc_reload_new(void)
{
	mc_reload_t *reload = shm_malloc(sizeof(*reload));

	if(reload == NULL)
		return NULL;
	memset(reload, 0, sizeof(*reload));
	if(lock_init(&reload->lock) != NULL)
		return reload;
	shm_free(reload);
	return NULL;
}

void mc_reload_free(mc_reload_t *reload)
{
	if(reload == NULL)
		return;
	lock_destroy(&reload->lock);
	shm_free(reload);
}

/* Puts a request, unless the last one was too short a time ago. */
static bool put_request(mc_reload_t *reload, int interval, unsigned *number)
{
	time_t now = time(NULL);
	bool allowed;

	lock_get(&reload->lock);
	allowed = now - reload->last_request >= interval;
	if(allowed) {
		reload->last_request = now;
		reload->requested++;
	}
	*number = reload->requested;
	lock_release(&reload->lock);
	return allowed;
}

/* The answer to a request, once it is there. */
static bool take_answer(mc_reload_t *reload, unsigned number, bool *done,
		char *error, size_t size)
{
	bool there;

	lock_get(&reload->lock);
	there = (int)(reload->answered - number) >= 0;
	if(there) {
		*done = reload->done;
		snprintf(error, size, "%s", reload->error);
	}
	lock_release(&reload->lock);
	return there;
}

bool mc_reload_ask(mc_reload_t *reload, int interval, int timeout_ms,
		char *error, size_t size)
{
	long long begin = mc_clock_ms();
	unsigned number;
	bool done;

	if(!put_request(reload, interval, &number)) {
		snprintf(error, size, "less than %d s after the last reload", interval);
		return false;
	}
	do {
		sleep_us(LOOK_US);
		if(take_answer(reload, number, &done, error, size))
			return done;
	} while(mc_clock_ms() - begin < timeout_ms);
	snprintf(error, size, "no answer within %d ms, the reload goes on",
			timeout_ms);
	return false;
}

bool mc_reload_asked(mc_reload_t *reload, unsigned *number)
{
	bool waits;

	lock_get(&reload->lock);
	*number = reload->requested;
	waits = *number != reload->answered;
	lock_release(&reload->lock);
	return waits;
}

void mc_reload_answer(mc_reload_t *reload, unsigned number, const char *error)
{
	lock_get(&reload->lock);
	reload->answered = number;
	reload->done = error == NULL;
	snprintf(reload->error, sizeof(reload->error), "%s",
			error != NULL ? error : "");
	lock_release(&reload->lock);
}
