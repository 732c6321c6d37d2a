/* SPDX-License-Identifier: GPL-2.0-or-later */

/* LMR users and groups in one hash table, and their changes. */
#include <string.h>

#include "mclmr/base/pool.h"
#include "mclmr/base/table.h"
#include "mclmr/sip/uri.h"
#include "party.h"

const char mclmr_other_spelling[] = "URI is there in another spelling";

/* Followed in memory by all its octets. */
typedef struct node
{
	mclmr_party_t party;
	mclmr_link_t link;
} node_t;

struct mclmr_parties
{
	mclmr_allocator_t allocator;
	mclmr_pool_t *pool;
	mclmr_table_t table; /* by key */
};

static uint64_t hash_link(uint64_t seed, const mclmr_link_t *link)
{
	return mclmr_table_hash(seed, MCLMR_NODE_OF(node_t, link, link)->party.key);
}

mclmr_parties_t *mclmr_parties_new(const mclmr_allocator_t *allocator)
{
	mclmr_parties_t *parties = allocator->alloc(sizeof(*parties));

	if(parties == NULL)
		return NULL;
	parties->allocator = *allocator;
	parties->pool = mclmr_pool_new(allocator);
	if(parties->pool != NULL
			&& mclmr_table_init(allocator, &parties->table, hash_link, 0))
		return parties;
	mclmr_pool_free(parties->pool);
	allocator->release(parties);
	return NULL;
}

void mclmr_parties_free(mclmr_parties_t *parties)
{
	if(parties == NULL)
		return;
	mclmr_pool_free(parties->pool);
	mclmr_table_free(&parties->allocator, &parties->table);
	parties->allocator.release(parties);
}

/* The node of a key, or NULL. */
static node_t *find(const mclmr_parties_t *parties, mclmr_span_t key)
{
	const mclmr_table_t *table = &parties->table;
	mclmr_link_t *link =
			mclmr_table_chain(table, mclmr_table_hash(table->seed, key));

	for(; link; link = link->next) {
		node_t *node = MCLMR_NODE_OF(node_t, link, link);

		if(mclmr_span_equal(node->party.key, key))
			return node;
	}
	return NULL;
}

const mclmr_party_t *mclmr_parties_find(
		const mclmr_parties_t *parties, mclmr_span_t key)
{
	const node_t *node = find(parties, key);

	return node != NULL ? &node->party : NULL;
}

size_t mclmr_parties_count(const mclmr_parties_t *parties)
{
	return parties->table.n;
}

size_t mclmr_parties_octets(const mclmr_parties_t *parties)
{
	return mclmr_pool_used(parties->pool) + mclmr_table_octets(&parties->table);
}

/* The row with its keys, which are in the rooms; what is wrong with it, or
 * NULL. */
static const char *draft_party(const mclmr_party_row_t *row,
		mclmr_uri_room_t rooms[2], mclmr_party_t *draft)
{
	draft->row = *row;
	if(!mclmr_uri_key_in(row->uri, &rooms[0], &draft->key))
		return "not a SIP, SIPS or tel URI";
	if(!mclmr_uri_key_in(row->psi, &rooms[1], &draft->psi_key))
		return "PSI is not a URI";
	if(row->profile.len == 0)
		return "no profile";
	if(row->profile.len > MCLMR_PARTY_WORD || row->codec.len > MCLMR_PARTY_WORD)
		return "profile or codec is too long";
	return NULL;
}

/* Copies a text to *at, which moves on. */
static void move_text(char **at, mclmr_span_t *text)
{
	if(text->len > 0)
		memcpy(*at, text->s, text->len);
	text->s = *at;
	*at += text->len;
}

/* A party in one block of memory, in no table yet; NULL if memory is short. */
static node_t *new_node(mclmr_parties_t *parties, const mclmr_party_t *draft)
{
	node_t *node = mclmr_pool_alloc(parties->pool,
			sizeof(*node) + draft->row.uri.len + draft->row.psi.len
					+ draft->row.profile.len + draft->row.codec.len
					+ draft->key.len + draft->psi_key.len);
	char *at;

	if(node == NULL)
		return NULL;
	node->party = *draft;
	at = (char *)(node + 1);
	move_text(&at, &node->party.row.uri);
	move_text(&at, &node->party.row.psi);
	move_text(&at, &node->party.row.profile);
	move_text(&at, &node->party.row.codec);
	move_text(&at, &node->party.key);
	move_text(&at, &node->party.psi_key);
	return node;
}

/* Takes a node out and gives it back. */
static void drop(mclmr_parties_t *parties, node_t *node)
{
	mclmr_table_remove(&parties->table, &node->link);
	mclmr_pool_release(parties->pool, node);
}

const char *mclmr_parties_put(
		mclmr_parties_t *parties, const mclmr_party_row_t *row)
{
	mclmr_uri_room_t rooms[2];
	mclmr_party_t draft;
	const char *wrong = draft_party(row, rooms, &draft);
	node_t *old;
	node_t *node;

	if(wrong != NULL)
		return wrong;
	old = find(parties, draft.key);
	if(old != NULL && !mclmr_span_equal(old->party.row.uri, row->uri))
		return mclmr_other_spelling;
	node = new_node(parties, &draft);
	if(node == NULL)
		return mclmr_no_memory;
	if(old != NULL)
		drop(parties, old);
	mclmr_table_insert(&parties->allocator, &parties->table, &node->link);
	return NULL;
}

bool mclmr_parties_remove(mclmr_parties_t *parties, mclmr_span_t uri)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;
	node_t *node;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return false;
	node = find(parties, key);
	if(node == NULL || !mclmr_span_equal(node->party.row.uri, uri))
		return false;
	drop(parties, node);
	return true;
}
