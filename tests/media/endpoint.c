/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sends, receives and reports the packets of one side of a call. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "complain.h"
#include "endpoint.h"

#define SURPLUS_TIME 30		/* ms to look for packets that are not expected */
#define HANDSHAKE_TIME 5000 /* ms */
#define RECEIVE_BUFFER (1 << 20)

/* Milliseconds of a clock that is never set. */
static long now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Sends a datagram to the other side. */
static bool send_datagram(
		const endpoint_t *endpoint, const uint8_t *s, size_t len)
{
	const struct sockaddr *remote = (struct sockaddr *)&endpoint->remote;

	return sendto(endpoint->socket, s, len, 0, remote, sizeof(endpoint->remote))
		   == (ssize_t)len;
}

/* Sends a datagram of the handshake, and counts it. */
static bool send_handshake(void *owner, const uint8_t *s, size_t len)
{
	endpoint_t *endpoint = owner;

	endpoint->handshake_datagrams++;
	endpoint->handshake_octets += len;
	return send_datagram(endpoint, s, len);
}

/* Makes and sends the next packet. */
static void send_packet(endpoint_t *endpoint)
{
	uint8_t packet[STREAM_PACKET];
	size_t len;
	const char *wrong = stream_make(&endpoint->stream, packet, &len,
			&endpoint->sent.record[endpoint->sent.count]);

	if(wrong != NULL)
		die("%s", wrong);
	if(!send_datagram(endpoint, packet, len))
		die("cannot send: %s", strerror(errno));
	endpoint->sent.count++;
}

/* Takes the keys, as soon as the handshake has them. */
static void take_keys(endpoint_t *endpoint)
{
	if(endpoint->keyed || !handshake_is_done(endpoint->handshake))
		return;
	endpoint->keyed =
			handshake_keys(endpoint->handshake, &endpoint->stream.protection);
	if(!endpoint->keyed)
		die("the handshake gave no keys");
}

/* A packet that is not as it should be. */
static void note_unreadable(const char *why)
{
	(void)printf("unreadable %s\n", why);
}

/* Reads an RTP packet, or what stands for one. */
static void take_packet(endpoint_t *endpoint, uint8_t *packet, size_t len)
{
	endpoint_log_t *received = &endpoint->received;
	const char *wrong;

	if(len > STREAM_PACKET)
		wrong = "too long";
	else if(endpoint->dtls && !endpoint->keyed)
		wrong = "media before the handshake's end";
	else if(received->count == ENDPOINT_PACKETS)
		wrong = "too many";
	else
		wrong = stream_read(&endpoint->stream, packet, len,
				&received->record[received->count]);
	if(wrong != NULL) {
		note_unreadable(wrong);
		endpoint->unreadable++;
	} else {
		received->count++;
	}
}

/* True for a datagram from where the other side's description says. */
static bool is_from_remote(
		const endpoint_t *endpoint, const struct sockaddr_in *source)
{
	return source->sin_addr.s_addr == endpoint->remote.sin_addr.s_addr
		   && source->sin_port == endpoint->remote.sin_port;
}

/* A datagram from elsewhere: reported, and not looked at. */
static void note_foreign(const struct sockaddr_in *source)
{
	char address[INET_ADDRSTRLEN];

	(void)printf("foreign %s:%d\n",
			inet_ntop(AF_INET, &source->sin_addr, address, sizeof(address)),
			ntohs(source->sin_port));
}

/* Reads one datagram; false if there is none. */
static bool receive(endpoint_t *endpoint)
{
	uint8_t datagram[HANDSHAKE_DATAGRAM];
	struct sockaddr_in source;
	socklen_t size = sizeof(source);
	ssize_t len = recvfrom(endpoint->socket, datagram, sizeof(datagram),
			MSG_DONTWAIT, (struct sockaddr *)&source, &size);

	if(len < 0)
		return false;
	if(!is_from_remote(endpoint, &source))
		note_foreign(&source);
	else if(!handshake_is_dtls(datagram, (size_t)len))
		take_packet(endpoint, datagram, (size_t)len);
	else if(!endpoint->dtls)
		note_unreadable("DTLS without a fingerprint");
	else if(!handshake_take(endpoint->handshake, datagram, (size_t)len))
		die("the handshake failed");
	else
		take_keys(endpoint);
	return true;
}

/* Sleeps until something came, or until a time, at most 10 ms. */
static void await(const endpoint_t *endpoint, long until)
{
	struct pollfd wait = {.fd = endpoint->socket, .events = POLLIN};
	long time = until - now();

	if(time < 0)
		time = 0;
	(void)poll(&wait, 1, time < 10 ? (int)time : 10);
}

/* Does the handshake, if there is one to do; its datagrams only. */
static void shake_hands(endpoint_t *endpoint)
{
	long end = now() + HANDSHAKE_TIME;

	if(!endpoint->dtls || endpoint->keyed)
		return;
	if(!handshake_begin(
			   endpoint->handshake, endpoint->active, endpoint->fingerprint))
		die("the handshake cannot begin");
	while(!endpoint->keyed) {
		if(now() > end)
			die("no handshake within %d ms", HANDSHAKE_TIME);
		if(!receive(endpoint)) {
			if(!handshake_take(endpoint->handshake, NULL, 0))
				die("the handshake failed");
			await(endpoint, end);
		}
	}
}

/* Sends all packets in their time, and receives in between. The first one
 * leaves so late that it cannot overtake the end of the handshake. */
static void send_all(endpoint_t *endpoint)
{
	long next = now() + (long)endpoint->interval;

	while(endpoint->sent.count < endpoint->packets) {
		if(now() >= next) {
			send_packet(endpoint);
			next += (long)endpoint->interval;
		}
		await(endpoint, next);
		while(receive(endpoint))
			continue;
	}
}

/* Receives until all that is expected is there, and a little longer; or
 * until the time is over. */
static void receive_rest(endpoint_t *endpoint)
{
	long end = now() + (long)endpoint->wait;
	bool complete = false;

	while(now() < end) {
		unsigned long came = endpoint->received.count + endpoint->unreadable;

		if(!complete && came >= endpoint->expect && endpoint->expect > 0) {
			complete = true;
			end = now() + SURPLUS_TIME;
		}
		if(!receive(endpoint))
			await(endpoint, end);
	}
}

/* Prints the packets of a direction. */
static void print_log(const char *word, const endpoint_log_t *log)
{
	for(unsigned long i = 0; i < log->count; i++)
		(void)printf("%s %u %zu %s %s\n", word, log->record[i].sequence,
				log->record[i].len, log->record[i].wire, log->record[i].speech);
}

void endpoint_go(endpoint_t *endpoint)
{
	if(endpoint->stream.kind == NULL || endpoint->remote.sin_port == 0)
		die("speech and remote come before go");
	endpoint->sent.count = endpoint->received.count = 0;
	endpoint->unreadable = 0;
	shake_hands(endpoint);
	send_all(endpoint);
	receive_rest(endpoint);
	print_log("sent", &endpoint->sent);
	print_log("received", &endpoint->received);
	(void)printf("handshake %lu %lu\nend\n", endpoint->handshake_datagrams,
			endpoint->handshake_octets);
	(void)fflush(stdout);
}

/* Binds a port of the address. */
static void open_socket(endpoint_t *endpoint, const char *address)
{
	struct sockaddr_in local = {.sin_family = AF_INET};
	socklen_t size = sizeof(local);
	int buffer = RECEIVE_BUFFER;

	if(inet_pton(AF_INET, address, &local.sin_addr) != 1)
		die("not an address");
	endpoint->socket = socket(AF_INET, SOCK_DGRAM, 0);
	if(endpoint->socket < 0
			|| setsockopt(endpoint->socket, SOL_SOCKET, SO_RCVBUF, &buffer,
					   sizeof(buffer))
					   != 0
			|| bind(endpoint->socket, (struct sockaddr *)&local, sizeof(local))
					   != 0
			|| getsockname(endpoint->socket, (struct sockaddr *)&local, &size)
					   != 0)
		die("no socket at %s: %s", address, strerror(errno));
	(void)printf("port %d\n", ntohs(local.sin_port));
}

void endpoint_open(endpoint_t *endpoint, const char *address)
{
	open_socket(endpoint, address);
	endpoint->handshake = handshake_new(send_handshake, endpoint);
	if(endpoint->handshake == NULL || !stream_begin(&endpoint->stream))
		die("OpenSSL failed");
	endpoint->wait = HANDSHAKE_TIME;
	(void)printf(
			"fingerprint %s\n", handshake_fingerprint(endpoint->handshake));
	(void)fflush(stdout);
}

void endpoint_close(endpoint_t *endpoint)
{
	handshake_free(endpoint->handshake);
	keying_end(&endpoint->keying);
	protection_end(&endpoint->stream.protection);
	(void)close(endpoint->socket);
}
