/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_clock: the time that waiting is measured with.
 */
#ifndef MC_CLOCK_H
#define MC_CLOCK_H

/* Milliseconds of a clock that is never set; the same in all processes. */
long long mc_clock_ms(void);

#endif
