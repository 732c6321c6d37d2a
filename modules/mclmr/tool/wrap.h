/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * wrap: commands that make messages with key records.
 */
#ifndef MCLMR_TOOL_WRAP_H
#define MCLMR_TOOL_WRAP_H

/* `mclmr key wrap` and `mclmr key rewrap`. An exit code. */
int tool_wrap(int argc, char **argv);
int tool_rewrap(int argc, char **argv);

#endif
