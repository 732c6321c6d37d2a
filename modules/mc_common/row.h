/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_row: what the columns of a row of a result hold, one by one or as a C
 * structure that a description of the columns says how to fill. No Kamailio
 * header.
 */
#ifndef MC_ROW_H
#define MC_ROW_H

#include "db.h"

/* The values of a row, which live as long as its result. */
typedef struct mc_row mc_row_t;

/* Row i of a result, i < rows->n. */
const mc_row_t *mc_row(const mc_db_rows_t *rows, size_t i);

/* The same row without its first columns. */
const mc_row_t *mc_row_from(const mc_row_t *row, size_t column);

/* The octets of column i; NULL in the database is empty. */
mclmr_span_t mc_row_text(const mc_row_t *row, size_t i);

/* True if a text is longer than any that may be in a table: more than
 * MC_DB_CHARACTERS of UTF-8. Queries of tables cut such a text off. */
bool mc_row_is_too_long(mclmr_span_t text);

/* The number in column i, of whatever type the driver made of it, a text of
 * digits too; 0 for NULL and what is no number. */
long long mc_row_number(const mc_row_t *row, size_t i);

/* What a column becomes. */
typedef enum mc_column_kind
{
	MC_COLUMN_TEXT,	  /* mclmr_span_t into the row */
	MC_COLUMN_LONG,	  /* the same of a long text */
	MC_COLUMN_NUMBER, /* int; what does not fit is -1 */
	MC_COLUMN_BIG,	  /* int64_t */
	MC_COLUMN_FLAG	  /* bool: a right is given by 1 and by nothing else */
} mc_column_kind_t;

typedef struct mc_column
{
	const char *name;
	mc_column_kind_t kind;
	size_t offset; /* in the structure that it goes into */
} mc_column_t;

/* The description of a column that goes into a member of a structure, whose
 * type says the kind. */
/* clang-format off */
#define MC_COLUMN(type, column, member)         \
	{                                           \
		column,                                 \
		_Generic(((type *)0)->member,           \
			mclmr_span_t: MC_COLUMN_TEXT,       \
			int: MC_COLUMN_NUMBER,              \
			int64_t: MC_COLUMN_BIG,             \
			bool: MC_COLUMN_FLAG),              \
		offsetof(type, member)                  \
	}
#define MC_LONG_COLUMN(type, column, member)    \
	{                                           \
		column, MC_COLUMN_LONG, offsetof(type, member)  \
	}
/* clang-format on */

/* Fills a structure from the n columns of a row that begin with column first;
 * its other members stay. NULL, or what is wrong: a text is too long. */
const char *mc_row_read(const mc_row_t *row, size_t first,
		const mc_column_t *column, size_t n, void *into);

#endif
