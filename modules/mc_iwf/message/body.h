/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_body: the body of one SIP message, cut into its parts, and the info
 * document in it, read when it is first asked for; and the few changes of a
 * body that all functions need.
 */
#ifndef IWF_BODY_H
#define IWF_BODY_H

#include "core/parser/msg_parser.h"

#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/multipart.h"
#include "mclmr/sip/nesting.h"
#include "header.h"

#define IWF_SDP_TYPE MCLMR_SPAN("application/sdp")

typedef struct iwf_body
{
	bool cut;				/* what follows is filled in */
	iwf_content_t by;		/* the fields by which it was cut */
	mclmr_span_t octets;	/* as long as Content-Length says */
	mclmr_status_t status;	/* of cutting it */
	mclmr_mime_rule_t rule; /* that is broken, of it or of a part of it */
	mclmr_multipart_t parts;
	size_t inside[MCLMR_CONTENTS]; /* what is in the parts, at any depth */
	const mclmr_body_part_t
			*payload;			   /* interworking part; NULL: there is none */
	const mclmr_body_part_t *info; /* info part, the same */

	bool has_read;				/* the info document: */
	mclmr_status_t info_status; /* of reading it */
	mclmr_span_t info_text;		/* transfer encoding undone */
	mclmr_mc_info_t mc_info;
} iwf_body_t;

/* The octets that Content-Length speaks of, or all that follow the header if
 * there is no such field. MCLMR_MIME_MALFORMED: fewer than promised. */
mclmr_status_t iwf_body_octets(struct sip_msg *msg, mclmr_span_t *octets);

/*
 * Cuts the body of a message by what these fields say of it. status: MCLMR_OK,
 * MCLMR_LIMIT_EXCEEDED, or MCLMR_MIME_MALFORMED, also for fields in which two
 * readers could see two bodies, for an interworking part anywhere but once at
 * the top of a MESSAGE (the rule of the KMF is held there), and for an info
 * part anywhere but once at the top. Spans point into the message.
 */
void iwf_body_cut(
		struct sip_msg *msg, const iwf_content_t *content, iwf_body_t *body);

/* MCLMR_TOO_LARGE: it is longer than modparam max_body allows. */
mclmr_status_t iwf_body_check_size(const iwf_body_t *body);

/*
 * Reads the info document, at the first call; mc_info stays empty if there
 * is none. Decoded text and values are cut from the arena. MCLMR_OK,
 * MCLMR_XML_MALFORMED, MCLMR_MIME_MALFORMED, MCLMR_LIMIT_EXCEEDED.
 */
mclmr_status_t iwf_body_read_info(iwf_body_t *body, mclmr_arena_t *arena);

/* Notes the rule that the body breaks; its status. */
mclmr_status_t iwf_body_breaks(iwf_body_t *body, mclmr_mime_rule_t rule);

/*
 * Ends the message where its Content-Length does: octets after that are no
 * part of it (RFC 3261 18.3). They go for good, not by a lump: what a lump cuts
 * counts as a change of the length, and the core writes no new Content-Length
 * over UDP if a cut and an insertion are of one length. Nothing is done if
 * another module has a change there.
 */
void iwf_body_end(struct sip_msg *msg);

/* Replaces octets of a part's content by an edit, and its own Content-Length,
 * if it has one, by the length that it then has. false without memory. */
bool iwf_body_edit_part(struct sip_msg *msg, const mclmr_body_part_t *part,
		const mclmr_xml_edit_t *edit, size_t n);

/* Replaces the whole content of a part by text, encoded as that was. false if
 * there is no memory. */
bool iwf_body_replace_part(struct sip_msg *msg, const mclmr_body_part_t *part,
		mclmr_arena_t *arena, mclmr_span_t text);

#endif
