/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * policy: one profile and one session description give one decision with its
 * reasons. What cannot be checked is refused; no rule puts back what another
 * took away.
 */
#ifndef MCLMR_POLICY_H
#define MCLMR_POLICY_H

#include "keying.h"
#include "profile.h"
#include "rule.h"

#define MCLMR_MAX_REASONS 128
#define MCLMR_WHOLE (-1) /* a reason that is not of one section */

typedef struct mclmr_reason
{
	int section;
	mclmr_rule_t rule;
	mclmr_span_t detail; /* what it is about, may be empty; from the peer */
} mclmr_reason_t;

typedef enum mclmr_action
{
	MCLMR_ACCEPT, /* as it came but for the ends of its lines */
	MCLMR_EDIT,
	MCLMR_REFUSE
} mclmr_action_t;

typedef struct mclmr_decision
{
	mclmr_action_t action;
	mclmr_status_t status; /* why it is refused, or an answer is bad */
	bool end_call;		   /* the answer is bad, and leaves no speech or
							  the profile ends the call for it */
	unsigned wanted;	   /* MCLMR_E2EE_*; 0: nothing told */
	unsigned e2ee;		   /* what the kept speech can be; 0: no speech */
	unsigned srtp;		   /* kinds of keying of the speech sections */
	int codec;			   /* first speech format, or MCLMR_NO_CODEC */
	bool transcode;		   /* speech for the transcoder was kept, and none
						      of the speech can be encrypted */
	mclmr_span_t text;	   /* what leaves; empty if it is refused */
	size_t reasons;
	mclmr_reason_t reason[MCLMR_MAX_REASONS]; /* those beyond are not told */
} mclmr_decision_t;

/* What is to be decided on. */
typedef struct mclmr_policy_request
{
	const mclmr_profiles_t *profiles;
	const mclmr_profile_t *profile;
	unsigned wanted;	/* what the info part says of encryption (for an
						   answer, of the offer), MCLMR_E2EE_ON or OFF, 0:
						   nothing */
	mclmr_span_t offer; /* the offer as it left, or its outline; empty: text
						   is an offer */
	mclmr_span_t bound; /* payload types of before in this call, see
						   binding.h; may be empty */
	mclmr_span_t text;
	bool relayed; /* a media relay will put its address in: nothing may stay
					 that leads around it. Without a relay, ICE is what
					 makes the call work. */
} mclmr_policy_request_t;

/*
 * Decides on an offer, or on an answer to an offer. An answer cannot be
 * refused: formats that were not offered go, a bad section gets port 0, or
 * with on_bad_answer log nothing is altered but what leads around the relay.
 * Its action is REFUSE only if one of the two texts cannot be read.
 */
void mclmr_policy_decide(const mclmr_policy_request_t *request,
		mclmr_arena_t *arena, mclmr_decision_t *decision);

#endif
