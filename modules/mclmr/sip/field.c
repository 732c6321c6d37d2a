/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lists and parameters of a header field. */
#include "field.h"

/* Length of the quoted string at the head of text, its quotes included; all
 * of text if it is not closed. */
static size_t quoted_length(mclmr_span_t text)
{
	for(size_t i = 1; i < text.len; i++) {
		if(text.s[i] == '\\')
			i++;
		else if(text.s[i] == '"')
			return i + 1;
	}
	return text.len;
}

/* True if c is one of the octets of stops. */
static bool is_stop(char c, mclmr_span_t stops)
{
	for(size_t i = 0; i < stops.len; i++) {
		if(stops.s[i] == c)
			return true;
	}
	return false;
}

/* Offset of the first octet of stops outside quotes (and outside <> unless
 * "<" is a stop itself); text.len if there is none. Nothing above ">" in
 * ASCII, which is most of any field, is a stop, a quote or a bracket. */
static size_t find_outside(mclmr_span_t text, mclmr_span_t stops)
{
	bool bracket = false;

	for(size_t i = 0; i < text.len; i++) {
		char c = text.s[i];

		if(c > '>')
			continue;
		if(!bracket && is_stop(c, stops))
			return i;
		if(c == '"' && !bracket)
			i += quoted_length((mclmr_span_t){text.s + i, text.len - i}) - 1;
		else if(c == '<')
			bracket = true;
		else if(c == '>')
			bracket = false;
	}
	return text.len;
}

/* text without its first n octets. */
static mclmr_span_t skip(mclmr_span_t text, size_t n)
{
	return n < text.len ? (mclmr_span_t){text.s + n, text.len - n}
						: (mclmr_span_t){NULL, 0};
}

bool mclmr_field_next(mclmr_span_t *list, mclmr_span_t *element)
{
	while(list->len > 0) {
		size_t end = find_outside(*list, MCLMR_SPAN(","));

		*element = mclmr_span_trim((mclmr_span_t){list->s, end});
		*list = skip(*list, end + 1);
		if(element->len > 0)
			return true;
	}
	return false;
}

mclmr_span_t mclmr_field_uri(mclmr_span_t element)
{
	static const mclmr_span_t none = {NULL, 0};
	size_t open = find_outside(element, MCLMR_SPAN("<"));

	if(open < element.len) {
		mclmr_span_t inner = skip(element, open + 1);
		const char *close = mclmr_span_find(inner, MCLMR_SPAN(">"));

		return close != NULL
					   ? (mclmr_span_t){inner.s, (size_t)(close - inner.s)}
					   : none;
	}
	if(element.len > 0 && element.s[0] == '"')
		return none;
	element.len = find_outside(element, MCLMR_SPAN("; \t\r\n"));
	return element;
}

mclmr_span_t mclmr_field_params(mclmr_span_t element)
{
	return skip(element, find_outside(element, MCLMR_SPAN(";")));
}

bool mclmr_field_param(
		mclmr_span_t *params, mclmr_span_t *name, mclmr_span_t *value)
{
	mclmr_span_t text;
	size_t end, equals;

	if(params->len == 0)
		return false;
	text = skip(*params, 1);
	end = find_outside(text, MCLMR_SPAN(";"));
	*params = skip(text, end);
	text.len = end;
	equals = find_outside(text, MCLMR_SPAN("="));
	*name = mclmr_span_trim((mclmr_span_t){text.s, equals});
	*value = mclmr_span_trim(skip(text, equals + 1));
	if(value->len >= 2 && value->s[0] == '"' && value->s[value->len - 1] == '"')
		*value = (mclmr_span_t){value->s + 1, value->len - 2};
	return true;
}

/* True for one value of a feature that is a boolean, and the feature there. */
static bool is_there(mclmr_span_t value)
{
	if(value.len > 0 && value.s[0] == '!')
		return mclmr_span_equal_nocase(value, MCLMR_SPAN("!FALSE"));
	return mclmr_span_equal_nocase(value, MCLMR_SPAN("TRUE"));
}

bool mclmr_field_feature(mclmr_span_t value)
{
	bool there = value.len == 0;

	while(value.len > 0)
		there |= is_there(mclmr_span_trim(mclmr_span_cut(&value, ',')));
	return there;
}

bool mclmr_field_seconds(mclmr_span_t text, uint64_t *seconds)
{
	uint64_t value = 0;

	text = mclmr_span_trim(text);
	for(size_t i = 0; i < text.len; i++) {
		if(text.s[i] < '0' || text.s[i] > '9')
			return false;
		value = 10 * value + (uint64_t)(text.s[i] - '0');
		if(value > UINT32_MAX)
			value = (uint64_t)UINT32_MAX + 1;
	}
	if(text.len > 0)
		*seconds = value;
	return text.len > 0;
}
