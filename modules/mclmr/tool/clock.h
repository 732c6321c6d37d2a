/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * clock: the times that options give, and the present.
 */
#ifndef MCLMR_TOOL_CLOCK_H
#define MCLMR_TOOL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Reads a TIME, RFC 3339 or Unix seconds; NULL is now. false with a complaint
 * about the option. */
bool tool_time(const char *option, const char *text, int64_t *seconds);

/* The present as the NTP timestamp of a message: messages that are made one
 * after the other have different ones. */
uint64_t tool_timestamp_now(void);

#endif
