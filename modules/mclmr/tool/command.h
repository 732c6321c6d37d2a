/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * command: groups of commands, and which one a command line names.
 */
#ifndef MCLMR_TOOL_COMMAND_H
#define MCLMR_TOOL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "exit.h"

typedef struct tool_command
{
	const char *name;
	const char *summary;			   /* one line, for --help */
	int (*run)(int argc, char **argv); /* an exit code */
} tool_command_t;

/* Runs the command that argv[1] names, with argv[1] as its argv[0]. path is
 * what stands before it, "mclmr message". Answers --help and --version. An exit
 * code. */
int tool_dispatch(const char *path, const tool_command_t *commands, size_t n,
		int argc, char **argv);

/* True if an argument asks for help. */
bool tool_is_help(const char *argument);

/* The groups of commands. */
int tool_message(int argc, char **argv);
int tool_sdp(int argc, char **argv);
int tool_register(int argc, char **argv);
int tool_kms(int argc, char **argv);
int tool_mikey(int argc, char **argv);
int tool_key(int argc, char **argv);
int tool_token(int argc, char **argv);

#endif
