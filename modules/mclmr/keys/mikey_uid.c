/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Identifier of a user in a key period. */
#include <string.h>

#include <openssl/evp.h>

#include "mclmr/base/octets.h"
#include "mikey_uid.h"

/* What the hash begins with: the function code and the first parameter. */
#define FUNCTION_CODE 0x00
#define FIRST "MIKEY-SAKKE-UID"

/* Adds a parameter and its length in two octets (TS 33.220 B.2). */
static bool add(EVP_MD_CTX *hash, const void *octets, size_t length)
{
	uint8_t size[2];

	if(length > UINT16_MAX)
		return false;
	mclmr_octets_put(size, length, sizeof(size));
	return EVP_DigestUpdate(hash, length == 0 ? "" : octets, length) == 1
		   && EVP_DigestUpdate(hash, size, sizeof(size)) == 1;
}

/* Adds a number in as few octets as it takes, zero in one. */
static bool add_number(EVP_MD_CTX *hash, uint64_t number)
{
	uint8_t octets[8];
	size_t skip = 0;

	mclmr_octets_put(octets, number, sizeof(octets));
	while(skip < sizeof(octets) - 1 && octets[skip] == 0)
		skip++;
	return add(hash, octets + skip, sizeof(octets) - skip);
}

/* Hashes all that makes the identifier. */
static bool hash_all(EVP_MD_CTX *hash, mclmr_span_t user, mclmr_span_t kms,
		mclmr_key_period_t period, uint64_t number, uint8_t *uid)
{
	static const uint8_t code = FUNCTION_CODE;

	return EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1
		   && EVP_DigestUpdate(hash, &code, 1) == 1
		   && add(hash, FIRST, sizeof(FIRST) - 1) && add(hash, user.s, user.len)
		   && add(hash, kms.s, kms.len) && add_number(hash, period.length)
		   && add_number(hash, period.offset) && add_number(hash, number)
		   && EVP_DigestFinal_ex(hash, uid, NULL) == 1;
}

bool mclmr_mikey_uid(mclmr_span_t user, mclmr_span_t kms,
		mclmr_key_period_t period, uint64_t number, uint8_t uid[MCLMR_UID_SIZE])
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool done = hash != NULL && hash_all(hash, user, kms, period, number, uid);

	EVP_MD_CTX_free(hash);
	return done;
}

/* The NTP second of a Unix second, not cut to 32 bits. */
static uint64_t ntp_of(int64_t at)
{
	return (uint64_t)at + MCLMR_NTP_UNIX;
}

/* The number of the period that an NTP second falls in. */
static uint64_t number_of(mclmr_key_period_t period, uint64_t ntp)
{
	if(period.length == 0 || ntp < period.offset)
		return 0;
	return (ntp - period.offset) / period.length;
}

uint64_t mclmr_key_period_number(mclmr_key_period_t period, int64_t at)
{
	return number_of(period, ntp_of(at));
}

int64_t mclmr_key_period_begin(mclmr_key_period_t period, uint64_t number)
{
	return (int64_t)(number * period.length + period.offset - MCLMR_NTP_UNIX);
}

size_t mclmr_key_periods(mclmr_key_period_t period, int64_t at, uint64_t slack,
		uint64_t numbers[MCLMR_KEY_PERIODS])
{
	uint64_t ntp = ntp_of(at);
	uint64_t number = number_of(period, ntp);
	uint64_t early = ntp < slack ? 0 : ntp - slack;
	size_t n = 0;

	numbers[n++] = number;
	if(number_of(period, early) < number)
		numbers[n++] = number - 1;
	if(number_of(period, ntp + slack) > number)
		numbers[n++] = number + 1;
	return n;
}

int64_t mclmr_unix_seconds(uint64_t timestamp)
{
	uint64_t seconds = timestamp >> 32;

	if(seconds < 0x80000000U)
		seconds += 0x100000000U;
	return (int64_t)(seconds - MCLMR_NTP_UNIX);
}

uint64_t mclmr_ntp_timestamp(int64_t seconds)
{
	return ntp_of(seconds) << 32;
}
