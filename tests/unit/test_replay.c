/* SPDX-License-Identifier: GPL-2.0-or-later */

/* replay: no message is taken twice. */
#include <string.h>

#include "mclmr/keys/replay.h"
#include "unit.h"

/* On line no message is taken twice, and none if there is no room. */
static void test_replay(void **state)
{
	static const struct
	{
		char digest;
		int64_t time, now;
		bool taken;
	} rows[] = {
			{'a', 1000, 1000, true},
			{'a', 1000, 1000, false},
			{'a', 1000, 1060, false},
			{'b', 1000, 1000, true},
			{'c', 1030, 1000, true},
			{'d', 1000, 1000, false}, /* full */
			{'d', 1061, 1061, true},  /* a and b are too old to matter */
			{'c', 1030, 1061, false},
			{'e', 1061, 1061, true},
			{'f', 1061, 1061, false},
	};
	mclmr_replay_entry_t entries[3] = {0};
	mclmr_replay_t replay = {entries, 3};
	mclmr_replay_t none = {NULL, 0};
	uint8_t digest[MCLMR_REPLAY_DIGEST];

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		memset(digest, rows[i].digest, sizeof(digest));
		assert_int_equal(mclmr_replay_take(&replay, digest, rows[i].time,
								 rows[i].now, 60),
				rows[i].taken);
	}
	assert_false(mclmr_replay_take(&none, digest, 0, 0, 60));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_replay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
