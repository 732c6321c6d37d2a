/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a file with what a key management server gives out. What reads is
 * complete: every certificate has a server and a period, every key set a user
 * and a key.
 */
#include "mclmr/keys/kms.h"
#include "fuzz.h"

static char memory[1 << 20];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_kms_t kms = {0};

	if(mclmr_kms_read(&kms, (mclmr_span_t){(const char *)data, size}, &arena)
			!= NULL)
		return 0;
	require(kms.certificates != NULL || kms.keys != NULL);
	for(mclmr_kms_certificate_t *c = kms.certificates; c != NULL; c = c->next) {
		require(c->kms.len > 0 && c->period.length > 0);
		for(const mclmr_kms_domain_t *d = c->domains; d != NULL; d = d->next)
			require(d->name.len > 0);
	}
	for(mclmr_kms_keys_t *k = kms.keys; k != NULL; k = k->next) {
		require(k->kms.len > 0 && k->user.len > 0);
		require(k->can_open || k->can_sign);
	}
	return 0;
}
