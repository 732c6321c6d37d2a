/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Registrations as rows of a table. */
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

#include "core/dprint.h"

#include "mc_common/named.h"
#include "mc_iwf/config.h"
#include "mclmr/base/octets.h"
#include "mclmr/sip/uri.h"
#include "binding_rows.h"
#include "bindings.h"

#define TABLE "mc_iwf_bindings"
#define WORD "bindings"	 /* as the log calls it */
#define NODE 16			 /* digits of the name of a node */
#define BATCH 200		 /* rows of one transaction */
#define PRUNE 1000		 /* rows that are deleted at once */
#define ROW_MEMORY 65536 /* octets of the texts of a record that is read */
#define ROW_FRAME 160	 /* octets of a written row beside its line */
#define NAMED_ROWS 10	 /* a minute that are named if they are left out */
#define SKEW 3600		 /* s that the clock of another node may be ahead */
#define LONGEST INT64_C(0x200000000) /* s that a registration lasts at most */

/* A row as it is read. */
typedef struct row
{
	mclmr_span_t registration, record;
	int64_t expires, changed;
} row_t;

/* clang-format off */
static const mc_table_t table = {TABLE, 1, "id", {
	MC_COLUMN(row_t, "registration", registration),
	MC_LONG_COLUMN(row_t, "record", record),
	MC_COLUMN(row_t, "expires", expires),
	MC_COLUMN(row_t, "changed", changed)}};
/* clang-format on */

static char node[NODE + 1];
static const mc_named_t named = {WORD, &table, "registration", .but = node};
static mc_ahead_t ahead;

bool iwf_binding_rows_init(void)
{
	uint8_t octets[NODE / 2];

	if(getrandom(octets, sizeof(octets), 0) != sizeof(octets))
		return false;
	mclmr_octets_to_hex(octets, sizeof(octets), node);
	return true;
}

bool iwf_binding_rows_check(mc_db_t *db)
{
	return mc_db_has_version(db, TABLE, table.version)
		   && mc_db_has_version(db, IWF_BINDING_LOG, 1);
}

/* NULL, or what is wrong with the times of a row. One of the far future would
 * count before all that comes. */
static const char *check_times(const row_t *row)
{
	int64_t now = iwf_bindings_clock();

	if(row->changed <= 0 || row->changed > now + SKEW * INT64_C(1000000))
		return "it was changed at no time, or after now";
	if(row->expires <= 0 || row->expires > now / 1000000 + LONGEST)
		return "it ends at no time, or too late";
	return NULL;
}

/* True if a record is of the registration that its row names. */
static bool is_named(const mclmr_record_t *record, mclmr_span_t registration)
{
	char name[MCLMR_RECORD_NAME + 1];

	return mclmr_record_name(record->set.key[0], name)
		   && mclmr_span_equal(registration, mclmr_span(name));
}

/* Takes a row over; NULL, or what is wrong. */
static const char *take_row(const mc_row_t *from)
{
	static char memory[ROW_MEMORY];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_record_t record;
	row_t row;
	const char *wrong = mc_table_read(&table, from, &row);

	if(wrong == NULL)
		wrong = check_times(&row);
	record.expires = row.expires;
	record.stamp = row.changed;
	if(wrong == NULL)
		wrong = mclmr_record_read(row.record, &arena, &record);
	if(wrong != NULL)
		return wrong;
	if(!is_named(&record, row.registration))
		return "it is under the name of another registration";
	return iwf_bindings_merge(&record) ? NULL
									   : "there is no shared memory: see -m";
}

void iwf_binding_rows_left_out(const char *registration, const char *why)
{
	static time_t minute;
	static unsigned n;

	if(time(NULL) / 60 != minute)
		n = 0;
	minute = time(NULL) / 60;
	if(n++ < NAMED_ROWS)
		LM_ERR("row of " TABLE " left out, %s: %s\n", registration, why);
	else if(n == NAMED_ROWS + 1)
		LM_ERR("more rows of " TABLE " left out\n");
}

/* What a load has, beside its rows. */
typedef struct load
{
	void (*between)(void *data);
	void *data;
} load_t;

static const char *add_row(void *data, const mc_row_t *row)
{
	(void)data;
	return take_row(row);
}

static void leave_out(
		void *data, const mc_table_t *of, long long id, const char *why)
{
	char name[32];

	(void)data, (void)of;
	snprintf(name, sizeof(name), "id %lld", id);
	iwf_binding_rows_left_out(name, why);
}

/* After a page. */
static void go_between(void *data)
{
	const load_t *load = data;

	load->between(load->data);
}

mc_db_result_t iwf_binding_rows_load(mc_db_t *db, void (*between)(void *data),
		void *data, mc_db_error_t *error)
{
	load_t load = {between, data};
	const mc_table_load_t rows = {.data = &load,
			.add = add_row,
			.left_out = leave_out,
			.between = go_between};

	iwf_bindings_load_begin();
	return mc_table_load_pages(db, &table, iwf_config.page_rows, &rows, error);
}

void iwf_binding_rows_ahead(mc_db_t *db, long long first, long long last)
{
	mc_ahead_read(db, IWF_BINDING_LOG, &named, first, last, &ahead);
}

void iwf_binding_rows_ahead_end(void)
{
	mc_ahead_free(&ahead);
}

mc_db_result_t iwf_binding_rows_apply(
		mc_db_t *db, const mc_change_t *change, mc_db_error_t *error)
{
	mc_named_rows_t rows;
	mc_db_result_t rc;

	if(!mclmr_span_equal(change->table, MCLMR_SPAN(WORD))
			|| mclmr_span_equal(change->item2, mclmr_span(node)))
		return MC_DB_OK;
	rc = mc_named_find(
			db, IWF_BINDING_LOG, &named, &ahead, change->seq, &rows, error);
	for(size_t i = 0; rc == MC_DB_OK && i < rows.n; i++) {
		const mc_row_t *row = mc_named_row(&rows, i);
		const char *wrong = take_row(row);

		if(wrong != NULL)
			leave_out(NULL, &table, mc_table_id(row), wrong);
	}
	mc_named_free(&rows);
	return rc;
}

/* Rows on their way to the database. */
typedef struct batch
{
	mclmr_arena_t insert_room, delete_room, keys;
	mclmr_text_t insert, delete;
	size_t rows; /* of the two statements */
	size_t n;	 /* that are saved then */
	iwf_saved_t saved[BATCH];
} batch_t;

/* Begins a batch, in memory of the process. */
static void begin_batch(batch_t *batch)
{
	static char insert_room[1 << 18], delete_room[1 << 15],
			keys[BATCH * MCLMR_URI_MAX];

	*batch = (batch_t){
			.insert_room = mclmr_arena(insert_room, sizeof(insert_room)),
			.delete_room = mclmr_arena(delete_room, sizeof(delete_room)),
			.keys = mclmr_arena(keys, sizeof(keys))};
	batch->insert = mclmr_text(&batch->insert_room);
	batch->delete = mclmr_text(&batch->delete_room);
}

/* Adds a number after a comma. */
static void put_number(mclmr_text_t *text, int64_t number)
{
	mclmr_text_string(text, ", ");
	mclmr_text_number(text, (uint64_t)number);
}

/* Adds a row to the statement that inserts, whose name and line need no
 * escapes, and its older rows to the one that deletes. */
static void put_row(batch_t *batch, const mclmr_record_t *record,
		const char *name, mclmr_span_t line)
{
	mclmr_text_string(&batch->insert,
			batch->rows == 0 ? "INSERT INTO " TABLE
							   " (registration, record, expires, changed,"
							   " node) VALUES ('"
							 : ", ('");
	mclmr_text_string(&batch->insert, name);
	mclmr_text_string(&batch->insert, "', '");
	mclmr_text_put(&batch->insert, line);
	mclmr_text_char(&batch->insert, '\'');
	put_number(&batch->insert, record->expires);
	put_number(&batch->insert, record->stamp);
	mclmr_text_string(&batch->insert, ", '");
	mclmr_text_string(&batch->insert, node);
	mclmr_text_string(&batch->insert, "')");
	mclmr_text_string(&batch->delete,
			batch->rows == 0 ? "DELETE FROM " TABLE " WHERE " : " OR ");
	mclmr_text_string(&batch->delete, "(registration = '");
	mclmr_text_string(&batch->delete, name);
	mclmr_text_string(&batch->delete, "' AND changed < ");
	mclmr_text_number(&batch->delete, (uint64_t)record->stamp);
	mclmr_text_char(&batch->delete, ')');
	batch->rows++;
}

/* The line of a record; empty: it is too long for the table. */
static mclmr_span_t line_of(const mclmr_record_t *record)
{
	static char memory[MC_DB_LONG];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t line;

	mclmr_record_write(record, &text);
	(void)mclmr_text_done(&text, &line);
	return line;
}

/* Takes a change into the batch; false: it is full. One that no row can hold is
 * kept by this node alone. */
static bool take(void *data, const mclmr_record_t *record)
{
	batch_t *batch = data;
	iwf_saved_t *saved = &batch->saved[batch->n];
	mclmr_span_t line = line_of(record);
	char name[MCLMR_RECORD_NAME + 1];

	if(batch->n == BATCH
			|| line.len + ROW_FRAME > batch->insert.room - batch->insert.len
			|| !mclmr_record_name(record->set.key[0], name)
			|| !mclmr_arena_copy(
					&batch->keys, record->set.key[0], &saved->impu))
		return false;
	saved->stamp = record->stamp;
	batch->n++;
	if(line.len > 0)
		put_row(batch, record, name, line);
	else
		iwf_binding_rows_left_out(name, "it is too long to be written");
	return true;
}

/* Runs both statements. */
static mc_db_result_t write_batch(
		mc_db_t *db, const batch_t *batch, mc_db_error_t *error)
{
	mc_db_result_t rc = mc_db_run(db, mclmr_text_so_far(&batch->insert), error);

	return rc == MC_DB_OK
				   ? mc_db_run(db, mclmr_text_so_far(&batch->delete), error)
				   : rc;
}

/* The same in one transaction. */
static mc_db_result_t write_at_once(
		mc_db_t *db, const batch_t *batch, mc_db_error_t *error)
{
	mc_db_result_t rc = mc_db_begin(db, error);

	if(rc != MC_DB_OK)
		return rc;
	rc = write_batch(db, batch, error);
	if(rc == MC_DB_OK)
		rc = mc_db_commit(db, error);
	if(rc != MC_DB_OK)
		mc_db_rollback(db);
	return rc;
}

mc_db_result_t iwf_binding_rows_save(
		mc_db_t *db, size_t *n, mc_db_error_t *error)
{
	static batch_t batch;
	mc_db_result_t rc = MC_DB_OK;

	begin_batch(&batch);
	iwf_bindings_unsaved(take, &batch);
	*n = batch.n;
	if(batch.rows > 0)
		rc = write_at_once(db, &batch, error);
	if(rc == MC_DB_OK && batch.n > 0)
		iwf_bindings_saved(batch.saved, batch.n);
	return rc;
}

mc_db_result_t iwf_binding_rows_prune(mc_db_t *db, mc_db_error_t *error)
{
	return mc_db_execute(db, error,
			"DELETE FROM " TABLE " WHERE id IN (SELECT id FROM (SELECT id FROM"
			" " TABLE " WHERE expires < %lld ORDER BY expires LIMIT %d) old)",
			(long long)time(NULL), PRUNE);
}
