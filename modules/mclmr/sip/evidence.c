/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which service a request belongs to, by all that names one. */
#include "evidence.h"
#include "field.h"

/* One witness more for a service; NONE is a witness for something else. */
static void testify(mclmr_evidence_t *evidence, mclmr_service_t service)
{
	if(service == MCLMR_SERVICE_NONE
			|| (evidence->service != MCLMR_SERVICE_NONE
					&& evidence->service != service))
		evidence->contradiction = true;
	else
		evidence->service = service;
}

/* Every MC service in a comma list of ICSIs is a witness; a list without any
 * is one for something else. The last ICSI goes to *icsi. */
static void testify_list(
		mclmr_evidence_t *evidence, mclmr_span_t list, mclmr_span_t *icsi)
{
	mclmr_span_t element;
	bool found = false;

	while(mclmr_field_next(&list, &element)) {
		mclmr_service_t service = mclmr_service_from_icsi(element);

		if(service == MCLMR_SERVICE_NONE)
			continue;
		testify(evidence, service);
		*icsi = element;
		found = true;
	}
	if(!found)
		evidence->contradiction = true;
}

void mclmr_evidence_info(mclmr_evidence_t *evidence, mclmr_service_t service)
{
	testify(evidence, service);
}

void mclmr_evidence_service_field(
		mclmr_evidence_t *evidence, mclmr_span_t value)
{
	testify_list(evidence, value, &evidence->icsi);
	evidence->in_service_field = true;
}

/* One feature parameter of an Accept-Contact. */
static void feature(
		mclmr_evidence_t *evidence, mclmr_span_t name, mclmr_span_t value)
{
	mclmr_service_t service = mclmr_service_from_tag(name);
	mclmr_span_t icsi;

	if(service != MCLMR_SERVICE_NONE) {
		if(!mclmr_field_feature(value))
			return;
		testify(evidence, service);
		evidence->in_feature_tag = true;
	} else if(mclmr_span_equal_nocase(name, MCLMR_SPAN("+g.3gpp.icsi-ref"))) {
		testify_list(evidence, value, &icsi);
		evidence->in_icsi_ref = true;
	}
}

void mclmr_evidence_accept_contact(
		mclmr_evidence_t *evidence, mclmr_span_t value)
{
	mclmr_span_t element, params, name, content;

	while(mclmr_field_next(&value, &element)) {
		params = mclmr_field_params(element);
		while(mclmr_field_param(&params, &name, &content))
			feature(evidence, name, content);
	}
}

bool mclmr_evidence_accepted(const mclmr_evidence_t *evidence, bool strict)
{
	if(evidence->service == MCLMR_SERVICE_NONE || evidence->contradiction)
		return false;
	return !strict
		   || (evidence->in_service_field && evidence->in_feature_tag
				   && evidence->in_icsi_ref);
}
