/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_counters: the counters of group mc_iwf: what passed, what was refused
 * and why. data/gauges.h adds those of the data.
 */
#ifndef IWF_COUNTERS_H
#define IWF_COUNTERS_H

#include "mclmr/base/status.h"
#include "mclmr/keys/token_fault.h"

#define IWF_COUNTER_GROUP "mc_iwf"

typedef enum iwf_count
{
	IWF_COUNT_RECEIVED,		  /* short messages, retransmissions not */
	IWF_COUNT_SENT_TO_IWF,	  /* accepted and handed to tm */
	IWF_COUNT_SENT_TO_CLIENT, /* the same from an IWF, to partners too */
	IWF_COUNT_FORWARDED_TO_IWF,
	IWF_COUNT_FORWARDED_TO_CLIENT,
	IWF_COUNT_FAILOVER,		 /* tries at another peer: may deliver twice */
	IWF_COUNT_DECODE_FAILED, /* decode lenient or strict */
	IWF_COUNT_INCOMPLETE,	 /* no LMR type or payload towards a client */
	IWF_COUNT_KMF_UNKNOWN,	 /* URIs of no configured KMF or IWF */
	IWF_COUNT_LMR_OFFERS,	 /* descriptions that were decided on */
	IWF_COUNT_LMR_REFUSED,
	IWF_COUNT_LMR_ANSWERS,
	IWF_COUNT_LMR_BAD_ANSWERS,
	IWF_COUNT_LMR_CLOSED,	  /* by lmr_sdp_close() */
	IWF_COUNT_LMR_ENDED,	  /* legs whose call has to be ended */
	IWF_COUNT_LMR_MEDIA_DOWN, /* nothing came back from the media relay */
	IWF_COUNT_CALLS,		  /* initial INVITEs, retransmissions not */
	IWF_COUNT_CALLS_TO_IWF,	  /* accepted */
	IWF_COUNT_CALLS_TO_CLIENT,
	IWF_COUNT_CALLS_ANSWERED,	 /* with 2xx, each once */
	IWF_COUNT_CORE_REGISTERED,	 /* REGISTERs of IMS cores that were taken */
	IWF_COUNT_CORE_DEREGISTERED, /* the same with Expires 0 */
	IWF_COUNT_TOKEN_BOUND,		 /* tokens that have bound an MC service ID */
	IWF_COUNT_TOKEN_UNREADABLE,	 /* info documents that cannot be read */
	IWF_COUNT_TOKEN_ENCRYPTED,	 /* cannot be opened */
	IWF_COUNT_TOKEN_UNKNOWN,	 /* of no user of ours */
	IWF_COUNT_TOKEN_FOREIGN,	 /* of a user of other identities or clients */
	IWF_COUNT_TOKEN_UNREGISTERED,
	IWF_COUNT_TOKEN_TAKEN, /* rebind = refuse */
	IWF_COUNT_TOKEN_LIMIT,
	IWF_COUNT_PUBLISHED,   /* PUBLISHes that were taken */
	IWF_COUNT_UNPUBLISHED, /* the same with Expires 0 */
	IWF_COUNT_NUMBER
} iwf_count_t;

/* Registers all counters, before any fork; 0 or -1. */
int iwf_counters_init(void);

void iwf_count(iwf_count_t count);
void iwf_count_add(iwf_count_t count, int n);

/* Counts a refusal under its verdict: refused_kmf_foreign, ... */
void iwf_count_refusal(mclmr_status_t status);

/* Counts a token that is not genuine under its fault: token_expired, ... */
void iwf_count_token_fault(mclmr_token_fault_t fault);

#endif
