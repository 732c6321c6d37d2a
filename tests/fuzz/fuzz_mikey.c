/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a file with a MIKEY message in any form. What reads lies within the
 * message, and is the whole of it; the parts that a key would open next are
 * read as if it had been opened.
 */
#include <string.h>

#include "mclmr/keys/key_parameters.h"
#include "mclmr/keys/key_record.h"
#include "mclmr/keys/mikey.h"
#include "fuzz.h"

static char text[70000];
static char memory[70000];

/* Every part of a message lies in it; the signature ends it. */
static void check_message(mclmr_span_t octets, const mclmr_mikey_t *message)
{
	mclmr_mikey_session_t session;

	require(is_within(message->initiator.value, octets));
	require(is_within(message->responder.value, octets));
	require(is_within(message->sakke.data, octets));
	require(message->sakke.data.len == 273);
	require(message->covered.s == octets.s);
	require(message->covered.len + message->signature.len == octets.len);
	for(unsigned i = 0; i < message->sessions; i++) {
		require(mclmr_mikey_session(message, i, &session));
		require(is_within(session.spi, octets));
	}
	require(!mclmr_mikey_session(message, message->sessions, &session));
	for(size_t i = 0; i < message->policies; i++)
		require(is_within(message->policy[i].parameters, octets));
}

/* Reads what an extension holds, whatever its type says. */
static void read_extension(mclmr_span_t data)
{
	static const uint8_t key[MCLMR_KEY_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_key_parameters_t parameters;
	mclmr_key_record_t record;
	mclmr_span_t sealed;

	if(mclmr_key_parameters_read(data, key, 0, &arena, &parameters) == NULL)
		require(parameters.groups <= MCLMR_MAX_KEY_GROUPS);
	if(mclmr_key_record_peek(data, &record, &sealed) == NULL) {
		require(is_within(record.kmf, data) && record.kmf.len > 0);
		require(is_within(sealed, data));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_mikey_t message;
	mclmr_span_t octets;

	if(size > sizeof(text))
		return 0;
	memcpy(text, data, size);
	read_extension((mclmr_span_t){(const char *)data, size});
	if(mclmr_mikey_decode(text, size, &octets) != NULL)
		return 0;
	require(is_within(octets, (mclmr_span_t){text, size}));
	if(mclmr_mikey_read(octets, &message) != NULL)
		return 0;
	check_message(octets, &message);
	for(size_t i = 0; i < message.extensions; i++)
		read_extension(message.extension[i].data);
	return 0;
}
