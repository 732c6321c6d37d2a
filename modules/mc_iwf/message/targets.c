/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The work of iwf_targets(): Request-URI and branches. */
#include "core/dset.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "mclmr/sip/uri.h"
#include "registrar.h"
#include "targets.h"

/* The PSI as Request-URI; the script picks the peer by $iwf(peer_set). */
static mclmr_status_t to_peer(struct sip_msg *msg, const iwf_message_t *m)
{
	str psi = mc_str(m->route.psi);

	clear_branches();
	reset_dst_uri(msg);
	return rewrite_uri(msg, &psi) < 0 ? MCLMR_INTERNAL : MCLMR_OK;
}

/* The user's contacts, or the S-CSCF, as Request-URI and branches. */
static mclmr_status_t to_contacts(struct sip_msg *msg, const iwf_message_t *m)
{
	const iwf_usrloc_wish_t wish = {.impu = m->route.called_impu,
			.service = m->service,
			.deliver = iwf_config.deliver,
			.device = m->route.device};
	int n = iwf_registrar_targets(msg, &wish);

	if(n < 0)
		return MCLMR_INTERNAL;
	return n == 0 ? MCLMR_TARGET_UNREGISTERED : MCLMR_OK;
}

mclmr_status_t iwf_targets(struct sip_msg *msg, iwf_message_t *m)
{
	if(!m->decided)
		return MCLMR_INTERNAL;
	if(m->direction == MCLMR_TO_IWF || m->route.partner)
		return to_peer(msg, m);
	return to_contacts(msg, m);
}

bool iwf_targets_lookup(struct sip_msg *msg)
{
	char memory[MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t impu;

	return mclmr_arena_copy(&arena, mc_span(GET_RURI(msg)), &impu)
		   && iwf_registrar_to_core(msg, impu);
}
