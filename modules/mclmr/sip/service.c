/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The three mission-critical services and their names on the wire. */
#include "service.h"

#define ICSI "urn:urn-7:3gpp-service.ims.icsi."
#define ICSI_ENCODED "urn%3Aurn-7%3A3gpp-service.ims.icsi."
#define TAG "g.3gpp."

static const mclmr_service_names_t names[MCLMR_SERVICE_COUNT] = {
		[MCLMR_SERVICE_NONE] = {"", "", ""},
		[MCLMR_SERVICE_MCPTT] = {"mcptt", ICSI "mcptt", TAG "mcptt"},
		[MCLMR_SERVICE_MCDATA] = {"mcdata", ICSI "mcdata", TAG "mcdata"},
		[MCLMR_SERVICE_MCVIDEO] = {"mcvideo", ICSI "mcvideo", TAG "mcvideo"},
};

/* What the name of a sub-service consists of; anything else, as the comma of
 * a list, could hide a second service after the first. */
static bool is_name_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		   || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

/* True for "" and for ".sds": what may follow the word of a service. */
static bool is_sub_service(mclmr_span_t tail)
{
	if(tail.len == 0)
		return true;
	if(tail.s[0] != '.' || tail.len == 1)
		return false;
	for(size_t i = 0; i < tail.len; i++) {
		if(!is_name_octet(tail.s[i]))
			return false;
	}
	return true;
}

/* The service of "mcdata" or "mcdata.sds", in any case of letters. */
static mclmr_service_t from_dotted(mclmr_span_t text)
{
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		mclmr_span_t word = mclmr_span(names[i].word);

		if(mclmr_span_starts_nocase(text, word)
				&& is_sub_service(mclmr_span_from(text, text.s + word.len)))
			return (mclmr_service_t)i;
	}
	return MCLMR_SERVICE_NONE;
}

/* As from_dotted(), if text begins with prefix; else NONE. */
static mclmr_service_t from_prefixed(mclmr_span_t text, mclmr_span_t prefix)
{
	if(!mclmr_span_starts_nocase(text, prefix))
		return MCLMR_SERVICE_NONE;
	return from_dotted(mclmr_span_from(text, text.s + prefix.len));
}

const mclmr_service_names_t *mclmr_service_names(mclmr_service_t service)
{
	if((unsigned)service >= MCLMR_SERVICE_COUNT)
		service = MCLMR_SERVICE_NONE;
	return &names[service];
}

mclmr_service_t mclmr_service_from_word(mclmr_span_t word)
{
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		if(mclmr_span_equal(word, mclmr_span(names[i].word)))
			return (mclmr_service_t)i;
	}
	return MCLMR_SERVICE_NONE;
}

mclmr_service_t mclmr_service_from_icsi(mclmr_span_t icsi)
{
	mclmr_service_t plain = from_prefixed(icsi, MCLMR_SPAN(ICSI));

	if(plain != MCLMR_SERVICE_NONE)
		return plain;
	return from_prefixed(icsi, MCLMR_SPAN(ICSI_ENCODED));
}

mclmr_service_t mclmr_service_from_tag(mclmr_span_t tag)
{
	if(tag.len > 0 && tag.s[0] == '+')
		tag = mclmr_span_from(tag, tag.s + 1);
	return from_prefixed(tag, MCLMR_SPAN(TAG));
}
