/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_info: the mcptt-info, mcvideo-info and mcdata-info bodies (TS 24.379
 * F.1, TS 24.281 F.1, TS 24.282 D.1), one table for the three. Elements are
 * found by namespace and local name; a value is taken from the contentType
 * child (mcpttURI, mcpttString, ...) or from the element's own text.
 */
#ifndef MCLMR_MC_INFO_H
#define MCLMR_MC_INFO_H

#include "mclmr/base/arena.h"
#include "mclmr/base/status.h"
#include "service.h"
#include "xml.h"

#define MCLMR_INFO_VALUE_MAX 1024 /* octets of one value */
#define MCLMR_CLIENT_ID_MAX 255	  /* a URN of a UUID has 45 */

typedef enum mclmr_mc_info_field
{
	MCLMR_INFO_REQUEST_URI,		 /* *-request-uri */
	MCLMR_INFO_CALLING_USER_ID,	 /* *-calling-user-id */
	MCLMR_INFO_CALLED_PARTY_ID,	 /* *-called-party-id */
	MCLMR_INFO_CALLING_GROUP_ID, /* *-calling-group-id */
	MCLMR_INFO_CLIENT_ID,		 /* *-client-id */
	MCLMR_INFO_FIELDS
} mclmr_mc_info_field_t;

typedef struct mclmr_identity
{
	bool present;
	bool encrypted;		/* a type but "Normal", or xenc:EncryptedData inside */
	mclmr_span_t value; /* trimmed; empty if encrypted */
} mclmr_identity_t;

/* True for an identity that cannot be read without its key: the element is
 * encrypted, or its URI has the encrypted form of TS 33.180. */
bool mclmr_identity_encrypted(const mclmr_identity_t *identity);

/* What a boolean element says. */
typedef enum mclmr_info_flag
{
	MCLMR_INFO_NOT_SAID,
	MCLMR_INFO_NO,
	MCLMR_INFO_YES
} mclmr_info_flag_t;

/* Where an element stands, or goes in; offsets into the document. */
typedef struct mclmr_info_place
{
	size_t begin; /* of the element, or where it has to be inserted */
	size_t end;	  /* after the element; = begin to insert; after the "/>"
				     that begins there if a tag is empty */
} mclmr_info_place_t;

typedef struct mclmr_mc_info
{
	mclmr_service_t service;
	mclmr_identity_t field[MCLMR_INFO_FIELDS];
	mclmr_span_t session_type;			   /* trimmed; empty: there is none */
	mclmr_info_flag_t end_to_end_security; /* in anyExt, of X-Params or root */
	/* Where mclmr_mc_info_edit() works. */
	mclmr_info_place_t request;
	mclmr_info_place_t caller;
	bool params_empty;	 /* <X-Params/>: the tag has to be opened first */
	bool params_missing; /* no X-Params element at all */
	bool root_empty;	 /* <Xinfo/> */
	mclmr_span_t prefix; /* of X-Params, else of the root; may be empty */
	mclmr_span_t tag;	 /* qualified name of the empty element to open */
} mclmr_mc_info_t;

/* The service whose info body has this media type, compared without case:
 * application/vnd.3gpp.mcptt-info+xml and the like; else NONE. */
mclmr_service_t mclmr_mc_info_service(mclmr_span_t media_type);

/* True if the type attribute of a field says anything but "Normal". */
bool mclmr_mc_info_is_encrypted(const mclmr_xml_element_t *element);

/*
 * Reads an info document of a service. Values are cut from the arena; prefix
 * and tag point into the document. Only children of X-Params of the service's
 * namespace are looked at, and the anyExt beside X-Params; unknown elements are
 * skipped. Whatever two readers could understand differently is
 * MCLMR_XML_MALFORMED: another root, a second X-Params, a field or a value that
 * stands twice, a value with elements in it, a boolean that is none or
 * contradicts another one, and an element whose name ends in "calling-user-id"
 * anywhere but in its one place.
 * MCLMR_OK, MCLMR_XML_MALFORMED, MCLMR_LIMIT_EXCEEDED (also a value over
 * MCLMR_INFO_VALUE_MAX, or the arena is full).
 */
mclmr_status_t mclmr_mc_info_read(mclmr_service_t service,
		mclmr_span_t document, mclmr_arena_t *arena, mclmr_mc_info_t *info);

/* What mclmr_mc_info_edit() sets; an empty one stays as it is. */
typedef struct mclmr_info_values
{
	mclmr_span_t request_uri;
	mclmr_span_t calling_user_id;
} mclmr_info_values_t;

#define MCLMR_INFO_EDITS 2

/* By rising offset; none touches the one before it. */
typedef struct mclmr_info_edits
{
	size_t n;
	mclmr_xml_edit_t edit[MCLMR_INFO_EDITS];
} mclmr_info_edits_t;

/*
 * The edits that set X-request-uri and X-calling-user-id (escaped as needed)
 * in the document that info was read from: replaced where they stand, else
 * inserted at their place in the schema's order, type="Normal", in the prefix
 * of the document. Everything else stays octet for octet. false: arena full,
 * or a value has a control character.
 */
bool mclmr_mc_info_edit(const mclmr_mc_info_t *info,
		const mclmr_info_values_t *values, mclmr_arena_t *arena,
		mclmr_info_edits_t *edits);

/*
 * Writes an info document of a service with a session-type and these values.
 * false: arena full, or a value has a control character.
 */
bool mclmr_mc_info_write(mclmr_service_t service, mclmr_span_t session_type,
		const mclmr_info_values_t *values, mclmr_arena_t *arena,
		mclmr_span_t *document);

/* True for what can be the ID of a client that is kept: it has at most
 * MCLMR_CLIENT_ID_MAX octets, none of control. */
bool mclmr_client_id_is_good(mclmr_span_t id);

#endif
