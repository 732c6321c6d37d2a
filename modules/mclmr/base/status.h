/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * status: every verdict of this project, each with its word, the SIP status
 * of the refusal, the MC warning code (TS 24.379 4.4.2, TS 24.282 4.9) and
 * the reason a person reads.
 */
#ifndef MCLMR_STATUS_H
#define MCLMR_STATUS_H

#include "span.h"

typedef enum mclmr_status
{
	MCLMR_OK,
	MCLMR_NOT_OURS,				  /* no interworking part */
	MCLMR_UNAUTHENTICATED,		  /* 407 */
	MCLMR_PEER_ASSERTION,		  /* 403 peer asserts nothing or not its own */
	MCLMR_REGISTRATION_MALFORMED, /* 400 */
	MCLMR_WRONG_PSI,			  /* 403 */
	MCLMR_TOO_LARGE,			  /* 413 */
	MCLMR_MIME_MALFORMED,		  /* 400 */
	MCLMR_BODY_MISSING,			  /* 403 199, missing or there twice */
	MCLMR_XML_MALFORMED,		  /* 400 */
	MCLMR_BINARY_MALFORMED,		  /* 400, only with decode strict */
	MCLMR_LIMIT_EXCEEDED,		  /* 400 */
	MCLMR_SERVICE_MISMATCH,		  /* 403 missing or contradicting */
	MCLMR_SENDER_UNKNOWN,		  /* 404 141 */
	MCLMR_SENDER_UNREGISTERED,	  /* 404 141 */
	MCLMR_SENDER_AMBIGUOUS,		  /* 403 */
	MCLMR_IDENTITY_ENCRYPTED,	  /* 403 */
	MCLMR_PARTNER_UNKNOWN,		  /* 404 */
	MCLMR_TARGET_UNKNOWN,		  /* 404 145 */
	MCLMR_LMR_USER_UNKNOWN,		  /* 404 145 */
	MCLMR_GROUP_UNKNOWN,		  /* 404 113 */
	MCLMR_SESSION_TYPE,			  /* 403 */
	MCLMR_CALLER_FOREIGN,		  /* 403, calling-user-id of another user */
	MCLMR_SEND_DENIED,			  /* 403 100 */
	MCLMR_RECEIVE_DENIED,		  /* 403 100 */
	MCLMR_NO_LMR_ENTRY,			  /* 403 100 */
	MCLMR_KMF_UNKNOWN,			  /* 403 100, only with kmf_unknown refuse */
	MCLMR_KMF_CONFLICT,			  /* 403 100, two URIs that differ */
	MCLMR_KMF_FOREIGN,			  /* 403 100 */
	MCLMR_KMF_AMBIGUOUS,		  /* 403 100 */
	MCLMR_IWF_FOREIGN,			  /* 403 100 */
	MCLMR_TARGET_UNREGISTERED,	  /* 480 */
	MCLMR_PEERS_DOWN,			  /* 503 with Retry-After */
	MCLMR_NO_ANSWER,			  /* 504 */
	MCLMR_OVERLOAD,				  /* 503 with Retry-After */
	MCLMR_INTERNAL,				  /* 500 */
	MCLMR_SDP_MALFORMED,		  /* 400 */
	MCLMR_SDP_LIMIT,			  /* 488 size, lines, sections or formats */
	MCLMR_E2EE_FORBIDDEN,		  /* 488 300 */
	MCLMR_E2EE_REQUIRED,		  /* 488 301 */
	MCLMR_CODEC_REQUIRED,		  /* 488 302 */
	MCLMR_KEYING_DENIED,		  /* 488, a plain Warning */
	MCLMR_MEDIA_DENIED,			  /* 488, a plain Warning */
	MCLMR_ANSWER_MISMATCH,		  /* 488, a plain Warning */
	MCLMR_PROFILE_UNKNOWN,		  /* 500 */
	MCLMR_SDP_STRAY,			  /* 488, a plain Warning */
	MCLMR_MEDIA_ADDRESS,		  /* 488, a plain Warning */
	MCLMR_MEDIA_DOWN,			  /* 503 with Retry-After */
	MCLMR_EVENT_UNSUPPORTED,	  /* 489 with Allow-Events */
	MCLMR_PUBLICATION_MALFORMED,  /* 400 */
	MCLMR_PUBLICATION_TYPE,		  /* 415 with Accept */
	MCLMR_PUBLICATION_UNKNOWN,	  /* 412 no such entity-tag */
	MCLMR_PUBLICATION_LIMIT,	  /* 403 */
	MCLMR_TOKEN_REFUSED,		  /* 403 101 */
	MCLMR_PUBLICATION_BRIEF,	  /* 423 with Min-Expires */
	MCLMR_STATUS_COUNT
} mclmr_status_t;

#define MCLMR_REASON_SIZE 128

/* As warning code: a Warning whose text begins with no MC code. */
#define MCLMR_PLAIN_WARNING 399

typedef struct mclmr_refusal
{
	int sip;						/* 300 to 699; 0: nothing is sent */
	int warning;					/* 100 to 999, 0: no Warning header */
	int retry_after;				/* seconds, 0: no Retry-After header */
	char reason[MCLMR_REASON_SIZE]; /* NUL terminated, no quote or CR/LF */
} mclmr_refusal_t;

/* One row a status; filled by mclmr_status_defaults(). */
typedef struct mclmr_status_table
{
	mclmr_refusal_t row[MCLMR_STATUS_COUNT];
	bool replaced[MCLMR_STATUS_COUNT]; /* by a line of configuration */
} mclmr_status_table_t;

/* Fills in the standard's codes and texts. */
void mclmr_status_defaults(mclmr_status_table_t *table);

/*
 * Replaces one row by a line of configuration:
 *     WORD = SIP [WARNING] "REASON" [retry-after=SECONDS]
 * as in: kmf_foreign = 403 100 "function not allowed due to local policy"
 * NULL on success, else what is wrong (a static text); the table is then
 * unchanged. The reason may not begin with three digits (TS 24.379 4.4).
 */
const char *mclmr_status_configure(
		mclmr_status_table_t *table, mclmr_span_t line);

/* The word of a status, "kmf_foreign"; static, never NULL. */
const char *mclmr_status_word(mclmr_status_t status);

/* The status of a word, MCLMR_STATUS_COUNT if there is none. */
mclmr_status_t mclmr_status_from_word(mclmr_span_t word);

/*
 * Writes the value of the Warning header field, 399 HOST "NNN reason" or, for
 * MCLMR_PLAIN_WARNING, 399 HOST "reason", NUL terminated. Its length, or 0: the
 * row has no warning, there is no host, or size is too small.
 */
size_t mclmr_status_warning(const mclmr_status_table_t *table,
		mclmr_status_t status, mclmr_span_t host, char *buffer, size_t size);

#endif
