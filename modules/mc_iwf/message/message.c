/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One MESSAGE or INVITE, read once, and its facts. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/parser/parse_to.h"

#include "mc_common/clock.h"
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/store.h"
#include "message.h"
#include "registrar.h"
#include "source.h"

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
	return current != NULL && arena_memory != NULL ? iwf_parsed_init() : -1;
}

/* True if the name of our media type stands in text. */
static bool names_payload(mclmr_span_t text)
{
	return mclmr_span_find_nocase(text, MCLMR_PAYLOAD_TYPE) != NULL;
}

/* Cuts the body by the fields that the message came with. */
static iwf_body_t *cut_body(struct sip_msg *msg, iwf_message_t *m)
{
	iwf_content_t content = iwf_headers_content(&m->parsed->headers);

	content.type = (mclmr_span_t){NULL, 0};
	if(msg->content_type != NULL)
		content.type = mclmr_span_trim(mc_span(&msg->content_type->body));
	return iwf_parsed_body(msg, m->parsed, &content, &m->spare);
}

/* Finds our parts in the body. A multipart that is not as it has to be is ours
 * all the same if the name of our media type stands in it: it is refused, and
 * not passed by to hide a part in a part. */
static void read_body(struct sip_msg *msg, iwf_message_t *m)
{
	bool message = msg->REQ_METHOD == METHOD_MESSAGE;
	const iwf_body_t *body = m->body = cut_body(msg, m);

	m->body_status = body->status;
	m->payload = body->payload;
	m->ours = message
			  && (m->payload != NULL
					  || (body->status != MCLMR_OK && !body->parts.single
							  && (names_payload(body->octets)
									  || names_payload(body->by.type))));
	if(body->status == MCLMR_OK && m->ours && body->info == NULL)
		m->body_status = MCLMR_BODY_MISSING;
	if(m->payload != NULL)
		m->facts.size = m->payload->content.len;
}

/* Who handed the message over, by the peer rows, and of a core on which side. */
static void read_source(struct sip_msg *msg, iwf_message_t *m)
{
	static const mclmr_span_t words[] = {[MCLMR_TRUST_NONE] = {"client", 6},
			[MCLMR_TRUST_CORE] = {"core", 4},
			[MCLMR_TRUST_IWF] = {"iwf", 3}};
	static const mclmr_span_t sessions[] = {[MCLMR_SESSION_NONE] = {NULL, 0},
			[MCLMR_SESSION_ORIGINATING] = {"orig", 4},
			[MCLMR_SESSION_TERMINATING] = {"term", 4}};

	m->trust = iwf_source_trust(msg);
	m->facts.text[IWF_SOURCE] = words[m->trust];
	if(m->trust == MCLMR_TRUST_CORE)
		m->facts.text[IWF_SESSION] =
				sessions[iwf_source_session(&m->parsed->headers)];
}

/* True for an INVITE that begins a dialog. */
static bool begins_call(struct sip_msg *msg)
{
	return msg->REQ_METHOD == METHOD_INVITE && msg->to != NULL
		   && get_to(msg)->tag_value.len == 0;
}

iwf_message_t *iwf_message_get(struct sip_msg *msg)
{
	if(iwf_parsed_is(current->parsed, msg))
		return current->parsed->unreadable ? NULL : current;
	if(msg->first_line.type != SIP_REQUEST)
		return NULL;
	memset(current, 0, sizeof(*current));
	current->arena = mclmr_arena(arena_memory, IWF_ARENA_SIZE);
	current->parsed = iwf_parsed_get(msg, IWF_PARSED_MESSAGE);
	current->registrar = &iwf_registrar;
	current->facts.started_ms = mc_clock_ms();
	if(current->parsed->unreadable) {
		current->facts.status = MCLMR_MIME_MALFORMED;
		return NULL;
	}
	iwf_headers_update(msg, &current->parsed->headers);
	current->is_call = begins_call(msg);
	read_body(msg, current);
	if(current->ours || current->is_call || msg->REQ_METHOD == METHOD_PUBLISH)
		read_source(msg, current);
	return current;
}

mclmr_span_t iwf_message_request_uri(const struct sip_msg *msg)
{
	return mc_span(&msg->first_line.u.request.uri);
}

iwf_facts_t *iwf_message_facts(struct sip_msg *msg)
{
	const iwf_parsed_t *parsed = current->parsed;

	if(recalled.valid && recalled.id == msg->id && recalled.pid == msg->pid)
		return &recalled.facts;
	if(parsed != NULL && parsed->id == msg->id && parsed->pid == msg->pid)
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
	message->facts.rule = message->body->rule;
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
