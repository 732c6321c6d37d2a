/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Rows of policy tests: an offer or answer, and what is to leave. */
#include <stdio.h>
#include <string.h>

#include "mclmr/sdp/sdp_outline.h"
#include "policy_rows.h"
#include "unit.h"

#define FAIL(row, ...) \
	fail_msg("%s\n%s\n%s", (row)->name, (row)->profile, __VA_ARGS__)

static char memory[1 << 20], memory_of_outline[1 << 20];
static mclmr_profiles_t shipped, own;
static mclmr_decision_t decision, by_outline;
static bool direct; /* no media relay */

int policy_rows_load(void **state)
{
	static char text[1 << 16];
	FILE *file = fopen("cfg/policies.ini", "r");
	size_t line, size;

	(void)state;
	if(file == NULL)
		return 1;
	size = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	return mclmr_profiles_read((mclmr_span_t){text, size}, &shipped, &line)
		   != NULL;
}

/* The profile of a row, read from its lines if it is none by name. */
static void find_profile(
		const policy_row_t *row, mclmr_policy_request_t *request)
{
	static char text[1024];
	const char *wrong;
	size_t line;

	if(strchr(row->profile, '=') == NULL) {
		request->profiles = &shipped;
		request->profile =
				mclmr_profile_find(&shipped, mclmr_span(row->profile));
		assert_non_null(request->profile);
		return;
	}
	(void)snprintf(text, sizeof(text), "[x]\n%s\n", row->profile);
	wrong = mclmr_profiles_read(mclmr_span(text), &own, &line);
	if(wrong != NULL)
		FAIL(row, wrong);
	request->profiles = &own;
	request->profile = &own.profile[0];
}

/* Fails if the outline of the offer gives another decision. */
static void check_outline(
		const policy_row_t *row, mclmr_policy_request_t request)
{
	mclmr_arena_t arena =
			mclmr_arena(memory_of_outline, sizeof(memory_of_outline));
	mclmr_sdp_t *sdp;

	if(mclmr_sdp_read(request.offer, &arena, &sdp) != MCLMR_OK)
		return;
	assert_true(mclmr_sdp_outline(sdp, &arena, &request.offer));
	mclmr_policy_decide(&request, &arena, &by_outline);
	if(by_outline.status != decision.status
			|| by_outline.action != decision.action
			|| by_outline.end_call != decision.end_call
			|| by_outline.srtp != decision.srtp
			|| by_outline.e2ee != decision.e2ee
			|| !mclmr_span_equal(by_outline.text, decision.text))
		FAIL(row, "the outline of the offer gives another decision");
}

const mclmr_decision_t *policy_rows_decide(const policy_row_t *row)
{
	static char offer[2 * MCLMR_SDP_MAX_SIZE], text[2 * MCLMR_SDP_MAX_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_policy_request_t request = {.wanted = row->wanted,
			.bound = mclmr_span(row->bound),
			.relayed = !direct};

	find_profile(row, &request);
	(void)snprintf(text, sizeof(text), HEAD "%s", row->text);
	request.text = mclmr_span(text);
	if(row->offered != NULL) {
		(void)snprintf(offer, sizeof(offer), HEAD "%s", row->offered);
		request.offer = mclmr_span(offer);
	}
	mclmr_policy_decide(&request, &arena, &decision);
	if(row->offered != NULL)
		check_outline(row, request);
	return &decision;
}

/* Fails if the reasons are not those of the row. */
static void check_rules(const policy_row_t *row)
{
	char words[2048] = "";
	size_t len = 0;

	for(size_t i = 0; i < decision.reasons; i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, "%s%s",
				i == 0 ? "" : " ", mclmr_rule_word(decision.reason[i].rule));
	if(strcmp(words, row->rules) != 0)
		FAIL(row, words);
}

/* Fails if the decision is not that of the row. */
static void check(const policy_row_t *row)
{
	mclmr_span_t left = decision.text;

	if(decision.status != row->status)
		FAIL(row, mclmr_status_word(decision.status));
	check_rules(row);
	if((decision.action == MCLMR_REFUSE) != (row->expected == NULL))
		FAIL(row, "refused, or not");
	if(row->expected == NULL) {
		assert_int_equal(left.len, 0);
		return;
	}
	left = (mclmr_span_t){left.s + strlen(HEAD), left.len - strlen(HEAD)};
	if(!mclmr_span_equal(left, mclmr_span(row->expected)))
		fail_msg("%s\n%s\nleft as\n%.*s", row->name, row->profile,
				MCLMR_FMT(left));
	if((decision.action == MCLMR_ACCEPT)
			!= (strcmp(row->text, row->expected) == 0))
		FAIL(row, "edited, or not");
}

void policy_rows_run(const policy_row_t *rows, size_t n)
{
	for(size_t i = 0; i < n; i++) {
		(void)policy_rows_decide(&rows[i]);
		check(&rows[i]);
	}
}

void policy_rows_run_direct(const policy_row_t *rows, size_t n)
{
	direct = true;
	policy_rows_run(rows, n);
	direct = false;
}
