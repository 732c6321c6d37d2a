/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The lumps of iwf_rewrite(): header fields and info part. */
#include "core/data_lump.h"

#include "mc_common/lump.h"
#include "mc_iwf/config.h"
#include "mclmr/base/text.h"
#include "rewrite.h"
#include "source.h"
#include "wrap.h"

#define FIELDS_SIZE 4096 /* octets of all header fields that are added */
#define ICSI_MARK MCLMR_SPAN("icsi.")

/* True if the next hop is in our trust domain (RFC 3325). A core that leads to
 * clients is, for who is in it, too. */
static bool is_trusted_hop(const iwf_message_t *m)
{
	if(m->direction == MCLMR_TO_CLIENT && !m->route.partner)
		return iwf_config.client_hop == IWF_HOP_CORE
			   && iwf_source_is_trusted(m->trust, &m->sender);
	return m->route.trusted;
}

/* Who sends, as we know it: the IMPU of a user, or what a peer asserts. */
static mclmr_span_t sender_uri(const iwf_message_t *m)
{
	if(m->sender.iwf)
		return m->sender.identity[0];
	return m->route.impu;
}

/* True if the P-Asserted-Identity that came does not name the sender. */
static bool names_another(const iwf_message_t *m)
{
	return (m->is_call && m->trust == MCLMR_TRUST_NONE) || m->sender.served;
}

/* How P-Asserted-Identity is set in the message's direction. A user of ours who
 * calls another, or whom P-Served-User names, has asserted nothing that could be
 * kept; and a call to a user's own URI has no PSI. */
static iwf_pai_t pai_mode(const iwf_message_t *m)
{
	iwf_pai_t mode = m->direction == MCLMR_TO_IWF ? iwf_config.pai_to_iwf
												  : iwf_config.pai_to_client;

	if(mode == IWF_PAI_PSI && m->form == MCLMR_FORM_DIRECT)
		return IWF_PAI_USER;
	if(mode == IWF_PAI_KEEP && names_another(m))
		return IWF_PAI_USER;
	return mode;
}

/* True if a field may not leave. */
static bool is_dropped(const iwf_message_t *m, iwf_field_t field)
{
	bool trusted_source = m->trust != MCLMR_TRUST_NONE;

	switch(field) {
		case IWF_FIELD_CREDENTIALS:
		case IWF_FIELD_ROUTE:
		case IWF_FIELD_PREFERRED:
		case IWF_FIELD_PREFERRED_SERVICE:
		case IWF_FIELD_SERVED_USER:
		case IWF_FIELD_VISITED_NETWORK:
			return true;
		case IWF_FIELD_CONTACT:
			return !m->is_call;
		case IWF_FIELD_PAI:
			return !trusted_source || pai_mode(m) != IWF_PAI_KEEP;
		case IWF_FIELD_ASSERTED_SERVICE:
		case IWF_FIELD_ASSERTED:
		case IWF_FIELD_RECORD_ROUTE:
		case IWF_FIELD_PRIORITY:
			return !trusted_source;
		case IWF_FIELD_ASSERTING:
			return m->trust != MCLMR_TRUST_CORE;
		case IWF_FIELD_HISTORY:
			return m->trust != MCLMR_TRUST_CORE || !is_trusted_hop(m);
		case IWF_FIELD_PRIVATE:
			return !trusted_source || !is_trusted_hop(m);
		case IWF_FIELD_ACCESS_NETWORK:
			return !is_trusted_hop(m);
		case IWF_FIELD_ENCODING:
			return iwf_wrap_wanted(m);
		case IWF_FIELD_ACCEPT_CONTACT:
		case IWF_FIELD_COMPRESSION:
		case IWF_FIELD_CONTENT_TYPE:
			return false;
	}
	return false;
}

/* Drops what may not leave; *last becomes the lump of the last such field,
 * and stays as it is if there is none. */
static bool drop_fields(
		struct sip_msg *msg, const iwf_message_t *m, struct lump **last)
{
	const iwf_headers_t *headers = &m->parsed->headers;

	for(size_t i = 0; i < headers->n; i++) {
		struct hdr_field *hf = headers->header[i].hf;

		if(!is_dropped(m, headers->header[i].field))
			continue;
		*last = del_lump(msg, (int)(hf->name.s - msg->buf), hf->len, 0);
		if(*last == NULL)
			return false;
	}
	return true;
}

/* Appends a field around its value. */
static void add(mclmr_text_t *fields, mclmr_span_t before, mclmr_span_t value,
		mclmr_span_t after)
{
	mclmr_text_put(fields, before);
	mclmr_text_put(fields, value);
	mclmr_text_put(fields, after);
}

/* P-Asserted-Identity, if it is ours to say. */
static void add_identity(
		mclmr_text_t *fields, struct sip_msg *msg, const iwf_message_t *m)
{
	mclmr_span_t uri = {NULL, 0};

	if(pai_mode(m) == IWF_PAI_USER)
		uri = sender_uri(m);
	else if(pai_mode(m) == IWF_PAI_PSI)
		uri = iwf_message_request_uri(msg);
	if(uri.len > 0)
		add(fields, MCLMR_SPAN("P-Asserted-Identity: <"), uri,
				MCLMR_SPAN(">\r\n"));
}

/* What follows "icsi." in the service that the request named, else in the
 * service's own ICSI: "mcdata.sds". */
static mclmr_span_t service_tail(const iwf_message_t *m)
{
	mclmr_span_t icsi = m->evidence.icsi;
	const char *mark;

	if(icsi.len == 0)
		icsi = mclmr_span(mclmr_service_names(m->service)->icsi);
	mark = mclmr_span_find_nocase(icsi, ICSI_MARK);
	if(mark == NULL)
		return mclmr_span(mclmr_service_names(m->service)->word);
	return mclmr_span_from(icsi, mark + ICSI_MARK.len);
}

/* True if the request's own P-Asserted-Service leaves with it. */
static bool keeps_asserted_service(const iwf_message_t *m)
{
	return m->trust != MCLMR_TRUST_NONE
		   && iwf_headers_value(&m->parsed->headers, IWF_FIELD_ASSERTED_SERVICE)
							  .len
					  > 0;
}

/* P-Asserted-Service and the two Accept-Contact fields, if missing. */
static void add_service(mclmr_text_t *fields, const iwf_message_t *m)
{
	bool asserted = keeps_asserted_service(m);
	mclmr_span_t tail;

	if(asserted && m->evidence.in_feature_tag && m->evidence.in_icsi_ref)
		return;
	tail = service_tail(m);
	if(!asserted)
		add(fields,
				MCLMR_SPAN(
						"P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi."),
				tail, MCLMR_SPAN("\r\n"));
	if(!m->evidence.in_feature_tag)
		add(fields, MCLMR_SPAN("Accept-Contact: *;+g.3gpp."), tail,
				MCLMR_SPAN(";require;explicit\r\n"));
	if(!m->evidence.in_icsi_ref)
		add(fields,
				MCLMR_SPAN("Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A"
						   "3gpp-service.ims.icsi."),
				tail, MCLMR_SPAN("\";require;explicit\r\n"));
}

/* Adds fields in the place of one that was dropped, which spares a lump, or
 * (NULL) after all others. */
static bool add_fields(
		struct sip_msg *msg, const iwf_message_t *m, struct lump *place)
{
	char memory[FIELDS_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_text_t fields = mclmr_text(&arena);
	mclmr_span_t text;

	add_identity(&fields, msg, m);
	add_service(&fields, m);
	if(iwf_wrap_wanted(m) && msg->content_type == NULL)
		add(&fields, MCLMR_SPAN("Content-Type: "), IWF_WRAP_INFO_TYPE,
				MCLMR_SPAN("\r\n"));
	if(!mclmr_text_done(&fields, &text))
		return false;
	if(text.len == 0)
		return true;
	if(place == NULL)
		place = anchor_lump(msg, (int)(msg->unparsed - msg->buf), 0, 0);
	return place != NULL && mc_lump_insert(place, text);
}

/* Applies edits to the decoded document and encodes it again. */
static bool replace_encoded(
		struct sip_msg *msg, iwf_message_t *m, const mclmr_info_edits_t *edits)
{
	mclmr_span_t rest = m->body->info_text;
	mclmr_text_t edited = mclmr_text(&m->arena);
	mclmr_span_t document;

	for(size_t i = 0; i < edits->n; i++) {
		const mclmr_xml_edit_t *edit = &edits->edit[i];
		const char *place = m->body->info_text.s + edit->offset;

		mclmr_text_put(
				&edited, (mclmr_span_t){rest.s, (size_t)(place - rest.s)});
		mclmr_text_put(&edited, edit->text);
		rest = mclmr_span_from(rest, place + edit->cut);
	}
	mclmr_text_put(&edited, rest);
	return mclmr_text_done(&edited, &document)
		   && iwf_body_replace_part(msg, m->body->info, &m->arena, document);
}

/* Sets what the info part says of caller and called, whatever stood there. */
static bool set_info(struct sip_msg *msg, iwf_message_t *m,
		const mclmr_info_values_t *values)
{
	mclmr_info_edits_t edits;

	if(!mclmr_mc_info_edit(&m->body->mc_info, values, &m->arena, &edits))
		return false;
	if(edits.n == 0)
		return true;
	return m->body->info->base64 ? replace_encoded(msg, m, &edits)
								 : iwf_body_edit_part(msg, m->body->info,
										 edits.edit, edits.n);
}

/* Who sends, and in a call whom it is for, into the info part. */
static bool set_identities(struct sip_msg *msg, iwf_message_t *m)
{
	return m->body->info != NULL ? set_info(msg, m, &m->route.values)
								 : iwf_wrap(msg, m);
}

mclmr_status_t iwf_rewrite(struct sip_msg *msg, iwf_message_t *m)
{
	struct lump *dropped = NULL;

	if(!m->decided)
		return MCLMR_INTERNAL;
	if(!drop_fields(msg, m, &dropped) || !add_fields(msg, m, dropped)
			|| !set_identities(msg, m))
		return MCLMR_INTERNAL;
	return MCLMR_OK;
}
