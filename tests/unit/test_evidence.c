/* SPDX-License-Identifier: GPL-2.0-or-later */

/* evidence: at least one field names the service, none contradicts. */
#include "mclmr/sip/evidence.h"
#include "unit.h"

#define ICSI "urn:urn-7:3gpp-service.ims.icsi."
#define QUOTED "urn%3Aurn-7%3A3gpp-service.ims.icsi."
#define TAG(s) "*;+g.3gpp." s ";require;explicit"
#define REF(s) "*;+g.3gpp.icsi-ref=\"" s "\";require;explicit"

static const struct
{
	const char *what;
	mclmr_service_t info;
	const char *field;
	const char *accept[2];
	bool accepted, strict;
	mclmr_service_t service;
} cases[] = {
		{"all three of one service", MCLMR_SERVICE_MCPTT, ICSI "mcptt",
				{TAG("mcptt"), REF(QUOTED "mcptt")}, true, true,
				MCLMR_SERVICE_MCPTT},
		{"info alone", MCLMR_SERVICE_MCVIDEO, NULL, {NULL, NULL}, true, false,
				MCLMR_SERVICE_MCVIDEO},
		{"nothing at all", MCLMR_SERVICE_NONE, NULL, {NULL, NULL}, false, false,
				MCLMR_SERVICE_NONE},
		{"a sub-service counts", MCLMR_SERVICE_MCDATA, ICSI "mcdata.sds",
				{TAG("mcdata.sds"), REF(QUOTED "mcdata.sds")}, true, true,
				MCLMR_SERVICE_MCDATA},
		{"both features in one field", MCLMR_SERVICE_MCPTT, ICSI "mcptt",
				{TAG("mcptt") ";+g.3gpp.icsi-ref=\"" QUOTED "mcptt\"", NULL},
				true, true, MCLMR_SERVICE_MCPTT},
		{"the service field says another", MCLMR_SERVICE_MCPTT, ICSI "mcdata",
				{NULL, NULL}, false, false, MCLMR_SERVICE_MCPTT},
		{"the service field says telephony", MCLMR_SERVICE_MCPTT, ICSI "mmtel",
				{NULL, NULL}, false, false, MCLMR_SERVICE_MCPTT},
		{"the tag says another", MCLMR_SERVICE_MCPTT, NULL,
				{TAG("mcvideo"), NULL}, false, false, MCLMR_SERVICE_MCPTT},
		{"the reference says telephony", MCLMR_SERVICE_MCPTT, NULL,
				{REF(QUOTED "mmtel"), NULL}, false, false, MCLMR_SERVICE_MCPTT},
		{"one of two references is ours", MCLMR_SERVICE_MCPTT, NULL,
				{REF(QUOTED "mmtel," QUOTED "mcptt"), NULL}, true, false,
				MCLMR_SERVICE_MCPTT},
		{"two of our services in one field", MCLMR_SERVICE_MCPTT,
				ICSI "mcptt," ICSI "mcvideo", {NULL, NULL}, false, false,
				MCLMR_SERVICE_MCPTT},
		{"two of our services in one reference", MCLMR_SERVICE_MCPTT, NULL,
				{REF(QUOTED "mcptt," QUOTED "mcdata"), NULL}, false, false,
				MCLMR_SERVICE_MCPTT},
		{"other features do not matter", MCLMR_SERVICE_MCPTT, NULL,
				{"*;audio;+sip.instance=\"<urn:x>\"", NULL}, true, false,
				MCLMR_SERVICE_MCPTT},
		{"a tag that is false names nothing", MCLMR_SERVICE_NONE, NULL,
				{"*;+g.3gpp.mcptt=\"FALSE\"", NULL}, false, false,
				MCLMR_SERVICE_NONE},
		{"a tag that is false contradicts nothing", MCLMR_SERVICE_MCPTT, NULL,
				{"*;+g.3gpp.mcvideo=\"!TRUE\"", NULL}, true, false,
				MCLMR_SERVICE_MCPTT},
		{"a tag that is true names it", MCLMR_SERVICE_NONE, NULL,
				{"*;+g.3gpp.mcptt=\"TRUE\"", NULL}, true, false,
				MCLMR_SERVICE_MCPTT},
		{"strict wants the reference too", MCLMR_SERVICE_MCPTT, ICSI "mcptt",
				{TAG("mcptt"), NULL}, true, false, MCLMR_SERVICE_MCPTT},
		{"strict wants the service field too", MCLMR_SERVICE_MCPTT, NULL,
				{TAG("mcptt"), REF(QUOTED "mcptt")}, true, false,
				MCLMR_SERVICE_MCPTT},
};

static void test_cases(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mclmr_evidence_t evidence = {.service = MCLMR_SERVICE_NONE};

		if(cases[i].info != MCLMR_SERVICE_NONE)
			mclmr_evidence_info(&evidence, cases[i].info);
		if(cases[i].field != NULL)
			mclmr_evidence_service_field(&evidence, mclmr_span(cases[i].field));
		for(int k = 0; k < 2 && cases[i].accept[k] != NULL; k++)
			mclmr_evidence_accept_contact(
					&evidence, mclmr_span(cases[i].accept[k]));
		if(mclmr_evidence_accepted(&evidence, false) != cases[i].accepted
				|| mclmr_evidence_accepted(&evidence, true) != cases[i].strict
				|| evidence.service != cases[i].service)
			fail_msg("%s", cases[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
