/* SPDX-License-Identifier: GPL-2.0-or-later */

/* journal: nodes that save what changes into one database, and read there what
 * others have saved, know the same in the end; the later change counts. */
#include <stdio.h>
#include <stdlib.h>

#include "mclmr/binding/journal.h"
#include "heap.h"
#include "spans.h"

#define BEGIN INT64_C(1700000000)
#define SCSCF "sip:127.0.0.5:6060"
#define ALICE "sip:alice@ims.example.org"
#define BOB "sip:bob@ims.example.org"
#define TEL "tel:+15550001"
#define ID "sip:alice@mc.example.org"

#define NODES 3
#define ROWS 40000
#define LINE 400

/* What was saved, in this order. */
static struct row
{
	char line[LINE];
	size_t len;
	int64_t stamp, expires;
	int node;
} rows[ROWS];
static size_t n_rows;

static int64_t ms; /* the clock of all nodes */
static mclmr_bindings_t *store[NODES];
static size_t seen[NODES]; /* rows that were read */

/* Two changes are never of one time. */
static int64_t clock_us(void)
{
	static int64_t us;

	us = (us + 1) % 1000;
	return 1000 * ms + us;
}

static int64_t now(void)
{
	return ms / 1000;
}

static mclmr_bindings_t *new_store(void)
{
	mclmr_bindings_t *made = mclmr_bindings_new(&allocator, now());

	assert_non_null(made);
	assert_true(mclmr_bindings_keep_journal(made, clock_us));
	return made;
}

static int begin(void **state)
{
	(void)state;
	heap_refill();
	ms = BEGIN * 1000;
	n_rows = 0;
	for(int i = 0; i < NODES; i++) {
		store[i] = new_store();
		seen[i] = 0;
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	for(int i = 0; i < NODES; i++)
		mclmr_bindings_free(store[i]);
	assert_int_equal(heap.blocks, 0);
	return 0;
}

/* What one save takes. */
typedef struct taken
{
	int node;
	size_t left, n;
	struct
	{
		char impu[80];
		int64_t stamp;
	} of[100];
} taken_t;

static bool take(void *data, const mclmr_record_t *record)
{
	taken_t *taken = data;
	struct row *row = &rows[n_rows];
	mclmr_arena_t arena = mclmr_arena(row->line, LINE);
	mclmr_text_t text = mclmr_text(&arena);
	mclmr_span_t line;

	if(taken->left-- == 0)
		return false;
	assert_true(n_rows++ < ROWS);
	mclmr_record_write(record, &text);
	assert_true(mclmr_text_done(&text, &line));
	assert_ptr_equal(line.s, row->line);
	row->len = line.len;
	row->stamp = record->stamp;
	row->expires = record->expires;
	row->node = taken->node;
	snprintf(taken->of[taken->n].impu, 80, "%.*s",
			MCLMR_FMT(record->set.key[0]));
	taken->of[taken->n++].stamp = record->stamp;
	return true;
}

/* Saves at most so many changes of a node. */
static size_t save(int node, size_t most)
{
	taken_t taken = {.node = node, .left = most};

	mclmr_bindings_unsaved(store[node], take, &taken);
	for(size_t i = 0; i < taken.n; i++)
		mclmr_bindings_saved(
				store[node], mclmr_span(taken.of[i].impu), taken.of[i].stamp);
	return taken.n;
}

/* Merges a row. */
static bool merge(mclmr_bindings_t *into, const struct row *row)
{
	char memory[4096];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_record_t record = {.stamp = row->stamp, .expires = row->expires};

	assert_null(mclmr_record_read(
			(mclmr_span_t){row->line, row->len}, &arena, &record));
	return mclmr_bindings_merge(into, &record, now());
}

/* Has a node read at most so many rows. */
static void read_rows(int node, size_t most)
{
	for(; most > 0 && seen[node] < n_rows; most--, seen[node]++) {
		if(rows[seen[node]].node != node)
			assert_true(merge(store[node], &rows[seen[node]]));
	}
}

/* All nodes save and read what there is. */
static void settle(void)
{
	bool more = true;

	while(more) {
		more = false;
		for(int i = 0; i < NODES; i++)
			more = save(i, 100) > 0 || more;
		for(int i = 0; i < NODES; i++)
			read_rows(i, ROWS);
	}
	for(int i = 0; i < NODES; i++)
		assert_int_equal(mclmr_bindings_count_unsaved(store[i]), 0);
}

static void registers(int node, const char *uris, int64_t seconds)
{
	mclmr_span_t list = mclmr_span(uris);
	mclmr_implicit_set_t set = {0};
	const mclmr_registration_row_t row = {.set = &set,
			.scscf = MCLMR_SPAN(SCSCF),
			.expires = now() + seconds};

	while(list.len > 0)
		set.key[set.n++] = mclmr_span_cut(&list, ' ');
	assert_true(mclmr_bindings_register(store[node], &row, now()));
}

static bool ends(int node, const char *uri)
{
	return mclmr_bindings_end(store[node], mclmr_span(uri), now(), now());
}

static mclmr_binding_fate_t binds(
		int node, const char *uri, const char *id, const char *client)
{
	const mclmr_binding_t row = {.service = MCLMR_SERVICE_MCPTT,
			.mc_key = mclmr_span(id),
			.client_id = mclmr_span(client),
			.etag = MCLMR_SPAN("tag"),
			.expires = now() + 50,
			.latest = now() + 60};

	return mclmr_bindings_bind(
			store[node], mclmr_span(uri), &row, MCLMR_REBIND_ADD, now());
}

static bool unbinds(int node, const char *uri, const char *client)
{
	const mclmr_binding_t row = {
			.service = MCLMR_SERVICE_MCPTT, .client_id = mclmr_span(client)};

	return mclmr_bindings_unbind(store[node], mclmr_span(uri), &row);
}

static const mclmr_registration_t *find(int node, const char *uri)
{
	return mclmr_bindings_find(store[node], mclmr_span(uri), now());
}

static bool is_bound(int node, const char *uri, const char *id)
{
	const mclmr_registration_t *found = find(node, uri);

	return found != NULL
		   && mclmr_registration_binds(
				   found, MCLMR_SERVICE_MCPTT, mclmr_span(id), now());
}

/* A registration with all that it has is known to the others once it is saved,
 * and to a node that begins. */
static void test_told(void **state)
{
	const mclmr_registration_t *found;

	(void)state;
	registers(0, ALICE " " TEL, 100);
	assert_int_equal(binds(0, TEL, ID, "a"), MCLMR_BOUND);
	assert_int_equal(mclmr_bindings_count_unsaved(store[0]), 1);
	assert_null(find(1, ALICE));
	settle();
	assert_int_equal(n_rows, 1);
	for(int i = 0; i < NODES; i++) {
		found = find(i, TEL);
		assert_non_null(found);
		assert_text(found->key[0], ALICE);
		assert_text(found->scscf, SCSCF);
		assert_int_equal(found->expires, now() + 100);
		assert_text(found->binding->mc_key, ID);
		assert_text(found->binding->client_id, "a");
		assert_text(found->binding->etag, "tag");
		assert_int_equal(found->binding->expires, now() + 50);
		assert_int_equal(found->binding->latest, now() + 60);
	}
	ms += 100000;
	for(int i = 0; i < NODES; i++) {
		assert_null(find(i, ALICE));
		(void)mclmr_bindings_expire(store[i], now(), 100);
		assert_int_equal(mclmr_bindings_count(store[i]).registrations, 0);
	}
}

/* All nodes know which of several clients was the last. */
static void test_order(void **state)
{
	(void)state;
	registers(0, ALICE, 100);
	assert_int_equal(binds(0, ALICE, ID, "a"), MCLMR_BOUND);
	assert_int_equal(binds(0, ALICE, ID, "b"), MCLMR_BOUND);
	settle();
	for(int i = 0; i < NODES; i++)
		assert_text(find(i, ALICE)->binding->client_id, "b");
}

/* Every kind of change is one to be saved, and nothing else is. */
static void test_changes(void **state)
{
	const struct row *last;

	(void)state;
	for(int i = 0; i < 8; i++) {
		size_t before = n_rows;

		ms += 1000;
		switch(i) {
			case 0:
				registers(0, ALICE, 100);
				break;
			case 1: /* a refresh */
				registers(0, ALICE, 100);
				break;
			case 2:
				assert_int_equal(binds(0, ALICE, ID, "a"), MCLMR_BOUND);
				break;
			case 3:
				assert_true(unbinds(0, ALICE, "a"));
				break;
			case 4: /* another set */
				registers(0, ALICE " " TEL, 100);
				break;
			case 5: /* a grace */
				assert_true(mclmr_bindings_end(
						store[0], mclmr_span(TEL), now() + 9, now()));
				break;
			case 6:
				assert_true(ends(0, TEL));
				break;
			default: /* of one that is not here */
				assert_false(ends(0, BOB));
		}
		settle();
		assert_int_equal(n_rows, before + 1);
	}
	last = &rows[n_rows - 1];
	assert_text((mclmr_span_t){last->line, last->len}, "impu=" BOB " ended");
	assert_false(unbinds(0, ALICE, "b"));
	assert_false(
			mclmr_bindings_end(store[0], mclmr_span(BOB), now() + 9, now()));
	settle();
	assert_int_equal(n_rows, 8);
}

/* Expires 0 on one node ends what another one has said, whichever of the two is
 * saved first. */
static void test_end_elsewhere(void **state)
{
	(void)state;
	for(int first = 0; first < 2; first++) {
		registers(0, ALICE, 100);
		ms += 10;
		(void)ends(1, ALICE);
		(void)save(first, 100);
		(void)save(!first, 100);
		settle();
		for(int i = 0; i < NODES; i++)
			assert_null(find(i, ALICE));
		ms += 10;
		registers(1, ALICE, 100);
		settle();
		for(int i = 0; i < NODES; i++)
			assert_non_null(find(i, ALICE));
	}
}

/* The later of two registrations counts, in whatever order they are read. */
static void test_conflict(void **state)
{
	(void)state;
	for(int later = 0; later < 2; later++) {
		for(int first = 0; first < 2; first++) {
			registers(!later, ALICE " " TEL, 100);
			ms += 1;
			registers(later, ALICE, 200);
			(void)save(first, 100);
			settle();
			for(int i = 0; i < NODES; i++) {
				assert_non_null(find(i, ALICE));
				assert_null(find(i, TEL));
				assert_int_equal(find(i, ALICE)->expires, now() + 200);
			}
			ms += 1000;
		}
	}
}

/* A row that comes late, for its node was cut off, does not bring back what has
 * ended since. */
static void test_late(void **state)
{
	struct row late;

	(void)state;
	registers(0, ALICE, 5000);
	(void)save(0, 1);
	late = rows[0];
	n_rows = 0;
	ms += 1000;
	assert_false(ends(1, ALICE));
	settle();
	ms += 1000LL * (MCLMR_GRAVE_SECONDS - 10);
	for(int i = 0; i < NODES; i++) {
		(void)mclmr_bindings_expire(store[i], now(), 100);
		assert_true(merge(store[i], &late));
		assert_null(find(i, ALICE));
	}
	/* A grave is given back in the end. */
	ms += 20000;
	for(int i = 0; i < NODES; i++)
		(void)mclmr_bindings_expire(store[i], now(), 100);
	assert_true(merge(store[2], &late));
	assert_non_null(find(2, ALICE));
}

/* Nor does a node that was cut off for long, which still has what has ended: the
 * end is known as long as the registration would have lasted. */
static void test_cut_off(void **state)
{
	size_t place = 0, last;

	(void)state;
	registers(0, ALICE " " TEL, 600000);
	registers(0, BOB, 600000);
	settle();
	ms += 1000;
	assert_true(ends(0, ALICE));
	registers(0, TEL, 600000);
	assert_true(ends(0, BOB));
	assert_false(ends(0, BOB));
	(void)save(0, 100);
	last = n_rows;
	read_rows(1, ROWS);
	ms += 1000 * 500000LL;
	for(int i = 0; i < NODES; i++)
		(void)mclmr_bindings_expire(store[i], now(), 100);
	assert_non_null(find(2, BOB));
	mclmr_bindings_load_begin(store[2]);
	for(size_t i = 0; i < last; i++) {
		if(rows[i].expires >= now() && i > 1)
			assert_true(merge(store[2], &rows[i]));
	}
	do
		place = mclmr_bindings_load_end(store[2], place, 100);
	while(place != 0);
	assert_null(find(2, ALICE));
	assert_null(find(2, BOB));
	assert_non_null(find(2, TEL));
	/* The others do not believe old rows. */
	for(int i = 0; i < NODES; i++) {
		assert_true(merge(store[i], &rows[0]));
		assert_true(merge(store[i], &rows[1]));
		assert_null(find(i, ALICE));
		assert_null(find(i, BOB));
	}
}

/* A registration that ends another one by an identity of its set ends it on all
 * nodes, by its name. */
static void test_foreign_set(void **state)
{
	(void)state;
	registers(0, ALICE " " TEL, 100);
	settle();
	ms += 10;
	registers(1, BOB " " TEL, 100);
	settle();
	for(int i = 0; i < NODES; i++) {
		assert_null(find(i, ALICE));
		assert_text(find(i, TEL)->key[0], BOB);
		assert_int_equal(mclmr_bindings_count(store[i]).registrations, 1);
	}
	ms += 10;
	assert_true(ends(2, TEL));
	settle();
	for(int i = 0; i < NODES; i++)
		assert_int_equal(mclmr_bindings_count(store[i]).registrations, 0);
	/* A node that begins knows no one, in whatever order it reads. */
	mclmr_bindings_free(store[0]);
	store[0] = new_store();
	for(size_t i = n_rows; i > 0; i--)
		assert_true(merge(store[0], &rows[i - 1]));
	assert_int_equal(mclmr_bindings_count(store[0]).registrations, 0);
}

/* An older row takes no identity from a later registration. */
static void test_older_set(void **state)
{
	struct row old;

	(void)state;
	registers(0, ALICE " " TEL, 100);
	(void)save(0, 1);
	old = rows[0];
	n_rows = 0;
	ms += 10;
	registers(1, BOB " " TEL, 100);
	assert_true(merge(store[1], &old));
	assert_null(find(1, ALICE));
	assert_text(find(1, TEL)->key[0], BOB);
}

/* What ends while it could not be saved ends for the others, too. */
static void test_outage(void **state)
{
	(void)state;
	registers(0, ALICE, 1000);
	settle();
	ms += 1000;
	registers(0, ALICE, 5);
	ms += 6000;
	(void)mclmr_bindings_expire(store[0], now(), 100);
	assert_null(find(0, ALICE));
	assert_non_null(find(1, ALICE));
	settle();
	assert_null(find(1, ALICE));
}

/* A refresh on another node outlives the end in time of a registration that
 * could not be saved. */
static void test_end_in_time(void **state)
{
	(void)state;
	registers(0, ALICE, 10);
	ms += 5000;
	registers(1, ALICE, 100);
	ms += 6000;
	(void)mclmr_bindings_expire(store[0], now(), 100);
	settle();
	for(int i = 0; i < NODES; i++)
		assert_non_null(find(i, ALICE));
}

/* What one node is told of a registration and what another one is told of its
 * clients count both, whichever is the later; so does its end. A node that
 * begins knows the same. */
static void test_halves(void **state)
{
	(void)state;
	for(int way = 0; way < 8; way++) {
		int end = way & 1, last = way >> 1 & 1, first = way >> 2 & 1;
		int64_t until;

		registers(0, ALICE " " TEL, 600);
		assert_int_equal(binds(0, ALICE, ID, "old"), MCLMR_BOUND);
		settle();
		ms += 500;
		until = now() + 9000;
		for(int i = 0; i < 2; i++) {
			if(i == last)
				assert_int_equal(binds(1, TEL, BOB, "new"), MCLMR_BOUND);
			else if(end)
				assert_true(ends(0, ALICE));
			else
				registers(0, ALICE, 9000);
			ms += 1;
		}
		(void)save(first, 100);
		settle();
		mclmr_bindings_free(store[2]);
		store[2] = new_store();
		for(size_t i = n_rows; i > 0; i--)
			assert_true(merge(store[2], &rows[i - 1]));
		for(int i = 0; i < NODES; i++) {
			assert_true((find(i, ALICE) == NULL) == end);
			assert_null(find(i, TEL));
			if(end)
				continue;
			assert_int_equal(find(i, ALICE)->expires, until);
			assert_true(is_bound(i, ALICE, BOB));
			assert_true(is_bound(i, ALICE, ID));
		}
		ms += 1000;
	}
}

/* A client that binds an ID takes no identity from a registration that was told
 * before, but later than its own. */
static void test_bound_is_no_registration(void **state)
{
	(void)state;
	registers(0, ALICE " " TEL, 100);
	settle();
	ms += 10;
	registers(0, BOB " " TEL, 100);
	ms += 10;
	assert_int_equal(binds(1, ALICE, ID, "a"), MCLMR_BOUND);
	settle();
	for(int i = 0; i < NODES; i++) {
		assert_null(find(i, ALICE));
		assert_text(find(i, TEL)->key[0], BOB);
	}
}

/* What has changed since it was taken is not saved. */
static void test_changed_meanwhile(void **state)
{
	(void)state;
	registers(0, ALICE, 100);
	settle();
	registers(0, ALICE, 100);
	mclmr_bindings_saved(store[0], mclmr_span(ALICE), rows[0].stamp);
	assert_int_equal(mclmr_bindings_count_unsaved(store[0]), 1);
	mclmr_bindings_saved(store[0], mclmr_span(BOB), rows[0].stamp);
	assert_int_equal(mclmr_bindings_count_unsaved(store[0]), 1);
}

/* After a load that did not have them all, the rest is saved once more. */
static void test_load(void **state)
{
	size_t place = 0;

	(void)state;
	registers(0, ALICE, 100);
	registers(0, BOB, 100);
	registers(0, TEL, 100);
	settle();
	mclmr_bindings_load_begin(store[0]);
	assert_true(merge(store[0], &rows[0]));
	ms += 1;
	registers(1, BOB, 200);
	(void)save(1, 1);
	assert_true(merge(store[0], &rows[n_rows - 1]));
	do
		place = mclmr_bindings_load_end(store[0], place, 100);
	while(place != 0);
	assert_int_equal(mclmr_bindings_count_unsaved(store[0]), 1);
	settle();
	assert_text((mclmr_span_t){rows[n_rows - 1].line, rows[n_rows - 1].len},
			"impu=" TEL " scscf=" SCSCF);
}

/* A clock that was set back, or is slower than that of another, makes no change
 * an earlier one. */
static void test_clock_set_back(void **state)
{
	(void)state;
	registers(0, ALICE, 5000);
	settle();
	ms -= 3600000;
	registers(1, ALICE " " TEL, 9000);
	settle();
	assert_non_null(find(0, TEL));
	ms -= 1000;
	registers(0, ALICE, 9000);
	settle();
	assert_null(find(1, TEL));
	assert_true(ends(2, ALICE));
	settle();
	assert_null(find(0, ALICE));
	ms -= 1000;
	assert_false(ends(1, ALICE));
	settle();
	registers(2, ALICE, 9000);
	settle();
	assert_non_null(find(0, ALICE));
}

/* Without memory a record is not taken over, and nothing has changed. */
static void test_memory(void **state)
{
	char id[3000] = "sip:";
	size_t refused = 0;

	(void)state;
	registers(0, ALICE, 100);
	assert_int_equal(binds(0, ALICE, ID, "a"), MCLMR_BOUND);
	settle();
	for(int i = 0; i < 40; i++) {
		registers(0, ALICE, 100);
		memset(id + 4, 'a' + i % 26, 100);
		assert_int_equal(binds(0, ALICE, id, "a"), MCLMR_BOUND);
		(void)save(0, 1);
	}
	for(size_t left = 0; left < 12; left++) {
		mclmr_bindings_t *made;

		heap_refill();
		heap.left = left;
		made = mclmr_bindings_new(&allocator, now());
		if(made == NULL || !mclmr_bindings_keep_journal(made, clock_us))
			refused++;
		else if(!merge(made, &rows[0])) {
			assert_null(mclmr_bindings_find(made, mclmr_span(ALICE), now()));
			assert_int_equal(mclmr_bindings_count(made).bindings, 0);
			refused++;
		}
		mclmr_bindings_free(made);
	}
	heap_refill();
	assert_true(refused > 4);
}

#define PEOPLE 6

static char *name(char *room, const char *what, int i)
{
	snprintf(room, 40, "sip:%s%d@ims.example.org", what, i);
	return room;
}

/* A random change on a random node; sets overlap. */
static void change(void)
{
	int node = rand() % NODES, person = rand() % PEOPLE;
	char uris[120], one[40], two[40], client[4];

	name(one, "p", person);
	name(two, "p", (person + rand() % 3) % PEOPLE);
	snprintf(client, sizeof(client), "%d", rand() % 3);
	switch(rand() % 6) {
		case 0:
		case 1:
		case 2:
			snprintf(uris, sizeof(uris), "%s%s%s", one,
					strcmp(one, two) != 0 ? " " : "",
					strcmp(one, two) != 0 ? two : "");
			registers(node, uris, 1 + rand() % 30);
			break;
		case 3:
			(void)binds(node, two, one, client);
			break;
		case 4:
			(void)unbinds(node, one, client);
			break;
		default:
			(void)ends(node, one);
	}
}

/* What a node knows of all, as text. */
static void tell(int node, char *to, size_t size)
{
	size_t len = 0;

	for(int i = 0; i < PEOPLE; i++) {
		char uri[40], id[40];
		const mclmr_registration_t *found = find(node, name(uri, "p", i));

		if(found == NULL)
			continue;
		len += (size_t)snprintf(to + len, size - len, "%d: %.*s %zu %lld", i,
				MCLMR_FMT(found->key[0]), found->n, (long long)found->expires);
		for(int k = 0; k < PEOPLE; k++)
			len += (size_t)snprintf(to + len, size - len, " %d",
					is_bound(node, uri, name(id, "p", k)));
	}
	to[len] = '\0';
}

/* Whatever happens where, and whatever is read when, all nodes know the same in
 * the end, and so does one that begins then. */
static void test_random(void **state)
{
	char texts[NODES][2000];

	(void)state;
	srand(11);
	for(int round = 0; round < 150; round++) {
		for(int step = 0; step < 60; step++) {
			int node = rand() % NODES;

			ms += rand() % 400;
			change();
			if(rand() % 3 == 0)
				(void)save(node, (size_t)rand() % 4);
			if(rand() % 3 == 0)
				read_rows(rand() % NODES, (size_t)rand() % 9);
			(void)mclmr_bindings_expire(
					store[node], now(), 1 + (size_t)rand() % 5);
		}
		settle();
		if(round % 10 == 0) {
			mclmr_bindings_free(store[0]);
			store[0] = new_store();
			for(size_t i = n_rows; i > 0; i--)
				assert_true(merge(store[0], &rows[i - 1]));
			settle();
		}
		for(int i = 0; i < NODES; i++)
			tell(i, texts[i], sizeof(texts[i]));
		assert_string_equal(texts[0], texts[1]);
		assert_string_equal(texts[0], texts[2]);
	}
	ms += 1000LL * (MCLMR_GRAVE_SECONDS + 100);
	for(int i = 0; i < NODES; i++) {
		(void)mclmr_bindings_expire(store[i], now(), 1000);
		assert_int_equal(mclmr_bindings_count(store[i]).registrations, 0);
		assert_int_equal(mclmr_bindings_count(store[i]).bindings, 0);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
			TEST(test_told),
			TEST(test_order),
			TEST(test_changes),
			TEST(test_end_elsewhere),
			TEST(test_conflict),
			TEST(test_late),
			TEST(test_cut_off),
			TEST(test_foreign_set),
			TEST(test_older_set),
			TEST(test_outage),
			TEST(test_end_in_time),
			TEST(test_halves),
			TEST(test_bound_is_no_registration),
			TEST(test_changed_meanwhile),
			TEST(test_load),
			TEST(test_clock_set_back),
			TEST(test_memory),
			TEST(test_random),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
