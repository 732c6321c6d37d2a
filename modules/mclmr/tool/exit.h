/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * exit: what a command ends with.
 */
#ifndef MCLMR_TOOL_EXIT_H
#define MCLMR_TOOL_EXIT_H

#define TOOL_DONE 0
#define TOOL_REFUSED 1
#define TOOL_USAGE 2	/* or unreadable input */
#define TOOL_SOME 3		/* some rows of a batch failed */
#define TOOL_GO_ON (-1) /* no exit code: the command has yet to do its work */

#endif
