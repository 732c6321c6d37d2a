/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rows that could not be used. */
#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/locking.h"
#include "core/mem/shm_mem.h"

#include "bad_rows.h"

/* Rows, how many there were, and the last ones by name. */
typedef struct list
{
	unsigned long total;
	size_t n;
	iwf_bad_row_t row[IWF_BAD_ROWS];
} list_t;

static struct shared
{
	gen_lock_t lock;
	list_t list;
} * shared;

static list_t loading; /* of the directory aside */

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
	shared = shm_malloc(sizeof(*shared));
	if(shared == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	memset(shared, 0, sizeof(*shared));
	lock_init(&shared->lock);
	return 0;
}

void iwf_bad_rows_destroy(void)
{
	if(shared == NULL)
		return;
	lock_destroy(&shared->lock);
	shm_free(shared);
	shared = NULL;
}

/* The list of a directory, to change; until list_end(). */
static list_t *list_begin(bool aside)
{
	if(aside)
		return &loading;
	lock_get(&shared->lock);
	return &shared->list;
}

static void list_end(bool aside)
{
	if(!aside)
		lock_release(&shared->lock);
}

/* The place of a row, or that of the oldest if the list is full, or n. */
static size_t find_place(const list_t *list, const iwf_bad_row_t *row)
{
	for(size_t i = 0; i < list->n; i++) {
		if(strcmp(list->row[i].table, row->table) == 0
				&& strcmp(list->row[i].row, row->row) == 0)
			return i;
	}
	return list->n < IWF_BAD_ROWS ? list->n : 0;
}

/* Takes out what is at a place, if there is anything. */
static void take_out(list_t *list, size_t at)
{
	if(at == list->n)
		return;
	list->n--;
	memmove(&list->row[at], &list->row[at + 1],
			(list->n - at) * sizeof(list->row[0]));
}

/* The list stays in the order in which rows were found last. */
static void keep(list_t *list, const iwf_bad_row_t *row)
{
	take_out(list, find_place(list, row));
	list->row[list->n++] = *row;
}

void iwf_bad_rows_begin(void)
{
	loading.total = 0;
	loading.n = 0;
}

void iwf_bad_rows_put(void)
{
	list_t *list = list_begin(false);
	time_t now = time(NULL);

	list->total += loading.total;
	for(size_t i = 0; i < loading.n; i++) {
		loading.row[i].when = now;
		keep(list, &loading.row[i]);
	}
	list_end(false);
}

void iwf_bad_rows_add(
		bool aside, const char *table, const char *row, const char *why)
{
	iwf_bad_row_t new = {.when = time(NULL)};
	list_t *list = list_begin(aside);

	snprintf(new.table, sizeof(new.table), "%s", table);
	snprintf(new.row, sizeof(new.row), "%s", row);
	snprintf(new.why, sizeof(new.why), "%s", why);
	keep(list, &new);
	list->total++;
	list_end(aside);
}

void iwf_bad_rows_count(bool aside)
{
	list_begin(aside)->total++;
	list_end(aside);
}

unsigned long iwf_bad_rows_total(void)
{
	unsigned long total;

	if(shared == NULL)
		return 0;
	total = list_begin(false)->total;
	list_end(false);
	return total;
}

size_t iwf_bad_rows_copy(iwf_bad_row_t rows[IWF_BAD_ROWS])
{
	const list_t *list;
	size_t n;

	if(shared == NULL)
		return 0;
	list = list_begin(false);
	n = list->n;
	memcpy(rows, list->row, n * sizeof(rows[0]));
	list_end(false);
	return n;
}
