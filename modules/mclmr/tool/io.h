/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * io: files in and out.
 */
#ifndef MCLMR_TOOL_IO_H
#define MCLMR_TOOL_IO_H

#include "mclmr/base/span.h"

#define TOOL_MAX_INPUT 1048576 /* octets of any input file */

/* The octets of a file, "-" for standard input. false, with a complaint, if it
 * cannot be read or is over TOOL_MAX_INPUT. Freed by tool_free(). */
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

#endif
