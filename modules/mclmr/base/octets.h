/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * octets: binary texts: numbers in network order, hexadecimal.
 */
#ifndef MCLMR_OCTETS_H
#define MCLMR_OCTETS_H

#include <stdint.h>

#include "arena.h"

/* Writes the low octets of value to to, most significant first. */
void mclmr_octets_put(uint8_t *to, uint64_t value, size_t octets);

/* The number of 1 to 8 octets, most significant first. */
uint64_t mclmr_octets_get(const uint8_t *from, size_t octets);

/* The octets of a span. */
const uint8_t *mclmr_octets(mclmr_span_t span);

/* A span of octets. */
mclmr_span_t mclmr_octets_span(const uint8_t *octets, size_t length);

/* The span of an array of octets, all of it. */
#define MCLMR_OCTETS(array) \
	((mclmr_span_t){(const char *)(array), sizeof(array)})

/* A reader of binary texts; failed stays true once there was too little. */
typedef struct mclmr_octets_reader
{
	mclmr_span_t rest;
	bool failed;
} mclmr_octets_reader_t;

/* Takes n octets off; empty, and failed, if there are less. */
mclmr_span_t mclmr_octets_take(mclmr_octets_reader_t *reader, size_t n);

/* Takes a number of n octets off, n up to 8. */
uint64_t mclmr_octets_take_number(mclmr_octets_reader_t *reader, size_t n);

/* Takes octets off that follow their length, a number of n octets. */
mclmr_span_t mclmr_octets_take_string(mclmr_octets_reader_t *reader, size_t n);

/*
 * A writer of binary texts: the other side of the reader. What does not fit is
 * not written, nor is anything after it; full tells at the end. Without memory
 * (to is NULL, size SIZE_MAX) it counts only. A writer begins as
 * {.to = memory, .size = octets}, as MCLMR_OCTETS_COUNTER, or as
 * mclmr_octets_writer().
 */
typedef struct mclmr_octets_writer
{
	uint8_t *to;
	size_t size;   /* octets at to; length once it is full */
	size_t length; /* written, or counted */
	bool full;
} mclmr_octets_writer_t;

#define MCLMR_OCTETS_COUNTER ((mclmr_octets_writer_t){.size = SIZE_MAX})

/* A writer with room in an arena for what was counted; full if there is none,
 * or if the counter was. */
mclmr_octets_writer_t mclmr_octets_writer(
		mclmr_arena_t *arena, const mclmr_octets_writer_t *counter);

/* Writes octets. */
void mclmr_octets_write(mclmr_octets_writer_t *writer, mclmr_span_t octets);

/* Writes a number as n octets, n up to 8, most significant first. Of one that
 * needs more, the low octets. */
void mclmr_octets_write_number(
		mclmr_octets_writer_t *writer, uint64_t number, size_t n);

/* Writes octets after their length, a number of n octets; a length that needs
 * more does not fit. */
void mclmr_octets_write_string(
		mclmr_octets_writer_t *writer, mclmr_span_t octets, size_t n);

/* What was written by now. */
mclmr_span_t mclmr_octets_written(const mclmr_octets_writer_t *writer);

/* The value of a hexadecimal digit, -1 for any other octet. */
int mclmr_octets_hex_digit(char c);

/*
 * Reads hexadecimal digits in pairs, blanks around and between them skipped,
 * into at most size octets. Their number, 0 if the text is no such digits
 * or too long.
 */
size_t mclmr_octets_from_hex(mclmr_span_t text, uint8_t *to, size_t size);

/* Writes 2 * n lower-case digits and a NUL. */
void mclmr_octets_to_hex(const uint8_t *octets, size_t n, char *to);

#endif
