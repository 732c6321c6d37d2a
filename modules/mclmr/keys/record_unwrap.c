/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Key records, opened and checked for their user. */
#include <string.h>

#include <openssl/evp.h>

#include "key_state.h"
#include "record_unwrap.h"

#define LINE_SIZE 512 /* of a state's line without its user, and more */

const char *mclmr_record_outside(
		const mclmr_mikey_t *message, mclmr_record_outside_t *outside)
{
	mclmr_key_record_t record;
	mclmr_span_t sealed;
	const char *wrong = mclmr_key_record_peek(
			mclmr_mikey_extension(message, MCLMR_MIKEY_KEY_RECORD), &record,
			&sealed);

	if(wrong != NULL)
		return wrong;
	*outside = (mclmr_record_outside_t){.time = mclmr_mikey_time(message),
			.from_kms = message->initiator_kms,
			.to_kms = message->responder_kms,
			.kmf = record.kmf,
			.lmr_type = record.lmr_type,
			.sealed = sealed.len};
	if(!message->initiator.hidden)
		outside->from = message->initiator.value;
	if(!message->responder.hidden)
		outside->to = message->responder.value;
	return NULL;
}

/* True if a message that was opened can have a record: identities are clear,
 * as the record is bound to them. */
static bool is_of_record(const mclmr_mikey_t *message)
{
	return !message->initiator.hidden && !message->responder.hidden
		   && mclmr_mikey_purpose(message->csb_id) == MCLMR_PURPOSE_RECORD;
}

/* Opens the record of an opened message. */
static const char *open_record(mclmr_unwrapped_t *unwrapped)
{
	const mclmr_mikey_t *message = unwrapped->message;
	mclmr_arena_t arena =
			mclmr_arena(unwrapped->memory, sizeof(unwrapped->memory));
	mclmr_record_binding_t binding = {.ssv = unwrapped->opened.key,
			.csb_id = message->csb_id,
			.rand = message->rand,
			.from = message->initiator.value,
			.to = message->responder.value};

	return mclmr_key_record_open(
			mclmr_mikey_extension(message, MCLMR_MIKEY_KEY_RECORD), &binding,
			&arena, &unwrapped->record);
}

/* True if the record is of the key period that its message opened in. */
static bool is_of_period(const mclmr_unwrapped_t *unwrapped)
{
	const mclmr_mikey_opened_t *opened = &unwrapped->opened;

	return opened->by_self
		   || unwrapped->record.key_period == opened->holder->keys->number;
}

/* True if the record is of the wished KMF and LMR type. */
static bool is_wished(
		const mclmr_key_record_t *record, const mclmr_unwrap_wish_t *wish)
{
	const char *lmr = mclmr_lmr_type_word(record->lmr_type);

	return (wish->kmf.s == NULL || mclmr_span_equal(record->kmf, wish->kmf))
		   && (wish->lmr.s == NULL
				   || mclmr_span_equal(mclmr_span(lmr), wish->lmr));
}

/* Verifies and opens the message. */
static mclmr_unwrap_fault_t open_message(mclmr_unwrapped_t *unwrapped,
		mclmr_keyring_t *ring, const mclmr_unwrap_wish_t *wish)
{
	mclmr_mikey_wish_t of_message = {.from = wish->from,
			.has_now = wish->has_now,
			.now = wish->now,
			.max_skew = MCLMR_MIKEY_MAX_SKEW,
			.stored = true};

	unwrapped->message_fault = mclmr_mikey_open(
			unwrapped->message, ring, &of_message, &unwrapped->opened);
	if(unwrapped->message_fault == MCLMR_MIKEY_GENUINE)
		return MCLMR_UNWRAP_OPENED;
	unwrapped->why = mclmr_mikey_fault_words(unwrapped->message_fault);
	return MCLMR_UNWRAP_MESSAGE;
}

/* Opens the record, and checks what it says. */
static mclmr_unwrap_fault_t check_record(
		mclmr_unwrapped_t *unwrapped, const mclmr_unwrap_wish_t *wish)
{
	const mclmr_key_record_t *record = &unwrapped->record;

	if(!is_of_record(unwrapped->message))
		return MCLMR_UNWRAP_NO_RECORD;
	unwrapped->why = open_record(unwrapped);
	if(unwrapped->why != NULL)
		return MCLMR_UNWRAP_RECORD;
	if(!is_of_period(unwrapped))
		return MCLMR_UNWRAP_OTHER_PERIOD;
	if(!is_wished(record, wish))
		return MCLMR_UNWRAP_OTHER_KEY;
	if(record->not_after != 0 && wish->now > record->not_after)
		return MCLMR_UNWRAP_EXPIRED;
	return MCLMR_UNWRAP_OPENED;
}

mclmr_unwrap_fault_t mclmr_record_unwrap(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_unwrap_wish_t *wish,
		mclmr_unwrapped_t *unwrapped)
{
	static const char *const words[] = {
			[MCLMR_UNWRAP_NO_RECORD] = "the message is not one of a key record",
			[MCLMR_UNWRAP_OTHER_PERIOD] =
					"the record is of another key period than its message",
			[MCLMR_UNWRAP_OTHER_KEY] = "the key is of another KMF or LMR type",
			[MCLMR_UNWRAP_EXPIRED] = "the key is not valid any more",
	};
	mclmr_unwrap_fault_t fault;

	memset(unwrapped, 0, sizeof(*unwrapped));
	unwrapped->message = message;
	unwrapped->time = mclmr_mikey_time(message);
	fault = open_message(unwrapped, ring, wish);
	if(fault != MCLMR_UNWRAP_OPENED)
		return fault;
	unwrapped->period = (uint32_t)mclmr_key_period_number(
			unwrapped->opened.holder->issuer->certificate->period, wish->now);
	fault = check_record(unwrapped, wish);
	if(fault != MCLMR_UNWRAP_OPENED && unwrapped->why == NULL)
		unwrapped->why = words[fault];
	return fault;
}

size_t mclmr_record_take_size(const mclmr_unwrapped_t *unwrapped, size_t before)
{
	size_t user = unwrapped->message->responder.value.len;

	/* For each key the text, which at most doubles, and lines with the user. */
	return 2 * (before + (user + LINE_SIZE) * (MCLMR_RECORD_MAX_KEYS + 1))
		   * (MCLMR_RECORD_MAX_KEYS + 1);
}

/* The verdict of a state as one of a record. */
static mclmr_take_verdict_t verdict_of(
		mclmr_key_verdict_t verdict, const char **why)
{
	switch(verdict) {
		case MCLMR_KEY_NEW:
			return MCLMR_TAKE_NEW;
		case MCLMR_KEY_KNOWN:
			return MCLMR_TAKE_KNOWN;
		case MCLMR_KEY_OLDER:
			*why = "an older message than one that was opened before, for the "
				   "same user, LMR type and key";
			return MCLMR_TAKE_REFUSED;
		case MCLMR_KEY_AMBIGUOUS:
			*why = "another message of the same time was opened before, for "
				   "the same user, LMR type and key";
			return MCLMR_TAKE_REFUSED;
		default:
			*why = "the state is not readable";
			return MCLMR_TAKE_NO_STATE;
	}
}

mclmr_take_verdict_t mclmr_record_take(const mclmr_unwrapped_t *unwrapped,
		mclmr_span_t before, mclmr_arena_t *arena, mclmr_span_t *after,
		const char **why)
{
	const mclmr_mikey_t *message = unwrapped->message;
	mclmr_key_taken_t taken = {.user = message->responder.value,
			.record = &unwrapped->record,
			.period = unwrapped->period,
			.timestamp = message->timestamp};
	mclmr_take_verdict_t verdict;

	*why = NULL;
	*after = before;
	if(before.s != NULL && before.len == 0) {
		*why = "the state is empty: remove it to begin anew";
		return MCLMR_TAKE_NO_STATE;
	}
	if(EVP_Digest(message->covered.s, message->covered.len, taken.digest, NULL,
			   EVP_sha256(), NULL)
			!= 1) {
		*why = "the message has no digest";
		return MCLMR_TAKE_REFUSED;
	}
	verdict =
			verdict_of(mclmr_key_state_take(before, &taken, arena, after), why);
	if(verdict != MCLMR_TAKE_NEW)
		*after = before;
	return verdict;
}
