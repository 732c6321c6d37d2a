/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_pv: the pseudo-variable $iwf(key).
 */
#ifndef IWF_PV_H
#define IWF_PV_H

#include "core/pvar.h"

/* Export row of the module. */
int iwf_pv_parse_name(pv_spec_t *spec, str *name);
int iwf_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *value);

#endif
