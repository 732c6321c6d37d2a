/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * tool: what the command line's parts share. Exit codes: 0 done, 1 refused,
 * 2 usage or unreadable input, 3 some rows of a batch failed.
 */
#ifndef MCLMR_TOOL_H
#define MCLMR_TOOL_H

#include <getopt.h>
#include <stdint.h>

#include "mclmr/base/span.h"

#define TOOL_DONE 0
#define TOOL_REFUSED 1
#define TOOL_USAGE 2
#define TOOL_SOME 3
#define TOOL_GO_ON (-1) /* no exit code: the command has yet to do its work */

#define TOOL_MAX_INPUT 1048576 /* octets of any input file */
#define TOOL_DIGEST_SIZE 17	   /* of tool_digest(), NUL included */

typedef struct tool_command
{
	const char *name;
	const char *summary; /* one line, for --help */
	int (*run)(int argc, char **argv);
} tool_command_t;

/* Runs the command that argv[1] names, with argv[1] as its argv[0]. path is
 * what stands before it, "mclmr message". Answers --help. An exit code. */
int tool_dispatch(const char *path, const tool_command_t *commands, size_t n,
		int argc, char **argv);

/*
 * Reads options of the form --name VALUE into values[option.val] and checks
 * that n_files arguments are left, which begin at argv[optind]. usage is the
 * text of --help, printed where it is asked for. TOOL_GO_ON or an exit code.
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

/* Prints "mclmr: MESSAGE" to standard error. */
void tool_complain(const char *format, ...)
		__attribute__((format(printf, 1, 2)));

/* Prints "mclmr: MESSAGE", and the octets of text behind it escaped. */
void tool_complain_text(const char *message, mclmr_span_t text);

/* The octets of a file, "-" for standard input. false, with a complaint,
 * where it cannot be read or is over TOOL_MAX_INPUT. Freed by tool_free(). */
bool tool_read(const char *path, mclmr_span_t *octets);
void tool_free(mclmr_span_t octets);

/* As tool_read() for a file with secrets, which are overwritten before the
 * memory is given back. */
bool tool_read_secret(const char *path, mclmr_span_t *octets);
void tool_free_secret(mclmr_span_t octets);

/* Writes octets to a file of mode 0600, "-" for standard output; false with
 * a complaint. */
bool tool_write(const char *path, mclmr_span_t octets);

/* As tool_write(), but in one step: no reader ever sees a part of it; with
 * sync not even after a loss of power. Not for standard output. */
bool tool_replace(const char *path, mclmr_span_t octets, bool sync);

/* done where all that was printed has left, else TOOL_USAGE. */
int tool_finish(int done);

/* Prints octets, those that are no printable ASCII, and "\", as \xNN. */
void tool_print_text(mclmr_span_t octets);

/* Prints a line name=value, its octets escaped; as hexadecimal digits. */
void tool_print_line(const char *name, mclmr_span_t value);
void tool_print_hex(const char *name, mclmr_span_t octets);

/* Reads a TIME, RFC 3339 or Unix seconds; NULL is now. false with a complaint
 * about the option. */
bool tool_time(const char *option, const char *text, int64_t *seconds);

/* The first 16 hex digits of the octets' SHA-256. */
void tool_digest(mclmr_span_t octets, char digest[TOOL_DIGEST_SIZE]);

/* The groups of commands. */
int tool_message(int argc, char **argv);
int tool_sdp(int argc, char **argv);
int tool_kms(int argc, char **argv);
int tool_mikey(int argc, char **argv);
int tool_key(int argc, char **argv);

#endif
