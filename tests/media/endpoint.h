/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * endpoint: one side's media of a call on a UDP port. It ends the process if it
 * cannot go on: its results are for tests.
 */
#ifndef MEDIA_ENDPOINT_H
#define MEDIA_ENDPOINT_H

#include <netinet/in.h>

#include "handshake.h"
#include "keying.h"
#include "stream.h"

#define ENDPOINT_PACKETS 2000 /* at most, of each direction */

/* Packets of one direction. */
typedef struct endpoint_log
{
	stream_record_t record[ENDPOINT_PACKETS];
	unsigned long count;
} endpoint_log_t;

typedef struct endpoint
{
	int socket;
	struct sockaddr_in remote; /* where to send to, and all comes from */
	stream_t stream;
	handshake_t *handshake;
	keying_t keying;
	bool dtls;	 /* a handshake goes before the media */
	bool active; /* as its client */
	bool keyed;	 /* the handshake has given its keys */
	char fingerprint[HANDSHAKE_FINGERPRINT]; /* of the peer */
	unsigned long packets, expect;			 /* to send, and to wait for */
	unsigned long interval, wait;			 /* ms between two; for the rest */
	endpoint_log_t sent, received;
	unsigned long unreadable; /* packets that came beside those received */
	unsigned long handshake_datagrams, handshake_octets;
} endpoint_t;

/* Binds a port of the address and prints it, with the fingerprint of a new
 * certificate. */
void endpoint_open(endpoint_t *endpoint, const char *address);

/* Sends and receives, and prints what happened. */
void endpoint_go(endpoint_t *endpoint);

/* Frees all that it has. */
void endpoint_close(endpoint_t *endpoint);

#endif
