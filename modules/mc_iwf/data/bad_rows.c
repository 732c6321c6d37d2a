/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The last rows that could not be used. */
#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/locking.h"
#include "core/mem/shm_mem.h"

#include "bad_rows.h"

static struct list
{
	gen_lock_t lock;
	size_t n;
	iwf_bad_row_t row[IWF_BAD_ROWS];
} * list;

void iwf_bad_rows_name(
		char name[IWF_BAD_ROW_TEXT], mclmr_span_t item1, mclmr_span_t item2)
{
	snprintf(name, IWF_BAD_ROW_TEXT, "%.*s%s%.*s", MCLMR_FMT(item1),
			item2.len > 0 ? ", " : "", MCLMR_FMT(item2));
	for(char *at = name; *at != '\0'; at++) {
		if(*at < ' ' || *at > '~')
			*at = '?';
	}
}

int iwf_bad_rows_init(void)
{
	list = shm_malloc(sizeof(*list));
	if(list == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	memset(list, 0, sizeof(*list));
	lock_init(&list->lock);
	return 0;
}

void iwf_bad_rows_destroy(void)
{
	if(list == NULL)
		return;
	lock_destroy(&list->lock);
	shm_free(list);
	list = NULL;
}

/* The place of a row, or that of the oldest if the list is full, or n. */
static size_t find_place(const char *table, const char *row)
{
	for(size_t i = 0; i < list->n; i++) {
		if(strcmp(list->row[i].table, table) == 0
				&& strcmp(list->row[i].row, row) == 0)
			return i;
	}
	return list->n < IWF_BAD_ROWS ? list->n : 0;
}

/* Takes out what is at a place, if there is anything. */
static void take_out(size_t at)
{
	if(at == list->n)
		return;
	list->n--;
	memmove(&list->row[at], &list->row[at + 1],
			(list->n - at) * sizeof(list->row[0]));
}

/* The list stays in the order in which rows were found last. */
void iwf_bad_rows_keep(const char *table, const char *row, const char *why)
{
	iwf_bad_row_t new = {.when = time(NULL)};

	snprintf(new.table, sizeof(new.table), "%s", table);
	snprintf(new.row, sizeof(new.row), "%s", row);
	snprintf(new.why, sizeof(new.why), "%s", why);
	lock_get(&list->lock);
	take_out(find_place(new.table, new.row));
	list->row[list->n++] = new;
	lock_release(&list->lock);
}

size_t iwf_bad_rows_copy(iwf_bad_row_t rows[IWF_BAD_ROWS])
{
	size_t n;

	if(list == NULL)
		return 0;
	lock_get(&list->lock);
	n = list->n;
	memcpy(rows, list->row, n * sizeof(rows[0]));
	lock_release(&list->lock);
	return n;
}
