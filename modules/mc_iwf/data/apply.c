/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One change into a directory. */
#include <stdio.h>

#include "mclmr/sip/uri.h"

#include "apply.h"
#include "store.h"

static mclmr_directory_t *iwf_aside = NULL;

void iwf_apply_aside(mclmr_directory_t *directory)
{
	iwf_aside = directory;
}

/* The directory to change; the one in force is locked until change_end(). */
static mclmr_directory_t *change_begin(void)
{
	return iwf_aside != NULL ? iwf_aside : iwf_store_write();
}

static void change_end(void)
{
	if(iwf_aside == NULL) {
		iwf_store_write_end();
	}
}

/* The same to look at only, which disturbs no reader; until look_end(). */
static const mclmr_directory_t *look_begin(void)
{
	return iwf_aside != NULL ? iwf_aside : iwf_store_read();
}

static void look_end(void)
{
	if(iwf_aside == NULL) {
		iwf_store_read_end();
	}
}

/* Fills the error where there is something wrong with a row. */
static iwf_db_result_t verdict(const char *why, iwf_db_error_t *error)
{
	if(why == NULL) {
		return IWF_DB_OK;
	}
	snprintf(error->text, sizeof(error->text), "%s", why);
	return IWF_DB_BAD_ROW;
}

/* The user of a directory that has this MC service ID, however written. */
static const mclmr_user_t *find_user(const mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_id)
{
	char buffer[2 * MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(buffer, sizeof(buffer));
	mclmr_span_t key;

	if(!mclmr_uri_key(mc_id, &arena, &key)) {
		return NULL;
	}
	return mclmr_directory_user(directory, service, key);
}

/* True where the person of a row has another ID of the service already. */
static bool place_taken(const mclmr_directory_t *directory,
		const mclmr_user_row_t *row, const mclmr_user_t *old)
{
	const mclmr_person_t *person =
			mclmr_directory_person(directory, row->person);

	return person != NULL && person->user[row->service] != NULL
		   && person->user[row->service] != old;
}

/* Puts a user in force. Another row that writes the same MC service ID
 * differently has the place: then this one has to wait until it is gone. */
static const char *put_user(mclmr_directory_t *directory,
		const mclmr_user_row_t *row, iwf_patience_t patience)
{
	const mclmr_user_t *old = find_user(directory, row->service, row->mc_id);

	if(old != NULL && !mclmr_span_equal(old->row.mc_id, row->mc_id)) {
		return "MC service ID is there in another spelling";
	}
	if(old != NULL && patience >= IWF_GIVE_WAY
			&& place_taken(directory, row, old)) {
		mclmr_directory_remove_user(directory, row->service, row->mc_id);
	}
	return mclmr_directory_put_user(directory, row);
}

/* Removes the user of a row that is gone, and no namesake. */
static void remove_user(
		mclmr_directory_t *directory, mclmr_span_t word, mclmr_span_t mc_id)
{
	mclmr_service_t service = mclmr_service_from_word(word);
	const mclmr_user_t *old = find_user(directory, service, mc_id);

	if(old != NULL && mclmr_span_equal(old->row.mc_id, mc_id)) {
		mclmr_directory_remove_user(directory, service, mc_id);
	}
}

/* The user of a service word and an MC service ID, as the table has it. */
static iwf_db_result_t apply_user(mclmr_span_t service, mclmr_span_t mc_id,
		iwf_patience_t patience, iwf_db_error_t *error)
{
	iwf_db_rows_t rows;
	mclmr_user_row_t row;
	const char *why = NULL;
	iwf_db_result_t rc = iwf_db_user(service, mc_id, &rows, &row, error);

	if(rc == IWF_DB_OK) {
		mclmr_directory_t *directory = change_begin();

		if(rows.n > 0) {
			why = put_user(directory, &row, patience);
		} else {
			remove_user(directory, service, mc_id);
		}
		change_end();
		rc = verdict(why, error);
	}
	iwf_db_free(&rows);
	if(rc == IWF_DB_BAD_ROW && patience == IWF_WITHDRAW) {
		remove_user(change_begin(), service, mc_id);
		change_end();
	}
	return rc;
}

/* The rows that can be used by themselves, one over the limit at most; *why
 * tells what is wrong with one that cannot. */
static size_t usable_entries(const mclmr_directory_t *directory,
		const iwf_db_rows_t *rows, iwf_patience_t patience,
		mclmr_lmr_row_t usable[MCLMR_MAX_LMR_ENTRIES + 1], const char **why)
{
	size_t i, n = 0;

	for(i = 0; i < rows->n && n <= MCLMR_MAX_LMR_ENTRIES; i++) {
		long long id;
		const char *wrong = iwf_db_entry(rows, i, &id, &usable[n]);

		if(wrong == NULL) {
			wrong = mclmr_directory_check_entry(directory, &usable[n]);
		}
		if(wrong == NULL) {
			n++;
		} else if(patience == IWF_WITHDRAW) {
			iwf_db_leave_out_entry(id, wrong);
		} else {
			*why = wrong;
		}
	}
	return n;
}

/* Picks what may go in force of a person's rows; *why tells what may not. */
static size_t pick_entries(const iwf_db_rows_t *rows, iwf_patience_t patience,
		mclmr_lmr_row_t picked[MCLMR_MAX_LMR_ENTRIES + 1], const char **why)
{
	const mclmr_directory_t *directory = look_begin();
	size_t n = usable_entries(directory, rows, patience, picked, why);
	size_t left = mclmr_directory_drop_conflicts(directory, picked, n);

	look_end();
	if(n > MCLMR_MAX_LMR_ENTRIES) {
		*why = "too many LMR entries, all are withdrawn";
	} else if(left < n) {
		*why = "a second KMF for what may have one only, both are withdrawn";
	}
	return left;
}

/* Puts entries in force; where there is no memory for them, the old ones may
 * stay for a while. NULL, or what went wrong. */
static const char *put_entries(mclmr_span_t person, const mclmr_lmr_row_t *row,
		size_t n, iwf_patience_t patience)
{
	mclmr_directory_t *directory = change_begin();
	const char *why = mclmr_directory_put_entries(directory, person, row, n);

	if(why != NULL && patience == IWF_WITHDRAW) {
		mclmr_directory_put_entries(directory, person, NULL, 0);
	}
	change_end();
	return why;
}

/* The LMR entries of a person, as the table has them. */
static iwf_db_result_t apply_person(
		mclmr_span_t person, iwf_patience_t patience, iwf_db_error_t *error)
{
	iwf_db_rows_t rows;
	mclmr_lmr_row_t row[MCLMR_MAX_LMR_ENTRIES + 1];
	iwf_db_result_t rc = iwf_db_entries(person, &rows, error);

	if(rc == IWF_DB_OK) {
		const char *why = NULL;
		size_t n = pick_entries(&rows, patience, row, &why);
		const char *failed = put_entries(person, row, n, patience);

		rc = verdict(failed != NULL ? failed : why, error);
	}
	iwf_db_free(&rows);
	return rc;
}

/* The LMR user or group of a URI, as the table has it. */
static iwf_db_result_t apply_party(mclmr_party_kind_t kind, mclmr_span_t uri,
		iwf_patience_t patience, iwf_db_error_t *error)
{
	iwf_db_rows_t rows;
	mclmr_party_row_t row;
	const char *why = NULL;
	iwf_db_result_t rc = iwf_db_party(kind, uri, &rows, &row, error);

	if(rc == IWF_DB_OK) {
		mclmr_parties_t *parties =
				mclmr_directory_parties(change_begin(), kind);

		if(rows.n > 0) {
			why = mclmr_parties_put(parties, &row);
		}
		if(rows.n == 0 || (why != NULL && patience == IWF_WITHDRAW)) {
			mclmr_parties_remove(parties, uri);
		}
		change_end();
		rc = verdict(why, error);
	}
	iwf_db_free(&rows);
	return rc;
}

/* The small tables, all at once. */
static iwf_db_result_t apply_network(iwf_db_error_t *error)
{
	mclmr_network_t *network;
	iwf_db_result_t rc = iwf_db_load_network(&network, error);

	if(rc == IWF_DB_OK) {
		network = mclmr_directory_set_network(change_begin(), network);
		change_end();
		mclmr_network_free(network);
	}
	return rc;
}

iwf_db_result_t iwf_apply(mclmr_span_t table, mclmr_span_t item1,
		mclmr_span_t item2, iwf_patience_t patience, iwf_db_error_t *error)
{
	if(mclmr_span_equal(table, MCLMR_SPAN("users"))) {
		return apply_user(item1, item2, patience, error);
	}
	if(mclmr_span_equal(table, MCLMR_SPAN("lmr"))) {
		return apply_person(item1, patience, error);
	}
	if(mclmr_span_equal(table, MCLMR_SPAN("lmr_users"))) {
		return apply_party(MCLMR_LMR_USER, item1, patience, error);
	}
	if(mclmr_span_equal(table, MCLMR_SPAN("groups"))) {
		return apply_party(MCLMR_GROUP, item1, patience, error);
	}
	if(mclmr_span_equal(table, MCLMR_SPAN("plan"))) {
		return apply_network(error);
	}
	return IWF_DB_OK;
}
