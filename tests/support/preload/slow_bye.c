/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * slow_bye: a library for LD_PRELOAD that returns from the sending of a BYE
 * over UDP after its receiver had the time to answer.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static const struct timespec TIME_TO_ANSWER = {.tv_nsec = 400000000};

ssize_t sendto(int fd, const void *octets, size_t count, int flags,
		const struct sockaddr *to, socklen_t length)
{
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *,
			socklen_t) = NULL;
	ssize_t sent;

	*(void **)&real = dlsym(RTLD_NEXT, "sendto");
	sent = real(fd, octets, count, flags, to, length);
	if(count > 4 && memcmp(octets, "BYE ", 4) == 0)
		nanosleep(&TIME_TO_ANSWER, NULL);
	return sent;
}
