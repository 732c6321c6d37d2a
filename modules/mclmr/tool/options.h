/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * options: the options and files of a command line.
 */
#ifndef MCLMR_TOOL_OPTIONS_H
#define MCLMR_TOOL_OPTIONS_H

#include <getopt.h>
#include <stddef.h>

#include "exit.h"

/* Options with a value and without one, and the end of a table of them. */
#define TOOL_VALUE(name, index)              \
	{                                        \
		name, required_argument, NULL, index \
	}
#define TOOL_FLAG(name, index)         \
	{                                  \
		name, no_argument, NULL, index \
	}
#define TOOL_OPTIONS_END \
	{                    \
		NULL, 0, NULL, 0 \
	}

/*
 * Reads options of the form --name VALUE into values[option.val] and checks
 * that n_files arguments are left, which begin at argv[optind]. usage is the
 * text of --help, printed if it is asked for. TOOL_GO_ON or an exit code.
 */
int tool_options(int argc, char **argv, const struct option *options,
		int n_files, const char *usage, const char **values);

#define TOOL_MAX_VALUES 32		/* different options of a command */
#define TOOL_MAX_LISTS 8		/* of them that may come several times */
#define TOOL_MAX_ITEMS 64		/* values of such an option */
#define TOOL_LIST(n) (64 + (n)) /* option.val of list n */

/* The values of an option that may come several times, or be followed by
 * several values. */
typedef struct tool_list
{
	size_t n;
	const char *item[TOOL_MAX_ITEMS];
} tool_list_t;

/* What a command line says. */
typedef struct tool_arguments
{
	const char *value[TOOL_MAX_VALUES]; /* by option.val; a flag is "" */
	tool_list_t list[TOOL_MAX_LISTS];	/* by option.val - TOOL_LIST(0) */
	const char *file;					/* the last argument, or NULL */
} tool_arguments_t;

/*
 * As tool_options() for options of all kinds: with a value, without one, and
 * lists (option.val of TOOL_LIST()), whose name may be followed by several
 * values. n_files is 0 or 1. TOOL_GO_ON or an exit code.
 */
int tool_arguments(int argc, char **argv, const struct option *options,
		int n_files, const char *usage, tool_arguments_t *arguments);

#endif
