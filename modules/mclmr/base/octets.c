/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Binary texts, read and written; hexadecimal. */
#include <string.h>

#include "octets.h"

void mclmr_octets_put(uint8_t *to, uint64_t value, size_t octets)
{
	while(octets > 0) {
		to[--octets] = (uint8_t)value;
		value >>= 8;
	}
}

uint64_t mclmr_octets_get(const uint8_t *from, size_t octets)
{
	uint64_t value = 0;

	for(size_t i = 0; i < octets; i++)
		value = value << 8 | from[i];
	return value;
}

const uint8_t *mclmr_octets(mclmr_span_t span)
{
	return (const uint8_t *)span.s;
}

mclmr_span_t mclmr_octets_span(const uint8_t *octets, size_t length)
{
	return (mclmr_span_t){(const char *)octets, length};
}

mclmr_span_t mclmr_octets_take(mclmr_octets_reader_t *reader, size_t n)
{
	mclmr_span_t octets = {reader->rest.s, n};

	if(reader->rest.len < n) {
		reader->failed = true;
		return (mclmr_span_t){NULL, 0};
	}
	reader->rest = mclmr_span_from(reader->rest, reader->rest.s + n);
	return octets;
}

uint64_t mclmr_octets_take_number(mclmr_octets_reader_t *reader, size_t n)
{
	mclmr_span_t octets = mclmr_octets_take(reader, n);

	return mclmr_octets_get(mclmr_octets(octets), octets.len);
}

mclmr_span_t mclmr_octets_take_string(mclmr_octets_reader_t *reader, size_t n)
{
	return mclmr_octets_take(
			reader, (size_t)mclmr_octets_take_number(reader, n));
}

/* Nothing more is written. */
static void fill(mclmr_octets_writer_t *writer)
{
	writer->size = writer->length;
	writer->full = true;
}

mclmr_octets_writer_t mclmr_octets_writer(
		mclmr_arena_t *arena, const mclmr_octets_writer_t *counter)
{
	mclmr_octets_writer_t writer = {.size = counter->length};

	if(!counter->full)
		writer.to = mclmr_arena_alloc(arena, counter->length);
	if(writer.to == NULL)
		fill(&writer);
	return writer;
}

void mclmr_octets_write(mclmr_octets_writer_t *writer, mclmr_span_t octets)
{
	if(octets.len > writer->size - writer->length) {
		fill(writer);
		return;
	}
	if(writer->to != NULL && octets.len > 0)
		memcpy(writer->to + writer->length, octets.s, octets.len);
	writer->length += octets.len;
}

void mclmr_octets_write_number(
		mclmr_octets_writer_t *writer, uint64_t number, size_t n)
{
	uint8_t octets[8];

	mclmr_octets_put(octets, number, n);
	mclmr_octets_write(writer, mclmr_octets_span(octets, n));
}

void mclmr_octets_write_string(
		mclmr_octets_writer_t *writer, mclmr_span_t octets, size_t n)
{
	if(n < sizeof(octets.len) && octets.len >> 8 * n != 0) {
		fill(writer);
		return;
	}
	mclmr_octets_write_number(writer, octets.len, n);
	mclmr_octets_write(writer, octets);
}

mclmr_span_t mclmr_octets_written(const mclmr_octets_writer_t *writer)
{
	return mclmr_octets_span(writer->to, writer->length);
}

/* True for what may stand between digits. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int mclmr_octets_hex_digit(char c)
{
	if(c >= '0' && c <= '9')
		return c - '0';
	if(c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if(c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t mclmr_octets_from_hex(mclmr_span_t text, uint8_t *to, size_t size)
{
	size_t digits = 0;

	for(size_t i = 0; i < text.len; i++) {
		int value = mclmr_octets_hex_digit(text.s[i]);

		if(value < 0 && is_blank(text.s[i]))
			continue;
		if(value < 0 || digits / 2 == size)
			return 0;
		if(digits % 2 == 0)
			to[digits / 2] = (uint8_t)(value << 4);
		else
			to[digits / 2] |= (uint8_t)value;
		digits++;
	}
	return digits % 2 == 0 ? digits / 2 : 0;
}

void mclmr_octets_to_hex(const uint8_t *octets, size_t n, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for(size_t i = 0; i < n; i++) {
		*to++ = digits[octets[i] >> 4];
		*to++ = digits[octets[i] & 15];
	}
	*to = '\0';
}
