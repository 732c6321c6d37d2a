/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * head: octets that may not stand in a start line or header field.
 */
#include <stdint.h>
#include <string.h>

#include "head.h"

#define DEL 0x7f
/* The same octet eight times. */
#define EIGHT(octet) (UINT64_MAX / 0xff * (octet))

/* True if one of eight octets is below limit; exact, since only what a lower
 * octet has set already can be set by a borrow. */
static bool has_below(uint64_t octets, unsigned char limit)
{
	return ((octets - EIGHT(limit)) & ~octets & EIGHT(0x80)) != 0;
}

/* True if one of the eight octets at s is a control octet. */
static bool has_control(const char *s)
{
	uint64_t octets;

	memcpy(&octets, s, sizeof(octets));
	return has_below(octets, ' ') || has_below(octets ^ EIGHT(DEL), 1);
}

/* Where the next control octet may be, from at on: most octets are none. */
static size_t skip_plain(mclmr_span_t head, size_t at)
{
	while(at + sizeof(uint64_t) <= head.len && !has_control(head.s + at))
		at += sizeof(uint64_t);
	return at;
}

/* Octets of the permitted text at a place: 1, or 2 for CR LF; else 0. */
static size_t permitted(mclmr_span_t head, size_t at)
{
	unsigned char octet = (unsigned char)head.s[at];

	if(octet == '\r')
		return at + 1 < head.len && head.s[at + 1] == '\n' ? 2 : 0;
	return octet == '\t' || (octet >= ' ' && octet != DEL) ? 1 : 0;
}

/* True if the first line ends with a blank, but for a status line, whose
 * reason may be empty. */
static bool ends_with_blank(mclmr_span_t head)
{
	mclmr_span_t line = mclmr_span_cut(&head, '\r');

	return line.len > 0 && head.len > 0
		   && (line.s[line.len - 1] == ' ' || line.s[line.len - 1] == '\t')
		   && !mclmr_span_starts_nocase(line, MCLMR_SPAN("SIP/"));
}

bool mclmr_head_is_clean(mclmr_span_t head)
{
	size_t at = 0, length;

	if(ends_with_blank(head))
		return false;
	while((at = skip_plain(head, at)) < head.len) {
		length = permitted(head, at);
		if(length == 0)
			return false;
		at += length;
	}
	return true;
}
