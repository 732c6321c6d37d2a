/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * make: the command that makes MIKEY-SAKKE messages with a key.
 */
#ifndef MCLMR_TOOL_MAKE_H
#define MCLMR_TOOL_MAKE_H

/* `mclmr mikey make`. An exit code. */
int tool_make(int argc, char **argv);

#endif
