/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whether a MIKEY-SAKKE message is genuine, and the key in it. */
#include <string.h>

#include <openssl/crypto.h>

#include "mikey_open.h"

#define SCHEME_3GPP 2 /* hashed UID */

/* How a user's keys fit a message, from worse to better. */
typedef enum fit
{
	NOT_HIS,
	OTHER_PERIOD,
	UNUSABLE,
	FITS
} fit_t;

const char *mclmr_mikey_fault_words(mclmr_mikey_fault_t fault)
{
	static const char *const words[MCLMR_MIKEY_FAULTS] = {
			[MCLMR_MIKEY_GENUINE] = "genuine",
			[MCLMR_MIKEY_SKEW] = "the message is not of this time",
			[MCLMR_MIKEY_OTHER_PERIOD] =
					"the message is not of this key period",
			[MCLMR_MIKEY_SCHEME] = "its identifiers are not those of TS 33.180",
			[MCLMR_MIKEY_NO_CERTIFICATE] =
					"there is no certificate of the sender's key management "
					"server",
			[MCLMR_MIKEY_REVOKED] =
					"the certificate of the sender's key management server is "
					"revoked, or not valid at the time of the message",
			[MCLMR_MIKEY_WRONG_SENDER] =
					"the sender is not the one that is expected",
			[MCLMR_MIKEY_BAD_SIGNATURE] = "the signature is not genuine",
			[MCLMR_MIKEY_NOT_FOR_US] = "there are no keys of its recipient",
			[MCLMR_MIKEY_NO_PERIOD] =
					"there are no keys of its recipient for its key period",
			[MCLMR_MIKEY_KEYS_REVOKED] =
					"the recipient's keys or certificate are revoked, or not "
					"valid at the time of the message",
			[MCLMR_MIKEY_BAD_KEYS] =
					"the recipient's key is not of this user and server",
			[MCLMR_MIKEY_BAD_DATA] =
					"the key in it does not open with the recipient's keys",
	};

	return words[fault];
}

bool mclmr_mikey_fault_of_time(mclmr_mikey_fault_t fault)
{
	return fault == MCLMR_MIKEY_SKEW || fault == MCLMR_MIKEY_OTHER_PERIOD
		   || fault == MCLMR_MIKEY_NO_PERIOD || fault == MCLMR_MIKEY_REVOKED
		   || fault == MCLMR_MIKEY_KEYS_REVOKED;
}

int64_t mclmr_mikey_time(const mclmr_mikey_t *message)
{
	return mclmr_unix_seconds(message->timestamp);
}

/* True if two times are at most so many seconds from each other. */
static bool is_near(int64_t a, int64_t b, uint32_t seconds)
{
	return a - b <= (int64_t)seconds && b - a <= (int64_t)seconds;
}

/* What a stored message has to be: of the key period of now, of the next one
 * (made in advance), or of the last one while the boundary is near. */
static bool is_of_now(const mclmr_kms_certificate_t *certificate,
		const mclmr_mikey_wish_t *wish, int64_t at)
{
	uint64_t number = mclmr_key_period_number(certificate->period, at);
	uint64_t numbers[MCLMR_KEY_PERIODS];
	size_t n = mclmr_key_periods(
			certificate->period, wish->now, wish->max_skew, numbers);

	for(size_t i = 0; i < n; i++) {
		if(numbers[i] == number)
			return true;
	}
	return numbers[0] + 1 == number;
}

/* The fault of a message's time, before anything is known of its sender. */
static mclmr_mikey_fault_t check_time(
		const mclmr_mikey_t *message, const mclmr_mikey_wish_t *wish)
{
	if(wish->has_now && !wish->stored
			&& !is_near(mclmr_mikey_time(message), wish->now, wish->max_skew))
		return MCLMR_MIKEY_SKEW;
	return MCLMR_MIKEY_GENUINE;
}

/* Verifies with one certificate and one period. */
static bool is_signed_by(const mclmr_mikey_t *message, mclmr_keyring_t *ring,
		mclmr_mikey_proof_t *proof)
{
	const mclmr_kms_certificate_t *certificate = proof->certificate;

	if(message->initiator.hidden)
		memcpy(proof->uid, message->initiator.value.s, sizeof(proof->uid));
	else if(!mclmr_mikey_uid(message->initiator.value, certificate->kms,
					certificate->period, proof->number, proof->uid))
		return false;
	return mclmr_eccsi_verify(mclmr_keyring_eccsi(ring),
				   MCLMR_OCTETS(certificate->kpak), MCLMR_OCTETS(proof->uid),
				   message->covered, message->signature)
		   == MCLMR_CRYPTO_OK;
}

/* Finds out whether a hidden initiator, whose signature is genuine, is the
 * wished one; the UID has to be of one of the periods. */
static bool is_wished(const mclmr_mikey_wish_t *wish, const uint64_t *numbers,
		size_t n, mclmr_mikey_proof_t *proof)
{
	const mclmr_kms_certificate_t *certificate = proof->certificate;
	uint8_t uid[MCLMR_UID_SIZE];

	for(size_t i = 0; i < n; i++) {
		if(!mclmr_mikey_uid(wish->from, certificate->kms, certificate->period,
				   numbers[i], uid)
				|| memcmp(uid, proof->uid, sizeof(uid)) != 0)
			continue;
		proof->number = numbers[i];
		return true;
	}
	return false;
}

/* Verifies with one certificate: in every period that the time may be of;
 * a hidden initiator has a UID and needs no trying. */
static mclmr_mikey_fault_t verify_with(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_mikey_wish_t *wish,
		mclmr_mikey_proof_t *proof)
{
	bool hidden = message->initiator.hidden;
	int64_t at = mclmr_mikey_time(message);
	uint64_t numbers[MCLMR_KEY_PERIODS];
	size_t n = mclmr_key_periods(
			proof->certificate->period, at, wish->max_skew, numbers);
	bool genuine = false;

	for(size_t i = 0; i < (hidden ? 1 : n) && !genuine; i++) {
		proof->number = numbers[i];
		genuine = is_signed_by(message, ring, proof);
	}
	if(!genuine)
		return MCLMR_MIKEY_BAD_SIGNATURE;
	proof->confirmed = !hidden || wish->from.len > 0;
	if(hidden && wish->from.len > 0 && !is_wished(wish, numbers, n, proof))
		return MCLMR_MIKEY_WRONG_SENDER;
	if(wish->has_now && wish->stored
			&& !is_of_now(proof->certificate, wish, at))
		return MCLMR_MIKEY_OTHER_PERIOD;
	return MCLMR_MIKEY_GENUINE;
}

mclmr_mikey_fault_t mclmr_mikey_verify(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_mikey_wish_t *wish,
		mclmr_mikey_proof_t *proof)
{
	mclmr_mikey_fault_t fault = check_time(message, wish);
	mclmr_mikey_fault_t said;
	int64_t at = mclmr_mikey_time(message);

	memset(proof, 0, sizeof(*proof));
	if(fault != MCLMR_MIKEY_GENUINE)
		return fault;
	if(message->sakke.scheme != SCHEME_3GPP)
		return MCLMR_MIKEY_SCHEME;
	if(!message->initiator.hidden && wish->from.len > 0
			&& !mclmr_span_equal(message->initiator.value, wish->from))
		return MCLMR_MIKEY_WRONG_SENDER;
	fault = MCLMR_MIKEY_NO_CERTIFICATE;
	for(mclmr_issuer_t *i = mclmr_keyring_issuers(ring); i != NULL;
			i = i->next) {
		if(!mclmr_span_equal(i->certificate->kms, message->initiator_kms))
			continue;
		if(!mclmr_issuer_usable(i, at)) {
			if(fault == MCLMR_MIKEY_NO_CERTIFICATE)
				fault = MCLMR_MIKEY_REVOKED;
			continue;
		}
		proof->certificate = i->certificate;
		said = verify_with(message, ring, wish, proof);
		if(said == MCLMR_MIKEY_GENUINE)
			return said;
		/* Another certificate of these keys may have other periods. */
		if(said != MCLMR_MIKEY_BAD_SIGNATURE || fault == MCLMR_MIKEY_REVOKED
				|| fault == MCLMR_MIKEY_NO_CERTIFICATE)
			fault = said;
	}
	return fault;
}

/* True if keys are those of a period that the time may be of. */
static bool is_period_near(
		const mclmr_holder_t *holder, int64_t at, uint32_t slack)
{
	uint64_t numbers[MCLMR_KEY_PERIODS];
	size_t n = mclmr_key_periods(
			holder->issuer->certificate->period, at, slack, numbers);

	for(size_t i = 0; i < n; i++) {
		if(numbers[i] == holder->keys->number)
			return true;
	}
	return false;
}

/* True if a hidden identity is that of the user in the message's period,
 * which the keys are not of. */
static bool is_his_then(const mclmr_holder_t *holder,
		const mclmr_mikey_t *message, mclmr_span_t value)
{
	mclmr_key_period_t period = holder->issuer->certificate->period;
	int64_t at = mclmr_mikey_time(message);
	uint8_t uid[MCLMR_UID_SIZE];

	return mclmr_mikey_uid(holder->keys->user, holder->keys->kms, period,
				   mclmr_key_period_number(period, at), uid)
		   && mclmr_span_equal(value, MCLMR_OCTETS(uid));
}

/* Whose a message is: an identity and its server. */
typedef struct address
{
	const mclmr_mikey_identity_t *identity;
	mclmr_span_t kms;
} address_t;

/* How a key set fits one of the identities of a message. */
static fit_t fit(const mclmr_holder_t *holder, const address_t *address,
		const mclmr_mikey_t *message, uint32_t slack)
{
	const mclmr_kms_keys_t *keys = holder->keys;
	mclmr_span_t value = address->identity->value;

	if(!keys->can_open || !mclmr_span_equal(keys->kms, address->kms))
		return NOT_HIS;
	if(address->identity->hidden
			&& !mclmr_span_equal(value, MCLMR_OCTETS(holder->uid)))
		return is_his_then(holder, message, value) ? OTHER_PERIOD : NOT_HIS;
	if(!address->identity->hidden && !mclmr_span_equal(value, keys->user))
		return NOT_HIS;
	if(!is_period_near(holder, mclmr_mikey_time(message), slack))
		return OTHER_PERIOD;
	if(!mclmr_holder_usable(holder, mclmr_mikey_time(message)))
		return UNUSABLE;
	return FITS;
}

/* Opens data with one key set. */
static mclmr_mikey_fault_t open_with(mclmr_keyring_t *ring,
		mclmr_holder_t *holder, mclmr_span_t data, mclmr_mikey_opened_t *opened)
{
	const mclmr_sakke_key_t *key = mclmr_holder_tables(ring, holder);

	if(key == NULL)
		return MCLMR_MIKEY_BAD_KEYS;
	if(mclmr_sakke_decapsulate(mclmr_keyring_sakke(ring),
			   holder->issuer->tables, key, data, opened->key)
			!= MCLMR_CRYPTO_OK)
		return MCLMR_MIKEY_BAD_DATA;
	opened->holder = holder;
	return MCLMR_MIKEY_GENUINE;
}

/* The fault of keys that do not fit. */
static mclmr_mikey_fault_t fault_of(fit_t fits)
{
	return fits == UNUSABLE ? MCLMR_MIKEY_KEYS_REVOKED : MCLMR_MIKEY_NO_PERIOD;
}

/* Opens data that are for an identity, with any keys that fit. */
static mclmr_mikey_fault_t open_for(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const address_t *address, mclmr_span_t data,
		uint32_t slack, mclmr_mikey_opened_t *opened)
{
	mclmr_mikey_fault_t fault = MCLMR_MIKEY_NOT_FOR_US;
	fit_t best = NOT_HIS;

	for(mclmr_holder_t *h = mclmr_keyring_holders(ring); h != NULL;
			h = h->next) {
		fit_t fits = fit(h, address, message, slack);

		if(fits < best || fits == NOT_HIS)
			continue;
		best = fits;
		fault = fits == FITS ? open_with(ring, h, data, opened)
							 : fault_of(fits);
		if(fault == MCLMR_MIKEY_GENUINE)
			return fault;
	}
	return fault;
}

mclmr_mikey_fault_t mclmr_mikey_open(const mclmr_mikey_t *message,
		mclmr_keyring_t *ring, const mclmr_mikey_wish_t *wish,
		mclmr_mikey_opened_t *opened)
{
	address_t recipient = {&message->responder, message->responder_kms};
	address_t sender = {&message->initiator, message->initiator_kms};
	mclmr_mikey_fault_t fault;

	memset(opened, 0, sizeof(*opened));
	fault = mclmr_mikey_verify(message, ring, wish, &opened->proof);
	if(fault != MCLMR_MIKEY_GENUINE)
		return fault;
	fault = open_for(message, ring, &recipient, message->sakke.data,
			wish->max_skew, opened);
	if(fault != MCLMR_MIKEY_NOT_FOR_US || message->self.data.len == 0)
		return fault;
	if(message->self.scheme != SCHEME_3GPP)
		return MCLMR_MIKEY_SCHEME;
	opened->by_self = true;
	return open_for(
			message, ring, &sender, message->self.data, wish->max_skew, opened);
}
