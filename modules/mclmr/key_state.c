/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>

#include "key_state.h"
#include "mikey_uid.h"
#include "octets.h"

#define TITLE "mclmr key state 1"
#define KEY_ID_SIZE (2 * MCLMR_RECORD_MAX_KEY_ID + 1)
#define LINE_SIZE 160 /* of a line without its user */

/* A line: timestamp, digest, status, LMR type, key identifier, user. */
typedef struct line
{
	uint64_t timestamp;
	uint8_t digest[MCLMR_KEY_STATE_DIGEST];
	bool revoked;
	mclmr_span_t who; /* LMR type, key identifier and user, as written */
} line_t;

/* Reads a line. */
static bool read_line(mclmr_span_t text, line_t *line)
{
	mclmr_span_t timestamp = mclmr_span_cut(&text, ' ');
	mclmr_span_t digest = mclmr_span_cut(&text, ' ');
	mclmr_span_t status = mclmr_span_cut(&text, ' ');
	uint8_t octets[8];

	if(mclmr_octets_from_hex(timestamp, octets, 8) != 8
			|| mclmr_octets_from_hex(digest, line->digest, sizeof line->digest)
					   != sizeof line->digest)
		return false;
	line->timestamp = mclmr_octets_get(octets, 8);
	line->revoked = mclmr_span_equal(status, MCLMR_SPAN("revoked"));
	line->who = text;
	return text.len > 0;
}

/* A key identifier as a number in hexadecimal: 0001 and 01 are the same. */
static void write_key_id(mclmr_span_t key_id, char to[KEY_ID_SIZE])
{
	const uint8_t *octets = mclmr_octets(key_id);
	size_t n = key_id.len;

	while(n > 1 && *octets == 0) {
		octets++;
		n--;
	}
	mclmr_octets_to_hex(octets, n, to);
}

/* The end of a key's line, in the arena. */
static bool write_who(const mclmr_key_taken_t *taken, size_t key,
		mclmr_arena_t *arena, mclmr_span_t *who)
{
	size_t size = LINE_SIZE + taken->user.len;
	char *text = mclmr_arena_alloc(arena, size);
	char key_id[KEY_ID_SIZE];
	int n;

	if(text == NULL)
		return false;
	write_key_id(taken->record->key[key].key_id, key_id);
	n = snprintf(text, size, "%s %s %.*s",
			mclmr_lmr_type_word(taken->record->lmr_type), key_id,
			MCLMR_FMT(taken->user));
	*who = (mclmr_span_t){text, (size_t)n};
	return n > 0 && (size_t)n < size;
}

/* -1, 0 or 1 as a timestamp is before, of or behind another, beyond the end
 * of the era in 2036 too. */
static int compare(uint64_t a, uint64_t b)
{
	uint64_t seconds_a = mclmr_ntp_seconds(a);
	uint64_t seconds_b = mclmr_ntp_seconds(b);

	if(seconds_a != seconds_b)
		return seconds_a < seconds_b ? -1 : 1;
	return a == b ? 0 : (a < b ? -1 : 1);
}

/* What a line about the same key says to a record. */
static mclmr_key_verdict_t judge(
		const line_t *line, const mclmr_key_taken_t *taken)
{
	bool revokes = taken->record->status == MCLMR_RECORD_REVOKED;
	int order = compare(taken->timestamp, line->timestamp);

	if(order != 0)
		return order < 0 ? MCLMR_KEY_OLDER : MCLMR_KEY_NEW;
	if(memcmp(line->digest, taken->digest, sizeof line->digest) == 0)
		return MCLMR_KEY_KNOWN;
	if(revokes != line->revoked)
		return revokes ? MCLMR_KEY_NEW : MCLMR_KEY_OLDER;
	return MCLMR_KEY_AMBIGUOUS;
}

/* Where the lines of the new state are written to. */
typedef struct writer
{
	char *to;
	size_t length;
} writer_t;

static void put(writer_t *writer, mclmr_span_t text)
{
	memcpy(writer->to + writer->length, text.s, text.len);
	writer->length += text.len;
	writer->to[writer->length++] = '\n';
}

/* Writes the line of a key that is taken. */
static void put_line(
		writer_t *writer, const mclmr_key_taken_t *taken, mclmr_span_t who)
{
	char digest[2 * MCLMR_KEY_STATE_DIGEST + 1];
	int n;

	mclmr_octets_to_hex(taken->digest, MCLMR_KEY_STATE_DIGEST, digest);
	n = sprintf(writer->to + writer->length, "%016llx %s %s %.*s\n",
			(unsigned long long)taken->timestamp, digest,
			mclmr_record_status_word(taken->record->status), MCLMR_FMT(who));
	writer->length += (size_t)n;
}

/* Goes through the lines of the state before: those of other keys are kept,
 * the one of this key is judged. The worst verdict so far. */
static mclmr_key_verdict_t go_through(mclmr_span_t text,
		const mclmr_key_taken_t *taken, mclmr_span_t who, writer_t *writer)
{
	mclmr_key_verdict_t verdict = MCLMR_KEY_NEW;
	line_t line;

	while(text.len > 0) {
		mclmr_span_t one = mclmr_span_cut(&text, '\n');

		if(!read_line(one, &line))
			return MCLMR_KEY_UNREADABLE;
		if(!mclmr_span_equal(line.who, who)) {
			put(writer, one);
			continue;
		}
		verdict = judge(&line, taken);
		if(verdict != MCLMR_KEY_NEW && verdict != MCLMR_KEY_KNOWN)
			return verdict;
	}
	return verdict;
}

/* Takes one key of a record over into the state. */
static mclmr_key_verdict_t take_key(mclmr_span_t text,
		const mclmr_key_taken_t *taken, size_t key, mclmr_arena_t *arena,
		mclmr_span_t *after)
{
	size_t size =
			text.len + sizeof TITLE + LINE_SIZE + LINE_SIZE + taken->user.len;
	writer_t writer = {mclmr_arena_alloc(arena, size), 0};
	mclmr_key_verdict_t verdict;
	mclmr_span_t who;

	if(writer.to == NULL || !write_who(taken, key, arena, &who))
		return MCLMR_KEY_UNREADABLE;
	if(text.len > 0
			&& !mclmr_span_equal(
					mclmr_span_cut(&text, '\n'), MCLMR_SPAN(TITLE)))
		return MCLMR_KEY_UNREADABLE;
	put(&writer, MCLMR_SPAN(TITLE));
	verdict = go_through(text, taken, who, &writer);
	put_line(&writer, taken, who);
	*after = (mclmr_span_t){writer.to, writer.length};
	return verdict;
}

mclmr_key_verdict_t mclmr_key_state_take(mclmr_span_t text,
		const mclmr_key_taken_t *taken, mclmr_arena_t *arena,
		mclmr_span_t *after)
{
	mclmr_key_verdict_t all = MCLMR_KEY_KNOWN;

	*after = text;
	for(size_t i = 0; i < taken->record->keys; i++) {
		mclmr_key_verdict_t one = take_key(*after, taken, i, arena, after);

		if(one != MCLMR_KEY_NEW && one != MCLMR_KEY_KNOWN)
			return one;
		if(one == MCLMR_KEY_NEW)
			all = MCLMR_KEY_NEW;
	}
	return all;
}
