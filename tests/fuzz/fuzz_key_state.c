/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: five octets that say what is to be taken (key identifier, key period,
 * period of the clock, timestamp, status), then the state file. A record that
 * is taken is known afterwards, and then changes nothing; an older one is
 * not taken any more; the lines of others are all there as they were.
 */
#include <string.h>

#include "mclmr/keys/key_state.h"
#include "fuzz.h"

#define SIZE (1 << 18)

static char memory[4 * SIZE];
static const mclmr_span_t user = {"sip:a@x", 7};

/* True for a line about the user. */
static bool is_users(mclmr_span_t line)
{
	return line.len > user.len
		   && memcmp(line.s + line.len - user.len, user.s, user.len) == 0;
}

/* The lines of others, but for the title, are the same in both states. */
static void check_others(mclmr_span_t before, mclmr_span_t after)
{
	mclmr_span_t line, same = {NULL, 0};

	(void)mclmr_span_cut(&before, '\n');
	(void)mclmr_span_cut(&after, '\n');
	while(before.len > 0) {
		line = mclmr_span_cut(&before, '\n');
		if(is_users(line))
			continue;
		do {
			require(after.len > 0);
			same = mclmr_span_cut(&after, '\n');
		} while(is_users(same));
		require(mclmr_span_equal(line, same));
	}
}

/* What was taken is known, and what is older than that is refused. */
static void check_taken(mclmr_span_t state, const mclmr_key_taken_t *taken,
		mclmr_arena_t *arena)
{
	mclmr_key_taken_t older = *taken;
	mclmr_span_t same;

	require(mclmr_key_state_take(state, taken, arena, &same)
			== MCLMR_KEY_KNOWN);
	require(mclmr_span_equal(state, same));
	older.timestamp -= UINT64_C(1) << 32;
	older.digest[0] ^= 1;
	require(mclmr_key_state_take(state, &older, arena, &same)
			== MCLMR_KEY_OLDER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t state = input_of(data, size), after;
	char id = (char)(take_octet(&state) % 4);
	mclmr_key_record_t record = {.lmr_type = MCLMR_LMR_P25,
			.kmf = {"sip:k@x", 7},
			.purpose = MCLMR_RECORD_ROOT,
			.keys = 1,
			.key = {{{"\x84", 1}, {&id, 1}, {"0123456789abcdef", 16}}}};
	mclmr_key_taken_t taken = {.user = user, .record = &record};

	record.key_period = take_octet(&state) % 4;
	taken.period = take_octet(&state) % 4;
	taken.timestamp = UINT64_C(0xE93C7F0000000000)
					  + ((uint64_t)(take_octet(&state) % 8) << 32);
	record.status = take_octet(&state) % 2 == 0 ? MCLMR_RECORD_ACTIVE
												: MCLMR_RECORD_REVOKED;
	memset(taken.digest, 'd', sizeof(taken.digest));
	if(state.len > SIZE)
		return 0;
	if(mclmr_key_state_take(state, &taken, &arena, &after) != MCLMR_KEY_NEW)
		return 0;
	check_others(state, after);
	check_taken(after, &taken, &arena);
	return 0;
}
