/* SPDX-License-Identifier: GPL-2.0-or-later */

/* service: names of MCPTT, MCData, MCVideo. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/service.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)
#define URN "urn:urn-7:3gpp-service.ims.icsi."
#define ENCODED "urn%3Aurn-7%3A3gpp-service.ims.icsi."

static void test_names(void **state)
{
	static const mclmr_service_names_t rows[MCLMR_SERVICE_COUNT] = {
			[MCLMR_SERVICE_NONE] = {"", "", ""},
			[MCLMR_SERVICE_MCPTT] = {"mcptt", URN "mcptt", "g.3gpp.mcptt"},
			[MCLMR_SERVICE_MCDATA] = {"mcdata", URN "mcdata", "g.3gpp.mcdata"},
			[MCLMR_SERVICE_MCVIDEO] = {"mcvideo", URN "mcvideo",
					"g.3gpp.mcvideo"},
	};

	(void)state;
	for(int i = 0; i < MCLMR_SERVICE_COUNT; i++) {
		mclmr_service_t service = (mclmr_service_t)i;
		const mclmr_service_names_t *names = mclmr_service_names(service);

		assert_string_equal(names->word, rows[i].word);
		assert_string_equal(names->icsi, rows[i].icsi);
		assert_string_equal(names->tag, rows[i].tag);
		assert_int_equal(
				mclmr_service_from_word(mclmr_span(names->word)), service);
		assert_int_equal(
				mclmr_service_from_icsi(mclmr_span(names->icsi)), service);
		assert_int_equal(
				mclmr_service_from_tag(mclmr_span(names->tag)), service);
	}
	assert_string_equal(mclmr_service_names(MCLMR_SERVICE_COUNT)->word, "");
}

static void test_words_that_are_none(void **state)
{
	static const char *const words[] = {
			"MCPTT", "mcpt", "mcptts", "mcptt ", "mcdata.sds"};

	(void)state;
	for(size_t i = 0; i < COUNT(words); i++)
		assert_int_equal(mclmr_service_from_word(mclmr_span(words[i])),
				MCLMR_SERVICE_NONE);
}

static void test_icsi(void **state)
{
	static const struct
	{
		mclmr_span_t icsi;
		mclmr_service_t service;
	} rows[] = {
			{S(URN "mcdata.sds"), MCLMR_SERVICE_MCDATA},
			{S(URN "mcdata.fd"), MCLMR_SERVICE_MCDATA},
			{S(URN "MCVideo"), MCLMR_SERVICE_MCVIDEO},
			{S(ENCODED "mcptt"), MCLMR_SERVICE_MCPTT},
			{S("urn%3aurn-7%3a3gpp-service.ims.icsi.mcdata.sds"),
					MCLMR_SERVICE_MCDATA},
			{S("URN:URN-7:3gpp-service.ims.icsi.mcptt"), MCLMR_SERVICE_MCPTT},
			{S(""), MCLMR_SERVICE_NONE},
			{S(URN), MCLMR_SERVICE_NONE},
			{S(URN "mmtel"), MCLMR_SERVICE_NONE},
			{S(URN "mcpttx"), MCLMR_SERVICE_NONE},
			{S(URN "mcptt."), MCLMR_SERVICE_NONE},
			{S(URN "mcpt"), MCLMR_SERVICE_NONE},
			{S(URN "mcptt\0"), MCLMR_SERVICE_NONE},
			{S(URN "mcdata.sds," URN "mcptt"), MCLMR_SERVICE_NONE},
			{S("urn:urn-7:3gpp-application.ims.iari.mcptt"),
					MCLMR_SERVICE_NONE},
			{S("mcptt"), MCLMR_SERVICE_NONE},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
				mclmr_service_from_icsi(rows[i].icsi), rows[i].service);
	assert_int_equal(mclmr_service_from_icsi((mclmr_span_t){NULL, 0}),
			MCLMR_SERVICE_NONE);
}

static void test_tag(void **state)
{
	static const struct
	{
		mclmr_span_t tag;
		mclmr_service_t service;
	} rows[] = {
			{S("+g.3gpp.mcptt"), MCLMR_SERVICE_MCPTT},
			{S("+G.3GPP.MCVIDEO"), MCLMR_SERVICE_MCVIDEO},
			{S("g.3gpp.mcdata.sds"), MCLMR_SERVICE_MCDATA},
			{S("+g.3gpp.icsi-ref"), MCLMR_SERVICE_NONE},
			{S("++g.3gpp.mcptt"), MCLMR_SERVICE_NONE},
			{S("g.3gpp."), MCLMR_SERVICE_NONE},
			{S("g.3gpp.mcptt-x"), MCLMR_SERVICE_NONE},
			{S("g.3gpp.mcdata."), MCLMR_SERVICE_NONE},
			{S("+"), MCLMR_SERVICE_NONE},
			{S(""), MCLMR_SERVICE_NONE},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(mclmr_service_from_tag(rows[i].tag), rows[i].service);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_names),
			cmocka_unit_test(test_words_that_are_none),
			cmocka_unit_test(test_icsi),
			cmocka_unit_test(test_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
