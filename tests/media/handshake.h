/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * handshake: DTLS-SRTP (RFC 5764) over the endpoint's own socket. The peer is
 * known by the fingerprint in its description (RFC 8122) alone.
 */
#ifndef MEDIA_HANDSHAKE_H
#define MEDIA_HANDSHAKE_H

#include "protection.h"

#define HANDSHAKE_FINGERPRINT 96 /* "AA:BB:..." of SHA-256 and its end */
#define HANDSHAKE_DATAGRAM 2048

typedef struct handshake handshake_t;

/* Sends a datagram of the handshake; false if that fails. */
typedef bool (*handshake_send_t)(void *owner, const uint8_t *s, size_t len);

/* One side with a key and a certificate made for it; send is called with
 * owner. NULL: OpenSSL failed. The owner frees it. */
handshake_t *handshake_new(handshake_send_t send, void *owner);
void handshake_free(handshake_t *handshake);

/* The SHA-256 fingerprint of its certificate. */
const char *handshake_fingerprint(const handshake_t *handshake);

/* Begins, as client (a=setup:active) or as server, with the peer of this
 * fingerprint. */
bool handshake_begin(
		handshake_t *handshake, bool active, const char *fingerprint);

/* True for a datagram that is DTLS and no RTP (RFC 7983). */
bool handshake_is_dtls(const uint8_t *s, size_t len);

/* Takes a datagram that came; with len 0 only looks after the timer.
 * false: it failed for good. */
bool handshake_take(handshake_t *handshake, const uint8_t *s, size_t len);

/* True if it is over and the peer is the one with the fingerprint. */
bool handshake_is_done(const handshake_t *handshake);

/* The keys of both directions, once it is done. */
bool handshake_keys(handshake_t *handshake, protection_t *protection);

#endif
