/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * ring: what the commands on keys share: --cert and --keys.
 */
#ifndef MCLMR_TOOL_RING_H
#define MCLMR_TOOL_RING_H

#include "mclmr/keys/keyring.h"
#include "options.h"

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
 * complaint and an exit code: TOOL_REFUSED if they read, and are not right.
 * Certificates are asked for; keys only if needs_keys. */
mclmr_keyring_t *tool_ring(
		const tool_arguments_t *arguments, bool needs_keys, int *code);

#endif
