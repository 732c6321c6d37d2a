/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * clock: a library for LD_PRELOAD that moves the clock of a process forward.
 * CLOCK_FILE: a file with the seconds as 8 octets, which a test changes while
 * the process runs. Only time() is moved: timers run as they did.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *forward;

/* Makes the file known before main(). */
__attribute__((constructor)) static void open_clock(void)
{
	const char *path = getenv("CLOCK_FILE");
	int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *octets;

	if(file < 0)
		return;
	octets = mmap(NULL, sizeof(*forward), PROT_READ, MAP_SHARED, file, 0);
	close(file);
	if(octets == MAP_FAILED)
		abort();
	forward = octets;
}

time_t time(time_t *to)
{
	struct timespec now;
	time_t seconds;

	clock_gettime(CLOCK_REALTIME, &now);
	seconds = now.tv_sec + (forward != NULL ? (time_t)*forward : 0);
	if(to != NULL)
		*to = seconds;
	return seconds;
}
