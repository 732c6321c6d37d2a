/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the columns of a row hold. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "db_inside.h"
#include "row.h"

#define DIGITS_SIZE 24

const mc_row_t *mc_row(const mc_db_rows_t *rows, size_t i)
{
	const db1_res_t *result = rows->result;

	return (const mc_row_t *)ROW_VALUES(&RES_ROWS(result)[i]);
}

/* Column i as srdb1 has it. */
static const db_val_t *value_of(const mc_row_t *row, size_t i)
{
	return (const db_val_t *)row + i;
}

const mc_row_t *mc_row_from(const mc_row_t *row, size_t column)
{
	return (const mc_row_t *)value_of(row, column);
}

mclmr_span_t mc_row_text(const mc_row_t *row, size_t i)
{
	const db_val_t *value = value_of(row, i);

	if(VAL_NULL(value))
		return mclmr_span(NULL);
	switch(VAL_TYPE(value)) {
		case DB1_STRING:
			return mclmr_span(VAL_STRING(value));
		case DB1_STR:
			return (mclmr_span_t){VAL_STR(value).s, (size_t)VAL_STR(value).len};
		case DB1_BLOB:
			return (mclmr_span_t){
					VAL_BLOB(value).s, (size_t)VAL_BLOB(value).len};
		default:
			return mclmr_span(NULL);
	}
}

bool mc_row_is_too_long(mclmr_span_t text)
{
	size_t characters = 0;

	if(text.len > MC_DB_OCTETS)
		return true;
	for(size_t i = 0; i < text.len; i++) {
		if(((unsigned char)text.s[i] & 0xc0) != 0x80)
			characters++;
	}
	return characters > MC_DB_CHARACTERS;
}

/* The number that a text column of digits (blanks may follow) stands for. */
static long long text_number(mclmr_span_t text)
{
	char digits[DIGITS_SIZE], *end;
	long long number;

	text = mclmr_span_trim(text);
	if(text.len == 0 || text.len >= sizeof(digits))
		return 0;
	memcpy(digits, text.s, text.len);
	digits[text.len] = '\0';
	number = strtoll(digits, &end, 10);
	return *end == '\0' ? number : 0;
}

long long mc_row_number(const mc_row_t *row, size_t i)
{
	const db_val_t *value = value_of(row, i);

	if(VAL_NULL(value))
		return 0;
	switch(VAL_TYPE(value)) {
		case DB1_INT:
			return VAL_INT(value);
		case DB1_UINT:
			return VAL_UINT(value);
		case DB1_BIGINT:
			return VAL_BIGINT(value);
		case DB1_UBIGINT:
			return (long long)VAL_UBIGINT(value);
		default:
			return text_number(mc_row_text(row, i));
	}
}

/* A number as int; what does not fit is -1. */
static int to_int(long long number)
{
	return number >= INT_MIN && number <= INT_MAX ? (int)number : -1;
}

const char *mc_row_read(const mc_row_t *row, size_t first,
		const mc_column_t *column, size_t n, void *into)
{
	const char *wrong = NULL;

	for(size_t i = 0; i < n; i++) {
		void *member = (char *)into + column[i].offset;

		switch(column[i].kind) {
			case MC_COLUMN_TEXT:
				*(mclmr_span_t *)member = mc_row_text(row, first + i);
				if(mc_row_is_too_long(*(mclmr_span_t *)member))
					wrong = "a text is longer than 255 characters";
				break;
			case MC_COLUMN_LONG:
				*(mclmr_span_t *)member = mc_row_text(row, first + i);
				if(((mclmr_span_t *)member)->len > MC_DB_LONG)
					wrong = "a long text is longer than 32,768 octets";
				break;
			case MC_COLUMN_BIG:
				*(int64_t *)member = mc_row_number(row, first + i);
				break;
			case MC_COLUMN_NUMBER:
				*(int *)member = to_int(mc_row_number(row, first + i));
				break;
			case MC_COLUMN_FLAG:
				*(bool *)member = mc_row_number(row, first + i) == 1;
				break;
		}
	}
	return wrong;
}
