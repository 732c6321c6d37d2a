/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_lump: changes of a message that take effect when it leaves. The
 * message itself stays as it came.
 */
#ifndef MC_LUMP_H
#define MC_LUMP_H

#include "core/parser/msg_parser.h"

#include "mclmr/base/span.h"

struct lump;

/* Inserts a copy of text after a lump; false without memory. */
bool mc_lump_insert(struct lump *lump, mclmr_span_t text);

/* Replaces octets of the message (a span into it, which may be empty) by a
 * copy of text; false without memory. */
bool mc_lump_replace(
		struct sip_msg *msg, mclmr_span_t octets, mclmr_span_t text);

/* True if a lump takes away any of these octets. */
bool mc_lump_taken(const struct sip_msg *msg, mclmr_span_t octets);

/* True if a lump changes anything beyond this offset. */
bool mc_lump_is_beyond(const struct sip_msg *msg, int offset);

#endif
