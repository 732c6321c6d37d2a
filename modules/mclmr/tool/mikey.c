/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr mikey: MIKEY-SAKKE messages of TS 33.180. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "mclmr/keys/key_parameters.h"
#include "clock.h"
#include "command.h"
#include "io.h"
#include "make.h"
#include "message_file.h"
#include "print.h"
#include "ring.h"

/* Indices of option values. */
enum
{
	OPTION_FROM,
	OPTION_AT,
	OPTION_CS,
	OPTION_REVEAL
};

#define WISH_HELP                                                            \
	"  --from URI      the sender that is expected; confirms a hidden one\n" \
	"  --at TIME       the message has to be of this time, 60 s more or "    \
	"less\n"                                                                 \
	"                  (not checked)\n"

/* An identity: a URI, or name_uid and octets. */
static void print_identity(
		const char *name, const mclmr_mikey_identity_t *identity)
{
	if(!identity->hidden) {
		tool_print_line(name, identity->value);
		return;
	}
	printf("%s_", name);
	tool_print_hex("uid", identity->value);
}

/* The sessions of the map. */
static void print_sessions(const mclmr_mikey_t *message)
{
	static const char *const maps[] = {"srtp", "empty", "generic"};
	mclmr_mikey_session_t session;

	printf("cs_map=%s\n", maps[message->map]);
	printf("sessions=%u\n", message->sessions);
	for(unsigned i = 0; i < message->sessions; i++) {
		if(!mclmr_mikey_session(message, i, &session))
			continue;
		printf("cs=%u\n", session.id);
		if(session.spi.len > 0)
			tool_print_hex("spi", session.spi);
	}
}

/* The policies as octets: type, length, value. */
static void print_policies(const mclmr_mikey_t *message)
{
	for(size_t i = 0; i < message->policies; i++) {
		printf("policy=%u\n", message->policy[i].number);
		tool_print_hex("policy_parameters", message->policy[i].parameters);
	}
}

/* The extensions by what is known of them. */
static void print_extensions(const mclmr_mikey_t *message)
{
	for(size_t i = 0; i < message->extensions; i++)
		printf("extension=%u\nextension_size=%zu\n", message->extension[i].type,
				message->extension[i].data.len);
	printf("sakke_to_self=%s\n", message->self.data.len > 0 ? "yes" : "no");
}

/* The work of inspect: all that a message says without any key. */
static int inspect(const tool_message_file_t *file)
{
	const mclmr_mikey_t *message = &file->message;
	uint8_t octets[8];

	printf("size=%zu\n", file->octets.len);
	printf("version=%u\ndata_type=26\nprf=%u\n", message->version,
			message->prf);
	mclmr_octets_put(octets, message->csb_id, 4);
	tool_print_hex("csb_id", mclmr_octets_span(octets, 4));
	printf("purpose=%s\n", mclmr_mikey_purpose_word(message->csb_id));
	print_sessions(message);
	mclmr_octets_put(octets, message->timestamp, 8);
	tool_print_hex("timestamp", mclmr_octets_span(octets, 8));
	tool_print_time("time", mclmr_mikey_time(message));
	tool_print_hex("rand", message->rand);
	print_identity("initiator", &message->initiator);
	print_identity("responder", &message->responder);
	tool_print_line("initiator_kms", message->initiator_kms);
	tool_print_line("responder_kms", message->responder_kms);
	print_policies(message);
	printf("sakke_parameters=%u\nsakke_scheme=%u\nsakke_size=%zu\n",
			message->sakke.parameters, message->sakke.scheme,
			message->sakke.data.len);
	print_extensions(message);
	printf("signature_size=%zu\n", message->signature.len);
	return tool_finish(TOOL_DONE);
}

/* mclmr mikey inspect: needs no key, and says nothing of genuineness. */
static int run_inspect(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr mikey inspect FILE\n\n"
			"Prints what a message says, as lines name=value. Nothing is "
			"verified.\n" TOOL_FILE_HELP
			"Exit: 0 done, 1 no such message, 2 usage or unreadable file.\n";

	return tool_message_command(argc, argv, usage, inspect);
}

/* What is asked of a message by the options. */
static bool read_wish(
		const tool_arguments_t *arguments, mclmr_mikey_wish_t *wish)
{
	*wish = (mclmr_mikey_wish_t){
			.from = mclmr_span(arguments->value[OPTION_FROM]),
			.has_now = arguments->value[OPTION_AT] != NULL,
			.max_skew = MCLMR_MIKEY_MAX_SKEW};
	return tool_time("--at", arguments->value[OPTION_AT], &wish->now);
}

/* What verification found. */
static void print_proof(const mclmr_mikey_t *message,
		const mclmr_mikey_wish_t *wish, const mclmr_mikey_proof_t *proof)
{
	printf("result=genuine\n");
	if(!proof->confirmed)
		printf("from=unconfirmed\n");
	else
		tool_print_line("from", message->initiator.hidden
										? wish->from
										: message->initiator.value);
	tool_print_hex("from_uid", MCLMR_OCTETS(proof->uid));
	tool_print_line("kms", proof->certificate->kms);
	tool_print_time("time", mclmr_mikey_time(message));
	if(proof->confirmed)
		printf("key_period=%llu\n", (unsigned long long)proof->number);
}

/* The work of verify. */
static int verify(const tool_arguments_t *arguments,
		const tool_message_file_t *file, mclmr_keyring_t *ring)
{
	mclmr_mikey_wish_t wish;
	mclmr_mikey_proof_t proof;
	mclmr_mikey_fault_t fault;

	if(!read_wish(arguments, &wish))
		return TOOL_USAGE;
	fault = mclmr_mikey_verify(&file->message, ring, &wish, &proof);
	if(fault != MCLMR_MIKEY_GENUINE) {
		tool_complain_fault(file, fault, wish.now);
		return TOOL_REFUSED;
	}
	print_proof(&file->message, &wish, &proof);
	return tool_finish(TOOL_DONE);
}

/* Work on a message with a ring. */
typedef int (*work_t)(const tool_arguments_t *arguments,
		const tool_message_file_t *file, mclmr_keyring_t *ring);

/* Reads ring and message and does the work. */
static int with_ring(
		const tool_arguments_t *arguments, bool needs_keys, work_t work)
{
	tool_message_file_t file;
	mclmr_keyring_t *ring;
	int code = tool_message_read(arguments->file, &file);

	if(code != TOOL_GO_ON)
		return code;
	ring = tool_ring(arguments, needs_keys, &code);
	if(ring != NULL)
		code = work(arguments, &file, ring);
	mclmr_keyring_free(ring);
	tool_message_free(&file);
	return code;
}

/* mclmr mikey verify: needs certificates, but no secret. */
static int run_verify(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr mikey verify --cert CERT... [--from URI] [--at "
			"TIME] FILE\n\n"
			"Tells whether a message is genuine and who sent "
			"it.\n" TOOL_FILE_HELP TOOL_CERT_HELP WISH_HELP "\n"
			"Exit: 0 genuine, 1 not, 2 usage or unreadable file.\n";
	static const struct option options[] = {TOOL_RING_OPTIONS,
			TOOL_VALUE("from", OPTION_FROM), TOOL_VALUE("at", OPTION_AT),
			TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	return code != TOOL_GO_ON ? code : with_ring(&arguments, false, verify);
}

/* The identifier of the key: of a group key, which the message has the
 * user's copy of. */
static bool key_id_of(const mclmr_mikey_t *message,
		const mclmr_mikey_opened_t *opened, uint32_t *key_id)
{
	*key_id = message->csb_id;
	if(mclmr_mikey_purpose(*key_id) != MCLMR_PURPOSE_GMK)
		return true;
	if(opened->by_self && message->responder.hidden)
		return false;
	return mclmr_guk_id(opened->key, *key_id,
			opened->by_self ? message->responder.value
							: opened->holder->keys->user,
			key_id);
}

/* A key identifier as a line. */
static void print_key_id(const char *name, uint32_t key_id)
{
	uint8_t octets[4];

	mclmr_octets_put(octets, key_id, 4);
	tool_print_hex(name, mclmr_octets_span(octets, 4));
}

/* The key parameters. */
static void print_parameters(const mclmr_key_parameters_t *parameters)
{
	printf("key_type=%s\n",
			mclmr_mikey_purpose_word((uint32_t)(parameters->kind & 15) << 28));
	printf("key_status=%s\n", (parameters->status & MCLMR_KEY_NOT_REVOKED) != 0
									  ? "active"
									  : "revoked");
	if(parameters->activation != 0)
		tool_print_time("activation", (int64_t)parameters->activation);
	if(parameters->expiry != 0)
		tool_print_time("expiry", (int64_t)parameters->expiry);
	if(parameters->text.len > 0)
		tool_print_line("text", parameters->text);
	for(size_t i = 0; i < parameters->groups; i++)
		tool_print_line("group", parameters->group[i]);
}

/* Opens and prints the key parameters, if there are any. */
static bool show_parameters(
		const mclmr_mikey_t *message, const mclmr_mikey_opened_t *opened)
{
	static char memory[MCLMR_MIKEY_MAX_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t data =
			mclmr_mikey_extension(message, MCLMR_MIKEY_KEY_PARAMETERS);
	mclmr_key_parameters_t parameters;
	const char *wrong;

	if(data.len == 0)
		return true;
	wrong = mclmr_key_parameters_read(
			data, opened->key, message->csb_id, &arena, &parameters);
	if(wrong == NULL)
		print_parameters(&parameters);
	else
		tool_complain("%s", wrong);
	return wrong == NULL;
}

/* Key and salt of a session of SRTP. */
static int show_session(const tool_arguments_t *arguments,
		const mclmr_mikey_t *message, const mclmr_mikey_opened_t *opened)
{
	const char *text = arguments->value[OPTION_CS];
	mclmr_srtp_keys_t keys;
	char *end;
	unsigned long cs;

	if(text == NULL)
		return TOOL_DONE;
	cs = strtoul(text, &end, 10);
	if(*text < '0' || *text > '9' || *end != '\0' || cs > UINT8_MAX) {
		tool_complain("--cs is no number from 0 to 255");
		return TOOL_USAGE;
	}
	if(!mclmr_srtp_keys(opened->key, (uint8_t)cs, message->csb_id,
			   message->rand, &keys)) {
		tool_complain("the keys of the session cannot be derived");
		return TOOL_REFUSED;
	}
	printf("cs=%lu\n", cs);
	if(arguments->value[OPTION_REVEAL] != NULL) {
		tool_print_hex("srtp_key", MCLMR_OCTETS(keys.key));
		tool_print_hex("srtp_salt", MCLMR_OCTETS(keys.salt));
	}
	OPENSSL_cleanse(&keys, sizeof(keys));
	return TOOL_DONE;
}

/* What opening found. */
static int show_opened(const tool_arguments_t *arguments,
		const mclmr_mikey_t *message, const mclmr_mikey_wish_t *wish,
		const mclmr_mikey_opened_t *opened)
{
	uint32_t key_id;

	print_proof(message, wish, &opened->proof);
	tool_print_line("opened_by", opened->holder->keys->user);
	printf("to_self=%s\n", opened->by_self ? "yes" : "no");
	print_key_id("csb_id", message->csb_id);
	printf("purpose=%s\n", mclmr_mikey_purpose_word(message->csb_id));
	if(key_id_of(message, opened, &key_id))
		print_key_id("key_id", key_id);
	if(!show_parameters(message, opened))
		return TOOL_REFUSED;
	if(arguments->value[OPTION_REVEAL] != NULL)
		tool_print_hex("key", MCLMR_OCTETS(opened->key));
	return tool_finish(show_session(arguments, message, opened));
}

/* The work of open. */
static int open_message(const tool_arguments_t *arguments,
		const tool_message_file_t *file, mclmr_keyring_t *ring)
{
	mclmr_mikey_wish_t wish;
	mclmr_mikey_opened_t opened;
	mclmr_mikey_fault_t fault;
	int code = TOOL_REFUSED;

	if(!read_wish(arguments, &wish))
		return TOOL_USAGE;
	if(arguments->value[OPTION_CS] != NULL
			&& mclmr_mikey_purpose(file->message.csb_id)
					   > MCLMR_PURPOSE_MUSIK) {
		tool_complain("--cs: the key of the message is not one of sessions");
		return TOOL_REFUSED;
	}
	fault = mclmr_mikey_open(&file->message, ring, &wish, &opened);
	if(fault == MCLMR_MIKEY_GENUINE)
		code = show_opened(arguments, &file->message, &wish, &opened);
	else
		tool_complain_fault(file, fault, wish.now);
	OPENSSL_cleanse(&opened, sizeof(opened));
	return code;
}

/* mclmr mikey open: verifies first; the key of a forged one is not shown. */
static int run_open(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr mikey open --keys KEYS --cert CERT... [--from URI]\n"
			"         [--at TIME] [--cs N] [--reveal] FILE\n\n"
			"Verifies a message and opens it with its recipient's keys, or "
			"with its\nsender's if it has SAKKE-to-self.\n" TOOL_FILE_HELP
					TOOL_KEYS_HELP TOOL_CERT_HELP WISH_HELP
			"  --cs N          derive the SRTP keys of session N\n"
			"  --reveal        print the keys\n\n"
			"Exit: 0 opened, 1 refused, 2 usage or unreadable file.\n";
	static const struct option options[] = {TOOL_RING_OPTIONS,
			TOOL_VALUE("from", OPTION_FROM), TOOL_VALUE("at", OPTION_AT),
			TOOL_VALUE("cs", OPTION_CS), TOOL_FLAG("reveal", OPTION_REVEAL),
			TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	return code != TOOL_GO_ON ? code
							  : with_ring(&arguments, true, open_message);
}

int tool_mikey(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"inspect", "print what a message says", run_inspect},
			{"verify", "tell whether it is genuine", run_verify},
			{"open", "open it with the recipient's keys", run_open},
			{"make", "make one", tool_make},
	};

	return tool_dispatch("mclmr mikey", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
