/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which command of a group is run. */
#include <stdio.h>
#include <string.h>

#include "mclmr/base/version.h"
#include "command.h"
#include "print.h"

/* Lists the commands of a group. */
static void print_commands(
		FILE *to, const char *path, const tool_command_t *commands, size_t n)
{
	fprintf(to, "usage: %s COMMAND ...\n\n", path);
	for(size_t i = 0; i < n; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(to,
			"\n%s COMMAND --help tells more, --version which release this is."
			"\n\nExit: 0 done, 1 refused or not genuine, 2 usage or unreadable "
			"file,\n3 some rows of a batch failed.\n",
			path);
}

bool tool_is_help(const char *argument)
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
	if(tool_is_help(argv[1])) {
		print_commands(stdout, path, commands, n);
		return tool_finish(TOOL_DONE);
	}
	if(strcmp(argv[1], "--version") == 0) {
		printf("mclmr %s\n", MCLMR_VERSION);
		return tool_finish(TOOL_DONE);
	}
	for(size_t i = 0; i < n; i++) {
		if(strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	tool_complain("unknown command \"%s\"; try %s --help", argv[1], path);
	return TOOL_USAGE;
}
