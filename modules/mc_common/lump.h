/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_lump: changes of a message that take effect when it leaves. The
 * message itself stays as it came.
 */
#ifndef MC_LUMP_H
#define MC_LUMP_H

#include <stdbool.h>
#include <string.h>

#include "core/data_lump.h"
#include "core/dprint.h"
#include "core/mem/mem.h"
#include "core/parser/msg_parser.h"

#include "mclmr/base/span.h"

/* Inserts a copy of text after a lump; false without memory. It stands here so
 * that the log has the name of the module that calls. */
static inline bool mc_lump_insert(struct lump *lump, mclmr_span_t text)
{
	char *copy = pkg_malloc(text.len);

	if(copy == NULL) {
		PKG_MEM_ERROR;
		return false;
	}
	memcpy(copy, text.s, text.len);
	if(insert_new_lump_after(lump, copy, (int)text.len, 0) != NULL)
		return true;
	pkg_free(copy);
	return false;
}

/* Replaces octets of the message (a span into it, which may be empty) by a
 * copy of text; false without memory. */
static inline bool mc_lump_replace(
		struct sip_msg *msg, mclmr_span_t octets, mclmr_span_t text)
{
	int offset = (int)(octets.s - msg->buf);
	struct lump *lump = octets.len > 0
								? del_lump(msg, offset, (int)octets.len, 0)
								: anchor_lump(msg, offset, 0, 0);

	return lump != NULL && (text.len == 0 || mc_lump_insert(lump, text));
}

/* True if a lump takes away any of these octets. */
bool mc_lump_taken(const struct sip_msg *msg, mclmr_span_t octets);

/* True if a lump changes anything beyond this offset. */
bool mc_lump_is_beyond(const struct sip_msg *msg, int offset);

#endif
