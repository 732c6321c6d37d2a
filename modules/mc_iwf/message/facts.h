/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_facts: what $iwf(), events and RPC tell of one message. Texts are
 * spans; iwf_facts_save() makes a copy that outlives the message.
 */
#ifndef IWF_FACTS_H
#define IWF_FACTS_H

#include "mclmr/base/span.h"
#include "mclmr/base/status.h"
#include "mclmr/decide/route.h"
#include "mclmr/sip/mime_rule.h"

typedef enum iwf_fact
{
	IWF_DIRECTION, /* "to_iwf", "to_client" */
	IWF_CALL,	   /* "private", "group" */
	IWF_SERVICE,   /* "mcptt", "mcdata", "mcvideo" */
	IWF_SOURCE,	   /* "client", "core", "iwf": who handed the message over */
	IWF_SESSION,   /* "orig", "term": on which side a core serves the user */
	IWF_MC_ID,	   /* MC service ID of the user, sending or target */
	IWF_IMPU,	   /* IMPU of that user */
	IWF_CALLER,	   /* IMPU of a calling user */
	IWF_CALLER_ID, /* the one name that the caller may use within its call */
	IWF_LMR_USER,  /* URI of a calling LMR user */
	IWF_TARGET,	   /* KMF URI or MC service ID that the message goes to */
	IWF_LMR_TYPE,  /* "p25", ... */
	IWF_KMF,	   /* URI of the KMF */
	IWF_PSI,	   /* PSI of the IWF, or of a partner's gateway */
	IWF_DEVICE,	   /* device of the LMR entry */
	IWF_PROFILE,   /* media profile of a call, or its group */
	IWF_RURI,	   /* Request-URI that a call leaves with */
	IWF_SHA256,	   /* first 16 hex digits over the interworking part */
	IWF_FACT_COUNT
} iwf_fact_t;

#define IWF_SHA256_DIGITS 16

typedef struct iwf_facts
{
	mclmr_status_t status;
	mclmr_mime_rule_t rule; /* broken, if status is MCLMR_MIME_MALFORMED */
	int peer_set;			/* dispatcher set, 0: none */
	size_t size;			/* octets of the interworking part as sent */
	unsigned tries;			/* times that it was sent on */
	bool answered;			/* a 2xx has gone back */
	long long started_ms;	/* monotonic time of the first look */
	mclmr_span_t text[IWF_FACT_COUNT]; /* empty: not known */
} iwf_facts_t;

/* Sets IWF_DIRECTION to the word of a direction. */
void iwf_facts_set_direction(iwf_facts_t *facts, mclmr_direction_t direction);

#define IWF_REASON_SIZE ((size_t)2 * MCLMR_REASON_SIZE)

/* What a person reads of the verdict: the reason of its row, and, unless
 * modparam status has replaced that, the rule that a body breaks. NUL
 * terminated. */
void iwf_facts_reason(
		const iwf_facts_t *facts, char reason[static IWF_REASON_SIZE]);

/* A copy in shared memory, NULL if there is none; shm_free() frees it. */
iwf_facts_t *iwf_facts_save(const iwf_facts_t *facts);

/* Milliseconds left of total_timeout, 0 or more. */
int iwf_facts_time_left(const iwf_facts_t *facts);

#endif
