/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_api: the module's side of api.h. Internal to this folder.
 */
#ifndef IWF_API_BIND_H
#define IWF_API_BIND_H

#include "api.h"

/* Export bind_mc_iwf: fills in the functions; 0, or -1 without api. */
int iwf_api_bind(mc_iwf_api_t *api);

#endif
