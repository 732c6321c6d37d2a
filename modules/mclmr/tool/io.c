/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Files in and out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "io.h"
#include "print.h"

/* Reads a stream to its end into a buffer of one octet more than is allowed;
 * false if that fails or is too far. */
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

/* Opens a file that only its owner may read, also if it is there. */
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
	size_t size = strlen(path) + sizeof(".new");
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
