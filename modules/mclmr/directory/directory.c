/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Users, persons and their LMR entries in hash tables, and their changes. */
#include <string.h>

#include "mclmr/base/pool.h"
#include "mclmr/base/table.h"
#include "mclmr/sip/uri.h"
#include "directory.h"


const char mclmr_unknown_kmf[] = "KMF is not known";

typedef struct user_node
{
	mclmr_user_t user;
	mclmr_link_t by_mc;
	mclmr_link_t by_impu; /* in use if it is the first of its IMPU */
} user_node_t;

/* Followed in memory by its ID; its entries have a block of their own. */
typedef struct person_node
{
	mclmr_person_t person;
	mclmr_link_t by_id;
} person_node_t;

struct mclmr_directory
{
	mclmr_allocator_t allocator;
	mclmr_pool_t *pool; /* users and persons */
	mclmr_network_t *network;
	mclmr_one_kmf_per_t one_kmf_per;
	size_t entries;
	mclmr_table_t users;   /* by service and key of the MC service ID */
	mclmr_table_t impus;   /* the first user of each IMPU, by its key */
	mclmr_table_t persons; /* by ID */
	mclmr_parties_t *parties[MCLMR_PARTY_KINDS];
};

static uint64_t hash_mc(
		uint64_t seed, mclmr_service_t service, mclmr_span_t mc_key)
{
	return mclmr_table_hash(seed + (unsigned)service, mc_key);
}

/* The hash of a user's place in the table of MC service IDs. */
static uint64_t hash_user_link(uint64_t seed, const mclmr_link_t *link)
{
	const user_node_t *node = MCLMR_NODE_OF(user_node_t, by_mc, link);

	return hash_mc(seed, node->user.row.service, node->user.mc_key);
}

/* The hash of a user's place in the table of IMPUs. */
static uint64_t hash_impu_link(uint64_t seed, const mclmr_link_t *link)
{
	const user_node_t *node = MCLMR_NODE_OF(user_node_t, by_impu, link);

	return mclmr_table_hash(seed, node->user.impu_key);
}

/* The hash of a person's place. */
static uint64_t hash_person_link(uint64_t seed, const mclmr_link_t *link)
{
	const person_node_t *node = MCLMR_NODE_OF(person_node_t, by_id, link);

	return mclmr_table_hash(seed, node->person.id);
}

/* Frees all but the network. */
static void free_shell(mclmr_directory_t *directory)
{
	size_t i;

	for(i = 0; i < MCLMR_PARTY_KINDS; i++)
		mclmr_parties_free(directory->parties[i]);
	mclmr_pool_free(directory->pool);
	mclmr_table_free(&directory->allocator, &directory->users);
	mclmr_table_free(&directory->allocator, &directory->impus);
	mclmr_table_free(&directory->allocator, &directory->persons);
	directory->allocator.release(directory);
}

static bool new_parties(mclmr_directory_t *directory)
{
	size_t i;

	for(i = 0; i < MCLMR_PARTY_KINDS; i++) {
		directory->parties[i] = mclmr_parties_new(&directory->allocator);
		if(!directory->parties[i])
			return false;
	}
	return true;
}

mclmr_directory_t *mclmr_directory_new(const mclmr_allocator_t *allocator,
		mclmr_network_t *network, mclmr_one_kmf_per_t one_kmf_per,
		size_t expected)
{
	mclmr_directory_t *directory = allocator->alloc(sizeof(*directory));

	if(directory == NULL)
		return NULL;
	memset(directory, 0, sizeof(*directory));
	directory->allocator = *allocator;
	directory->one_kmf_per = one_kmf_per;
	directory->pool = mclmr_pool_new(allocator);
	if(directory->pool == NULL || !new_parties(directory)
			|| !mclmr_table_init(
					allocator, &directory->users, hash_user_link, expected)
			|| !mclmr_table_init(
					allocator, &directory->impus, hash_impu_link, expected)
			|| !mclmr_table_init(allocator, &directory->persons,
					hash_person_link, expected)) {
		free_shell(directory);
		return NULL;
	}
	directory->network = network;
	return directory;
}

void mclmr_directory_free(mclmr_directory_t *directory)
{
	if(directory == NULL)
		return;
	mclmr_network_free(directory->network);
	free_shell(directory);
}

const mclmr_network_t *mclmr_directory_network(
		const mclmr_directory_t *directory)
{
	return directory->network;
}

mclmr_network_t *mclmr_directory_set_network(
		mclmr_directory_t *directory, mclmr_network_t *network)
{
	mclmr_network_t *old = directory->network;

	directory->network = network;
	return old;
}

/* The user with this MC service ID, or NULL. */
static user_node_t *find_user(const mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_key)
{
	const mclmr_table_t *table = &directory->users;
	mclmr_link_t *link =
			mclmr_table_chain(table, hash_mc(table->seed, service, mc_key));

	for(; link; link = link->next) {
		user_node_t *node = MCLMR_NODE_OF(user_node_t, by_mc, link);

		if(node->user.row.service == service
				&& mclmr_span_equal(node->user.mc_key, mc_key))
			return node;
	}
	return NULL;
}

/* The first user of this IMPU, or NULL. */
static user_node_t *find_impu(
		const mclmr_directory_t *directory, mclmr_span_t impu_key)
{
	const mclmr_table_t *table = &directory->impus;
	mclmr_link_t *link =
			mclmr_table_chain(table, mclmr_table_hash(table->seed, impu_key));

	for(; link; link = link->next) {
		user_node_t *node = MCLMR_NODE_OF(user_node_t, by_impu, link);

		if(mclmr_span_equal(node->user.impu_key, impu_key))
			return node;
	}
	return NULL;
}

/* The person with this ID, or NULL. */
static person_node_t *find_person(
		const mclmr_directory_t *directory, mclmr_span_t id)
{
	const mclmr_table_t *table = &directory->persons;
	mclmr_link_t *link =
			mclmr_table_chain(table, mclmr_table_hash(table->seed, id));

	for(; link; link = link->next) {
		person_node_t *node = MCLMR_NODE_OF(person_node_t, by_id, link);

		if(mclmr_span_equal(node->person.id, id))
			return node;
	}
	return NULL;
}

/* Packs texts after a node; with base NULL it only counts. */
typedef struct packer
{
	char *base;
	size_t used;
} packer_t;

/* The packed copy of a text. */
static mclmr_span_t pack(packer_t *packer, mclmr_span_t text)
{
	mclmr_span_t packed = {"", text.len};

	if(packer->base != NULL && text.len > 0) {
		packed.s = packer->base + packer->used;
		memcpy(packer->base + packer->used, text.s, text.len);
	}
	packer->used += text.len;
	return packed;
}

/* As pack(), but a text that ends another one, packed already, is not
 * copied: most keys are their URI, or its tail. */
static mclmr_span_t pack_tail(packer_t *packer, mclmr_span_t text,
		mclmr_span_t other, mclmr_span_t packed)
{
	size_t before;

	if(text.len == 0 || text.len > other.len)
		return pack(packer, text);
	before = other.len - text.len;
	if(memcmp(other.s + before, text.s, text.len) != 0)
		return pack(packer, text);
	if(packer->base == NULL)
		return (mclmr_span_t){"", text.len};
	return (mclmr_span_t){packed.s + before, text.len};
}

/* Fills in a user from source, its texts packed. The person's ID stays with
 * the person. */
static void pack_user(
		packer_t *packer, const mclmr_user_t *source, mclmr_user_t *user)
{
	const mclmr_user_row_t *row = &source->row;

	*user = *source;
	user->row.mc_id = pack(packer, row->mc_id);
	user->row.impu = pack_tail(packer, row->impu, row->mc_id, user->row.mc_id);
	user->row.client_id = pack(packer, row->client_id);
	user->row.organisation = pack(packer, row->organisation);
	user->row.home = pack(packer, row->home);
	user->mc_key =
			pack_tail(packer, source->mc_key, row->mc_id, user->row.mc_id);
	user->impu_key =
			pack_tail(packer, source->impu_key, row->impu, user->row.impu);
}

/* A user in one block of memory, not yet in any table; NULL if memory is
 * short. */
static user_node_t *new_user(
		mclmr_directory_t *directory, const mclmr_user_t *source)
{
	packer_t packer = {NULL, 0};
	mclmr_user_t counted;
	user_node_t *node;

	pack_user(&packer, source, &counted);
	node = mclmr_pool_alloc(directory->pool, sizeof(*node) + packer.used);
	if(node == NULL)
		return NULL;
	memset(node, 0, sizeof(*node));
	packer = (packer_t){(char *)(node + 1), 0};
	pack_user(&packer, source, &node->user);
	return node;
}

/* Fills in a person's entries from source, their texts packed; entry may be
 * NULL to count only. */
static void pack_entries(packer_t *packer, const mclmr_person_t *source,
		mclmr_lmr_entry_t *entry)
{
	size_t i;

	for(i = 0; i < source->entries; i++) {
		mclmr_lmr_entry_t packed = source->entry[i];

		packed.kmf_key = pack(packer, packed.kmf_key);
		packed.identity = pack(packer, packed.identity);
		packed.device = pack(packer, packed.device);
		if(entry != NULL)
			entry[i] = packed;
	}
}

/* A person without entries, in no table; NULL if memory is short. */
static person_node_t *new_person(mclmr_directory_t *directory, mclmr_span_t id)
{
	person_node_t *node =
			mclmr_pool_alloc(directory->pool, sizeof(*node) + id.len);
	packer_t packer;

	if(node == NULL)
		return NULL;
	packer = (packer_t){(char *)(node + 1), 0};
	memset(node, 0, sizeof(*node));
	node->person.id = pack(&packer, id);
	return node;
}

/* The entries of source, at least one, in one block of memory; NULL if memory
 * is short. */
static mclmr_lmr_entry_t *new_entries(
		mclmr_directory_t *directory, const mclmr_person_t *source)
{
	size_t fixed = source->entries * sizeof(mclmr_lmr_entry_t);
	packer_t packer = {NULL, 0};
	mclmr_lmr_entry_t *entry;

	pack_entries(&packer, source, NULL);
	entry = mclmr_pool_alloc(directory->pool, fixed + packer.used);
	if(entry == NULL)
		return NULL;
	packer = (packer_t){(char *)entry + fixed, 0};
	pack_entries(&packer, source, entry);
	return entry;
}

/* Gives a person other entries, which may be none; the old ones are freed. */
static void set_entries(mclmr_directory_t *directory, person_node_t *node,
		mclmr_lmr_entry_t *entry, size_t n)
{
	if(node->person.entry != NULL)
		mclmr_pool_release(
				directory->pool, (mclmr_lmr_entry_t *)node->person.entry);
	directory->entries -= node->person.entries;
	directory->entries += n;
	node->person.entry = entry;
	node->person.entries = n;
}

static void insert_person(mclmr_directory_t *directory, person_node_t *node)
{
	mclmr_table_insert(
			&directory->allocator, &directory->persons, &node->by_id);
}

/* Takes a person to which no user refers any more out, and frees it. */
static void drop_person(mclmr_directory_t *directory, person_node_t *node)
{
	set_entries(directory, node, NULL, 0);
	mclmr_table_remove(&directory->persons, &node->by_id);
	mclmr_pool_release(directory->pool, node);
}

/* True if a person has an MC service ID of any service. */
static bool has_users(const person_node_t *node)
{
	size_t i;

	for(i = 0; i < MCLMR_SERVICE_COUNT; i++) {
		if(node->person.user[i])
			return true;
	}
	return false;
}

/* Adds a user to its IMPU, if it has one: after the first one, else as the
 * first. */
static void join_impu(mclmr_directory_t *directory, user_node_t *node)
{
	user_node_t *first = find_impu(directory, node->user.impu_key);

	if(node->user.impu_key.len == 0)
		return;
	if(first == NULL) {
		mclmr_table_insert(
				&directory->allocator, &directory->impus, &node->by_impu);
		return;
	}
	node->user.next_impu = first->user.next_impu;
	first->user.next_impu = &node->user;
}

/* Takes a user off its IMPU; if it was the first, the next becomes it. */
static void leave_impu(mclmr_directory_t *directory, user_node_t *node)
{
	user_node_t *at = find_impu(directory, node->user.impu_key);
	user_node_t *next = (user_node_t *)node->user.next_impu;

	if(at == NULL)
		return;
	if(at == node) {
		mclmr_table_remove(&directory->impus, &node->by_impu);
		if(next != NULL)
			mclmr_table_insert(
					&directory->allocator, &directory->impus, &next->by_impu);
		return;
	}
	while(at->user.next_impu != &node->user)
		at = (user_node_t *)at->user.next_impu;
	at->user.next_impu = node->user.next_impu;
}

/* Puts a user, made by new_user(), in all tables and gives it its person. */
static void link_user(
		mclmr_directory_t *directory, user_node_t *node, person_node_t *person)
{
	node->user.of = &person->person;
	node->user.row.person = person->person.id;
	person->person.user[node->user.row.service] = &node->user;
	mclmr_table_insert(&directory->allocator, &directory->users, &node->by_mc);
	join_impu(directory, node);
}

/* Takes a user out of all tables; the person stays. */
static void unlink_user(mclmr_directory_t *directory, user_node_t *node)
{
	person_node_t *person = (person_node_t *)node->user.of;

	leave_impu(directory, node);
	mclmr_table_remove(&directory->users, &node->by_mc);
	person->person.user[node->user.row.service] = NULL;
}

/* Frees a user that is out of all tables, and its person if nothing is left
 * of it. */
static void release_user(mclmr_directory_t *directory, user_node_t *node)
{
	person_node_t *person = (person_node_t *)node->user.of;

	mclmr_pool_release(directory->pool, node);
	if(!has_users(person) && person->person.entries == 0)
		drop_person(directory, person);
}

/* The keys of a row, which are in the rooms; what is wrong with the row, or
 * NULL. */
static const char *draft_user(const mclmr_user_row_t *row,
		mclmr_uri_room_t rooms[2], mclmr_user_t *draft)
{
	memset(draft, 0, sizeof(*draft));
	draft->row = *row;
	if(row->service == MCLMR_SERVICE_NONE
			|| (unsigned)row->service >= MCLMR_SERVICE_COUNT)
		return "service is not known";
	if(row->person.len == 0)
		return "no person";
	if(!mclmr_uri_key_in(row->mc_id, &rooms[0], &draft->mc_key))
		return "MC service ID is not a URI";
	if(row->impu.len > 0
			&& !mclmr_uri_key_in(row->impu, &rooms[1], &draft->impu_key))
		return "IMPU is not a URI";
	return NULL;
}

/* Stores a checked user in place of old, which may be NULL. All memory is
 * there before anything changes. */
static const char *store_user(mclmr_directory_t *directory,
		const mclmr_user_t *draft, user_node_t *old)
{
	person_node_t *known = find_person(directory, draft->row.person);
	person_node_t *person = known;
	user_node_t *node = new_user(directory, draft);

	if(node == NULL)
		return mclmr_no_memory;
	if(known == NULL) {
		person = new_person(directory, draft->row.person);
		if(person == NULL) {
			mclmr_pool_release(directory->pool, node);
			return mclmr_no_memory;
		}
		insert_person(directory, person);
	}
	if(old != NULL)
		unlink_user(directory, old);
	link_user(directory, node, person);
	if(old != NULL)
		release_user(directory, old);
	return NULL;
}

/* Checks a row and stores it; replace: there may be such a user already. */
static const char *put_user(
		mclmr_directory_t *directory, const mclmr_user_row_t *row, bool replace)
{
	mclmr_uri_room_t rooms[2];
	mclmr_user_t draft;
	const char *wrong = draft_user(row, rooms, &draft);
	const person_node_t *person;
	user_node_t *old;

	if(wrong != NULL)
		return wrong;
	old = find_user(directory, row->service, draft.mc_key);
	if(old != NULL && !replace)
		return mclmr_other_spelling;
	person = find_person(directory, row->person);
	if(person != NULL && person->person.user[row->service]
			&& (old == NULL || person->person.user[row->service] != &old->user))
		return "person has another MC service ID of this service";
	return store_user(directory, &draft, old);
}

const char *mclmr_directory_add_user(
		mclmr_directory_t *directory, const mclmr_user_row_t *row)
{
	return put_user(directory, row, false);
}

const char *mclmr_directory_put_user(
		mclmr_directory_t *directory, const mclmr_user_row_t *row)
{
	return put_user(directory, row, true);
}

bool mclmr_directory_remove_user(mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_id)
{
	mclmr_uri_room_t room;
	mclmr_span_t mc_key;
	user_node_t *node;

	if(!mclmr_uri_key_in(mc_id, &room, &mc_key))
		return false;
	node = find_user(directory, service, mc_key);
	if(node == NULL)
		return false;
	unlink_user(directory, node);
	release_user(directory, node);
	return true;
}

/* True if two entries are for one slot, which has one KMF only. An entry
 * without device is for every device. */
static bool same_slot(mclmr_one_kmf_per_t one_kmf_per,
		const mclmr_lmr_entry_t *a, const mclmr_lmr_entry_t *b)
{
	if(one_kmf_per == MCLMR_PER_USER)
		return true;
	if(one_kmf_per == MCLMR_PER_USER_LMR_TYPE)
		return a->type == b->type;
	return a->device.len == 0 || b->device.len == 0
		   || mclmr_span_equal_nocase(a->device, b->device);
}

/* True if one of n entries has another KMF for the slot of this one. */
static bool conflicts(mclmr_one_kmf_per_t one_kmf_per,
		const mclmr_lmr_entry_t *entry, size_t n, const mclmr_lmr_entry_t *one)
{
	size_t i;

	for(i = 0; i < n; i++) {
		if(same_slot(one_kmf_per, &entry[i], one)
				&& !mclmr_span_equal(entry[i].kmf_key, one->kmf_key))
			return true;
	}
	return false;
}

/* Makes an entry of a row; NULL, or what is wrong with the row. */
static const char *draft_entry(const mclmr_directory_t *directory,
		const mclmr_lmr_row_t *row, mclmr_lmr_entry_t *entry)
{
	mclmr_uri_room_t room;
	const mclmr_kmf_t *kmf;
	mclmr_span_t key;

	if(row->type == MCLMR_LMR_NOT_GIVEN
			|| (unsigned)row->type >= MCLMR_LMR_COUNT)
		return "LMR type is not known";
	if(!mclmr_uri_key_in(row->kmf, &room, &key))
		return "KMF is not a URI";
	kmf = mclmr_network_kmf(directory->network, key);
	if(kmf == NULL)
		return mclmr_unknown_kmf;
	*entry = (mclmr_lmr_entry_t){
			row->type, kmf->key, row->identity, row->device};
	return NULL;
}

/* Makes entries of all rows; NULL, or what is wrong with them. */
static const char *draft_entries(const mclmr_directory_t *directory,
		const mclmr_lmr_row_t *rows, size_t n, mclmr_lmr_entry_t *entry)
{
	const char *wrong = NULL;
	size_t i;

	for(i = 0; i < n && wrong == NULL; i++) {
		wrong = draft_entry(directory, &rows[i], &entry[i]);
		if(wrong == NULL
				&& conflicts(directory->one_kmf_per, entry, i, &entry[i]))
			wrong = "a second KMF for what may have one only";
	}
	return wrong;
}

const char *mclmr_directory_check_entry(
		const mclmr_directory_t *directory, const mclmr_lmr_row_t *row)
{
	mclmr_lmr_entry_t entry;

	return draft_entry(directory, row, &entry);
}

size_t mclmr_directory_drop_conflicts(
		const mclmr_directory_t *directory, mclmr_lmr_row_t *rows, size_t n)
{
	mclmr_lmr_entry_t entry[MCLMR_MAX_LMR_ENTRIES];
	size_t i;
	size_t left = 0;

	if(n > MCLMR_MAX_LMR_ENTRIES)
		return 0;
	for(i = 0; i < n; i++) {
		if(draft_entry(directory, &rows[i], &entry[i]))
			return 0;
	}
	for(i = 0; i < n; i++) {
		if(!conflicts(directory->one_kmf_per, entry, n, &entry[i]))
			rows[left++] = rows[i];
	}
	return left;
}

/* Takes all entries from a person, and the person if nothing is left of
 * it. A revocation must not fail, so this needs no memory. */
static void clear_entries(mclmr_directory_t *directory, person_node_t *node)
{
	set_entries(directory, node, NULL, 0);
	if(!has_users(node))
		drop_person(directory, node);
}

/* Stores new entries of a person, at least one. All memory is there before
 * anything changes. */
static const char *store_entries(
		mclmr_directory_t *directory, const mclmr_person_t *draft)
{
	person_node_t *known = find_person(directory, draft->id);
	person_node_t *node = known;
	mclmr_lmr_entry_t *entry = new_entries(directory, draft);

	if(entry == NULL)
		return mclmr_no_memory;
	if(known == NULL) {
		node = new_person(directory, draft->id);
		if(node == NULL) {
			mclmr_pool_release(directory->pool, entry);
			return mclmr_no_memory;
		}
		insert_person(directory, node);
	}
	set_entries(directory, node, entry, draft->entries);
	return NULL;
}

const char *mclmr_directory_put_entries(mclmr_directory_t *directory,
		mclmr_span_t person, const mclmr_lmr_row_t *rows, size_t n)
{
	mclmr_lmr_entry_t entry[MCLMR_MAX_LMR_ENTRIES];
	const mclmr_person_t draft = {.id = person, .entries = n, .entry = entry};
	person_node_t *known;
	const char *wrong;

	if(person.len == 0)
		return "no person";
	if(n > MCLMR_MAX_LMR_ENTRIES)
		return "too many LMR entries";
	wrong = draft_entries(directory, rows, n, entry);
	if(wrong != NULL)
		return wrong;
	if(n > 0)
		return store_entries(directory, &draft);
	known = find_person(directory, person);
	if(known != NULL)
		clear_entries(directory, known);
	return NULL;
}

const char *mclmr_directory_add_entry(mclmr_directory_t *directory,
		mclmr_span_t person, const mclmr_lmr_row_t *row)
{
	mclmr_lmr_entry_t entry[MCLMR_MAX_LMR_ENTRIES + 1];
	mclmr_person_t draft = {.id = person, .entry = entry};
	const person_node_t *known;
	const char *wrong;

	if(person.len == 0)
		return "no person";
	known = find_person(directory, person);
	if(known != NULL)
		draft.entries = known->person.entries;
	if(draft.entries > MCLMR_MAX_LMR_ENTRIES)
		return NULL; /* all of them will go */
	if(draft.entries > 0)
		memcpy(entry, known->person.entry, draft.entries * sizeof(entry[0]));
	wrong = draft_entry(directory, row, &entry[draft.entries]);
	draft.entries++;
	return wrong != NULL ? wrong : store_entries(directory, &draft);
}

/* Takes the entries that conflict from a person; false if none does. What is
 * left keeps its memory. */
static bool drop_conflicts(mclmr_directory_t *directory, person_node_t *node)
{
	mclmr_lmr_entry_t *entry = (mclmr_lmr_entry_t *)node->person.entry;
	size_t n = node->person.entries, left = 0;
	mclmr_lmr_entry_t all[MCLMR_MAX_LMR_ENTRIES];

	if(n > 0)
		memcpy(all, entry, n * sizeof(all[0]));
	for(size_t i = 0; i < n; i++) {
		if(!conflicts(directory->one_kmf_per, all, n, &all[i]))
			entry[left++] = all[i];
	}
	directory->entries -= n - left;
	node->person.entries = left;
	return left < n;
}

/* Takes from a person what may not be there; what was wrong, or NULL. */
static const char *settle_person(
		mclmr_directory_t *directory, person_node_t *node)
{
	if(node->person.entries > MCLMR_MAX_LMR_ENTRIES) {
		set_entries(directory, node, NULL, 0);
		return "too many LMR entries, all are withdrawn";
	}
	return drop_conflicts(directory, node) ? "a second KMF for what may have "
											 "one only, both are withdrawn"
										   : NULL;
}

void mclmr_directory_settle(mclmr_directory_t *directory,
		void (*withdrawn)(void *data, mclmr_span_t person, const char *why),
		void *data)
{
	for(size_t i = 0; i < directory->persons.buckets; i++) {
		mclmr_link_t *link = mclmr_table_chain_at(&directory->persons, i);

		while(link != NULL) {
			person_node_t *node = MCLMR_NODE_OF(person_node_t, by_id, link);
			const char *why = settle_person(directory, node);

			link = link->next;
			if(why != NULL)
				withdrawn(data, node->person.id, why);
			if(node->person.entries == 0 && !has_users(node))
				drop_person(directory, node);
		}
	}
}

const mclmr_user_t *mclmr_directory_user(const mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_key)
{
	const user_node_t *node = find_user(directory, service, mc_key);

	return node != NULL ? &node->user : NULL;
}

const mclmr_user_t *mclmr_directory_impu(
		const mclmr_directory_t *directory, mclmr_span_t impu_key)
{
	const user_node_t *node = find_impu(directory, impu_key);

	return node != NULL ? &node->user : NULL;
}

const mclmr_person_t *mclmr_directory_person(
		const mclmr_directory_t *directory, mclmr_span_t person)
{
	const person_node_t *node = find_person(directory, person);

	return node != NULL ? &node->person : NULL;
}

mclmr_parties_t *mclmr_directory_parties(
		mclmr_directory_t *directory, mclmr_party_kind_t kind)
{
	return directory->parties[kind];
}

const mclmr_party_t *mclmr_directory_party(const mclmr_directory_t *directory,
		mclmr_party_kind_t kind, mclmr_span_t key)
{
	return mclmr_parties_find(directory->parties[kind], key);
}

size_t mclmr_directory_octets(const mclmr_directory_t *directory)
{
	size_t octets = mclmr_pool_used(directory->pool)
					+ mclmr_table_octets(&directory->users)
					+ mclmr_table_octets(&directory->impus)
					+ mclmr_table_octets(&directory->persons);

	for(size_t i = 0; i < MCLMR_PARTY_KINDS; i++)
		octets += mclmr_parties_octets(directory->parties[i]);
	return octets;
}

mclmr_directory_counts_t mclmr_directory_count(
		const mclmr_directory_t *directory)
{
	mclmr_directory_counts_t counts = {.users = directory->users.n,
			.persons = directory->persons.n,
			.entries = directory->entries,
			.lmr_users =
					mclmr_parties_count(directory->parties[MCLMR_LMR_USER]),
			.groups = mclmr_parties_count(directory->parties[MCLMR_GROUP])};

	while(mclmr_network_kmf_at(directory->network, counts.kmfs))
		counts.kmfs++;
	return counts;
}
