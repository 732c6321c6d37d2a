/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The two AVPs between us and module rtpengine. */
#include "core/dprint.h"
#include "core/usr_avp.h"

#include "mc_common/span.h"
#include "mc_iwf/config.h"
#include "avp.h"

#define TEXT_NAME AVP_NAME_STR

static int_str given, returned; /* names */

/* Reads the name in "$avp(name)". */
static int read_name(const char *parameter, const str *text, int_str *name)
{
	mclmr_span_t head = MCLMR_SPAN("$avp(");
	mclmr_span_t inner = mc_span(text);

	if(mclmr_span_starts(inner, head) && inner.len > head.len + 1
			&& inner.s[inner.len - 1] == ')') {
		inner = (mclmr_span_t){inner.s + head.len, inner.len - head.len - 1};
		name->s = mc_str(inner);
		if(mclmr_span_find(inner, MCLMR_SPAN(":")) == NULL)
			return 0;
	}
	LM_ERR("%s: \"%.*s\" is no $avp(name)\n", parameter, text->len, text->s);
	return -1;
}

int lmr_avp_init(void)
{
	return read_name("sdp_read", &iwf_config.sdp_read, &given) < 0
						   || read_name("sdp_write", &iwf_config.sdp_write,
									  &returned)
									  < 0
				   ? -1
				   : 0;
}

bool lmr_avp_hand_over(mclmr_span_t text)
{
	int_str value = {.s = mc_str(text)};

	lmr_avp_drop(false);
	return add_avp(TEXT_NAME | AVP_VAL_STR, given, value) == 0;
}

bool lmr_avp_take(mclmr_span_t *text)
{
	int_str value;
	const avp_t *avp = search_first_avp(TEXT_NAME, returned, &value, NULL);

	if(avp == NULL || !(avp->flags & AVP_VAL_STR) || value.s.len <= 0)
		return false;
	*text = mc_span(&value.s);
	return true;
}

void lmr_avp_drop(bool keep_given)
{
	destroy_avps(TEXT_NAME, returned, 1);
	if(!keep_given)
		destroy_avps(TEXT_NAME, given, 1);
}
