/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The PUBLISH of a client of an IMS core. */
#include <stdio.h>
#include <time.h>

#include <openssl/rand.h>

#include "core/dprint.h"
#include "core/parser/hf.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "mc_iwf/data/bindings.h"
#include "mc_iwf/data/store.h"
#include "mclmr/sip/publication.h"
#include "mclmr/sip/uri.h"
#include "header.h"
#include "publish.h"
#include "reply.h"
#include "source.h"
#include "token_use.h"

#define TAG_OCTETS 16 /* random: no one guesses another one's tag */
#define TAG_SIZE (2 * TAG_OCTETS + 1)
#define TYPES                                         \
	"application/poc-settings+xml, multipart/mixed, " \
	"application/vnd.3gpp.mcptt-info+xml, "           \
	"application/vnd.3gpp.mcdata-info+xml, "          \
	"application/vnd.3gpp.mcvideo-info+xml"

/* One PUBLISH on its way. */
typedef struct attempt
{
	iwf_message_t *message;
	mclmr_publication_t asked;
	mclmr_span_t impu;	 /* key of the registration */
	uint32_t seconds;	 /* that it lasts */
	mclmr_binding_t row; /* what becomes of it */
	char tag[TAG_SIZE];
} attempt_t;

/* True if the Request-URI is a PSI of ours that serves who sends. */
static bool is_for_us(const struct sip_msg *msg)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_uri_room_t room;
	mclmr_span_t key;
	bool found = directory != NULL
				 && mclmr_uri_key_in(iwf_message_request_uri(msg), &room, &key)
				 && (mclmr_network_roles(mclmr_directory_network(directory),
							 key, MCLMR_SERVICE_NONE)
							& MCLMR_ROLE_ORIGINATING)
							!= 0;

	iwf_store_read_end();
	return found;
}

/* What the header fields ask for. */
static mclmr_status_t read_fields(struct sip_msg *msg, attempt_t *attempt)
{
	mclmr_publication_fields_t fields = {0};
	mclmr_arena_t *arena = &attempt->message->arena;

	if(!iwf_header_join(msg, HDR_EVENT_T, "Event", arena, &fields.event)
			|| !iwf_header_join(
					msg, HDR_EXPIRES_T, "Expires", arena, &fields.expires)
			|| !iwf_header_join(msg, HDR_SIPIFMATCH_T, "SIP-If-Match", arena,
					&fields.if_match))
		return MCLMR_LIMIT_EXCEEDED;
	return mclmr_publication_read(&fields, &attempt->asked);
}

/* The registration of who publishes: of the served user, as in a MESSAGE. */
static mclmr_status_t find_publisher(struct sip_msg *msg, attempt_t *attempt)
{
	iwf_message_t *message = attempt->message;
	mclmr_implicit_set_t set;
	mclmr_span_t scscf;
	mclmr_status_t status = iwf_source_sender(msg, message->trust,
			&message->parsed->headers, &message->arena, &message->sender);

	if(status != MCLMR_OK)
		return status;
	for(size_t i = 0; i < message->sender.n && !message->sender.iwf; i++) {
		if(iwf_bindings_find(message->sender.identity[i], &message->arena, &set,
				   &scscf)) {
			attempt->impu = set.key[0];
			message->facts.text[IWF_IMPU] = set.key[0];
			return MCLMR_OK;
		}
	}
	return MCLMR_SENDER_UNREGISTERED;
}

/* The publication that is refreshed, changed or ended. */
static mclmr_status_t find_published(attempt_t *attempt)
{
	const mclmr_publication_t *asked = &attempt->asked;

	if(asked->etag.len > 0
			&& !iwf_bindings_published(attempt->impu, asked->etag,
					&attempt->message->arena, &attempt->row))
		return MCLMR_PUBLICATION_UNKNOWN;
	return MCLMR_OK;
}

/* How long it shall last. A client may be told to ask for more only if that is
 * less than an hour (RFC 3903 6). */
static mclmr_status_t choose_expires(attempt_t *attempt)
{
	const mclmr_publication_t *asked = &attempt->asked;
	uint32_t most = (uint32_t)iwf_config.publish_max_expires;

	attempt->seconds = most;
	if(asked->has_expires && asked->expires < most)
		attempt->seconds = asked->expires;
	return attempt->seconds > 0
						   && attempt->seconds
									  < (uint32_t)iwf_config.publish_min_expires
				   ? MCLMR_PUBLICATION_BRIEF
				   : MCLMR_OK;
}

/* What the body says, if there is one. */
static mclmr_status_t read_body(attempt_t *attempt)
{
	iwf_message_t *message = attempt->message;
	iwf_body_t *body = message->body;
	mclmr_status_t status = iwf_body_check_size(body);
	mclmr_mime_rule_t rule;

	if(status == MCLMR_OK)
		status = message->body_status;
	if(status != MCLMR_OK)
		return status;
	status = mclmr_publication_read_body(
			body->octets.len > 0 ? &body->parts : NULL, &message->arena,
			&attempt->asked, &rule);
	if(rule != MCLMR_MIME_KEPT)
		(void)iwf_body_breaks(body, rule);
	return status;
}

/* What is published, of which client; a change is not that of another one. */
static mclmr_status_t make_row(attempt_t *attempt)
{
	const mclmr_publication_t *asked = &attempt->asked;
	mclmr_binding_t *row = &attempt->row;

	if(asked->etag.len == 0) {
		*row = (mclmr_binding_t){.service = asked->service,
				.origin = MCLMR_BOUND_BY_PUBLISH,
				.client_id = asked->client_id};
		return MCLMR_OK;
	}
	return (asked->client_id.len == 0
				   || mclmr_span_equal(asked->client_id, row->client_id))
						   && (asked->service == MCLMR_SERVICE_NONE
								   || asked->service == row->service)
				   ? MCLMR_OK
				   : MCLMR_PUBLICATION_MALFORMED;
}

/* Another entity-tag than ever before. */
static bool make_tag(attempt_t *attempt)
{
	unsigned char octets[TAG_OCTETS];

	if(RAND_bytes(octets, sizeof(octets)) != 1)
		return false;
	for(size_t i = 0; i < sizeof(octets); i++)
		(void)snprintf(attempt->tag + 2 * i, 3, "%02x", octets[i]);
	attempt->row.etag = mclmr_span(attempt->tag);
	return true;
}

/* It may end before it was to: the store says. */
static void read_end(attempt_t *attempt, int64_t now)
{
	mclmr_binding_t row;

	if(iwf_bindings_published(attempt->impu, attempt->row.etag,
			   &attempt->message->arena, &row))
		attempt->seconds = (uint32_t)(row.expires - now);
}

/* What an access token makes of the publication; IWF_TOKEN_USE_NONE if there is
 * none. */
static iwf_token_fate_t use_token(const attempt_t *attempt)
{
	const iwf_token_use_t use = {.service = attempt->row.service,
			.document = attempt->asked.info,
			.impu = attempt->impu,
			.client_id = attempt->row.client_id,
			.origin = MCLMR_BOUND_BY_PUBLISH,
			.expires = attempt->row.expires,
			.etag = attempt->row.etag};
	mclmr_token_fault_t fault;

	return use.document.len > 0 ? iwf_token_use_bind(&use, &fault)
								: IWF_TOKEN_USE_NONE;
}

/* Publishes without a token: what the client has bound stays, as the store has
 * it now. A new one needs that someone has bound something, if tokens are
 * required (TS 24.379 7.3.4). */
static mclmr_status_t publish_without_token(const attempt_t *attempt)
{
	static const mclmr_status_t statuses[] = {[MCLMR_BOUND] = MCLMR_OK,
			[MCLMR_BINDING_UNREGISTERED] = MCLMR_SENDER_UNREGISTERED,
			[MCLMR_BINDING_TAKEN] = MCLMR_TOKEN_REFUSED,
			[MCLMR_BINDING_LIMIT] = MCLMR_PUBLICATION_LIMIT,
			[MCLMR_BINDING_NO_MEMORY] = MCLMR_OVERLOAD};
	mclmr_binding_t row = attempt->row;

	row.mc_key = MCLMR_SPAN("");
	if(iwf_config.token == IWF_TOKEN_REQUIRED
			&& !iwf_bindings_has_id(attempt->impu))
		return MCLMR_SENDER_UNREGISTERED;
	return statuses[iwf_bindings_bind(attempt->impu, &row)];
}

/* Publishes what is to last. */
static mclmr_status_t put(const attempt_t *attempt)
{
	switch(use_token(attempt)) {
		case IWF_TOKEN_USE_BOUND:
			return MCLMR_OK;
		case IWF_TOKEN_USE_NONE:
			return publish_without_token(attempt);
		case IWF_TOKEN_USE_UNREGISTERED:
			return MCLMR_SENDER_UNREGISTERED;
		case IWF_TOKEN_USE_LIMIT:
			return MCLMR_PUBLICATION_LIMIT;
		case IWF_TOKEN_USE_NO_MEMORY:
			return MCLMR_OVERLOAD;
		default:
			return MCLMR_TOKEN_REFUSED;
	}
}

/* Puts it into the store, or takes it out. */
static mclmr_status_t publish(attempt_t *attempt)
{
	int64_t now = time(NULL);
	mclmr_status_t status;

	if(!make_tag(attempt))
		return MCLMR_INTERNAL;
	if(attempt->seconds == 0) {
		iwf_bindings_unbind(attempt->impu, &attempt->row);
		return MCLMR_OK;
	}
	attempt->row.expires = now + attempt->seconds;
	status = put(attempt);
	if(status == MCLMR_OK)
		read_end(attempt, now);
	return status;
}

/* Adds a number of seconds to the reply. */
static bool add_seconds(struct sip_msg *msg, const char *name, long seconds)
{
	char value[24];

	(void)snprintf(value, sizeof(value), "%ld", seconds);
	return iwf_reply_add(msg, name, value);
}

/* Adds what the reply of a verdict has to have (RFC 3903 6, RFC 6665 8.3.2). */
static bool add_fields(
		struct sip_msg *msg, const attempt_t *attempt, mclmr_status_t status)
{
	switch(status) {
		case MCLMR_OK:
			return iwf_reply_add(msg, "SIP-ETag", attempt->tag)
				   && add_seconds(msg, "Expires", attempt->seconds);
		case MCLMR_EVENT_UNSUPPORTED:
			return iwf_reply_add(msg, "Allow-Events", "poc-settings");
		case MCLMR_PUBLICATION_TYPE:
			return iwf_reply_add(msg, "Accept", TYPES);
		case MCLMR_PUBLICATION_BRIEF:
			return add_seconds(
					msg, "Min-Expires", iwf_config.publish_min_expires);
		default:
			return true;
	}
}

/* In the order of RFC 3903 6. */
static mclmr_status_t take(struct sip_msg *msg, attempt_t *attempt)
{
	mclmr_status_t status = read_fields(msg, attempt);

	if(status == MCLMR_OK)
		status = find_publisher(msg, attempt);
	if(status == MCLMR_OK)
		status = find_published(attempt);
	if(status == MCLMR_OK)
		status = choose_expires(attempt);
	if(status == MCLMR_OK)
		status = read_body(attempt);
	if(status == MCLMR_OK)
		status = make_row(attempt);
	return status == MCLMR_OK ? publish(attempt) : status;
}

mclmr_status_t iwf_publish(struct sip_msg *msg, iwf_message_t *message)
{
	attempt_t attempt = {.message = message};
	mclmr_status_t status;

	if(msg->REQ_METHOD != METHOD_PUBLISH)
		return MCLMR_PUBLICATION_MALFORMED;
	if(message->trust != MCLMR_TRUST_CORE)
		return MCLMR_PEER_ASSERTION;
	if(!is_for_us(msg))
		return MCLMR_WRONG_PSI;
	status = take(msg, &attempt);
	iwf_token_use_forget(&message->arena, attempt.asked.info);
	if(!add_fields(msg, &attempt, status))
		return MCLMR_INTERNAL;
	if(status == MCLMR_OK)
		iwf_count(attempt.seconds > 0 ? IWF_COUNT_PUBLISHED
									  : IWF_COUNT_UNPUBLISHED);
	return status;
}
