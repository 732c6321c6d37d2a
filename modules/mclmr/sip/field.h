/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * field: the parts of a SIP header field value (RFC 3261 7.3.1, 20.10,
 * RFC 3325 9.1, RFC 3840 9, RFC 3841 9.2): elements of a comma list, the URI of a
 * name-addr or addr-spec, and ";name=value" parameters. Commas, semicolons
 * and brackets inside quoted strings do not count.
 */
#ifndef MCLMR_FIELD_H
#define MCLMR_FIELD_H

#include <stdint.h>

#include "mclmr/base/span.h"

/* Takes the next non-empty element off a comma list; false at its end. */
bool mclmr_field_next(mclmr_span_t *list, mclmr_span_t *element);

/* The URI of an element: what stands in <>, else the text up to the first
 * ";" or blank. Empty if the brackets or quotes are not closed. */
mclmr_span_t mclmr_field_uri(mclmr_span_t element);

/* The parameters of an element, from the first ";" after its URI (or "*")
 * on; empty if it has none. */
mclmr_span_t mclmr_field_params(mclmr_span_t element);

/* Takes the next parameter off; value is without its quotes, empty if
 * there is none. false at the end. */
bool mclmr_field_param(
		mclmr_span_t *params, mclmr_span_t *name, mclmr_span_t *value);

/*
 * True if a feature tag with this value, as mclmr_field_param() gives it, says
 * that the feature is there (RFC 3840 9): no value, or a list in which one is
 * TRUE or !FALSE. "FALSE" says that it is not.
 */
bool mclmr_field_feature(mclmr_span_t value);

/* Reads delta-seconds (RFC 3261 25.1), blanks around them. What needs more than
 * 32 bits is 2^32. false: text is none, and *seconds is unchanged. */
bool mclmr_field_seconds(mclmr_span_t text, uint64_t *seconds);

#endif
