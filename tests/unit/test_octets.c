/* SPDX-License-Identifier: GPL-2.0-or-later */

/* octets: binary texts written and read back, and what does not fit. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)
#define ROOM 64
#define UNTOUCHED 0x5a

static const char whole[] = "\x01\xff\xfe\x01\x02\x03\x04\x01\x02\x03\x04\x05"
							"\x06\x07\x08raw\0\x00\x03one\x02\xe4\x00\x00"
							"\x00\x00\x00\x00\x00\x00";

/* Writes the text above. */
static void write_all(mclmr_octets_writer_t *writer)
{
	mclmr_octets_write_number(writer, 1, 1);
	mclmr_octets_write_number(writer, 0x1fffe, 2);
	mclmr_octets_write_number(writer, 0x01020304, 4);
	mclmr_octets_write_number(writer, UINT64_C(0x0102030405060708), 8);
	mclmr_octets_write(writer, S("raw\0"));
	mclmr_octets_write(writer, (mclmr_span_t){NULL, 0});
	mclmr_octets_write_string(writer, S("one"), 2);
	mclmr_octets_write_string(writer, S("\xe4\x00"), 1);
	mclmr_octets_write_string(writer, (mclmr_span_t){NULL, 0}, 4);
	mclmr_octets_write_number(writer, 0, 3);
}

static void test_whole(void **state)
{
	uint8_t memory[ROOM];
	mclmr_octets_writer_t writer = {.to = memory, .size = sizeof(whole) - 1};
	mclmr_octets_reader_t reader;

	(void)state;
	memset(memory, UNTOUCHED, sizeof(memory));
	write_all(&writer);
	assert_false(writer.full);
	assert_int_equal(writer.length, sizeof(whole) - 1);
	assert_memory_equal(memory, whole, sizeof(whole) - 1);
	assert_int_equal(memory[sizeof(whole) - 1], UNTOUCHED);
	reader = (mclmr_octets_reader_t){mclmr_octets_written(&writer), false};
	assert_int_equal(mclmr_octets_take_number(&reader, 1), 1);
	assert_int_equal(mclmr_octets_take_number(&reader, 2), 0xfffe);
	assert_int_equal(mclmr_octets_take_number(&reader, 4), 0x01020304);
	assert_true(mclmr_octets_take_number(&reader, 8)
				== UINT64_C(0x0102030405060708));
	assert_true(mclmr_span_equal(mclmr_octets_take(&reader, 4), S("raw\0")));
	assert_true(
			mclmr_span_equal(mclmr_octets_take_string(&reader, 2), S("one")));
	assert_true(mclmr_span_equal(
			mclmr_octets_take_string(&reader, 1), S("\xe4\x00")));
	assert_int_equal(mclmr_octets_take_string(&reader, 4).len, 0);
	assert_int_equal(mclmr_octets_take_number(&reader, 3), 0);
	assert_false(reader.failed);
	assert_int_equal(reader.rest.len, 0);
}

/* Without memory it counts, without end. */
static void test_counter(void **state)
{
	mclmr_octets_writer_t writer = MCLMR_OCTETS_COUNTER;

	(void)state;
	write_all(&writer);
	assert_false(writer.full);
	assert_int_equal(writer.length, sizeof(whole) - 1);
	mclmr_octets_write(&writer, (mclmr_span_t){NULL, SIZE_MAX / 2});
	assert_false(writer.full);
	mclmr_octets_write(&writer, (mclmr_span_t){NULL, SIZE_MAX / 2});
	assert_true(writer.full);
}

/* Room in an arena for exactly what was counted. */
static void test_writer_in_arena(void **state)
{
	_Alignas(max_align_t) char memory[ROOM];
	mclmr_octets_writer_t counter = MCLMR_OCTETS_COUNTER;
	mclmr_octets_writer_t writer;
	mclmr_arena_t arena;

	(void)state;
	write_all(&counter);
	arena = mclmr_arena(memory, counter.length);
	writer = mclmr_octets_writer(&arena, &counter);
	assert_false(writer.full);
	write_all(&writer);
	assert_false(writer.full);
	assert_memory_equal(memory, whole, sizeof(whole) - 1);
	assert_int_equal(arena.used, counter.length);
	arena = mclmr_arena(memory, counter.length - 1);
	writer = mclmr_octets_writer(&arena, &counter);
	assert_true(writer.full);
	write_all(&writer);
	assert_int_equal(writer.length, 0);
	arena = mclmr_arena(memory, counter.length);
	counter.full = true;
	assert_true(mclmr_octets_writer(&arena, &counter).full);
	assert_int_equal(arena.used, 0);
}

/* In each room that is too small: no octet beyond it, what there is begins as
 * the whole does, and nothing follows a piece that did not fit. */
static void test_each_room(void **state)
{
	(void)state;
	for(size_t room = 0; room < sizeof(whole) - 1; room++) {
		uint8_t memory[ROOM];
		mclmr_octets_writer_t writer = {.to = memory, .size = room};
		size_t length;

		memset(memory, UNTOUCHED, sizeof(memory));
		write_all(&writer);
		assert_true(writer.full);
		assert_true(writer.length <= room);
		assert_memory_equal(memory, whole, writer.length);
		length = writer.length;
		mclmr_octets_write_number(&writer, 1, 1);
		mclmr_octets_write(&writer, S("x"));
		assert_int_equal(writer.length, length);
		for(size_t i = length; i < sizeof(memory); i++)
			assert_int_equal(memory[i], UNTOUCHED);
	}
}

/* A length that its octets cannot say is no other length. */
static void test_long_strings(void **state)
{
	static char text[65536];
	static const struct
	{
		size_t len, n;
		bool fits;
	} rows[] = {{255, 1, true}, {256, 1, false}, {65535, 2, true},
			{65536, 2, false}, {65536, 3, true}, {65536, 8, true}};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_octets_writer_t writer = MCLMR_OCTETS_COUNTER;

		mclmr_octets_write_string(
				&writer, (mclmr_span_t){text, rows[i].len}, rows[i].n);
		assert_int_equal(writer.full, !rows[i].fits);
		assert_int_equal(
				writer.length, rows[i].fits ? rows[i].len + rows[i].n : 0);
		mclmr_octets_write_number(&writer, 0, 1);
		assert_int_equal(writer.length == 0, !rows[i].fits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_whole),
			cmocka_unit_test(test_counter),
			cmocka_unit_test(test_writer_in_arena),
			cmocka_unit_test(test_each_room),
			cmocka_unit_test(test_long_strings),
	};

	return cmocka_run_group_tests_name("octets", tests, NULL, NULL);
}
