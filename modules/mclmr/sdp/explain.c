/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A decision in words. */
#include "mclmr/base/text.h"
#include "explain.h"

/* Adds "name=value" as a line. */
static void put_field(mclmr_text_t *text, const char *name, const char *value)
{
	mclmr_text_string(text, name);
	mclmr_text_string(text, "=");
	mclmr_text_string(text, value);
	mclmr_text_string(text, "\n");
}

/* The same with a number. */
static void put_number(mclmr_text_t *text, const char *name, int value)
{
	mclmr_text_string(text, name);
	mclmr_text_string(text, "=");
	mclmr_text_number(text, (unsigned long)value);
	mclmr_text_string(text, "\n");
}

/* A set of encryption modes as a word. */
static const char *e2ee_word(unsigned modes)
{
	static const char *const words[] = {"none", "off", "on", "maybe"};

	return words[modes & MCLMR_E2EE_MAYBE];
}

/* A truth as a word. */
static const char *yes_or_no(bool truth)
{
	return truth ? "yes" : "no";
}

/* Adds the SIP reply of a status. */
static void put_reply(mclmr_text_t *text, mclmr_status_t status)
{
	mclmr_status_table_t table;
	const mclmr_refusal_t *row;

	mclmr_status_defaults(&table);
	row = &table.row[status];
	put_number(text, "status", row->sip);
	put_number(text, "warning", row->warning);
	put_field(text, "text", row->reason);
}

/* Adds the kinds of a set, with commas between them. */
static void put_kinds(mclmr_text_t *text, unsigned kinds)
{
	const char *separator = "srtp=";

	for(unsigned kind = 1; kind < MCLMR_KEYING_OTHER; kind <<= 1) {
		if((kinds & kind) == 0)
			continue;
		mclmr_text_string(text, separator);
		mclmr_text_string(text, mclmr_keying_word(kind));
		separator = ",";
	}
	mclmr_text_string(text, separator[0] == ',' ? "\n" : "srtp=\n");
}

/* Adds a reason: where, the rule, what it is about, in words. */
static void put_reason(mclmr_text_t *text, const mclmr_reason_t *reason)
{
	mclmr_text_string(text, "reason=");
	if(reason->section == MCLMR_WHOLE) {
		mclmr_text_string(text, "whole");
	} else {
		mclmr_text_string(text, "section ");
		mclmr_text_number(text, (unsigned long)reason->section + 1);
	}
	mclmr_text_string(text, ": ");
	mclmr_text_string(text, mclmr_rule_word(reason->rule));
	mclmr_text_string(text, ": ");
	if(reason->detail.len > 0) {
		mclmr_text_escaped(text, reason->detail);
		mclmr_text_string(text, " ");
	}
	mclmr_text_string(text, mclmr_rule_text(reason->rule));
	mclmr_text_string(text, "\n");
}

bool mclmr_explain(const mclmr_policy_request_t *request,
		const mclmr_decision_t *decision, mclmr_arena_t *arena,
		mclmr_span_t *text)
{
	static const char *const actions[] = {"accept", "edit", "refuse"};
	mclmr_text_t out = mclmr_text(arena);

	put_field(&out, "profile", request->profile->name);
	put_field(&out, "decision", actions[decision->action]);
	put_field(&out, "verdict", mclmr_status_word(decision->status));
	if(decision->status != MCLMR_OK)
		put_reply(&out, decision->status);
	put_field(&out, "end_call", yes_or_no(decision->end_call));
	if(decision->codec != MCLMR_NO_CODEC)
		put_field(&out, "codec",
				request->profiles->codecs.codec[decision->codec].name);
	put_field(&out, "e2ee", e2ee_word(decision->e2ee));
	put_field(&out, "e2ee_wanted", e2ee_word(decision->wanted));
	put_kinds(&out, decision->srtp);
	put_field(&out, "transcode", yes_or_no(decision->transcode));
	for(size_t i = 0; i < decision->reasons; i++)
		put_reason(&out, &decision->reason[i]);
	return mclmr_text_done(&out, text);
}
