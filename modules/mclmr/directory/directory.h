/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * directory: the persons of a deployment with their MC service IDs and LMR
 * entries, found in O(1) by MC service ID, IMPU or person, for a million
 * users, and its LMR users and groups; single rows can be replaced. It has no
 * locks: the owner brings them. Uses a network, which it owns, to know the
 * KMFs.
 */
#ifndef MCLMR_DIRECTORY_H
#define MCLMR_DIRECTORY_H

#include "mclmr/base/lmr_type.h"
#include "network.h"
#include "party.h"

#define MCLMR_MAX_LMR_ENTRIES 16 /* of one person */

/* Which slot has one KMF only (TS 23.283: one KMF manages a given UE). */
typedef enum mclmr_one_kmf_per
{
	MCLMR_PER_USER_LMR_TYPE,
	MCLMR_PER_USER,
	MCLMR_PER_DEVICE
} mclmr_one_kmf_per_t;

typedef struct mclmr_user_row
{
	mclmr_span_t mc_id; /* MC service ID, a URI */
	mclmr_service_t service;
	mclmr_span_t impu;		   /* a URI; empty: the one that a token binds */
	mclmr_span_t client_id;	   /* may be empty */
	mclmr_span_t person;	   /* whose ID it is; not empty */
	mclmr_span_t organisation; /* may be empty */
	mclmr_span_t home; /* domain of the partner that serves it; empty: we do */
	bool send;
	bool receive;
} mclmr_user_row_t;

typedef struct mclmr_lmr_row
{
	mclmr_lmr_type_t type; /* MCLMR_LMR_NOT_GIVEN is refused */
	mclmr_span_t kmf;	   /* URI or alias of a KMF of the network */
	mclmr_span_t identity; /* RSI, ITSI, ...: opaque, may be empty */
	mclmr_span_t device;   /* +sip.instance or client ID, may be empty */
} mclmr_lmr_row_t;

typedef struct mclmr_person mclmr_person_t;

typedef struct mclmr_user
{
	mclmr_user_row_t row; /* spans live as long as the user */
	mclmr_span_t mc_key;
	mclmr_span_t impu_key; /* empty: none */
	const mclmr_person_t *of;
	const struct mclmr_user *next_impu; /* another user of the same IMPU */
} mclmr_user_t;

typedef struct mclmr_lmr_entry
{
	mclmr_lmr_type_t type;
	mclmr_span_t kmf_key; /* of the KMF's URI; look it up in the network */
	mclmr_span_t identity;
	mclmr_span_t device;
} mclmr_lmr_entry_t;

struct mclmr_person
{
	mclmr_span_t id;
	const mclmr_user_t *user[MCLMR_SERVICE_COUNT]; /* one per service */
	size_t entries;
	const mclmr_lmr_entry_t *entry;
};

typedef struct mclmr_directory mclmr_directory_t;

/* An empty directory with room for about expected users without growing;
 * takes ownership of network. NULL if memory is short: network is then not
 * taken. */
mclmr_directory_t *mclmr_directory_new(const mclmr_allocator_t *allocator,
		mclmr_network_t *network, mclmr_one_kmf_per_t one_kmf_per,
		size_t expected);
void mclmr_directory_free(mclmr_directory_t *directory);

/* The network in force; replaced by mclmr_directory_set_network(), which
 * returns the old one for the caller to free. */
const mclmr_network_t *mclmr_directory_network(
		const mclmr_directory_t *directory);
mclmr_network_t *mclmr_directory_set_network(
		mclmr_directory_t *directory, mclmr_network_t *network);

/*
 * Adds a user. NULL on success, else what is wrong with the row (a static
 * text) and nothing changed: mclmr_other_spelling of the MC service ID, person
 * with two IDs of one service, not a URI, no person, no memory.
 */
const char *mclmr_directory_add_user(
		mclmr_directory_t *directory, const mclmr_user_row_t *row);

/* Removes a user; false if there is none. The person's LMR entries stay. */
bool mclmr_directory_remove_user(mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_id);

/*
 * Replaces a user by row in one step: NULL on success, else what is wrong
 * and the old one stays. Adds if there was none.
 */
const char *mclmr_directory_put_user(
		mclmr_directory_t *directory, const mclmr_user_row_t *row);

/*
 * Replaces all LMR entries of a person (n may be 0) in one step. NULL on
 * success, else what is wrong and the old ones stay: unknown KMF, a second
 * KMF for one slot, over MCLMR_MAX_LMR_ENTRIES, no memory.
 */
const char *mclmr_directory_put_entries(mclmr_directory_t *directory,
		mclmr_span_t person, const mclmr_lmr_row_t *rows, size_t n);

/*
 * Adds one LMR entry to those of a person, for a load in which the rows of a
 * person come one by one: they are not looked at together before
 * mclmr_directory_settle(), and must not be used before it. NULL, or what is
 * wrong with the row by itself.
 */
const char *mclmr_directory_add_entry(mclmr_directory_t *directory,
		mclmr_span_t person, const mclmr_lmr_row_t *row);

/* Takes out the entries of every slot that has a second KMF, and all of a
 * person with over MCLMR_MAX_LMR_ENTRIES; withdrawn is told of each person. */
void mclmr_directory_settle(mclmr_directory_t *directory,
		void (*withdrawn)(void *data, mclmr_span_t person, const char *why),
		void *data);

/* What is wrong with a row whose KMF is not in the network: nothing any more,
 * once it is. Known by its address. */
extern const char mclmr_unknown_kmf[];

/* What is wrong with a row as an LMR entry of any person, or NULL: no LMR type,
 * not a URI, mclmr_unknown_kmf. */
const char *mclmr_directory_check_entry(
		const mclmr_directory_t *directory, const mclmr_lmr_row_t *row);

/*
 * Takes out of n rows of one person those of every slot that has a second
 * KMF, since nothing tells which is right. How many are left, in their order;
 * 0 if a row is wrong by itself or n is too many.
 */
size_t mclmr_directory_drop_conflicts(
		const mclmr_directory_t *directory, mclmr_lmr_row_t *rows, size_t n);

/* Lookups by key (mclmr_uri_key()); NULL if there is none. Users of one
 * IMPU are a list, by next_impu. */
const mclmr_user_t *mclmr_directory_user(const mclmr_directory_t *directory,
		mclmr_service_t service, mclmr_span_t mc_key);
const mclmr_user_t *mclmr_directory_impu(
		const mclmr_directory_t *directory, mclmr_span_t impu_key);
const mclmr_person_t *mclmr_directory_person(
		const mclmr_directory_t *directory, mclmr_span_t person);

/* The LMR users, or the groups, which live as long as the directory. */
mclmr_parties_t *mclmr_directory_parties(
		mclmr_directory_t *directory, mclmr_party_kind_t kind);

/* The LMR user or group of a key (mclmr_uri_key()), or NULL. */
const mclmr_party_t *mclmr_directory_party(const mclmr_directory_t *directory,
		mclmr_party_kind_t kind, mclmr_span_t key);

/* Octets of memory that all but the network is in, which is what the same rows
 * need when they are loaded anew: what earlier changes have left free beside
 * them does not count. */
size_t mclmr_directory_octets(const mclmr_directory_t *directory);

/* Counts, for gauges and reports. */
typedef struct mclmr_directory_counts
{
	size_t users, persons, entries, kmfs, lmr_users, groups;
} mclmr_directory_counts_t;
mclmr_directory_counts_t mclmr_directory_count(
		const mclmr_directory_t *directory);

#endif
