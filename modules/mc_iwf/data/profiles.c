/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Media profiles in shared memory, a copy in each process; groups. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dprint.h"
#include "core/locking.h"
#include "core/mem/shm_mem.h"

#include "mc_iwf/config.h"
#include "mclmr/sip/uri.h"
#include "profiles.h"
#include "store.h"

#define GROUP_MEMORY 2048 /* for the key of a URI and two words */

/* What all processes share. */
typedef struct shared
{
	gen_lock_t lock;
	unsigned generation; /* 0: nothing was ever in force */
	mclmr_profiles_t profiles;
} shared_t;

static shared_t *shared;

/* This process's copy. */
static struct
{
	unsigned generation;
	mclmr_profiles_t profiles;
} own;

/* What reading a file came to. */
typedef enum outcome
{
	READ,
	NOT_THERE,
	WRONG
} outcome_t;

/* The octets of the file; -1 if it cannot be read or is too large. */
static long read_file(FILE *file, char *text)
{
	size_t n = fread(text, 1, LMR_PROFILES_FILE_MAX, file);

	return !ferror(file) && n < LMR_PROFILES_FILE_MAX ? (long)n : -1;
}

/* Reads an open file; what is wrong, or NULL. */
static const char *parse(FILE *file, mclmr_profiles_t *profiles, size_t *line)
{
	char *text = malloc(LMR_PROFILES_FILE_MAX);
	const char *wrong = "cannot be read, or is too large";
	long n = text != NULL ? read_file(file, text) : -1;

	*line = 0;
	if(n >= 0)
		wrong = mclmr_profiles_read(
				(mclmr_span_t){text, (size_t)n}, profiles, line);
	free(text);
	return wrong;
}

/* Reads the file of modparam policies. */
static outcome_t load(mclmr_profiles_t *profiles, char *error, size_t size)
{
	const char *path = iwf_config.policies;
	FILE *file = fopen(path, "r");
	const char *wrong;
	size_t line;

	if(file == NULL) {
		bool missing = errno == ENOENT;

		snprintf(error, size, "%s: %s", path, strerror(errno));
		return missing ? NOT_THERE : WRONG;
	}
	wrong = parse(file, profiles, &line);
	fclose(file);
	if(wrong == NULL)
		return READ;
	snprintf(error, size, "%s, line %zu: %s", path, line, wrong);
	return WRONG;
}

/* Puts profiles in force. */
static void publish(const mclmr_profiles_t *profiles)
{
	lock_get(&shared->lock);
	shared->profiles = *profiles;
	__atomic_add_fetch(&shared->generation, 1, __ATOMIC_RELEASE);
	lock_release(&shared->lock);
}

int lmr_profiles_reload(char *error, size_t size)
{
	mclmr_profiles_t *profiles = malloc(sizeof(*profiles));
	outcome_t outcome = WRONG;

	if(profiles == NULL)
		snprintf(error, size, "no memory");
	else
		outcome = load(profiles, error, size);
	if(outcome == READ)
		publish(profiles);
	free(profiles);
	return outcome == READ ? 0 : -1;
}

/* Makes the shared memory. */
static int make_shared(void)
{
	shared = shm_malloc(sizeof(*shared));
	if(shared == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	memset(shared, 0, sizeof(*shared));
	return lock_init(&shared->lock) != NULL ? 0 : -1;
}

int lmr_profiles_init(void)
{
	char error[LMR_PROFILES_ERROR];
	outcome_t outcome;

	if(make_shared() < 0)
		return -1;
	outcome = load(&own.profiles, error, sizeof(error));
	if(outcome == READ) {
		publish(&own.profiles);
		own.generation = shared->generation;
		return 0;
	}
	if(outcome == NOT_THERE
			&& strcmp(iwf_config.policies, IWF_DEFAULT_POLICIES) == 0)
		return 0;
	LM_ERR("policies: %s\n", error);
	return -1;
}

void lmr_profiles_destroy(void)
{
	if(shared == NULL)
		return;
	lock_destroy(&shared->lock);
	shm_free(shared);
	shared = NULL;
}

/* Takes over what is in force now. */
static void renew(void)
{
	lock_get(&shared->lock);
	own.generation = shared->generation;
	own.profiles = shared->profiles;
	lock_release(&shared->lock);
}

const mclmr_profiles_t *lmr_profiles_get(void)
{
	if(__atomic_load_n(&shared->generation, __ATOMIC_ACQUIRE) != own.generation)
		renew();
	return own.generation != 0 ? &own.profiles : NULL;
}

/* The profile of a name. */
static const mclmr_profile_t *find_named(
		const mclmr_profiles_t *profiles, mclmr_span_t name)
{
	const mclmr_profile_t *profile = mclmr_profile_find(profiles, name);

	if(profile == NULL)
		LM_ERR("there is no media profile \"%.*s\"\n", MCLMR_FMT(name));
	return profile;
}

/* What the row of a group says; texts lie in the arena. */
typedef struct group
{
	mclmr_span_t profile;
	mclmr_span_t codec;
} group_t;

/* Reads the row of the group with this URI; false if there is none. */
static bool find_group(mclmr_span_t uri, mclmr_arena_t *arena, group_t *group)
{
	const mclmr_directory_t *directory;
	const mclmr_party_t *party = NULL;
	mclmr_span_t key;
	bool found;

	if(!mclmr_uri_key(uri, arena, &key))
		return false;
	directory = iwf_store_read();
	if(directory != NULL)
		party = mclmr_directory_party(directory, MCLMR_GROUP, key);
	found = party != NULL
			&& mclmr_arena_copy(arena, party->row.profile, &group->profile)
			&& mclmr_arena_copy(arena, party->row.codec, &group->codec);
	iwf_store_read_end();
	return found;
}

/* The profile of a group: the one that its row names, forced to its codec. */
static const mclmr_profile_t *find_of_group(const mclmr_profiles_t *profiles,
		mclmr_span_t uri, mclmr_profile_t *copy)
{
	char memory[GROUP_MEMORY];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	const mclmr_profile_t *profile;
	const char *wrong;
	group_t group;

	if(!find_group(uri, &arena, &group)) {
		LM_ERR("there is no group \"%.*s\"\n", MCLMR_FMT(uri));
		return NULL;
	}
	profile = find_named(profiles, group.profile);
	if(profile == NULL || group.codec.len == 0)
		return profile;
	wrong = mclmr_profile_force(profiles, profile, group.codec, copy);
	if(wrong == NULL)
		return copy;
	LM_ERR("group \"%.*s\", codec \"%.*s\": %s\n", MCLMR_FMT(uri),
			MCLMR_FMT(group.codec), wrong);
	return NULL;
}

const mclmr_profile_t *lmr_profiles_find(const mclmr_profiles_t *profiles,
		mclmr_span_t name, mclmr_profile_t *copy)
{
	if(mclmr_span_find(name, MCLMR_SPAN(":")) != NULL)
		return find_of_group(profiles, name, copy);
	return find_named(profiles, name);
}
