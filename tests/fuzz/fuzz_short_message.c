/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a message; if the first octet is no message type, a table of
 * numbers and a NUL before it. What decodes encodes again, and then decodes
 * to the same.
 */
#include <string.h>

#include "mclmr/sip/short_message.h"
#include "fuzz.h"

static char memory[4 * 65536];

/* The table that the input begins with; the rest of it is the message. */
static void read_table(mclmr_short_message_table_t *table, mclmr_span_t *input)
{
	mclmr_span_t text;
	size_t line;

	mclmr_short_message_defaults(table);
	if(input->len == 0 || memchr(input->s, 0, input->len) == NULL
			|| (unsigned char)input->s[0] == table->request
			|| (unsigned char)input->s[0] == table->response)
		return;
	text = mclmr_span_cut(input, '\0');
	(void)mclmr_short_message_configure(table, text, &line);
	require(strlen(table->profile) < sizeof(table->profile));
}

/* A span of the message lies inside its octets. */
static void require_inside(mclmr_span_t span, mclmr_span_t octets)
{
	if(span.len > 0)
		require(span.s >= octets.s && span.len <= octets.len
				&& (size_t)(span.s - octets.s) <= octets.len - span.len);
}

/* Encodes, decodes and compares. */
static void check_again(const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_short_message_t again;
	mclmr_span_t octets;

	require(mclmr_short_message_encode(table, message, &arena, &octets)
			== NULL);
	require(mclmr_short_message_decode(table, octets, &again) == NULL);
	require(again.response == message->response);
	require(again.lmr_type == message->lmr_type);
	require(again.has_payload == message->has_payload);
	require(mclmr_span_equal(again.mc_id, message->mc_id));
	require(mclmr_span_equal(again.kmf_uri, message->kmf_uri));
	require(mclmr_span_equal(again.payload, message->payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t input = {(const char *)data, size};
	mclmr_short_message_table_t table;
	mclmr_short_message_t message;

	read_table(&table, &input);
	if(mclmr_short_message_decode(&table, input, &message) != NULL)
		return 0;
	require_inside(message.mc_id, input);
	require_inside(message.kmf_uri, input);
	require_inside(message.payload, input);
	check_again(&table, &message);
	return 0;
}
