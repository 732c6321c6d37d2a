/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * media_endpoint ADDRESS: one side's media of a call, for the tests.
 *
 * Binds a UDP port and prints "port N" and "fingerprint XX:...". Then reads
 * commands, one a line; keys come this way and never as arguments:
 *   speech KIND              what is sent and expected, see speech.h
 *   type N                   payload type
 *   e2ee HEX                 key of the end-to-end encryption
 *   send-key, receive-key HEX   SRTP keys, AEAD_AES_128_GCM
 *   dtls active|passive FINGERPRINT   a handshake goes before the media
 *   remote ADDRESS PORT      where to send to; all has to come from there
 *   packets N, expect N      how many to send, and to wait for
 *   interval MS, wait MS     between two; for the rest, when all are sent
 *   go                       sends and receives, and prints what happened
 * A line "sent" or "received" for each packet: sequence number, octets and
 * the digests of a stream_record_t. A line "foreign ADDRESS:PORT" for each
 * that came from elsewhere, "unreadable WHY" for each that is not as it should
 * be. Then "handshake DATAGRAMS OCTETS" that it has sent, and "end". Exit
 * status: 0, or 2 with a line on standard error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "handshake.h"
#include "stream.h"

#define PACKETS_MAX 2000
#define LINE_SIZE 512
#define SURPLUS_TIME 30		/* ms to look for packets that nobody expects */
#define HANDSHAKE_TIME 5000 /* ms */
#define RECEIVE_BUFFER (1 << 20)

/* Packets of one direction. */
typedef struct log
{
	stream_record_t record[PACKETS_MAX];
	unsigned long count;
} log_t;

typedef struct endpoint
{
	int socket;
	struct sockaddr_in remote;
	stream_t stream;
	handshake_t *handshake;
	bool dtls;
	bool active;
	bool keyed; /* the handshake has given its keys */
	char fingerprint[HANDSHAKE_FINGERPRINT];
	unsigned long packets, expect, interval, wait;
	log_t sent, received;
	unsigned long handshake_datagrams, handshake_octets;
} endpoint_t;

/* Ends with a line on standard error. */
static _Noreturn void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)fputs("media_endpoint: ", stderr);
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
	va_end(arguments);
	exit(2);
}

/* Milliseconds of a clock that nobody sets. */
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
	log_t *received = &endpoint->received;
	const char *wrong;

	if(len > STREAM_PACKET)
		wrong = "too long";
	else if(endpoint->dtls && !endpoint->keyed)
		wrong = "media before the handshake's end";
	else if(received->count == PACKETS_MAX)
		wrong = "too many";
	else
		wrong = stream_read(&endpoint->stream, packet, len,
				&received->record[received->count]);
	if(wrong != NULL)
		note_unreadable(wrong);
	else
		received->count++;
}

/* True for a datagram from where the other side's description says. */
static bool is_from_remote(
		const endpoint_t *endpoint, const struct sockaddr_in *source)
{
	return source->sin_addr.s_addr == endpoint->remote.sin_addr.s_addr
		   && source->sin_port == endpoint->remote.sin_port;
}

/* A datagram from elsewhere: told, and not looked at. */
static void note_foreign(const struct sockaddr_in *source)
{
	char address[INET_ADDRSTRLEN];

	(void)printf("foreign %s:%d\n",
			inet_ntop(AF_INET, &source->sin_addr, address, sizeof(address)),
			ntohs(source->sin_port));
}

/* Reads one datagram; false where there is none. */
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
		if(!complete && endpoint->received.count >= endpoint->expect
				&& endpoint->expect > 0) {
			complete = true;
			end = now() + SURPLUS_TIME;
		}
		if(!receive(endpoint))
			await(endpoint, end);
	}
}

/* Prints the packets of a direction. */
static void print_log(const char *word, const log_t *log)
{
	for(unsigned long i = 0; i < log->count; i++)
		(void)printf("%s %u %zu %s %s\n", word, log->record[i].sequence,
				log->record[i].len, log->record[i].wire, log->record[i].speech);
}

/* Sends, receives, and tells. */
static void go(endpoint_t *endpoint)
{
	if(endpoint->stream.kind == NULL || endpoint->remote.sin_port == 0)
		die("speech and remote come before go");
	endpoint->sent.count = endpoint->received.count = 0;
	shake_hands(endpoint);
	send_all(endpoint);
	receive_rest(endpoint);
	print_log("sent", &endpoint->sent);
	print_log("received", &endpoint->received);
	(void)printf("handshake %lu %lu\nend\n", endpoint->handshake_datagrams,
			endpoint->handshake_octets);
	(void)fflush(stdout);
}

/* Reads a number of a command; larger than max is wrong. */
static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if(*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value > max)
		die("not a number up to %lu", max);
	return value;
}

/* The value of a hex digit; -1 for another character. */
static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

/* Reads a key of exactly so many octets; it is never repeated anywhere. */
static void read_key(const char *text, uint8_t *key, size_t len)
{
	if(strlen(text) != 2 * len)
		die("not a key of %zu octets", len);
	for(size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if(high < 0 || low < 0)
			die("not a key in hex");
		key[i] = (uint8_t)(high << 4 | low);
	}
}

/* speech KIND */
static void set_speech(endpoint_t *endpoint, char *word[])
{
	endpoint->stream.kind = speech_kind(word[0]);
	if(endpoint->stream.kind == NULL)
		die("no speech of this kind");
	endpoint->interval = endpoint->stream.kind->interval;
}

/* type N */
static void set_type(endpoint_t *endpoint, char *word[])
{
	endpoint->stream.type = (uint8_t)number(word[0], 127);
}

/* e2ee HEX */
static void set_e2ee(endpoint_t *endpoint, char *word[])
{
	read_key(word[0], endpoint->stream.e2ee_key, E2EE_KEY);
	endpoint->stream.secret = true;
}

/* send-key HEX */
static void set_send_key(endpoint_t *endpoint, char *word[])
{
	uint8_t key[PROTECTION_KEY];

	read_key(word[0], key, sizeof(key));
	if(!protection_send_key(&endpoint->stream.protection, key))
		die("libsrtp does not take the key");
}

/* receive-key HEX */
static void set_receive_key(endpoint_t *endpoint, char *word[])
{
	uint8_t key[PROTECTION_KEY];

	read_key(word[0], key, sizeof(key));
	if(!protection_receive_key(&endpoint->stream.protection, key))
		die("libsrtp does not take the key");
}

/* dtls active|passive FINGERPRINT */
static void set_dtls(endpoint_t *endpoint, char *word[])
{
	endpoint->active = strcmp(word[0], "active") == 0;
	if(!endpoint->active && strcmp(word[0], "passive") != 0)
		die("dtls is active or passive");
	if(strlen(word[1]) >= sizeof(endpoint->fingerprint))
		die("not a fingerprint");
	memcpy(endpoint->fingerprint, word[1], strlen(word[1]) + 1);
	endpoint->dtls = true;
}

/* remote ADDRESS PORT */
static void set_remote(endpoint_t *endpoint, char *word[])
{
	endpoint->remote.sin_family = AF_INET;
	if(inet_pton(AF_INET, word[0], &endpoint->remote.sin_addr) != 1)
		die("not an address");
	endpoint->remote.sin_port = htons((uint16_t)number(word[1], 65535));
}

/* packets N */
static void set_packets(endpoint_t *endpoint, char *word[])
{
	endpoint->packets = number(word[0], PACKETS_MAX);
}

/* expect N */
static void set_expect(endpoint_t *endpoint, char *word[])
{
	endpoint->expect = number(word[0], PACKETS_MAX);
}

/* interval MS */
static void set_interval(endpoint_t *endpoint, char *word[])
{
	endpoint->interval = number(word[0], 1000);
}

/* wait MS */
static void set_wait(endpoint_t *endpoint, char *word[])
{
	endpoint->wait = number(word[0], 60000);
}

/* go */
static void run(endpoint_t *endpoint, char *word[])
{
	(void)word;
	go(endpoint);
}

typedef struct command
{
	const char *name;
	size_t words; /* behind the name; two at most */
	void (*act)(endpoint_t *endpoint, char *word[]);
} command_t;

static const command_t commands[] = {
		{"speech", 1, set_speech},
		{"type", 1, set_type},
		{"e2ee", 1, set_e2ee},
		{"send-key", 1, set_send_key},
		{"receive-key", 1, set_receive_key},
		{"dtls", 2, set_dtls},
		{"remote", 2, set_remote},
		{"packets", 1, set_packets},
		{"expect", 1, set_expect},
		{"interval", 1, set_interval},
		{"wait", 1, set_wait},
		{"go", 0, run},
};

/* Does what a line says. */
static void obey(endpoint_t *endpoint, char *line)
{
	static const char blanks[] = " \r\n";
	char *rest = NULL, *word[3] = {NULL};
	const char *name = strtok_r(line, blanks, &rest);
	size_t words = 0;

	while(words < 3 && (word[words] = strtok_r(NULL, blanks, &rest)) != NULL)
		words++;
	for(size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if(name != NULL && strcmp(name, commands[i].name) == 0) {
			if(words != commands[i].words)
				die("%s takes %zu words", name, commands[i].words);
			commands[i].act(endpoint, word);
			return;
		}
	die("no such command");
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

/* Makes ready all that a call may need. */
static void begin(endpoint_t *endpoint, const char *address)
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

int main(int argc, char **argv)
{
	static endpoint_t endpoint;
	char line[LINE_SIZE];

	if(argc != 2)
		die("usage: media_endpoint ADDRESS");
	begin(&endpoint, argv[1]);
	while(fgets(line, sizeof(line), stdin) != NULL)
		obey(&endpoint, line);
	handshake_free(endpoint.handshake);
	protection_end(&endpoint.stream.protection);
	(void)close(endpoint.socket);
	return 0;
}
