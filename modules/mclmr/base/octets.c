/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Hexadecimal, base64, numbers; dates. */
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

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

int mclmr_octets_base64_digit(char c)
{
	if(c >= 'A' && c <= 'Z')
		return c - 'A';
	if(c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if(c >= '0' && c <= '9')
		return c - '0' + 52;
	if(c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* The state of a base64 reader. */
typedef struct base64
{
	uint32_t bits;	/* of the digits that gave no octet yet */
	size_t digits;	/* seen */
	size_t padding; /* "=" seen */
	size_t octets;	/* written */
} base64_t;

/* Takes one digit or "="; false where it cannot stand there. */
static bool take_base64(base64_t *state, char c, uint8_t *to, size_t size)
{
	int value = mclmr_octets_base64_digit(c);

	if(c == '=')
		return ++state->padding <= 2;
	if(value < 0 || state->padding > 0)
		return false;
	state->bits = state->bits << 6 | (uint32_t)value;
	if(++state->digits % 4 == 1)
		return true;
	if(state->octets == size)
		return false;
	to[state->octets++] =
			(uint8_t)(state->bits >> (6 - 2 * ((state->digits + 3) % 4)));
	return true;
}

/* True where the digits end as they must: padded, unused bits zero. */
static bool ends_well(const base64_t *state)
{
	static const uint32_t unused[] = {0, 0, 15, 3};
	size_t rest = state->digits % 4;

	return rest != 1 && (state->digits + state->padding) % 4 == 0
		   && (state->bits & unused[rest]) == 0;
}

size_t mclmr_octets_from_base64(mclmr_span_t text, uint8_t *to, size_t size)
{
	base64_t state = {0};

	for(size_t i = 0; i < text.len; i++) {
		if(!is_blank(text.s[i]) && !take_base64(&state, text.s[i], to, size))
			return 0;
	}
	return ends_well(&state) ? state.octets : 0;
}

size_t mclmr_octets_to_base64(const uint8_t *octets, size_t n, char *to)
{
	if(n > INT_MAX / 2)
		return 0;
	return (size_t)EVP_EncodeBlock((unsigned char *)to, octets, (int)n);
}
