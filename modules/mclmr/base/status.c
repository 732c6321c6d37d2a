/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Verdicts with SIP status, Warning, reason. */
#include <stdio.h>
#include <string.h>

#include "status.h"

#define MAX_RETRY_AFTER 86400 /* seconds; a day is longer than any outage */

#define DENIED "function not allowed due to "

/* Every status with its word and what is sent unless configured otherwise. */
static const struct
{
	const char *word;
	mclmr_refusal_t refusal;
} defaults[MCLMR_STATUS_COUNT] = {
		[MCLMR_OK] = {"ok", {0, 0, 0, "ok"}},
		[MCLMR_NOT_OURS] = {"not_ours", {0, 0, 0, "no interworking body part"}},
		[MCLMR_UNAUTHENTICATED] = {"unauthenticated",
				{407, 0, 0, "proxy authentication required"}},
		[MCLMR_PEER_ASSERTION] = {"peer_assertion",
				{403, 0, 0, "asserted identity not accepted from this peer"}},
		[MCLMR_REGISTRATION_MALFORMED] = {"registration_malformed",
				{400, 0, 0, "not a third-party registration"}},
		[MCLMR_WRONG_PSI] = {"wrong_psi",
				{403, 0, 0,
						"public service identity not meant for this sender"}},
		[MCLMR_TOO_LARGE] = {"too_large", {413, 0, 0, "body too large"}},
		[MCLMR_MIME_MALFORMED] = {"mime_malformed",
				{400, 0, 0, "malformed MIME body"}},
		[MCLMR_BODY_MISSING] = {"body_missing",
				{403, 199, 0, "expected MIME bodies not in the request"}},
		[MCLMR_XML_MALFORMED] = {"xml_malformed",
				{400, 0, 0, "malformed XML body"}},
		[MCLMR_BINARY_MALFORMED] = {"binary_malformed",
				{400, 0, 0, "malformed interworking body"}},
		[MCLMR_LIMIT_EXCEEDED] = {"limit_exceeded",
				{400, 0, 0, "a limit of the body is exceeded"}},
		[MCLMR_SERVICE_MISMATCH] = {"service_mismatch",
				{403, 0, 0, "service indication missing or contradicting"}},
		[MCLMR_SENDER_UNKNOWN] = {"sender_unknown",
				{404, 141, 0, "user unknown to the participating function"}},
		[MCLMR_SENDER_UNREGISTERED] = {"sender_unregistered",
				{404, 141, 0, "user unknown to the participating function"}},
		[MCLMR_SENDER_AMBIGUOUS] = {"sender_ambiguous",
				{403, 0, 0, "sender has several identities and names none"}},
		[MCLMR_IDENTITY_ENCRYPTED] = {"identity_encrypted",
				{403, 0, 0, "no key for the encrypted identity"}},
		[MCLMR_PARTNER_UNKNOWN] = {"partner_unknown",
				{404, 0, 0, "partner system of the user unknown"}},
		[MCLMR_TARGET_UNKNOWN] = {"target_unknown",
				{404, 145, 0, "unable to determine called party"}},
		[MCLMR_LMR_USER_UNKNOWN] = {"lmr_user_unknown",
				{404, 145, 0, "unable to determine called party"}},
		[MCLMR_GROUP_UNKNOWN] = {"group_unknown",
				{404, 113, 0, "group document does not exist"}},
		[MCLMR_SESSION_TYPE] = {"session_type",
				{403, 0, 0, "session type not supported"}},
		[MCLMR_CALLER_FOREIGN] = {"caller_foreign",
				{403, 0, 0, "calling identity of another user"}},
		[MCLMR_SEND_DENIED] = {"send_denied",
				{403, 100, 0, DENIED "user not authorised to send"}},
		[MCLMR_RECEIVE_DENIED] = {"receive_denied",
				{403, 100, 0, DENIED "called user not authorised to receive"}},
		[MCLMR_NO_LMR_ENTRY] = {"no_lmr_entry",
				{403, 100, 0, DENIED "user without LMR subscription"}},
		[MCLMR_KMF_UNKNOWN] = {"kmf_unknown",
				{403, 100, 0, DENIED "unknown key management function"}},
		[MCLMR_KMF_CONFLICT] = {"kmf_conflict",
				{403, 100, 0, DENIED "contradicting target identities"}},
		[MCLMR_KMF_FOREIGN] = {"kmf_foreign",
				{403, 100, 0, DENIED "key management function of other users"}},
		[MCLMR_KMF_AMBIGUOUS] = {"kmf_ambiguous",
				{403, 100, 0, DENIED "ambiguous key management function"}},
		[MCLMR_IWF_FOREIGN] = {"iwf_foreign",
				{403, 100, 0, DENIED "interworking function of other users"}},
		[MCLMR_TARGET_UNREGISTERED] = {"target_unregistered",
				{480, 0, 0, "called user not registered"}},
		[MCLMR_PEERS_DOWN] = {"peers_down",
				{503, 0, 5, "interworking function not reachable"}},
		[MCLMR_NO_ANSWER] = {"no_answer",
				{504, 0, 0, "no final answer in time"}},
		[MCLMR_OVERLOAD] = {"overload", {503, 0, 2, "overload"}},
		[MCLMR_INTERNAL] = {"internal", {500, 0, 0, "internal error"}},
		[MCLMR_SDP_MALFORMED] = {"sdp_malformed",
				{400, 0, 0, "malformed session description"}},
		[MCLMR_SDP_LIMIT] = {"sdp_limit",
				{488, 399, 0, "session description over a limit"}},
		[MCLMR_E2EE_FORBIDDEN] = {"e2ee_forbidden",
				{488, 300, 0, "LMR E2EE not permitted"}},
		[MCLMR_E2EE_REQUIRED] = {"e2ee_required",
				{488, 301, 0, "LMR E2EE required"}},
		[MCLMR_CODEC_REQUIRED] = {"codec_required",
				{488, 302, 0, "LMR codec required"}},
		[MCLMR_KEYING_DENIED] = {"keying_denied",
				{488, 399, 0, "media protection not permitted"}},
		[MCLMR_MEDIA_DENIED] = {"media_denied",
				{488, 399, 0, "media description not permitted"}},
		[MCLMR_ANSWER_MISMATCH] = {"answer_mismatch",
				{488, 399, 0, "answer does not fit the offer"}},
		[MCLMR_PROFILE_UNKNOWN] = {"profile_unknown",
				{500, 0, 0, "media profile unknown"}},
		[MCLMR_SDP_STRAY] = {"sdp_stray",
				{488, 399, 0, "session description where none is expected"}},
		[MCLMR_MEDIA_ADDRESS] = {"media_address",
				{488, 399, 0, "media at no permitted address"}},
		[MCLMR_MEDIA_DOWN] = {"media_down",
				{503, 0, 2, "media relay not reachable"}},
		[MCLMR_EVENT_UNSUPPORTED] = {"event_unsupported",
				{489, 0, 0, "event package not supported"}},
		[MCLMR_PUBLICATION_MALFORMED] = {"publication_malformed",
				{400, 0, 0, "not a publication of service settings"}},
		[MCLMR_PUBLICATION_TYPE] = {"publication_type",
				{415, 0, 0, "no service settings in the body"}},
		[MCLMR_PUBLICATION_UNKNOWN] = {"publication_unknown",
				{412, 0, 0, "no publication with this entity-tag"}},
		[MCLMR_PUBLICATION_LIMIT] = {"publication_limit",
				{403, 0, 0, "too many publications of one user"}},
		[MCLMR_TOKEN_REFUSED] = {"token_refused",
				{403, 101, 0, "service authorisation failed"}},
		[MCLMR_PUBLICATION_BRIEF] = {"publication_brief",
				{423, 0, 0, "publication too brief"}},
};

/* Cuts the leading blanks and the word after them off *line. */
static mclmr_span_t cut_word(mclmr_span_t *line)
{
	mclmr_span_t text = mclmr_span_trim(*line);

	*line = text;
	return mclmr_span_trim(mclmr_span_cut(line, ' '));
}

/* A decimal number of at most max in *number; false if text is none. */
static bool read_number(mclmr_span_t text, int max, int *number)
{
	int value = 0;

	if(text.len == 0 || text.len > 6)
		return false;
	for(size_t i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return false;
		value = value * 10 + (text.s[i] - '0');
	}
	*number = value;
	return value <= max;
}

/* True if the text would be taken for a warning code and its text. */
static bool starts_with_code(mclmr_span_t reason)
{
	int code;

	return reason.len >= 3
		   && read_number((mclmr_span_t){reason.s, 3}, 999, &code);
}

/* True for an octet that may not stand in a quoted string as it is. */
static bool needs_quoting(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f || c == '\\' || c == '"';
}

/* Takes the reason over; NULL, or why it is unfit for a reply. */
static const char *set_reason(mclmr_span_t reason, mclmr_refusal_t *refusal)
{
	if(reason.len == 0)
		return "the reason is empty";
	if(reason.len >= MCLMR_REASON_SIZE)
		return "the reason is too long";
	if(starts_with_code(reason))
		return "the reason may not begin with three digits";
	for(size_t i = 0; i < reason.len; i++) {
		if(needs_quoting(reason.s[i]))
			return "the reason holds a control character or a backslash";
	}
	memcpy(refusal->reason, reason.s, reason.len);
	refusal->reason[reason.len] = '\0';
	return NULL;
}

/* Reads SIP [WARNING], all that stands before the reason. */
static const char *set_codes(mclmr_span_t text, mclmr_refusal_t *refusal)
{
	mclmr_span_t sip = cut_word(&text);
	mclmr_span_t warning = cut_word(&text);

	if(!read_number(sip, 699, &refusal->sip) || refusal->sip < 300)
		return "the SIP status is not a number from 300 to 699";
	if(warning.len > 0
			&& (!read_number(warning, 999, &refusal->warning)
					|| refusal->warning < 100))
		return "the warning code is not a number from 100 to 999";
	return text.len == 0 ? NULL : "text between the codes and the reason";
}

/* Reads [retry-after=SECONDS], all that follows the reason. */
static const char *set_retry_after(mclmr_span_t text, mclmr_refusal_t *refusal)
{
	mclmr_span_t value = mclmr_span_trim(text);
	mclmr_span_t name = mclmr_span_cut(&value, '=');

	if(name.len == 0 && value.len == 0)
		return NULL;
	if(!mclmr_span_equal(name, MCLMR_SPAN("retry-after")))
		return "only retry-after=SECONDS may follow the reason";
	if(!read_number(value, MAX_RETRY_AFTER, &refusal->retry_after))
		return "retry-after is not a number from 0 to 86400";
	return NULL;
}

/* Reads what follows the "=" of a line; NULL or what is wrong. */
static const char *read_refusal(mclmr_span_t text, mclmr_refusal_t *refusal)
{
	mclmr_span_t codes = mclmr_span_cut(&text, '"');
	mclmr_span_t reason = mclmr_span_cut(&text, '"');
	const char *wrong = set_codes(codes, refusal);

	if(wrong == NULL && text.s == NULL)
		wrong = "the reason is not in quotes";
	if(wrong == NULL)
		wrong = set_reason(reason, refusal);
	if(wrong == NULL)
		wrong = set_retry_after(text, refusal);
	return wrong;
}

void mclmr_status_defaults(mclmr_status_table_t *table)
{
	for(int i = 0; i < MCLMR_STATUS_COUNT; i++) {
		table->row[i] = defaults[i].refusal;
		table->replaced[i] = false;
	}
}

const char *mclmr_status_configure(
		mclmr_status_table_t *table, mclmr_span_t line)
{
	mclmr_refusal_t refusal = {.sip = 0};
	mclmr_span_t rest = line;
	mclmr_span_t word = mclmr_span_trim(mclmr_span_cut(&rest, '='));
	mclmr_status_t status = mclmr_status_from_word(word);
	const char *wrong;

	if(status == MCLMR_STATUS_COUNT)
		return "no such status";
	if(defaults[status].refusal.sip == 0)
		return "this status is no refusal";
	wrong = read_refusal(rest, &refusal);
	if(wrong != NULL)
		return wrong;
	table->row[status] = refusal;
	table->replaced[status] = true;
	return NULL;
}

const char *mclmr_status_word(mclmr_status_t status)
{
	if((unsigned)status >= MCLMR_STATUS_COUNT)
		status = MCLMR_INTERNAL;
	return defaults[status].word;
}

mclmr_status_t mclmr_status_from_word(mclmr_span_t word)
{
	int i = 0;

	while(i < MCLMR_STATUS_COUNT
			&& !mclmr_span_equal(word, mclmr_span(defaults[i].word)))
		i++;
	return (mclmr_status_t)i;
}

size_t mclmr_status_warning(const mclmr_status_table_t *table,
		mclmr_status_t status, mclmr_span_t host, char *buffer, size_t size)
{
	const mclmr_refusal_t *row;
	int len;

	if((unsigned)status >= MCLMR_STATUS_COUNT || host.len >= size)
		return 0;
	row = &table->row[status];
	if(row->warning == 0 || host.len == 0)
		return 0;
	if(row->warning == MCLMR_PLAIN_WARNING)
		len = snprintf(
				buffer, size, "399 %.*s \"%s\"", MCLMR_FMT(host), row->reason);
	else
		len = snprintf(buffer, size, "399 %.*s \"%d %s\"", MCLMR_FMT(host),
				row->warning, row->reason);
	return len > 0 && (size_t)len < size ? (size_t)len : 0;
}
