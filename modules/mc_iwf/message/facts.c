/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What $iwf() tells; a copy that outlives the message. */
#include <stdio.h>
#include <string.h>

#include "core/mem/shm_mem.h"

#include "mc_common/clock.h"
#include "mc_iwf/config.h"
#include "facts.h"

static const mclmr_span_t direction_words[] = {
		[MCLMR_TO_IWF] = {"to_iwf", 6}, [MCLMR_TO_CLIENT] = {"to_client", 9}};

void iwf_facts_set_direction(iwf_facts_t *facts, mclmr_direction_t direction)
{
	facts->text[IWF_DIRECTION] = direction_words[direction];
}

void iwf_facts_reason(
		const iwf_facts_t *facts, char reason[static IWF_REASON_SIZE])
{
	const mclmr_refusal_t *row = &iwf_config.status.row[facts->status];
	const char *rule = mclmr_mime_rule_text(facts->rule);
	bool told = facts->status == MCLMR_MIME_MALFORMED && rule[0] != '\0'
				&& !iwf_config.status.replaced[facts->status];

	(void)snprintf(reason, IWF_REASON_SIZE, "%s%s%s", row->reason,
			told ? ": " : "", told ? rule : "");
}

iwf_facts_t *iwf_facts_save(const iwf_facts_t *facts)
{
	size_t size = sizeof(*facts);
	iwf_facts_t *saved;
	char *at;

	for(int i = 0; i < IWF_FACT_COUNT; i++)
		size += facts->text[i].len;
	saved = shm_malloc(size);
	if(saved == NULL)
		return NULL;
	*saved = *facts;
	at = (char *)(saved + 1);
	for(int i = 0; i < IWF_FACT_COUNT; i++) {
		if(facts->text[i].len > 0)
			memcpy(at, facts->text[i].s, facts->text[i].len);
		saved->text[i].s = at;
		at += facts->text[i].len;
	}
	return saved;
}

int iwf_facts_time_left(const iwf_facts_t *facts)
{
	long long left = facts->started_ms + iwf_config.total_timeout * 1000LL
					 - mc_clock_ms();

	return left > 0 ? (int)left : 0;
}
