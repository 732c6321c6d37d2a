/* SPDX-License-Identifier: GPL-2.0-or-later */

/* protection: SRTP with AEAD_AES_128_GCM (RFC 7714) by libsrtp2. */
#ifndef MEDIA_PROTECTION_H
#define MEDIA_PROTECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTECTION_KEY 28 /* octets of master key and master salt */
#define PROTECTION_TAG 16 /* octets that a packet grows by */

typedef struct srtp_ctx_t_ *protection_handle_t;

/* Both directions, null until they get a key; packets pass as they are then,
 * none at all if protection is required. */
typedef struct protection
{
	protection_handle_t sender;
	protection_handle_t receiver;
	bool required;
} protection_t;

/* Sets the key of what is sent, or of what is received; once each.
 * false: libsrtp refuses it. */
bool protection_send_key(protection_t *, const uint8_t key[PROTECTION_KEY]);
bool protection_receive_key(protection_t *, const uint8_t key[PROTECTION_KEY]);

/* Protects a packet in place; room for PROTECTION_TAG octets is after it. */
bool protection_seal(protection_t *, uint8_t *packet, size_t *len);

/* Takes the protection off in place; false: not genuine, a replay, or no
 * key. */
bool protection_open(protection_t *, uint8_t *packet, size_t *len);

/* Frees what the keys made. */
void protection_end(protection_t *);

#endif
