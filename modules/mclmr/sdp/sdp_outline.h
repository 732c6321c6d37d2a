/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to sdp. sdp_outline: the part of a description that later checks
 * need, as a small description of its own. It never holds a key, an address
 * or a name.
 */
#ifndef MCLMR_SDP_OUTLINE_H
#define MCLMR_SDP_OUTLINE_H

#include "sdp.h"

/*
 * Writes the outline, lines ended by LF, for mclmr_sdp_read(): m= lines, of
 * the speech sections with a port also rtpmap, the fmtp parameters that both
 * ends share, bundle-only, and what tells how speech is protected:
 *     a=crypto        tag and suite, no key
 *     a=fingerprint   the name alone
 *     a=key-mgmt      protocol and the 4 characters that tell the type
 *     a=NAME:LMR ...  any attribute of the private attribute's form, with
 *                     alg= and mode= alone
 * An answer gets the same decision by it as by the description itself.
 * false if the arena is full.
 */
bool mclmr_sdp_outline(
		const mclmr_sdp_t *sdp, mclmr_arena_t *arena, mclmr_span_t *text);

#endif
