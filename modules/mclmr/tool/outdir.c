/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Folders of batches. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message_file.h"
#include "outdir.h"
#include "print.h"

#define NOTE ".mclmr-batch"

bool tool_outdir_make(tool_outdir_t *outdir, const char *path)
{
	struct stat status;

	*outdir = (tool_outdir_t){.path = path, .note = -1};
	if(mkdir(path, 0700) == 0)
		return true;
	if(errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return true;
	tool_complain("%s: %s", path, strerror(errno));
	return false;
}

/* The path of a file there. */
static bool path_of(
		const tool_outdir_t *outdir, const char *name, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", outdir->path, name);

	return n > 0 && n < PATH_MAX;
}

/* Unix nanoseconds of a file's last change. */
static int64_t changed(const struct stat *status)
{
	return status->st_mtim.tv_sec * 1000000000LL + status->st_mtim.tv_nsec;
}

bool tool_outdir_lock(
		tool_outdir_t *outdir, const uint8_t identity[TOOL_IDENTITY_SIZE])
{
	uint8_t before[TOOL_IDENTITY_SIZE] = {0};
	char path[PATH_MAX] = "";
	struct stat status;

	if(path_of(outdir, NOTE, path))
		outdir->note = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if(outdir->note >= 0 && flock(outdir->note, LOCK_EX) == 0
			&& ((pread(outdir->note, before, sizeof(before), 0)
								== (ssize_t)sizeof(before)
						&& memcmp(before, identity, sizeof(before)) == 0)
					|| pwrite(outdir->note, identity, TOOL_IDENTITY_SIZE, 0)
							   == TOOL_IDENTITY_SIZE)
			&& fstat(outdir->note, &status) == 0) {
		outdir->begun = changed(&status);
		return true;
	}
	tool_complain("%s: %s", path, strerror(errno));
	return false;
}

void tool_outdir_release(tool_outdir_t *outdir)
{
	if(outdir->note >= 0)
		close(outdir->note);
	outdir->note = -1;
}

void tool_outdir_name(char name[TOOL_NAME_SIZE], const char *text, char after)
{
	size_t length = strlen(name);

	for(; text != NULL && *text != '\0' && length < TOOL_NAME_SIZE - 8;
			text++) {
		unsigned char c = (unsigned char)*text;
		bool is_plain = c > ' ' && c < 0x7F && c != '/' && c != '%'
						&& (c != '.' || length > 0);

		length += (size_t)snprintf(name + length, TOOL_NAME_SIZE - length,
				is_plain ? "%c" : "%%%02x", (unsigned)c);
	}
	name[length] = after;
	if(after != '\0')
		name[length + 1] = '\0';
}

bool tool_outdir_fits(const char *name)
{
	return strlen(name) < NAME_MAX - 4;
}

bool tool_outdir_find(
		const tool_outdir_t *outdir, const char *name, uint64_t *timestamp)
{
	tool_message_file_t file;
	struct stat status;
	char path[PATH_MAX];

	if(!path_of(outdir, name, path) || stat(path, &status) != 0
			|| changed(&status) < outdir->begun
			|| tool_message_read(path, &file) != TOOL_GO_ON)
		return false;
	*timestamp = file.message.timestamp;
	tool_message_free(&file);
	return true;
}

bool tool_outdir_store(const tool_outdir_t *outdir, const char *name,
		const char *form, mclmr_span_t octets)
{
	char path[PATH_MAX];

	return path_of(outdir, name, path)
		   && tool_message_replace(path, form, octets);
}
