/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The third-party REGISTER of an IMS core. */
#include "core/dprint.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "mc_iwf/data/bindings.h"
#include "mclmr/sip/third_party.h"
#include "header.h"
#include "register.h"
#include "registered.h"
#include "registrar.h"
#include "source.h"
#include "token_use.h"

/* The fields that a registration is made of; false if the arena is full. */
static bool read_fields(struct sip_msg *msg, mclmr_arena_t *arena,
		mclmr_third_party_fields_t *fields)
{
	return iwf_header_join(msg, HDR_TO_T, "To", arena, &fields->to)
		   && iwf_header_join(
				   msg, HDR_CONTACT_T, "Contact", arena, &fields->contact)
		   && iwf_header_join(
				   msg, HDR_EXPIRES_T, "Expires", arena, &fields->expires)
		   && iwf_header_join(msg, HDR_OTHER_T, "P-Associated-URI", arena,
				   &fields->associated);
}

/* The body, which matters for access tokens alone; false if the arena is
 * full. */
static bool read_body(struct sip_msg *msg, iwf_message_t *message,
		mclmr_third_party_fields_t *fields)
{
	if(iwf_config.token == IWF_TOKEN_OFF)
		return true;
	fields->body = message->body->octets;
	return iwf_header_join(msg, HDR_CONTENTTYPE_T, "Content-Type",
				   &message->arena, &fields->content_type)
		   && iwf_header_join(msg, HDR_OTHER_T, "Content-Transfer-Encoding",
				   &message->arena, &fields->encoding);
}

/* Reads the registration; MCLMR_OK, or what is wrong. */
static mclmr_status_t read_registration(struct sip_msg *msg,
		iwf_message_t *message, mclmr_third_party_t *registration)
{
	mclmr_third_party_fields_t fields = {0};
	const char *wrong;

	if(msg->REQ_METHOD != METHOD_REGISTER)
		return MCLMR_REGISTRATION_MALFORMED;
	if(!read_fields(msg, &message->arena, &fields)
			|| !read_body(msg, message, &fields))
		return MCLMR_LIMIT_EXCEEDED;
	wrong = mclmr_third_party_read(&fields, &message->arena, registration);
	if(wrong == NULL)
		return MCLMR_OK;
	/* No line for each: mc_iwf:refused tells, with a limit. */
	LM_DBG("third-party REGISTER not taken: %s\n", wrong);
	return MCLMR_REGISTRATION_MALFORMED;
}

/* The tokens of a registration that stands; those before stay without one. */
static void bind_tokens(const mclmr_third_party_t *registration)
{
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		const iwf_token_use_t use = {.service = (mclmr_service_t)i,
				.document = registration->info[i],
				.impu = registration->impu,
				.origin = MCLMR_BOUND_BY_REGISTER,
				.expires = INT64_MAX};
		mclmr_token_fault_t fault;

		if(use.document.len > 0)
			(void)iwf_token_use_bind(&use, &fault);
	}
}

/* Takes a registration over, with its tokens. */
static mclmr_status_t take(
		const mclmr_third_party_t *registration, mclmr_arena_t *arena)
{
	bool known = iwf_bindings_has(registration->impu);

	if(registration->expires == 0)
		iwf_registrar_end(&registration->set);
	if(!iwf_bindings_put(registration)) {
		LM_DBG("registration not kept: shared memory is short\n");
		return MCLMR_OVERLOAD;
	}
	if(registration->expires == 0) {
		iwf_count(IWF_COUNT_CORE_DEREGISTERED);
		return MCLMR_OK;
	}
	iwf_count(IWF_COUNT_CORE_REGISTERED);
	bind_tokens(registration);
	iwf_registered_core(&registration->set, known, arena);
	return MCLMR_OK;
}

mclmr_status_t iwf_register(struct sip_msg *msg, iwf_message_t *message)
{
	mclmr_third_party_t registration;
	mclmr_status_t status;

	if(iwf_source_trust(msg) != MCLMR_TRUST_CORE)
		return MCLMR_PEER_ASSERTION;
	if(iwf_config.registrations == IWF_REGISTRATIONS_USRLOC)
		return MCLMR_INTERNAL;
	status = read_registration(msg, message, &registration);
	if(status != MCLMR_OK)
		return status;
	status = take(&registration, &message->arena);
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++)
		iwf_token_use_forget(&message->arena, registration.info[i]);
	if(status == MCLMR_OK)
		message->facts.text[IWF_IMPU] = registration.impu;
	return status;
}
