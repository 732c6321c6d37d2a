/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One MESSAGE or INVITE, read once, and its facts. */
#include "message.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "core/parser/parse_content.h"
#include "core/parser/parse_to.h"
#include "mc_iwf/config.h"
#include "source.h"
#include "mc_common/span.h"
#include "mc_iwf/data/store.h"

#define PAYLOAD_TYPE MCLMR_SPAN("application/vnd.3gpp.interworking-data")
#define RECALL_SIZE 8192 /* octets of all facts of a recalled message */

static iwf_message_t *current; /* the process's message */
static char *arena_memory;
static struct
{
	unsigned int id;
	int pid;
	bool valid;
	iwf_facts_t facts;
	char memory[RECALL_SIZE];
} recalled;

int iwf_message_init(void)
{
	current = calloc(1, sizeof(*current));
	arena_memory = malloc(IWF_ARENA_SIZE);
	return current != NULL && arena_memory != NULL ? 0 : -1;
}

mclmr_status_t iwf_message_body(struct sip_msg *msg, mclmr_span_t *body)
{
	size_t there;

	body->s = get_body(msg);
	body->len = 0;
	if(body->s == NULL)
		return MCLMR_OK;
	there = (size_t)(msg->buf + msg->len - body->s);
	body->len = there;
	if(msg->content_length == NULL)
		return MCLMR_OK;
	if(get_content_length(msg) < 0 || (size_t)get_content_length(msg) > there)
		return MCLMR_MIME_MALFORMED;
	body->len = (size_t)get_content_length(msg);
	return MCLMR_OK;
}

/* True for a part with parts of its own in which an info part may be: others
 * could take that one for ours. */
static bool hides_info(const mclmr_part_t *part)
{
	return mclmr_span_starts_nocase(part->media_type, MCLMR_SPAN("multipart/"))
		   && mclmr_span_find_nocase(part->content, MCLMR_SPAN("-info+xml"))
					  != NULL;
}

/* The first info part of any service, and how many there are; one that is
 * hidden counts for two. */
static size_t find_info(
		const mclmr_multipart_t *parts, const mclmr_part_t **info)
{
	size_t n = 0;

	for(size_t i = 0; i < parts->n; i++) {
		n += hides_info(&parts->part[i]) ? 2 : 0;
		if(mclmr_mc_info_service(parts->part[i].media_type)
				== MCLMR_SERVICE_NONE)
			continue;
		if(*info == NULL)
			*info = &parts->part[i];
		n++;
	}
	return n;
}

/* True where the name of our media type stands in text. */
static bool names_payload(mclmr_span_t text)
{
	return mclmr_span_find_nocase(text, PAYLOAD_TYPE) != NULL;
}

/* Cuts the body into parts and finds ours. Where it cannot be cut, or has no
 * such part of its own, it is ours all the same if the name of our media type
 * stands in it: it is refused, and not passed by to hide a part in a part. */
static void read_body(struct sip_msg *msg, iwf_message_t *m)
{
	bool message = msg->REQ_METHOD == METHOD_MESSAGE;
	mclmr_span_t type = {NULL, 0};
	size_t payloads, infos;

	m->body_status = iwf_message_body(msg, &m->body);
	if(msg->content_type != NULL)
		type = mclmr_span_trim(mc_span(&msg->content_type->body));
	if(!iwf_headers_plain(&m->headers))
		m->body_status = MCLMR_MIME_MALFORMED;
	if(m->body_status == MCLMR_OK)
		m->body_status = mclmr_multipart_read(type,
				iwf_headers_value(&m->headers, IWF_FIELD_ENCODING), m->body,
				&m->parts);
	if(m->body_status != MCLMR_OK) {
		m->ours = message && (names_payload(m->body) || names_payload(type));
		return;
	}
	payloads = mclmr_multipart_find(&m->parts, PAYLOAD_TYPE, &m->payload);
	infos = find_info(&m->parts, &m->info);
	m->ours = message
			  && (payloads > 0 || (!m->parts.single && names_payload(m->body)));
	if(infos > 1 || (m->ours && (payloads != 1 || infos != 1)))
		m->body_status = MCLMR_BODY_MISSING;
	if(m->payload != NULL)
		m->facts.size = m->payload->content.len;
}

/* Who handed the message over, by the peer rows. */
static void read_source(struct sip_msg *msg, iwf_message_t *m)
{
	static const mclmr_span_t words[] = {[MCLMR_TRUST_NONE] = {"client", 6},
			[MCLMR_TRUST_CORE] = {"core", 4},
			[MCLMR_TRUST_IWF] = {"iwf", 3}};

	m->trust = iwf_source_trust(msg);
	m->facts.text[IWF_SOURCE] = words[m->trust];
}

/* True where the process's message is this one, and nobody has put its
 * changes into effect since: that moves all that we point to. */
static bool is_current(const struct sip_msg *msg)
{
	return current->id == msg->id && current->pid == msg->pid
		   && current->first == msg->headers && current->len == msg->len;
}

/* True for an INVITE that begins a dialog. */
static bool begins_call(struct sip_msg *msg)
{
	return msg->REQ_METHOD == METHOD_INVITE && msg->to != NULL
		   && get_to(msg)->tag_value.len == 0;
}

iwf_message_t *iwf_message_get(struct sip_msg *msg)
{
	if(is_current(msg))
		return current->unreadable ? NULL : current;
	if(msg->first_line.type != SIP_REQUEST)
		return NULL;
	memset(current, 0, sizeof(*current));
	current->arena = mclmr_arena(arena_memory, IWF_ARENA_SIZE);
	current->unreadable = parse_headers(msg, HDR_EOH_F, 0) < 0;
	current->id = msg->id;
	current->pid = msg->pid;
	current->first = msg->headers;
	current->len = msg->len;
	current->facts.started_ms = iwf_now_ms();
	if(current->unreadable) {
		current->facts.status = MCLMR_MIME_MALFORMED;
		return NULL;
	}
	current->is_call = begins_call(msg);
	iwf_headers_read(msg, &current->headers);
	read_body(msg, current);
	if(current->ours || current->is_call)
		read_source(msg, current);
	return current;
}

iwf_facts_t *iwf_message_facts(struct sip_msg *msg)
{
	if(recalled.valid && recalled.id == msg->id && recalled.pid == msg->pid)
		return &recalled.facts;
	if(current->id == msg->id && current->pid == msg->pid)
		return &current->facts;
	return NULL;
}

void iwf_message_recall(unsigned int id, int pid, const iwf_facts_t *saved)
{
	mclmr_arena_t arena = mclmr_arena(recalled.memory, RECALL_SIZE);

	recalled.id = id;
	recalled.pid = pid;
	recalled.facts = *saved;
	recalled.valid = true;
	for(int i = 0; i < IWF_FACT_COUNT; i++)
		mclmr_arena_copy(&arena, saved->text[i], &recalled.facts.text[i]);
}

void iwf_message_forget(void)
{
	recalled.valid = false;
}

bool iwf_message_verdict(iwf_message_t *message, mclmr_status_t status)
{
	message->facts.status = status;
	return status == MCLMR_OK;
}

void iwf_message_digest(iwf_message_t *m)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];

	if(m->payload == NULL || m->facts.text[IWF_SHA256].len > 0)
		return;
	if(!EVP_Digest(m->payload->content.s, m->payload->content.len, digest, NULL,
			   EVP_sha256(), NULL))
		return;
	for(int i = 0; i < IWF_SHA256_DIGITS; i++)
		m->sha256[i] = hex[(digest[i / 2] >> (i % 2 ? 0 : 4)) & 15];
	m->facts.text[IWF_SHA256] = (mclmr_span_t){m->sha256, IWF_SHA256_DIGITS};
}
