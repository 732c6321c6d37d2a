/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * outdir: the folder that a batch writes its messages to, and which command
 * was the last one there.
 */
#ifndef MCLMR_TOOL_OUTDIR_H
#define MCLMR_TOOL_OUTDIR_H

#include <stdint.h>

#include "mclmr/base/span.h"

#define TOOL_NAME_SIZE 1024	  /* of a message's file, NUL included */
#define TOOL_IDENTITY_SIZE 32 /* of a command: SHA-256 */

typedef struct tool_outdir
{
	const char *path;
	int note;	   /* descriptor of the file with the identity, locked; -1 */
	int64_t begun; /* Unix nanoseconds of the note */
} tool_outdir_t;

/* Makes the folder if it is not there. false with a complaint. */
bool tool_outdir_make(tool_outdir_t *outdir, const char *path);

/* Waits for a command that is at work there, and notes that this one is now:
 * if it was the last one too, its messages are kept. false with a complaint.
 * Released by the other. */
bool tool_outdir_lock(
		tool_outdir_t *outdir, const uint8_t identity[TOOL_IDENTITY_SIZE]);
void tool_outdir_release(tool_outdir_t *outdir);

/* Adds a text to a name, octets that could lead elsewhere as %xx, and after it
 * one character, or the NUL. */
void tool_outdir_name(char name[TOOL_NAME_SIZE], const char *text, char after);

/* True if a name can be that of a file, and of the one that takes its place. */
bool tool_outdir_fits(const char *name);

/* True if there is a message that this command has made, and its NTP
 * timestamp. One that does not read is none, with a complaint. */
bool tool_outdir_find(
		const tool_outdir_t *outdir, const char *name, uint64_t *timestamp);

/* Writes a message in a form of the command line; false with a complaint. */
bool tool_outdir_store(const tool_outdir_t *outdir, const char *name,
		const char *form, mclmr_span_t octets);

#endif
