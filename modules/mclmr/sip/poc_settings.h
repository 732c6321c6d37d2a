/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to sip. poc_settings: whose service settings a document of type
 * application/poc-settings+xml publishes (RFC 4354; TS 24.379 7.2). What the
 * settings are is not read.
 */
#ifndef MCLMR_POC_SETTINGS_H
#define MCLMR_POC_SETTINGS_H

#include "mclmr/base/arena.h"
#include "xml.h"

#define MCLMR_POC_SETTINGS_TYPE MCLMR_SPAN("application/poc-settings+xml")

/*
 * Reads the ID of the one entity in a document, the client ID: cut from the
 * arena, trimmed, never empty. MCLMR_OK; MCLMR_XML_MALFORMED, also for no
 * entity, one without ID, or with octets of control in it, and a second one; MCLMR_LIMIT_EXCEEDED, also for an
 * ID over MCLMR_CLIENT_ID_MAX, or a full arena. *client_id is empty but for
 * MCLMR_OK.
 */
mclmr_status_t mclmr_poc_settings_read(
		mclmr_span_t document, mclmr_arena_t *arena, mclmr_span_t *client_id);

#endif
