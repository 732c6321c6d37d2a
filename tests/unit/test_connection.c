/* SPDX-License-Identifier: GPL-2.0-or-later */

/* connection: what kind of an address it is. */
#include "mclmr/sdp/connection.h"
#include "unit.h"

/* As they are read, and as octets that someone hands over. */
static void test_kinds(void **state)
{
	static const struct
	{
		const char *address;
		bool none, loopback, group;
	} row[] = {
			{"0.0.0.0", true, false, false},
			{"::", true, false, false},
			{"127.0.0.1", false, true, false},
			{"127.255.255.254", false, true, false},
			{"126.255.255.255", false, false, false},
			{"128.0.0.1", false, false, false},
			{"::1", false, true, false},
			{"::2", false, false, false},
			{"1::1", false, false, false},
			{"::ffff:127.0.0.1", false, true, false},
			{"::ffff:192.0.2.1", false, false, false},
			{"192.0.2.1", false, false, false},
			{"223.255.255.255", false, false, false},
			{"224.0.0.1", false, false, true},
			{"239.255.255.255", false, false, true},
			{"240.0.0.1", false, false, false},
			{"255.255.255.255", false, false, true},
			{"::ffff:224.0.0.1", false, false, true},
			{"ff02::1", false, false, true},
			{"fe80::1", false, false, false},
			{"2001:db8::7f00:1", false, false, false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_connection_t connection;

		assert_true(
				mclmr_connection_read(mclmr_span(row[i].address), &connection));
		if(mclmr_connection_is_none(&connection) != row[i].none
				|| mclmr_connection_is_loopback(&connection) != row[i].loopback
				|| mclmr_connection_is_group(&connection) != row[i].group)
			fail_msg("%s", row[i].address);
	}
}

/* Octets that were not read from a text may be mapped still. */
static void test_mapped(void **state)
{
	const mclmr_connection_t loopback = {.is_ip6 = true,
			.address = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};
	const mclmr_connection_t group = {.is_ip6 = true,
			.address = {[10] = 0xff, [11] = 0xff, [12] = 224, [15] = 1}};

	(void)state;
	assert_true(mclmr_connection_is_loopback(&loopback));
	assert_true(mclmr_connection_is_group(&group));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_kinds),
			cmocka_unit_test(test_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
