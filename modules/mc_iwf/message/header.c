/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Header fields that matter, in one pass. */
#include "core/data_lump.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mclmr/base/text.h"
#include "header.h"

/* Names of fields without a type of their own in every Kamailio version. */
static const struct
{
	mclmr_span_t name;
	iwf_field_t field;
} names[] = {
		{{"P-Asserted-Identity", 19}, IWF_FIELD_PAI},
		{{"P-Asserted-Service", 18}, IWF_FIELD_ASSERTED_SERVICE},
		{{"P-Asserted-Service-Id", 21}, IWF_FIELD_ASSERTED_SERVICE},
		{{"P-Preferred-Identity", 20}, IWF_FIELD_PREFERRED},
		{{"P-Preferred-Service", 19}, IWF_FIELD_PREFERRED_SERVICE},
		{{"P-Served-User", 13}, IWF_FIELD_SERVED_USER},
		{{"P-Visited-Network-ID", 20}, IWF_FIELD_VISITED_NETWORK},
		{{"Accept-Contact", 14}, IWF_FIELD_ACCEPT_CONTACT},
		{{"a", 1}, IWF_FIELD_ACCEPT_CONTACT},
		{{"Content-Transfer-Encoding", 25}, IWF_FIELD_ENCODING},
		{{"Content-Encoding", 16}, IWF_FIELD_COMPRESSION},
		{{"e", 1}, IWF_FIELD_COMPRESSION},
		{{"Resource-Priority", 17}, IWF_FIELD_PRIORITY},
		{{"History-Info", 12}, IWF_FIELD_HISTORY},
		{{"Reply-To", 8}, IWF_FIELD_ASSERTING},
		{{"Replaces", 8}, IWF_FIELD_ASSERTING},
		{{"Join", 4}, IWF_FIELD_ASSERTING},
		{{"Target-Dialog", 13}, IWF_FIELD_ASSERTING},
		{{"Alert-Info", 10}, IWF_FIELD_ASSERTING},
		{{"Error-Info", 10}, IWF_FIELD_ASSERTING},
		{{"b", 1}, IWF_FIELD_ASSERTING}, /* Referred-By */
		{{"y", 1}, IWF_FIELD_ASSERTING}, /* Identity */
		{{"n", 1}, IWF_FIELD_ASSERTING}, /* Identity-Info */
};

/* True if name is in the comma list of modparam private_headers. */
static bool is_private(mclmr_span_t name)
{
	mclmr_span_t list = mc_span(&iwf_config.private_headers);

	while(list.len > 0) {
		mclmr_span_t item = mclmr_span_trim(mclmr_span_cut(&list, ','));

		if(mclmr_span_equal_nocase(item, name))
			return true;
	}
	return false;
}

/* The kind of a field in P-, of which a client may say how it reaches the
 * network and whether it takes early media (TS 24.229, RFC 5009); false if
 * it is none of ours. */
static bool find_p_name(mclmr_span_t name, iwf_field_t *field)
{
	if(mclmr_span_starts_nocase(name, MCLMR_SPAN("P-Asserted-")))
		*field = IWF_FIELD_ASSERTED;
	else if(mclmr_span_equal_nocase(name, MCLMR_SPAN("P-Early-Media")))
		return false;
	else if(!is_private(name))
		*field = IWF_FIELD_ASSERTING;
	else if(mclmr_span_equal_nocase(name, MCLMR_SPAN("P-Access-Network-Info")))
		*field = IWF_FIELD_ACCESS_NETWORK;
	else
		*field = IWF_FIELD_PRIVATE;
	return true;
}

/* The kind of a field by its name; false if it is none of ours. */
static bool find_name(mclmr_span_t name, iwf_field_t *field)
{
	for(size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if(mclmr_span_equal_nocase(name, names[i].name)) {
			*field = names[i].field;
			return true;
		}
	}
	*field = IWF_FIELD_PRIVATE;
	if(!mclmr_span_starts_nocase(name, MCLMR_SPAN("P-")))
		return is_private(name);
	return find_p_name(name, field);
}

/* The kind of a field; names are compared only if the parser's type
 * leaves it open. */
static bool classify(const struct hdr_field *hf, iwf_field_t *field)
{
	switch(hf->type) {
		case HDR_AUTHORIZATION_T:
		case HDR_PROXYAUTH_T:
			*field = IWF_FIELD_CREDENTIALS;
			return true;
		case HDR_ROUTE_T:
			*field = IWF_FIELD_ROUTE;
			return true;
		case HDR_CONTACT_T:
			*field = IWF_FIELD_CONTACT;
			return true;
		case HDR_CONTENTTYPE_T:
			*field = IWF_FIELD_CONTENT_TYPE;
			return true;
		case HDR_RECORDROUTE_T:
			*field = IWF_FIELD_RECORD_ROUTE;
			return true;
		case HDR_PRIORITY_T:
			*field = IWF_FIELD_PRIORITY;
			return true;
		case HDR_RPID_T:
		case HDR_DIVERSION_T:
		case HDR_REFERREDBY_T:
		case HDR_IDENTITY_T:
		case HDR_IDENTITY_INFO_T:
		case HDR_CALLINFO_T:
			*field = IWF_FIELD_ASSERTING;
			return true;
		case HDR_VIA_T:
		case HDR_VIA2_T:
		case HDR_TO_T:
		case HDR_FROM_T:
		case HDR_CSEQ_T:
		case HDR_CALLID_T:
		case HDR_MAXFORWARDS_T:
		case HDR_CONTENTLENGTH_T:
			return false;
		default:
			return find_name(mc_span(&hf->name), field);
	}
}

/* True if a lump of the script deletes this field. */
static bool is_removed(const struct sip_msg *msg, const struct hdr_field *hf)
{
	int at = (int)(hf->name.s - msg->buf);

	for(const struct lump *l = msg->add_rm; l != NULL; l = l->next) {
		if(l->op == LUMP_DEL && at >= l->u.offset && at < l->u.offset + l->len)
			return true;
	}
	return false;
}

void iwf_headers_read(struct sip_msg *msg, iwf_headers_t *headers)
{
	iwf_field_t field;

	headers->n = 0;
	headers->overflow = false;
	for(struct hdr_field *hf = msg->headers; hf != NULL; hf = hf->next) {
		if(!classify(hf, &field) || is_removed(msg, hf))
			continue;
		if(headers->n == IWF_MAX_HEADERS) {
			headers->overflow = true;
			return;
		}
		headers->header[headers->n++] = (iwf_header_t){field, hf};
	}
}

/* Of more fields than there is room for, others may have taken the place. */
void iwf_headers_update(struct sip_msg *msg, iwf_headers_t *headers)
{
	size_t kept = 0;

	if(headers->overflow) {
		iwf_headers_read(msg, headers);
		return;
	}
	for(size_t i = 0; i < headers->n; i++) {
		if(!is_removed(msg, headers->header[i].hf))
			headers->header[kept++] = headers->header[i];
	}
	headers->n = kept;
}

mclmr_span_t iwf_headers_value(const iwf_headers_t *headers, iwf_field_t field)
{
	for(size_t i = 0; i < headers->n; i++) {
		if(headers->header[i].field == field)
			return iwf_header_value(&headers->header[i]);
	}
	return (mclmr_span_t){NULL, 0};
}

size_t iwf_headers_count(const iwf_headers_t *headers, iwf_field_t field)
{
	size_t n = 0;

	for(size_t i = 0; i < headers->n; i++)
		n += headers->header[i].field == field;
	return n;
}

iwf_content_t iwf_headers_content(const iwf_headers_t *headers)
{
	return (iwf_content_t){
			.type = iwf_headers_value(headers, IWF_FIELD_CONTENT_TYPE),
			.encoding = iwf_headers_value(headers, IWF_FIELD_ENCODING),
			.plain = iwf_headers_count(headers, IWF_FIELD_CONTENT_TYPE) <= 1
					 && iwf_headers_count(headers, IWF_FIELD_ENCODING) <= 1
					 && iwf_headers_count(headers, IWF_FIELD_COMPRESSION) == 0};
}

mclmr_span_t iwf_header_value(const iwf_header_t *header)
{
	return mclmr_span_trim(mc_span(&header->hf->body));
}

/* True for the fields of a type, or of a name that the parser has none for. */
static bool is_field(
		const struct hdr_field *hf, hdr_types_t type, mclmr_span_t name)
{
	return type != HDR_OTHER_T
				   ? hf->type == type
				   : mclmr_span_equal_nocase(mc_span(&hf->name), name);
}

bool iwf_header_join(const struct sip_msg *msg, hdr_types_t type,
		const char *name, mclmr_arena_t *arena, mclmr_span_t *value)
{
	mclmr_text_t text = mclmr_text(arena);
	bool found = false;

	for(const struct hdr_field *hf = msg->headers; hf != NULL; hf = hf->next) {
		if(!is_field(hf, type, mclmr_span(name)))
			continue;
		if(found)
			mclmr_text_char(&text, ',');
		mclmr_text_put(&text, mclmr_span_trim(mc_span(&hf->body)));
		found = true;
	}
	return mclmr_text_done(&text, value);
}
