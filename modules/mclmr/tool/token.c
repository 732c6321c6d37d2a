/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr token: access tokens of MC service clients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/keys/token.h"
#include "mclmr/keys/token_files.h"
#include "mclmr/keys/token_form.h"
#include "clock.h"
#include "command.h"
#include "io.h"
#include "options.h"
#include "print.h"

/* Indices of option values, and the list of files with keys. */
enum
{
	OPTION_ALG,
	OPTION_SKEW,
	OPTION_ISS,
	OPTION_AUD,
	OPTION_SCOPE,
	OPTION_AT
};
#define KEY_FILES 0

/* A token in a file, and what it says. */
typedef struct token_file
{
	mclmr_span_t octets; /* of the file */
	mclmr_span_t text;
	json_t *header;
	json_t *claims;
} token_file_t;

/* Frees what was read. */
static void free_file(token_file_t *file)
{
	json_decref(file->header);
	json_decref(file->claims);
	tool_free_secret(file->octets);
}

/* Cuts and reads a token. */
static mclmr_token_fault_t read_token(token_file_t *file)
{
	mclmr_token_parts_t parts;
	mclmr_token_fault_t fault;

	file->text = mclmr_span_trim(file->octets);
	fault = mclmr_token_cut(file->text, &parts);
	if(fault != MCLMR_TOKEN_GENUINE)
		return fault;
	file->header = mclmr_token_part(parts.header);
	file->claims = mclmr_token_part(parts.claims);
	return file->header == NULL || file->claims == NULL ? MCLMR_TOKEN_MALFORMED
														: MCLMR_TOKEN_GENUINE;
}

/* Prints a member that is a string, or the strings of an array. */
static void print_member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	const json_t *one = value;

	for(size_t i = 0; json_is_string(one) || i < json_array_size(value); i++) {
		if(json_is_array(value))
			one = json_array_get(value, i);
		if(json_is_string(one))
			tool_print_line(name, (mclmr_span_t){json_string_value(one),
										  json_string_length(one)});
		one = NULL;
	}
}

/* Prints a member that is a time. */
static void print_time(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	double seconds = json_number_value(value);

	/* From 1970 to 9999, as RFC 3339 has them. */
	if(json_is_number(value) && seconds >= 0 && seconds < 253402300800.0)
		tool_print_time(name, (int64_t)seconds);
}

/* Prints what a token says, if it is of the form that it should be. */
static void print_token(const token_file_t *file)
{
	static const char *const texts[] = {
			"iss", "aud", "sub", "scope", "client_id"};
	static const char *const times[] = {"iat", "nbf", "exp"};

	printf("size=%zu\n", file->text.len);
	print_member(file->header, "alg");
	print_member(file->header, "kid");
	for(size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		print_member(file->claims, texts[i]);
	for(unsigned i = 1; i < MCLMR_SERVICE_COUNT; i++)
		print_member(file->claims, mclmr_token_id_claim((mclmr_service_t)i));
	for(size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		print_time(file->claims, times[i]);
}

/* Reads the seconds of --skew. */
static bool read_skew(const char *text, int64_t *skew)
{
	char *end;

	if(text == NULL)
		return true;
	*skew = strtol(text, &end, 10);
	if(*text >= '0' && *text <= '9' && *end == '\0' && *skew <= 86400)
		return true;
	tool_complain("--skew is no number from 0 to 86400");
	return false;
}

/* Reads what is asked of the token. */
static bool read_rules(const tool_arguments_t *arguments,
		mclmr_token_rules_t *rules, mclmr_token_wish_t *wish)
{
	const char *const *value = arguments->value;
	const char *wrong = NULL;

	*rules = mclmr_token_rules_of_sip;
	wish->services = MCLMR_TOKEN_ALL_SERVICES;
	rules->issuer = mclmr_span(value[OPTION_ISS]);
	rules->audience = mclmr_span(value[OPTION_AUD]);
	for(size_t i = 1; value[OPTION_SCOPE] != NULL && i < MCLMR_SERVICE_COUNT;
			i++)
		rules->scope[i] = mclmr_span(value[OPTION_SCOPE]);
	if(value[OPTION_ALG] != NULL)
		wrong = mclmr_token_algorithms_read(
				mclmr_span(value[OPTION_ALG]), &rules->algorithms);
	if(wrong != NULL)
		tool_complain("--alg: %s", wrong);
	return wrong == NULL && read_skew(value[OPTION_SKEW], &rules->skew)
		   && tool_time("--at", value[OPTION_AT], &wish->now);
}

/* The keys of the command line; NULL with a complaint. */
static mclmr_token_keys_t *read_keys(const tool_list_t *list)
{
	mclmr_token_keys_t *keys = mclmr_token_keys_new();
	mclmr_token_files_t files = {.n = list->n};
	const char *wrong = "out of memory";
	size_t which = list->n;

	for(size_t i = 0; i < list->n; i++)
		files.file[i].path = list->item[i];
	if(keys != NULL)
		wrong = mclmr_token_files_refresh(&files, keys, &which);
	if(wrong == NULL)
		return keys;
	if(which < list->n)
		tool_complain("%s: %s", list->item[which], wrong);
	else
		tool_complain("%s", wrong);
	mclmr_token_keys_free(keys);
	return NULL;
}

/* Prints which services a genuine token is for. */
static void print_services(const mclmr_token_t *token)
{
	for(unsigned i = 1; i < MCLMR_SERVICE_COUNT; i++) {
		if((token->services & MCLMR_TOKEN_SERVICE(i)) != 0)
			printf("service=%s\n",
					mclmr_service_names((mclmr_service_t)i)->word);
	}
}

/* Checks a token that was printed; an exit code. */
static int check(const mclmr_token_keys_t *keys,
		const mclmr_token_rules_t *rules, const mclmr_token_wish_t *wish,
		const token_file_t *file)
{
	static char memory[MCLMR_TOKEN_MAX_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_token_t token;
	mclmr_token_fault_t fault =
			mclmr_token_check(keys, rules, file->text, wish, &arena, &token);

	print_services(&token);
	printf("genuine=%s\n", fault == MCLMR_TOKEN_GENUINE ? "yes" : "no");
	if(fault == MCLMR_TOKEN_GENUINE)
		return tool_finish(TOOL_DONE);
	printf("reason=%s\n", mclmr_token_fault_word(fault));
	tool_complain("%s", mclmr_token_fault_words(fault));
	return tool_finish(TOOL_REFUSED);
}

/* Prints and checks what a file holds. */
static int inspect(const tool_arguments_t *arguments, token_file_t *file)
{
	mclmr_token_rules_t rules;
	mclmr_token_wish_t wish;
	mclmr_token_keys_t *keys = NULL;
	mclmr_token_fault_t fault;
	int code;

	if(!read_rules(arguments, &rules, &wish))
		return TOOL_USAGE;
	if(arguments->list[KEY_FILES].n > 0
			&& (keys = read_keys(&arguments->list[KEY_FILES])) == NULL)
		return TOOL_USAGE;
	fault = read_token(file);
	if(fault == MCLMR_TOKEN_GENUINE) {
		print_token(file);
		code = keys != NULL ? check(keys, &rules, &wish, file) : TOOL_DONE;
		if(keys == NULL)
			printf("genuine=unverified\n");
	} else {
		tool_complain("%s", mclmr_token_fault_words(fault));
		code = TOOL_REFUSED;
	}
	mclmr_token_keys_free(keys);
	return tool_finish(code);
}

/* mclmr token inspect. */
static int run_inspect(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr token inspect [--keys FILE...] [--alg NAMES] [--skew "
			"S]\n"
			"         [--iss TEXT] [--aud TEXT] [--scope TEXT] [--at TIME] "
			"FILE\n\n"
			"Prints what an access token says, as lines name=value, and with "
			"--keys\nwhether a server would take it. FILE has the token "
			"alone.\n\n"
			"  --keys FILE...  public keys: JWK sets, or PEM, whose name "
			"without\n"
			"                  folder and extension is the kid\n"
			"  --alg NAMES     algorithms that are accepted, commas between "
			"them\n"
			"                  (RS256,ES256)\n"
			"  --skew S        seconds that clocks may differ (60)\n"
			"  --iss TEXT      the issuer that it has to have (not compared)\n"
			"  --aud TEXT      an audience that it has to have (not "
			"compared)\n"
			"  --scope TEXT    the scope that it has to have, whatever "
			"service\n"
			"                  (3gpp:mc:ptt_service for its mcptt_id, "
			"data_service,\n"
			"                  video_service)\n"
			"  --at TIME       the time of the check (now)\n\n"
			"Exit: 0 genuine, or not verified for want of keys, 1 not genuine, "
			"2 usage or\nunreadable file.\n";
	static const struct option options[] = {
			TOOL_VALUE("keys", TOOL_LIST(KEY_FILES)),
			TOOL_VALUE("alg", OPTION_ALG), TOOL_VALUE("skew", OPTION_SKEW),
			TOOL_VALUE("iss", OPTION_ISS), TOOL_VALUE("aud", OPTION_AUD),
			TOOL_VALUE("scope", OPTION_SCOPE), TOOL_VALUE("at", OPTION_AT),
			TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	token_file_t file = {0};
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	if(!tool_read_secret(arguments.file, &file.octets))
		return TOOL_USAGE;
	code = inspect(&arguments, &file);
	free_file(&file);
	return code;
}

int tool_token(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"inspect", "print what a token says, and whether it is genuine",
					run_inspect},
	};

	return tool_dispatch("mclmr token", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
