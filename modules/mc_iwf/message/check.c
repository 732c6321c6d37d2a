/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The form of a short message or call: one check after the other. */
#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "mc_iwf/data/store.h"
#include "check.h"
#include "registrar.h"
#include "source.h"

#define LISTS_TYPE MCLMR_SPAN("application/resource-lists+xml")

/* A MESSAGE without interworking part is no business of this module. */
static mclmr_status_t check_ours(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	return m->ours ? MCLMR_OK : MCLMR_NOT_OURS;
}

/* The script may have removed fields since they were read. */
static mclmr_status_t check_again(struct sip_msg *msg, iwf_message_t *m)
{
	iwf_headers_update(msg, &m->parsed->headers);
	return MCLMR_OK;
}

/* What the fields beyond the limit say is not known. */
static mclmr_status_t check_limits(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	return m->parsed->headers.overflow ? MCLMR_LIMIT_EXCEEDED : MCLMR_OK;
}

/* Who sends comes before all that it writes. */
static mclmr_status_t check_sender(struct sip_msg *msg, iwf_message_t *m)
{
	mclmr_status_t status = iwf_source_sender(
			msg, m->trust, &m->parsed->headers, &m->arena, &m->sender);

	if(status == MCLMR_OK && m->trust == MCLMR_TRUST_CORE && !m->sender.iwf)
		iwf_registrar_know(&m->sender, &m->arena);
	return status;
}

/* The direction that this sender's Request-URI gives, for a service or (NONE)
 * for any. */
static mclmr_direction_t find_direction(
		const struct sip_msg *msg, const iwf_message_t *m)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_direction_t direction = MCLMR_DIRECTION_NONE;

	if(directory != NULL)
		direction = mclmr_forward_direction(mclmr_directory_network(directory),
				m->sender.iwf, iwf_message_request_uri(msg), m->service);
	iwf_store_read_end();
	return direction;
}

/* The role of the PSI gives the direction; it has to fit the sender. */
static mclmr_status_t check_psi(struct sip_msg *msg, iwf_message_t *m)
{
	m->direction = find_direction(msg, m);
	iwf_facts_set_direction(&m->facts, m->direction);
	return m->direction == MCLMR_DIRECTION_NONE ? MCLMR_WRONG_PSI : MCLMR_OK;
}

/* Before any part of the body is decoded. */
static mclmr_status_t check_size(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	return iwf_body_check_size(m->body);
}

/* The body was cut with the header; its fault counts after the sender's. */
static mclmr_status_t check_body(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	return m->body_status;
}

/* Reads the info document, once for all steps. */
static mclmr_status_t check_info(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	return iwf_body_read_info(m->body, &m->parsed->arena);
}

/* Of two lists it would not be known which holds. */
static mclmr_status_t check_lists(struct sip_msg *msg, iwf_message_t *m)
{
	const mclmr_body_part_t *part;
	mclmr_span_t text;
	mclmr_status_t status;
	size_t n = mclmr_multipart_find(&m->body->parts, LISTS_TYPE, &part);

	(void)msg;
	if(n != 1)
		return n == 0 ? MCLMR_OK : iwf_body_breaks(m->body, MCLMR_MIME_LISTS);
	status = mclmr_part_decode(part, &m->arena, &text);
	if(status == MCLMR_MIME_MALFORMED)
		return iwf_body_breaks(m->body, MCLMR_MIME_ENCODING);
	if(status == MCLMR_OK)
		status = mclmr_resource_lists_read(text, &m->arena, &m->lists);
	m->has_lists = true;
	return status;
}

/* The standard asks for LMR type and payload towards the client. */
static bool is_complete(
		const iwf_message_t *m, const mclmr_short_message_t *message)
{
	return m->direction != MCLMR_TO_CLIENT || message->response
		   || (message->lmr_type != MCLMR_LMR_NOT_GIVEN
				   && message->has_payload);
}

/* Looks into the interworking part, unless modparam decode is off. */
static mclmr_status_t check_binary(struct sip_msg *msg, iwf_message_t *m)
{
	bool strict = iwf_config.decode == IWF_DECODE_STRICT;
	mclmr_short_message_t message;
	mclmr_span_t octets;

	(void)msg;
	if(iwf_config.decode == IWF_DECODE_OFF)
		return MCLMR_OK;
	if(mclmr_part_decode(m->payload, &m->arena, &octets) != MCLMR_OK
			|| mclmr_short_message_decode(
					   &iwf_config.message_table, octets, &message)
					   != NULL) {
		iwf_count(IWF_COUNT_DECODE_FAILED);
		return strict ? MCLMR_BINARY_MALFORMED : MCLMR_OK;
	}
	m->lmr_type = message.lmr_type;
	if(is_complete(m, &message))
		return MCLMR_OK;
	iwf_count(IWF_COUNT_INCOMPLETE);
	return strict ? MCLMR_BINARY_MALFORMED : MCLMR_OK;
}

/* Adds up what the header says of the service. */
static void read_evidence(iwf_message_t *m)
{
	const iwf_headers_t *headers = &m->parsed->headers;

	for(size_t i = 0; i < headers->n; i++) {
		const iwf_header_t *header = &headers->header[i];
		mclmr_span_t value = iwf_header_value(header);

		if(header->field == IWF_FIELD_ACCEPT_CONTACT)
			mclmr_evidence_accept_contact(&m->evidence, value);
		else if(header->field == IWF_FIELD_PREFERRED_SERVICE
				|| (header->field == IWF_FIELD_ASSERTED_SERVICE
						&& m->trust != MCLMR_TRUST_NONE))
			mclmr_evidence_service_field(&m->evidence, value);
	}
}

/* All that names a service names one, and the PSI serves it. */
static mclmr_status_t check_service(struct sip_msg *msg, iwf_message_t *m)
{
	mclmr_evidence_info(&m->evidence, m->body->mc_info.service);
	read_evidence(m);
	if(!mclmr_evidence_accepted(&m->evidence, iwf_config.strict_service))
		return MCLMR_SERVICE_MISMATCH;
	m->service = m->evidence.service;
	m->facts.text[IWF_SERVICE] =
			mclmr_span(mclmr_service_names(m->service)->word);
	return find_direction(msg, m) == m->direction ? MCLMR_OK : MCLMR_WRONG_PSI;
}

/* What the Request-URI makes of a call of this sender. */
static mclmr_status_t check_form(struct sip_msg *msg, iwf_message_t *m)
{
	const mclmr_directory_t *directory = iwf_store_read();

	if(directory != NULL)
		m->form = mclmr_call_form(mclmr_directory_network(directory),
				m->sender.iwf, iwf_message_request_uri(msg));
	iwf_store_read_end();
	return m->form == MCLMR_FORM_NONE ? MCLMR_WRONG_PSI : MCLMR_OK;
}

/* True for no body, or a session description alone. */
static bool is_plain_call(const iwf_message_t *m)
{
	return m->body->octets.len == 0
		   || (m->body->parts.single
				   && mclmr_span_equal_nocase(
						   m->body->parts.part[0].media_type, IWF_SDP_TYPE));
}

/* A call to a PSI has an info part; one to a user directly is what any SIP
 * phone sends, and has nothing beside the description. */
static mclmr_status_t check_call_body(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	if(m->body_status != MCLMR_OK)
		return m->body_status;
	if(m->form == MCLMR_FORM_PSI)
		return m->body->info != NULL ? MCLMR_OK : MCLMR_BODY_MISSING;
	if(m->body->info != NULL)
		return MCLMR_WRONG_PSI;
	return is_plain_call(m) ? MCLMR_OK : MCLMR_BODY_MISSING;
}

/* Calls are those of MCPTT. One to a user directly need not say so. */
static mclmr_status_t check_call_service(struct sip_msg *msg, iwf_message_t *m)
{
	(void)msg;
	read_evidence(m);
	if(m->body->info != NULL)
		mclmr_evidence_info(&m->evidence, m->body->mc_info.service);
	else if(m->evidence.service == MCLMR_SERVICE_NONE)
		m->evidence.service = MCLMR_SERVICE_MCPTT;
	if(!mclmr_evidence_accepted(&m->evidence, iwf_config.strict_service)
			|| m->evidence.service != MCLMR_SERVICE_MCPTT)
		return MCLMR_SERVICE_MISMATCH;
	m->service = m->evidence.service;
	m->facts.text[IWF_SERVICE] =
			mclmr_span(mclmr_service_names(m->service)->word);
	return MCLMR_OK;
}

mclmr_status_t iwf_check_body(struct sip_msg *msg, iwf_message_t *m)
{
	mclmr_status_t status = iwf_body_check_size(m->body);

	(void)msg;
	return status == MCLMR_OK ? m->body->status : status;
}

typedef mclmr_status_t (*check_t)(struct sip_msg *, iwf_message_t *);

static const check_t message_checks[] = {check_ours, check_again, check_sender,
		check_limits, check_psi, check_size, check_body, check_info,
		check_lists, check_binary, check_service, NULL};
static const check_t call_checks[] = {check_again, check_sender, check_limits,
		check_form, check_size, check_call_body, check_info, check_lists,
		check_call_service, NULL};

mclmr_status_t iwf_check(struct sip_msg *msg, iwf_message_t *m)
{
	const check_t *check = m->is_call ? call_checks : message_checks;

	if(m->checked)
		return MCLMR_OK;
	for(; *check != NULL; check++) {
		mclmr_status_t status = (*check)(msg, m);

		if(status != MCLMR_OK)
			return status;
	}
	m->checked = true;
	return MCLMR_OK;
}
