/* SPDX-License-Identifier: GPL-2.0-or-later */

/* networks: lists as they are written, and what is in them. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/networks.h"
#include "unit.h"

static mclmr_connection_t address_of(const char *text)
{
	mclmr_connection_t address;

	assert_true(mclmr_connection_read(mclmr_span(text), &address));
	return address;
}

static void test_members(void **state)
{
	static const struct
	{
		const char *list, *address;
		bool has;
	} row[] = {
			{"10.0.0.0/8", "10.255.1.2", true},
			{"10.0.0.0/8", "11.0.0.0", false},
			{"10.0.0.0/9", "10.127.255.255", true},
			{"10.0.0.0/9", "10.128.0.0", false},
			{"10.0.0.8/31", "10.0.0.9", true},
			{"10.0.0.8/31", "10.0.0.10", false},
			{"10.0.0.8", "10.0.0.8", true},
			{"10.0.0.8", "10.0.0.9", false},
			{"0.0.0.0/0", "203.0.113.9", true},
			{"0.0.0.0/0", "2001:db8::1", false},
			{"::/0", "2001:db8::1", true},
			{"::/0", "10.0.0.1", false},
			{"2001:db8::/33", "2001:db8:7fff::1", true},
			{"2001:db8::/33", "2001:db8:8000::1", false},
			{"2001:DB8::1", "2001:db8:0:0::1", true},
			{"2001:db8::1/128", "2001:db8::2", false},
			{"10.0.0.0/8", "::ffff:10.1.2.3", true},
			{"::ffff:10.0.0.0/8", "10.1.2.3", true},
			{" 192.0.2.1 ,\t10.0.0.0/8", "10.1.2.3", true},
			{"192.0.2.1,10.0.0.0/8", "192.0.2.1", true},
			{"192.0.2.1,10.0.0.0/8", "192.0.2.2", false},
			{"", "192.0.2.2", false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_connection_t address = address_of(row[i].address);
		mclmr_networks_t networks;

		assert_null(mclmr_networks_read(mclmr_span(row[i].list), &networks));
		if(mclmr_networks_have(&networks, &address) != row[i].has)
			fail_msg("%s in %s", row[i].address, row[i].list);
	}
}

/* An address that is written as IPv4-mapped is one of IPv4. */
static void test_mapped(void **state)
{
	mclmr_connection_t mapped = {
			.is_ip6 = true, .address = {[10] = 0xff, [11] = 0xff, 10, 1, 2, 3}};
	mclmr_networks_t networks;

	(void)state;
	assert_null(mclmr_networks_read(MCLMR_SPAN("10.1.2.0/24"), &networks));
	assert_true(mclmr_networks_have(&networks, &mapped));
}

static void test_refused(void **state)
{
	static const char *const lists[] = {"10.0.0.0/33", "10.0.0.1/24",
			"2001:db8::/129", "2001:db8::1/64", "10.0.0.0/", "10.0.0.0/x",
			"10.0.0.0/8/8", "10.0.0.0/0008", "10.0.0.0/-1", "localhost",
			"10.0.0.0 192.0.2.0", "10.0.0.0,,192.0.2.0", ",10.0.0.0", "[::1]",
			"10.1", "/8", "0.0.0.1/0", "10.0.0.0/8, 10.0.0.0/257"};
	static const mclmr_networks_t none;

	(void)state;
	for(size_t i = 0; i < COUNT(lists); i++) {
		mclmr_networks_t networks;

		if(mclmr_networks_read(mclmr_span(lists[i]), &networks) == NULL)
			fail_msg("%s is accepted", lists[i]);
		assert_memory_equal(&networks, &none, sizeof(none));
	}
}

static void test_most(void **state)
{
	char text[(MCLMR_MAX_NETWORKS + 1) * 9] = "";
	mclmr_networks_t networks;

	(void)state;
	for(unsigned i = 0; i < MCLMR_MAX_NETWORKS; i++)
		(void)snprintf(text + strlen(text), 10, "%s10.0.0.%u", i > 0 ? "," : "",
				i % 10);
	assert_null(mclmr_networks_read(mclmr_span(text), &networks));
	assert_int_equal(networks.n, MCLMR_MAX_NETWORKS);
	(void)strcat(text, ",10.0.0.1");
	assert_non_null(mclmr_networks_read(mclmr_span(text), &networks));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_members),
			cmocka_unit_test(test_mapped),
			cmocka_unit_test(test_refused),
			cmocka_unit_test(test_most),
	};

	return cmocka_run_group_tests_name("networks", tests, NULL, NULL);
}
