/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Changes of a message that take effect when it leaves. */
#include <string.h>

#include "core/data_lump.h"
#include "core/mem/mem.h"

#include "lump.h"

bool mc_lump_insert(struct lump *lump, mclmr_span_t text)
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

bool mc_lump_replace(
		struct sip_msg *msg, mclmr_span_t octets, mclmr_span_t text)
{
	int offset = (int)(octets.s - msg->buf);
	struct lump *lump = octets.len > 0
								? del_lump(msg, offset, (int)octets.len, 0)
								: anchor_lump(msg, offset, 0, 0);

	return lump != NULL && (text.len == 0 || mc_lump_insert(lump, text));
}

/* True if a lump of a list takes away octets from begin to end. */
static bool takes(const struct lump *l, int begin, int end)
{
	for(; l != NULL; l = l->next) {
		if(l->op == LUMP_DEL && l->u.offset < end
				&& begin < l->u.offset + l->len)
			return true;
	}
	return false;
}

bool mc_lump_taken(const struct sip_msg *msg, mclmr_span_t octets)
{
	int begin = (int)(octets.s - msg->buf);
	int end = begin + (int)octets.len;

	return takes(msg->add_rm, begin, end) || takes(msg->body_lumps, begin, end);
}

/* True if a lump of a list stands beyond, or reaches there. */
static bool is_beyond(const struct lump *l, int offset)
{
	for(; l != NULL; l = l->next) {
		if(l->u.offset + (l->op == LUMP_DEL ? l->len : 0) > offset)
			return true;
	}
	return false;
}

bool mc_lump_is_beyond(const struct sip_msg *msg, int offset)
{
	return is_beyond(msg->add_rm, offset) || is_beyond(msg->body_lumps, offset);
}
