/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * unwrap: the command that opens messages with key records.
 */
#ifndef MCLMR_TOOL_UNWRAP_H
#define MCLMR_TOOL_UNWRAP_H

/* `mclmr key unwrap`. An exit code. */
int tool_unwrap(int argc, char **argv);

#endif
