/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Services and client ID of each contact of a REGISTER. */
#include <string.h>

#include "core/mod_fix.h"
#include "core/xavp.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mclmr/sip/field.h"
#include "mclmr/sip/uri.h"
#include "contact.h"
#include "message.h"
#include "registered.h"
#include "usrloc.h"

#define WORDS_SIZE 64

/* The services of a comma list of ICSIs, as bits. */
static unsigned services_of_icsis(mclmr_span_t list)
{
	mclmr_span_t icsi;
	unsigned bits = 0;

	while(mclmr_field_next(&list, &icsi))
		bits |= 1U << mclmr_service_from_icsi(icsi);
	return bits;
}

/* The services that the parameters of one contact name, as bits. */
static unsigned services_of_contact(mclmr_span_t contact)
{
	mclmr_span_t params = mclmr_field_params(contact);
	mclmr_span_t name, value;
	unsigned bits = 0;

	while(mclmr_field_param(&params, &name, &value)) {
		if(mclmr_span_equal_nocase(name, MCLMR_SPAN("+g.3gpp.icsi-ref")))
			bits |= services_of_icsis(value);
		else if(mclmr_field_feature(value))
			bits |= 1U << mclmr_service_from_tag(name);
	}
	return bits;
}

/* The services that every contact of the REGISTER names: usrloc gives all of
 * them the same xavp; none if there is no contact. false: one of them brings
 * header fields. */
static bool read_services(struct sip_msg *msg, unsigned *bits)
{
	bool found = false;

	*bits = ~0U;
	for(struct hdr_field *hf = msg->contact; hf != NULL; hf = hf->next) {
		mclmr_span_t list, contact;

		if(hf->type != HDR_CONTACT_T)
			continue;
		list = mc_span(&hf->body);
		while(mclmr_field_next(&list, &contact)) {
			if(mclmr_uri_has_headers(mclmr_field_uri(contact)))
				return false;
			*bits &= services_of_contact(contact);
			found = true;
		}
	}
	if(!found)
		*bits = 0;
	return true;
}

/* "mcptt,mcdata" of bits. */
static mclmr_span_t write_services(unsigned bits, char words[WORDS_SIZE])
{
	size_t len = 0;

	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		mclmr_span_t word =
				mclmr_span(mclmr_service_names((mclmr_service_t)i)->word);

		if((bits & (1U << i)) == 0)
			continue;
		if(len > 0)
			words[len++] = ',';
		memcpy(words + len, word.s, word.len);
		len += word.len;
	}
	return (mclmr_span_t){words, len};
}

/* The client ID in the info part of a REGISTER, empty if there is none. */
static mclmr_span_t read_client_id(iwf_message_t *m)
{
	static const mclmr_span_t none = {NULL, 0};

	if(iwf_body_read_info(m->body, &m->parsed->arena) != MCLMR_OK)
		return none;
	return m->body->mc_info.field[MCLMR_INFO_CLIENT_ID].value;
}

/* Sets a child of the xavp that usrloc copies to the contacts. */
static bool set_child(mclmr_span_t name, mclmr_span_t value)
{
	str child = mc_str(name), text = mc_str(value);

	return xavp_set_child_sval(&iwf_config.contact_xavp, &child, &text) == 0;
}

int iwf_contact_set_xavp(struct sip_msg *msg)
{
	char words[WORDS_SIZE];
	mclmr_span_t services, client_id;
	iwf_message_t *message = iwf_message_get(msg);
	unsigned bits;

	if(message == NULL || !read_services(msg, &bits))
		return -1;
	services = write_services(bits, words);
	client_id = read_client_id(message);
	if(services.len > 0 && !set_child(MCLMR_SPAN(IWF_XAVP_SERVICES), services))
		return -1;
	if(client_id.len > 0
			&& !set_child(MCLMR_SPAN(IWF_XAVP_CLIENT_ID), client_id))
		return -1;
	iwf_registered_expect(msg);
	return 0;
}
