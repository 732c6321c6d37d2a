/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * binding: which encoding a payload type stands for in one section of a call.
 * Once offered it holds for all later offers and answers (RFC 3264 8.3.2). As
 * text, a line for each: "SECTION PT NAME/CLOCK[/CHANNELS]".
 */
#ifndef MCLMR_BINDING_H
#define MCLMR_BINDING_H

#include "sdp.h"

/* True if the format's payload type stands for another encoding there.
 * A format without rtpmap is no other encoding. */
bool mclmr_binding_differs(mclmr_span_t bindings, size_t section,
		const mclmr_sdp_format_t *format);

/*
 * The bindings after an answer: those that there are (their text), then what
 * offer and answer add. A section that the answer closes has none: a new
 * stream may take its place (RFC 3264 8.1). false if the arena is full.
 */
bool mclmr_binding_renew(mclmr_span_t bindings, const mclmr_sdp_t *offer,
		const mclmr_sdp_t *answer, mclmr_arena_t *arena, mclmr_span_t *renewed);

#endif
