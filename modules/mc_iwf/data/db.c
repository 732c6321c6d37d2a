/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The tables in SQL: how they are read, and what is a bad row. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/dprint.h"
#include "lib/srdb1/db.h"

#include "mc_iwf/config.h"
#include "db.h"
#include "store.h"

#define IWF_TABLE_VERSION 1
#define IWF_MAX_PAGE_ROWS 5000 /* what the default private memory holds */
#define IWF_SQL_SIZE 24576
#define IWF_NAMED_ROWS 100 /* of a table that are named where left out */

/* Numbers are read as text: some drivers cut integers to 32 bits. */
#define IWF_NUMBER(column) "CAST(" column " AS CHAR(20)) AS row_number_text"

#define IWF_USER_COLUMNS                                                  \
	"mc_id, service, impu, client_id, person, organisation, home, send, " \
	"receive"
#define IWF_LMR_COLUMNS "person, lmr_type, kmf, identity, device"
#define IWF_LMR_USER_COLUMNS "uri, psi, profile"
#define IWF_GROUP_COLUMNS "uri, psi, profile, codec"

static db_func_t iwf_dbf;
static db1_con_t *iwf_con = NULL;
static char iwf_sql[IWF_SQL_SIZE];
static unsigned long *iwf_bad_rows = NULL;
static unsigned long iwf_left_out = 0; /* of the LMR entries */

/* What rows are added to. */
typedef struct iwf_load
{
	mclmr_network_t *network;
	mclmr_directory_t *directory;
	bool spare_peers;		/* the network takes effect without bad peers */
	bool spare_row;			/* set by add(): it goes without this bad row */
	unsigned long left_out; /* rows of the table so far */
} iwf_load_t;

/* A table that is loaded as a whole: how it is read, where a row goes. */
typedef struct iwf_table
{
	const char *name;
	const char *columns;
	const char *order; /* "id" where it is read in pages */
	int level;		   /* of the log line for a row that is left out */
	/* values without the id; NULL or what is wrong with them */
	const char *(*add)(iwf_load_t *load, const db_val_t *values);
} iwf_table_t;

/* The octets of a column; NULL in the database is empty. */
static mclmr_span_t column_text(const db_val_t *value)
{
	if(VAL_NULL(value)) {
		return mclmr_span(NULL);
	}
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

/* The number that a text column of digits (blanks may follow) stands for. */
static long long text_number(mclmr_span_t text)
{
	char digits[24];

	text = mclmr_span_trim(text);
	if(text.len == 0 || text.len >= sizeof(digits)) {
		return 0;
	}
	memcpy(digits, text.s, text.len);
	digits[text.len] = '\0';
	return strtoll(digits, NULL, 10);
}

/* The number in a column of whatever type the driver made of it. */
static long long column_number(const db_val_t *value)
{
	if(VAL_NULL(value)) {
		return 0;
	}
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
			return text_number(column_text(value));
	}
}

/* The number in a column as int; what does not fit is -1. */
static int column_int(const db_val_t *value)
{
	long long number = column_number(value);

	return number >= INT_MIN && number <= INT_MAX ? (int)number : -1;
}

/* A right is given by 1 and by nothing else. */
static bool column_flag(const db_val_t *value)
{
	return column_number(value) == 1;
}

/* uri, peer_set, trusted, hosting */
static const char *add_kmf(iwf_load_t *load, const db_val_t *v)
{
	return mclmr_network_add_kmf(load->network, column_text(&v[0]),
			column_int(&v[1]), column_flag(&v[2]), column_text(&v[3]));
}

/* kmf, alias */
static const char *add_alias(iwf_load_t *load, const db_val_t *v)
{
	return mclmr_network_add_alias(
			load->network, column_text(&v[0]), column_text(&v[1]));
}

/* kmf, psi */
static const char *add_psi(iwf_load_t *load, const db_val_t *v)
{
	return mclmr_network_add_psi(
			load->network, column_text(&v[0]), column_text(&v[1]));
}

/* psi, service, role; no service is all of them, an unknown one is none. */
static const char *add_role(iwf_load_t *load, const db_val_t *v)
{
	mclmr_span_t word = column_text(&v[1]);
	mclmr_service_t service = mclmr_service_from_word(word);

	if(word.len > 0 && service == MCLMR_SERVICE_NONE) {
		return "unknown service";
	}
	return mclmr_network_add_role(
			load->network, column_text(&v[0]), service, column_text(&v[2]));
}

/* kind, psi, address, port, tls_id */
static const char *add_peer(iwf_load_t *load, const db_val_t *v)
{
	mclmr_span_t kind = column_text(&v[0]);
	mclmr_peer_row_t row = {.psi = column_text(&v[1]),
			.address = column_text(&v[2]),
			.port = column_int(&v[3]),
			.tls_id = column_text(&v[4])};

	load->spare_row = load->spare_peers;
	if(mclmr_span_equal_nocase(kind, MCLMR_SPAN("core"))) {
		row.kind = MCLMR_PEER_CORE;
	} else if(mclmr_span_equal_nocase(kind, MCLMR_SPAN("iwf"))) {
		row.kind = MCLMR_PEER_IWF;
	} else {
		return "kind is neither core nor iwf";
	}
	return mclmr_network_add_peer(load->network, &row);
}

/* domain, psi, peer_set, trusted */
static const char *add_partner(iwf_load_t *load, const db_val_t *v)
{
	mclmr_partner_t row = {.domain = column_text(&v[0]),
			.psi = column_text(&v[1]),
			.peer_set = column_int(&v[2]),
			.trusted = column_flag(&v[3])};

	return mclmr_network_add_partner(load->network, &row);
}

/* The columns IWF_USER_COLUMNS as a row; NULL or what is wrong with them. */
static const char *user_row(const db_val_t *v, mclmr_user_row_t *row)
{
	row->mc_id = column_text(&v[0]);
	row->service = mclmr_service_from_word(column_text(&v[1]));
	row->impu = column_text(&v[2]);
	row->client_id = column_text(&v[3]);
	row->person = column_text(&v[4]);
	row->organisation = column_text(&v[5]);
	row->home = column_text(&v[6]);
	row->send = column_flag(&v[7]);
	row->receive = column_flag(&v[8]);
	return row->service == MCLMR_SERVICE_NONE ? "unknown service" : NULL;
}

static const char *add_user(iwf_load_t *load, const db_val_t *v)
{
	mclmr_user_row_t row;
	const char *why = user_row(v, &row);

	return why != NULL ? why : mclmr_directory_add_user(load->directory, &row);
}

/* The columns IWF_LMR_COLUMNS without the person as a row. */
static const char *lmr_row(const db_val_t *v, mclmr_lmr_row_t *row)
{
	row->kmf = column_text(&v[1]);
	row->identity = column_text(&v[2]);
	row->device = column_text(&v[3]);
	if(!mclmr_lmr_type_from_word(column_text(&v[0]), &row->type)) {
		return "unknown LMR type";
	}
	return NULL;
}

/* What a person has already, as rows; at most MCLMR_MAX_LMR_ENTRIES. */
static size_t present_entries(const mclmr_directory_t *directory,
		mclmr_span_t person, mclmr_lmr_row_t *rows)
{
	const mclmr_person_t *p = mclmr_directory_person(directory, person);
	size_t i, n = p == NULL ? 0 : p->entries;

	for(i = 0; i < n; i++) {
		rows[i].type = p->entry[i].type;
		rows[i].kmf = p->entry[i].kmf_key;
		rows[i].identity = p->entry[i].identity;
		rows[i].device = p->entry[i].device;
	}
	return n;
}

/* Adds one entry to those of its person: the rows of a person stand anywhere
 * in the table, so that it can be read in pages by id. */
static const char *add_lmr(iwf_load_t *load, const db_val_t *v)
{
	mclmr_lmr_row_t rows[MCLMR_MAX_LMR_ENTRIES + 1];
	mclmr_span_t person = column_text(&v[0]);
	size_t n = present_entries(load->directory, person, rows);
	const char *why = lmr_row(v + 1, &rows[n]);

	if(why != NULL) {
		return why;
	}
	why = mclmr_directory_check_entry(load->directory, &rows[n]);
	if(why != NULL) {
		load->spare_row = true;
		return why;
	}
	return mclmr_directory_put_entries(load->directory, person, rows, n + 1);
}

/* The columns of an LMR user or a group as a row. */
static mclmr_party_row_t party_row(mclmr_party_kind_t kind, const db_val_t *v)
{
	mclmr_party_row_t row = {.uri = column_text(&v[0]),
			.psi = column_text(&v[1]),
			.profile = column_text(&v[2])};

	if(kind == MCLMR_GROUP) {
		row.codec = column_text(&v[3]);
	}
	return row;
}

/* Adds a party. Nobody else hangs on it: the others do without a bad one. */
static const char *add_party(
		iwf_load_t *load, mclmr_party_kind_t kind, const db_val_t *v)
{
	mclmr_parties_t *parties = mclmr_directory_parties(load->directory, kind);
	mclmr_party_row_t row = party_row(kind, v);

	load->spare_row = true;
	return mclmr_parties_put(parties, &row);
}

static const char *add_lmr_user(iwf_load_t *load, const db_val_t *v)
{
	return add_party(load, MCLMR_LMR_USER, v);
}

static const char *add_group(iwf_load_t *load, const db_val_t *v)
{
	return add_party(load, MCLMR_GROUP, v);
}

/* Peers come last: what they lack is named once all else fits. */
static const iwf_table_t iwf_network_tables[] = {
		{"mc_iwf_kmfs", "uri, peer_set, trusted, hosting", "id", L_ERR,
				add_kmf},
		{"mc_iwf_kmf_aliases", "kmf, alias", "id", L_ERR, add_alias},
		{"mc_iwf_kmf_psis", "kmf, psi", "priority DESC, id", L_ERR, add_psi},
		{"mc_iwf_roles", "psi, service, role", "id", L_ERR, add_role},
		{"mc_iwf_partners", "domain, psi, peer_set, trusted", "id", L_ERR,
				add_partner},
		{"mc_iwf_peers", "kind, psi, address, port, tls_id", "id", L_ERR,
				add_peer},
};

static const iwf_table_t iwf_users = {
		"mc_iwf_users", IWF_USER_COLUMNS, "id", L_ERR, add_user};
static const iwf_table_t iwf_lmr = {
		"mc_iwf_lmr", IWF_LMR_COLUMNS, "id", L_WARN, add_lmr};
static const iwf_table_t iwf_parties[MCLMR_PARTY_KINDS] = {
		[MCLMR_LMR_USER] = {"mc_iwf_lmr_users", IWF_LMR_USER_COLUMNS, "id",
				L_ERR, add_lmr_user},
		[MCLMR_GROUP] = {
				"mc_iwf_groups", IWF_GROUP_COLUMNS, "id", L_ERR, add_group}};

/* Writes what went wrong. */
static void explain(iwf_db_error_t *error, const char *format, ...)
		__attribute__((format(printf, 2, 3)));

static void explain(iwf_db_error_t *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
}

/* True for a URL of this database module. */
static bool url_is(const char *scheme)
{
	size_t n = strlen(scheme);

	return (size_t)iwf_config.db_url.len > n
		   && strncasecmp(iwf_config.db_url.s, scheme, n) == 0
		   && iwf_config.db_url.s[n] == ':';
}

int iwf_db_bind(void)
{
	if(iwf_config.page_rows < 1 || iwf_config.page_rows > IWF_MAX_PAGE_ROWS) {
		LM_ERR("page_rows is not between 1 and %d\n", IWF_MAX_PAGE_ROWS);
		return -1;
	}
	if(db_bind_mod(&iwf_config.db_url, &iwf_dbf) < 0) {
		LM_ERR("cannot bind the database module of db_url: is it loaded?\n");
		return -1;
	}
	if(!DB_CAPABILITY(
			   iwf_dbf, DB_CAP_QUERY | DB_CAP_RAW_QUERY | DB_CAP_UPDATE)) {
		LM_ERR("the database module of db_url does not speak SQL\n");
		return -1;
	}
	return 0;
}

/* Runs what is in iwf_sql. */
static iwf_db_result_t run(
		size_t length, db1_res_t **result, iwf_db_error_t *error)
{
	str query = {iwf_sql, (int)length};

	*result = NULL;
	if(length >= sizeof(iwf_sql)) {
		explain(error, "query too long");
		return IWF_DB_FAILED;
	}
	if(iwf_con == NULL) {
		explain(error, "no database connection");
		return IWF_DB_FAILED;
	}
	if(iwf_dbf.raw_query(iwf_con, &query, result) < 0 || *result == NULL) {
		explain(error, "query failed: %.80s", iwf_sql);
		return IWF_DB_FAILED;
	}
	return IWF_DB_OK;
}

/* Runs a statement whose rows nobody needs. */
static iwf_db_result_t execute(size_t length, iwf_db_error_t *error)
{
	db1_res_t *result;
	iwf_db_result_t rc = run(length, &result, error);

	if(rc == IWF_DB_OK) {
		iwf_dbf.free_result(iwf_con, result);
	}
	return rc;
}

/* Debian's db_sqlite gives up at once where somebody else writes: wait. */
static int set_busy_timeout(void)
{
	iwf_db_error_t error;
	int n = snprintf(iwf_sql, sizeof(iwf_sql), "PRAGMA busy_timeout=2000");

	return execute((size_t)n, &error) == IWF_DB_OK ? 0 : -1;
}

int iwf_db_open(void)
{
	if(iwf_con != NULL) {
		return 0;
	}
	iwf_con = iwf_dbf.init(&iwf_config.db_url);
	if(iwf_con == NULL) {
		return -1;
	}
	if(url_is("sqlite") && set_busy_timeout() < 0) {
		iwf_db_close();
		return -1;
	}
	return 0;
}

void iwf_db_close(void)
{
	if(iwf_con != NULL) {
		iwf_dbf.close(iwf_con);
		iwf_con = NULL;
	}
}

int iwf_db_check_versions(void)
{
	static const char *const names[] = {"mc_iwf_users", "mc_iwf_lmr",
			"mc_iwf_kmfs", "mc_iwf_kmf_aliases", "mc_iwf_kmf_psis",
			"mc_iwf_roles", "mc_iwf_peers", "mc_iwf_partners",
			"mc_iwf_lmr_users", "mc_iwf_groups", "mc_iwf_changes"};
	size_t i;

	for(i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		str table = {(char *)names[i], (int)strlen(names[i])};

		if(db_check_table_version(&iwf_dbf, iwf_con, &table, IWF_TABLE_VERSION)
				< 0) {
			return -1;
		}
	}
	return 0;
}

/* The values of row i. */
static const db_val_t *row_values(const db1_res_t *result, int i)
{
	return ROW_VALUES(&RES_ROWS(result)[i]);
}

/* One page of a table: its rows with an id above after. */
static iwf_db_result_t read_page(const iwf_table_t *table, long long after,
		int limit, db1_res_t **result, iwf_db_error_t *error)
{
	int n = snprintf(iwf_sql, sizeof(iwf_sql),
			"SELECT %s, %s FROM %s WHERE id > %lld ORDER BY %s LIMIT %d",
			IWF_NUMBER("id"), table->columns, table->name, after, table->order,
			limit);

	return run((size_t)n, result, error);
}

void iwf_db_count_bad_rows(unsigned long *count)
{
	iwf_bad_rows = count;
}

unsigned long iwf_db_entries_left_out(void)
{
	return iwf_left_out;
}

/* Names a row that is left out. */
static void name_left_out(
		const iwf_table_t *table, long long id, const char *why)
{
	LOG(table->level, "row left out, table %s, id %lld: %s\n", table->name, id,
			why);
}

void iwf_db_leave_out_entry(long long id, const char *why)
{
	name_left_out(&iwf_lmr, id, why);
	iwf_left_out++;
	(*iwf_bad_rows)++;
}

/* Leaves a row of a load out. The first ones are named: a KMF may be that of
 * every user, and the log is not to be flooded. */
static void leave_out(const iwf_table_t *table, iwf_load_t *load, long long id,
		const char *why)
{
	if(load->left_out < IWF_NAMED_ROWS) {
		name_left_out(table, id, why);
	}
	load->left_out++;
	(*iwf_bad_rows)++;
}

/* Says how many rows of a table were left out and not named. */
static void sum_up_left_out(const iwf_table_t *table, const iwf_load_t *load)
{
	if(load->left_out > IWF_NAMED_ROWS) {
		LOG(table->level, "table %s: %lu more rows left out\n", table->name,
				load->left_out - IWF_NAMED_ROWS);
	}
}

/* Adds the rows of a page; *last becomes the id of the last one. */
static iwf_db_result_t add_page(const iwf_table_t *table, iwf_load_t *load,
		const db1_res_t *result, long long *last, iwf_db_error_t *error)
{
	int i;

	for(i = 0; i < RES_ROW_N(result); i++) {
		const db_val_t *values = row_values(result, i);
		const char *why;

		load->spare_row = false;
		why = table->add(load, values + 1);
		*last = column_number(&values[0]);
		if(why != NULL && load->spare_row) {
			leave_out(table, load, *last, why);
		} else if(why != NULL) {
			explain(error, "table %s, id %lld: %s", table->name, *last, why);
			return IWF_DB_BAD_ROW;
		}
	}
	return IWF_DB_OK;
}

/* Loads a small table with one query. */
static iwf_db_result_t load_small(
		const iwf_table_t *table, iwf_load_t *load, iwf_db_error_t *error)
{
	db1_res_t *result;
	long long last = 0;
	int limit = MCLMR_MAX_NETWORK_ROWS + 1;
	iwf_db_result_t rc = read_page(table, -LLONG_MAX, limit, &result, error);

	if(rc != IWF_DB_OK) {
		return rc;
	}
	if(RES_ROW_N(result) == limit) {
		explain(error, "table %s: over %d rows", table->name,
				MCLMR_MAX_NETWORK_ROWS);
		rc = IWF_DB_BAD_ROW;
	} else {
		rc = add_page(table, load, result, &last, error);
		sum_up_left_out(table, load);
	}
	iwf_dbf.free_result(iwf_con, result);
	return rc;
}

/* Loads a table of any size, page by page in the order of its ids. */
static iwf_db_result_t load_paged(const iwf_table_t *table, iwf_load_t *load,
		void (*between)(void), iwf_db_error_t *error)
{
	long long last = -LLONG_MAX;
	int rows;

	do {
		db1_res_t *result;
		iwf_db_result_t rc;
		long long after = last;

		rc = read_page(table, after, iwf_config.page_rows, &result, error);
		if(rc != IWF_DB_OK) {
			return rc;
		}
		rows = RES_ROW_N(result);
		rc = add_page(table, load, result, &last, error);
		iwf_dbf.free_result(iwf_con, result);
		if(rc != IWF_DB_OK) {
			return rc;
		}
		if(rows > 0 && last <= after) {
			explain(error, "table %s: ids do not rise", table->name);
			return IWF_DB_FAILED;
		}
		if(between != NULL) {
			between();
		}
	} while(rows == iwf_config.page_rows);
	return IWF_DB_OK;
}

/* The small tables as a new network, with or without bad peers left out. */
static iwf_db_result_t load_network(
		bool spare_peers, mclmr_network_t **network, iwf_db_error_t *error)
{
	iwf_load_t load = {.network = mclmr_network_new(mc_store_allocator()),
			.spare_peers = spare_peers};
	size_t i;

	*network = NULL;
	if(load.network == NULL) {
		explain(error, "no shared memory left");
		return IWF_DB_BAD_ROW;
	}
	for(i = 0; i < sizeof(iwf_network_tables) / sizeof(iwf_network_tables[0]);
			i++) {
		iwf_db_result_t rc = load_small(&iwf_network_tables[i], &load, error);

		if(rc != IWF_DB_OK) {
			mclmr_network_free(load.network);
			return rc;
		}
	}
	*network = load.network;
	return IWF_DB_OK;
}

iwf_db_result_t iwf_db_load_network(
		mclmr_network_t **network, iwf_db_error_t *error)
{
	return load_network(true, network, error);
}

/* How many users there are, so that the index need not grow. */
static iwf_db_result_t count_users(size_t *users, iwf_db_error_t *error)
{
	db1_res_t *result;
	int n = snprintf(iwf_sql, sizeof(iwf_sql), "SELECT %s FROM mc_iwf_users",
			IWF_NUMBER("COUNT(*)"));
	iwf_db_result_t rc = run((size_t)n, &result, error);

	*users = 0;
	if(rc == IWF_DB_OK) {
		if(RES_ROW_N(result) == 1) {
			*users = (size_t)column_number(row_values(result, 0));
		}
		iwf_dbf.free_result(iwf_con, result);
	}
	return rc;
}

/* An empty directory that owns a network just loaded. */
static iwf_db_result_t new_directory(
		mclmr_directory_t **directory, iwf_db_error_t *error)
{
	mclmr_network_t *network;
	size_t users;
	iwf_db_result_t rc = count_users(&users, error);

	if(rc == IWF_DB_OK) {
		rc = load_network(false, &network, error);
	}
	if(rc != IWF_DB_OK) {
		return rc;
	}
	*directory = mclmr_directory_new(
			mc_store_allocator(), network, iwf_config.one_kmf_per, users);
	if(*directory == NULL) {
		mclmr_network_free(network);
		explain(error, "no shared memory left");
		return IWF_DB_BAD_ROW;
	}
	return IWF_DB_OK;
}

/* The LMR users and the groups; how many are left out does not count among
 * the LMR entries. */
static iwf_db_result_t load_parties(
		iwf_load_t *load, void (*between)(void), iwf_db_error_t *error)
{
	iwf_db_result_t rc = IWF_DB_OK;
	int i;

	for(i = 0; rc == IWF_DB_OK && i < MCLMR_PARTY_KINDS; i++) {
		rc = load_paged(&iwf_parties[i], load, between, error);
		sum_up_left_out(&iwf_parties[i], load);
		load->left_out = 0;
	}
	return rc;
}

iwf_db_result_t iwf_db_load(void (*between)(void),
		mclmr_directory_t **directory, iwf_db_error_t *error)
{
	iwf_load_t load = {.network = NULL};
	iwf_db_result_t rc = new_directory(&load.directory, error);

	*directory = NULL;
	if(rc != IWF_DB_OK) {
		return rc;
	}
	rc = load_paged(&iwf_users, &load, between, error);
	if(rc == IWF_DB_OK) {
		rc = load_parties(&load, between, error);
	}
	if(rc == IWF_DB_OK) {
		rc = load_paged(&iwf_lmr, &load, between, error);
	}
	if(rc != IWF_DB_OK) {
		mclmr_directory_free(load.directory);
		return rc;
	}
	sum_up_left_out(&iwf_lmr, &load);
	iwf_left_out = load.left_out;
	*directory = load.directory;
	return IWF_DB_OK;
}

/* A value to compare a column with; the driver escapes it. */
static db_val_t text_value(mclmr_span_t text)
{
	db_val_t value;

	memset(&value, 0, sizeof(value));
	VAL_TYPE(&value) = DB1_STR;
	VAL_STR(&value).s = (char *)(text.s != NULL ? text.s : "");
	VAL_STR(&value).len = (int)text.len;
	return value;
}

/* The columns of rows of a table whose keys have these values, by id. */
static iwf_db_result_t select_rows(str *table, db_key_t *keys, db_val_t *values,
		int n, db_key_t *columns, int n_columns, iwf_db_rows_t *rows,
		iwf_db_error_t *error)
{
	static str id = str_init("id");
	db1_res_t *result = NULL;

	rows->result = NULL;
	rows->n = 0;
	if(iwf_con == NULL || iwf_dbf.use_table(iwf_con, table) < 0
			|| iwf_dbf.query(iwf_con, keys, NULL, values, columns, n, n_columns,
					   &id, &result)
					   < 0
			|| result == NULL) {
		explain(error, "query of %.*s failed", STR_FMT(table));
		return IWF_DB_FAILED;
	}
	rows->result = result;
	rows->n = (size_t)RES_ROW_N(result);
	return IWF_DB_OK;
}

void iwf_db_free(iwf_db_rows_t *rows)
{
	if(rows->result != NULL && iwf_con != NULL) {
		iwf_dbf.free_result(iwf_con, rows->result);
	}
	rows->result = NULL;
	rows->n = 0;
}

iwf_db_result_t iwf_db_user(mclmr_span_t service, mclmr_span_t mc_id,
		iwf_db_rows_t *rows, mclmr_user_row_t *row, iwf_db_error_t *error)
{
	static str table = str_init("mc_iwf_users");
	static str names[] = {str_init("mc_id"), str_init("service"),
			str_init("impu"), str_init("client_id"), str_init("person"),
			str_init("organisation"), str_init("home"), str_init("send"),
			str_init("receive")};
	db_key_t columns[sizeof(names) / sizeof(names[0])];
	db_key_t keys[2] = {&names[1], &names[0]};
	db_val_t values[2] = {text_value(service), text_value(mc_id)};
	const char *why = NULL;
	iwf_db_result_t rc;
	size_t i;

	for(i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		columns[i] = &names[i];
	}
	rc = select_rows(&table, keys, values, 2, columns, (int)i, rows, error);
	if(rc == IWF_DB_OK && rows->n > 0) {
		why = user_row(row_values(rows->result, 0), row);
	}
	if(why != NULL) {
		explain(error, "%s", why);
		return IWF_DB_BAD_ROW;
	}
	return rc;
}

iwf_db_result_t iwf_db_party(mclmr_party_kind_t kind, mclmr_span_t uri,
		iwf_db_rows_t *rows, mclmr_party_row_t *row, iwf_db_error_t *error)
{
	static str names[] = {str_init("uri"), str_init("psi"), str_init("profile"),
			str_init("codec")};
	str table = {(char *)iwf_parties[kind].name,
			(int)strlen(iwf_parties[kind].name)};
	db_key_t columns[] = {&names[0], &names[1], &names[2], &names[3]};
	db_key_t keys[] = {&names[0]};
	db_val_t values[] = {text_value(uri)};
	iwf_db_result_t rc = select_rows(&table, keys, values, 1, columns,
			kind == MCLMR_GROUP ? 4 : 3, rows, error);

	if(rc == IWF_DB_OK && rows->n > 0) {
		*row = party_row(kind, row_values(rows->result, 0));
	}
	return rc;
}

iwf_db_result_t iwf_db_change_group(
		const mclmr_party_row_t *before, const mclmr_party_row_t *after)
{
	static str table = str_init("mc_iwf_groups");
	static str names[] = {
			str_init("uri"), str_init("profile"), str_init("codec")};
	db_key_t keys[] = {&names[0], &names[1], &names[2]};
	db_val_t old[] = {text_value(before->uri), text_value(before->profile),
			text_value(before->codec)};
	db_val_t new[] = {text_value(after->profile), text_value(after->codec)};

	if(iwf_con == NULL || iwf_dbf.use_table(iwf_con, &table) < 0
			|| iwf_dbf.update(iwf_con, keys, NULL, old, &keys[1], new, 3, 2)
					   < 0)
		return IWF_DB_FAILED;
	return IWF_DB_OK;
}

iwf_db_result_t iwf_db_entries(
		mclmr_span_t person, iwf_db_rows_t *rows, iwf_db_error_t *error)
{
	static str table = str_init("mc_iwf_lmr");
	static str key = str_init("person");
	static str names[] = {str_init("id"), str_init("lmr_type"), str_init("kmf"),
			str_init("identity"), str_init("device")};
	db_key_t columns[] = {
			&names[0], &names[1], &names[2], &names[3], &names[4]};
	db_key_t keys[] = {&key};
	db_val_t values[] = {text_value(person)};

	return select_rows(&table, keys, values, 1, columns, 5, rows, error);
}

const char *iwf_db_entry(const iwf_db_rows_t *rows, size_t i, long long *id,
		mclmr_lmr_row_t *row)
{
	const db_val_t *values = row_values(rows->result, (int)i);

	*id = column_number(&values[0]);
	return lmr_row(values + 1, row);
}

iwf_db_result_t iwf_db_changes(const char *condition, const char *order,
		int limit, iwf_db_rows_t *rows, iwf_db_error_t *error)
{
	db1_res_t *result;
	int n = snprintf(iwf_sql, sizeof(iwf_sql),
			"SELECT %s, tbl, item1, item2, changed FROM mc_iwf_changes "
			"WHERE %s ORDER BY %s LIMIT %d",
			IWF_NUMBER("seq"), condition, order, limit);
	iwf_db_result_t rc = run((size_t)n, &result, error);

	rows->result = result;
	rows->n = rc == IWF_DB_OK ? (size_t)RES_ROW_N(result) : 0;
	return rc;
}

iwf_db_change_t iwf_db_change(const iwf_db_rows_t *rows, size_t i)
{
	const db_val_t *v = row_values(rows->result, (int)i);
	iwf_db_change_t change = {.seq = column_number(&v[0]),
			.table = column_text(&v[1]),
			.item1 = column_text(&v[2]),
			.item2 = column_text(&v[3]),
			.changed = column_number(&v[4])};

	return change;
}

iwf_db_result_t iwf_db_log_range(
		long long *first, long long *last, iwf_db_error_t *error)
{
	iwf_db_rows_t rows;
	iwf_db_result_t rc = iwf_db_changes("seq > 0", "seq", 1, &rows, error);

	*first = rows.n > 0 ? iwf_db_change(&rows, 0).seq : 0;
	iwf_db_free(&rows);
	if(rc == IWF_DB_OK) {
		rc = iwf_db_changes("seq > 0", "seq DESC", 1, &rows, error);
		*last = rows.n > 0 ? iwf_db_change(&rows, 0).seq : 0;
		iwf_db_free(&rows);
	}
	return rc;
}

iwf_db_result_t iwf_db_log_prune(long long last, iwf_db_error_t *error)
{
	int n = snprintf(iwf_sql, sizeof(iwf_sql),
			"DELETE FROM mc_iwf_changes WHERE seq <= %lld", last);

	return execute((size_t)n, error);
}
