/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * record: a registration with its bindings as other nodes and a database have
 * it, and as a line of printable ASCII without quotes and backslashes:
 *
 *     impu=sip:alice@ims.example.org impu=tel:+15550001 scscf=sip:127.0.0.5:6060
 *     binding=mcptt,register,1700000720,0,sip:alice@mc.example.org,urn:uuid:1,
 *
 * (one line). Other octets, blanks, commas and "%" are %XX in a value. A binding
 * is its service, origin, end, latest end, MC service ID, client ID and
 * entity-tag. One that has ended has the word "ended" and no bindings. What was
 * changed before the last change says when: registered=..., bound=...
 */
#ifndef MCLMR_RECORD_H
#define MCLMR_RECORD_H

#include "mclmr/base/text.h"
#include "bindings.h"

#define MCLMR_RECORD_NAME 32 /* digits of the name of a registration */

typedef struct mclmr_record
{
	mclmr_implicit_set_t set; /* the identity of the REGISTER first */
	mclmr_span_t scscf;
	bool ended;
	int64_t expires; /* of one that has ended: until when that matters */
	int64_t stamp;	 /* us since 1970: of two of one name the later counts */
	int64_t registered, bound; /* the same of the registration, or its end, and
								* of the bindings; 0: stamp */
	size_t n;				   /* bindings; next of them does not count */
	mclmr_binding_t binding[MCLMR_MAX_BINDINGS];
} mclmr_record_t;

/* Writes the name of a registration, by the key of its first identity:
 * hexadecimal digits and a NUL. false: no memory. */
bool mclmr_record_name(mclmr_span_t impu_key, char name[MCLMR_RECORD_NAME + 1]);

/* Adds the line, but for stamp and expires. */
void mclmr_record_write(const mclmr_record_t *record, mclmr_text_t *text);

/* Reads a line, but for stamp and expires, which stay and are set before; its
 * texts are in the arena. NULL, or what is wrong (a static text). */
const char *mclmr_record_read(
		mclmr_span_t line, mclmr_arena_t *arena, mclmr_record_t *record);

#endif
