/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_iwf: forwards IWF short messages (Interworking Security Data messages)
 * between MC service clients and IWFs. This file is glue: exports, parameters
 * and start; what the functions do stands in message, call, data and in
 * ../mclmr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/kemi.h"
#include "core/mod_fix.h"
#include "core/pt.h"
#include "core/pvar.h"
#include "core/rpc_lookup.h"
#include "core/sr_module.h"

#include "mc_common/span.h"
#include "mc_iwf/call/avp.h"
#include "mc_iwf/call/leg.h"
#include "mc_iwf/call/pv.h"
#include "mc_iwf/call/receiver.h"
#include "mc_iwf/call/rpc.h"
#include "mc_iwf/call/sdp.h"
#include "mc_iwf/data/bindings.h"
#include "mc_iwf/data/gauges.h"
#include "mc_iwf/data/group.h"
#include "mc_iwf/data/keeper.h"
#include "mc_iwf/data/peer_set.h"
#include "mc_iwf/data/profiles.h"
#include "mc_iwf/data/refresh.h"
#include "mc_iwf/data/rpc.h"
#include "mc_iwf/data/store.h"
#include "mc_iwf/data/token.h"
#include "mc_iwf/message/admit.h"
#include "mc_iwf/message/authorize.h"
#include "mc_iwf/message/check.h"
#include "mc_iwf/message/contact.h"
#include "mc_iwf/message/event.h"
#include "mc_iwf/message/head.h"
#include "mc_iwf/message/in_dialog.h"
#include "mc_iwf/message/plain.h"
#include "mc_iwf/message/publish.h"
#include "mc_iwf/message/pv.h"
#include "mc_iwf/message/register.h"
#include "mc_iwf/message/reply.h"
#include "mc_iwf/message/rewrite.h"
#include "mc_iwf/message/rpc.h"
#include "mc_iwf/message/source.h"
#include "mc_iwf/message/targets.h"
#include "mc_iwf/message/transaction.h"
#include "mc_iwf/message/usrloc.h"
#include "mclmr/sip/uri.h"
#include "api_bind.h"
#include "config.h"
#include "counters.h"
#include "metrics.h"

MODULE_VERSION

#define TABLE_FILE_MAX 65536
#define MAX_SKEW 86400 /* s: more is no clock */

static int mod_init(void);
static int child_init(int rank);
static void mod_destroy(void);
static int param_status(modparam_t type, void *value);
static int param_table(modparam_t type, void *value);
static int param_token_keys(modparam_t type, void *value);

/* clang-format off */
iwf_config_t iwf_config = {
	.db_url = STR_NULL,
	.page_rows = 1000,
	.refresh_interval = 250,
	.change_hold = 3600,
	.change_keep = 86400,
	.reload_delta = 5,
	.one_kmf_per = MCLMR_PER_USER_LMR_TYPE,
	.max_body = 65536,
	.decode = IWF_DECODE_OFF,
	.pai_to_iwf = IWF_PAI_USER,
	.pai_to_client = IWF_PAI_KEEP,
	.client_hop = IWF_HOP_CLIENT,
	.deliver = IWF_DELIVER_ALL,
	.publish_max_expires = 604800,
	.total_timeout = 20,
	.held_share = 85,
	.location_table = str_init("location"),
	.contact_xavp = str_init("ulattrs"),
	.case_sensitive = 1,
	.tls_id = STR_NULL,
	.realm = STR_NULL,
	.client_profile = str_init("mcptt"),
	.server_networks = str_init(""),
	.private_headers = str_init("P-Charging-Vector,"
		"P-Charging-Function-Addresses,P-Access-Network-Info,"
		"P-User-Database,"
		"P-Profile-Key,P-Private-Network-Indication,"
		"P-Called-Party-ID,P-Associated-URI"),
	.policies = IWF_DEFAULT_POLICIES,
	.sdp_read = str_init("$avp(lmr_sdp)"),
	.sdp_write = str_init("$avp(lmr_sdp_out)"),
	.media_relay = 1,
};
static str event_callback = STR_NULL;

/* Parameters that take one of some words: one text each, read at start. */
static struct word_param
{
	str text;
	const char *name;
	const char *words; /* in the order of the numbers, ended by "|" */
	int number;
} word_params[] = {
	{str_init("off"), "decode", "off|lenient|strict|", 0},
	{str_init("ignore"), "kmf_unknown", "ignore|refuse|", 0},
	{str_init("any"), "service_check", "any|strict|", 0},
	{str_init("user"), "pai_to_iwf", "keep|user|psi|", 0},
	{str_init("keep"), "pai_to_client", "keep|user|psi|", 0},
	{str_init("client"), "client_hop", "client|core|", 0},
	{str_init("all"), "deliver", "all|newest|client|", 0},
	{str_init("user_lmr_type"), "one_kmf_per",
		"user_lmr_type|user|device|", 0},
	{str_init("own"), "group_caller", "own|users|any|", 0},
	{str_init("clients"), "client_media", "clients|source|any|", 0},
	{str_init("usrloc"), "registrations", "usrloc|core|both|", 0},
	{str_init(""), "token", "off|optional|required|", 0},
	{str_init("registration"), "token_expiry", "registration|enforce|", 0},
	{str_init("add"), "rebind", "add|replace|refuse|", 0},
};
enum { DECODE, KMF_UNKNOWN, SERVICE_CHECK, PAI_TO_IWF, PAI_TO_CLIENT,
	CLIENT_HOP, DELIVER, ONE_KMF_PER, GROUP_CALLER, CLIENT_MEDIA,
	REGISTRATIONS, TOKEN, TOKEN_EXPIRY, REBIND, WORD_PARAMS };

/* Parameters of access tokens, read at start. */
static struct
{
	int skew;
	str algorithms, issuer, audience, scope[MCLMR_SERVICE_COUNT];
} token_params = {
	.skew = MCLMR_TOKEN_SKEW,
	.algorithms = str_init("RS256,ES256"),
	.scope = {
		[MCLMR_SERVICE_MCPTT] = str_init("3gpp:mc:ptt_service"),
		[MCLMR_SERVICE_MCDATA] = str_init("3gpp:mc:data_service"),
		[MCLMR_SERVICE_MCVIDEO] = str_init("3gpp:mc:video_service"),
	},
};

static param_export_t params[] = {
	{"db_url", PARAM_STR, &iwf_config.db_url},
	{"page_rows", PARAM_INT, &iwf_config.page_rows},
	{"refresh_interval", PARAM_INT, &iwf_config.refresh_interval},
	{"change_hold", PARAM_INT, &iwf_config.change_hold},
	{"change_keep", PARAM_INT, &iwf_config.change_keep},
	{"reload_delta", PARAM_INT, &iwf_config.reload_delta},
	{"one_kmf_per", PARAM_STR, &word_params[ONE_KMF_PER].text},
	{"max_body", PARAM_INT, &iwf_config.max_body},
	{"decode", PARAM_STR, &word_params[DECODE].text},
	{"kmf_unknown", PARAM_STR, &word_params[KMF_UNKNOWN].text},
	{"service_check", PARAM_STR, &word_params[SERVICE_CHECK].text},
	{"pai_to_iwf", PARAM_STR, &word_params[PAI_TO_IWF].text},
	{"pai_to_client", PARAM_STR, &word_params[PAI_TO_CLIENT].text},
	{"client_hop", PARAM_STR, &word_params[CLIENT_HOP].text},
	{"deliver", PARAM_STR, &word_params[DELIVER].text},
	{"registrations", PARAM_STR, &word_params[REGISTRATIONS].text},
	{"icscf", PARAM_STR, &iwf_config.icscf},
	{"keep_bindings", PARAM_INT, &iwf_config.keep_bindings},
	{"dereg_grace", PARAM_INT, &iwf_config.dereg_grace},
	{"token", PARAM_STR, &word_params[TOKEN].text},
	{"token_keys", PARAM_STRING | PARAM_USE_FUNC, (void *)param_token_keys},
	{"token_skew", PARAM_INT, &token_params.skew},
	{"token_expiry", PARAM_STR, &word_params[TOKEN_EXPIRY].text},
	{"token_algorithms", PARAM_STR, &token_params.algorithms},
	{"token_issuer", PARAM_STR, &token_params.issuer},
	{"token_audience", PARAM_STR, &token_params.audience},
	{"token_scope_mcptt", PARAM_STR,
		&token_params.scope[MCLMR_SERVICE_MCPTT]},
	{"token_scope_mcdata", PARAM_STR,
		&token_params.scope[MCLMR_SERVICE_MCDATA]},
	{"token_scope_mcvideo", PARAM_STR,
		&token_params.scope[MCLMR_SERVICE_MCVIDEO]},
	{"rebind", PARAM_STR, &word_params[REBIND].text},
	{"publish_max_expires", PARAM_INT, &iwf_config.publish_max_expires},
	{"publish_min_expires", PARAM_INT, &iwf_config.publish_min_expires},
	{"total_timeout", PARAM_INT, &iwf_config.total_timeout},
	{"held_share", PARAM_INT, &iwf_config.held_share},
	{"location_table", PARAM_STR, &iwf_config.location_table},
	{"contact_xavp", PARAM_STR, &iwf_config.contact_xavp},
	{"case_sensitive", PARAM_INT, &iwf_config.case_sensitive},
	{"tls_id", PARAM_STR, &iwf_config.tls_id},
	{"realm", PARAM_STR, &iwf_config.realm},
	{"client_profile", PARAM_STR, &iwf_config.client_profile},
	{"group_caller", PARAM_STR, &word_params[GROUP_CALLER].text},
	{"client_media", PARAM_STR, &word_params[CLIENT_MEDIA].text},
	{"server_networks", PARAM_STR, &iwf_config.server_networks},
	{"private_headers", PARAM_STR, &iwf_config.private_headers},
	{"event_callback", PARAM_STR, &event_callback},
	{"policies", PARAM_STRING, &iwf_config.policies},
	{"sdp_read", PARAM_STR, &iwf_config.sdp_read},
	{"sdp_write", PARAM_STR, &iwf_config.sdp_write},
	{"media_relay", PARAM_INT, &iwf_config.media_relay},
	{"status", PARAM_STRING | PARAM_USE_FUNC, (void *)param_status},
	{"message_table", PARAM_STRING | PARAM_USE_FUNC, (void *)param_table},
	{0, 0, 0}
};
/* clang-format on */

/* The message of a request, and what a step makes of it: 1 or -1. */
typedef mclmr_status_t (*step_t)(struct sip_msg *, iwf_message_t *);

/* Runs a step, whose verdict stays for $iwf() and iwf_reply(): 1 or -1. */
static int take_step(struct sip_msg *msg, step_t step)
{
	iwf_message_t *message = iwf_message_get(msg);

	if(message == NULL)
		return -1;
	return iwf_message_verdict(message, step(msg, message)) ? 1 : -1;
}

/* A question, as the next ones: it leaves no verdict. */
static int ki_iwf_clean_head(struct sip_msg *msg)
{
	return iwf_head_is_clean(msg) ? 1 : -1;
}

static int ki_iwf_whole_head(struct sip_msg *msg)
{
	return iwf_head_is_whole(msg) ? 1 : -1;
}

/* The same for two URIs. */
static int ki_iwf_uri_equal(struct sip_msg *msg, str *one, str *other)
{
	(void)msg;
	return mclmr_uri_equal(mc_span(one), mc_span(other)) ? 1 : -1;
}

static int ki_iwf_is_message(struct sip_msg *msg)
{
	iwf_message_t *message = iwf_message_get(msg);

	return message != NULL && message->ours ? 1 : -1;
}

/* Counts a message once, however often the script checks it. */
static int ki_iwf_check(struct sip_msg *msg)
{
	iwf_message_t *message = iwf_message_get(msg);

	if(message != NULL && (message->ours || message->is_call)
			&& !message->counted) {
		message->counted = true;
		iwf_count(message->is_call ? IWF_COUNT_CALLS : IWF_COUNT_RECEIVED);
	}
	return take_step(msg, iwf_check);
}

/* For any request, also for those that no other function looks at. */
static int ki_iwf_check_body(struct sip_msg *msg)
{
	return take_step(msg, iwf_check_body);
}

/* Checks first what was not checked. */
static int ki_iwf_authorize(struct sip_msg *msg)
{
	return take_step(msg, iwf_authorize);
}

/* The caller is who the dialog says: the INVITE has proven it. */
static int ki_iwf_check_in_dialog(struct sip_msg *msg, str *mc_id)
{
	iwf_message_t *message = iwf_message_get(msg);

	if(message == NULL)
		return -1;
	return iwf_message_verdict(
				   message, iwf_check_in_dialog(message, mc_span(mc_id)))
				   ? 1
				   : -1;
}

/* Sets Request-URI and branches only: the script sends. */
static int ki_iwf_targets(struct sip_msg *msg)
{
	return take_step(msg, iwf_targets);
}

/* Rewriting is the last step: from now on tm tells how it went. */
static mclmr_status_t rewrite_and_watch(
		struct sip_msg *msg, iwf_message_t *message)
{
	mclmr_status_t status = iwf_rewrite(msg, message);

	return status == MCLMR_OK ? iwf_transaction_watch(msg, message) : status;
}

/* Changes the request for good: it is called last. */
static int ki_iwf_rewrite(struct sip_msg *msg)
{
	return take_step(msg, rewrite_and_watch);
}

/* Refuses with a verdict; in a failure route too. */
static int refuse(struct sip_msg *msg, mclmr_status_t status)
{
	iwf_facts_t *facts = iwf_message_facts(msg);

	if(facts == NULL) {
		iwf_message_t *message = iwf_message_get(msg);

		if(message == NULL)
			return -1;
		facts = &message->facts;
	}
	if(facts->status != status)
		facts->rule = MCLMR_MIME_KEPT;
	facts->status = status;
	return iwf_reply_send(msg, status) < 0 ? -1 : 1;
}

/* There is no reply without a verdict. */
static int ki_iwf_reply(struct sip_msg *msg)
{
	const iwf_facts_t *facts = iwf_message_facts(msg);

	return facts != NULL ? refuse(msg, facts->status) : -1;
}

/* A verdict of the script itself, with the same reply and counter. */
static int ki_iwf_refuse(struct sip_msg *msg, str *verdict)
{
	mclmr_status_t status = mclmr_status_from_word(mc_span(verdict));

	if(status == MCLMR_STATUS_COUNT) {
		LM_ERR("iwf_refuse: there is no verdict \"%.*s\"\n", verdict->len,
				verdict->s);
		return -1;
	}
	return refuse(msg, status);
}

/* Called before save(), which then stores what is noted with each contact. */
static int ki_iwf_contact(struct sip_msg *msg)
{
	return iwf_contact_set_xavp(msg) < 0 ? -1 : 1;
}

/* As lookup() of registrar, for users of a core. */
static int ki_iwf_lookup(struct sip_msg *msg)
{
	return iwf_targets_lookup(msg) ? 1 : -1;
}

/* Of a peer of role core; the script answers. */
static int ki_iwf_register(struct sip_msg *msg)
{
	return take_step(msg, iwf_register);
}

/* The same; the reply has what a publication needs. */
static int ki_iwf_publish(struct sip_msg *msg)
{
	return take_step(msg, iwf_publish);
}

/* Notes a verdict for $iwf() and iwf_reply(): 1 or -1. Success needs no note
 * if nothing has been said of the message yet. */
static int note_verdict(
		struct sip_msg *msg, mclmr_status_t status, mclmr_mime_rule_t rule)
{
	iwf_facts_t *facts = iwf_message_facts(msg);
	iwf_message_t *message;

	if(facts == NULL && status != MCLMR_OK) {
		message = iwf_message_get(msg);
		facts = message != NULL ? &message->facts : NULL;
	}
	if(facts != NULL) {
		facts->status = status;
		facts->rule = rule;
	}
	return status == MCLMR_OK ? 1 : -1;
}

/* An ordinary MESSAGE of an IWF, in these two names. */
static int ki_iwf_check_plain(struct sip_msg *msg, str *from, str *asserted)
{
	return note_verdict(msg,
			iwf_check_plain(msg, mc_span(from), mc_span(asserted)),
			MCLMR_MIME_KEPT);
}

/* Of any request, before its body is looked at. */
static int ki_iwf_admit(struct sip_msg *msg, str *key, str *limit)
{
	return note_verdict(
			msg, iwf_admit(msg, mc_span(key), mc_span(limit)), MCLMR_MIME_KEPT);
}

/* The same of a description. */
static int note_sdp(
		struct sip_msg *msg, const lmr_message_t *m, mclmr_status_t status)
{
	return note_verdict(msg, status, m->body.rule);
}

/* lmr_sdp_offer() and lmr_sdp_answer(). */
static int decide(struct sip_msg *msg, mclmr_op_t op, str *profile)
{
	lmr_message_t *m = lmr_sdp_get(msg);

	return note_sdp(msg, m, lmr_sdp_decide(msg, m, op, mc_span(profile)));
}

/* profile: the name of one, or the URI of a group. */
static int ki_lmr_sdp_offer(struct sip_msg *msg, str *profile)
{
	return decide(msg, MCLMR_OP_OFFER, profile);
}

/* profile: as for the offer; what is bad is closed, not refused. */
static int ki_lmr_sdp_answer(struct sip_msg *msg, str *profile)
{
	return decide(msg, MCLMR_OP_ANSWER, profile);
}

/* For what cannot be refused any more, as a reply. */
static int ki_lmr_sdp_close(struct sip_msg *msg)
{
	lmr_message_t *m = lmr_sdp_get(msg);

	return note_sdp(msg, m, lmr_sdp_close(m));
}

/* Takes over what the media relay has made of the description. */
static int ki_lmr_sdp_commit(struct sip_msg *msg)
{
	lmr_message_t *m = lmr_sdp_get(msg);

	return note_sdp(msg, m, lmr_sdp_commit(msg, m));
}

/* profile may be empty: then it stays. */
static int ki_iwf_group_codec(
		struct sip_msg *msg, str *group, str *codec, str *profile)
{
	char error[IWF_GROUP_ERROR];
	mclmr_status_t status = iwf_group_codec(
			mc_span(group), mc_span(codec), mc_span(profile), error);

	if(status != MCLMR_OK)
		LM_NOTICE("codec of group %.*s not changed: %s\n", group->len, group->s,
				error);
	return note_verdict(msg, status, MCLMR_MIME_KEPT);
}

/* The next dispatcher set that leads to an IWF or a partner. */
static int ki_iwf_peer_set(struct sip_msg *msg, int above)
{
	int set = iwf_peer_set(above);

	(void)msg;
	return set > 0 ? set : -1;
}

/* The answer to a scrape of /metrics; more: lines of the script. */
static int ki_iwf_metrics_reply(struct sip_msg *msg, str *more)
{
	return iwf_metrics_reply(msg, mc_span(more)) ? 1 : -1;
}

static int w_iwf_clean_head(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_clean_head(msg);
}

static int w_iwf_whole_head(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_whole_head(msg);
}

static int w_iwf_admit(struct sip_msg *msg, char *p1, char *p2)
{
	str key, limit;

	if(fixup_get_svalue(msg, (gparam_t *)p1, &key) < 0
			|| fixup_get_svalue(msg, (gparam_t *)p2, &limit) < 0)
		return -1;
	return ki_iwf_admit(msg, &key, &limit);
}

static int w_iwf_uri_equal(struct sip_msg *msg, char *p1, char *p2)
{
	str one, other;

	if(fixup_get_svalue(msg, (gparam_t *)p1, &one) < 0
			|| fixup_get_svalue(msg, (gparam_t *)p2, &other) < 0)
		return -1;
	return ki_iwf_uri_equal(msg, &one, &other);
}

static int w_iwf_is_message(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_is_message(msg);
}

static int w_iwf_check(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_check(msg);
}

static int w_iwf_check_body(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_check_body(msg);
}

static int w_iwf_authorize(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_authorize(msg);
}

static int w_iwf_check_in_dialog(struct sip_msg *msg, char *p1, char *p2)
{
	str mc_id;

	(void)p2;
	if(fixup_get_svalue(msg, (gparam_t *)p1, &mc_id) < 0)
		return -1;
	return ki_iwf_check_in_dialog(msg, &mc_id);
}

static int w_iwf_check_plain(struct sip_msg *msg, char *p1, char *p2)
{
	str from, asserted;

	if(fixup_get_svalue(msg, (gparam_t *)p1, &from) < 0
			|| fixup_get_svalue(msg, (gparam_t *)p2, &asserted) < 0)
		return -1;
	return ki_iwf_check_plain(msg, &from, &asserted);
}

static int w_iwf_targets(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_targets(msg);
}

static int w_iwf_rewrite(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_rewrite(msg);
}

static int w_iwf_reply(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_reply(msg);
}

static int w_iwf_refuse(struct sip_msg *msg, char *p1, char *p2)
{
	str verdict;

	(void)p2;
	if(fixup_get_svalue(msg, (gparam_t *)p1, &verdict) < 0)
		return -1;
	return ki_iwf_refuse(msg, &verdict);
}

static int w_iwf_group_codec(struct sip_msg *msg, char *p1, char *p2, char *p3)
{
	str group, codec, profile = STR_NULL;

	if(fixup_get_svalue(msg, (gparam_t *)p1, &group) < 0
			|| fixup_get_svalue(msg, (gparam_t *)p2, &codec) < 0
			|| (p3 != NULL
					&& fixup_get_svalue(msg, (gparam_t *)p3, &profile) < 0))
		return -1;
	return ki_iwf_group_codec(msg, &group, &codec, &profile);
}

static int w_iwf_group_codec2(struct sip_msg *msg, char *p1, char *p2)
{
	return w_iwf_group_codec(msg, p1, p2, NULL);
}

static int w_iwf_peer_set(struct sip_msg *msg, char *p1, char *p2)
{
	int above;

	(void)p2;
	if(fixup_get_ivalue(msg, (gparam_t *)p1, &above) < 0)
		return -1;
	return ki_iwf_peer_set(msg, above);
}

static int w_iwf_metrics_reply(struct sip_msg *msg, char *p1, char *p2)
{
	str more;

	(void)p2;
	if(fixup_get_svalue(msg, (gparam_t *)p1, &more) < 0)
		return -1;
	return ki_iwf_metrics_reply(msg, &more);
}

static int w_iwf_contact(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_contact(msg);
}

static int w_iwf_lookup(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_lookup(msg);
}

static int w_iwf_register(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_register(msg);
}

static int w_iwf_publish(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_iwf_publish(msg);
}

static int w_lmr_sdp_offer(struct sip_msg *msg, char *p1, char *p2)
{
	str profile;

	(void)p2;
	if(fixup_get_svalue(msg, (gparam_t *)p1, &profile) < 0)
		return -1;
	return ki_lmr_sdp_offer(msg, &profile);
}

static int w_lmr_sdp_answer(struct sip_msg *msg, char *p1, char *p2)
{
	str profile;

	(void)p2;
	if(fixup_get_svalue(msg, (gparam_t *)p1, &profile) < 0)
		return -1;
	return ki_lmr_sdp_answer(msg, &profile);
}

static int w_lmr_sdp_close(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_lmr_sdp_close(msg);
}

static int w_lmr_sdp_commit(struct sip_msg *msg, char *p1, char *p2)
{
	(void)p1, (void)p2;
	return ki_lmr_sdp_commit(msg);
}

#define CALL_ROUTES \
	(REQUEST_ROUTE | BRANCH_ROUTE | FAILURE_ROUTE | ONREPLY_ROUTE)

/* clang-format off */
static cmd_export_t commands[] = {
	{"iwf_clean_head", w_iwf_clean_head, 0, 0, 0, ANY_ROUTE},
	{"iwf_whole_head", w_iwf_whole_head, 0, 0, 0, ANY_ROUTE},
	{"iwf_admit", w_iwf_admit, 2, fixup_spve_all, fixup_free_spve_all,
		REQUEST_ROUTE},
	{"iwf_uri_equal", w_iwf_uri_equal, 2, fixup_spve_all,
		fixup_free_spve_all, ANY_ROUTE},
	{"iwf_is_message", w_iwf_is_message, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_check", w_iwf_check, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_check_body", w_iwf_check_body, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_authorize", w_iwf_authorize, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_check_in_dialog", w_iwf_check_in_dialog, 1, fixup_spve_null,
		fixup_free_spve_null, REQUEST_ROUTE},
	{"iwf_check_plain", w_iwf_check_plain, 2, fixup_spve_all,
		fixup_free_spve_all, REQUEST_ROUTE},
	{"iwf_targets", w_iwf_targets, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_rewrite", w_iwf_rewrite, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_reply", w_iwf_reply, 0, 0, 0, REQUEST_ROUTE | FAILURE_ROUTE},
	{"iwf_refuse", w_iwf_refuse, 1, fixup_spve_null, fixup_free_spve_null,
		REQUEST_ROUTE | FAILURE_ROUTE},
	{"iwf_contact", w_iwf_contact, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_lookup", w_iwf_lookup, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_register", w_iwf_register, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_publish", w_iwf_publish, 0, 0, 0, REQUEST_ROUTE},
	{"iwf_group_codec", w_iwf_group_codec2, 2, fixup_spve_all,
		fixup_free_spve_all, ANY_ROUTE},
	{"iwf_group_codec", (cmd_function)w_iwf_group_codec, 3, fixup_spve_all,
		fixup_free_spve_all, ANY_ROUTE},
	{"iwf_peer_set", w_iwf_peer_set, 1, fixup_igp_null, fixup_free_igp_null,
		ANY_ROUTE},
	{"iwf_metrics_reply", w_iwf_metrics_reply, 1, fixup_spve_null,
		fixup_free_spve_null, REQUEST_ROUTE | EVENT_ROUTE},
	{"lmr_sdp_offer", w_lmr_sdp_offer, 1, fixup_spve_null,
		fixup_free_spve_null,
		REQUEST_ROUTE | BRANCH_ROUTE | FAILURE_ROUTE | ONREPLY_ROUTE},
	{"lmr_sdp_answer", w_lmr_sdp_answer, 1, fixup_spve_null,
		fixup_free_spve_null,
		REQUEST_ROUTE | BRANCH_ROUTE | FAILURE_ROUTE | ONREPLY_ROUTE},
	{"lmr_sdp_close", w_lmr_sdp_close, 0, 0, 0,
		REQUEST_ROUTE | BRANCH_ROUTE | FAILURE_ROUTE | ONREPLY_ROUTE},
	{"lmr_sdp_commit", w_lmr_sdp_commit, 0, 0, 0,
		REQUEST_ROUTE | BRANCH_ROUTE | FAILURE_ROUTE | ONREPLY_ROUTE},
	{"bind_mc_iwf", (cmd_function)iwf_api_bind, 1, 0, 0, 0},
	{0, 0, 0, 0, 0, 0}
};

#define KEMI_NAME str_init("mc_iwf")
#define KEMI_NO_PARAMS {SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE, \
	SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE}

static sr_kemi_t kemi[] = {
	{KEMI_NAME, str_init("iwf_clean_head"), SR_KEMIP_INT, ki_iwf_clean_head,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_whole_head"), SR_KEMIP_INT, ki_iwf_whole_head,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_admit"), SR_KEMIP_INT, ki_iwf_admit,
		{SR_KEMIP_STR, SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_uri_equal"), SR_KEMIP_INT, ki_iwf_uri_equal,
		{SR_KEMIP_STR, SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_is_message"), SR_KEMIP_INT, ki_iwf_is_message,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_check"), SR_KEMIP_INT, ki_iwf_check,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_check_body"), SR_KEMIP_INT, ki_iwf_check_body,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_authorize"), SR_KEMIP_INT, ki_iwf_authorize,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_check_in_dialog"), SR_KEMIP_INT,
		ki_iwf_check_in_dialog,
		{SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_check_plain"), SR_KEMIP_INT, ki_iwf_check_plain,
		{SR_KEMIP_STR, SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_targets"), SR_KEMIP_INT, ki_iwf_targets,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_rewrite"), SR_KEMIP_INT, ki_iwf_rewrite,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_reply"), SR_KEMIP_INT, ki_iwf_reply,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_refuse"), SR_KEMIP_INT, ki_iwf_refuse,
		{SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_contact"), SR_KEMIP_INT, ki_iwf_contact,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_lookup"), SR_KEMIP_INT, ki_iwf_lookup,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_register"), SR_KEMIP_INT, ki_iwf_register,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_publish"), SR_KEMIP_INT, ki_iwf_publish,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("iwf_group_codec"), SR_KEMIP_INT, ki_iwf_group_codec,
		{SR_KEMIP_STR, SR_KEMIP_STR, SR_KEMIP_STR, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_peer_set"), SR_KEMIP_INT, ki_iwf_peer_set,
		{SR_KEMIP_INT, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("iwf_metrics_reply"), SR_KEMIP_INT,
		ki_iwf_metrics_reply,
		{SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("lmr_sdp_offer"), SR_KEMIP_INT, ki_lmr_sdp_offer,
		{SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("lmr_sdp_answer"), SR_KEMIP_INT, ki_lmr_sdp_answer,
		{SR_KEMIP_STR, SR_KEMIP_NONE, SR_KEMIP_NONE, SR_KEMIP_NONE,
			SR_KEMIP_NONE, SR_KEMIP_NONE}},
	{KEMI_NAME, str_init("lmr_sdp_close"), SR_KEMIP_INT, ki_lmr_sdp_close,
		KEMI_NO_PARAMS},
	{KEMI_NAME, str_init("lmr_sdp_commit"), SR_KEMIP_INT, ki_lmr_sdp_commit,
		KEMI_NO_PARAMS},
	{{0, 0}, {0, 0}, 0, NULL, {0, 0, 0, 0, 0, 0}}
};

static pv_export_t pseudo_variables[] = {
	{{"iwf", sizeof("iwf") - 1}, PVT_OTHER, iwf_pv_get, 0,
		iwf_pv_parse_name, 0, 0, 0},
	{{"lmr", sizeof("lmr") - 1}, PVT_OTHER, lmr_pv_get, 0,
		lmr_pv_parse_name, 0, 0, 0},
	{{0, 0}, 0, 0, 0, 0, 0, 0, 0}
};

struct module_exports exports = {
	MOD_NAME,
	DEFAULT_DLFLAGS,
	commands,
	params,
	iwf_rpc,
	pseudo_variables,
	0,
	mod_init,
	child_init,
	mod_destroy
};
/* clang-format on */

/* The codes and numbers of the standard, before the parameters are read. */
static void set_defaults(void)
{
	static bool done;

	if(done)
		return;
	mclmr_status_defaults(&iwf_config.status);
	mclmr_short_message_defaults(&iwf_config.message_table);
	done = true;
}

/* modparam status: a line of mclmr_status_configure(). */
static int param_status(modparam_t type, void *value)
{
	const char *wrong;

	(void)type;
	set_defaults();
	wrong = mclmr_status_configure(&iwf_config.status, mclmr_span(value));
	if(wrong == NULL)
		return 0;
	LM_ERR("status \"%s\": %s\n", (char *)value, wrong);
	return -1;
}

/* Reads a file of at most size octets; its length, or -1. */
static long read_file(const char *path, char *buffer, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t n;

	if(file == NULL)
		return -1;
	n = fread(buffer, 1, size, file);
	fclose(file);
	return n < size ? (long)n : -1;
}

/* modparam message_table: a file for mclmr_short_message_configure(). */
static int param_table(modparam_t type, void *value)
{
	char *text = malloc(TABLE_FILE_MAX);
	const char *wrong = "cannot be read, or is too large";
	size_t line = 0;
	long n;

	(void)type;
	set_defaults();
	n = text != NULL ? read_file(value, text, TABLE_FILE_MAX) : -1;
	if(n >= 0)
		wrong = mclmr_short_message_configure(&iwf_config.message_table,
				(mclmr_span_t){text, (size_t)n}, &line);
	free(text);
	if(wrong == NULL)
		return 0;
	LM_ERR("message_table: %s, line %zu: %s\n", (char *)value, line, wrong);
	return -1;
}

/* modparam token_keys: one file more, if it has a name. */
static int param_token_keys(modparam_t type, void *value)
{
	mclmr_token_files_t *files = &iwf_config.token_files;

	(void)type;
	if(*(char *)value == '\0')
		return 0;
	if(files->n == MCLMR_TOKEN_MAX_FILES) {
		LM_ERR("token_keys: more than %d files\n", MCLMR_TOKEN_MAX_FILES);
		return -1;
	}
	files->file[files->n].path = strdup(value);
	if(files->file[files->n].path == NULL) {
		LM_ERR("token_keys: no memory\n");
		return -1;
	}
	files->n++;
	return 0;
}

/* The number of a word parameter among its words; 0 or -1. */
static int read_word(struct word_param *param)
{
	mclmr_span_t words = mclmr_span(param->words);

	for(int i = 0; words.len > 0; i++) {
		mclmr_span_t word = mclmr_span_cut(&words, '|');

		if(mclmr_span_equal(word, mc_span(&param->text))) {
			param->number = i;
			return 0;
		}
	}
	LM_ERR("%s: \"%.*s\" is none of %s\n", param->name, param->text.len,
			param->text.s, param->words);
	return -1;
}

/* All word parameters into the configuration; 0 or -1. */
static int read_words(void)
{
	for(int i = 0; i < WORD_PARAMS; i++) {
		if(read_word(&word_params[i]) < 0)
			return -1;
	}
	iwf_config.decode = (iwf_decode_t)word_params[DECODE].number;
	iwf_config.refuse_unknown_kmf = word_params[KMF_UNKNOWN].number != 0;
	iwf_config.strict_service = word_params[SERVICE_CHECK].number != 0;
	iwf_config.pai_to_iwf = (iwf_pai_t)word_params[PAI_TO_IWF].number;
	iwf_config.pai_to_client = (iwf_pai_t)word_params[PAI_TO_CLIENT].number;
	iwf_config.client_hop = (iwf_client_hop_t)word_params[CLIENT_HOP].number;
	iwf_config.deliver = (iwf_deliver_t)word_params[DELIVER].number;
	iwf_config.one_kmf_per =
			(mclmr_one_kmf_per_t)word_params[ONE_KMF_PER].number;
	iwf_config.group_caller =
			(mclmr_group_caller_t)word_params[GROUP_CALLER].number;
	iwf_config.client_media =
			(iwf_client_media_t)word_params[CLIENT_MEDIA].number;
	iwf_config.registrations =
			(iwf_registrations_t)word_params[REGISTRATIONS].number;
	iwf_config.token = (iwf_token_t)word_params[TOKEN].number;
	iwf_config.token_enforce = word_params[TOKEN_EXPIRY].number != 0;
	iwf_config.rebind = (mclmr_rebind_t)word_params[REBIND].number;
	return 0;
}

/* With keys, tokens count unless it is said otherwise. */
static void set_default_token(void)
{
	if(word_params[TOKEN].text.len == 0)
		word_params[TOKEN].text = iwf_config.token_files.n > 0
										  ? (str)str_init("optional")
										  : (str)str_init("off");
}

/* The rules of access tokens; what is wrong with their parameters, or NULL. */
static const char *read_token_rules(void)
{
	mclmr_token_rules_t *rules = &iwf_config.token_rules;

	rules->skew = token_params.skew;
	rules->issuer = mc_span(&token_params.issuer);
	rules->audience = mc_span(&token_params.audience);
	for(int i = 0; i < MCLMR_SERVICE_COUNT; i++)
		rules->scope[i] = mc_span(&token_params.scope[i]);
	if(token_params.skew < 0 || token_params.skew > MAX_SKEW)
		return "token_skew is 0 to 86400 (s)";
	return mclmr_token_algorithms_read(
			mc_span(&token_params.algorithms), &rules->algorithms);
}

/* What is wrong with the parameters of access tokens, or NULL. */
static const char *check_token(void)
{
	const char *wrong = read_token_rules();

	if(wrong != NULL || iwf_config.token == IWF_TOKEN_OFF)
		return wrong;
	if(iwf_config.token_files.n == 0)
		return "token optional or required needs token_keys";
	if(iwf_config.registrations == IWF_REGISTRATIONS_USRLOC)
		return "token optional or required needs registrations core or both";
	return NULL;
}

/* Parameters of access tokens that make no sense stop the start; 0 or -1. */
static int check_tokens(void)
{
	const char *wrong = check_token();

	if(wrong == NULL)
		return 0;
	LM_ERR("access tokens: %s\n", wrong);
	return -1;
}

/* Parameters that make no sense stop the start. */
static int check_numbers(void)
{
	if(iwf_config.max_body < 1 || iwf_config.total_timeout < 1
			|| iwf_config.total_timeout > 31 || iwf_config.held_share < 1
			|| iwf_config.held_share > 90) {
		LM_ERR("max_body has to be above 0, total_timeout 1 to 31 (s),"
			   " held_share 1 to 90 (per cent)\n");
		return -1;
	}
	if(iwf_config.keep_bindings < 0 || iwf_config.keep_bindings > 1) {
		LM_ERR("keep_bindings is 0 or 1\n");
		return -1;
	}
	if(iwf_config.dereg_grace < 0) {
		LM_ERR("dereg_grace is 0 or more (s)\n");
		return -1;
	}
	if(iwf_config.publish_min_expires < 0
			|| iwf_config.publish_min_expires > 3600
			|| iwf_config.publish_max_expires < 1
			|| iwf_config.publish_max_expires
					   < iwf_config.publish_min_expires) {
		LM_ERR("publish_min_expires is 0 to 3600, publish_max_expires from"
			   " that on, and above 0 (s)\n");
		return -1;
	}
	return 0;
}

/* The I-CSCF is a URI that a Route can hold. */
static int check_icscf(void)
{
	mclmr_span_t uri = mc_span(&iwf_config.icscf);
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(uri.len == 0
			|| (mclmr_uri_key_in(uri, &room, &key)
					&& mclmr_uri_host(key).len > 0
					&& !mclmr_uri_has_headers(uri)))
		return 0;
	LM_ERR("icscf is a SIP URI without header fields, or empty\n");
	return -1;
}

/* All that calls need. */
static int lmr_init(void)
{
	return lmr_receiver_init() < 0 || lmr_sdp_init() < 0 || lmr_leg_init() < 0
						   || lmr_avp_init() < 0 || lmr_profiles_init() < 0
						   || rpc_register_array(lmr_rpc) != 0
				   ? -1
				   : 0;
}

static int mod_init(void)
{
	set_defaults();
	set_default_token();
	if(read_words() < 0 || check_numbers() < 0 || check_tokens() < 0
			|| check_icscf() < 0 || iwf_message_init() < 0
			|| iwf_transaction_init() < 0 || iwf_admit_init() < 0
			|| iwf_reply_init() < 0 || iwf_usrloc_init() < 0
			|| iwf_source_init() < 0 || iwf_store_init() < 0
			|| iwf_bindings_init() < 0 || iwf_token_init() < 0
			|| iwf_group_init() < 0 || iwf_counters_init() < 0
			|| iwf_gauges_init() < 0 || iwf_metrics_init() < 0 || lmr_init() < 0
			|| rpc_register_array(iwf_message_rpc) != 0)
		return -1;
	iwf_event_init(&event_callback);
	return iwf_refresh_init() < 0 || iwf_keeper_init() < 0 ? -1 : 0;
}

static int child_init(int rank)
{
	if(rank != PROC_MAIN)
		return 0;
	return iwf_refresh_start() < 0 || iwf_keeper_start() < 0 ? -1 : 0;
}

static void mod_destroy(void)
{
	iwf_keeper_destroy();
	iwf_refresh_destroy();
	iwf_group_destroy();
	iwf_token_destroy();
	iwf_bindings_destroy();
	iwf_store_destroy();
	lmr_profiles_destroy();
	lmr_leg_destroy();
}

/* Called by the core when it has loaded the module. */
int mod_register(char *path, int *dlflags, void *p1, void *p2)
{
	(void)path, (void)dlflags, (void)p1, (void)p2;
	sr_kemi_modules_add(kemi);
	return 0;
}
