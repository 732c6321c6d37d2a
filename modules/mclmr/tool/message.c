/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr message: the IWF short message as a command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/short_message.h"
#include "command.h"
#include "io.h"
#include "options.h"
#include "print.h"

/* Indices of option values. */
enum
{
	OPTION_TABLE,
	OPTION_PAYLOAD,
	OPTION_OUT,
	OPTION_TYPE,
	OPTION_LMR,
	OPTION_ID,
	OPTION_KMF,
	OPTIONS
};

#define TABLE_HELP                                                          \
	"  --table FILE    numbers of the coding, lines of name = number, in\n" \
	"                  place of those of provisional-1\n"

/* The coding to use: provisional-1, or what --table says. */
static bool load_table(const char *path, mclmr_short_message_table_t *table)
{
	mclmr_span_t text;
	const char *wrong;
	size_t line;

	mclmr_short_message_defaults(table);
	if(path == NULL)
		return true;
	if(!tool_read(path, &text))
		return false;
	wrong = mclmr_short_message_configure(table, text, &line);
	tool_free(text);
	if(wrong != NULL)
		tool_complain("%s:%zu: %s", path, line, wrong);
	return wrong == NULL;
}

/* "none" if no LMR type is given. */
static const char *lmr_word(mclmr_lmr_type_t type)
{
	return type == MCLMR_LMR_NOT_GIVEN ? "none" : mclmr_lmr_type_word(type);
}

static const char *type_word(const mclmr_short_message_t *message)
{
	return message->response ? "response" : "request";
}

/* A line name=value of a text that a sender chose. */
static void print_value(const char *name, mclmr_span_t value)
{
	printf("%s=", name);
	tool_print_text(value);
	putchar('\n');
}

/* The message as lines name=value, the payload as size and digest. */
static void print_message(const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message)
{
	char digest[TOOL_DIGEST_SIZE];

	printf("type=%s\n", type_word(message));
	printf("profile=%s\n", table->profile);
	printf("lmr_type=%s\n", lmr_word(message->lmr_type));
	print_value("mc_id", message->mc_id);
	print_value("kmf", message->kmf_uri);
	if(!message->has_payload)
		return;
	tool_digest(message->payload, digest);
	printf("payload_size=%zu\n", message->payload.len);
	printf("payload_sha256=%s\n", digest);
}

/* Writes the payload to the file of --payload, if that was given. */
static int save_payload(const char *path, const mclmr_short_message_t *message)
{
	if(path == NULL)
		return TOOL_DONE;
	if(!message->has_payload) {
		tool_complain("the message has no payload to write");
		return TOOL_REFUSED;
	}
	return tool_write(path, message->payload) ? TOOL_DONE : TOOL_USAGE;
}

/* Something to do with a message that decodes; an exit code. */
typedef int (*use_t)(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, const mclmr_short_message_t *message,
		const char **values);

/* Reads table and message and hands them to use(). */
static int with_message(const char *path, const char **values, use_t use)
{
	mclmr_short_message_table_t table;
	mclmr_short_message_t message;
	mclmr_span_t octets;
	const char *wrong;
	int done = TOOL_REFUSED;

	if(!load_table(values[OPTION_TABLE], &table) || !tool_read(path, &octets))
		return TOOL_USAGE;
	wrong = mclmr_short_message_decode(&table, octets, &message);
	if(wrong == NULL)
		done = use(&table, octets, &message, values);
	else
		tool_complain("%s: not an IWF short message: %s", path, wrong);
	tool_free(octets);
	return done;
}

/* The work of decode. */
static int use_decode(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, const mclmr_short_message_t *message,
		const char **values)
{
	(void)octets;
	print_message(table, message);
	return tool_finish(save_payload(values[OPTION_PAYLOAD], message));
}

/* mclmr message decode: fields as lines that scripts can read. */
static int run_decode(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr message decode [--table FILE] [--payload FILE] "
			"FILE\n\n"
			"Prints the fields of an IWF short message (the bare body part) "
			"as\n"
			"lines name=value; of the payload only its size and digest. FILE\n"
			"may be \"-\".\n\n" TABLE_HELP
			"  --payload FILE  write the payload's octets to FILE, mode "
			"0600\n\n"
			"Exit: 0 done, 1 it does not decode, 2 usage or unreadable file.\n";
	static const struct option options[] = {TOOL_VALUE("table", OPTION_TABLE),
			TOOL_VALUE("payload", OPTION_PAYLOAD), TOOL_OPTIONS_END};
	const char *values[OPTIONS] = {NULL};
	int code = tool_options(argc, argv, options, 1, usage, values);

	if(code != TOOL_GO_ON)
		return code;
	if(values[OPTION_PAYLOAD] != NULL
			&& strcmp(values[OPTION_PAYLOAD], "-") == 0) {
		tool_complain("--payload: standard output has the fields already");
		return TOOL_USAGE;
	}
	return with_message(argv[optind], values, use_decode);
}

/* "offset 3, 26 octets: " */
static void print_place(size_t offset, size_t size)
{
	printf("offset %zu, %zu octet%s: ", offset, size, size == 1 ? "" : "s");
}

/* A mandatory LV-E text, which ends in the octets where value does. */
static void explain_text(
		mclmr_span_t octets, mclmr_span_t value, const char *what)
{
	print_place((size_t)(value.s - octets.s) - 2, value.len + 2);
	printf("%s (LV-E, %zu): \"", what, value.len);
	tool_print_text(value);
	puts("\"");
}

/* The payload, as size and digest. */
static void explain_payload(const mclmr_short_message_ie_t *ie)
{
	char digest[TOOL_DIGEST_SIZE];

	tool_digest(ie->value, digest);
	printf("payload (TLV-E, IEI 0x%02x, %zu), SHA-256 begins %s\n",
			(unsigned)ie->iei, ie->value.len, digest);
}

/* One information element after the identities. */
static void explain_element(const mclmr_short_message_ie_t *ie, bool is_payload)
{
	print_place(ie->offset, ie->size);
	if(is_payload)
		explain_payload(ie);
	else if(ie->has_value)
		printf("unknown element (TLV-E, IEI 0x%02x, %zu), skipped\n",
				(unsigned)ie->iei, ie->value.len);
	else
		printf("unknown element (one octet, 0x%02x), skipped\n",
				(unsigned)ie->iei);
}

/* All elements from offset on; they decoded once already. */
static void explain_elements(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, const mclmr_short_message_t *message,
		size_t offset)
{
	mclmr_short_message_ie_t ie;

	while(mclmr_short_message_next(table, octets, &offset, &ie) == NULL)
		explain_element(
				&ie, !message->response && ie.iei == table->payload_iei);
}

/* The work of explain: every element in words, in the order of the octets. */
static int use_explain(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, const mclmr_short_message_t *message,
		const char **values)
{
	const char *end = message->kmf_uri.s + message->kmf_uri.len;

	(void)values;
	printf("IWF short message, %s, %zu octets, coding %s (not the one of the "
		   "standard, which is not public)\n",
			type_word(message), octets.len, table->profile);
	print_place(0, 1);
	printf("message type 0x%02x: %s\n", (unsigned char)octets.s[0],
			type_word(message));
	if(!message->response) {
		print_place(1, 1);
		printf("LMR type %u: %s\n", (unsigned char)octets.s[1],
				lmr_word(message->lmr_type));
	}
	explain_text(octets, message->mc_id, "MC service ID");
	explain_text(octets, message->kmf_uri, "KMF URI");
	explain_elements(table, octets, message, (size_t)(end - octets.s));
	if(!message->response && !message->has_payload)
		puts("no payload");
	return tool_finish(TOOL_DONE);
}

/* mclmr message explain: the same for people, with each octet. */
static int run_explain(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr message explain [--table FILE] FILE\n\n"
			"Says in words what stands where in an IWF short message (the "
			"bare\n"
			"body part); of the payload only its size and digest. FILE may be\n"
			"\"-\".\n\n" TABLE_HELP "\n"
			"Exit: 0 done, 1 it does not decode, 2 usage or unreadable file.\n";
	static const struct option options[] = {
			TOOL_VALUE("table", OPTION_TABLE), TOOL_OPTIONS_END};
	const char *values[OPTIONS] = {NULL};
	int code = tool_options(argc, argv, options, 1, usage, values);

	if(code != TOOL_GO_ON)
		return code;
	return with_message(argv[optind], values, use_explain);
}

/* The message that the options describe, but for its payload. A response
 * leaves out the LMR type, so that both can be made with the same options. */
static const char *read_fields(
		const char **values, mclmr_short_message_t *message)
{
	const char *type = values[OPTION_TYPE];
	const char *lmr = values[OPTION_LMR];

	memset(message, 0, sizeof(*message));
	if(type == NULL
			|| (strcmp(type, "request") != 0 && strcmp(type, "response") != 0))
		return "--type request or --type response is needed";
	message->response = strcmp(type, "response") == 0;
	if(message->response && values[OPTION_PAYLOAD] != NULL)
		return "a response carries no payload";
	if(lmr != NULL && strcmp(lmr, "none") != 0
			&& !mclmr_lmr_type_from_word(mclmr_span(lmr), &message->lmr_type))
		return "--lmr: none, tetra, p25, tetrapol, dmr, nxdn or analog";
	if(values[OPTION_ID] == NULL || values[OPTION_KMF] == NULL)
		return "--id and --kmf are needed";
	message->mc_id = mclmr_span(values[OPTION_ID]);
	message->kmf_uri = mclmr_span(values[OPTION_KMF]);
	return NULL;
}

/* Encodes the message and writes it to --out or standard output. */
static int write_message(const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message, const char *out)
{
	static char buffer[4 * 65536]; /* the three fields at their largest */
	mclmr_arena_t arena = mclmr_arena(buffer, sizeof(buffer));
	mclmr_span_t octets;
	const char *wrong =
			mclmr_short_message_encode(table, message, &arena, &octets);

	if(wrong != NULL) {
		tool_complain("cannot be encoded: %s", wrong);
		return TOOL_REFUSED;
	}
	return tool_write(out == NULL ? "-" : out, octets) ? TOOL_DONE : TOOL_USAGE;
}

/* The work of encode, once the options are read. */
static int encode(const char **values)
{
	mclmr_short_message_table_t table;
	mclmr_short_message_t message;
	const char *wrong = read_fields(values, &message);
	int done;

	if(wrong != NULL) {
		tool_complain("%s", wrong);
		return TOOL_USAGE;
	}
	if(!load_table(values[OPTION_TABLE], &table))
		return TOOL_USAGE;
	message.has_payload = values[OPTION_PAYLOAD] != NULL;
	if(message.has_payload
			&& !tool_read(values[OPTION_PAYLOAD], &message.payload))
		return TOOL_USAGE;
	done = write_message(&table, &message, values[OPTION_OUT]);
	tool_free(message.payload);
	return done;
}

/* mclmr message encode: for tests, and for messages by hand. */
static int run_encode(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr message encode --type request|response --lmr TYPE "
			"--id URI\n"
			"         --kmf URI [--payload FILE] [--table FILE] [--out "
			"FILE]\n\n"
			"Writes the octets of an IWF short message to standard output.\n\n"
			"  --type TYPE     request or response; a response carries "
			"neither\n"
			"                  LMR type nor payload\n"
			"  --lmr TYPE      none, tetra, p25, tetrapol, dmr, nxdn or "
			"analog\n"
			"                  (default: none)\n"
			"  --id URI        MC service ID of the user\n"
			"  --kmf URI       URI of the LMR key management entity\n"
			"  --payload FILE  payload, \"-\" for standard input (default: "
			"the\n"
			"                  message has none)\n"
			"  --out FILE      write to FILE, mode 0600\n" TABLE_HELP "\n"
			"Exit: 0 done, 1 it cannot be encoded, 2 usage or unreadable "
			"file.\n";
	static const struct option options[] = {TOOL_VALUE("type", OPTION_TYPE),
			TOOL_VALUE("lmr", OPTION_LMR), TOOL_VALUE("id", OPTION_ID),
			TOOL_VALUE("kmf", OPTION_KMF),
			TOOL_VALUE("payload", OPTION_PAYLOAD),
			TOOL_VALUE("table", OPTION_TABLE), TOOL_VALUE("out", OPTION_OUT),
			TOOL_OPTIONS_END};
	const char *values[OPTIONS] = {NULL};
	int code = tool_options(argc, argv, options, 0, usage, values);

	return code != TOOL_GO_ON ? code : encode(values);
}

int tool_message(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"decode", "print the fields of a message", run_decode},
			{"explain", "say in words what stands where", run_explain},
			{"encode", "make a message", run_encode},
	};

	return tool_dispatch("mclmr message", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
