/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Files in and out, and how results and complaints are printed. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "tool.h"

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

/* Reads a stream to its end into a buffer of one octet more than is allowed;
 * false where that fails or is too far. */
static bool fill(
		FILE *stream, const char *path, char *buffer, mclmr_span_t *octets)
{
	size_t length = fread(buffer, 1, TOOL_MAX_INPUT + 1, stream);

	if(ferror(stream)) {
		tool_complain("%s: %s", path, strerror(errno));
		return false;
	}
	if(length > TOOL_MAX_INPUT) {
		tool_complain("%s: over %d octets", path, TOOL_MAX_INPUT);
		return false;
	}
	*octets = (mclmr_span_t){buffer, length};
	return true;
}

/* As fill(), into memory of its own. */
static bool read_stream(FILE *stream, const char *path, mclmr_span_t *octets)
{
	char *buffer = malloc(TOOL_MAX_INPUT + 1);

	if(buffer == NULL) {
		tool_complain("out of memory");
		return false;
	}
	if(fill(stream, path, buffer, octets))
		return true;
	free(buffer);
	return false;
}

bool tool_read(const char *path, mclmr_span_t *octets)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *stream = is_stdin ? stdin : fopen(path, "rb");
	bool is_read;

	if(stream == NULL) {
		tool_complain("%s: %s", path, strerror(errno));
		return false;
	}
	is_read = read_stream(stream, path, octets);
	if(!is_stdin)
		fclose(stream);
	return is_read;
}

void tool_free(mclmr_span_t octets)
{
	free((char *)octets.s);
}

bool tool_read_secret(const char *path, mclmr_span_t *octets)
{
	/* No buffer of the C library keeps a copy. */
	int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
									: open(path, O_RDONLY | O_CLOEXEC);
	char *buffer = fd < 0 ? NULL : malloc(TOOL_MAX_INPUT + 1);
	size_t length = 0;
	ssize_t n = -1;

	while(buffer != NULL && length <= TOOL_MAX_INPUT
			&& (n = read(fd, buffer + length, TOOL_MAX_INPUT + 1 - length)) > 0)
		length += (size_t)n;
	if(n < 0)
		tool_complain("%s: %s", path, strerror(errno));
	else if(n > 0)
		tool_complain("%s: over %d octets", path, TOOL_MAX_INPUT);
	if(fd >= 0)
		close(fd);
	*octets = (mclmr_span_t){buffer, length};
	if(n == 0)
		return true;
	tool_free_secret(*octets);
	*octets = (mclmr_span_t){NULL, 0};
	return false;
}

void tool_free_secret(mclmr_span_t octets)
{
	OPENSSL_cleanse((char *)octets.s, octets.len);
	free((char *)octets.s);
}

/* Writes all octets to a descriptor. */
static bool write_all(int fd, mclmr_span_t octets)
{
	while(octets.len > 0) {
		ssize_t n = write(fd, octets.s, octets.len);

		if(n < 0 && errno == EINTR)
			continue;
		if(n <= 0)
			return false;
		octets = mclmr_span_from(octets, octets.s + n);
	}
	return true;
}

/* Opens a file that only its owner may read, also where it is there. */
static int open_private(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct stat status;

	if(fd < 0)
		return -1;
	if(fstat(fd, &status) == 0
			&& (!S_ISREG(status.st_mode)
					|| (fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0)))
		return fd;
	close(fd);
	return -1;
}

bool tool_write(const char *path, mclmr_span_t octets)
{
	bool is_stdout = strcmp(path, "-") == 0;
	int fd = is_stdout ? STDOUT_FILENO : open_private(path);
	bool is_written = fd >= 0 && write_all(fd, octets);

	if(fd >= 0 && !is_stdout && close(fd) != 0)
		is_written = false;
	if(!is_written)
		tool_complain("%s: %s", path, strerror(errno));
	return is_written;
}

/* Writes a file that is not there yet, with sync down to the disk. */
static bool write_new(const char *path, mclmr_span_t octets, bool sync)
{
	int fd = open_private(path);
	bool is_written =
			fd >= 0 && write_all(fd, octets) && (!sync || fsync(fd) == 0);

	if(fd >= 0 && close(fd) != 0)
		is_written = false;
	return is_written;
}

bool tool_replace(const char *path, mclmr_span_t octets, bool sync)
{
	size_t size = strlen(path) + sizeof ".new";
	char *new = malloc(size);
	bool done;

	if(new == NULL) {
		tool_complain("out of memory");
		return false;
	}
	(void)snprintf(new, size, "%s.new", path);
	done = write_new(new, octets, sync) && rename(new, path) == 0;
	if(!done) {
		tool_complain("%s: %s", path, strerror(errno));
		(void)unlink(new);
	}
	free(new);
	return done;
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

bool tool_time(const char *option, const char *text, int64_t *seconds)
{
	*seconds = (int64_t)time(NULL);
	if(text == NULL || mclmr_timestamp_read(mclmr_span(text), seconds))
		return true;
	tool_complain("%s is neither RFC 3339 nor Unix seconds", option);
	return false;
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
