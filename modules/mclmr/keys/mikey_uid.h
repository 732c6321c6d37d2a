/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mikey_uid: whom a MIKEY-SAKKE key belongs to, for one key period (TS 33.180
 * F.2.1), and the clock that tells the period: NTP-UTC seconds since 1900,
 * which all but a message count as Unix seconds.
 */
#ifndef MCLMR_MIKEY_UID_H
#define MCLMR_MIKEY_UID_H

#include <stdint.h>

#include "mclmr/base/span.h"

#define MCLMR_UID_SIZE 32

/* NTP seconds at the beginning of Unix time. */
#define MCLMR_NTP_UNIX 2208988800ULL

/* The period that a key management server gives its keys for. */
typedef struct mclmr_key_period
{
	uint32_t length; /* seconds, not 0 */
	uint32_t offset; /* seconds */
} mclmr_key_period_t;

/*
 * The identifier of user in period number of the server kms: the SHA-256 of
 * both URIs, octet for octet, and the numbers. false: a URI over 65,535
 * octets, or a hash that OpenSSL does not give.
 */
bool mclmr_mikey_uid(mclmr_span_t user, mclmr_span_t kms,
		mclmr_key_period_t period, uint64_t number,
		uint8_t uid[MCLMR_UID_SIZE]);

/* The number of the period that a time (Unix seconds) falls in; times before
 * the offset are in period 0. */
uint64_t mclmr_key_period_number(mclmr_key_period_t period, int64_t at);

/* The Unix second that a period begins at. */
int64_t mclmr_key_period_begin(mclmr_key_period_t period, uint64_t number);

#define MCLMR_KEY_PERIODS 3

/*
 * The periods that a time may belong to: its own, and a neighbour that is at
 * most slack seconds away. Writes 1 to MCLMR_KEY_PERIODS numbers, its own
 * first, and returns how many.
 */
size_t mclmr_key_periods(mclmr_key_period_t period, int64_t at, uint64_t slack,
		uint64_t numbers[MCLMR_KEY_PERIODS]);

/* The Unix second of an NTP timestamp of 64 bits, whose era (RFC 5905 6) is the
 * one between 1968 and 2104. */
int64_t mclmr_unix_seconds(uint64_t timestamp);

/* The NTP timestamp of Unix seconds. */
uint64_t mclmr_ntp_timestamp(int64_t seconds);

#endif
