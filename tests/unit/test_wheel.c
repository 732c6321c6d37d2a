/* SPDX-License-Identifier: GPL-2.0-or-later */

/* wheel: what is due is told once, in time, and nothing before. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/binding/wheel.h"
#include "unit.h"

#define BEGIN INT64_C(1700000000)
#define NODES 400

typedef struct node
{
	mclmr_wheel_node_t wheel; /* first */
	int told;
} node_t;

static mclmr_wheel_t wheel;
static node_t nodes[NODES];

static void tell(void *data, mclmr_wheel_node_t *node)
{
	const int64_t *now = data;

	assert_true(node->due <= *now);
	assert_null(node->at);
	((node_t *)node)->told++;
}

static void begin(void)
{
	memset(nodes, 0, sizeof(nodes));
	mclmr_wheel_init(&wheel, BEGIN);
}

static size_t turn(int64_t now, size_t most)
{
	return mclmr_wheel_turn(&wheel, now, most, tell, &now);
}

static void put(int i, int64_t due)
{
	mclmr_wheel_put(&wheel, &nodes[i].wheel, due);
}

static void test_second(void **state)
{
	(void)state;
	begin();
	put(0, BEGIN + 10);
	put(1, BEGIN + 10);
	put(2, BEGIN + 11);
	assert_int_equal(turn(BEGIN + 9, NODES), 0);
	assert_int_equal(turn(BEGIN + 10, NODES), 2);
	assert_int_equal(turn(BEGIN + 10, NODES), 0);
	assert_int_equal(turn(BEGIN + 11, NODES), 1);
}

/* What ends after more than a turn waits for it. */
static void test_turns(void **state)
{
	(void)state;
	begin();
	put(0, BEGIN + 3 * MCLMR_WHEEL_SECONDS + 5);
	for(int64_t now = BEGIN; now < nodes[0].wheel.due; now += 61)
		assert_int_equal(turn(now, NODES), 0);
	assert_int_equal(turn(nodes[0].wheel.due, NODES), 1);
}

static void test_past(void **state)
{
	(void)state;
	begin();
	put(0, BEGIN - 1000);
	put(1, BEGIN);
	assert_int_equal(turn(BEGIN, NODES), 0);
	assert_int_equal(turn(BEGIN + 1, NODES), 2);
}

static void test_clock_jumps(void **state)
{
	(void)state;
	begin();
	put(0, BEGIN + 5);
	assert_int_equal(turn(BEGIN - 100000, NODES), 0);
	put(1, BEGIN + 7);
	put(2, INT64_MAX);
	assert_int_equal(turn(BEGIN + 1000000000, NODES), 2);
	put(3, BEGIN + 1000000001);
	assert_int_equal(turn(BEGIN + 1000000001, NODES), 1);
	assert_int_equal(nodes[2].told, 0);
}

/* After a clock that went back all is told at its time by this clock, what was
 * put in before, too. */
static void test_clock_set_back(void **state)
{
	const int64_t back = BEGIN - 3600;

	(void)state;
	begin();
	put(0, BEGIN + 10);
	assert_int_equal(turn(BEGIN + 5, NODES), 0);
	assert_int_equal(turn(back, NODES), 0);
	put(1, back + 60);
	assert_int_equal(turn(back + 59, NODES), 0);
	assert_int_equal(turn(back + 60, NODES), 1);
	assert_int_equal(turn(BEGIN + 9, NODES), 0);
	assert_int_equal(turn(BEGIN + 10, NODES), 1);
}

/* A second with much to do is told in pieces. */
static void test_most(void **state)
{
	size_t told, all = 0;

	(void)state;
	begin();
	for(int i = 0; i < NODES; i++)
		put(i, BEGIN + 1 + i % 2);
	while((told = turn(BEGIN + 2, 7)) > 0) {
		assert_true(told <= 7);
		all += told;
	}
	assert_int_equal(all, NODES);
	for(int i = 0; i < NODES; i++)
		assert_int_equal(nodes[i].told, 1);
}

static void put_again(void *data, mclmr_wheel_node_t *node)
{
	((node_t *)node)->told++;
	mclmr_wheel_put(&wheel, node, *(int64_t *)data + MCLMR_WHEEL_SECONDS);
}

static void test_again(void **state)
{
	int64_t now = BEGIN + 1;

	(void)state;
	begin();
	for(int i = 0; i < 5; i++)
		put(i, now);
	assert_int_equal(mclmr_wheel_turn(&wheel, now, NODES, put_again, &now), 5);
	assert_int_equal(turn(now + MCLMR_WHEEL_SECONDS - 1, NODES), 0);
	assert_int_equal(turn(now + MCLMR_WHEEL_SECONDS, NODES), 5);
}

/* Random puts, takes and turns against what they ought to do. */
static void test_random(void **state)
{
	int64_t now = BEGIN, due[NODES] = {0};

	(void)state;
	begin();
	srand(7);
	for(int step = 0; step < 20000; step++) {
		int i = rand() % NODES;

		switch(rand() % 4) {
			case 0:
				now += rand() % 3;
				(void)turn(now, NODES);
				for(i = 0; i < NODES; i++) {
					assert_int_equal(
							nodes[i].told, due[i] != 0 && due[i] <= now);
					due[i] = nodes[i].told ? 0 : due[i];
					nodes[i].told = 0;
				}
				break;
			case 1:
				mclmr_wheel_take(&nodes[i].wheel);
				due[i] = 0;
				break;
			default:
				due[i] = now + 1 + rand() % (rand() % 2 ? 50 : 9000);
				put(i, due[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_second),
			cmocka_unit_test(test_turns),
			cmocka_unit_test(test_past),
			cmocka_unit_test(test_clock_jumps),
			cmocka_unit_test(test_clock_set_back),
			cmocka_unit_test(test_most),
			cmocka_unit_test(test_again),
			cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("wheel", tests, NULL, NULL);
}
