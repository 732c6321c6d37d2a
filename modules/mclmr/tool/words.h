/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * words: the words of a key record as options of a command line.
 */
#ifndef MCLMR_TOOL_WORDS_H
#define MCLMR_TOOL_WORDS_H

#include "mclmr/keys/record_words.h"
#include "ring.h"

/* Lists of the commands on records; the option values of other words are those
 * of mclmr_record_word_t, and TOOL_OPTION_OWN is the first of a command's
 * own. */
enum
{
	TOOL_ALG = TOOL_OWN_LISTS,
	TOOL_KEY_ID,
	TOOL_KEY
};
#define TOOL_OPTION_OWN MCLMR_WORD_VALUES

#define TOOL_WORD_OPTIONS                                    \
	TOOL_RING_OPTIONS, TOOL_VALUE("from", MCLMR_WORD_FROM),  \
			TOOL_VALUE("to", MCLMR_WORD_TO),                 \
			TOOL_VALUE("kmf", MCLMR_WORD_KMF),               \
			TOOL_VALUE("lmr", MCLMR_WORD_LMR),               \
			TOOL_VALUE("purpose", MCLMR_WORD_PURPOSE),       \
			TOOL_VALUE("call", MCLMR_WORD_CALL),             \
			TOOL_VALUE("not-before", MCLMR_WORD_NOT_BEFORE), \
			TOOL_VALUE("not-after", MCLMR_WORD_NOT_AFTER),   \
			TOOL_FLAG("revoke", MCLMR_WORD_REVOKE),          \
			TOOL_VALUE("at", MCLMR_WORD_AT),                 \
			TOOL_VALUE("to-kms", MCLMR_WORD_TO_KMS),         \
			TOOL_VALUE("form", MCLMR_WORD_FORM),             \
			TOOL_VALUE("alg", TOOL_LIST(TOOL_ALG)),          \
			TOOL_VALUE("key-id", TOOL_LIST(TOOL_KEY_ID)),    \
			TOOL_VALUE("key", TOOL_LIST(TOOL_KEY)),          \
			TOOL_VALUE("group", TOOL_LIST(TOOL_GROUPS))

/* What there is in common to --help of wrap and rewrap. */
#define TOOL_WORD_HELP                                                      \
	"  --from URI      the sender, an IWF; --keys has its signing keys\n"   \
	"  --to URI        the user\n"                                          \
	"  --kmf URI       the key management entity whose key it is\n"         \
	"  --lmr TYPE      tetra, p25, tetrapol, dmr, nxdn or analog\n"         \
	"  --purpose WORD  root or traffic\n"                                   \
	"  --alg HEX       algorithm, 1 to 4 octets\n"                          \
	"  --key-id HEX    identifier of the key, 1 to 8 octets\n"              \
	"  --key FILE      the key, 1 to 64 octets, raw or hexadecimal, \"-\" " \
	"for\n"                                                                 \
	"                  standard input; several keys: the three options as " \
	"often\n"                                                               \
	"  --group URI...  groups that it is for\n"                             \
	"  --call ID       call that it is for\n"                               \
	"  --not-before TIME, --not-after TIME\n"                               \
	"                  when the key begins and ceases to be valid\n"        \
	"  --revoke        the key is revoked\n"                                \
	"  --at TIME       the time of the message (now)\n"                     \
	"  --to-kms URI    the user's key management server, if --cert has "    \
	"several\n"                                                             \
	"                  and none that names his domain\n"                    \
	"  --form FORM     raw, base64 or sdp (raw)\n" TOOL_KEYS_HELP           \
			TOOL_CERT_HELP

/* The words of a record, from the options of TOOL_WORD_OPTIONS. */
void tool_words_take(
		const tool_arguments_t *arguments, mclmr_record_words_t *words);

/* Keys in files: hexadecimal digits if all are that, else as they are. folder:
 * what names are relative to, has to outlive the result; NULL: here. */
mclmr_key_source_t tool_key_files(const char *folder);

#endif
