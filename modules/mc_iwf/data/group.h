/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_group: changes codec and profile of a group (the server function of
 * TS 23.283 10.7): any process asks, the refresh process, the only one with a
 * database connection, does it.
 */
#ifndef IWF_GROUP_H
#define IWF_GROUP_H

#include "mclmr/base/span.h"
#include "mclmr/base/status.h"

#define IWF_GROUP_ERROR 128 /* octets of a reason, with NUL */

/* Makes the place where requests wait, before any fork; 0 or -1. */
int iwf_group_init(void);
void iwf_group_destroy(void);

/*
 * Sets the codec that a group's calls use (empty: none is forced), and with
 * profile (empty: as it is) their media profile. Waits until it is in the
 * database and in force on this node. MCLMR_OK; else nothing changed and why
 * in error: MCLMR_GROUP_UNKNOWN, MCLMR_PROFILE_UNKNOWN, MCLMR_MEDIA_DENIED
 * (what the profile forbids, or what has to be encrypted and cannot be),
 * MCLMR_INTERNAL (no data, database; no answer in time: it may still come).
 */
mclmr_status_t iwf_group_codec(mclmr_span_t group, mclmr_span_t codec,
		mclmr_span_t profile, char error[IWF_GROUP_ERROR]);

/* In the refresh process: does what was asked for. */
void iwf_group_serve(void);

/* The same while the database is away. */
void iwf_group_refuse(void);

#endif
