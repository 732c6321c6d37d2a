/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Options, their values, and files. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "print.h"

/* What to tell of the option that getopt_long() has just refused. */
static int refuse_option(int found, const char *argument)
{
	if(found == ':')
		tool_complain("option %s needs a value", argument);
	else
		tool_complain("unknown option %s", argument);
	return TOOL_USAGE;
}

int tool_options(int argc, char **argv, const struct option *options,
		int n_files, const char *usage, const char **values)
{
	int found;

	for(int i = 1; i < argc; i++) {
		if(tool_is_help(argv[i])) {
			fputs(usage, stdout);
			return tool_finish(TOOL_DONE);
		}
	}
	optind = 1;
	while((found = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if(found == ':' || found == '?')
			return refuse_option(found, argv[optind - 1]);
		values[found] = optarg;
	}
	if(argc - optind == n_files)
		return TOOL_GO_ON;
	fputs(usage, stderr);
	return TOOL_USAGE;
}

/* A command line taken apart: which argument belongs to which list. */
typedef struct words
{
	char *option[2 * TOOL_MAX_ITEMS * TOOL_MAX_LISTS]; /* options, values */
	int options;
	char *loose[TOOL_MAX_ITEMS * TOOL_MAX_LISTS]; /* arguments */
	const struct option *owner[TOOL_MAX_ITEMS * TOOL_MAX_LISTS];
	int n_loose;
} words_t;

#define MAX_WORDS (TOOL_MAX_ITEMS * TOOL_MAX_LISTS)

/* The option that an argument names; NULL: none, or not in full. */
static const struct option *find_option(
		const struct option *options, const char *argument)
{
	if(strncmp(argument, "--", 2) != 0)
		return NULL;
	while(options->name != NULL && strcmp(options->name, argument + 2) != 0)
		options++;
	return options->name == NULL ? NULL : options;
}

/* Sorts arguments: options with their values, and loose ones, which belong to
 * the list that they come after, or to none. */
static bool sort_words(
		int argc, char **argv, const struct option *options, words_t *words)
{
	const struct option *owner = NULL;

	words->options = 0;
	words->n_loose = 0;
	words->option[words->options++] = argv[0];
	for(int i = 1; i < argc; i++) {
		const struct option *found = find_option(options, argv[i]);
		bool is_loose = argv[i][0] != '-' || strcmp(argv[i], "-") == 0;

		if(words->options > MAX_WORDS || words->n_loose == MAX_WORDS)
			return false;
		if(is_loose) {
			words->owner[words->n_loose] = owner;
			words->loose[words->n_loose++] = argv[i];
			continue;
		}
		owner = found != NULL && found->val >= TOOL_LIST(0) ? found : NULL;
		words->option[words->options++] = argv[i];
		if(found != NULL && found->has_arg == required_argument && i + 1 < argc)
			words->option[words->options++] = argv[++i];
	}
	return true;
}

/* Adds a value to a list. */
static bool add_item(tool_list_t *list, const char *item)
{
	if(list->n == TOOL_MAX_ITEMS) {
		tool_complain("an option has more than %d values", TOOL_MAX_ITEMS);
		return false;
	}
	list->item[list->n++] = item;
	return true;
}

/* Reads the options of a sorted command line. */
static int read_options(words_t *words, const struct option *options,
		tool_arguments_t *arguments)
{
	int found;

	optind = 1;
	while((found = getopt_long(
				   words->options, words->option, ":", options, NULL))
			!= -1) {
		if(found == ':' || found == '?')
			return refuse_option(found, words->option[optind - 1]);
		if(found < TOOL_LIST(0))
			arguments->value[found] = optarg == NULL ? "" : optarg;
		else if(!add_item(&arguments->list[found - TOOL_LIST(0)], optarg))
			return TOOL_USAGE;
	}
	return TOOL_GO_ON;
}

/* Gives the loose arguments to their lists; the last one that is in none, or
 * else the last one, is the file. False if that does not come out. */
static bool place_loose(
		const words_t *words, int n_files, tool_arguments_t *arguments)
{
	int file = -1;

	for(int i = 0; i < words->n_loose; i++) {
		if(words->owner[i] == NULL && file >= 0)
			return false;
		if(words->owner[i] == NULL)
			file = i;
	}
	if(file < 0 && n_files > 0)
		file = words->n_loose - 1;
	if((file >= 0) != (n_files > 0))
		return false;
	for(int i = 0; i < words->n_loose; i++) {
		if(i == file)
			arguments->file = words->loose[i];
		else if(!add_item(&arguments->list[words->owner[i]->val - TOOL_LIST(0)],
						words->loose[i]))
			return false;
	}
	return true;
}

int tool_arguments(int argc, char **argv, const struct option *options,
		int n_files, const char *usage, tool_arguments_t *arguments)
{
	static words_t words;
	int code;

	memset(arguments, 0, sizeof(*arguments));
	for(int i = 1; i < argc; i++) {
		if(tool_is_help(argv[i])) {
			fputs(usage, stdout);
			return tool_finish(TOOL_DONE);
		}
	}
	if(!sort_words(argc, argv, options, &words)) {
		tool_complain("too many arguments");
		return TOOL_USAGE;
	}
	code = read_options(&words, options, arguments);
	if(code != TOOL_GO_ON)
		return code;
	if(place_loose(&words, n_files, arguments))
		return TOOL_GO_ON;
	fputs(usage, stderr);
	return TOOL_USAGE;
}
