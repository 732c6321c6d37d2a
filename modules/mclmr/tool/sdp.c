/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr sdp: what a media profile does with a session description. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mclmr/sdp/explain.h"
#include "command.h"
#include "io.h"
#include "options.h"
#include "print.h"

#define MEMORY_SIZE (1 << 20)
/* In the source tree, or else as it is installed. */
#define TREE_POLICIES "cfg/policies.ini"
#define INSTALLED_POLICIES "/etc/kamailio/mc_iwf/policies.ini"

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
	"  --policies FILE  profiles (" TREE_POLICIES ", or else\n"          \
	"                   " INSTALLED_POLICIES ")\n"                       \
	"  --profile NAME   the profile to apply\n"                          \
	"  --offer FILE     the offer as it left: FILE is an answer to it\n" \
	"  --wanted on|off  what the info part says of end-to-end encryption\n\n"

/* The inputs of a decision; texts are freed by release(). */
typedef struct inputs
{
	mclmr_profiles_t profiles;
	mclmr_policy_request_t request;
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
		path = access(TREE_POLICIES, F_OK) == 0 ? TREE_POLICIES
												: INSTALLED_POLICIES;
	if(!tool_read(path, &text))
		return false;
	wrong = mclmr_profiles_read(text, &inputs->profiles, &line);
	tool_free(text);
	if(wrong != NULL) {
		tool_complain("%s:%zu: %s", path, line, wrong);
		return false;
	}
	inputs->request.profile = mclmr_profile_find(
			&inputs->profiles, mclmr_span(values[OPTION_PROFILE]));
	inputs->request.profiles = &inputs->profiles;
	inputs->request.relayed = true;
	if(inputs->request.profile == NULL)
		tool_complain("%s: no profile \"%s\"", path, values[OPTION_PROFILE]);
	return inputs->request.profile != NULL;
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
			|| !load_wanted(values[OPTION_WANTED], &inputs->request.wanted))
		return false;
	if(values[OPTION_OFFER] != NULL
			&& !tool_read(values[OPTION_OFFER], &inputs->request.offer))
		return false;
	return tool_read(path, &inputs->request.text);
}

/* Frees what load() read. */
static void release(inputs_t *inputs)
{
	tool_free(inputs->request.offer);
	tool_free(inputs->request.text);
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

/* The work of explain. */
static int print_words(const mclmr_policy_request_t *request,
		const mclmr_decision_t *decision, mclmr_arena_t *arena)
{
	mclmr_span_t words;

	if(!mclmr_explain(request, decision, arena, &words)) {
		tool_complain("the explanation is too long");
		return TOOL_USAGE;
	}
	(void)fwrite(words.s, 1, words.len, stdout);
	return tool_finish(TOOL_DONE);
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
	static char memory[MEMORY_SIZE];
	static inputs_t inputs;
	static mclmr_decision_t decision;
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	const char *values[OPTIONS] = {NULL};
	int done = tool_options(argc, argv, options, 1, usage, values);

	if(done != TOOL_GO_ON)
		return done;
	if(!load(values, argv[optind], &inputs)) {
		release(&inputs);
		return TOOL_USAGE;
	}
	mclmr_policy_decide(&inputs.request, &arena, &decision);
	done = explain ? print_words(&inputs.request, &decision, &arena)
				   : print_text(&decision);
	release(&inputs);
	return done;
}

/* mclmr sdp explain: decision and reasons; never the description. */
static int run_explain(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr sdp explain [OPTIONS] FILE\n\n"
			"Prints what the profile decides on a session description, and "
			"why.\n\n" OPTIONS_HELP
			"Exit: 0 done, 2 usage or unreadable file.\n";

	return run(argc, argv, usage, true);
}

/* mclmr sdp apply: the description alone, as it would leave. */
static int run_apply(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr sdp apply [OPTIONS] FILE\n\n"
			"Prints the session description that would leave.\n\n" OPTIONS_HELP
			"Exit: 0 done, 1 refused, with the SIP status and Warning on "
			"standard\nerror, 2 usage or unreadable file.\n";

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
