/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_profiles: the media profiles in force. They are in shared memory,
 * replaced as a whole; each process works on a copy of its own, which it
 * renews when the one there is another.
 */
#ifndef LMR_PROFILES_H
#define LMR_PROFILES_H

#include "mclmr/sdp/profile.h"

#define LMR_PROFILES_FILE_MAX 65536 /* octets of the file, less one */
#define LMR_PROFILES_ERROR 256

/* Reads modparam policies, before any fork. 0; -1 with a log line if the
 * file is wrong. The default file may be missing: there are no profiles. */
int lmr_profiles_init(void);

void lmr_profiles_destroy(void);

/* Reads the file anew and puts it in force for all processes. 0; -1 with what
 * is wrong in error, and the old ones stay. */
int lmr_profiles_reload(char *error, size_t size);

/* The profiles in force; valid until the next call in this process. NULL
 * if there are none. */
const mclmr_profiles_t *lmr_profiles_get(void);

/*
 * The profile that a script names: by its name, or by the URI of a group,
 * whose row says profile and codec. *copy is used for the latter. NULL with
 * one log line if there is none.
 */
const mclmr_profile_t *lmr_profiles_find(const mclmr_profiles_t *profiles,
		mclmr_span_t name, mclmr_profile_t *copy);

#endif
