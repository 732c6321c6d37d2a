/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_config: the module parameters as one structure, set while the
 * configuration is read and constant afterwards.
 */
#ifndef IWF_CONFIG_H
#define IWF_CONFIG_H

#include "core/str.h"

#include "mclmr/base/status.h"
#include "mclmr/binding/bindings.h"
#include "mclmr/decide/call.h"
#include "mclmr/directory/directory.h"
#include "mclmr/keys/token.h"
#include "mclmr/keys/token_files.h"
#include "mclmr/sip/short_message.h"

#define IWF_DEFAULT_POLICIES "/etc/kamailio/mc_iwf/policies.ini"

typedef enum iwf_decode
{
	IWF_DECODE_OFF,
	IWF_DECODE_LENIENT,
	IWF_DECODE_STRICT
} iwf_decode_t;

typedef enum iwf_pai
{
	IWF_PAI_KEEP,
	IWF_PAI_USER,
	IWF_PAI_PSI
} iwf_pai_t;

typedef enum iwf_deliver
{
	IWF_DELIVER_ALL,
	IWF_DELIVER_NEWEST,
	IWF_DELIVER_CLIENT
} iwf_deliver_t;

/* Where a client may receive media, beside the address that it sends from. */
typedef enum iwf_client_media
{
	IWF_MEDIA_CLIENTS, /* not at a peer, at this node, in server_networks */
	IWF_MEDIA_SOURCE,  /* nowhere else */
	IWF_MEDIA_ANY	   /* anywhere but at a loopback address */
} iwf_client_media_t;

/* Whose registrations count. */
typedef enum iwf_registrations
{
	IWF_REGISTRATIONS_USRLOC, /* those of the node's own registrar */
	IWF_REGISTRATIONS_CORE,	  /* those that IMS cores tell of */
	IWF_REGISTRATIONS_BOTH
} iwf_registrations_t;

/* What access tokens are to the users whom an IMS core serves. */
typedef enum iwf_token
{
	IWF_TOKEN_OFF,		/* none is read */
	IWF_TOKEN_OPTIONAL, /* who has bound no MC service ID has those of the data */
	IWF_TOKEN_REQUIRED /* MC service IDs are those that clients have bound */
} iwf_token_t;

/* Who is next on the way to a client. */
typedef enum iwf_client_hop
{
	IWF_HOP_CLIENT, /* it itself, or its edge proxy */
	IWF_HOP_CORE	/* an IMS core of our trust domain */
} iwf_client_hop_t;

typedef struct iwf_config
{
	str db_url;			  /* empty: no database, nothing is loaded */
	int page_rows;		  /* rows of one page of a full load */
	int refresh_interval; /* ms between two looks into the change log */
	int change_hold;	  /* s that a missing number may still appear */
	int change_keep;	  /* s that rows of the change log are kept */
	int reload_delta;	  /* s between two reloads on request */
	mclmr_one_kmf_per_t one_kmf_per;

	int max_body; /* octets of a SIP body */
	iwf_decode_t decode;
	bool refuse_unknown_kmf; /* kmf_unknown = refuse */
	bool strict_service;	 /* service_check = strict */
	iwf_pai_t pai_to_iwf;
	iwf_pai_t pai_to_client;
	iwf_client_hop_t client_hop;
	iwf_deliver_t deliver;
	iwf_registrations_t registrations;
	str icscf;		   /* where requests for others go; empty: nowhere */
	int keep_bindings; /* 1: registrations of cores are kept in the database */
	int dereg_grace;   /* s that a user whom a core de-registers stays */
	iwf_token_t token;
	mclmr_token_files_t token_files; /* of keys, as they were at start */
	mclmr_token_rules_t token_rules;
	bool token_enforce; /* token_expiry = enforce */
	mclmr_rebind_t rebind;
	int publish_max_expires; /* s to which a publication is shortened */
	int publish_min_expires; /* s; 0: none is too brief */
	int total_timeout;		 /* s for all tries of one message together */
	int held_share;		 /* per cent of the shared memory for transactions */
	str location_table;	 /* usrloc table of the registrar */
	str contact_xavp;	 /* usrloc's xavp_contact */
	int case_sensitive;	 /* as the registrar's parameter of that name */
	str tls_id;			 /* pseudo-variable with the peer's TLS identity */
	str realm;			 /* of the challenge, empty: host of the PSI */
	str client_profile;	 /* media profile of calls between MC clients */
	str private_headers; /* comma list that leaves only to trusted peers */
	char *policies;		 /* file of media profiles */
	str sdp_read;		 /* AVP in which module rtpengine gets an SDP */
	str sdp_write;		 /* AVP in which it gives it back */
	int media_relay;	 /* 0: the text that was decided leaves as it is */

	iwf_client_media_t client_media;
	str server_networks; /* comma list: no media of clients go there */

	/* Whom IWFs may name in group calls of their own. */
	mclmr_group_caller_t group_caller;

	mclmr_status_table_t status;
	mclmr_short_message_table_t message_table;
} iwf_config_t;

extern iwf_config_t iwf_config;

#endif
