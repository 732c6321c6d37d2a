/* SPDX-License-Identifier: GPL-2.0-or-later */

/* JSON read within limits. */
#include "json_text.h"

/* True if objects and arrays do not stand deeper in each other than they may:
 * the reader of jansson calls itself. A bracket within a string does not
 * count. */
static bool is_shallow(mclmr_span_t text)
{
	size_t depth = 0;
	bool in_string = false;

	for(size_t i = 0; i < text.len; i++) {
		char c = text.s[i];

		if(in_string && c == '\\')
			i++;
		else if(c == '"')
			in_string = !in_string;
		else if(!in_string && (c == '{' || c == '['))
			depth++;
		else if(!in_string && (c == '}' || c == ']') && depth > 0)
			depth--;
		if(depth > MCLMR_JSON_MAX_DEPTH)
			return false;
	}
	return true;
}

json_t *mclmr_json_read(mclmr_span_t text)
{
	json_t *read;

	if(text.len == 0 || !is_shallow(text))
		return NULL;
	read = json_loadb(text.s, text.len, JSON_REJECT_DUPLICATES, NULL);
	if(json_is_object(read))
		return read;
	json_decref(read);
	return NULL;
}

mclmr_span_t mclmr_json_string(const json_t *value)
{
	if(!json_is_string(value))
		return (mclmr_span_t){NULL, 0};
	return (mclmr_span_t){json_string_value(value), json_string_length(value)};
}

bool mclmr_json_array_has(const json_t *value, mclmr_span_t text)
{
	for(size_t i = 0; i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);

		if(json_is_string(one)
				&& mclmr_span_equal(mclmr_json_string(one), text))
			return true;
	}
	return false;
}
