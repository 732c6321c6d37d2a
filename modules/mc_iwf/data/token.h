/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_token: access tokens checked by the keys and rules of this node
 * (mclmr/keys/token.h). Each process has the keys for itself; it reads them
 * again, at most once a second and when a token comes, if a file has changed.
 * What cannot be read leaves the keys as they were: the timer's process says
 * so, once a change.
 */
#ifndef IWF_TOKEN_H
#define IWF_TOKEN_H

#include "mclmr/keys/token.h"

#define IWF_TOKEN_ERROR 512

/* Reads the keys before any fork, unless modparam token is off; 0, or -1 with a
 * log line. */
int iwf_token_init(void);
void iwf_token_destroy(void);

/* mclmr_token_check() now, for one service. */
mclmr_token_fault_t iwf_token_check(mclmr_span_t text, mclmr_service_t service,
		mclmr_arena_t *arena, mclmr_token_t *token);

/* Looks whether the files could be read now, whatever has changed; how many
 * there are; -1 with what is wrong in error, also if modparam token is off. */
int iwf_token_test_files(char error[static IWF_TOKEN_ERROR]);

#endif
