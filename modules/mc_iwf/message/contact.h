/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_contact: what a REGISTER says of the MC services of its contacts, kept
 * beside them by usrloc (modparam xavp_contact).
 */
#ifndef IWF_CONTACT_H
#define IWF_CONTACT_H

#include "core/parser/msg_parser.h"

/*
 * Notes, before the registrar's save(), which services every contact of the
 * REGISTER carries a feature tag of (g.3gpp.mcptt, g.3gpp.icsi-ref, ...) and
 * the client ID of an info part. 0; or -1: the REGISTER cannot be read, or one
 * of its contacts brings header fields, and may not be saved.
 */
int iwf_contact_set_xavp(struct sip_msg *msg);

#endif
