/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Key records, sealed and signed for their user. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "record_wrap.h"

/* The time of a message that is made ahead: in the first second of the next
 * period, and rising with the time that it is made at. */
static uint64_t ahead(mclmr_key_period_t period, uint64_t timestamp)
{
	int64_t at = mclmr_unix_seconds(timestamp);
	uint64_t number = mclmr_key_period_number(period, at);
	int64_t begin = mclmr_key_period_begin(period, number);
	int64_t end = mclmr_key_period_begin(period, number + 1);
	uint64_t elapsed = at < begin ? 0
								  : (uint64_t)(at - begin) << 32
											| (timestamp & UINT32_MAX);

	return mclmr_ntp_timestamp(end) | elapsed / (uint64_t)(end - begin);
}

/* True if the key period of now ends late enough. */
static bool is_not_due(
		const mclmr_record_order_t *order, mclmr_key_period_t period)
{
	int64_t end = mclmr_key_period_begin(
			period, mclmr_key_period_number(period, order->now) + 1);

	return order->ahead && (uint64_t)(end - order->now) > order->due;
}

/* Finds the user's certificate. */
static const char *find_issuer(mclmr_record_wrap_t *wrap, mclmr_keyring_t *ring)
{
	const mclmr_record_order_t *order = wrap->order;
	int64_t at = mclmr_unix_seconds(order->timestamp);
	const char *wrong = NULL;

	wrap->message.to = order->to;
	wrap->message.issuer = mclmr_keyring_issuer_for(
			ring, order->to_kms, order->to, at, &wrong);
	return wrap->message.issuer == NULL ? wrong : NULL;
}

/* Finds the sender's keys at the time of the message. */
static const char *find_signer(mclmr_record_wrap_t *wrap, mclmr_keyring_t *ring)
{
	mclmr_mikey_order_t *message = &wrap->message;
	const char *wrong = NULL;

	message->timestamp = wrap->order->timestamp;
	if(wrap->order->ahead)
		message->timestamp =
				ahead(message->issuer->certificate->period, message->timestamp);
	message->sender = mclmr_keyring_signer(ring, wrap->order->from,
			mclmr_unix_seconds(message->timestamp), &wrong);
	return message->sender == NULL ? wrong : NULL;
}

mclmr_wrap_state_t mclmr_record_wrap_begin(mclmr_record_wrap_t *wrap,
		const mclmr_record_order_t *order, mclmr_keyring_t *ring,
		const char **wrong)
{
	mclmr_mikey_order_t *message = &wrap->message;

	memset(wrap, 0, sizeof(*wrap));
	wrap->order = order;
	*wrong = find_issuer(wrap, ring);
	if(*wrong != NULL)
		return MCLMR_WRAP_REFUSED;
	/* A message that is not due does not need the sender's next keys. */
	if(is_not_due(order, message->issuer->certificate->period))
		return MCLMR_WRAP_NOT_DUE;
	*wrong = find_signer(wrap, ring);
	if(*wrong == NULL
			&& !mclmr_mikey_new_id(MCLMR_PURPOSE_RECORD, &message->key_id))
		*wrong = "no random octets";
	if(*wrong == NULL)
		*wrong = mclmr_mikey_begin(ring, message, NULL, &wrap->draft);
	return *wrong == NULL ? MCLMR_WRAP_BEGUN : MCLMR_WRAP_REFUSED;
}

/* The record as it is for the period of its message. */
static mclmr_key_record_t record_of(const mclmr_record_wrap_t *wrap)
{
	mclmr_key_record_t record = wrap->order->record;

	record.key_period = (uint32_t)mclmr_key_period_number(
			wrap->message.issuer->certificate->period,
			mclmr_unix_seconds(wrap->message.timestamp));
	return record;
}

const char *mclmr_record_wrap_finish(mclmr_record_wrap_t *wrap,
		mclmr_keyring_t *ring, mclmr_arena_t *arena, mclmr_span_t *octets)
{
	mclmr_mikey_draft_t *draft = &wrap->draft;
	mclmr_record_binding_t binding = {.ssv = draft->job.ssv,
			.csb_id = draft->csb_id,
			.rand = MCLMR_OCTETS(draft->rand),
			.from = wrap->message.sender->keys->user,
			.to = wrap->message.to};
	mclmr_key_record_t record = record_of(wrap);
	mclmr_span_t data;
	const char *wrong;

	if(draft->job.result != MCLMR_CRYPTO_OK)
		return mclmr_crypto_words(draft->job.result);
	wrong = mclmr_key_record_write(&record, &binding, arena, &data);
	if(wrong != NULL)
		return wrong;
	return mclmr_mikey_finish(ring, draft, data, arena, octets);
}

const char *mclmr_record_wrap(mclmr_record_wrap_t *wrap,
		const mclmr_record_order_t *order, mclmr_keyring_t *ring,
		mclmr_arena_t *arena, mclmr_span_t *octets)
{
	const char *wrong;
	mclmr_wrap_state_t state =
			mclmr_record_wrap_begin(wrap, order, ring, &wrong);

	if(state == MCLMR_WRAP_NOT_DUE)
		return "the user's key period ends late enough";
	if(state != MCLMR_WRAP_BEGUN)
		return wrong;
	(void)mclmr_sakke_encapsulate_many(
			mclmr_keyring_sakke(ring), &wrap->draft.job, 1);
	return mclmr_record_wrap_finish(wrap, ring, arena, octets);
}
