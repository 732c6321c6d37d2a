/* SPDX-License-Identifier: GPL-2.0-or-later */

/* IWF short messages: binary coding by a table of codes. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "short_message.h"

#define MAX_OCTET 0xff
#define MAX_LENGTH 0xffff /* what the two length octets of LV-E can say */
#define NO_CODE (-1)

/* IEIs from here on are of format T or TV in one octet (TS 24.379 I.2). */
#define FIRST_SHORT_IEI 0x80

void mclmr_short_message_defaults(mclmr_short_message_table_t *table)
{
	static const mclmr_short_message_table_t provisional = {
			.profile = "provisional-1",
			.request = 0x20,
			.response = 0x21,
			.type_mask = 0xff,
			.payload_iei = 0x78,
			.lmr_type =
					{
							[MCLMR_LMR_NOT_GIVEN] = 0,
							[MCLMR_LMR_TETRA] = 1,
							[MCLMR_LMR_P25] = 2,
							[MCLMR_LMR_TETRAPOL] = 3,
							[MCLMR_LMR_DMR] = 4,
							[MCLMR_LMR_NXDN] = 5,
							[MCLMR_LMR_ANALOG] = 6,
					},
	};

	*table = provisional;
}

/* Reads an octet's value in decimal or 0x hex. */
static bool parse_octet(mclmr_span_t text, int *octet)
{
	int base = 10;
	int value = 0;

	if(mclmr_span_starts_nocase(text, MCLMR_SPAN("0x"))) {
		base = 16;
		text = mclmr_span_from(text, text.s + 2);
	}
	if(text.len == 0)
		return false;
	for(size_t i = 0; i < text.len && value <= MAX_OCTET; i++) {
		int digit = mclmr_octets_hex_digit(text.s[i]);

		if(digit < 0 || digit >= base)
			return false;
		value = value * base + digit;
	}
	*octet = value;
	return value <= MAX_OCTET;
}

/* Takes over the profile's name, a word of printable ASCII. */
static const char *set_profile(
		mclmr_short_message_table_t *table, mclmr_span_t name)
{
	if(name.len == 0 || name.len >= sizeof(table->profile))
		return "profile: a name of 1 to 31 characters is needed";
	for(size_t i = 0; i < name.len; i++) {
		if(name.s[i] <= ' ' || name.s[i] > '~')
			return "profile: the name holds a blank or a strange character";
	}
	memcpy(table->profile, name.s, name.len);
	table->profile[name.len] = '\0';
	return NULL;
}

/* The code of an LMR type that a line names, "p25" or "none"; NULL if
 * there is no such type. */
static int *find_lmr_code(mclmr_short_message_table_t *table, mclmr_span_t word)
{
	mclmr_lmr_type_t type;

	if(mclmr_span_equal(word, MCLMR_SPAN("none")))
		return &table->lmr_type[MCLMR_LMR_NOT_GIVEN];
	if(!mclmr_lmr_type_from_word(word, &type))
		return NULL;
	return &table->lmr_type[type];
}

/* Sets the code of an LMR type; "-1" takes it away. */
static const char *set_lmr_code(mclmr_short_message_table_t *table,
		mclmr_span_t word, mclmr_span_t value)
{
	int *code = find_lmr_code(table, word);

	if(code == NULL)
		return "unknown LMR type";
	if(mclmr_span_equal(value, MCLMR_SPAN("-1"))) {
		*code = NO_CODE;
		return NULL;
	}
	return parse_octet(value, code) ? NULL : "a number of 0 to 255 is needed";
}

/* The number that a line names, NULL if there is none. */
static int *find_number(mclmr_short_message_table_t *table, mclmr_span_t name)
{
	if(mclmr_span_equal(name, MCLMR_SPAN("request")))
		return &table->request;
	if(mclmr_span_equal(name, MCLMR_SPAN("response")))
		return &table->response;
	if(mclmr_span_equal(name, MCLMR_SPAN("type_mask")))
		return &table->type_mask;
	if(mclmr_span_equal(name, MCLMR_SPAN("payload_iei")))
		return &table->payload_iei;
	return NULL;
}

/* Obeys one line without its comment. */
static const char *configure_line(
		mclmr_short_message_table_t *table, mclmr_span_t line)
{
	const mclmr_span_t lmr = MCLMR_SPAN("lmr.");
	mclmr_span_t value = mclmr_span_trim(line);
	mclmr_span_t name;
	int *number;

	if(value.len == 0)
		return NULL;
	name = mclmr_span_trim(mclmr_span_cut(&value, '='));
	value = mclmr_span_trim(value);
	if(mclmr_span_equal(name, MCLMR_SPAN("profile")))
		return set_profile(table, value);
	if(mclmr_span_starts(name, lmr))
		return set_lmr_code(
				table, mclmr_span_from(name, name.s + lmr.len), value);
	number = find_number(table, name);
	if(number == NULL)
		return "unknown name";
	return parse_octet(value, number) ? NULL : "a number of 0 to 255 is needed";
}

/* True if two LMR types have the same code. */
static bool has_equal_codes(const mclmr_short_message_table_t *table)
{
	for(int i = 0; i < MCLMR_LMR_COUNT; i++) {
		for(int j = 0; j < i; j++) {
			if(table->lmr_type[i] != NO_CODE
					&& table->lmr_type[i] == table->lmr_type[j])
				return true;
		}
	}
	return false;
}

/* What makes the numbers ambiguous, NULL if nothing does. */
static const char *find_conflict(const mclmr_short_message_table_t *table)
{
	if((table->request & table->type_mask) != table->request
			|| (table->response & table->type_mask) != table->response)
		return "a message type has bits outside type_mask";
	if(table->request == table->response)
		return "request and response are the same";
	if(has_equal_codes(table))
		return "two LMR types have the same code";
	return NULL;
}

const char *mclmr_short_message_configure(
		mclmr_short_message_table_t *table, mclmr_span_t text, size_t *line)
{
	mclmr_short_message_table_t changed = *table;
	const char *wrong;

	for(*line = 1; text.len > 0; ++*line) {
		mclmr_span_t rest = mclmr_span_cut(&text, '\n');

		wrong = configure_line(&changed, mclmr_span_cut(&rest, '#'));
		if(wrong != NULL)
			return wrong;
	}
	*line = 0;
	wrong = find_conflict(&changed);
	if(wrong == NULL)
		*table = changed;
	return wrong;
}

/* The octet at i. */
static int octet_at(mclmr_span_t octets, size_t i)
{
	return (unsigned char)octets.s[i];
}

/* Cuts an LV-E field at *offset, which moves past it; false if the
 * octets end before it does. */
static bool cut_lve(mclmr_span_t octets, size_t *offset, mclmr_span_t *value)
{
	size_t left = octets.len - *offset;
	size_t length;

	if(left < 2)
		return false;
	length = (size_t)octet_at(octets, *offset) << 8
			 | (size_t)octet_at(octets, *offset + 1);
	if(length > left - 2)
		return false;
	*value = (mclmr_span_t){octets.s + *offset + 2, length};
	*offset += 2 + length;
	return true;
}

/* Reads octet 1. */
static const char *decode_type(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, size_t *offset, mclmr_short_message_t *message)
{
	int type;

	if(octets.len == 0)
		return "empty";
	type = octet_at(octets, 0) & table->type_mask;
	if(type != table->request && type != table->response)
		return "unknown message type";
	message->response = type == table->response;
	*offset = 1;
	return NULL;
}

/* Reads the LMR type of a request; a response has none. */
static const char *decode_lmr_type(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, size_t *offset, mclmr_short_message_t *message)
{
	int code;

	if(message->response)
		return NULL;
	if(*offset == octets.len)
		return "ends before the LMR type";
	code = octet_at(octets, (*offset)++);
	for(int i = 0; i < MCLMR_LMR_COUNT; i++) {
		if(table->lmr_type[i] == code) {
			message->lmr_type = (mclmr_lmr_type_t)i;
			return NULL;
		}
	}
	return "unknown LMR type";
}

/* Reads the two identities. */
static const char *decode_identities(
		mclmr_span_t octets, size_t *offset, mclmr_short_message_t *message)
{
	if(!cut_lve(octets, offset, &message->mc_id))
		return "ends within the MC service ID";
	if(message->mc_id.len == 0)
		return "empty MC service ID";
	if(!cut_lve(octets, offset, &message->kmf_uri))
		return "ends within the KMF URI";
	if(message->kmf_uri.len == 0)
		return "empty KMF URI";
	return NULL;
}

const char *mclmr_short_message_next(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, size_t *offset, mclmr_short_message_ie_t *ie)
{
	size_t next = *offset;

	if(next >= octets.len)
		return "no information element left";
	ie->offset = next;
	ie->iei = octet_at(octets, next++);
	ie->has_value = ie->iei < FIRST_SHORT_IEI || ie->iei == table->payload_iei;
	ie->value = (mclmr_span_t){NULL, 0};
	if(ie->has_value && !cut_lve(octets, &next, &ie->value))
		return ie->iei == table->payload_iei
					   ? "ends within the payload"
					   : "ends within an information element";
	ie->size = next - *offset;
	*offset = next;
	return NULL;
}

/* Reads what follows the identities; of it, only a request's payload
 * counts. */
static const char *decode_rest(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, size_t offset, mclmr_short_message_t *message)
{
	mclmr_short_message_ie_t ie;

	while(offset < octets.len) {
		const char *wrong =
				mclmr_short_message_next(table, octets, &offset, &ie);

		if(wrong != NULL)
			return wrong;
		if(message->response || ie.iei != table->payload_iei)
			continue;
		if(message->has_payload)
			return "two payloads";
		message->has_payload = true;
		message->payload = ie.value;
	}
	return NULL;
}

const char *mclmr_short_message_decode(const mclmr_short_message_table_t *table,
		mclmr_span_t octets, mclmr_short_message_t *message)
{
	const char *wrong;
	size_t offset = 0;

	memset(message, 0, sizeof(*message));
	wrong = decode_type(table, octets, &offset, message);
	if(wrong == NULL)
		wrong = decode_lmr_type(table, octets, &offset, message);
	if(wrong == NULL)
		wrong = decode_identities(octets, &offset, message);
	if(wrong == NULL)
		wrong = decode_rest(table, octets, offset, message);
	return wrong;
}

/* What keeps the message from being encoded, NULL if nothing does. */
static const char *find_unfit(const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message)
{
	if(message->mc_id.len == 0)
		return "empty MC service ID";
	if(message->mc_id.len > MAX_LENGTH)
		return "MC service ID over 65,535 octets";
	if(message->kmf_uri.len == 0)
		return "empty KMF URI";
	if(message->kmf_uri.len > MAX_LENGTH)
		return "KMF URI over 65,535 octets";
	if(message->response)
		return NULL;
	if((unsigned)message->lmr_type >= MCLMR_LMR_COUNT
			|| table->lmr_type[message->lmr_type] == NO_CODE)
		return "LMR type without a code";
	if(message->has_payload && message->payload.len > MAX_LENGTH)
		return "payload over 65,535 octets";
	return NULL;
}

/* Writes a message that is fit. */
static void put_message(mclmr_octets_writer_t *writer,
		const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message)
{
	mclmr_octets_write_number(writer,
			(uint64_t)(message->response ? table->response : table->request),
			1);
	if(!message->response)
		mclmr_octets_write_number(
				writer, (uint64_t)table->lmr_type[message->lmr_type], 1);
	mclmr_octets_write_string(writer, message->mc_id, 2);
	mclmr_octets_write_string(writer, message->kmf_uri, 2);
	if(message->response || !message->has_payload)
		return;
	mclmr_octets_write_number(writer, (uint64_t)table->payload_iei, 1);
	mclmr_octets_write_string(writer, message->payload, 2);
}

const char *mclmr_short_message_encode(const mclmr_short_message_table_t *table,
		const mclmr_short_message_t *message, mclmr_arena_t *arena,
		mclmr_span_t *octets)
{
	const char *wrong = find_unfit(table, message);
	mclmr_octets_writer_t counter = MCLMR_OCTETS_COUNTER;
	mclmr_octets_writer_t writer;

	if(wrong != NULL)
		return wrong;
	put_message(&counter, table, message);
	writer = mclmr_octets_writer(arena, &counter);
	if(writer.full)
		return "no room for the message";
	put_message(&writer, table, message);
	*octets = mclmr_octets_written(&writer);
	return NULL;
}
