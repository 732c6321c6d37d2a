/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which peer handed a request over, and who sends it. */
#include "core/ip_addr.h"
#include "core/parser/digest/digest.h"
#include "core/pvar.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/store.h"
#include "mclmr/base/text.h"
#include "mclmr/sip/field.h"
#include "mclmr/sip/uri.h"
#include "source.h"

#define MAX_ASSERTED (MCLMR_MAX_IDENTITIES + 1) /* one more is too many */

static pv_spec_t *tls_id;
static pv_spec_t *tls_verified;
static str tls_verified_name = str_init("$tls_peer_verified");

int iwf_source_init(void)
{
	if(iwf_config.tls_id.len == 0)
		return 0;
	tls_id = pv_cache_get(&iwf_config.tls_id);
	tls_verified = pv_cache_get(&tls_verified_name);
	if(tls_id == NULL || tls_verified == NULL) {
		LM_ERR("tls_id: \"%.*s\" is no pseudo-variable, or module tls is not"
			   " loaded before mc_iwf\n",
				iwf_config.tls_id.len, iwf_config.tls_id.s);
		return -1;
	}
	return 0;
}

/* True if the peer's certificate was verified: the name alone is what the
 * peer says of itself. */
static bool is_verified(struct sip_msg *msg)
{
	pv_value_t value;

	return pv_get_spec_value(msg, tls_verified, &value) == 0
		   && (value.flags & PV_VAL_INT) && value.ri == 1;
}

/* The name in the peer's verified certificate, empty without one. */
static mclmr_span_t peer_name(struct sip_msg *msg)
{
	static const mclmr_span_t none = {NULL, 0};
	pv_value_t value;

	if(tls_id == NULL || msg->rcv.proto != PROTO_TLS || !is_verified(msg)
			|| pv_get_spec_value(msg, tls_id, &value) < 0
			|| (value.flags & (PV_VAL_NULL | PV_VAL_EMPTY)))
		return none;
	return mc_span(&value.rs);
}

mclmr_source_t iwf_source_read(struct sip_msg *msg)
{
	return (mclmr_source_t){mclmr_span(ip_addr2a(&msg->rcv.src_ip)),
			msg->rcv.src_port, peer_name(msg)};
}

mclmr_trust_t iwf_source_trust(struct sip_msg *msg)
{
	mclmr_source_t source = iwf_source_read(msg);
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_trust_t trust = MCLMR_TRUST_NONE;

	if(directory != NULL)
		trust = mclmr_network_trust(
				mclmr_directory_network(directory), &source);
	iwf_store_read_end();
	return trust;
}

/* The URIs of all P-Asserted-Identity fields, at most MAX_ASSERTED. */
static size_t read_asserted(const iwf_headers_t *headers, mclmr_span_t *uris)
{
	size_t n = 0;

	for(size_t i = 0; i < headers->n; i++) {
		mclmr_span_t list, element;

		if(headers->header[i].field != IWF_FIELD_PAI)
			continue;
		list = iwf_header_value(&headers->header[i]);
		while(n < MAX_ASSERTED && mclmr_field_next(&list, &element))
			uris[n++] = mclmr_field_uri(element);
	}
	return n;
}

/* The first session case that a Route tells. */
static mclmr_session_t routed_session(const iwf_headers_t *headers)
{
	mclmr_session_t session = MCLMR_SESSION_NONE;

	for(size_t i = 0; i < headers->n; i++) {
		mclmr_span_t list, element;

		if(headers->header[i].field != IWF_FIELD_ROUTE)
			continue;
		list = iwf_header_value(&headers->header[i]);
		while(session == MCLMR_SESSION_NONE
				&& mclmr_field_next(&list, &element))
			session = mclmr_session_of_route(mclmr_field_uri(element));
	}
	return session;
}

/* Reads P-Served-User if it is there, with the session case of a Route if it has
 * none; NULL: it is not, or (*good is false) cannot be read. */
static const mclmr_served_user_t *read_served(
		const iwf_headers_t *headers, mclmr_served_user_t *served, bool *good)
{
	size_t n = iwf_headers_count(headers, IWF_FIELD_SERVED_USER);

	*good = n == 0
			|| (n == 1
					&& mclmr_served_user_read(
							iwf_headers_value(headers, IWF_FIELD_SERVED_USER),
							served));
	if(n != 1 || !*good)
		return NULL;
	if(served->session == MCLMR_SESSION_NONE)
		served->session = routed_session(headers);
	return served;
}

/* True if the Request-URI is a PSI of ours that serves called users alone. */
static bool is_terminating(
		const mclmr_network_t *network, const struct sip_msg *msg)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	return mclmr_uri_key_in(
				   mc_span(&msg->first_line.u.request.uri), &room, &key)
		   && mclmr_network_roles(network, key, MCLMR_SERVICE_NONE)
					  == MCLMR_ROLE_TERMINATING;
}

/* The sender that a trusted source asserts. */
static mclmr_status_t asserted_sender(struct sip_msg *msg, mclmr_trust_t trust,
		const iwf_headers_t *headers, mclmr_sender_t *sender)
{
	mclmr_span_t uris[MAX_ASSERTED];
	size_t n = read_asserted(headers, uris);
	mclmr_served_user_t room;
	bool good;
	const mclmr_served_user_t *served = read_served(headers, &room, &good);
	mclmr_source_t source = iwf_source_read(msg);
	const mclmr_directory_t *directory;
	const mclmr_network_t *network;
	mclmr_status_t status = MCLMR_UNAUTHENTICATED;

	if(trust == MCLMR_TRUST_CORE && !good)
		return MCLMR_PEER_ASSERTION;
	directory = iwf_store_read();
	if(directory != NULL) {
		network = mclmr_directory_network(directory);
		if(served != NULL && room.session == MCLMR_SESSION_NONE
				&& is_terminating(network, msg))
			room.session = MCLMR_SESSION_TERMINATING;
		status = mclmr_sender_asserted(
				network, &source, uris, n, served, sender);
	}
	iwf_store_read_end();
	return status;
}

/* What the rows say of an IWF that has asserted its PSI. */
static bool is_trusted_iwf(const mclmr_sender_t *sender)
{
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_kmf_t *kmf = NULL;
	mclmr_uri_room_t room;
	mclmr_span_t key;
	bool trusted;

	if(directory != NULL && mclmr_uri_key_in(sender->identity[0], &room, &key))
		kmf = mclmr_network_iwf(mclmr_directory_network(directory), key);
	trusted = kmf != NULL && kmf->trusted;
	iwf_store_read_end();
	return trusted;
}

bool iwf_source_is_trusted(mclmr_trust_t trust, const mclmr_sender_t *sender)
{
	if(trust != MCLMR_TRUST_IWF)
		return trust == MCLMR_TRUST_CORE;
	return sender->iwf && is_trusted_iwf(sender);
}

mclmr_session_t iwf_source_session(const iwf_headers_t *headers)
{
	mclmr_served_user_t room;
	bool good;
	const mclmr_served_user_t *served = read_served(headers, &room, &good);

	return served != NULL ? served->session : routed_session(headers);
}

/* The credentials that the auth module marked, or NULL. */
static auth_body_t *authorized_credentials(struct sip_msg *msg)
{
	struct hdr_field *hf = NULL;

	if(msg->proxy_auth != NULL)
		get_authorized_cred(msg->proxy_auth, &hf);
	if(hf == NULL && msg->authorization != NULL)
		get_authorized_cred(msg->authorization, &hf);
	return hf != NULL ? (auth_body_t *)hf->parsed : NULL;
}

/* The IMPU of a digest user. */
static mclmr_status_t digest_sender(
		const dig_cred_t *digest, mclmr_arena_t *arena, mclmr_sender_t *sender)
{
	mclmr_span_t user = mc_span(&digest->username.whole);
	mclmr_span_t realm = mc_span(&digest->realm);
	mclmr_text_t uri = mclmr_text(arena);

	mclmr_text_string(&uri, "sip:");
	mclmr_text_put(&uri, user);
	if(mclmr_span_find(user, MCLMR_SPAN("@")) == NULL) {
		mclmr_text_string(&uri, "@");
		mclmr_text_put(&uri, realm);
	}
	if(!mclmr_text_done(&uri, &sender->identity[0]))
		return MCLMR_INTERNAL;
	sender->iwf = false;
	sender->n = 1;
	return MCLMR_OK;
}

mclmr_status_t iwf_source_sender(struct sip_msg *msg, mclmr_trust_t trust,
		const iwf_headers_t *headers, mclmr_arena_t *arena,
		mclmr_sender_t *sender)
{
	auth_body_t *credentials;

	if(trust != MCLMR_TRUST_NONE)
		return asserted_sender(msg, trust, headers, sender);
	credentials = authorized_credentials(msg);
	if(credentials == NULL)
		return MCLMR_UNAUTHENTICATED;
	return digest_sender(&credentials->digest, arena, sender);
}
