/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * group_key: a GMK as it goes to all members of its groups, to each in a
 * message of its own (TS 33.180 5.7.1). The messages share key, GMK-ID and
 * RAND: from these and another member's URI a member derives the keys that the
 * other one talks with.
 */
#ifndef MCLMR_GROUP_KEY_H
#define MCLMR_GROUP_KEY_H

#include "mikey_make.h"

/* Secret: cleanse it. */
typedef struct mclmr_group_key
{
	uint8_t key[MCLMR_KEY_SIZE];
	uint32_t id; /* GMK-ID */
	uint8_t rand[MCLMR_MIKEY_RAND];
} mclmr_group_key_t;

/* A fresh one. false: no random octets. */
bool mclmr_group_key_new(mclmr_group_key_t *group);

/* Begins the message for one member, as mclmr_mikey_begin(): sets key_id and
 * rand of its order, which points to the group key then. */
const char *mclmr_group_key_begin(const mclmr_group_key_t *group,
		mclmr_keyring_t *ring, mclmr_mikey_order_t *order,
		mclmr_mikey_draft_t *draft);

#endif
