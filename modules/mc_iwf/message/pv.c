/* SPDX-License-Identifier: GPL-2.0-or-later */

/* $iwf(): the facts of a message, and its verdict. */
#include <string.h>

#include "mc_common/key.h"
#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "message.h"
#include "pv.h"

/* Keys that are no text of iwf_fact_t follow those. */
enum
{
	KEY_STATUS = IWF_FACT_COUNT,
	KEY_REASON,
	KEY_WARNING,
	KEY_RULE,
	KEY_VERDICT,
	KEY_PEER_SET,
	KEY_SIZE,
	KEY_TIME_LEFT,
	KEY_COUNT
};

static const char *const keys[KEY_COUNT] = {[IWF_DIRECTION] = "direction",
		[IWF_CALL] = "call",
		[IWF_CALLER] = "caller",
		[IWF_CALLER_ID] = "caller_id",
		[IWF_LMR_USER] = "lmr_user",
		[IWF_PROFILE] = "profile",
		[IWF_RURI] = "ruri",
		[IWF_SERVICE] = "service",
		[IWF_SOURCE] = "source",
		[IWF_SESSION] = "session",
		[IWF_MC_ID] = "mc_id",
		[IWF_IMPU] = "impu",
		[IWF_TARGET] = "target",
		[IWF_LMR_TYPE] = "lmr_type",
		[IWF_KMF] = "kmf",
		[IWF_PSI] = "psi",
		[IWF_DEVICE] = "device",
		[IWF_SHA256] = "sha256",
		[KEY_STATUS] = "status",
		[KEY_REASON] = "reason",
		[KEY_WARNING] = "warning",
		[KEY_RULE] = "rule",
		[KEY_VERDICT] = "verdict",
		[KEY_PEER_SET] = "peer_set",
		[KEY_SIZE] = "size",
		[KEY_TIME_LEFT] = "time_left"};

int iwf_pv_parse_name(pv_spec_t *spec, str *name)
{
	if(mc_key_parse(spec, name, keys, KEY_COUNT))
		return 0;
	LM_ERR("$iwf(%.*s): there is no such key\n", name->len, name->s);
	return -1;
}

/* A number, $null if it is 0. */
static int get_number(
		struct sip_msg *msg, pv_param_t *param, pv_value_t *value, int number)
{
	return number != 0 ? pv_get_sintval(msg, param, value, number)
					   : pv_get_null(msg, param, value);
}

/* The warning code of a row, three digits or the empty text. */
static int get_warning(struct sip_msg *msg, pv_param_t *param,
		pv_value_t *value, const mclmr_refusal_t *row)
{
	str empty = str_init("");

	return row->warning != 0 ? pv_get_sintval(msg, param, value, row->warning)
							 : pv_get_strval(msg, param, value, &empty);
}

/* The reason, in a buffer that lasts until the next one is asked for. */
static int get_reason(struct sip_msg *msg, pv_param_t *param, pv_value_t *value,
		const iwf_facts_t *facts)
{
	static char reason[IWF_REASON_SIZE];

	iwf_facts_reason(facts, reason);
	return mc_key_text(msg, param, value, mclmr_span(reason));
}

/* The word of the rule that the body breaks. */
static int get_rule(struct sip_msg *msg, pv_param_t *param, pv_value_t *value,
		const iwf_facts_t *facts)
{
	mclmr_mime_rule_t rule = facts->status == MCLMR_MIME_MALFORMED
									 ? facts->rule
									 : MCLMR_MIME_KEPT;

	return mc_key_text(
			msg, param, value, mclmr_span(mclmr_mime_rule_word(rule)));
}

/* The digest, made only when it is asked for. */
static int get_digest(struct sip_msg *msg, pv_param_t *param, pv_value_t *value,
		iwf_facts_t *facts)
{
	if(facts->text[IWF_SHA256].len == 0) {
		iwf_message_t *m = iwf_message_get(msg);

		if(m != NULL && &m->facts == facts)
			iwf_message_digest(m);
	}
	return mc_key_text(msg, param, value, facts->text[IWF_SHA256]);
}

/* The facts for a key. Only source and session case are known before any
 * function ran. */
static iwf_facts_t *find_facts(struct sip_msg *msg, int key)
{
	iwf_facts_t *facts = iwf_message_facts(msg);
	iwf_message_t *m;

	if(facts != NULL || (key != IWF_SOURCE && key != IWF_SESSION))
		return facts;
	m = iwf_message_get(msg);
	return m != NULL ? &m->facts : NULL;
}

int iwf_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *value)
{
	int key = mc_key_of(param);
	iwf_facts_t *facts = find_facts(msg, key);
	const mclmr_refusal_t *row;

	if(facts == NULL)
		return pv_get_null(msg, param, value);
	row = &iwf_config.status.row[facts->status];
	switch(key) {
		case IWF_SHA256:
			return get_digest(msg, param, value, facts);
		case KEY_STATUS:
			return get_number(msg, param, value, row->sip);
		case KEY_REASON:
			return get_reason(msg, param, value, facts);
		case KEY_RULE:
			return get_rule(msg, param, value, facts);
		case KEY_WARNING:
			return get_warning(msg, param, value, row);
		case KEY_VERDICT:
			return mc_key_text(msg, param, value,
					mclmr_span(mclmr_status_word(facts->status)));
		case KEY_PEER_SET:
			return get_number(msg, param, value, facts->peer_set);
		case KEY_SIZE:
			return pv_get_sintval(msg, param, value, (int)facts->size);
		case KEY_TIME_LEFT:
			return pv_get_sintval(
					msg, param, value, iwf_facts_time_left(facts));
		default:
			return mc_key_text(msg, param, value, facts->text[key]);
	}
}
