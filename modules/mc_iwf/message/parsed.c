/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One SIP message, read once for all functions. */
#include <stdlib.h>

#include "parsed.h"

/* One is free for a new message when the other user keeps the other one. */
static struct
{
	iwf_parsed_t message[IWF_PARSED_USERS];
	char memory[IWF_PARSED_USERS][IWF_PARSED_ARENA];
	iwf_parsed_t *kept[IWF_PARSED_USERS];
} * process;

int iwf_parsed_init(void)
{
	process = calloc(1, sizeof(*process));
	return process != NULL ? 0 : -1;
}

bool iwf_parsed_is(const iwf_parsed_t *parsed, const struct sip_msg *msg)
{
	return parsed != NULL && parsed->id == msg->id && parsed->pid == msg->pid
		   && parsed->first == msg->headers && parsed->len == msg->len;
}

/* A place that no other user keeps. */
static size_t find_place(iwf_parsed_user_t user)
{
	for(int i = 0; i < IWF_PARSED_USERS; i++) {
		if(i != (int)user && process->kept[i] == &process->message[0])
			return 1;
	}
	return 0;
}

/* Reads a message into a place. */
static iwf_parsed_t *read_message(struct sip_msg *msg, size_t place)
{
	iwf_parsed_t *parsed = &process->message[place];

	parsed->unreadable = parse_headers(msg, HDR_EOH_F, 0) < 0;
	if(!parsed->unreadable)
		iwf_body_end(msg);
	parsed->id = msg->id;
	parsed->pid = msg->pid;
	parsed->first = msg->headers;
	parsed->len = msg->len;
	parsed->headers.n = 0;
	parsed->body.cut = false;
	parsed->arena = mclmr_arena(process->memory[place], IWF_PARSED_ARENA);
	if(!parsed->unreadable)
		iwf_headers_read(msg, &parsed->headers);
	return parsed;
}

/* The message, if one of the users keeps it. */
static iwf_parsed_t *find_message(const struct sip_msg *msg)
{
	for(int i = 0; i < IWF_PARSED_USERS; i++) {
		if(iwf_parsed_is(process->kept[i], msg))
			return process->kept[i];
	}
	return NULL;
}

iwf_parsed_t *iwf_parsed_get(struct sip_msg *msg, iwf_parsed_user_t user)
{
	iwf_parsed_t *parsed = find_message(msg);

	if(parsed == NULL)
		parsed = read_message(msg, find_place(user));
	process->kept[user] = parsed;
	return parsed;
}

/* True for fields that say the same: they are those of one message. */
static bool is_same(const iwf_content_t *a, const iwf_content_t *b)
{
	return a->type.s == b->type.s && a->encoding.s == b->encoding.s
		   && a->plain == b->plain;
}

iwf_body_t *iwf_parsed_body(struct sip_msg *msg, iwf_parsed_t *parsed,
		const iwf_content_t *content, iwf_body_t *spare)
{
	iwf_body_t *body = &parsed->body;

	if(body->cut && !is_same(&body->by, content))
		body = spare;
	else if(body->cut)
		return body;
	iwf_body_cut(msg, content, body);
	return body;
}
