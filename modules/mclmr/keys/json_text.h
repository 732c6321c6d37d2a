/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * json_text: JSON of strangers (RFC 8259), read within limits; internal to this
 * folder. What is read comes from the C library's memory and is given back by
 * json_decref().
 */
#ifndef MCLMR_JSON_TEXT_H
#define MCLMR_JSON_TEXT_H

#include <jansson.h>

#include "mclmr/base/span.h"

#define MCLMR_JSON_MAX_DEPTH 8 /* objects and arrays in each other */

/* The object that a text is. NULL: it is none, or not alone, too deep, has a
 * name twice in one object, or a NUL in a string; or there is no memory. */
json_t *mclmr_json_read(mclmr_span_t text);

/* The octets of a string, empty if it is none; they live as long as it. */
mclmr_span_t mclmr_json_string(const json_t *value);

/* True if a value is an array that has this string. */
bool mclmr_json_array_has(const json_t *value, mclmr_span_t text);

#endif
