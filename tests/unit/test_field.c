/* SPDX-License-Identifier: GPL-2.0-or-later */

/* field: lists, URIs and parameters of SIP header field values. */
#include "mclmr/sip/field.h"
#include "spans.h"
#include "unit.h"

/* Each list with its elements, ended by NULL. */
static const struct
{
	const char *list;
	const char *elements[5];
} lists[] = {
		{"", {NULL}},
		{" , ,", {NULL}},
		{"a", {"a", NULL}},
		{" a , b,c ", {"a", "b", "c", NULL}},
		{"\"x, y\" <sip:a@b>, <tel:+1>",
				{"\"x, y\" <sip:a@b>", "<tel:+1>", NULL}},
		{"\"x\\\", y\" <sip:a@b>,z", {"\"x\\\", y\" <sip:a@b>", "z", NULL}},
		{"<sip:a,b@c>,d", {"<sip:a,b@c>", "d", NULL}},
		{"<sip:\"a@b>,d", {"<sip:\"a@b>", "d", NULL}},
		{"\"open, b", {"\"open, b", NULL}},
		{"<open, b", {"<open, b", NULL}},
		{"\"\\", {"\"\\", NULL}},
};

static void test_lists(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		mclmr_span_t rest = mclmr_span(lists[i].list), element;
		const char *const *expected = lists[i].elements;

		for(; *expected != NULL; expected++) {
			assert_true(mclmr_field_next(&rest, &element));
			assert_text(element, *expected);
		}
		assert_false(mclmr_field_next(&rest, &element));
	}
}

static const struct
{
	const char *element, *uri, *params;
} elements[] = {
		{"sip:a@b", "sip:a@b", ""},
		{"sip:a@b;tag=1", "sip:a@b", ";tag=1"},
		{"sip:a@b ;tag=1", "sip:a@b", ";tag=1"},
		{"<sip:a@b;lr>", "sip:a@b;lr", ""},
		{"<sip:a@b;lr>;q=1", "sip:a@b;lr", ";q=1"},
		{"\"A; <B>\" <sip:a@b>;x", "sip:a@b", ";x"},
		{"A B <sip:a@b>", "sip:a@b", ""},
		{"<sip:a@b", "", ""},
		{"\"A\"", "", ""},
		{"*;+g.3gpp.mcptt", "*", ";+g.3gpp.mcptt"},
		{"", "", ""},
};

static void test_uris(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		mclmr_span_t element = mclmr_span(elements[i].element);

		assert_text(mclmr_field_uri(element), elements[i].uri);
		assert_text(mclmr_field_params(element), elements[i].params);
	}
}

static const struct
{
	const char *params;
	const char *pairs[7]; /* name, value, ..., ended by NULL */
} params[] = {
		{"", {NULL}},
		{";a", {"a", "", NULL}},
		{";a;b=c", {"a", "", "b", "c", NULL}},
		{"; a = b ; c", {"a", "b", "c", "", NULL}},
		{";a=\"x;y=z\";b", {"a", "x;y=z", "b", "", NULL}},
		{";a=<urn:x;y>;b", {"a", "<urn:x;y>", "b", "", NULL}},
		{";a=\"", {"a", "\"", NULL}},
		{";=x;", {"", "x", NULL}},
		{";a=b=c", {"a", "b=c", NULL}},
};

static void test_params(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		mclmr_span_t rest = mclmr_span(params[i].params), name, value;
		const char *const *pair = params[i].pairs;

		for(; *pair != NULL; pair += 2) {
			assert_true(mclmr_field_param(&rest, &name, &value));
			assert_text(name, pair[0]);
			assert_text(value, pair[1]);
		}
	}
}

static const struct
{
	const char *value;
	bool there;
} features[] = {{"", true}, {"TRUE", true}, {"true", true}, {"!FALSE", true},
		{"FALSE", false}, {"false", false}, {"!TRUE", false},
		{"FALSE, TRUE", true}, {"!TRUE,FALSE", false}, {"<TRUE>", false},
		{"yes", false}, {"!", false}, {"TRUER", false}, {",", false}};

static void test_features(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		assert_int_equal(mclmr_field_feature(mclmr_span(features[i].value)),
				features[i].there);
}

static void test_seconds(void **state)
{
	static const struct
	{
		const char *text;
		bool good;
		uint64_t seconds;
	} row[] = {
			{"0", true, 0},
			{" 3600\t", true, 3600},
			{"0000000000000007", true, 7},
			{"4294967295", true, UINT32_MAX},
			{"4294967296", true, (uint64_t)UINT32_MAX + 1},
			{"18446744073709551616", true, (uint64_t)UINT32_MAX + 1},
			{"99999999999999999999999999999999", true,
					(uint64_t)UINT32_MAX + 1},
			{"", false, 0},
			{" ", false, 0},
			{"-1", false, 0},
			{"+1", false, 0},
			{"1 2", false, 0},
			{"1,2", false, 0},
			{"0x1", false, 0},
			{"soon", false, 0},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		uint64_t seconds = 99;

		assert_int_equal(mclmr_field_seconds(mclmr_span(row[i].text), &seconds),
				row[i].good);
		assert_int_equal(seconds, row[i].good ? row[i].seconds : 99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_lists),
			cmocka_unit_test(test_uris),
			cmocka_unit_test(test_params),
			cmocka_unit_test(test_features),
			cmocka_unit_test(test_seconds),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
