/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * message_file: a MIKEY message in a file.
 */
#ifndef MCLMR_TOOL_MESSAGE_FILE_H
#define MCLMR_TOOL_MESSAGE_FILE_H

#include "mclmr/keys/mikey_open.h"
#include "exit.h"

/* A message that was read from a file; freed by tool_message_free(). */
typedef struct tool_message_file
{
	mclmr_span_t text;	 /* of the file */
	mclmr_span_t octets; /* of the message, in text */
	mclmr_mikey_t message;
} tool_message_file_t;

#define TOOL_FILE_HELP                                                      \
	"FILE: raw, hexadecimal or base64, \"a=key-mgmt:mikey \" before it or " \
	"not;\n\"-\" is standard input.\n\n"

/* Reads a message: TOOL_GO_ON, or an exit code with a complaint. */
int tool_message_read(const char *path, tool_message_file_t *file);
void tool_message_free(tool_message_file_t *file);

/* A command that takes a FILE and no option: reads it, does its work, frees
 * it. An exit code. */
int tool_message_command(int argc, char **argv, const char *usage,
		int (*work)(const tool_message_file_t *file));

/* Writes a message in a form of the command line, raw, base64 or sdp; NULL is
 * raw. An exit code. */
int tool_message_write(const char *out, const char *form, mclmr_span_t octets);

/* As tool_message_write(), but in one step, to a file; not synced. */
bool tool_message_replace(
		const char *path, const char *form, mclmr_span_t octets);

/* True if a form is one of the three; else with a complaint. */
bool tool_form_known(const char *form);

/* Complains about a message, with both times if that may help. */
void tool_complain_fault(const tool_message_file_t *file,
		mclmr_mikey_fault_t fault, int64_t now);

#endif
