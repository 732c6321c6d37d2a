/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Counters and gauges for operators. */
#include <stdio.h>

#include "core/counters.h"

#include "counters.h"

#define NAME_SIZE 48

static counter_handle_t handles[IWF_COUNT_NUMBER];
static counter_handle_t refusals[MCLMR_STATUS_COUNT];
static char refusal_names[MCLMR_STATUS_COUNT][NAME_SIZE];
static counter_handle_t faults[MCLMR_TOKEN_FAULTS];
static char fault_names[MCLMR_TOKEN_FAULTS][NAME_SIZE];

static const struct
{
	const char *name;
	const char *text;
} counters[IWF_COUNT_NUMBER] = {
		[IWF_COUNT_RECEIVED] = {"received",
				"IWF short messages, retransmissions not counted"},
		[IWF_COUNT_SENT_TO_IWF] = {"sent_to_iwf",
				"messages of clients accepted towards an IWF"},
		[IWF_COUNT_SENT_TO_CLIENT] = {"sent_to_client",
				"messages of IWFs accepted towards a client or a partner"},
		[IWF_COUNT_FORWARDED_TO_IWF] = {"forwarded_to_iwf",
				"messages that an IWF answered with 2xx"},
		[IWF_COUNT_FORWARDED_TO_CLIENT] = {"forwarded_to_client",
				"messages that a client or a partner answered with 2xx"},
		[IWF_COUNT_FAILOVER] = {"failover",
				"further tries at another peer, may deliver twice"},
		[IWF_COUNT_DECODE_FAILED] = {"decode_failed",
				"interworking parts that did not decode"},
		[IWF_COUNT_INCOMPLETE] = {"incomplete",
				"requests to a client without LMR type or payload"},
		[IWF_COUNT_KMF_UNKNOWN] = {"kmf_unknown",
				"URIs in messages that name no configured KMF or IWF"},
		[IWF_COUNT_CALLS] = {"calls",
				"INVITEs that begin a call, retransmissions not counted"},
		[IWF_COUNT_CALLS_TO_IWF] = {"calls_to_iwf",
				"calls accepted towards an IWF"},
		[IWF_COUNT_CALLS_TO_CLIENT] = {"calls_to_client",
				"calls accepted towards a client"},
		[IWF_COUNT_CALLS_ANSWERED] = {"calls_answered",
				"calls answered with 2xx"},
		[IWF_COUNT_LMR_OFFERS] = {"lmr_offers",
				"session offers that a media profile has judged"},
		[IWF_COUNT_LMR_REFUSED] = {"lmr_refused",
				"session offers that a media profile has refused"},
		[IWF_COUNT_LMR_ANSWERS] = {"lmr_answers",
				"session answers that a media profile has judged"},
		[IWF_COUNT_LMR_BAD_ANSWERS] = {"lmr_bad_answers",
				"session answers that do not fit offer or profile"},
		[IWF_COUNT_LMR_CLOSED] = {"lmr_closed",
				"descriptions that lmr_sdp_close() has closed"},
		[IWF_COUNT_LMR_ENDED] = {"lmr_ended", "call legs marked to be ended"},
		[IWF_COUNT_LMR_MEDIA_DOWN] = {"lmr_media_down",
				"descriptions that the media relay gave nothing back for"},
		[IWF_COUNT_CORE_REGISTERED] = {"core_registered",
				"REGISTERs of IMS cores that registered or refreshed a user"},
		[IWF_COUNT_CORE_DEREGISTERED] = {"core_deregistered",
				"REGISTERs of IMS cores that ended a registration"},
		[IWF_COUNT_TOKEN_BOUND] = {"token_bound",
				"access tokens that have bound an MC service ID"},
		[IWF_COUNT_TOKEN_UNREADABLE] = {"token_unreadable",
				"info documents that no access token could be read from"},
		[IWF_COUNT_TOKEN_ENCRYPTED] = {"token_encrypted",
				"access tokens or client IDs that are encrypted"},
		[IWF_COUNT_TOKEN_UNKNOWN] = {"token_unknown",
				"access tokens for MC service IDs of no user of ours"},
		[IWF_COUNT_TOKEN_FOREIGN] = {"token_foreign",
				"access tokens of another identity or client"},
		[IWF_COUNT_TOKEN_UNREGISTERED] = {"token_unregistered",
				"access tokens under an identity that is not registered"},
		[IWF_COUNT_TOKEN_TAKEN] = {"token_taken",
				"access tokens for MC service IDs bound elsewhere"},
		[IWF_COUNT_TOKEN_LIMIT] = {"token_limit",
				"access tokens beyond the bindings of a registration"},
		[IWF_COUNT_PUBLISHED] = {"published",
				"PUBLISHes that published, refreshed or changed settings"},
		[IWF_COUNT_UNPUBLISHED] = {"unpublished",
				"PUBLISHes that ended a publication"},
};

/* One counter a verdict that refuses. */
static int add_refusals(void)
{
	for(int i = MCLMR_NOT_OURS + 1; i < MCLMR_STATUS_COUNT; i++) {
		snprintf(refusal_names[i], NAME_SIZE, "refused_%s",
				mclmr_status_word((mclmr_status_t)i));
		if(counter_register(&refusals[i], IWF_COUNTER_GROUP, refusal_names[i],
				   0, NULL, NULL, "messages refused with this verdict", 0)
				< 0)
			return -1;
	}
	return 0;
}

/* One counter a fault of access tokens. */
static int add_faults(void)
{
	for(int i = MCLMR_TOKEN_GENUINE + 1; i < MCLMR_TOKEN_FAULTS; i++) {
		snprintf(fault_names[i], NAME_SIZE, "token_%s",
				mclmr_token_fault_word((mclmr_token_fault_t)i));
		if(counter_register(&faults[i], IWF_COUNTER_GROUP, fault_names[i], 0,
				   NULL, NULL, "access tokens refused with this fault", 0)
				< 0)
			return -1;
	}
	return 0;
}

int iwf_counters_init(void)
{
	for(int i = 0; i < IWF_COUNT_NUMBER; i++) {
		if(counter_register(&handles[i], IWF_COUNTER_GROUP, counters[i].name, 0,
				   NULL, NULL, counters[i].text, 0)
				< 0)
			return -1;
	}
	return add_refusals() < 0 ? -1 : add_faults();
}

void iwf_count(iwf_count_t count)
{
	counter_inc(handles[count]);
}

void iwf_count_add(iwf_count_t count, int n)
{
	if(n > 0)
		counter_add(handles[count], n);
}

void iwf_count_refusal(mclmr_status_t status)
{
	if(status > MCLMR_NOT_OURS && status < MCLMR_STATUS_COUNT)
		counter_inc(refusals[status]);
}

void iwf_count_token_fault(mclmr_token_fault_t fault)
{
	if(fault > MCLMR_TOKEN_GENUINE && fault < MCLMR_TOKEN_FAULTS)
		counter_inc(faults[fault]);
}
