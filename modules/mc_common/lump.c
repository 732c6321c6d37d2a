/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Changes of a message that take effect when it leaves. */
#include "core/lump_struct.h"

#include "lump.h"

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

/* Where a lump ends; 0 for an insertion at no place: it has no offset. */
static int end_of(const struct lump *l)
{
	if(l->op == LUMP_DEL)
		return l->u.offset + l->len;
	return l->op == LUMP_NOP ? l->u.offset : 0;
}

/* True if a lump of a list stands beyond, or reaches there. */
static bool is_beyond(const struct lump *l, int offset)
{
	for(; l != NULL; l = l->next) {
		if(end_of(l) > offset)
			return true;
	}
	return false;
}

bool mc_lump_is_beyond(const struct sip_msg *msg, int offset)
{
	return is_beyond(msg->add_rm, offset) || is_beyond(msg->body_lumps, offset);
}
