/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr register: what an application server reads in a third-party REGISTER. */
#include <stdio.h>

#include <openssl/crypto.h>

#include "mclmr/sip/access_token.h"
#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/third_party.h"
#include "command.h"
#include "io.h"
#include "options.h"
#include "print.h"

static const char *const inner_words[] = {
		[MCLMR_INNER_NONE] = "none",
		[MCLMR_INNER_OWN] = "own",
		[MCLMR_INNER_FOREIGN] = "foreign",
};

/* What an element says; the value is for the caller to print, or not. */
static const char *form_of(
		mclmr_status_t status, const mclmr_identity_t *identity)
{
	if(status != MCLMR_OK)
		return mclmr_status_word(status);
	if(!identity->present)
		return "none";
	return identity->encrypted ? "encrypted" : "normal";
}

/* An info document: its size, who the client says it is, and of the token how
 * it is and its size: whoever has it is that user. */
static void print_info(
		mclmr_service_t service, mclmr_span_t document, mclmr_arena_t *arena)
{
	const char *word = mclmr_service_names(service)->word;
	mclmr_mc_info_t info;
	mclmr_identity_t token;
	mclmr_status_t status = mclmr_mc_info_read(service, document, arena, &info);
	const mclmr_identity_t *client_id = &info.field[MCLMR_INFO_CLIENT_ID];

	printf("%s_info_size=%zu\n", word, document.len);
	printf("%s_client=%s\n", word, form_of(status, client_id));
	if(status == MCLMR_OK && client_id->value.len > 0) {
		printf("%s_", word);
		tool_print_line("client_id", client_id->value);
	}
	status = mclmr_access_token_read(service, document, arena, &token);
	printf("%s_token=%s\n", word, form_of(status, &token));
	if(token.value.len > 0)
		printf("%s_token_size=%zu\n", word, token.value.len);
}

/* The registration as lines name=value. */
static void print_registration(
		const mclmr_third_party_t *registration, mclmr_arena_t *arena)
{
	tool_print_line("impu", registration->impu);
	for(size_t i = 1; i < registration->set.n; i++)
		tool_print_line("alias", registration->set.key[i]);
	if(registration->set.more)
		puts("alias_limit=exceeded");
	tool_print_line("scscf", registration->scscf);
	printf("expires=%u\n", (unsigned)registration->expires);
	printf("inner=%s\n", inner_words[registration->inner]);
	if(registration->broken != MCLMR_MIME_KEPT)
		printf("body=%s\n", mclmr_mime_rule_word(registration->broken));
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		if(registration->info[i].len > 0)
			print_info((mclmr_service_t)i, registration->info[i], arena);
	}
}

/* mclmr register explain: fields as lines that scripts can read. */
static int run_explain(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr register explain FILE\n\n"
			"Prints what a third-party REGISTER of an S-CSCF says, as lines\n"
			"name=value: the identity, its implicit set, the S-CSCF, the time\n"
			"in seconds, whose REGISTER is inside, and of the info documents "
			"in\n"
			"it the client ID, and whether there is a token. FILE is the whole "
			"request; it may be \"-\".\n\n"
			"Exit: 0 done, 1 it is no such REGISTER, 2 usage or unreadable "
			"file.\n";
	static const struct option options[] = {TOOL_OPTIONS_END};
	static char memory[2 * TOOL_MAX_INPUT];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_third_party_t registration;
	mclmr_span_t message;
	const char *wrong;
	int code = tool_options(argc, argv, options, 1, usage, NULL);

	if(code != TOOL_GO_ON)
		return code;
	if(!tool_read_secret(argv[optind], &message))
		return TOOL_USAGE;
	wrong = mclmr_third_party_read_message(message, &arena, &registration);
	if(wrong == NULL)
		print_registration(&registration, &arena);
	else
		tool_complain(
				"%s: not a third-party REGISTER: %s", argv[optind], wrong);
	OPENSSL_cleanse(memory, sizeof(memory));
	tool_free_secret(message);
	return wrong == NULL ? tool_finish(TOOL_DONE) : TOOL_REFUSED;
}

int tool_register(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"explain", "what a third-party REGISTER says", run_explain},
	};

	return tool_dispatch("mclmr register", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
