/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_parsed: one SIP message, request or reply, as all functions of this
 * module see it: its header fields are classified once, its body is cut once
 * and its info document is read once, however many of them ask. A process keeps
 * the messages of its two users, which are mostly the same one.
 */
#ifndef IWF_PARSED_H
#define IWF_PARSED_H

#include "body.h"

#define IWF_PARSED_ARENA \
	((size_t)81920) /* a decoded info document, its values */

/* Who asks. Each of them keeps the last message that it asked for. */
typedef enum iwf_parsed_user
{
	IWF_PARSED_MESSAGE, /* iwf_message */
	IWF_PARSED_CALL,	/* lmr_sdp */
	IWF_PARSED_USERS
} iwf_parsed_user_t;

typedef struct iwf_parsed
{
	unsigned int id; /* of the sip_msg that this was read from */
	int pid;
	const struct hdr_field *first; /* its fields, as they were read */
	unsigned int len;			   /* octets of it */
	bool unreadable;			   /* its header fields cannot be parsed */
	iwf_headers_t headers;
	iwf_body_t body;
	mclmr_arena_t arena;
} iwf_parsed_t;

/* Prepares the process's memory; 0, or -1 if there is none. */
int iwf_parsed_init(void);

/* The message of this sip_msg, read now if none of the users has it. It stays
 * until the same user asks for another one. Never NULL. */
iwf_parsed_t *iwf_parsed_get(struct sip_msg *msg, iwf_parsed_user_t user);

/*
 * True if this is what was read of the sip_msg, and its changes have not been
 * put into effect since: that moves all that we point to. parsed may be NULL.
 */
bool iwf_parsed_is(const iwf_parsed_t *parsed, const struct sip_msg *msg);

/*
 * The body, cut by what these fields say of it. The same for all who see the
 * same fields; for one who sees others, because the script has removed some
 * meanwhile, it is cut anew into *spare.
 */
iwf_body_t *iwf_parsed_body(struct sip_msg *msg, iwf_parsed_t *parsed,
		const iwf_content_t *content, iwf_body_t *spare);

#endif
