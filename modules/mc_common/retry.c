/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Changes that did not fit at once. */
#include <string.h>

#include "retry.h"

mclmr_span_t mc_retry_table(const mc_retry_t *retry)
{
	return (mclmr_span_t){retry->table, retry->table_len};
}

mclmr_span_t mc_retry_item1(const mc_retry_t *retry)
{
	return (mclmr_span_t){retry->item1, retry->item1_len};
}

mclmr_span_t mc_retry_item2(const mc_retry_t *retry)
{
	return (mclmr_span_t){retry->item2, retry->item2_len};
}

/* The change of the same that is kept, or NULL. */
static mc_retry_t *find(mc_retries_t *retries, mclmr_span_t table,
		mclmr_span_t item1, mclmr_span_t item2)
{
	for(size_t i = 0; i < retries->n; i++) {
		mc_retry_t *retry = &retries->retry[i];

		if(mclmr_span_equal(mc_retry_table(retry), table)
				&& mclmr_span_equal(mc_retry_item1(retry), item1)
				&& mclmr_span_equal(mc_retry_item2(retry), item2))
			return retry;
	}
	return NULL;
}

/* Copies a text that fits; its length. */
static size_t copy(char *to, mclmr_span_t text)
{
	if(text.len > 0)
		memcpy(to, text.s, text.len);
	return text.len;
}

bool mc_retries_keep(mc_retries_t *retries, long long seq, mclmr_span_t table,
		mclmr_span_t item1, mclmr_span_t item2)
{
	mc_retry_t *retry = find(retries, table, item1, item2);

	if(retry != NULL) {
		retry->seq = seq;
		return true;
	}
	if(retries->n == MC_RETRIES || table.len > MC_RETRY_TABLE
			|| item1.len > MC_RETRY_ITEM || item2.len > MC_RETRY_ITEM)
		return false;
	retry = &retries->retry[retries->n++];
	memset(retry, 0, sizeof(*retry));
	retry->seq = seq;
	retry->table_len = copy(retry->table, table);
	retry->item1_len = copy(retry->item1, item1);
	retry->item2_len = copy(retry->item2, item2);
	return true;
}

void mc_retries_drop(mc_retries_t *retries, size_t i)
{
	retries->n--;
	memmove(&retries->retry[i], &retries->retry[i + 1],
			(retries->n - i) * sizeof(retries->retry[0]));
}
