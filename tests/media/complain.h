/* SPDX-License-Identifier: GPL-2.0-or-later */

/* complain: the end of a process that cannot go on. */
#ifndef MEDIA_COMPLAIN_H
#define MEDIA_COMPLAIN_H

/* Ends with status 2 and a line on standard error. */
_Noreturn void die(const char *format, ...)
		__attribute__((format(printf, 1, 2)));

#endif
