/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* mclmr sdp: what a media profile does with a session description. */
#include <stdio.h>

#include "policy.h"
#include "tool.h"

#define MEMORY_SIZE (1 << 20)
#define DEFAULT_POLICIES "cfg/policies.ini"

/* Indices of option values. */
enum
{
	OPTION_POLICIES,
	OPTION_PROFILE,
	OPTION_OFFER,
	OPTION_WANTED,
	OPTIONS
};

#define OPTIONS_HELP                                                     \
	"  --policies FILE  profiles (" DEFAULT_POLICIES ")\n"               \
	"  --profile NAME   the profile to apply\n"                          \
	"  --offer FILE     the offer as it left: FILE is an answer to it\n" \
	"  --wanted on|off  what the info part says of end-to-end encryption\n"

/* The inputs of a decision; spans are freed by release(). */
typedef struct inputs
{
	mclmr_profiles_t profiles;
	const mclmr_profile_t *profile;
	unsigned wanted;
	mclmr_span_t offer;
	mclmr_span_t text;
} inputs_t;

/* Reads the profiles and finds the one that is asked for. */
static bool load_profile(const char **values, inputs_t *inputs)
{
	const char *path = values[OPTION_POLICIES];
	mclmr_span_t text;
	const char *wrong;
	size_t line;

	if(values[OPTION_PROFILE] == NULL) {
		tool_complain("--profile is missing");
		return false;
	}
	if(path == NULL)
		path = DEFAULT_POLICIES;
	if(!tool_read(path, &text))
		return false;
	wrong = mclmr_profiles_read(text, &inputs->profiles, &line);
	tool_free(text);
	if(wrong != NULL) {
		tool_complain("%s:%zu: %s", path, line, wrong);
		return false;
	}
	inputs->profile = mclmr_profile_find(
			&inputs->profiles, mclmr_span(values[OPTION_PROFILE]));
	if(inputs->profile == NULL)
		tool_complain("%s: no profile \"%s\"", path, values[OPTION_PROFILE]);
	return inputs->profile != NULL;
}

/* Reads the word of --wanted. */
static bool load_wanted(const char *word, unsigned *wanted)
{
	mclmr_span_t text = mclmr_span(word);

	*wanted = 0;
	if(text.len == 0)
		return true;
	if(mclmr_span_equal(text, MCLMR_SPAN("on")))
		*wanted = MCLMR_E2EE_ON;
	else if(mclmr_span_equal(text, MCLMR_SPAN("off")))
		*wanted = MCLMR_E2EE_OFF;
	else
		tool_complain("--wanted is on or off");
	return *wanted != 0;
}

/* Reads all inputs; false with a complaint. */
static bool load(const char **values, const char *path, inputs_t *inputs)
{
	if(!load_profile(values, inputs)
			|| !load_wanted(values[OPTION_WANTED], &inputs->wanted))
		return false;
	if(values[OPTION_OFFER] != NULL
			&& !tool_read(values[OPTION_OFFER], &inputs->offer))
		return false;
	return tool_read(path, &inputs->text);
}

/* Frees what load() read. */
static void release(inputs_t *inputs)
{
	tool_free(inputs->offer);
	tool_free(inputs->text);
}

/* Decides on the text as an offer, or as an answer to --offer. */
static void decide(
		const char **values, const inputs_t *inputs, mclmr_decision_t *decision)
{
	static char memory[MEMORY_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

	if(values[OPTION_OFFER] == NULL)
		mclmr_policy_offer(&inputs->profiles, inputs->profile, inputs->wanted,
				inputs->text, &arena, decision);
	else
		mclmr_policy_answer(&inputs->profiles, inputs->profile, inputs->wanted,
				inputs->offer, inputs->text, &arena, decision);
}

/* Tells the SIP reply of a status on standard error. */
static void complain_status(mclmr_status_t status)
{
	static const char host[] = "localhost";
	mclmr_status_table_t table;
	char warning[MCLMR_REASON_SIZE * 2];

	mclmr_status_defaults(&table);
	if(mclmr_status_warning(
			   &table, status, mclmr_span(host), warning, sizeof(warning))
			== 0)
		tool_complain("%d %s", table.row[status].sip, table.row[status].reason);
	else
		tool_complain("%d %s; Warning: %s", table.row[status].sip,
				table.row[status].reason, warning);
}

/* The work of apply. */
static int print_text(const mclmr_decision_t *decision)
{
	if(decision->status != MCLMR_OK)
		complain_status(decision->status);
	if(decision->action == MCLMR_REFUSE)
		return TOOL_REFUSED;
	if(decision->end_call)
		tool_complain("the call is to be ended");
	(void)fwrite(decision->text.s, 1, decision->text.len, stdout);
	return tool_finish(TOOL_DONE);
}

/* A set of encryption modes as a word. */
static const char *e2ee_word(unsigned modes)
{
	static const char *const words[] = {"none", "off", "on", "maybe"};

	return words[modes & MCLMR_E2EE_MAYBE];
}

/* The kinds of a set, with commas between them. */
static void print_kinds(unsigned kinds)
{
	const char *separator = "";

	printf("srtp=");
	for(unsigned kind = 1; kind < MCLMR_KEYING_OTHER; kind <<= 1) {
		if((kinds & kind) == 0)
			continue;
		printf("%s%s", separator, mclmr_keying_word(kind));
		separator = ",";
	}
	putchar('\n');
}

/* One reason as a line: where, the rule, what it is about, in words. */
static void print_reason(const mclmr_reason_t *reason)
{
	printf("reason=");
	if(reason->section == MCLMR_WHOLE)
		printf("whole");
	else
		printf("section %d", reason->section + 1);
	printf(": %s: ", mclmr_rule_word(reason->rule));
	if(reason->detail.len > 0) {
		tool_print_text(reason->detail);
		putchar(' ');
	}
	printf("%s\n", mclmr_rule_text(reason->rule));
}

/* The decision as lines name=value, then its reasons. */
static void print_decision(
		const inputs_t *inputs, const mclmr_decision_t *decision)
{
	static const char *const actions[] = {"accept", "edit", "refuse"};
	mclmr_status_table_t table;
	const mclmr_refusal_t *row;

	mclmr_status_defaults(&table);
	row = &table.row[decision->status];
	printf("profile=%s\n", inputs->profile->name);
	printf("decision=%s\n", actions[decision->action]);
	printf("verdict=%s\n", mclmr_status_word(decision->status));
	if(decision->status != MCLMR_OK) {
		printf("status=%d\n", row->sip);
		printf("warning=%d\n", row->warning);
		printf("text=%s\n", row->reason);
	}
	printf("end_call=%s\n", decision->end_call ? "yes" : "no");
	if(decision->codec != MCLMR_NO_CODEC)
		printf("codec=%s\n",
				inputs->profiles.codecs.codec[decision->codec].name);
	printf("e2ee=%s\n", e2ee_word(decision->e2ee));
	printf("e2ee_wanted=%s\n", e2ee_word(decision->wanted));
	print_kinds(decision->srtp);
	printf("transcode=%s\n", decision->transcode ? "yes" : "no");
	for(size_t i = 0; i < decision->reasons; i++)
		print_reason(&decision->reason[i]);
}

/* Reads options and inputs, decides, and tells the decision or its text. */
static int run(int argc, char **argv, const char *usage, bool explain)
{
	static const struct option options[] = {
			{"policies", required_argument, NULL, OPTION_POLICIES},
			{"profile", required_argument, NULL, OPTION_PROFILE},
			{"offer", required_argument, NULL, OPTION_OFFER},
			{"wanted", required_argument, NULL, OPTION_WANTED},
			{NULL, 0, NULL, 0},
	};
	static inputs_t inputs;
	static mclmr_decision_t decision;
	const char *values[OPTIONS] = {NULL};
	int done = tool_options(argc, argv, options, 1, usage, values);

	if(done != TOOL_GO_ON)
		return done;
	if(!load(values, argv[optind], &inputs)) {
		release(&inputs);
		return TOOL_USAGE;
	}
	decide(values, &inputs, &decision);
	if(explain) {
		print_decision(&inputs, &decision);
		done = tool_finish(TOOL_DONE);
	} else {
		done = print_text(&decision);
	}
	release(&inputs);
	return done;
}

static int run_explain(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr sdp explain [OPTIONS] FILE\n\n"
			"Prints what the profile decides on a session description, and "
			"why.\n\n" OPTIONS_HELP;

	return run(argc, argv, usage, true);
}

static int run_apply(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr sdp apply [OPTIONS] FILE\n\n"
			"Prints the session description that would leave. Exit code 1:\n"
			"refused, with the SIP status and Warning on standard "
			"error.\n\n" OPTIONS_HELP;

	return run(argc, argv, usage, false);
}

int tool_sdp(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"explain", "what a profile decides, and why", run_explain},
			{"apply", "the session description that would leave", run_apply},
	};

	return tool_dispatch("mclmr sdp", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
