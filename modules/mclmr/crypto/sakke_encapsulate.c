/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Encapsulates to one recipient or many: the sender of RFC 6508 6.2.1. */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "sakke_engine.h"

/* g^r and R of a slot as octets. */
typedef struct outcome
{
	uint8_t point[MCLMR_SAKKE_POINT];
	uint8_t w[MCLMR_FP_SIZE];
} outcome_t;

/* SSV, r and the digits of one job. */
static mclmr_crypto_t prepare(mclmr_sakke_t *s, mclmr_sakke_slot_t *slot)
{
	mclmr_sakke_job_t *job = slot->job;

	if(job->kms->engine != s->base->engine)
		return MCLMR_CRYPTO_BAD_ENGINE;
	if(job->fresh && RAND_priv_bytes(job->ssv, MCLMR_SAKKE_SSV) != 1)
		return MCLMR_CRYPTO_NO_RANDOM;
	return mclmr_sakke_read_r(s, slot, job->ssv, job->id);
}

/* join = 1 / (ZZZ * a) of the first n slots by one inversion; a job without
 * such a value is at an end, and 1 stands in for it. */
static void invert(mclmr_sakke_t *s, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		mclmr_fp_mul(
				&s->fp, s->join[i], s->slot[i].sum.zzz, s->slot[i].power.a);
		if(BN_is_zero(s->join[i])) {
			s->slot[i].job->result = MCLMR_CRYPTO_BAD_KEY;
			mclmr_fp_copy(&s->fp, s->join[i], s->fp.one);
		}
	}
	mclmr_fp_inverse_many(&s->fp, s->join, s->products, n);
}

/* R and g^r = b/a of a slot. */
static void finish(mclmr_sakke_t *s, size_t i, outcome_t *outcome)
{
	mclmr_sakke_slot_t *slot = &s->slot[i];

	mclmr_fp_mul(&s->fp, s->t, s->join[i], slot->power.a);
	mclmr_curve_affine(&s->fp, &slot->sum, s->t, s->x, s->y);
	mclmr_sakke_write_point(s, outcome->point);
	mclmr_fp_mul(&s->fp, s->t, s->join[i], slot->sum.zzz);
	mclmr_fp_mul(&s->fp, s->t, s->t, slot->power.b);
	mclmr_fp_write(&s->fp, s->t, outcome->w);
}

/* Whether a number of them begins with a zero octet. */
static bool is_short(const outcome_t *outcome)
{
	return outcome->w[0] == 0 || outcome->point[1] == 0
		   || outcome->point[1 + MCLMR_FP_SIZE] == 0;
}

/* The result of a slot to its job. False: to be done again. */
static bool deliver(mclmr_sakke_t *s, size_t i)
{
	mclmr_sakke_job_t *job = s->slot[i].job;
	outcome_t outcome;
	bool again;

	if(job->result != MCLMR_CRYPTO_OK)
		return true;
	finish(s, i, &outcome);
	again = job->fresh && is_short(&outcome);
	if(!again) {
		memcpy(job->data, outcome.point, MCLMR_SAKKE_POINT);
		job->result = mclmr_sakke_mask(
				s, outcome.w, job->ssv, job->data + MCLMR_SAKKE_POINT);
	}
	OPENSSL_cleanse(&outcome, sizeof(outcome));
	return !again || s->fp.failed;
}

/* Takes a job into slot i. False: it is at an end already. */
static bool take(mclmr_sakke_t *s, size_t i, mclmr_sakke_job_t *job)
{
	s->slot[i].job = job;
	job->result = prepare(s, &s->slot[i]);
	return job->result == MCLMR_CRYPTO_OK;
}

/* One round of n slots; those that have to be done again move to the front.
 * Their number. */
static size_t run_round(mclmr_sakke_t *s, size_t n)
{
	size_t again = 0;

	s->engine->multiply_slots(s, n);
	invert(s, n);
	for(size_t i = 0; i < n; i++) {
		mclmr_sakke_job_t *job = s->slot[i].job;

		if(!deliver(s, i))
			s->slot[again++].job = job;
	}
	return again;
}

/* The first result that is not OK; all of them if something failed. */
static mclmr_crypto_t sum_up(
		mclmr_sakke_t *s, mclmr_sakke_job_t *jobs, size_t n)
{
	mclmr_crypto_t whole = mclmr_sakke_end(s, MCLMR_CRYPTO_OK);
	mclmr_crypto_t first = whole;

	for(size_t i = 0; i < n; i++) {
		if(whole != MCLMR_CRYPTO_OK)
			jobs[i].result = whole;
		if(jobs[i].result == MCLMR_CRYPTO_OK)
			continue;
		OPENSSL_cleanse(jobs[i].data, sizeof(jobs[i].data));
		if(first == MCLMR_CRYPTO_OK)
			first = jobs[i].result;
	}
	return first;
}

mclmr_crypto_t mclmr_sakke_encapsulate_many(
		mclmr_sakke_t *s, mclmr_sakke_job_t *jobs, size_t n)
{
	size_t next = 0, busy = 0, again = 0;

	while(next < n || again > 0) {
		size_t redrawn = again;

		busy = 0;
		for(size_t i = 0; i < redrawn; i++)
			busy += take(s, busy, s->slot[i].job);
		while(next < n && busy < MCLMR_SAKKE_SLOTS)
			busy += take(s, busy, &jobs[next++]);
		again = busy > 0 ? run_round(s, busy) : 0;
	}
	return sum_up(s, jobs, n);
}

mclmr_crypto_t mclmr_sakke_encapsulate(mclmr_sakke_t *s,
		const mclmr_sakke_kms_t *kms, mclmr_span_t id,
		const uint8_t ssv[MCLMR_SAKKE_SSV], uint8_t data[MCLMR_SAKKE_DATA])
{
	mclmr_sakke_job_t job = {.kms = kms, .id = id};

	memcpy(job.ssv, ssv, MCLMR_SAKKE_SSV);
	mclmr_sakke_encapsulate_many(s, &job, 1);
	memcpy(data, job.data, MCLMR_SAKKE_DATA);
	OPENSSL_cleanse(job.ssv, sizeof(job.ssv));
	return job.result;
}

mclmr_crypto_t mclmr_sakke_encapsulate_fresh(mclmr_sakke_t *s,
		const mclmr_sakke_kms_t *kms, mclmr_span_t id,
		uint8_t ssv[MCLMR_SAKKE_SSV], uint8_t data[MCLMR_SAKKE_DATA])
{
	mclmr_sakke_job_t job = {.kms = kms, .id = id, .fresh = true};

	mclmr_sakke_encapsulate_many(s, &job, 1);
	memcpy(data, job.data, MCLMR_SAKKE_DATA);
	memcpy(ssv, job.ssv, MCLMR_SAKKE_SSV);
	OPENSSL_cleanse(job.ssv, sizeof(job.ssv));
	return job.result;
}
