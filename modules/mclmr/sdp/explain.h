/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * explain: a decision in words, a line for each fact and each reason.
 */
#ifndef MCLMR_EXPLAIN_H
#define MCLMR_EXPLAIN_H

#include "policy.h"

/* Writes lines "name=value" ended by LF, then "reason=WHERE: RULE: DETAIL
 * TEXT" for each reason. Details of the peer are escaped; keys are never
 * among them. false if the arena is full. */
bool mclmr_explain(const mclmr_policy_request_t *request,
		const mclmr_decision_t *decision, mclmr_arena_t *arena,
		mclmr_span_t *text);

#endif
