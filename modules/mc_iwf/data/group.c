/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Changes the codec of a group: any process asks, the refresh process does
 * it. */
#include <stdio.h>
#include <string.h>

#include "core/dprint.h"
#include "core/locking.h"
#include "core/mem/shm_mem.h"
#include "core/ut.h"

#include "mc_common/clock.h"
#include "mc_iwf/config.h"
#include "mclmr/sip/uri.h"
#include "db.h"
#include "group.h"
#include "profiles.h"
#include "store.h"

#define WAIT_MS 5000LL
#define LOOK_US 10000 /* how often an asker looks for its answer */
#define URI_SIZE 256
#define WORD_SIZE (MCLMR_PARTY_WORD + 1)

/* One change. */
typedef struct change
{
	char group[URI_SIZE];
	char codec[WORD_SIZE];
	char profile[WORD_SIZE]; /* empty: stays */
	mclmr_status_t status;
	char error[IWF_GROUP_ERROR];
} change_t;

typedef enum place_state
{
	FREE,
	ASKED,
	SERVED, /* being done */
	ANSWERED
} place_state_t;

/* Where one change at a time waits for the refresh process. */
typedef struct place
{
	gen_lock_t lock;
	place_state_t state;
	unsigned number;	/* of the request */
	long long taken_ms; /* when it was put */
	change_t change;
} place_t;

static place_t *place;

int iwf_group_init(void)
{
	place = shm_malloc(sizeof(*place));
	if(place == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	memset(place, 0, sizeof(*place));
	if(lock_init(&place->lock) != NULL)
		return 0;
	LM_ERR("cannot make the lock\n");
	shm_free(place);
	place = NULL;
	return -1;
}

void iwf_group_destroy(void)
{
	if(place == NULL)
		return;
	lock_destroy(&place->lock);
	shm_free(place);
	place = NULL;
}

/* Notes how a change went. */
static mclmr_status_t finish(
		change_t *change, mclmr_status_t status, const char *error)
{
	change->status = status;
	snprintf(change->error, sizeof(change->error), "%s", error);
	return status;
}

/* Copies a text; false if it is too long. */
static bool copy_text(char *to, size_t size, mclmr_span_t text)
{
	if(text.len >= size || (text.len > 0 && memchr(text.s, '\0', text.len)))
		return false;
	if(text.len > 0)
		memcpy(to, text.s, text.len);
	to[text.len] = '\0';
	return true;
}

/* The group's URI as the table has it, in place of the one that was asked
 * for. */
static mclmr_status_t find_group(change_t *change)
{
	mclmr_uri_room_t room;
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_party_t *group = NULL;
	mclmr_span_t key;
	bool found;

	if(directory != NULL
			&& mclmr_uri_key_in(mclmr_span(change->group), &room, &key))
		group = mclmr_directory_party(directory, MCLMR_GROUP, key);
	found = group != NULL && copy_text(change->group, URI_SIZE, group->row.uri);
	iwf_store_read_end();
	return found ? MCLMR_OK
				 : finish(change, MCLMR_GROUP_UNKNOWN, "group is not known");
}

/* Does the profile permit the codec? */
static mclmr_status_t check_policy(change_t *change, const char *profile)
{
	static mclmr_profile_t forced;
	const mclmr_profiles_t *profiles = lmr_profiles_get();
	const mclmr_profile_t *found;
	const char *wrong;

	if(profiles == NULL)
		return finish(change, MCLMR_PROFILE_UNKNOWN,
				"there are no media profiles: see parameter policies");
	found = mclmr_profile_find(profiles, mclmr_span(profile));
	if(found == NULL)
		return finish(
				change, MCLMR_PROFILE_UNKNOWN, "media profile is not known");
	if(change->codec[0] == '\0')
		return MCLMR_OK;
	wrong = mclmr_profile_force(
			profiles, found, mclmr_span(change->codec), &forced);
	return wrong == NULL ? MCLMR_OK : finish(change, MCLMR_MEDIA_DENIED, wrong);
}

/* The group's row as the database has it now, in texts of the caller. */
typedef struct row
{
	char psi[URI_SIZE];
	char profile[WORD_SIZE];
	char codec[WORD_SIZE];
} row_t;

/* Reads the row of a group. */
static mclmr_status_t read_row(change_t *change, row_t *row)
{
	mclmr_party_row_t found;
	mc_db_rows_t rows;
	mc_db_error_t error;
	mclmr_status_t status = MCLMR_OK;
	mc_db_result_t rc =
			iwf_db_group(mclmr_span(change->group), &rows, &found, &error);

	if(rc == MC_DB_FAILED)
		status = finish(change, MCLMR_INTERNAL, "the database does not answer");
	else if(rc == MC_DB_OK && rows.n == 0)
		status = finish(
				change, MCLMR_GROUP_UNKNOWN, "group is not in the table");
	else if(rc == MC_DB_BAD_ROW || !copy_text(row->psi, URI_SIZE, found.psi)
			|| !copy_text(row->profile, WORD_SIZE, found.profile)
			|| !copy_text(row->codec, WORD_SIZE, found.codec))
		status = finish(
				change, MCLMR_INTERNAL, "the row of the group cannot be used");
	mc_db_free(&rows);
	return status;
}

/* Puts what the database has now in force. */
static mclmr_status_t put_in_force(change_t *change, const row_t *row)
{
	const mclmr_party_row_t party = {mclmr_span(change->group),
			mclmr_span(row->psi), mclmr_span(row->profile),
			mclmr_span(row->codec)};
	mclmr_directory_t *directory = iwf_store_write();
	const char *wrong = mclmr_parties_put(
			mclmr_directory_parties(directory, MCLMR_GROUP), &party);

	iwf_store_write_end();
	return wrong == NULL ? MCLMR_OK : finish(change, MCLMR_INTERNAL, wrong);
}

/* Changes the row, if it was not changed since it was checked. */
static mclmr_status_t change_row(change_t *change, const row_t *old)
{
	const char *profile =
			change->profile[0] != '\0' ? change->profile : old->profile;
	const mclmr_party_row_t before = {.uri = mclmr_span(change->group),
			.profile = mclmr_span(old->profile),
			.codec = mclmr_span(old->codec)};
	const mclmr_party_row_t after = {
			.profile = mclmr_span(profile), .codec = mclmr_span(change->codec)};
	row_t row;

	if(iwf_db_change_group(&before, &after) != MC_DB_OK)
		return finish(change, MCLMR_INTERNAL,
				"the database refuses the change: see its rights");
	if(read_row(change, &row) != MCLMR_OK)
		return change->status;
	if(strcmp(row.profile, profile) != 0
			|| strcmp(row.codec, change->codec) != 0)
		return finish(change, MCLMR_INTERNAL,
				"another writer changed the row at this moment");
	return put_in_force(change, &row);
}

/* Does a change from the first check to the last. */
static mclmr_status_t carry_out(change_t *change)
{
	row_t row;

	if(find_group(change) != MCLMR_OK || read_row(change, &row) != MCLMR_OK
			|| check_policy(change, change->profile[0] != '\0' ? change->profile
															   : row.profile)
					   != MCLMR_OK
			|| change_row(change, &row) != MCLMR_OK)
		return change->status;
	return finish(change, MCLMR_OK, "");
}

/* Takes what was asked; false if nothing was. */
static bool take_request(change_t *change, unsigned *number)
{
	bool asked;

	if(place == NULL)
		return false;
	lock_get(&place->lock);
	asked = place->state == ASKED;
	if(asked) {
		place->state = SERVED;
		*number = place->number;
		*change = place->change;
	}
	lock_release(&place->lock);
	return asked;
}

/* Gives the answer, if the asker still waits for it. */
static void answer(const change_t *change, unsigned number)
{
	lock_get(&place->lock);
	if(place->state == SERVED && place->number == number) {
		place->state = ANSWERED;
		place->change = *change;
	}
	lock_release(&place->lock);
}

void iwf_group_serve(void)
{
	change_t change;
	unsigned number;

	if(!take_request(&change, &number))
		return;
	if(carry_out(&change) == MCLMR_OK)
		LM_NOTICE("group %s: codec \"%s\"%s%s\n", change.group, change.codec,
				change.profile[0] != '\0' ? ", profile " : "", change.profile);
	answer(&change, number);
}

void iwf_group_refuse(void)
{
	change_t change;
	unsigned number;

	if(!take_request(&change, &number))
		return;
	finish(&change, MCLMR_INTERNAL, "the database does not answer");
	answer(&change, number);
}

/* Puts a change, if the place is free or its asker has gone. */
static bool put_request(const change_t *change, unsigned *number)
{
	long long now = mc_clock_ms();
	bool put;

	lock_get(&place->lock);
	put = place->state == FREE || now - place->taken_ms > 2 * WAIT_MS;
	if(put) {
		place->state = ASKED;
		place->taken_ms = now;
		place->change = *change;
		*number = ++place->number;
	}
	lock_release(&place->lock);
	return put;
}

/* Takes the answer, if it is there. */
static bool take_answer(change_t *change, unsigned number)
{
	bool done;

	lock_get(&place->lock);
	done = place->number == number && place->state == ANSWERED;
	if(done) {
		*change = place->change;
		place->state = FREE;
	}
	lock_release(&place->lock);
	return done;
}

/* Takes a request back that was not begun; false if it is being done:
 * then its answer frees the place later on. */
static bool take_back(unsigned number)
{
	bool taken;

	lock_get(&place->lock);
	taken = place->number == number && place->state == ASKED;
	if(taken)
		place->state = FREE;
	lock_release(&place->lock);
	return taken;
}

/* Asks and waits. */
static mclmr_status_t ask(change_t *change)
{
	long long end = mc_clock_ms() + WAIT_MS;
	unsigned number;

	while(!put_request(change, &number)) {
		if(mc_clock_ms() > end)
			return finish(change, MCLMR_INTERNAL, "too many such requests");
		sleep_us(LOOK_US);
	}
	while(!take_answer(change, number)) {
		if(mc_clock_ms() > end)
			return finish(change, MCLMR_INTERNAL,
					take_back(number) ? "no answer in time"
									  : "no answer in time, it may still come");
		sleep_us(LOOK_US);
	}
	return change->status;
}

mclmr_status_t iwf_group_codec(mclmr_span_t group, mclmr_span_t codec,
		mclmr_span_t profile, char error[IWF_GROUP_ERROR])
{
	change_t change = {.status = MCLMR_OK};

	if(place == NULL || iwf_config.db_url.len <= 0)
		finish(&change, MCLMR_INTERNAL, "no db_url is configured");
	else if(!copy_text(change.group, URI_SIZE, group))
		finish(&change, MCLMR_GROUP_UNKNOWN, "group is not known");
	else if(!copy_text(change.profile, WORD_SIZE, profile))
		finish(&change, MCLMR_PROFILE_UNKNOWN, "media profile is not known");
	else if(!copy_text(change.codec, WORD_SIZE, codec))
		finish(&change, MCLMR_MEDIA_DENIED, "codec is not known");
	else
		ask(&change);
	snprintf(error, IWF_GROUP_ERROR, "%s", change.error);
	return change.status;
}
