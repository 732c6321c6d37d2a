/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The rules of a body, with word and text. */
#include "mime_rule.h"

static const struct
{
	const char *word;
	const char *text;
} rules[MCLMR_MIME_RULES] = {
		[MCLMR_MIME_KEPT] = {"", ""},
		[MCLMR_MIME_LIMIT] = {"limit", "over a limit"},
		[MCLMR_MIME_LENGTH] = {"length", "shorter than Content-Length"},
		[MCLMR_MIME_FIELDS] = {"fields",
				"header fields that describe it twice, or compressed"},
		[MCLMR_MIME_NO_TYPE] = {"no_type", "no Content-Type"},
		[MCLMR_MIME_TYPE] = {"type", "Content-Type not readable"},
		[MCLMR_MIME_BOUNDARY] = {"boundary",
				"boundary missing, twice or not permitted"},
		[MCLMR_MIME_ENCODING] = {"encoding", "transfer encoding not readable"},
		[MCLMR_MIME_COMPOSITE] = {"composite",
				"multipart or message in a transfer encoding"},
		[MCLMR_MIME_DELIMITER] = {"delimiter",
				"a line begins with the boundary and is no delimiter"},
		[MCLMR_MIME_UNDELIMITED] = {"undelimited",
				"first or last delimiter missing"},
		[MCLMR_MIME_EPILOGUE] = {"epilogue", "a delimiter after the last one"},
		[MCLMR_MIME_PART_HEADER] = {"part_header",
				"header of a part not readable"},
		[MCLMR_MIME_FRAGMENT] = {"fragment", "fragment of a message"},
		[MCLMR_MIME_PAYLOAD_PLACE] = {"payload_place",
				"interworking part where none may be"},
		[MCLMR_MIME_INFO_PLACE] = {"info_place",
				"info part twice or where none may be"},
		[MCLMR_MIME_LISTS] = {"lists", "two resource lists"},
		[MCLMR_MIME_SDP_PLACE] = {"sdp_place",
				"session description empty, twice or inside a part"},
};

/* A rule that there is. */
static mclmr_mime_rule_t known(mclmr_mime_rule_t rule)
{
	return (unsigned)rule < MCLMR_MIME_RULES ? rule : MCLMR_MIME_KEPT;
}

const char *mclmr_mime_rule_word(mclmr_mime_rule_t rule)
{
	return rules[known(rule)].word;
}

const char *mclmr_mime_rule_text(mclmr_mime_rule_t rule)
{
	return rules[known(rule)].text;
}

mclmr_status_t mclmr_mime_rule_status(mclmr_mime_rule_t rule)
{
	if(rule == MCLMR_MIME_KEPT)
		return MCLMR_OK;
	return rule == MCLMR_MIME_LIMIT ? MCLMR_LIMIT_EXCEEDED
									: MCLMR_MIME_MALFORMED;
}
