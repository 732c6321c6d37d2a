/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * timestamp: points in time as people write them, in Unix seconds.
 */
#ifndef MCLMR_TIMESTAMP_H
#define MCLMR_TIMESTAMP_H

#include <stdint.h>

#include "span.h"

#define MCLMR_TIMESTAMP_SIZE 24 /* of mclmr_timestamp_write() */

/*
 * Reads Unix seconds, or a date and time of RFC 3339, whose fraction is
 * dropped; xs:dateTime may leave the zone out, which is UTC then. Years 1970
 * to 9999. false if it is neither.
 */
bool mclmr_timestamp_read(mclmr_span_t text, int64_t *seconds);

/* Writes RFC 3339 in UTC, "2024-01-01T00:00:00Z", NUL terminated. */
void mclmr_timestamp_write(int64_t seconds, char to[MCLMR_TIMESTAMP_SIZE]);

#endif
