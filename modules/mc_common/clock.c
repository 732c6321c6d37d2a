/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The monotonic clock. */
#include <time.h>

#include "clock.h"

long long mc_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
