/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sends the reply of a verdict: status, Warning, Retry-After. */
#include <stdio.h>
#include <string.h>

#include "core/data_lump_rpl.h"
#include "core/ip_addr.h"
#include "core/sr_module.h"
#include "modules/auth/api.h"
#include "modules/sl/sl.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "mc_iwf/data/store.h"
#include "mclmr/sip/uri.h"
#include "event.h"
#include "message.h"
#include "reply.h"

#define FIELD_SIZE 512
#define CHALLENGE_QOP 1 /* flag of auth_challenge: with qop="auth" */

static sl_api_t sl;
static auth_api_s_t auth;
static bool has_auth;

int iwf_reply_init(void)
{
	if(find_export("bind_sl", 0, 0) == NULL || sl_load_api(&sl) < 0) {
		LM_ERR("module sl has to be loaded before mc_iwf\n");
		return -1;
	}
	has_auth = find_export("bind_auth_s", 0, 0) != NULL
			   && auth_load_api(&auth) == 0;
	return 0;
}

/* The host of a PSI of ours: of this one if it is one, else of any. Copied
 * to the arena; empty if there is none. */
static mclmr_span_t find_own_host(mclmr_span_t key, mclmr_arena_t *arena)
{
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_span_t host = MCLMR_SPAN("");

	if(directory != NULL) {
		const mclmr_network_t *network = mclmr_directory_network(directory);

		host = mclmr_network_roles(network, key, MCLMR_SERVICE_NONE) != 0
					   ? mclmr_uri_host(key)
					   : mclmr_network_host(network);
	}
	if(!mclmr_arena_copy(arena, host, &host))
		host.len = 0;
	iwf_store_read_end();
	return host;
}

/* Host of the PSI that was asked: the agent of our Warnings (TS 24.379 4.4),
 * and the realm of our challenges. A call may go to another host's URI: then
 * it is the host of our PSIs. */
static mclmr_span_t find_host(
		struct sip_msg *msg, mclmr_uri_room_t *room, mclmr_arena_t *arena)
{
	mclmr_span_t key;
	mclmr_span_t host;

	(void)mclmr_uri_key_in(iwf_message_request_uri(msg), room, &key);
	host = find_own_host(key, arena);
	if(host.len > 0)
		return host;
	host = mclmr_uri_host(key);
	return host.len > 0 ? host : mclmr_span(ip_addr2a(&msg->rcv.dst_ip));
}

bool iwf_reply_add(struct sip_msg *msg, const char *name, const char *value)
{
	char text[FIELD_SIZE];
	int n = snprintf(text, sizeof(text), "%s: %s\r\n", name, value);

	return n > 0 && (size_t)n < sizeof(text)
		   && add_lump_rpl(msg, text, n, LUMP_RPL_HDR) != NULL;
}

/* Adds Warning and Retry-After, if the row has them. */
static bool add_fields(
		struct sip_msg *msg, mclmr_status_t status, mclmr_span_t host)
{
	const mclmr_refusal_t *row = &iwf_config.status.row[status];
	char value[FIELD_SIZE / 2];

	if(row->warning != 0
			&& (mclmr_status_warning(
						&iwf_config.status, status, host, value, sizeof(value))
							== 0
					|| !iwf_reply_add(msg, "Warning", value)))
		return false;
	if(row->retry_after == 0)
		return true;
	snprintf(value, sizeof(value), "%d", row->retry_after);
	return iwf_reply_add(msg, "Retry-After", value);
}

/* Challenges by the auth module; false if it is not loaded or refuses. */
static bool challenge(struct sip_msg *msg, mclmr_span_t host)
{
	str realm = iwf_config.realm.len > 0 ? iwf_config.realm : mc_str(host);

	return has_auth
		   && auth.auth_challenge_hftype(
					  msg, &realm, CHALLENGE_QOP, HDR_PROXYAUTH_T)
					  > 0;
}

/* Sends the reply itself. */
static bool send_reply(struct sip_msg *msg, mclmr_status_t status)
{
	mclmr_refusal_t *row = &iwf_config.status.row[status];
	mclmr_uri_room_t room;
	char memory[MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t host = find_host(msg, &room, &arena);
	char text[IWF_REASON_SIZE];
	str reason = {text, 0};

	iwf_facts_reason(iwf_message_facts(msg), text);
	reason.len = (int)strlen(text);
	if(status == MCLMR_UNAUTHENTICATED && challenge(msg, host))
		return true;
	return add_fields(msg, status, host)
		   && sl.freply(msg, row->sip, &reason) >= 0;
}

int iwf_reply_send(struct sip_msg *msg, mclmr_status_t status)
{
	if(status >= MCLMR_STATUS_COUNT || iwf_config.status.row[status].sip == 0)
		return -1;
	iwf_count_refusal(status);
	iwf_event_refused(msg);
	return send_reply(msg, status) ? 0 : -1;
}
