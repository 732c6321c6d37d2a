/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * batch: a message for each row of a table, on all cores.
 */
#ifndef MCLMR_TOOL_BATCH_H
#define MCLMR_TOOL_BATCH_H

#include "words.h"

/* days: of rewrap, or -1. An exit code. */
int tool_batch(const tool_arguments_t *arguments,
		const mclmr_record_words_t *defaults, const char *table,
		const char *folder, int days);

#endif
