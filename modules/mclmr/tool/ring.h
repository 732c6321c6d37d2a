/* SPDX-License-Identifier: GPL-2.0-or-later */

/* tool_ring: what the commands on keys share: --cert, --keys and messages. */
#ifndef MCLMR_TOOL_RING_H
#define MCLMR_TOOL_RING_H

#include "mclmr/keys/keyring.h"
#include "mclmr/keys/mikey_open.h"
#include "tool.h"

/* Lists that these commands have in common. */
enum
{
	TOOL_CERTS,
	TOOL_KEYS,
	TOOL_GROUPS,
	TOOL_OWN_LISTS /* the first of a command's own */
};

#define TOOL_RING_OPTIONS                                     \
	{"cert", required_argument, NULL, TOOL_LIST(TOOL_CERTS)}, \
	{                                                         \
		"keys", required_argument, NULL, TOOL_LIST(TOOL_KEYS) \
	}

#define TOOL_CERT_HELP                                           \
	"  --cert FILE...  certificates of key management servers: " \
	"KmsResponse,\n"                                             \
	"                  KmsCertificate, or lines Name=value\n"
#define TOOL_KEYS_HELP                                              \
	"  --keys FILE...  key sets: KmsResponse, KmsKeySet, or lines " \
	"Name=value\n"

/* A ring of all certificates and keys that the arguments name; NULL with a
 * complaint and an exit code: TOOL_REFUSED where they read, and are not right.
 * Certificates are asked for; keys only where needs_keys. */
mclmr_keyring_t *tool_ring(
		const tool_arguments_t *arguments, bool needs_keys, int *code);

/* A message that was read from a file; freed by tool_message_free(). */
typedef struct tool_message_file
{
	mclmr_span_t text;	 /* of the file */
	mclmr_span_t octets; /* of the message, in text */
	mclmr_mikey_t message;
} tool_message_file_t;

/* Reads a message: TOOL_GO_ON, or an exit code with a complaint. */
int tool_message_read(const char *path, tool_message_file_t *file);
void tool_message_free(tool_message_file_t *file);

/* Writes a message in a form of the command line, raw, base64 or sdp; NULL is
 * raw. An exit code. */
int tool_message_write(const char *out, const char *form, mclmr_span_t octets);

/* As tool_message_write(), but in one step, to a file; not synced. */
bool tool_message_replace(
		const char *path, const char *form, mclmr_span_t octets);

/* True where a form is one of the three; else with a complaint. */
bool tool_form_known(const char *form);

/* Complains about a message, with both times where that may help. */
void tool_complain_fault(const tool_message_file_t *file,
		mclmr_mikey_fault_t fault, int64_t now);

/* The NTP timestamp of Unix seconds. */
uint64_t tool_timestamp(int64_t seconds);

/* The present as such a timestamp: messages that are made one behind the
 * other have different ones. */
uint64_t tool_timestamp_now(void);

#endif
