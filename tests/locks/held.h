/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * held: put in front of every file of mc_iwf and mc_common (-include), so that
 * a node aborts if data that processes share are used without their lock: the
 * directory in force, read and changed, and the variables of a call. What the
 * module does stays as it is.
 */
#ifndef TESTS_HELD_H
#define TESTS_HELD_H

#include <stddef.h>

#include "core/locking.h"
#include "modules/dialog/dlg_load.h"

#include "mc_iwf/data/store.h"
#include "mclmr/decide/call.h"
#include "mclmr/decide/forward.h"
#include "mclmr/decide/member.h"

/* A lock is taken by a file; it is given back. */
void held_take(const void *lock, const char *file);
void held_drop(const void *lock);

/* The directory that the store has given out is the one in force. */
void held_in_force(const mclmr_directory_t *directory);

/* Aborts the process if the lock that this needs is not held. */
void held_for_reading(
		const mclmr_directory_t *directory, const char *file, int line);
void held_for_changing(
		const mclmr_directory_t *directory, const char *file, int line);
void held_for_call(const char *file, int line);

/* An exchange of directories, before and after. */
void held_exchange(void);
void held_exchanged(const char *file, int line);

static inline void held_get(gen_lock_t *lock, const char *file)
{
	lock_get(lock);
	held_take(lock, file);
}

static inline void held_release(gen_lock_t *lock)
{
	held_drop(lock);
	lock_release(lock);
}

#undef lock_get
#undef lock_release
#define lock_get(lock) held_get(lock, __FILE__)
#define lock_release(lock) held_release(lock)

#define HELD(check, directory)                     \
	({                                             \
		__auto_type held_directory = (directory);  \
		check(held_directory, __FILE__, __LINE__); \
		held_directory;                            \
	})
#define READS(directory) HELD(held_for_reading, directory)
#define CHANGES(directory) HELD(held_for_changing, directory)

#define mclmr_directory_network(d) mclmr_directory_network(READS(d))
#define mclmr_directory_user(d, ...) mclmr_directory_user(READS(d), __VA_ARGS__)
#define mclmr_directory_impu(d, ...) mclmr_directory_impu(READS(d), __VA_ARGS__)
#define mclmr_directory_person(d, ...) \
	mclmr_directory_person(READS(d), __VA_ARGS__)
#define mclmr_directory_party(d, ...) \
	mclmr_directory_party(READS(d), __VA_ARGS__)
#define mclmr_directory_count(d) mclmr_directory_count(READS(d))
#define mclmr_directory_check_entry(d, ...) \
	mclmr_directory_check_entry(READS(d), __VA_ARGS__)
#define mclmr_directory_drop_conflicts(d, ...) \
	mclmr_directory_drop_conflicts(READS(d), __VA_ARGS__)
#define mclmr_forward_decide(d, ...) mclmr_forward_decide(READS(d), __VA_ARGS__)
#define mclmr_call_decide(d, ...) mclmr_call_decide(READS(d), __VA_ARGS__)
#define mclmr_member_find(d, ...) mclmr_member_find(READS(d), __VA_ARGS__)
#define mclmr_member_home(d, ...) mclmr_member_home(READS(d), __VA_ARGS__)
#define mclmr_member_may_write(d, ...) \
	mclmr_member_may_write(READS(d), __VA_ARGS__)

#define mclmr_directory_put_user(d, ...) \
	mclmr_directory_put_user(CHANGES(d), __VA_ARGS__)
#define mclmr_directory_remove_user(d, ...) \
	mclmr_directory_remove_user(CHANGES(d), __VA_ARGS__)
#define mclmr_directory_put_entries(d, ...) \
	mclmr_directory_put_entries(CHANGES(d), __VA_ARGS__)
#define mclmr_directory_parties(d, ...) \
	mclmr_directory_parties(CHANGES(d), __VA_ARGS__)
#define mclmr_directory_set_network(d, ...) \
	mclmr_directory_set_network(CHANGES(d), __VA_ARGS__)

#define CALL(dialog) (held_for_call(__FILE__, __LINE__), dialog)
#define get_dlg_vardup(dialog, ...) get_dlg_vardup(CALL(dialog), __VA_ARGS__)
#define get_dlg_varstatus(dialog, ...) \
	get_dlg_varstatus(CALL(dialog), __VA_ARGS__)
#define set_dlg_var(dialog, ...) set_dlg_var(CALL(dialog), __VA_ARGS__)

/* The store itself has these functions. */
#ifndef HELD_STORE
#define iwf_store_read()                                              \
	({                                                                \
		const mclmr_directory_t *held_directory = (iwf_store_read)(); \
		held_in_force(held_directory);                                \
		held_directory;                                               \
	})
#define iwf_store_write()                                        \
	({                                                           \
		mclmr_directory_t *held_directory = (iwf_store_write)(); \
		held_in_force(held_directory);                           \
		held_directory;                                          \
	})
#define iwf_store_replace(directory)        \
	do {                                    \
		held_exchange();                    \
		(iwf_store_replace)(directory);     \
		held_exchanged(__FILE__, __LINE__); \
	} while(0)
#endif

#endif
