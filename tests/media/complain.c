/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The last words of a process that cannot go on. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "complain.h"

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)fputs("media_endpoint: ", stderr);
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
	va_end(arguments);
	exit(2);
}
