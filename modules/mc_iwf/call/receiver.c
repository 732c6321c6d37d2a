/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where the sender of a message may receive media. */
#include <string.h>

#include "core/forward.h"
#include "core/ip_addr.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mc_iwf/data/store.h"
#include "mc_iwf/message/source.h"
#include "mclmr/sdp/networks.h"
#include "mclmr/sdp/relay_request.h"
#include "receiver.h"

static mclmr_networks_t servers; /* of modparam server_networks */

int lmr_receiver_init(void)
{
	const char *wrong =
			mclmr_networks_read(mc_span(&iwf_config.server_networks), &servers);

	if(wrong == NULL)
		return 0;
	LM_ERR("server_networks: an entry of \"%.*s\" %s\n",
			iwf_config.server_networks.len, iwf_config.server_networks.s,
			wrong);
	return -1;
}

/* Where a message comes from. */
static mclmr_connection_t source_of(const struct sip_msg *msg)
{
	const struct ip_addr *from = &msg->rcv.src_ip;
	mclmr_connection_t source = {.is_ip6 = from->af == AF_INET6};

	memcpy(source.address, from->u.addr, source.is_ip6 ? 16 : 4);
	return mclmr_connection_plain(&source);
}

/* True for an address of the machine that sends there; it takes 0.0.0.0 for
 * one, too. */
static bool is_home(const mclmr_connection_t *receiver)
{
	return mclmr_connection_is_loopback(receiver)
		   || mclmr_connection_is_none(receiver);
}

/* True for an address at which this node listens. */
static bool is_ours(const mclmr_connection_t *receiver)
{
	struct ip_addr address = {.af = receiver->is_ip6 ? AF_INET6 : AF_INET,
			.len = receiver->is_ip6 ? 16 : 4};
	str host;

	memcpy(address.u.addr, receiver->address, address.len);
	host.s = ip_addr2a(&address);
	host.len = (int)strlen(host.s);
	return check_self(&host, 0, PROTO_NONE) > 0;
}

/* True for an address of a row of mc_iwf_peers. */
static bool is_peer(const mclmr_connection_t *receiver)
{
	const mclmr_directory_t *directory = iwf_store_read();
	bool peer = directory != NULL
				&& mclmr_network_has_peer_at(mclmr_directory_network(directory),
						mclmr_connection_octets(receiver));

	iwf_store_read_end();
	return peer;
}

/* True if a client, which is elsewhere, may receive there. */
static bool may_client(const mclmr_connection_t *receiver)
{
	switch(iwf_config.client_media) {
		case IWF_MEDIA_SOURCE:
			return false;
		case IWF_MEDIA_CLIENTS:
			return !mclmr_networks_have(&servers, receiver)
				   && !is_peer(receiver) && !is_ours(receiver);
		default:
			return true;
	}
}

mclmr_status_t lmr_receiver_check(struct sip_msg *msg, const mclmr_sdp_t *sdp)
{
	mclmr_connection_t receiver[MCLMR_SDP_MAX_SECTIONS];
	size_t n = mclmr_relay_receivers(sdp, receiver);
	mclmr_connection_t source = source_of(msg);
	bool client = iwf_source_trust(msg) == MCLMR_TRUST_NONE;

	for(size_t i = 0; i < n; i++) {
		if(mclmr_connection_equal(&receiver[i], &source))
			continue;
		if((is_home(&receiver[i]) && !mclmr_connection_is_loopback(&source))
				|| (client && !may_client(&receiver[i])))
			return MCLMR_MEDIA_ADDRESS;
	}
	return MCLMR_OK;
}
