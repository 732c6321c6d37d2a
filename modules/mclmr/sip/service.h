/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * service: the three 3GPP mission-critical services and their names on the
 * wire (TS 24.379, TS 24.281, TS 24.282; ICSIs and media feature tags).
 */
#ifndef MCLMR_SERVICE_H
#define MCLMR_SERVICE_H

#include "mclmr/base/span.h"

typedef enum mclmr_service
{
	MCLMR_SERVICE_NONE,
	MCLMR_SERVICE_MCPTT,
	MCLMR_SERVICE_MCDATA,
	MCLMR_SERVICE_MCVIDEO,
	MCLMR_SERVICE_COUNT
} mclmr_service_t;

typedef struct mclmr_service_names
{
	const char *word; /* "mcptt": what configuration and tables say */
	const char *icsi; /* urn:urn-7:3gpp-service.ims.icsi.mcptt */
	const char *tag;  /* g.3gpp.mcptt, without the "+" */
} mclmr_service_names_t;

/* The names of a service; those of NONE are empty strings. */
const mclmr_service_names_t *mclmr_service_names(mclmr_service_t service);

/* The service that configuration calls word ("mcptt"), else NONE. */
mclmr_service_t mclmr_service_from_word(mclmr_span_t word);

/* The service of an ICSI, plain or percent-encoded, sub-services such as
 * "...icsi.mcdata.sds" included; NONE for any other. */
mclmr_service_t mclmr_service_from_icsi(mclmr_span_t icsi);

/* The service of a media feature tag with or without "+" ("g.3gpp.mcptt",
 * "g.3gpp.mcdata.sds"); NONE for any other, g.3gpp.icsi-ref included. */
mclmr_service_t mclmr_service_from_tag(mclmr_span_t tag);

#endif
