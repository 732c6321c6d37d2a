/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * evidence: which MC service a request belongs to, by all that names one:
 * P-Asserted-Service or P-Preferred-Service (RFC 6050), Accept-Contact
 * (RFC 3841; TS 24.379, TS 24.281, TS 24.282) and the info body. At least one
 * has to name a service and none may contradict.
 */
#ifndef MCLMR_EVIDENCE_H
#define MCLMR_EVIDENCE_H

#include "service.h"

typedef struct mclmr_evidence
{
	mclmr_service_t service; /* NONE: nothing named one yet */
	bool contradiction;
	bool in_service_field; /* P-Asserted-Service or P-Preferred-Service */
	bool in_feature_tag;   /* Accept-Contact with the service's own tag */
	bool in_icsi_ref;	   /* Accept-Contact with g.3gpp.icsi-ref */
	mclmr_span_t icsi;	   /* as in the service field, sub-service included */
} mclmr_evidence_t;

/* Counts the info body of a service. */
void mclmr_evidence_info(mclmr_evidence_t *evidence, mclmr_service_t service);

/* Counts the value of P-Asserted-Service or P-Preferred-Service: a comma
 * list of ICSIs of which one is of an MC service; else a contradiction. */
void mclmr_evidence_service_field(
		mclmr_evidence_t *evidence, mclmr_span_t value);

/* Counts the value of one Accept-Contact; feature tags that are no MC
 * service's, or "FALSE", do not matter, an icsi-ref without any MC ICSI
 * contradicts. */
void mclmr_evidence_accept_contact(
		mclmr_evidence_t *evidence, mclmr_span_t value);

/* True if a service is named and nothing contradicts; strict asks for
 * all three fields of the standard's flows. */
bool mclmr_evidence_accepted(const mclmr_evidence_t *evidence, bool strict);

#endif
