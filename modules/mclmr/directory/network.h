/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * network: the small tables of a deployment that are replaced as a whole: KMFs
 * with their aliases and IWF PSIs, our own PSIs and their roles, the peers
 * whose assertions count, and partner systems.
 */
#ifndef MCLMR_NETWORK_H
#define MCLMR_NETWORK_H

#include "mclmr/base/allocator.h"
#include "mclmr/base/arena.h"
#include "mclmr/sip/service.h"

#define MCLMR_MAX_KMF_PSIS 8		/* IWF PSIs of one KMF */
#define MCLMR_MAX_ALIASES 16		/* aliases of one KMF */
#define MCLMR_MAX_NETWORK_ROWS 4096 /* rows of each kind */

typedef struct mclmr_kmf
{
	mclmr_span_t uri;	  /* as configured */
	mclmr_span_t key;	  /* of uri */
	int peer_set;		  /* dispatcher set that reaches it */
	bool trusted;		  /* its IWF is in our trust domain (RFC 3325) */
	mclmr_span_t hosting; /* "lmr", or "mc" (not served yet) */
	size_t aliases;
	mclmr_span_t alias[MCLMR_MAX_ALIASES]; /* as configured */
	size_t psis;
	mclmr_span_t psi[MCLMR_MAX_KMF_PSIS]; /* as configured, best first */
	mclmr_span_t psi_key[MCLMR_MAX_KMF_PSIS];
} mclmr_kmf_t;

/* What a PSI of ours stands for; bits, since one PSI may have several. */
typedef enum mclmr_role
{
	MCLMR_ROLE_NONE = 0,
	MCLMR_ROLE_ORIGINATING = 1,
	MCLMR_ROLE_TERMINATING = 2,
	MCLMR_ROLE_CONTROLLING = 4
} mclmr_role_t;

typedef enum mclmr_peer_kind
{
	MCLMR_PEER_CORE, /* trusted IMS core: may assert users and IWF PSIs */
	MCLMR_PEER_IWF	 /* may assert the PSI of its row only */
} mclmr_peer_kind_t;

typedef struct mclmr_peer_row
{
	mclmr_peer_kind_t kind;
	mclmr_span_t psi;	  /* IWF: the PSI it may assert; core: empty */
	mclmr_span_t address; /* IPv4 or IPv6 address, an IPv4-mapped one means
						   * the IPv4 one; empty: by tls_id only */
	int port;			  /* 0: any */
	mclmr_span_t tls_id;  /* name in its certificate, empty: not compared */
} mclmr_peer_row_t;

typedef struct mclmr_partner
{
	mclmr_span_t domain; /* of its users' MC service IDs, lower case */
	mclmr_span_t psi;	 /* of its gateway: the Request-URI towards it */
	int peer_set;
	bool trusted;
} mclmr_partner_t;

typedef struct mclmr_network mclmr_network_t;

/* An empty network, NULL if memory is short. Freed by mclmr_network_free(). */
mclmr_network_t *mclmr_network_new(const mclmr_allocator_t *allocator);
void mclmr_network_free(mclmr_network_t *network);

/*
 * Add one row; all octets are copied. NULL on success, else what is wrong
 * with it (a static text). Rows of KMFs come before their aliases and PSIs.
 */
const char *mclmr_network_add_kmf(mclmr_network_t *network, mclmr_span_t uri,
		int peer_set, bool trusted, mclmr_span_t hosting);
const char *mclmr_network_add_alias(
		mclmr_network_t *network, mclmr_span_t kmf, mclmr_span_t alias);
const char *mclmr_network_add_psi(
		mclmr_network_t *network, mclmr_span_t kmf, mclmr_span_t psi);
/* service NONE: the PSI serves all services. role: "originating",
 * "terminating" or "controlling". */
const char *mclmr_network_add_role(mclmr_network_t *network, mclmr_span_t psi,
		mclmr_service_t service, mclmr_span_t role);
const char *mclmr_network_add_peer(
		mclmr_network_t *network, const mclmr_peer_row_t *row);
const char *mclmr_network_add_partner(
		mclmr_network_t *network, const mclmr_partner_t *row);

/* The KMF with this key (mclmr_uri_key()) as URI or alias, or NULL. */
const mclmr_kmf_t *mclmr_network_kmf(
		const mclmr_network_t *network, mclmr_span_t key);

/* The KMFs, in the order of their rows: the i-th, NULL after the last. */
const mclmr_kmf_t *mclmr_network_kmf_at(
		const mclmr_network_t *network, size_t i);

/* True if some KMF has this PSI key: it is an IWF. */
bool mclmr_network_is_iwf(const mclmr_network_t *network, mclmr_span_t psi_key);

/* The first KMF with this PSI key: it tells how the IWF is reached. NULL if
 * this is no IWF. */
const mclmr_kmf_t *mclmr_network_iwf(
		const mclmr_network_t *network, mclmr_span_t psi_key);

/* The host of our own PSIs, of the first one in the order of their keys;
 * empty if there is none. */
mclmr_span_t mclmr_network_host(const mclmr_network_t *network);

/* True if this KMF is reached through this PSI. */
bool mclmr_kmf_has_psi(const mclmr_kmf_t *kmf, mclmr_span_t psi_key);

/* Role bits of one of our PSIs for a service; NONE asks for any service. */
unsigned mclmr_network_roles(const mclmr_network_t *network,
		mclmr_span_t psi_key, mclmr_service_t service);

/* The partner whose domain (compared without case) this is, or NULL. */
const mclmr_partner_t *mclmr_network_partner(
		const mclmr_network_t *network, mclmr_span_t domain);

/* The lowest dispatcher set above this number that a KMF or a partner has, or
 * 0. */
int mclmr_network_peer_set(const mclmr_network_t *network, int above);

/* Where a request came from, as the transport knows it. */
typedef struct mclmr_source
{
	mclmr_span_t address; /* text form of the IP address */
	int port;
	mclmr_span_t tls_id; /* name in a verified certificate, else empty */
} mclmr_source_t;

typedef enum mclmr_trust
{
	MCLMR_TRUST_NONE, /* not known: its assertions do not count */
	MCLMR_TRUST_CORE,
	MCLMR_TRUST_IWF
} mclmr_trust_t;

/* What the peer rows say of a source. A row counts if its address, its
 * port (if given) and its tls_id (if given) all fit. */
mclmr_trust_t mclmr_network_trust(
		const mclmr_network_t *network, const mclmr_source_t *source);

/* True if some row has this address, 4 or 16 octets: a peer is there, whatever
 * its port and its certificate. */
bool mclmr_network_has_peer_at(
		const mclmr_network_t *network, mclmr_span_t octets);

/* True if this source is an IWF peer that may assert this PSI. */
bool mclmr_network_may_assert(const mclmr_network_t *network,
		const mclmr_source_t *source, mclmr_span_t psi_key);

#endif
