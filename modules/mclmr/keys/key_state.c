/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which key records were taken before, as a text that is stored. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/text.h"
#include "key_state.h"
#include "mikey_uid.h"

#define TITLE "mclmr key state 2"

/* A line: timestamp, digest, status, key period, LMR type, key identifier,
 * user. */
typedef struct line
{
	uint64_t timestamp;
	uint8_t digest[MCLMR_KEY_STATE_DIGEST];
	bool revoked;
	uint32_t period;
	mclmr_span_t who; /* LMR type, key identifier and user, as written */
} line_t;

/* Reads a line. */
static bool read_line(mclmr_span_t text, line_t *line)
{
	mclmr_span_t timestamp = mclmr_span_cut(&text, ' ');
	mclmr_span_t digest = mclmr_span_cut(&text, ' ');
	mclmr_span_t status = mclmr_span_cut(&text, ' ');
	mclmr_span_t period = mclmr_span_cut(&text, ' ');
	uint8_t octets[8];
	uint8_t number[4];

	if(mclmr_octets_from_hex(timestamp, octets, 8) != 8
			|| mclmr_octets_from_hex(digest, line->digest, sizeof(line->digest))
					   != sizeof(line->digest)
			|| mclmr_octets_from_hex(period, number, 4) != 4)
		return false;
	line->timestamp = mclmr_octets_get(octets, 8);
	line->revoked = mclmr_span_equal(status, MCLMR_SPAN("revoked"));
	line->period = (uint32_t)mclmr_octets_get(number, 4);
	line->who = text;
	return text.len > 0;
}

/* Writes a key identifier as a number: 0001 and 01 are the same. */
static void put_key_id(mclmr_text_t *text, mclmr_span_t key_id)
{
	while(key_id.len > 1 && *key_id.s == 0)
		key_id = mclmr_span_from(key_id, key_id.s + 1);
	mclmr_text_hex(text, key_id);
}

/* The end of a key's line, in the arena. */
static bool write_who(const mclmr_key_taken_t *taken, size_t key,
		mclmr_arena_t *arena, mclmr_span_t *who)
{
	mclmr_text_t text = mclmr_text(arena);

	mclmr_text_string(&text, mclmr_lmr_type_word(taken->record->lmr_type));
	mclmr_text_char(&text, ' ');
	put_key_id(&text, taken->record->key[key].key_id);
	mclmr_text_char(&text, ' ');
	mclmr_text_put(&text, taken->user);
	return mclmr_text_done(&text, who);
}

/* -1, 0 or 1 as a timestamp is before, of or after another, beyond the end
 * of the era in 2036 too. */
static int compare(uint64_t a, uint64_t b)
{
	int64_t seconds_a = mclmr_unix_seconds(a);
	int64_t seconds_b = mclmr_unix_seconds(b);

	if(seconds_a != seconds_b)
		return seconds_a < seconds_b ? -1 : 1;
	return a == b ? 0 : (a < b ? -1 : 1);
}

/* True for a record that revokes its keys. */
static bool is_revocation(const mclmr_key_taken_t *taken)
{
	return taken->record->status == MCLMR_RECORD_REVOKED;
}

/* True if a line of a later key period does not make a record older: that
 * period has not begun, or a revocation is of the one before, in which the
 * other may have been made ahead. */
static bool is_ahead(const line_t *line, const mclmr_key_taken_t *taken)
{
	return line->period > taken->period
		   || (is_revocation(taken)
				   && line->period == taken->record->key_period + 1);
}

/* What a line about the same key says to a record. */
static mclmr_key_verdict_t judge(
		const line_t *line, const mclmr_key_taken_t *taken)
{
	bool revokes = is_revocation(taken);
	int order = compare(taken->timestamp, line->timestamp);

	if(line->period < taken->record->key_period)
		return MCLMR_KEY_NEW;
	if(line->period > taken->record->key_period)
		return is_ahead(line, taken) ? MCLMR_KEY_NEW : MCLMR_KEY_OLDER;
	if(order != 0)
		return order < 0 ? MCLMR_KEY_OLDER : MCLMR_KEY_NEW;
	if(memcmp(line->digest, taken->digest, sizeof(line->digest)) == 0)
		return MCLMR_KEY_KNOWN;
	if(revokes != line->revoked)
		return revokes ? MCLMR_KEY_NEW : MCLMR_KEY_OLDER;
	return MCLMR_KEY_AMBIGUOUS;
}

/* Writes a line as it was read. */
static void put_same(mclmr_text_t *text, mclmr_span_t line)
{
	mclmr_text_put(text, line);
	mclmr_text_char(text, '\n');
}

/* Writes a number as n octets in hexadecimal, and a blank. */
static void put_number(mclmr_text_t *text, uint64_t number, size_t n)
{
	uint8_t octets[8];

	mclmr_octets_put(octets, number, n);
	mclmr_text_hex(text, mclmr_octets_span(octets, n));
	mclmr_text_char(text, ' ');
}

/* Writes a line about a key that is taken. */
static void put_line(mclmr_text_t *text, const mclmr_key_taken_t *taken,
		uint64_t timestamp, uint32_t period, mclmr_span_t who)
{
	put_number(text, timestamp, 8);
	mclmr_text_hex(text, MCLMR_OCTETS(taken->digest));
	mclmr_text_char(text, ' ');
	mclmr_text_string(text, mclmr_record_status_word(taken->record->status));
	mclmr_text_char(text, ' ');
	put_number(text, period, 4);
	put_same(text, who);
}

/* Writes what becomes of a line about the same key, but for the one of the
 * same key period: a revocation ends the later ones; of earlier periods only
 * the last one can still matter. */
static void put_other(mclmr_text_t *after, const line_t *line,
		const mclmr_key_taken_t *taken, mclmr_span_t text)
{
	uint32_t period = taken->record->key_period;

	if(line->period > period && is_revocation(taken))
		put_line(after, taken, line->timestamp, line->period, line->who);
	else if(line->period > period || line->period + 1 == period
			|| (line->period < period && period > taken->period))
		put_same(after, text);
}

/* Goes through the lines of the state before: those of other keys are kept,
 * those of this key are judged. The worst verdict so far. */
static mclmr_key_verdict_t go_through(mclmr_span_t text,
		const mclmr_key_taken_t *taken, mclmr_span_t who, mclmr_text_t *after)
{
	mclmr_key_verdict_t verdict = MCLMR_KEY_NEW;
	mclmr_key_verdict_t said;
	line_t line;

	while(text.len > 0) {
		mclmr_span_t one = mclmr_span_cut(&text, '\n');

		if(!read_line(one, &line))
			return MCLMR_KEY_UNREADABLE;
		if(!mclmr_span_equal(line.who, who)) {
			put_same(after, one);
			continue;
		}
		put_other(after, &line, taken, one);
		said = judge(&line, taken);
		if(said == MCLMR_KEY_KNOWN)
			verdict = said;
		else if(said != MCLMR_KEY_NEW)
			return said;
	}
	return verdict;
}

/* Takes one key of a record over into the state. */
static mclmr_key_verdict_t take_key(mclmr_span_t text,
		const mclmr_key_taken_t *taken, size_t key, mclmr_arena_t *arena,
		mclmr_span_t *after)
{
	mclmr_key_verdict_t verdict;
	mclmr_text_t state;
	mclmr_span_t who;

	if(!write_who(taken, key, arena, &who))
		return MCLMR_KEY_UNREADABLE;
	if(text.len > 0
			&& !mclmr_span_equal(
					mclmr_span_cut(&text, '\n'), MCLMR_SPAN(TITLE)))
		return MCLMR_KEY_UNREADABLE;
	state = mclmr_text(arena);
	put_same(&state, MCLMR_SPAN(TITLE));
	verdict = go_through(text, taken, who, &state);
	if(verdict != MCLMR_KEY_NEW)
		return verdict;
	put_line(&state, taken, taken->timestamp, taken->record->key_period, who);
	return mclmr_text_done(&state, after) ? MCLMR_KEY_NEW
										  : MCLMR_KEY_UNREADABLE;
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
