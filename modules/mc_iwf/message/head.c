/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_clean_head: where the head of a message ends, and what is in it.
 */
#include "core/parser/msg_parser.h"

#include "mc_common/span.h"
#include "mclmr/sip/head.h"
#include "head.h"

/* Octets of start line and header fields: all, if their end is not found. */
static size_t head_length(struct sip_msg *msg)
{
	const char *body = get_body(msg);

	return body != NULL ? (size_t)(body - msg->buf) : msg->len;
}

/* True if Call-ID, if it can be read, is one word. */
static bool has_clean_callid(struct sip_msg *msg)
{
	mclmr_span_t callid;

	if(parse_headers(msg, HDR_CALLID_F, 0) < 0 || msg->callid == NULL)
		return true;
	callid = mclmr_span_trim(mc_span(&msg->callid->body));
	for(size_t i = 0; i < callid.len; i++) {
		if(callid.s[i] == ' ' || callid.s[i] == '\t' || callid.s[i] == '\n')
			return false;
	}
	return true;
}

bool iwf_head_is_clean(struct sip_msg *msg)
{
	return mclmr_head_is_clean((mclmr_span_t){msg->buf, head_length(msg)})
		   && has_clean_callid(msg);
}

bool iwf_head_is_whole(struct sip_msg *msg)
{
	return parse_headers(msg, HDR_EOH_F, 0) == 0 && msg->h_via1 != NULL
		   && msg->from != NULL && msg->to != NULL && msg->callid != NULL
		   && msg->cseq != NULL;
}
