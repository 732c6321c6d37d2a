/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * no_sync: a library for LD_PRELOAD whose process does not wait until its files
 * are on the disk. Other processes see what is written as before, and it stays
 * if the process is killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

int fsync(int file)
{
	(void)file;
	return 0;
}

int fdatasync(int file)
{
	(void)file;
	return 0;
}

int sync_file_range(int file, off64_t offset, off64_t octets, unsigned how)
{
	(void)file;
	(void)offset;
	(void)octets;
	(void)how;
	return 0;
}
