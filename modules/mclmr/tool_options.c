/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>

#include "tool.h"

/* Lists the commands of a group. */
static void print_commands(
		FILE *to, const char *path, const tool_command_t *commands, size_t n)
{
	fprintf(to, "usage: %s COMMAND ...\n\n", path);
	for(size_t i = 0; i < n; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(to, "\n%s COMMAND --help tells more.\n", path);
}

/* True where an argument asks for help. */
static bool is_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

int tool_dispatch(const char *path, const tool_command_t *commands, size_t n,
		int argc, char **argv)
{
	if(argc < 2) {
		print_commands(stderr, path, commands, n);
		return TOOL_USAGE;
	}
	if(is_help(argv[1])) {
		print_commands(stdout, path, commands, n);
		return tool_finish(TOOL_DONE);
	}
	for(size_t i = 0; i < n; i++) {
		if(strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	tool_complain("unknown command \"%s\"; try %s --help", argv[1], path);
	return TOOL_USAGE;
}

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
		if(is_help(argv[i])) {
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
