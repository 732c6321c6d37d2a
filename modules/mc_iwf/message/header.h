/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_header: the header fields that this module reads, drops or adds, found
 * in one pass over a message. Fields that the script removed are left out:
 * a removal by lump does not hide them from msg->headers.
 */
#ifndef IWF_HEADER_H
#define IWF_HEADER_H

#include "core/parser/hf.h"
#include "core/parser/msg_parser.h"

#include "mclmr/base/arena.h"

typedef enum iwf_field
{
	IWF_FIELD_PAI,				/* P-Asserted-Identity */
	IWF_FIELD_ASSERTED_SERVICE, /* P-Asserted-Service, -Id */
	IWF_FIELD_ASSERTED,			/* any other P-Asserted-* */
	IWF_FIELD_PREFERRED,		/* P-Preferred-Identity */
	IWF_FIELD_PREFERRED_SERVICE,
	IWF_FIELD_SERVED_USER,	   /* P-Served-User */
	IWF_FIELD_VISITED_NETWORK, /* P-Visited-Network-ID */
	IWF_FIELD_ACCEPT_CONTACT,
	IWF_FIELD_CREDENTIALS, /* Authorization, Proxy-Authorization */
	IWF_FIELD_ROUTE,
	IWF_FIELD_CONTACT, /* a MESSAGE has none (RFC 3428 9) */
	IWF_FIELD_CONTENT_TYPE,
	IWF_FIELD_ENCODING,		  /* Content-Transfer-Encoding */
	IWF_FIELD_COMPRESSION,	  /* Content-Encoding */
	IWF_FIELD_ACCESS_NETWORK, /* P-Access-Network-Info, a client's to say */
	IWF_FIELD_PRIVATE,		  /* one of modparam private_headers */
	IWF_FIELD_HISTORY,		  /* History-Info */
	IWF_FIELD_RECORD_ROUTE,
	IWF_FIELD_PRIORITY, /* Resource-Priority, Priority */
	IWF_FIELD_ASSERTING /* says who calls or called, names another call or
						   something to fetch, or is an unknown P- field: the
						   core's to say */
} iwf_field_t;

#define IWF_MAX_HEADERS 64

typedef struct iwf_header
{
	iwf_field_t field;
	struct hdr_field *hf;
} iwf_header_t;

typedef struct iwf_headers
{
	size_t n;
	bool overflow; /* more than IWF_MAX_HEADERS of our fields */
	iwf_header_t header[IWF_MAX_HEADERS];
} iwf_headers_t;

/* Reads the fields of a parsed message (HDR_EOH). */
void iwf_headers_read(struct sip_msg *msg, iwf_headers_t *headers);

/* Leaves out what the script has removed since they were read. */
void iwf_headers_update(struct sip_msg *msg, iwf_headers_t *headers);

/* How many fields of a kind there are. */
size_t iwf_headers_count(const iwf_headers_t *headers, iwf_field_t field);

/* The value of the first field of a kind, empty if there is none. */
mclmr_span_t iwf_headers_value(const iwf_headers_t *headers, iwf_field_t field);

/* What the fields say of the body. */
typedef struct iwf_content
{
	mclmr_span_t type;	   /* Content-Type, empty if there is none */
	mclmr_span_t encoding; /* Content-Transfer-Encoding, the same */
	bool plain; /* two readers cannot see two bodies: fields that say what it
				   is stand once, and none says that it is compressed */
} iwf_content_t;

iwf_content_t iwf_headers_content(const iwf_headers_t *headers);

/*
 * The values of all fields of a type (HDR_OTHER_T: of a name that the parser has
 * no type for), commas between, in the arena; empty if there is none. false: the
 * arena is full.
 */
bool iwf_header_join(const struct sip_msg *msg, hdr_types_t type,
		const char *name, mclmr_arena_t *arena, mclmr_span_t *value);

/* The value of a field. */
mclmr_span_t iwf_header_value(const iwf_header_t *header);

#endif
