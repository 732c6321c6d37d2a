/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * print: results on standard output, complaints on standard error.
 */
#ifndef MCLMR_TOOL_PRINT_H
#define MCLMR_TOOL_PRINT_H

#include <stdint.h>

#include "mclmr/base/span.h"
#include "exit.h"

/* Prints "mclmr: MESSAGE" to standard error. */
void tool_complain(const char *format, ...)
		__attribute__((format(printf, 1, 2)));

/* Prints "mclmr: MESSAGE", and after it the octets of text escaped. */
void tool_complain_text(const char *message, mclmr_span_t text);

/* done if all that was printed has left, else TOOL_USAGE. */
int tool_finish(int done);

/* Prints octets, those that are no printable ASCII, and "\", as \xNN. */
void tool_print_text(mclmr_span_t octets);

/* Prints a line name=value, its octets escaped; as hexadecimal digits; as a
 * time, Unix seconds. */
void tool_print_line(const char *name, mclmr_span_t value);
void tool_print_hex(const char *name, mclmr_span_t octets);
void tool_print_time(const char *name, int64_t seconds);

#define TOOL_DIGEST_SIZE 17 /* NUL included */

/* The first 16 hex digits of the octets' SHA-256. */
void tool_digest(mclmr_span_t octets, char digest[TOOL_DIGEST_SIZE]);

#endif
