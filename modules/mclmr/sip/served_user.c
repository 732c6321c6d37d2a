/* SPDX-License-Identifier: GPL-2.0-or-later */

/* P-Served-User, and what a Route tells of the session case. */
#include "field.h"
#include "served_user.h"

/* What a parameter says of the session case; false: it says nothing of it. (Of a
 * user who forwards, "orig-cdiv" stands alone.) */
static bool read_session(
		mclmr_span_t name, mclmr_span_t value, mclmr_session_t *session)
{
	*session = MCLMR_SESSION_NONE;
	if(mclmr_span_equal_nocase(name, MCLMR_SPAN("orig-cdiv"))) {
		*session = MCLMR_SESSION_ORIGINATING;
		return true;
	}
	if(mclmr_span_equal_nocase(value, MCLMR_SPAN("orig")))
		*session = MCLMR_SESSION_ORIGINATING;
	else if(mclmr_span_equal_nocase(value, MCLMR_SPAN("term")))
		*session = MCLMR_SESSION_TERMINATING;
	return mclmr_span_equal_nocase(name, MCLMR_SPAN("sescase"));
}

/* The session case among the parameters; false if it is said twice, or in a
 * word that is not known. */
static bool find_session(mclmr_span_t params, mclmr_session_t *session)
{
	mclmr_span_t name, value;
	mclmr_session_t said;
	bool found = false;

	*session = MCLMR_SESSION_NONE;
	while(mclmr_field_param(&params, &name, &value)) {
		if(!read_session(name, value, &said))
			continue;
		if(found || said == MCLMR_SESSION_NONE)
			return false;
		found = true;
		*session = said;
	}
	return true;
}

bool mclmr_served_user_read(mclmr_span_t value, mclmr_served_user_t *served)
{
	mclmr_span_t element, other;

	if(!mclmr_field_next(&value, &element) || mclmr_field_next(&value, &other))
		return false;
	served->uri = mclmr_field_uri(element);
	return served->uri.len > 0
		   && find_session(mclmr_field_params(element), &served->session);
}

/* What d of a mark means. */
static mclmr_session_t read_direction(mclmr_span_t value)
{
	if(mclmr_span_equal(value, MCLMR_SPAN("0")))
		return MCLMR_SESSION_ORIGINATING;
	if(mclmr_span_equal(value, MCLMR_SPAN("1"))
			|| mclmr_span_equal(value, MCLMR_SPAN("2")))
		return MCLMR_SESSION_TERMINATING;
	return MCLMR_SESSION_NONE;
}

mclmr_session_t mclmr_session_of_route(mclmr_span_t uri)
{
	bool mark = mclmr_span_starts_nocase(uri, MCLMR_SPAN("sip:iscmark@"));
	mclmr_span_t params = mclmr_field_params(uri);
	mclmr_span_t name, value;

	while(mclmr_field_param(&params, &name, &value)) {
		if(mclmr_span_equal_nocase(name, MCLMR_SPAN("orig")))
			return MCLMR_SESSION_ORIGINATING;
		if(mark && mclmr_span_equal(name, MCLMR_SPAN("d")))
			return read_direction(value);
	}
	return MCLMR_SESSION_NONE;
}
