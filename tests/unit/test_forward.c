/* SPDX-License-Identifier: GPL-2.0-or-later */

/* forward: the decision on a short message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/decide/forward.h"
#include "heap.h"
#include "unit.h"

#define KMF1 "sip:kmf1@iwf.example.org"
#define KMF2 "sip:kmf2@tetra-iwf.example.org"
#define KMF3 "sip:kmf3@iwf.example.org"
#define KMF_MC "sip:kmf@mc.example.org"
#define KMF_MUTE "sip:kmf-without-psi@iwf.example.org"
#define PROXY1 "sip:kmf1-proxy@iwf.example.org"
#define IWF1 "sip:iwf@iwf.example.org"
#define IWF2 "sip:iwf@tetra-iwf.example.org"
#define IWF3 "sip:iwf-spare@iwf.example.org"
#define ORIG "sip:mc-orig@mc.example.org"
#define TERM "sip:mc-term@mc.example.org"
#define CTRL "sip:mc-ctrl@mc.example.org"
#define NOBODY "sip:nobody@elsewhere.example.com"
#define GATEWAY "sip:gateway@partner.example.net"

#define P25 MCLMR_LMR_P25
#define TETRA MCLMR_LMR_TETRA
#define DMR MCLMR_LMR_DMR
#define NOT_GIVEN MCLMR_LMR_NOT_GIVEN
#define PTT MCLMR_SERVICE_MCPTT
#define DATA MCLMR_SERVICE_MCDATA
#define VIDEO MCLMR_SERVICE_MCVIDEO

#define ALICE "sip:alice@mc.example.org"
#define BOB "sip:bob@mc.example.org"
#define DAVE "sip:dave@mc.example.org"
#define ERIN "sip:erin@mc.example.org"
#define FRANK "sip:frank@mc.example.org"
#define OLGA "sip:olga@mc.example.org"
#define DESK "sip:desk@mc.example.org"
#define HEIDI "sip:heidi@mc.example.org"
#define IVAN "sip:ivan@mc.example.org"
#define VAN "sip:van@mc.example.org"
#define UMA "sip:uma@mc.example.org"
#define MUTE "sip:mute@mc.example.org"
#define DEAF "sip:deaf@mc.example.org"
#define GONE "sip:gone@mc.example.org"
#define PAULA "sip:paula@mc.example.org"
#define QUINN "sip:quinn@mc.example.org"
#define RITA "sip:rita@partner.example.net"
#define MIKE "sip:mike@mc.example.org"
#define NINA "sip:nina@mc.example.org"
#define TOM "sip:tom@mc.example.org"
#define LONG_ENCRYPTED "sip:c4Hqw;iv=FTvn;key-id=a2V5;alg=128@mc.example.org"

/* The KMFs, their aliases and PSIs. */
static void add_kmfs(mclmr_network_t *network)
{
	static const struct
	{
		const char *uri, *hosting;
		int set;
		bool trusted;
	} kmf[] = {
			{KMF1, "lmr", 1, true},
			{KMF2, "lmr", 2, false},
			{KMF3, "lmr", 3, false},
			{KMF_MC, "mc", 4, false},
			{KMF_MUTE, "lmr", 5, false},
	};
	static const char *const psi[][2] = {
			{KMF1, IWF1},
			{KMF1, IWF3},
			{KMF2, IWF2},
			{KMF3, IWF1},
			{KMF_MC, IWF1},
	};
	size_t i;

	for(i = 0; i < COUNT(kmf); i++)
		assert_null(mclmr_network_add_kmf(network, mclmr_span(kmf[i].uri),
				kmf[i].set, kmf[i].trusted, mclmr_span(kmf[i].hosting)));
	for(i = 0; i < COUNT(psi); i++)
		assert_null(mclmr_network_add_psi(
				network, mclmr_span(psi[i][0]), mclmr_span(psi[i][1])));
	assert_null(mclmr_network_add_alias(
			network, MCLMR_SPAN(KMF1), MCLMR_SPAN(PROXY1)));
}

/* The peers: IWFs by address, by port, by TLS identity; one core. */
static void add_peers(mclmr_network_t *network)
{
	static const struct
	{
		mclmr_peer_kind_t kind;
		const char *psi, *address;
		int port;
		const char *tls_id;
	} peer[] = {
			{MCLMR_PEER_IWF, IWF1, "127.0.0.2", 0, ""},
			{MCLMR_PEER_IWF, IWF1, "127.0.0.3", 0, ""},
			{MCLMR_PEER_IWF, IWF2, "127.0.0.4", 0, ""},
			{MCLMR_PEER_CORE, "", "127.0.0.5", 5060, ""},
			{MCLMR_PEER_IWF, IWF1, "10.0.0.1", 5070, ""},
			{MCLMR_PEER_IWF, IWF2, "10.0.0.1", 5071, ""},
			{MCLMR_PEER_IWF, IWF2, "", 0, "iwf2.example.org"},
	};
	size_t i;

	for(i = 0; i < COUNT(peer); i++) {
		mclmr_peer_row_t row = {peer[i].kind, mclmr_span(peer[i].psi),
				mclmr_span(peer[i].address), peer[i].port,
				mclmr_span(peer[i].tls_id)};

		assert_null(mclmr_network_add_peer(network, &row));
	}
}

static mclmr_network_t *sample_network(void)
{
	static const mclmr_partner_t partner = {{"partner.example.net", 19},
			{GATEWAY, sizeof(GATEWAY) - 1}, 9, true};
	mclmr_network_t *network = mclmr_network_new(&allocator);

	assert_non_null(network);
	add_kmfs(network);
	add_peers(network);
	assert_null(mclmr_network_add_role(network, MCLMR_SPAN(ORIG),
			MCLMR_SERVICE_NONE, MCLMR_SPAN("originating")));
	assert_null(mclmr_network_add_role(network, MCLMR_SPAN(TERM),
			MCLMR_SERVICE_NONE, MCLMR_SPAN("terminating")));
	assert_null(mclmr_network_add_role(network, MCLMR_SPAN(CTRL),
			MCLMR_SERVICE_NONE, MCLMR_SPAN("controlling")));
	assert_null(mclmr_network_add_partner(network, &partner));
	return network;
}

/* A user with all three services: ID and IMPU sip:NAME@, sip:NAME.data@,
 * sip:NAME.video@. */
static void add_person(mclmr_directory_t *directory, const char *name)
{
	static const char *const suffix[MCLMR_SERVICE_COUNT] = {
			[PTT] = "", [DATA] = ".data", [VIDEO] = ".video"};
	unsigned service;
	char impu[64];
	char mc_id[64];

	snprintf(impu, sizeof(impu), "sip:%s@mc.example.org", name);
	for(service = PTT; service < MCLMR_SERVICE_COUNT; service++) {
		mclmr_user_row_t row = {mclmr_span(mc_id), (mclmr_service_t)service,
				mclmr_span(impu), MCLMR_SPAN(""), mclmr_span(name),
				MCLMR_SPAN("police"), MCLMR_SPAN(""), true, true};

		snprintf(mc_id, sizeof(mc_id), "sip:%s%s@mc.example.org", name,
				suffix[service]);
		row.mc_id = mclmr_span(mc_id);
		assert_null(mclmr_directory_add_user(directory, &row));
	}
}

/* Users that have an MCPTT ID only, each special in something. */
static void add_special_users(mclmr_directory_t *directory)
{
	static const struct
	{
		const char *mc_id, *impu, *client_id, *home;
		bool send, receive;
	} user[] = {
			{HEIDI, DESK, "urn:uuid:AA", "", true, true},
			{IVAN, DESK, "urn:uuid:bb", "", true, true},
			{"sip:judy@mc.example.org", DESK, "urn:uuid:dd", "", true, true},
			{"sip:karl@mc.example.org", DESK, "urn:uuid:DD", "", true, true},
			{UMA, VAN, "", "", true, true},
			{"sip:vic@mc.example.org", VAN, "urn:uuid:aa", "", true, true},
			{MUTE, MUTE, "", "", false, true},
			{DEAF, DEAF, "", "", true, false},
			{GONE, GONE, "", "", true, true},
			{PAULA, PAULA, "", "Partner.example.net", true, false},
			{QUINN, QUINN, "", "unheard-of.example.com", true, true},
			{MIKE, MIKE, "", "", true, true},
			{NINA, NINA, "", "", true, true},
			{TOM, "tel:+43-1-234", "", "", true, true},
	};
	size_t i;

	for(i = 0; i < COUNT(user); i++) {
		mclmr_user_row_t row = {mclmr_span(user[i].mc_id), PTT,
				mclmr_span(user[i].impu), mclmr_span(user[i].client_id),
				mclmr_span(user[i].mc_id), MCLMR_SPAN(""),
				mclmr_span(user[i].home), user[i].send, user[i].receive};

		assert_null(mclmr_directory_add_user(directory, &row));
	}
}

/* Who has which LMR entries; a person's rows stand together. */
static void add_entries(mclmr_directory_t *directory)
{
	static const struct
	{
		const char *person;
		mclmr_lmr_type_t type;
		const char *kmf, *device;
	} entry[] = {
			{"alice", P25, KMF1, "urn:uuid:radio-a"},
			{"bob", P25, PROXY1, ""},
			{"carol", P25, KMF1, ""},
			{"dave", TETRA, KMF2, ""},
			{"frank", P25, KMF1, "p25-radio"},
			{"frank", TETRA, KMF2, "tetra-radio"},
			{"olga", P25, KMF1, "one"},
			{"olga", P25, KMF1, "two"},
			{"olga", DMR, KMF3, "one"},
			{HEIDI, P25, KMF1, ""},
			{IVAN, TETRA, KMF2, ""},
			{MUTE, P25, KMF1, ""},
			{DEAF, P25, KMF1, ""},
			{GONE, P25, KMF1, ""},
			{MIKE, P25, KMF_MC, ""},
			{NINA, P25, KMF_MUTE, ""},
			{TOM, P25, KMF1, ""},
	};
	mclmr_lmr_row_t rows[MCLMR_MAX_LMR_ENTRIES];
	size_t n = 0;
	size_t i;

	for(i = 0; i < COUNT(entry); i++) {
		rows[n++] = (mclmr_lmr_row_t){entry[i].type, mclmr_span(entry[i].kmf),
				MCLMR_SPAN("1234567"), mclmr_span(entry[i].device)};
		if(i + 1 < COUNT(entry)
				&& strcmp(entry[i + 1].person, entry[i].person) == 0)
			continue;
		assert_null(mclmr_directory_put_entries(
				directory, mclmr_span(entry[i].person), rows, n));
		n = 0;
	}
}

static mclmr_directory_t *sample_directory(void)
{
	static const char *const name[] = {
			"alice", "bob", "carol", "dave", "erin", "frank", "olga"};
	mclmr_directory_t *directory = mclmr_directory_new(
			&allocator, sample_network(), MCLMR_PER_USER_LMR_TYPE, 0);
	size_t i;

	assert_non_null(directory);
	for(i = 0; i < COUNT(name); i++)
		add_person(directory, name[i]);
	add_special_users(directory);
	add_entries(directory);
	return directory;
}

/* Everybody is registered but one; data tells that it came through. */
static bool registered(void *data, mclmr_span_t impu)
{
	assert_string_equal(data, "registrar");
	assert_true(impu.len > 0);
	return !mclmr_span_equal(impu, MCLMR_SPAN(GONE));
}

static char registrar_data[] = "registrar";
static const mclmr_registrar_t registrar = {registered, registrar_data, NULL};

/* A message, and what has to come out; NULL: absent, or not compared. */
typedef struct row
{
	const char *says; /* the sentence that this row is for */
	mclmr_direction_t direction;
	const char *from, *from2;	/* identities; an IWF's PSI makes it an IWF */
	const char *alias, *alias2; /* others that were registered with them */
	mclmr_service_t service;	/* NONE: MCPTT */
	const char *request_uri, *called, *caller, *group, *client_id;
	const char *list[2];
	bool refuse_unknown;
	mclmr_lmr_type_t decoded;
	mclmr_status_t status;
	const char *mc_id, *impu, *kmf, *psi, *device;
	mclmr_lmr_type_t lmr_type;
	int set;
	bool partner, trusted;
	unsigned unknown;
} row_t;

/* "Encrypted" as a value stands for an element that was encrypted. */
#define ENCRYPTED "Encrypted"

static mclmr_identity_t identity(const char *value)
{
	mclmr_identity_t made = {0};

	made.present = value != NULL;
	made.encrypted = value && strcmp(value, ENCRYPTED) == 0;
	if(!made.encrypted)
		made.value = mclmr_span(value);
	return made;
}

static mclmr_mc_info_t info_of(const row_t *row)
{
	mclmr_mc_info_t info = {0};

	info.service = row->service;
	info.field[MCLMR_INFO_REQUEST_URI] = identity(row->request_uri);
	info.field[MCLMR_INFO_CALLED_PARTY_ID] = identity(row->called);
	info.field[MCLMR_INFO_CALLING_USER_ID] = identity(row->caller);
	info.field[MCLMR_INFO_CALLING_GROUP_ID] = identity(row->group);
	info.field[MCLMR_INFO_CLIENT_ID] = identity(row->client_id);
	return info;
}

static mclmr_resource_lists_t lists_of(const row_t *row)
{
	mclmr_resource_lists_t lists = {0};
	size_t i;

	for(i = 0; i < COUNT(row->list) && row->list[i]; i++)
		lists.entry[lists.n++] = identity(row->list[i]);
	return lists;
}

static mclmr_sender_t sender_of(const row_t *row)
{
	static mclmr_span_t alias[2];
	mclmr_sender_t sender = {0};

	sender.iwf = strstr(row->from, "iwf") != NULL;
	sender.identity[sender.n++] = mclmr_span(row->from);
	if(row->from2)
		sender.identity[sender.n++] = mclmr_span(row->from2);
	sender.alias = alias;
	if(row->alias != NULL)
		alias[sender.aliases++] = mclmr_span(row->alias);
	if(row->alias2 != NULL)
		alias[sender.aliases++] = mclmr_span(row->alias2);
	return sender;
}

/* Runs the decision of one row. */
static mclmr_status_t decide(const mclmr_directory_t *directory,
		const row_t *row, mclmr_arena_t *arena, mclmr_route_t *route)
{
	mclmr_mc_info_t info = info_of(row);
	mclmr_resource_lists_t lists = lists_of(row);
	mclmr_sender_t sender = sender_of(row);
	mclmr_forward_request_t request = {
			.direction = row->direction,
			.sender = &sender,
			.service = row->service ? row->service : PTT,
			.info = &info,
			.lists = lists.n > 0 ? &lists : NULL,
			.lmr_type = row->decoded,
			.refuse_unknown_kmf = row->refuse_unknown,
	};

	mclmr_forward_decide(directory, &request, arena, route);
	return mclmr_route_settle(route, &registrar);
}

static void check(
		const row_t *row, const char *what, bool right, long got, long wanted)
{
	if(!right)
		fail_msg("%s: %s is %ld, not %ld", row->says, what, got, wanted);
}

/* Compares a text that the row names. */
static void check_text(const row_t *row, const char *what, mclmr_span_t got,
		const char *wanted)
{
	if(wanted && !mclmr_span_equal(got, mclmr_span(wanted)))
		fail_msg("%s: %s is %.*s, not %s", row->says, what, MCLMR_FMT(got),
				wanted);
}

/* Whom it is for, and whose name goes with it. */
static void check_ends(const row_t *row, const mclmr_route_t *route)
{
	bool to_iwf = row->direction == MCLMR_TO_IWF;

	check(row, "direction", route->direction == row->direction,
			route->direction, row->direction);
	check_text(row, "target", route->target, to_iwf ? row->kmf : row->mc_id);
	check_text(row, "called IMPU", route->called_impu, to_iwf ? "" : row->impu);
	check_text(row, "caller", route->values.calling_user_id,
			to_iwf ? row->mc_id : "");
	check_text(row, "request-uri", route->values.request_uri, "");
}

/* Compares a whole result; of a refusal only what the row names. */
static void check_result(const row_t *row, const mclmr_route_t *route)
{
	check(row, "status", route->status == row->status, route->status,
			row->status);
	check_text(row, "mc_id", route->mc_id, row->mc_id);
	check_text(row, "impu", route->impu, row->impu);
	check_text(row, "kmf", route->kmf, row->kmf);
	check_text(row, "psi", route->psi, row->psi);
	check_text(row, "device", route->device, row->device);
	check_ends(row, route);
	check(row, "unknown", route->unknown_kmfs == row->unknown,
			route->unknown_kmfs, row->unknown);
	check(row, "partner", route->partner == row->partner, route->partner,
			row->partner);
	if(row->status != MCLMR_OK)
		return;
	check(row, "lmr_type", route->lmr_type == row->lmr_type, route->lmr_type,
			row->lmr_type);
	check(row, "peer_set", route->peer_set == row->set, route->peer_set,
			row->set);
	check(row, "trusted", route->trusted == row->trusted, route->trusted,
			row->trusted);
}

static void check_rows(const row_t *rows, size_t n)
{
	mclmr_directory_t *directory = sample_directory();
	char room[16384];
	size_t i;

	for(i = 0; i < n; i++) {
		mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
		mclmr_route_t route;

		memset(&route, 0xa5, sizeof(route));
		check(&rows[i], "result",
				decide(directory, &rows[i], &arena, &route) == route.status, 0,
				route.status);
		check_result(&rows[i], &route);
	}
	mclmr_directory_free(directory);
}

/* What a message of alice towards KMF 1 gives. */
#define TO_KMF1 \
	.kmf = KMF1, .psi = IWF1, .lmr_type = P25, .set = 1, .trusted = true
#define TO_KMF2 .kmf = KMF2, .psi = IWF2, .lmr_type = TETRA, .set = 2
#define TO_IWF .direction = MCLMR_TO_IWF
#define TO_CLIENT .direction = MCLMR_TO_CLIENT

static void test_sender(void **state)
{
	static const row_t rows[] = {
			{"MCPTT ID of the sender", TO_IWF, .from = ALICE, .mc_id = ALICE,
					.impu = ALICE, TO_KMF1, .device = "urn:uuid:radio-a"},
			{"MCData ID of the sender", TO_IWF, .from = ALICE, .service = DATA,
					.mc_id = "sip:alice.data@mc.example.org", .impu = ALICE,
					TO_KMF1},
			{"MCVideo ID of the sender", TO_IWF, .from = ALICE,
					.service = VIDEO, .mc_id = "sip:alice.video@mc.example.org",
					TO_KMF1},
			{"the IMPU is compared by RFC 3261", TO_IWF,
					.from = "sips:alice@MC.example.org:5061;lr", .mc_id = ALICE,
					.impu = ALICE, TO_KMF1},
			{"a false calling-user-id does not count", TO_IWF, .from = ALICE,
					.caller = BOB, .mc_id = ALICE, TO_KMF1},
			{"a false client ID does not count either", TO_IWF, .from = ALICE,
					.client_id = "urn:uuid:AA", .mc_id = ALICE, TO_KMF1},
			{"an MC service ID is no IMPU", TO_IWF,
					.from = "sip:alice.data@mc.example.org",
					.status = MCLMR_SENDER_UNKNOWN},
			{"bound to no ID", TO_IWF, .from = NOBODY,
					.status = MCLMR_SENDER_UNKNOWN},
			{"bound to no ID of this service", TO_IWF, .from = DESK,
					.service = VIDEO, .status = MCLMR_SENDER_UNKNOWN},
			{"not a URI", TO_IWF, .from = "alice",
					.status = MCLMR_SENDER_UNKNOWN},
			{"nothing", TO_IWF, .from = "", .status = MCLMR_SENDER_UNKNOWN},
			{"bound but not registered", TO_IWF, .from = GONE, .mc_id = GONE,
					.status = MCLMR_SENDER_UNREGISTERED},
			{"two identities, the second is bound", TO_IWF, .from = NOBODY,
					.from2 = "tel:+431234", .mc_id = TOM,
					.impu = "tel:+43-1-234", TO_KMF1},
			{"another identity of the same registration is bound", TO_IWF,
					.from = NOBODY, .alias = "tel:+431234", .mc_id = TOM,
					.impu = "tel:+43-1-234", TO_KMF1},
			{"what was registered together takes no right away", TO_IWF,
					.from = ALICE, .alias = "tel:+431234", .mc_id = ALICE,
					.impu = ALICE, TO_KMF1},
			{"two users by what was registered together", TO_IWF,
					.from = NOBODY, .alias = ALICE, .alias2 = "tel:+431234",
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"two identities of two users", TO_IWF, .from = ALICE,
					.from2 = "tel:+431234", .status = MCLMR_SENDER_AMBIGUOUS},
			{"two persons of one IMPU, no client ID", TO_IWF, .from = DESK,
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"an empty client ID", TO_IWF, .from = DESK, .client_id = "",
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"the client ID of the first", TO_IWF, .from = DESK,
					.client_id = "urn:uuid:aa", .mc_id = HEIDI, .impu = DESK,
					TO_KMF1},
			{"the client ID of the second", TO_IWF, .from = DESK,
					.client_id = "urn:uuid:bb", .mc_id = IVAN, .impu = DESK,
					TO_KMF2},
			{"another person's client ID", TO_IWF, .from = DESK,
					.client_id = "urn:uuid:cc",
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"a client ID of two users", TO_IWF, .from = DESK,
					.client_id = "urn:uuid:dd",
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"an empty client ID is of no person", TO_IWF, .from = VAN,
					.client_id = "", .status = MCLMR_SENDER_AMBIGUOUS},
			{"half a client ID", TO_IWF, .from = DESK,
					.client_id = "urn:uuid:b",
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"a client ID that is needed and encrypted", TO_IWF, .from = DESK,
					.client_id = ENCRYPTED, .status = MCLMR_IDENTITY_ENCRYPTED},
			{"no right to send", TO_IWF, .from = MUTE, .mc_id = MUTE,
					.impu = MUTE, .status = MCLMR_SEND_DENIED},
			{"no right to receive is no matter here", TO_IWF, .from = DEAF,
					.mc_id = DEAF, TO_KMF1},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void test_kmf(void **state)
{
	static const row_t rows[] = {
			{"no URI: from the user's own entries", TO_IWF, .from = DAVE,
					TO_KMF2},
			{"an entry by alias", TO_IWF, .from = BOB, TO_KMF1},
			{"KMF as request-uri", TO_IWF, .from = ALICE, .request_uri = KMF1,
					TO_KMF1},
			{"KMF as called-party-id", TO_IWF, .from = ALICE, .called = KMF1,
					TO_KMF1},
			{"KMF as list entry", TO_IWF, .from = ALICE, .list = {KMF1},
					TO_KMF1},
			{"KMF alias", TO_IWF, .from = ALICE, .request_uri = PROXY1,
					TO_KMF1},
			{"KMF with port and parameters", TO_IWF, .from = ALICE,
					.request_uri = "sips:kmf1@IWF.example.org:5061;lr",
					TO_KMF1},
			{"KMF by the IWF's PSI", TO_IWF, .from = ALICE, .called = IWF1,
					TO_KMF1},
			{"KMF by another PSI of its IWF, which is kept", TO_IWF,
					.from = ALICE, .called = IWF3, .kmf = KMF1, .psi = IWF3,
					.lmr_type = P25, .set = 1, .trusted = true},
			{"an empty URI is none", TO_IWF, .from = ALICE, .request_uri = "",
					TO_KMF1},
			{"unknown URI ignored and counted", TO_IWF, .from = ALICE,
					.request_uri = NOBODY, TO_KMF1, .unknown = 1},
			{"not even a URI", TO_IWF, .from = ALICE, .request_uri = "kmf1",
					TO_KMF1, .unknown = 1},
			{"another user is no KMF", TO_IWF, .from = ALICE, .called = BOB,
					TO_KMF1, .unknown = 1},
			{"our own PSI is no KMF", TO_IWF, .from = ALICE,
					.request_uri = CTRL, TO_KMF1, .unknown = 1},
			{"unknown URIs beside a known one", TO_IWF, .from = FRANK,
					.request_uri = NOBODY, .called = "x", .list = {KMF2},
					TO_KMF2, .unknown = 2},
			{"unknown URI refused", TO_IWF, .from = ALICE,
					.request_uri = NOBODY, .refuse_unknown = true,
					.status = MCLMR_KMF_UNKNOWN, .unknown = 1},
			{"unknown URI refused beside a known one", TO_IWF, .from = ALICE,
					.request_uri = KMF1, .called = NOBODY,
					.refuse_unknown = true, .status = MCLMR_KMF_UNKNOWN,
					.unknown = 1},
			{"known URI with kmf_unknown = refuse", TO_IWF, .from = ALICE,
					.request_uri = KMF1, .refuse_unknown = true, TO_KMF1},
			{"two names of one KMF", TO_IWF, .from = ALICE,
					.request_uri = PROXY1, .called = KMF1, .list = {IWF1, KMF1},
					TO_KMF1},
			{"two that differ", TO_IWF, .from = FRANK, .request_uri = KMF1,
					.called = KMF2, .status = MCLMR_KMF_CONFLICT},
			{"own and foreign differ", TO_IWF, .from = ALICE,
					.request_uri = KMF1, .list = {KMF2},
					.status = MCLMR_KMF_CONFLICT},
			{"two list entries that differ", TO_IWF, .from = FRANK,
					.list = {KMF1, KMF2}, .status = MCLMR_KMF_CONFLICT},
			{"KMF and IWF that differ", TO_IWF, .from = FRANK,
					.request_uri = IWF2, .called = KMF1,
					.status = MCLMR_KMF_CONFLICT},
			{"two IWFs that differ", TO_IWF, .from = FRANK, .request_uri = IWF2,
					.called = IWF1, .status = MCLMR_KMF_CONFLICT},
			{"another configured KMF", TO_IWF, .from = ALICE,
					.request_uri = KMF2, .status = MCLMR_KMF_FOREIGN},
			{"another configured KMF of the own IWF", TO_IWF, .from = ALICE,
					.request_uri = KMF3, .status = MCLMR_KMF_FOREIGN},
			{"another configured IWF", TO_IWF, .from = DAVE, .called = IWF1,
					.status = MCLMR_KMF_FOREIGN},
			{"two names of another KMF", TO_IWF, .from = DAVE, .called = IWF1,
					.request_uri = PROXY1, .status = MCLMR_KMF_FOREIGN},
			{"several left", TO_IWF, .from = FRANK,
					.status = MCLMR_KMF_AMBIGUOUS, .mc_id = FRANK},
			{"several left, unknown URI", TO_IWF, .from = FRANK,
					.request_uri = NOBODY, .status = MCLMR_KMF_AMBIGUOUS,
					.unknown = 1},
			{"decoding names P25", TO_IWF, .from = FRANK, .decoded = P25,
					TO_KMF1, .device = "p25-radio"},
			{"decoding names TETRA", TO_IWF, .from = FRANK, .decoded = TETRA,
					TO_KMF2, .device = "tetra-radio"},
			{"decoding names what the user has not", TO_IWF, .from = FRANK,
					.decoded = DMR, .status = MCLMR_KMF_AMBIGUOUS},
			{"a URI selects, decoding does not", TO_IWF, .from = FRANK,
					.request_uri = KMF1, .decoded = TETRA, TO_KMF1},
			{"one KMF needs no LMR type", TO_IWF, .from = ALICE,
					.decoded = TETRA, TO_KMF1},
			{"two KMFs of the IWF that is named", TO_IWF, .from = OLGA,
					.request_uri = IWF1, .status = MCLMR_KMF_AMBIGUOUS},
			{"the same, the LMR type known", TO_IWF, .from = OLGA,
					.request_uri = IWF1, .decoded = DMR, .kmf = KMF3,
					.psi = IWF1, .lmr_type = DMR, .set = 3, .device = "one"},
			{"two devices at one KMF", TO_IWF, .from = OLGA,
					.request_uri = KMF1, TO_KMF1, .device = ""},
			{"no LMR entry", TO_IWF, .from = ERIN, .mc_id = ERIN,
					.status = MCLMR_NO_LMR_ENTRY},
			{"no LMR entry, whatever is named", TO_IWF, .from = ERIN,
					.request_uri = KMF1, .status = MCLMR_NO_LMR_ENTRY},
			{"a KMF in the MC system is not served", TO_IWF, .from = MIKE,
					.status = MCLMR_NO_LMR_ENTRY},
			{"a KMF that no PSI leads to", TO_IWF, .from = NINA,
					.status = MCLMR_NO_LMR_ENTRY},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* What a message to alice gives. */
#define FOR_ALICE                                                             \
	.mc_id = ALICE, .impu = ALICE, .kmf = KMF1, .psi = IWF1, .lmr_type = P25, \
	.device = "urn:uuid:radio-a"

static void test_target(void **state)
{
	static const row_t rows[] = {
			{"target as request-uri", TO_CLIENT, .from = IWF1,
					.request_uri = ALICE, FOR_ALICE},
			{"target as called-party-id", TO_CLIENT, .from = IWF1,
					.called = ALICE, FOR_ALICE},
			{"target as the single list entry", TO_CLIENT, .from = IWF1,
					.list = {ALICE}, FOR_ALICE},
			{"target compared by RFC 3261", TO_CLIENT, .from = IWF1,
					.request_uri = "sip:alice@MC.EXAMPLE.ORG:5060;lr",
					FOR_ALICE},
			{"target named twice", TO_CLIENT, .from = IWF1,
					.request_uri = ALICE, .called = ALICE,
					.list = {ALICE, "sips:alice@mc.example.org"}, FOR_ALICE},
			{"MCData ID", TO_CLIENT, .from = IWF1, .service = DATA,
					.request_uri = "sip:alice.data@mc.example.org",
					.mc_id = "sip:alice.data@mc.example.org", .impu = ALICE,
					.kmf = KMF1, .psi = IWF1, .lmr_type = P25},
			{"ID of another service", TO_CLIENT, .from = IWF1, .service = VIDEO,
					.request_uri = "sip:alice.data@mc.example.org",
					.status = MCLMR_TARGET_UNKNOWN},
			{"IMPU of two persons is no target", TO_CLIENT, .from = IWF1,
					.request_uri = DESK, .status = MCLMR_TARGET_UNKNOWN},
			{"one of two persons of one IMPU", TO_CLIENT, .from = IWF2,
					.request_uri = IVAN, .mc_id = IVAN, .impu = DESK,
					.kmf = KMF2, .psi = IWF2, .lmr_type = TETRA},
			{"two that differ", TO_CLIENT, .from = IWF1, .request_uri = ALICE,
					.called = BOB, .status = MCLMR_KMF_CONFLICT},
			{"two list entries that differ", TO_CLIENT, .from = IWF1,
					.list = {ALICE, BOB}, .status = MCLMR_KMF_CONFLICT},
			{"one that is no URI beside the target", TO_CLIENT, .from = IWF1,
					.request_uri = ALICE, .called = "alice",
					.status = MCLMR_KMF_CONFLICT},
			{"a functional alias is no target", TO_CLIENT, .from = IWF1,
					.request_uri = "sip:chief@mc.example.org",
					.status = MCLMR_TARGET_UNKNOWN},
			{"a KMF is no target", TO_CLIENT, .from = IWF1, .request_uri = KMF1,
					.status = MCLMR_TARGET_UNKNOWN},
			{"no target at all", TO_CLIENT, .from = IWF1, .caller = ALICE,
					.group = ALICE, .client_id = ALICE,
					.status = MCLMR_TARGET_UNKNOWN},
			{"not a URI", TO_CLIENT, .from = IWF1, .request_uri = "alice",
					.status = MCLMR_TARGET_UNKNOWN},
			{"no right to receive", TO_CLIENT, .from = IWF1,
					.request_uri = DEAF, .mc_id = DEAF, .psi = IWF1,
					.status = MCLMR_RECEIVE_DENIED},
			{"no right to send is no matter here", TO_CLIENT, .from = IWF1,
					.request_uri = MUTE, .mc_id = MUTE, .kmf = KMF1,
					.lmr_type = P25},
			{"no LMR entry", TO_CLIENT, .from = IWF1, .request_uri = ERIN,
					.mc_id = ERIN, .status = MCLMR_NO_LMR_ENTRY},
			{"no other IWF may write to this user", TO_CLIENT, .from = IWF2,
					.request_uri = ALICE, .mc_id = ALICE, .psi = IWF2,
					.status = MCLMR_IWF_FOREIGN},
			{"and the other way round", TO_CLIENT, .from = IWF1,
					.request_uri = DAVE, .status = MCLMR_IWF_FOREIGN},
			{"an IWF that is not configured", TO_CLIENT,
					.from = "sip:iwf@example.com", .request_uri = ALICE,
					.status = MCLMR_IWF_FOREIGN},
			{"any PSI of the IWF", TO_CLIENT, .from = IWF3,
					.request_uri = ALICE, .mc_id = ALICE, .kmf = KMF1,
					.psi = IWF3, .lmr_type = P25},
			{"a user of both IWFs, from one", TO_CLIENT, .from = IWF1,
					.request_uri = FRANK, .kmf = KMF1, .lmr_type = P25,
					.device = "p25-radio"},
			{"a user of both IWFs, from the other", TO_CLIENT, .from = IWF2,
					.request_uri = FRANK, .kmf = KMF2, .lmr_type = TETRA,
					.device = "tetra-radio"},
			{"the other's LMR type changes nothing", TO_CLIENT, .from = IWF2,
					.request_uri = FRANK, .decoded = P25, .kmf = KMF2,
					.lmr_type = TETRA},
			{"two KMFs of one IWF", TO_CLIENT, .from = IWF1,
					.request_uri = OLGA, .kmf = KMF1, .device = ""},
			{"the same, the LMR type known", TO_CLIENT, .from = IWF1,
					.request_uri = OLGA, .decoded = DMR, .kmf = KMF3,
					.lmr_type = DMR, .device = "one"},
			{"a KMF in the MC system is not served", TO_CLIENT, .from = IWF1,
					.request_uri = MIKE, .status = MCLMR_NO_LMR_ENTRY},
			{"known and not registered", TO_CLIENT, .from = IWF1,
					.request_uri = GONE, .mc_id = GONE,
					.status = MCLMR_TARGET_UNREGISTERED},
			{"a foreign IWF learns no registration", TO_CLIENT, .from = IWF2,
					.request_uri = GONE, .status = MCLMR_IWF_FOREIGN},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void test_partner(void **state)
{
	static const row_t rows[] = {
			{"a user whose home is a partner", TO_CLIENT, .from = IWF1,
					.request_uri = PAULA, .mc_id = PAULA, .psi = GATEWAY,
					.set = 9, .partner = true, .trusted = true},
			{"no user of ours in a partner's domain", TO_CLIENT, .from = IWF1,
					.request_uri = RITA, .mc_id = RITA, .psi = GATEWAY,
					.set = 9, .partner = true, .trusted = true},
			{"the domain in capitals", TO_CLIENT, .from = IWF1,
					.called = "sip:rita@PARTNER.example.net:5061",
					.psi = GATEWAY, .set = 9, .partner = true, .trusted = true},
			{"a home that table partners has not", TO_CLIENT, .from = IWF1,
					.request_uri = QUINN, .mc_id = QUINN,
					.status = MCLMR_PARTNER_UNKNOWN},
			{"a domain below a partner's", TO_CLIENT, .from = IWF1,
					.request_uri = "sip:rita@x.partner.example.net",
					.status = MCLMR_TARGET_UNKNOWN},
			{"a telephone number has no domain", TO_CLIENT, .from = IWF1,
					.request_uri = "tel:+431234",
					.status = MCLMR_TARGET_UNKNOWN},
			{"a partner's user is none of our KMFs", TO_IWF, .from = ALICE,
					.request_uri = RITA, TO_KMF1, .unknown = 1},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void test_encrypted(void **state)
{
	static const row_t rows[] = {
			{"sender's ID, to the IWF", TO_IWF, .from = ALICE,
					.caller = ENCRYPTED, .mc_id = ALICE,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"KMF, to the IWF", TO_IWF, .from = ALICE, .request_uri = ENCRYPTED,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"KMF as an encrypted attribute value", TO_IWF, .from = ALICE,
					.request_uri = LONG_ENCRYPTED,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"list entry, to the IWF", TO_IWF, .from = ALICE,
					.list = {KMF1, ENCRYPTED},
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"client ID that is not even needed", TO_IWF, .from = ALICE,
					.client_id = ENCRYPTED, .status = MCLMR_IDENTITY_ENCRYPTED},
			{"sender unknown comes first", TO_IWF, .from = NOBODY,
					.caller = ENCRYPTED, .status = MCLMR_SENDER_UNKNOWN},
			{"sender not registered comes first", TO_IWF, .from = GONE,
					.caller = ENCRYPTED, .status = MCLMR_SENDER_UNREGISTERED},
			{"rights come later", TO_IWF, .from = MUTE, .caller = ENCRYPTED,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"target, to the client", TO_CLIENT, .from = IWF1,
					.request_uri = ENCRYPTED,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"target as called-party-id", TO_CLIENT, .from = IWF1,
					.called = ENCRYPTED, .status = MCLMR_IDENTITY_ENCRYPTED},
			{"target as list entry", TO_CLIENT, .from = IWF1,
					.list = {LONG_ENCRYPTED},
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"sender's ID, to the client", TO_CLIENT, .from = IWF1,
					.request_uri = ALICE, .caller = ENCRYPTED, .psi = IWF1,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"target unknown comes later", TO_CLIENT, .from = IWF1,
					.request_uri = NOBODY, .group = ENCRYPTED,
					.status = MCLMR_IDENTITY_ENCRYPTED},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* The order of checks if two of them would refuse. */
static void test_order(void **state)
{
	static const row_t rows[] = {
			{"right before KMF", TO_IWF, .from = MUTE, .request_uri = KMF2,
					.status = MCLMR_SEND_DENIED},
			{"registration before right", TO_IWF, .from = GONE,
					.request_uri = KMF2, .status = MCLMR_SENDER_UNREGISTERED},
			{"LMR entry before KMF", TO_IWF, .from = ERIN,
					.request_uri = NOBODY, .refuse_unknown = true,
					.status = MCLMR_NO_LMR_ENTRY},
			{"unknown before conflict", TO_IWF, .from = FRANK,
					.request_uri = KMF1, .called = KMF2, .list = {NOBODY},
					.refuse_unknown = true, .status = MCLMR_KMF_UNKNOWN,
					.unknown = 1},
			{"right before IWF", TO_CLIENT, .from = IWF2, .request_uri = DEAF,
					.status = MCLMR_RECEIVE_DENIED},
			{"partner before right", TO_CLIENT, .from = IWF2,
					.request_uri = PAULA, .psi = GATEWAY, .set = 9,
					.partner = true, .trusted = true},
			{"no direction", .direction = MCLMR_DIRECTION_NONE, .from = ALICE,
					.status = MCLMR_WRONG_PSI},
			{"an IWF as if it were a client", TO_IWF, .from = IWF1,
					.request_uri = KMF1, .status = MCLMR_WRONG_PSI},
			{"a client as if it were an IWF", TO_CLIENT, .from = ALICE,
					.request_uri = BOB, .status = MCLMR_WRONG_PSI},
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* As many URIs as a message can have are all looked at. */
static void test_full_list(void **state)
{
	mclmr_directory_t *directory = sample_directory();
	mclmr_resource_lists_t lists = {.n = MCLMR_MAX_ENTRIES};
	mclmr_mc_info_t info = {0};
	mclmr_sender_t sender = {.n = 1, .identity = {MCLMR_SPAN(ALICE)}};
	mclmr_forward_request_t request = {
			MCLMR_TO_IWF, &sender, PTT, &info, &lists, NOT_GIVEN, false};
	char room[16384];
	mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
	mclmr_route_t route;
	size_t i;

	(void)state;
	info.field[MCLMR_INFO_REQUEST_URI] = identity(NOBODY);
	info.field[MCLMR_INFO_CALLED_PARTY_ID] = identity(NOBODY);
	for(i = 0; i < MCLMR_MAX_ENTRIES; i++)
		lists.entry[i] = identity(NOBODY);
	mclmr_forward_decide(directory, &request, &arena, &route);
	assert_int_equal(route.decided, MCLMR_OK);
	assert_int_equal(route.unknown_kmfs, MCLMR_MAX_ENTRIES + 2);
	lists.entry[MCLMR_MAX_ENTRIES - 1] = identity(KMF2);
	mclmr_forward_decide(directory, &request, &arena, &route);
	assert_int_equal(route.decided, MCLMR_KMF_FOREIGN);
	mclmr_directory_free(directory);
}

/* In an arena that is too small nothing is decided, at whatever size. */
static void test_small_arena(void **state)
{
	static const row_t rows[] = {
			{"to IWF", TO_IWF, .from = FRANK, .request_uri = IWF1,
					.called = KMF1},
			{"to client", TO_CLIENT, .from = IWF1, .request_uri = ALICE},
			{"to partner", TO_CLIENT, .from = IWF1, .request_uri = RITA},
			{"to partner by home", TO_CLIENT, .from = IWF1,
					.request_uri = PAULA},
	};
	mclmr_directory_t *directory = sample_directory();
	size_t i;
	size_t size;

	(void)state;
	for(i = 0; i < COUNT(rows); i++) {
		mclmr_status_t status = MCLMR_INTERNAL;

		for(size = 0; status == MCLMR_INTERNAL; size++) {
			char *room = malloc(size + 1);
			mclmr_arena_t arena = mclmr_arena(room, size);
			mclmr_route_t route;

			assert_true(size < 1000);
			status = decide(directory, &rows[i], &arena, &route);
			free(room);
		}
		assert_int_equal(status, MCLMR_OK);
		assert_true(size > 60);
	}
	mclmr_directory_free(directory);
}

/* The result stays when the directory goes. */
static void test_result_outlives_directory(void **state)
{
	static const row_t row = {"result", TO_IWF, .from = ALICE, .mc_id = ALICE,
			.impu = ALICE, TO_KMF1, .device = "urn:uuid:radio-a"};
	mclmr_directory_t *directory = sample_directory();
	char room[4096];
	mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
	mclmr_route_t route;

	(void)state;
	decide(directory, &row, &arena, &route);
	mclmr_directory_free(directory);
	check_result(&row, &route);
}

/* An entry counts only as long as the network has its KMF. */
static void test_kmf_left_the_network(void **state)
{
	static const row_t rows[] = {
			{"alice", TO_IWF, .from = ALICE, .status = MCLMR_NO_LMR_ENTRY},
			{"frank", TO_IWF, .from = FRANK, TO_KMF2},
			{"from it", TO_CLIENT, .from = IWF1, .request_uri = FRANK,
					.status = MCLMR_IWF_FOREIGN},
			{"from IWF 2", TO_CLIENT, .from = IWF2, .request_uri = FRANK,
					.kmf = KMF2, .lmr_type = TETRA},
			{"to alice", TO_CLIENT, .from = IWF1, .request_uri = ALICE,
					.status = MCLMR_NO_LMR_ENTRY},
	};
	mclmr_directory_t *directory = sample_directory();
	mclmr_network_t *network = mclmr_network_new(&allocator);
	size_t i;

	(void)state;
	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF2), 2, false, MCLMR_SPAN("lmr")));
	assert_null(
			mclmr_network_add_psi(network, MCLMR_SPAN(KMF2), MCLMR_SPAN(IWF2)));
	mclmr_network_free(mclmr_directory_set_network(directory, network));
	for(i = 0; i < COUNT(rows); i++) {
		char room[4096];
		mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
		mclmr_route_t route;

		decide(directory, &rows[i], &arena, &route);
		check_result(&rows[i], &route);
	}
	mclmr_directory_free(directory);
}

static void test_direction(void **state)
{
	static const struct
	{
		bool from_iwf;
		const char *psi;
		mclmr_direction_t direction;
	} row[] = {
			{false, ORIG, MCLMR_TO_IWF},
			{false, CTRL, MCLMR_TO_IWF},
			{false, TERM, MCLMR_DIRECTION_NONE},
			{true, TERM, MCLMR_TO_CLIENT},
			{true, CTRL, MCLMR_TO_CLIENT},
			{true, ORIG, MCLMR_DIRECTION_NONE},
			{false, "sip:mc-orig@mc.example.org;lr", MCLMR_TO_IWF},
			{false, "sip:mc-orig@mc.example.org:5060", MCLMR_TO_IWF},
			{true, "sips:mc-term@MC.example.org:5060;lr;transport=tcp",
					MCLMR_TO_CLIENT},
			{false, "sip:MC-ORIG@mc.example.org", MCLMR_DIRECTION_NONE},
			{false, ALICE, MCLMR_DIRECTION_NONE},
			{true, IWF1, MCLMR_DIRECTION_NONE},
			{false, "mc-orig", MCLMR_DIRECTION_NONE},
			{false, "", MCLMR_DIRECTION_NONE},
	};
	mclmr_network_t *network = sample_network();
	unsigned service;
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		for(service = 0; service < MCLMR_SERVICE_COUNT; service++)
			assert_int_equal(
					mclmr_forward_direction(network, row[i].from_iwf,
							mclmr_span(row[i].psi), (mclmr_service_t)service),
					row[i].direction);
	}
	mclmr_network_free(network);
}

/* A PSI with a role for one service has none for the others. */
static void test_direction_of_one_service(void **state)
{
	mclmr_network_t *network = mclmr_network_new(&allocator);
	const mclmr_span_t psi = MCLMR_SPAN(ORIG);

	(void)state;
	assert_null(mclmr_network_add_role(
			network, psi, DATA, MCLMR_SPAN("originating")));
	assert_int_equal(
			mclmr_forward_direction(network, false, psi, DATA), MCLMR_TO_IWF);
	assert_int_equal(
			mclmr_forward_direction(network, false, psi, MCLMR_SERVICE_NONE),
			MCLMR_TO_IWF);
	assert_int_equal(mclmr_forward_direction(network, false, psi, PTT),
			MCLMR_DIRECTION_NONE);
	mclmr_network_free(network);
}

static void test_asserted_sender(void **state)
{
	static const struct
	{
		const char *address;
		int port;
		const char *tls_id;
		const char *pai[3];
		mclmr_status_t status;
		bool iwf;
	} row[] = {
			/* an IWF, from its own address, whatever the port */
			{"127.0.0.2", 5070, "", {IWF1}, MCLMR_OK, true},
			{"127.0.0.3", 40000, "", {IWF1}, MCLMR_OK, true},
			{"127.0.0.2", 5070, "", {"sip:iwf@IWF.example.org:5070;lr"},
					MCLMR_OK, true},
			/* it asserts nothing, or what is not its own */
			{"127.0.0.2", 5070, "", {NULL}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {IWF2}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {IWF3}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {ALICE}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {KMF1}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {ORIG}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {"iwf"}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {""}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.2", 5070, "", {IWF1, "tel:+431"}, MCLMR_PEER_ASSERTION,
					false},
			{"127.0.0.2", 5070, "", {IWF1, IWF1}, MCLMR_PEER_ASSERTION, false},
			/* a core: users and IWFs, from the port that is configured */
			{"127.0.0.5", 5060, "", {ALICE}, MCLMR_OK, false},
			{"127.0.0.5", 5060, "", {NOBODY}, MCLMR_OK, false},
			{"127.0.0.5", 5060, "", {IWF1}, MCLMR_OK, true},
			{"127.0.0.5", 5060, "", {IWF2}, MCLMR_OK, true},
			{"127.0.0.5", 5061, "", {ALICE}, MCLMR_UNAUTHENTICATED, false},
			/* none, two, three, mixed */
			{"127.0.0.5", 5060, "", {NULL}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.5", 5060, "", {ALICE, "tel:+431"}, MCLMR_OK, false},
			{"127.0.0.5", 5060, "", {"TEL:+431", ALICE}, MCLMR_OK, false},
			{"127.0.0.5", 5060, "", {ALICE, BOB}, MCLMR_PEER_ASSERTION, false},
			{"127.0.0.5", 5060, "", {"tel:+431", "tel:+432"},
					MCLMR_PEER_ASSERTION, false},
			{"127.0.0.5", 5060, "", {ALICE, "tel:+431", "tel:+432"},
					MCLMR_PEER_ASSERTION, false},
			{"127.0.0.5", 5060, "", {IWF1, "tel:+431"}, MCLMR_PEER_ASSERTION,
					false},
			{"127.0.0.5", 5060, "", {"tel:+431", IWF1}, MCLMR_PEER_ASSERTION,
					false},
			{"127.0.0.5", 5060, "", {ALICE, "nonsense"}, MCLMR_PEER_ASSERTION,
					false},
			/* peers at one address with different ports */
			{"10.0.0.1", 5070, "", {IWF1}, MCLMR_OK, true},
			{"10.0.0.1", 5071, "", {IWF2}, MCLMR_OK, true},
			{"10.0.0.1", 5070, "", {IWF2}, MCLMR_PEER_ASSERTION, false},
			{"10.0.0.1", 5071, "", {IWF1}, MCLMR_PEER_ASSERTION, false},
			{"10.0.0.1", 5072, "", {IWF1}, MCLMR_UNAUTHENTICATED, false},
			/* by TLS identity */
			{"192.0.2.9", 40000, "iwf2.example.org", {IWF2}, MCLMR_OK, true},
			{"192.0.2.9", 40000, "IWF2.example.org", {IWF2}, MCLMR_OK, true},
			{"192.0.2.9", 40000, "iwf2.example.org", {IWF1},
					MCLMR_PEER_ASSERTION, false},
			{"192.0.2.9", 40000, "iwf3.example.org", {IWF2},
					MCLMR_UNAUTHENTICATED, false},
			/* not known */
			{"127.0.0.1", 5060, "", {IWF1}, MCLMR_UNAUTHENTICATED, false},
			{"127.0.0.1", 5060, "", {ALICE}, MCLMR_UNAUTHENTICATED, false},
			{"127.0.0.1", 5060, "", {NULL}, MCLMR_UNAUTHENTICATED, false},
			{"", 0, "", {IWF1}, MCLMR_UNAUTHENTICATED, false},
	};
	mclmr_network_t *network = sample_network();
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(row); i++) {
		mclmr_source_t source = {mclmr_span(row[i].address), row[i].port,
				mclmr_span(row[i].tls_id)};
		mclmr_span_t pai[COUNT(row[i].pai)];
		mclmr_status_t status;
		mclmr_sender_t sender;
		size_t n = 0;

		while(n < COUNT(row[i].pai) && row[i].pai[n]) {
			pai[n] = mclmr_span(row[i].pai[n]);
			n++;
		}
		memset(&sender, 0xa5, sizeof(sender));
		status = mclmr_sender_asserted(network, &source, pai, n, NULL, &sender);
		if(status != row[i].status || sender.iwf != row[i].iwf
				|| sender.n != (status == MCLMR_OK ? n : 0))
			fail_msg("row %zu: status %d, iwf %d, n %zu", i, status, sender.iwf,
					sender.n);
		if(status == MCLMR_OK)
			assert_ptr_equal(sender.identity[n - 1].s, row[i].pai[n - 1]);
	}
	mclmr_network_free(network);
}

/* More identities than a user has are not looked at. */
static void test_many_assertions(void **state)
{
	mclmr_network_t *network = sample_network();
	mclmr_source_t core = {MCLMR_SPAN("127.0.0.5"), 5060, MCLMR_SPAN("")};
	mclmr_span_t pai[100];
	mclmr_sender_t sender;
	size_t i;

	(void)state;
	for(i = 0; i < COUNT(pai); i++)
		pai[i] = MCLMR_SPAN(ALICE);
	for(i = 3; i <= COUNT(pai); i++)
		assert_int_equal(
				mclmr_sender_asserted(network, &core, pai, i, NULL, &sender),
				MCLMR_PEER_ASSERTION);
	assert_int_equal(mclmr_sender_asserted(
							 network, &core, NULL, SIZE_MAX, NULL, &sender),
			MCLMR_PEER_ASSERTION);
	mclmr_network_free(network);
}

/* Whom a core serves is the sender, whatever it asserts; others do not say it. */
static void test_served(void **state)
{
	const char *core = "127.0.0.5", *iwf = "127.0.0.2", *other = "127.0.0.1";
	const struct
	{
		const char *address;
		mclmr_served_user_t served;
		const char *pai[2], *sender;
		bool is_served, iwf;
	} row[] = {
			{core, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(ALICE)}, {NULL},
					ALICE, true, false},
			{core, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(ALICE)}, {BOB}, ALICE,
					true, false},
			{core, {MCLMR_SESSION_NONE, MCLMR_SPAN(ALICE)}, {BOB}, ALICE, true,
					false},
			{core, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(IWF1)}, {BOB}, IWF1,
					true, true},
			{core, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(ALICE)},
					{"tel:+431", "sip:alice@MC.example.org;x=1"}, "tel:+431",
					false, false},
			{core, {MCLMR_SESSION_TERMINATING, MCLMR_SPAN(ALICE)}, {IWF1}, IWF1,
					false, true},
			{core, {MCLMR_SESSION_TERMINATING, MCLMR_SPAN(ALICE)}, {NULL}, NULL,
					false, false},
			{core, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN("nonsense")}, {ALICE},
					NULL, false, false},
			{iwf, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(ALICE)}, {IWF1}, IWF1,
					false, true},
			{iwf, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(IWF1)}, {NULL}, NULL,
					false, false},
			{other, {MCLMR_SESSION_ORIGINATING, MCLMR_SPAN(ALICE)}, {ALICE},
					NULL, false, false},
	};
	mclmr_network_t *network = sample_network();

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_source_t source = {
				mclmr_span(row[i].address), 5060, MCLMR_SPAN("")};
		mclmr_span_t pai[COUNT(row[i].pai)];
		mclmr_status_t status;
		mclmr_sender_t sender;
		size_t n = 0;

		for(; n < COUNT(row[i].pai) && row[i].pai[n] != NULL; n++)
			pai[n] = mclmr_span(row[i].pai[n]);
		memset(&sender, 0xa5, sizeof(sender));
		status = mclmr_sender_asserted(
				network, &source, pai, n, &row[i].served, &sender);
		if((status == MCLMR_OK) != (row[i].sender != NULL)
				|| sender.served != row[i].is_served || sender.iwf != row[i].iwf
				|| (status == MCLMR_OK
						&& !mclmr_span_equal(
								sender.identity[0], mclmr_span(row[i].sender))))
			fail_msg("row %zu: status %d, served %d, iwf %d, n %zu", i, status,
					sender.served, sender.iwf, sender.n);
	}
	mclmr_network_free(network);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_sender),
			cmocka_unit_test(test_kmf),
			cmocka_unit_test(test_target),
			cmocka_unit_test(test_partner),
			cmocka_unit_test(test_encrypted),
			cmocka_unit_test(test_order),
			cmocka_unit_test(test_full_list),
			cmocka_unit_test(test_small_arena),
			cmocka_unit_test(test_result_outlives_directory),
			cmocka_unit_test(test_kmf_left_the_network),
			cmocka_unit_test(test_direction),
			cmocka_unit_test(test_direction_of_one_service),
			cmocka_unit_test(test_asserted_sender),
			cmocka_unit_test(test_many_assertions),
			cmocka_unit_test(test_served),
	};

	return cmocka_run_group_tests(tests, NULL, heap_tear_down);
}
