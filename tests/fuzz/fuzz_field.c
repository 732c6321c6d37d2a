/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: the value of a header field. Its elements stand in it one after the
 * other and are none of them empty; each of them is an element of itself
 * alone. URI, parameters, names and values of an element stand in it; so does the
 * user of P-Served-User.
 */
#include "mclmr/sip/field.h"
#include "mclmr/sip/served_user.h"
#include "fuzz.h"

/* The parameters of an element. */
static void check_params(mclmr_span_t element)
{
	mclmr_span_t params = mclmr_field_params(element);
	mclmr_span_t name, value;

	require(is_within(params, element));
	while(params.len > 0) {
		size_t before = params.len;

		if(!mclmr_field_param(&params, &name, &value))
			break;
		require(params.len < before);
		require(is_within(name, element) && is_within(value, element));
	}
	require(!mclmr_field_param(&params, &name, &value));
}

/* An element is the only one of itself. */
static void check_element(mclmr_span_t element)
{
	mclmr_span_t list = element, same;

	require(element.len > 0);
	require(mclmr_field_next(&list, &same));
	require(mclmr_span_equal(same, element));
	require(!mclmr_field_next(&list, &same));
	require(is_within(mclmr_field_uri(element), element));
	check_params(element);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t whole = input_of(data, size), list = whole, element;
	const char *end = whole.s;
	mclmr_served_user_t served;

	(void)mclmr_session_of_route(whole);

	if(mclmr_served_user_read(whole, &served))
		require(served.uri.len > 0 && is_within(served.uri, whole));
	while(mclmr_field_next(&list, &element)) {
		require(is_within(element, whole) && element.s >= end);
		end = element.s + element.len;
		check_element(element);
	}
	return 0;
}
