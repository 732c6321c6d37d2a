/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Applies one change of the tables to a directory. */
#include "mclmr/sip/uri.h"
#include "apply.h"
#include "awaited.h"
#include "db.h"
#include "load.h"
#include "store.h"

/* The directory to change; the one in force is locked until change_end(). */
static mclmr_directory_t *change_begin(mclmr_directory_t *aside)
{
	return aside != NULL ? aside : iwf_store_write();
}

static void change_end(const mclmr_directory_t *aside)
{
	if(aside == NULL)
		iwf_store_write_end();
}

/* The same to look at only, which disturbs no reader; until look_end(). */
static const mclmr_directory_t *look_begin(const mclmr_directory_t *aside)
{
	return aside != NULL ? aside : iwf_store_read();
}

static void look_end(const mclmr_directory_t *aside)
{
	if(aside == NULL)
		iwf_store_read_end();
}

/* Fills the error if there is something wrong with a row. */
static mc_db_result_t verdict(const char *why, mc_db_error_t *error)
{
	if(why == NULL)
		return MC_DB_OK;
	mc_db_explain(error, "%s", why);
	return why == mclmr_no_memory ? MC_DB_UNSURE : MC_DB_BAD_ROW;
}

/* True if a change has to be out of force now. */
static bool is_withdrawn(mc_db_result_t rc, mc_patience_t patience)
{
	return patience == MC_WITHDRAW
		   && (rc == MC_DB_BAD_ROW || rc == MC_DB_UNSURE);
}

/* The user of a directory that has this MC service ID, however written. */
static const mclmr_user_t *find_user(const mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_id)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(!mclmr_uri_key_in(mc_id, &room, &key))
		return NULL;
	return mclmr_directory_user(directory, service, key);
}

/* A row that was left out may be used now. */
static bool wants_load;

/* Notes that the place of a URI is free, or a KMF is known. */
static void note_change(const mclmr_directory_t *aside, iwf_awaited_kind_t kind,
		mclmr_span_t uri)
{
	wants_load = wants_load || iwf_awaited_has(aside != NULL, kind, uri);
}

bool iwf_apply_wants_load(void)
{
	bool wants = wants_load;

	wants_load = false;
	return wants;
}

/* True for a row that is out of force as long as another spelling is there. */
static bool is_left_out(const char *why, mc_patience_t patience)
{
	return why == mclmr_other_spelling && patience == MC_WITHDRAW;
}

/* True if the person of a row has another ID of the service already. */
static bool place_taken(const mclmr_directory_t *directory,
		const mclmr_user_row_t *row, const mclmr_user_t *old)
{
	const mclmr_person_t *person =
			mclmr_directory_person(directory, row->person);

	return person != NULL && person->user[row->service] != NULL
		   && person->user[row->service] != old;
}

/* Puts a user in force. Another row that writes the same MC service ID
 * differently has the place: then this one has to wait until it is gone. *left:
 * the place is free now. */
static const char *put_user(mclmr_directory_t *directory,
		const mclmr_user_row_t *row, mc_patience_t patience, bool *left)
{
	const mclmr_user_t *old = find_user(directory, row->service, row->mc_id);
	const char *why;

	if(old != NULL && !mclmr_span_equal(old->row.mc_id, row->mc_id))
		return mclmr_other_spelling;
	*left = old != NULL && patience >= MC_GIVE_WAY
			&& place_taken(directory, row, old);
	if(*left)
		mclmr_directory_remove_user(directory, row->service, row->mc_id);
	why = mclmr_directory_put_user(directory, row);
	*left = *left && why != NULL;
	return why;
}

/* Removes the user of a row that is gone, and no namesake; true if there was
 * one. */
static bool remove_user(mclmr_directory_t *directory, mclmr_service_t service,
		mclmr_span_t mc_id)
{
	const mclmr_user_t *old = find_user(directory, service, mc_id);

	return old != NULL && mclmr_span_equal(old->row.mc_id, mc_id)
		   && mclmr_directory_remove_user(directory, service, mc_id);
}

/* The user that a change names by service word and MC service ID, as the table
 * has it. */
static mc_db_result_t apply_user(mclmr_directory_t *aside,
		const mc_change_t *change, mc_patience_t patience, mc_db_error_t *error)
{
	mclmr_service_t service = mclmr_service_from_word(change->item1);
	mclmr_span_t mc_id = change->item2;
	mc_named_rows_t rows;
	mclmr_user_row_t row;
	const char *why = NULL;
	bool left = false;
	mc_db_result_t rc = iwf_db_user(change, &rows, &row, error);

	if(rc == MC_DB_OK) {
		mclmr_directory_t *directory = change_begin(aside);

		if(rows.n > 0)
			why = put_user(directory, &row, patience, &left);
		else
			left = remove_user(directory, service, mc_id);
		change_end(aside);
		if(is_left_out(why, patience))
			iwf_awaited_add(
					aside != NULL, IWF_AWAITED_USER + row.service, row.mc_id);
		rc = verdict(why, error);
	}
	mc_named_free(&rows);
	if(is_withdrawn(rc, patience)) {
		left = remove_user(change_begin(aside), service, mc_id) || left;
		change_end(aside);
	}
	if(left)
		note_change(aside, IWF_AWAITED_USER + service, mc_id);
	return rc;
}

/* The rows that can be used by themselves, one over the limit at most; *why
 * tells what is wrong with one that cannot. */
static size_t usable_entries(const mclmr_directory_t *directory, bool aside,
		const mc_named_rows_t *rows, mc_patience_t patience,
		mclmr_lmr_row_t usable[MCLMR_MAX_LMR_ENTRIES + 1], const char **why)
{
	size_t i, n = 0;

	for(i = 0; i < rows->n && n <= MCLMR_MAX_LMR_ENTRIES; i++) {
		long long id;
		const char *wrong = iwf_db_entry(rows, i, &id, &usable[n]);

		if(wrong == NULL)
			wrong = mclmr_directory_check_entry(directory, &usable[n]);
		if(wrong == NULL)
			n++;
		else if(patience == MC_WITHDRAW)
			iwf_load_leave_out_entry(aside, id, usable[n].kmf, wrong);
		else
			*why = wrong;
	}
	return n;
}

/* Picks what may go in force of a person's rows; *why tells what may not. */
static size_t pick_entries(const mclmr_directory_t *aside,
		const mc_named_rows_t *rows, mc_patience_t patience,
		mclmr_lmr_row_t picked[MCLMR_MAX_LMR_ENTRIES + 1], const char **why)
{
	const mclmr_directory_t *directory = look_begin(aside);
	size_t n = usable_entries(
			directory, aside != NULL, rows, patience, picked, why);
	size_t left = mclmr_directory_drop_conflicts(directory, picked, n);

	look_end(aside);
	if(n > MCLMR_MAX_LMR_ENTRIES)
		*why = "too many LMR entries, all are withdrawn";
	else if(left < n)
		*why = "a second KMF for what may have one only, both are withdrawn";
	return left;
}

/* Puts entries in force; without memory for them, the old ones may
 * stay for a while. NULL, or what went wrong. */
static const char *put_entries(mclmr_directory_t *aside, mclmr_span_t person,
		const mclmr_lmr_row_t *row, size_t n, mc_patience_t patience)
{
	mclmr_directory_t *directory = change_begin(aside);
	const char *why = mclmr_directory_put_entries(directory, person, row, n);

	if(why != NULL && patience == MC_WITHDRAW)
		mclmr_directory_put_entries(directory, person, NULL, 0);
	change_end(aside);
	return why;
}

/* The LMR entries of the person that a change names, as the table has them. */
static mc_db_result_t apply_person(mclmr_directory_t *aside,
		const mc_change_t *change, mc_patience_t patience, mc_db_error_t *error)
{
	mclmr_span_t person = change->item1;
	mc_named_rows_t rows;
	mclmr_lmr_row_t row[MCLMR_MAX_LMR_ENTRIES + 1];
	mc_db_result_t rc = iwf_db_entries(change, &rows, error);

	if(rc == MC_DB_OK) {
		const char *why = NULL;
		size_t n = pick_entries(aside, &rows, patience, row, &why);
		const char *failed = put_entries(aside, person, row, n, patience);

		rc = verdict(failed != NULL ? failed : why, error);
	} else if(rows.more || is_withdrawn(rc, patience)) {
		put_entries(aside, person, NULL, 0, patience);
	}
	mc_named_free(&rows);
	return rc;
}

/* The LMR user or group that a change names, as the table has it. */
static mc_db_result_t apply_party(mclmr_directory_t *aside,
		mclmr_party_kind_t kind, const mc_change_t *change,
		mc_patience_t patience, mc_db_error_t *error)
{
	mc_named_rows_t rows;
	mclmr_party_row_t row;
	mc_db_result_t rc = iwf_db_party(kind, change, &rows, &row, error);
	bool left = false;

	if(rc != MC_DB_FAILED) {
		mclmr_parties_t *parties =
				mclmr_directory_parties(change_begin(aside), kind);
		const char *why = NULL;

		if(rc == MC_DB_OK && rows.n > 0) {
			why = mclmr_parties_put(parties, &row);
			rc = verdict(why, error);
		}
		if((rc == MC_DB_OK && rows.n == 0) || is_withdrawn(rc, patience))
			left = mclmr_parties_remove(parties, change->item1);
		change_end(aside);
		if(is_left_out(why, patience))
			iwf_awaited_add(aside != NULL, IWF_AWAITED_PARTY + kind, row.uri);
	}
	mc_named_free(&rows);
	if(left)
		note_change(aside, IWF_AWAITED_PARTY + kind, change->item1);
	return rc;
}

/* Notes the KMFs that are known, by any name. */
static void note_kmfs(
		const mclmr_directory_t *aside, const mclmr_network_t *network)
{
	const mclmr_kmf_t *kmf;

	for(size_t i = 0; (kmf = mclmr_network_kmf_at(network, i)) != NULL; i++) {
		note_change(aside, IWF_AWAITED_KMF, kmf->uri);
		for(size_t j = 0; j < kmf->aliases; j++)
			note_change(aside, IWF_AWAITED_KMF, kmf->alias[j]);
	}
}

/* The small tables, all at once. */
static mc_db_result_t apply_network(
		mclmr_directory_t *aside, mc_db_error_t *error)
{
	mclmr_network_t *network;
	mc_db_result_t rc =
			iwf_load_network(iwf_db(), aside != NULL, &network, error);

	if(rc == MC_DB_OK) {
		note_kmfs(aside, network);
		network = mclmr_directory_set_network(change_begin(aside), network);
		change_end(aside);
		mclmr_network_free(network);
	}
	return rc;
}

/* True for a change whose items are not whole: no row of it can be in force,
 * and none is read. */
static bool is_cut(const mc_change_t *change)
{
	return mc_row_is_too_long(change->item1)
		   || mc_row_is_too_long(change->item2);
}

mc_db_result_t iwf_apply(mclmr_directory_t *aside, const mc_change_t *change,
		mc_patience_t patience, mc_db_error_t *error)
{
	if(mclmr_span_equal(change->table, MCLMR_SPAN("plan")))
		return apply_network(aside, error);
	if(is_cut(change))
		return verdict("a text is longer than 255 characters", error);
	if(mclmr_span_equal(change->table, MCLMR_SPAN("users")))
		return apply_user(aside, change, patience, error);
	if(mclmr_span_equal(change->table, MCLMR_SPAN("lmr")))
		return apply_person(aside, change, patience, error);
	if(mclmr_span_equal(change->table, MCLMR_SPAN("lmr_users")))
		return apply_party(aside, MCLMR_LMR_USER, change, patience, error);
	if(mclmr_span_equal(change->table, MCLMR_SPAN("groups")))
		return apply_party(aside, MCLMR_GROUP, change, patience, error);
	return MC_DB_OK;
}
