/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mime_rule: the rules of a body, of which a refusal names the one that is
 * broken. RFC 2045, 2046, and where parts may stand (TS 29.379 14.1).
 */
#ifndef MCLMR_MIME_RULE_H
#define MCLMR_MIME_RULE_H

#include "mclmr/base/status.h"

typedef enum mclmr_mime_rule
{
	MCLMR_MIME_KEPT,		/* none is broken */
	MCLMR_MIME_LIMIT,		/* MCLMR_LIMIT_EXCEEDED; all others malformed */
	MCLMR_MIME_LENGTH,		/* of the SIP message */
	MCLMR_MIME_FIELDS,		/* the same */
	MCLMR_MIME_NO_TYPE,		/* the same */
	MCLMR_MIME_TYPE,		/* a Content-Type, of message or part */
	MCLMR_MIME_BOUNDARY,	/* its parameter */
	MCLMR_MIME_ENCODING,	/* a transfer encoding that cannot be undone */
	MCLMR_MIME_COMPOSITE,	/* the same of what has parts: RFC 2045 6.4 */
	MCLMR_MIME_DELIMITER,	/* one to some readers, none to others */
	MCLMR_MIME_UNDELIMITED, /* no first, or no last one */
	MCLMR_MIME_EPILOGUE,	/* one more after the last one */
	MCLMR_MIME_PART_HEADER,
	MCLMR_MIME_FRAGMENT, /* message/partial */
	MCLMR_MIME_PAYLOAD_PLACE,
	MCLMR_MIME_INFO_PLACE,
	MCLMR_MIME_LISTS,
	MCLMR_MIME_SDP_PLACE,
	MCLMR_MIME_RULES
} mclmr_mime_rule_t;

/* The word of a rule, "payload_place", and what a reason says if it is broken;
 * both empty for KEPT. */
const char *mclmr_mime_rule_word(mclmr_mime_rule_t rule);
const char *mclmr_mime_rule_text(mclmr_mime_rule_t rule);

/* MCLMR_OK, MCLMR_LIMIT_EXCEEDED or MCLMR_MIME_MALFORMED. */
mclmr_status_t mclmr_mime_rule_status(mclmr_mime_rule_t rule);

#endif
