/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * media_endpoint ADDRESS: one side's media of a call, for the tests.
 *
 * Binds a UDP port and prints "port N" and "fingerprint XX:...". Then reads
 * commands, one a line; keys come this way and never as arguments:
 *   speech KIND              what is sent and expected, see speech.h
 *   type N                   payload type
 *   e2ee HEX                 key of the end-to-end encryption
 *   send-key, receive-key HEX   SRTP keys, AEAD_AES_128_GCM
 *   ring KEYS CERT           files of a key management server: the user's
 *                            keys, mode 0600, and the server's certificate
 *   keying FROM SEND RECEIVE OCTETS   a description follows whose MIKEY
 *                            message of FROM has the key; CS IDs of what is
 *                            sent and received. Prints "key-mgmt genuine", or
 *                            "key-mgmt refused WHY": no media passes then
 *   dtls active|passive FINGERPRINT   a handshake goes before the media
 *   remote ADDRESS PORT      where to send to; all has to come from there
 *   packets N, expect N      how many to send, and to wait for, be they
 *                            readable or not
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "endpoint.h"

#define LINE_SIZE 512
#define DESCRIPTION_SIZE 16384
#define WORDS_MAX 4

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

/* ring KEYS CERT */
static void set_ring(endpoint_t *endpoint, char *word[])
{
	const char *wrong = keying_load(&endpoint->keying, word[0], word[1]);

	if(wrong != NULL)
		die("%s", wrong);
}

/* keying FROM SEND RECEIVE OCTETS, and the description */
static void set_keying(endpoint_t *endpoint, char *word[])
{
	static char description[DESCRIPTION_SIZE];
	const keying_wish_t wish = {.from = word[0],
			.send = (uint8_t)number(word[1], UINT8_MAX),
			.receive = (uint8_t)number(word[2], UINT8_MAX)};
	size_t len = number(word[3], sizeof(description));
	const char *wrong;

	if(endpoint->keying.ring == NULL)
		die("ring comes before keying");
	if(fread(description, 1, len, stdin) != len)
		die("the description is not there");
	wrong = keying_take(&endpoint->keying, &wish, description, len,
			&endpoint->stream.protection);
	(void)printf("key-mgmt %s%s\n", wrong == NULL ? "genuine" : "refused ",
			wrong == NULL ? "" : wrong);
	(void)fflush(stdout);
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
	endpoint->packets = number(word[0], ENDPOINT_PACKETS);
}

/* expect N */
static void set_expect(endpoint_t *endpoint, char *word[])
{
	endpoint->expect = number(word[0], ENDPOINT_PACKETS);
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
	endpoint_go(endpoint);
}

typedef struct command
{
	const char *name;
	size_t words; /* after the name; WORDS_MAX at most */
	void (*act)(endpoint_t *endpoint, char *word[]);
} command_t;

static const command_t commands[] = {
		{"speech", 1, set_speech},
		{"type", 1, set_type},
		{"e2ee", 1, set_e2ee},
		{"send-key", 1, set_send_key},
		{"receive-key", 1, set_receive_key},
		{"ring", 2, set_ring},
		{"keying", 4, set_keying},
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
	char *rest = NULL, *word[WORDS_MAX + 1] = {NULL};
	const char *name = strtok_r(line, blanks, &rest);
	size_t words = 0;

	while(words <= WORDS_MAX
			&& (word[words] = strtok_r(NULL, blanks, &rest)) != NULL)
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

int main(int argc, char **argv)
{
	static endpoint_t endpoint;
	char line[LINE_SIZE];

	if(argc != 2)
		die("usage: media_endpoint ADDRESS");
	endpoint_open(&endpoint, argv[1]);
	while(fgets(line, sizeof(line), stdin) != NULL)
		obey(&endpoint, line);
	endpoint_close(&endpoint);
	return 0;
}
