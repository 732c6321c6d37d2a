/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * span: octets that something else owns, as pointer and length. A span is
 * never NUL terminated and may hold any octet value.
 */
#ifndef MCLMR_SPAN_H
#define MCLMR_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct mclmr_span
{
	const char *s; /* first octet; may be NULL when len is 0 */
	size_t len;	   /* octets */
} mclmr_span_t;

/* A span of a string literal, its NUL not counted. */
#define MCLMR_SPAN(literal) ((mclmr_span_t){(literal), sizeof(literal) - 1})

/* Arguments of a "%.*s" conversion. */
#define MCLMR_FMT(span) (int)(span).len, (span).s

/* The span of a NUL terminated string; NULL gives an empty span. */
static inline mclmr_span_t mclmr_span(const char *string)
{
	return (mclmr_span_t){string, string == NULL ? 0 : strlen(string)};
}

/* The letter in lower case; every other octet as it is. ASCII only, whatever
 * the locale: names on the wire are ASCII. */
static inline char mclmr_span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* True if both hold the same octets. Inline: a description is compared with
 * hundreds of names, nearly all of another length. */
static inline bool mclmr_span_equal(mclmr_span_t a, mclmr_span_t b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

/* As mclmr_span_equal(), ASCII letters compared without case. */
bool mclmr_span_equal_nocase(mclmr_span_t a, mclmr_span_t b);

/* True if text begins with prefix (octet for octet). */
bool mclmr_span_starts(mclmr_span_t text, mclmr_span_t prefix);

/* As mclmr_span_starts(), ASCII letters compared without case. */
bool mclmr_span_starts_nocase(mclmr_span_t text, mclmr_span_t prefix);

/* What may surround a field value: blanks and the CRLF of a folded line. */
static inline bool mclmr_span_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The span without leading SP, HTAB, CR and LF. Inline, and so are the next
 * ones: each line and each word of a description goes through them. */
static inline mclmr_span_t mclmr_span_skip_space(mclmr_span_t text)
{
	while(text.len > 0 && mclmr_span_is_space(text.s[0])) {
		text.s++;
		text.len--;
	}
	return text;
}

/* The span without leading and trailing SP, HTAB, CR and LF. */
static inline mclmr_span_t mclmr_span_trim(mclmr_span_t text)
{
	text = mclmr_span_skip_space(text);
	while(text.len > 0 && mclmr_span_is_space(text.s[text.len - 1]))
		text.len--;
	return text;
}

/* The tail of text from first (a pointer into it) on. */
static inline mclmr_span_t mclmr_span_from(mclmr_span_t text, const char *first)
{
	if(text.s == NULL)
		return text;
	return (mclmr_span_t){first, text.len - (size_t)(first - text.s)};
}

/* The octets of *rest before the first separator, which is dropped; *rest
 * becomes what follows (empty when there was no separator). */
static inline mclmr_span_t mclmr_span_cut(mclmr_span_t *rest, char separator)
{
	mclmr_span_t head = *rest;
	const char *at =
			head.len == 0 ? NULL
						  : (const char *)memchr(head.s, separator, head.len);

	if(at == NULL) {
		*rest = (mclmr_span_t){NULL, 0};
		return head;
	}
	*rest = mclmr_span_from(head, at + 1);
	head.len = (size_t)(at - head.s);
	return head;
}

/* First occurrence of needle, or NULL; an empty needle is never found. */
const char *mclmr_span_find(mclmr_span_t text, mclmr_span_t needle);

/* As mclmr_span_find(), ASCII letters compared without case. */
const char *mclmr_span_find_nocase(mclmr_span_t text, mclmr_span_t needle);

#endif
