/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys of access tokens in this process. */
#include <stdio.h>
#include <time.h>

#include "core/dprint.h"
#include "core/timer.h"

#include "mc_iwf/config.h"
#include "token.h"

/* This process's keys, the files that they come from, and when it looked. */
static struct
{
	mclmr_token_keys_t *keys;
	mclmr_token_files_t files;
	time_t looked;
} own;

/* Puts what is wrong with a file in words. */
static void explain(const mclmr_token_files_t *files, const char *wrong,
		size_t which, char error[static IWF_TOKEN_ERROR])
{
	if(which < files->n)
		snprintf(error, IWF_TOKEN_ERROR, "%s: %s", files->file[which].path,
				wrong);
	else
		snprintf(error, IWF_TOKEN_ERROR, "%s", wrong);
}

/* Reads files that have changed; false with what is wrong. */
static bool refresh(mclmr_token_files_t *files, mclmr_token_keys_t *keys,
		char error[static IWF_TOKEN_ERROR])
{
	size_t which;
	const char *wrong = mclmr_token_files_refresh(files, keys, &which);

	if(wrong != NULL)
		explain(files, wrong, which, error);
	return wrong == NULL;
}

/* Once a second, in the timer's process, which uses no token: it tells. */
static void watch(unsigned int ticks, void *none)
{
	char error[IWF_TOKEN_ERROR];

	(void)ticks, (void)none;
	if(!refresh(&own.files, own.keys, error))
		LM_ERR("keys of access tokens stay as they were: %s\n", error);
}

int iwf_token_init(void)
{
	char error[IWF_TOKEN_ERROR] = "no memory";

	if(iwf_config.token == IWF_TOKEN_OFF)
		return 0;
	own.files = iwf_config.token_files;
	own.keys = mclmr_token_keys_new();
	if(own.keys == NULL || !refresh(&own.files, own.keys, error)) {
		LM_ERR("token_keys: %s\n", error);
		return -1;
	}
	if(register_timer(watch, NULL, 1) >= 0)
		return 0;
	LM_ERR("no timer for the keys of access tokens\n");
	return -1;
}

void iwf_token_destroy(void)
{
	mclmr_token_keys_free(own.keys);
	own.keys = NULL;
}

/* Takes over what the files hold now. */
static void renew(time_t now)
{
	char error[IWF_TOKEN_ERROR];

	if(now == own.looked)
		return;
	own.looked = now;
	(void)refresh(&own.files, own.keys, error);
}

mclmr_token_fault_t iwf_token_check(mclmr_span_t text, mclmr_service_t service,
		mclmr_arena_t *arena, mclmr_token_t *token)
{
	const mclmr_token_wish_t wish = {
			.services = MCLMR_TOKEN_SERVICE(service), .now = time(NULL)};

	*token = (mclmr_token_t){0};
	if(own.keys == NULL)
		return MCLMR_TOKEN_NO_KEY;
	renew(wish.now);
	return mclmr_token_check(
			own.keys, &iwf_config.token_rules, text, &wish, arena, token);
}

int iwf_token_test_files(char error[static IWF_TOKEN_ERROR])
{
	mclmr_token_files_t files = iwf_config.token_files;
	mclmr_token_keys_t *keys = mclmr_token_keys_new();
	bool off = iwf_config.token == IWF_TOKEN_OFF;
	bool done;

	snprintf(error, IWF_TOKEN_ERROR,
			off ? "modparam token is off" : "no memory");
	done = !off && keys != NULL && refresh(&files, keys, error);
	mclmr_token_keys_free(keys);
	return done ? (int)files.n : -1;
}
