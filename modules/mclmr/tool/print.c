/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How results and complaints are printed. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "print.h"

void tool_complain(const char *format, ...)
{
	va_list arguments;

	fputs("mclmr: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void tool_complain_text(const char *message, mclmr_span_t text)
{
	fprintf(stderr, "mclmr: %s", message);
	for(size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		fprintf(stderr, c >= ' ' && c <= '~' ? "%c" : "\\x%02x", (unsigned)c);
	}
	fputc('\n', stderr);
}

int tool_finish(int done)
{
	if(fflush(stdout) == 0 && !ferror(stdout))
		return done;
	tool_complain("standard output: %s", strerror(errno));
	return TOOL_USAGE;
}

void tool_print_text(mclmr_span_t octets)
{
	for(size_t i = 0; i < octets.len; i++) {
		unsigned char c = (unsigned char)octets.s[i];

		if(c >= ' ' && c <= '~' && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", (unsigned)c);
	}
}

void tool_print_line(const char *name, mclmr_span_t value)
{
	printf("%s=", name);
	tool_print_text(value);
	putchar('\n');
}

void tool_print_hex(const char *name, mclmr_span_t octets)
{
	printf("%s=", name);
	for(size_t i = 0; i < octets.len; i++)
		printf("%02x", (unsigned)mclmr_octets(octets)[i]);
	putchar('\n');
}

void tool_print_time(const char *name, int64_t seconds)
{
	char text[MCLMR_TIMESTAMP_SIZE];

	mclmr_timestamp_write(seconds, text);
	printf("%s=%s\n", name, text);
}

void tool_digest(mclmr_span_t octets, char digest[TOOL_DIGEST_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE] = {0};
	const char *none = "";

	EVP_Digest(octets.len > 0 ? octets.s : none, octets.len, hash, NULL,
			EVP_sha256(), NULL);
	for(size_t i = 0; i < (TOOL_DIGEST_SIZE - 1) / 2; i++)
		snprintf(digest + 2 * i, 3, "%02x", (unsigned)hash[i]);
}
