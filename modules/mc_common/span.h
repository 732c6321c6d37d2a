/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_span: between Kamailio's str and the library's span; no copies.
 */
#ifndef MC_SPAN_H
#define MC_SPAN_H

#include "core/str.h"

#include "mclmr/base/span.h"

/* The octets of a str. */
static inline mclmr_span_t mc_span(const str *s)
{
	return (mclmr_span_t){s->s, s->len > 0 ? (size_t)s->len : 0};
}

/* The octets of a span; Kamailio's functions do not write to them. */
static inline str mc_str(mclmr_span_t span)
{
	return (str){(char *)span.s, (int)span.len};
}

#endif
