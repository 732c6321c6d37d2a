/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What becomes of a forwarded request, by the callbacks of tm. */
#include "core/mem/shm_mem.h"
#include "core/sr_module.h"
#include "modules/tm/tm_load.h"

#include "mc_iwf/counters.h"
#include "event.h"
#include "transaction.h"

static tm_api_t tm;

int iwf_transaction_init(void)
{
	if(find_export("load_tm", NO_SCRIPT, 0) == NULL || load_tm_api(&tm) < 0) {
		LM_ERR("module tm has to be loaded before mc_iwf\n");
		return -1;
	}
	return 0;
}

void iwf_transaction_end_request(const struct sip_msg *msg)
{
	struct cell *t;
	struct sip_msg *copy;

	if(msg->first_line.type != SIP_REQUEST)
		return;
	t = tm.t_gett();
	copy = t != NULL && t != T_UNDEFINED ? t->uas.request : NULL;
	if(copy == NULL || copy->id != msg->id || copy->pid != msg->pid)
		return;
	copy->len = msg->len;
	copy->buf[copy->len] = '\0';
}

/* True if the message went towards an IWF or a partner. */
static bool to_iwf(const iwf_facts_t *facts)
{
	return mclmr_span_equal(facts->text[IWF_DIRECTION], MCLMR_SPAN("to_iwf"));
}

/* The message leaves towards one peer, or once more towards the next. */
static void sent(iwf_facts_t *facts)
{
	if(facts->tries++ > 0 && facts->peer_set != 0)
		iwf_count(IWF_COUNT_FAILOVER);
}

/* The receiver's 2xx goes back to the sender: it has the message, or the call
 * is answered, by the first of its forks. */
static void forwarded(iwf_facts_t *facts)
{
	if(facts->text[IWF_CALL].len > 0) {
		if(!facts->answered)
			iwf_count(IWF_COUNT_CALLS_ANSWERED);
		facts->answered = true;
		return;
	}
	iwf_count(to_iwf(facts) ? IWF_COUNT_FORWARDED_TO_IWF
							: IWF_COUNT_FORWARDED_TO_CLIENT);
	iwf_event_forwarded(facts);
}

/* tm's callback. In a failure route the request is a copy with an id of its
 * own: the facts are made known under that one. */
static void on_event(struct cell *t, int type, struct tmcb_params *params)
{
	iwf_facts_t *facts = *params->param;

	(void)t;
	if(type == TMCB_ON_FAILURE)
		iwf_message_recall(params->req->id, params->req->pid, facts);
	else if(type == TMCB_REQUEST_FWDED)
		sent(facts);
	else if(params->code >= 200 && params->code < 300)
		forwarded(facts);
}

/* What is counted when a request is accepted. */
static iwf_count_t accepted_count(const iwf_message_t *m)
{
	if(m->is_call)
		return m->direction == MCLMR_TO_IWF ? IWF_COUNT_CALLS_TO_IWF
											: IWF_COUNT_CALLS_TO_CLIENT;
	return m->direction == MCLMR_TO_IWF ? IWF_COUNT_SENT_TO_IWF
										: IWF_COUNT_SENT_TO_CLIENT;
}

static void release(void *facts)
{
	shm_free(facts);
}

mclmr_status_t iwf_transaction_watch(struct sip_msg *msg, iwf_message_t *m)
{
	iwf_facts_t *saved;

	if(m->watched)
		return MCLMR_OK;
	if(!m->is_call && iwf_event_wanted())
		iwf_message_digest(m);
	saved = iwf_facts_save(&m->facts);
	if(saved == NULL) {
		SHM_MEM_ERROR;
		return MCLMR_INTERNAL;
	}
	if(tm.register_tmcb(msg, NULL,
			   TMCB_RESPONSE_OUT | TMCB_ON_FAILURE | TMCB_REQUEST_FWDED,
			   on_event, saved, release)
			<= 0) {
		LM_ERR("cannot watch the transaction\n");
		shm_free(saved);
		return MCLMR_INTERNAL;
	}
	m->watched = true;
	iwf_count(accepted_count(m));
	return MCLMR_OK;
}
