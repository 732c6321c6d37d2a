/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Keys of groups, for each of their members. */
#include <openssl/rand.h>

#include "group_key.h"

bool mclmr_group_key_new(mclmr_group_key_t *group)
{
	return RAND_bytes(group->key, sizeof(group->key)) == 1
		   && RAND_bytes(group->rand, sizeof(group->rand)) == 1
		   && mclmr_mikey_new_id(MCLMR_PURPOSE_GMK, &group->id);
}

const char *mclmr_group_key_begin(const mclmr_group_key_t *group,
		mclmr_keyring_t *ring, mclmr_mikey_order_t *order,
		mclmr_mikey_draft_t *draft)
{
	order->key_id = group->id;
	order->rand = group->rand;
	return mclmr_mikey_begin(ring, order, group->key, draft);
}
