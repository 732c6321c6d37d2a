/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_pv: the pseudo-variable $lmr(key). Its keys are read when the
 * configuration is.
 */
#ifndef LMR_PV_H
#define LMR_PV_H

#include "core/pvar.h"

int lmr_pv_parse_name(pv_spec_t *spec, str *name);
int lmr_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *value);

#endif
