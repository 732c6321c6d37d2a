/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Words in brackets of a pseudo-variable. */
#include "key.h"
#include "span.h"

bool mc_key_parse(
		pv_spec_t *spec, const str *name, const char *const *words, int n)
{
	for(int i = 0; i < n; i++) {
		if(mclmr_span_equal(mc_span(name), mclmr_span(words[i]))) {
			spec->pvp.pvn.type = PV_NAME_INTSTR;
			spec->pvp.pvn.u.isname.type = 0;
			spec->pvp.pvn.u.isname.name.n = i;
			return true;
		}
	}
	return false;
}

int mc_key_of(const pv_param_t *param)
{
	return param->pvn.u.isname.name.n;
}

int mc_key_text(struct sip_msg *msg, pv_param_t *param, pv_value_t *value,
		mclmr_span_t text)
{
	str s = mc_str(text);

	return text.len > 0 ? pv_get_strval(msg, param, value, &s)
						: pv_get_null(msg, param, value);
}
