/* SPDX-License-Identifier: GPL-2.0-or-later */

/* CSV files of batches: RFC 4180, one row at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "csv.h"
#include "io.h"
#include "print.h"

#define MAX_FILE (256LL << 20)

/* Reads the octets of an open file of a known size. */
static bool read_file(int fd, size_t size, mclmr_span_t *text)
{
	char *to = malloc(size + 1);
	size_t length = 0;
	ssize_t n = 1;

	while(to != NULL && length < size && n > 0) {
		n = read(fd, to + length, size - length);
		if(n > 0)
			length += (size_t)n;
	}
	*text = (mclmr_span_t){to, length};
	return to != NULL && length == size;
}

/* Opens and reads a file. */
static bool load(const char *path, tool_csv_t *csv)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = false;

	if(fd >= 0 && fstat(fd, &status) == 0) {
		if(!S_ISREG(status.st_mode) || status.st_size > MAX_FILE)
			errno = EFBIG;
		else
			done = read_file(fd, (size_t)status.st_size, &csv->text);
		csv->changed =
				status.st_mtim.tv_sec * 1000000000LL + status.st_mtim.tv_nsec;
	}
	if(!done)
		tool_complain("%s: %s", path, strerror(errno));
	if(fd >= 0)
		close(fd);
	return done;
}

/* Takes a row off: a line, so that a stray quote takes no others along. */
static tool_csv_row_t next_row(mclmr_span_t *rest, size_t *line)
{
	tool_csv_row_t row = {{NULL, 0}, (*line)++};

	row.text = mclmr_span_trim(mclmr_span_cut(rest, '\n'));
	return row;
}

/* Finds all rows that are not empty. */
static bool find_rows(mclmr_span_t rest, size_t line, tool_csv_t *csv)
{
	size_t room = 0;

	while(rest.len > 0) {
		tool_csv_row_t row = next_row(&rest, &line);

		if(row.text.len == 0)
			continue;
		if(csv->rows == room) {
			tool_csv_row_t *more;

			room = 2 * room + 256;
			more = realloc(csv->row, room * sizeof(*more));
			if(more == NULL)
				return false;
			csv->row = more;
		}
		csv->row[csv->rows++] = row;
	}
	return true;
}

/* Reads the names of the columns. */
static bool read_names(mclmr_span_t text, tool_csv_t *csv)
{
	while(text.len > 0) {
		mclmr_span_t name = mclmr_span_trim(mclmr_span_cut(&text, ','));

		if(csv->columns == TOOL_CSV_COLUMNS || name.len == 0)
			return false;
		csv->column[csv->columns++] = name;
	}
	return csv->columns > 0;
}

bool tool_csv_open(const char *path, tool_csv_t *csv)
{
	mclmr_span_t rest;
	size_t line = 1;

	memset(csv, 0, sizeof(*csv));
	if(!load(path, csv)) {
		tool_csv_close(csv);
		return false;
	}
	rest = csv->text;
	/* A mark that some tables begin with, U+FEFF. */
	if(mclmr_span_starts(rest, MCLMR_SPAN("\xEF\xBB\xBF")))
		rest = mclmr_span_from(rest, rest.s + 3);
	if(!read_names(next_row(&rest, &line).text, csv)) {
		tool_complain("%s: the first line is no names of columns", path);
		tool_csv_close(csv);
		return false;
	}
	if(find_rows(rest, line, csv))
		return true;
	tool_complain("out of memory");
	tool_csv_close(csv);
	return false;
}

void tool_csv_close(tool_csv_t *csv)
{
	tool_free_secret(csv->text);
	free(csv->row);
	memset(csv, 0, sizeof(*csv));
}

/* Takes a field in quotes off, to the buffer; false: they are not closed. */
static bool take_quoted(mclmr_span_t *rest, char **to)
{
	size_t i = 1;

	while(i < rest->len) {
		if(rest->s[i] == '"' && (i + 1 == rest->len || rest->s[i + 1] != '"'))
			break;
		if(rest->s[i] == '"')
			i++;
		*(*to)++ = rest->s[i++];
	}
	if(i >= rest->len)
		return false;
	*rest = mclmr_span_from(*rest, rest->s + i + 1);
	return true;
}

/* Takes a field without quotes off, without blanks around it. */
static void take_plain(mclmr_span_t *rest, char **to)
{
	mclmr_span_t field = *rest;
	const char *comma = memchr(rest->s, ',', rest->len);

	if(comma != NULL)
		field.len = (size_t)(comma - rest->s);
	*rest = mclmr_span_from(*rest, rest->s + field.len);
	field = mclmr_span_trim(field);
	memcpy(*to, field.s, field.len);
	*to += field.len;
}

const char *tool_csv_read(const tool_csv_t *csv, const tool_csv_row_t *row,
		tool_csv_fields_t *fields)
{
	mclmr_span_t rest = row->text;
	char *to = fields->buffer;

	fields->n = 0;
	if(rest.len > TOOL_CSV_ROW_SIZE)
		return "the row is too long";
	if(memchr(rest.s, '\0', rest.len) != NULL)
		return "the row has a NUL in it";
	for(;;) {
		if(fields->n == csv->columns)
			return "the row has more fields than there are names";
		fields->field[fields->n++] = to;
		if(rest.len > 0 && *rest.s == '"') {
			if(!take_quoted(&rest, &to))
				return "a quote is not closed";
		} else if(rest.len > 0) {
			take_plain(&rest, &to);
		}
		*to++ = '\0';
		if(rest.len == 0)
			break;
		if(*rest.s != ',')
			return "there is more after a quote";
		rest = mclmr_span_from(rest, rest.s + 1);
	}
	return fields->n == csv->columns
				   ? NULL
				   : "the row has less fields than there are names";
}
