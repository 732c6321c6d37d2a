/* SPDX-License-Identifier: GPL-2.0-or-later */

/* unit: cmocka, and the headers that have to stand before it. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A key of 16 octets, which is no string. */
#define KEY_16                                                                \
	{                                                                         \
		'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', \
				'e', 'f'                                                      \
	}

/* (Versions of cmocka do not agree on the name of one for this.) */
#define assert_within(value, least, most) \
	assert_true((least) <= (value) && (value) <= (most))

#endif
