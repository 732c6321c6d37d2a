/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Octets as characters of base64, and back. */
#include <limits.h>

#include <openssl/evp.h>

#include "base64.h"
#include "octets.h"

/* The values of the digits; -1 for what is none. */
static const signed char values[256] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,
		-1, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
		-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
		19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30,
		31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
		49, 50, 51, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

/* A reader: where it writes, and the group of four characters under way. */
typedef struct reader
{
	unsigned rules;
	uint8_t *to; /* NULL: octets are only counted */
	size_t size;
	size_t octets;
	uint32_t bits;	 /* of the digits that gave no octet yet */
	unsigned digits; /* of the group */
	size_t padding;	 /* "=" seen */
} reader_t;

static inline int value_of(char c)
{
	return values[(unsigned char)c];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The 24 bits of four digits, -1 if there is anything else among them. */
static inline int32_t group_of(const char *s)
{
	int a = value_of(s[0]);
	int b = value_of(s[1]);
	int c = value_of(s[2]);
	int d = value_of(s[3]);

	return (a | b | c | d) < 0 ? -1 : a << 18 | b << 12 | c << 6 | d;
}

/* Takes off as many whole groups as follow each other; false if there is none.
 * A line of a body part is 19 of them, and digit by digit they would cost
 * twice as much. */
static bool take_groups(reader_t *reader, mclmr_span_t *rest)
{
	size_t room = (reader->size - reader->octets) / 3;
	size_t most = rest->len / 4 < room ? rest->len / 4 : room;
	const char *s = rest->s;
	uint8_t *to = reader->to == NULL ? NULL : reader->to + reader->octets;
	int32_t group;
	size_t n = 0;

	while(n < most && (group = group_of(s + 4 * n)) >= 0) {
		if(to != NULL) {
			*to++ = (uint8_t)(group >> 16);
			*to++ = (uint8_t)(group >> 8);
			*to++ = (uint8_t)group;
		}
		n++;
	}
	reader->octets += 3 * n;
	*rest = mclmr_span_from(*rest, s + 4 * n);
	return n > 0;
}

/* Takes a digit, which all but the first of a group give an octet for. */
static bool take_digit(reader_t *reader, int value)
{
	if(value < 0 || reader->padding > 0)
		return false;
	reader->bits = reader->bits << 6 | (uint32_t)value;
	if(++reader->digits == 1)
		return true;
	if(reader->octets == reader->size)
		return false;
	if(reader->to != NULL)
		reader->to[reader->octets] =
				(uint8_t)(reader->bits >> 2 * (4 - reader->digits));
	reader->octets++;
	reader->digits %= 4;
	return true;
}

/* Takes off any one character; false if it cannot stand there. */
static bool take(reader_t *reader, mclmr_span_t *rest)
{
	char c = *rest->s;

	*rest = mclmr_span_from(*rest, rest->s + 1);
	if(is_blank(c))
		return (reader->rules & MCLMR_BASE64_BLANKS) != 0;
	if(c != '=')
		return take_digit(reader, value_of(c));
	reader->padding++;
	return true;
}

/* True if the padding is what the digits before it need, or left out. One
 * digit gives no octet, so that no padding makes a group of it. */
static bool is_padded(const reader_t *reader, size_t needed)
{
	bool bare = reader->padding == 0 && reader->digits != 1;

	return reader->padding == needed
		   || (bare && (reader->rules & MCLMR_BASE64_BARE) != 0);
}

/* True if the text ends as the rules have it. */
static bool ends_well(const reader_t *reader)
{
	static const struct
	{
		size_t padding;
		uint32_t unused; /* bits of the last digit */
	} ends[] = {{0, 0}, {SIZE_MAX, 63}, {2, 15}, {1, 3}};

	if((reader->rules & MCLMR_BASE64_PADDED) != 0
			&& !is_padded(reader, ends[reader->digits].padding))
		return false;
	return (reader->rules & MCLMR_BASE64_EXACT) == 0
		   || (reader->bits & ends[reader->digits].unused) == 0;
}

bool mclmr_base64_read(
		mclmr_span_t text, unsigned rules, uint8_t *to, size_t size, size_t *n)
{
	reader_t reader = {
			.rules = rules, .to = to, .size = to == NULL ? SIZE_MAX : size};

	*n = 0;
	while(text.len > 0) {
		if(reader.digits == 0 && reader.padding == 0
				&& take_groups(&reader, &text))
			continue;
		if(!take(&reader, &text))
			return false;
	}
	if(!ends_well(&reader))
		return false;
	*n = reader.octets;
	return true;
}

int mclmr_base64_digit(char c)
{
	return value_of(c);
}

size_t mclmr_base64_write(const uint8_t *octets, size_t n, char *to)
{
	if(n > INT_MAX / 2)
		return 0;
	return (size_t)EVP_EncodeBlock((unsigned char *)to, octets, (int)n);
}

/* The digit of base64 that one of base64url stands for; no digit for any other
 * octet. */
static char of_url(char c)
{
	if(c == '-')
		return '+';
	if(c == '_')
		return '/';
	if(c == '+' || c == '/')
		return '\0';
	return c;
}

bool mclmr_base64_read_url(
		mclmr_span_t text, uint8_t *to, size_t size, size_t *n)
{
	*n = 0;
	if(text.len > size)
		return false;
	for(size_t i = 0; i < text.len; i++)
		to[i] = (uint8_t)of_url(text.s[i]);
	if(text.len > 0 && to[text.len - 1] == '=')
		return false;
	return mclmr_base64_read(mclmr_octets_span(to, text.len),
			MCLMR_BASE64_PADDED | MCLMR_BASE64_BARE | MCLMR_BASE64_EXACT, to,
			size, n);
}
