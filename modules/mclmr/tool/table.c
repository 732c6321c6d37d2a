/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Tables of words. */
#include <stdlib.h>
#include <string.h>

#include "message_file.h"
#include "print.h"
#include "table.h"

/* Finds the word of each column. */
static bool name_columns(tool_table_t *table, unsigned columns)
{
	for(size_t i = 0; i < table->csv.columns; i++) {
		int word = 0;

		while(word < MCLMR_WORD_ALL
				&& !mclmr_span_equal(table->csv.column[i],
						mclmr_span(mclmr_record_word_name(
								(mclmr_record_word_t)word))))
			word++;
		if(word == MCLMR_WORD_ALL || (columns & TOOL_COLUMN(word)) == 0) {
			tool_complain_text(
					"a column that is no option: ", table->csv.column[i]);
			return false;
		}
		table->word[i] = (mclmr_record_word_t)word;
	}
	return true;
}

/* The folder of a path. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if(slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool tool_table_open(tool_table_t *table, const char *path,
		const mclmr_record_words_t *defaults, unsigned columns)
{
	memset(table, 0, sizeof(*table));
	table->path = path;
	table->defaults = defaults;
	if(!tool_csv_open(path, &table->csv))
		return false;
	if(name_columns(table, columns)) {
		table->folder = folder_of(path);
		if(table->folder != NULL)
			return true;
		tool_complain("out of memory");
	}
	tool_table_close(table);
	return false;
}

void tool_table_close(tool_table_t *table)
{
	tool_csv_close(&table->csv);
	free(table->folder);
	table->folder = NULL;
}

/* Sets the items of a field, which blanks or semicolons stand between, in a
 * list; they are cut in their place. */
static bool set_items(char *field, mclmr_word_list_t *list)
{
	char *next = NULL;

	list->n = 0;
	for(char *item = strtok_r(field, " ;", &next); item != NULL;
			item = strtok_r(NULL, " ;", &next)) {
		if(list->n == MCLMR_WORD_ITEMS)
			return false;
		list->item[list->n++] = item;
	}
	return true;
}

/* Takes the words of a row over those of the options. */
static const char *take_fields(const tool_table_t *table, tool_table_row_t *to)
{
	to->words = *table->defaults;
	for(size_t i = 0; i < to->fields.n; i++) {
		const char *field = to->fields.field[i];
		mclmr_record_word_t word = table->word[i];

		if(*field == '\0')
			continue;
		if(word < MCLMR_WORD_VALUES)
			to->words.value[word] = field;
		else if(!set_items((char *)field,
						mclmr_record_words_list(&to->words, word)))
			return "a field has too many items";
	}
	return tool_form_known(to->words.value[MCLMR_WORD_FORM])
				   ? NULL
				   : "form is not raw, base64 or sdp";
}

const char *tool_table_read(
		const tool_table_t *table, size_t row, tool_table_row_t *to)
{
	const char *wrong =
			tool_csv_read(&table->csv, &table->csv.row[row], &to->fields);

	return wrong != NULL ? wrong : take_fields(table, to);
}
