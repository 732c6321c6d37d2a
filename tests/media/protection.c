/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One libsrtp2 session for each direction. */
#include <string.h>

#include <srtp2/srtp.h>

#include "protection.h"

/* The library is set up at its first use and stays. */
static bool library_ready(void)
{
	static bool ready;

	if(!ready)
		ready = srtp_init() == srtp_err_status_ok;
	return ready;
}

/* A session with one key for any stream of a direction. */
static bool new_session(protection_handle_t *session, srtp_ssrc_type_t type,
		const uint8_t key[PROTECTION_KEY])
{
	srtp_policy_t policy;
	unsigned char copy[PROTECTION_KEY];

	if(*session != NULL || !library_ready())
		return false;
	memcpy(copy, key, sizeof(copy));
	memset(&policy, 0, sizeof(policy));
	srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
	srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	policy.ssrc.type = type;
	policy.key = copy;
	policy.window_size = 128;
	return srtp_create(session, &policy) == srtp_err_status_ok;
}

bool protection_send_key(
		protection_t *protection, const uint8_t key[PROTECTION_KEY])
{
	return new_session(&protection->sender, ssrc_any_outbound, key);
}

bool protection_receive_key(
		protection_t *protection, const uint8_t key[PROTECTION_KEY])
{
	return new_session(&protection->receiver, ssrc_any_inbound, key);
}

bool protection_seal(protection_t *protection, uint8_t *packet, size_t *len)
{
	int size = (int)*len;

	if(protection->sender == NULL)
		return !protection->required;
	if(srtp_protect(protection->sender, packet, &size) != srtp_err_status_ok)
		return false;
	*len = (size_t)size;
	return true;
}

bool protection_open(protection_t *protection, uint8_t *packet, size_t *len)
{
	int size = (int)*len;

	if(protection->receiver == NULL)
		return !protection->required;
	if(srtp_unprotect(protection->receiver, packet, &size)
			!= srtp_err_status_ok)
		return false;
	*len = (size_t)size;
	return true;
}

void protection_end(protection_t *protection)
{
	if(protection->sender != NULL)
		(void)srtp_dealloc(protection->sender);
	if(protection->receiver != NULL)
		(void)srtp_dealloc(protection->receiver);
	*protection = (protection_t){0};
}
