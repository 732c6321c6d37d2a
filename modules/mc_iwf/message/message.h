/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_message: one MESSAGE or INVITE as this module knows it, read once and
 * kept in the process until the next request comes. The script functions fill
 * it in step by step: iwf_check(), iwf_authorize(), iwf_targets(),
 * iwf_rewrite().
 */
#ifndef IWF_MESSAGE_H
#define IWF_MESSAGE_H

#include "core/parser/msg_parser.h"

#include "mclmr/decide/call.h"
#include "mclmr/decide/forward.h"
#include "mclmr/sip/evidence.h"
#include "facts.h"
#include "parsed.h"

#define IWF_ARENA_SIZE ((size_t)196608) /* bounds the work on one message */

typedef struct iwf_message
{
	iwf_parsed_t *parsed; /* the request itself */
	bool ours;			  /* a MESSAGE with an interworking part */
	bool is_call;		  /* an INVITE that begins a dialog */
	bool checked;		  /* iwf_check() said yes */
	bool decided;		  /* iwf_authorize() said yes */
	bool watched;		  /* its final reply will be noticed */
	bool counted;		  /* as received */

	iwf_body_t *body;
	iwf_body_t spare;				  /* see iwf_parsed_body() */
	mclmr_status_t body_status;		  /* has it the parts that it must have? */
	const mclmr_body_part_t *payload; /* interworking part */

	mclmr_trust_t trust; /* what the peer rows say of the source */
	mclmr_sender_t sender;
	mclmr_direction_t direction;
	mclmr_service_t service;
	mclmr_evidence_t evidence;
	bool has_lists;
	mclmr_resource_lists_t lists;
	mclmr_lmr_type_t lmr_type;			/* as decoded */
	mclmr_call_form_t form;				/* of a call */
	const mclmr_registrar_t *registrar; /* who knows whether users are
										   registered */
	mclmr_route_t route;				/* what was decided */

	iwf_facts_t facts;
	char sha256[IWF_SHA256_DIGITS];
	mclmr_arena_t arena;
} iwf_message_t;

/* Prepares the process's memory; 0, or -1 if there is none. */
int iwf_message_init(void);

/*
 * The message of this request, read now if this is the first look at it:
 * headers and body parts, source of a MESSAGE of ours, a call or a PUBLISH. NULL if
 * the headers cannot be parsed, with the verdict that iwf_reply() sends, or it
 * is a reply.
 */
iwf_message_t *iwf_message_get(struct sip_msg *msg);

/* The Request-URI as received. */
mclmr_span_t iwf_message_request_uri(const struct sip_msg *msg);

/* What is known of this request, or of the transaction or event that is
 * being handled; NULL if nothing is. Reads nothing. */
iwf_facts_t *iwf_message_facts(struct sip_msg *msg);

/* Makes a saved copy the facts of the request with this id: in failure
 * routes and events, where the message itself is not at hand. */
void iwf_message_recall(unsigned int id, int pid, const iwf_facts_t *saved);

/* Ends that: faked requests number themselves, others could have the id. */
void iwf_message_forget(void);

/* Notes the verdict of a step; true if it is MCLMR_OK. */
bool iwf_message_verdict(iwf_message_t *message, mclmr_status_t status);

/* Fills in IWF_SHA256, if it is not yet and there is a payload. */
void iwf_message_digest(iwf_message_t *message);

#endif
