/* SPDX-License-Identifier: GPL-2.0-or-later */

/* call: the decision on an INVITE. */
#include <stdio.h>
#include <string.h>

#include "mclmr/decide/call.h"
#include "heap.h"
#include "unit.h"

#define KMF1 "sip:kmf1@iwf.example.org"
#define KMF2 "sip:kmf2@tetra-iwf.example.org"
#define IWF1 "sip:iwf@iwf.example.org"
#define IWF2 "sip:iwf@tetra-iwf.example.org"
#define ORIG "sip:mc-orig@mc.example.org"
#define TERM "sip:mc-term@mc.example.org"
#define CTRL "sip:mc-ctrl@mc.example.org"
#define ALL "sip:mc-all@mc.example.org"
#define VIDEO_ORIG "sip:video-orig@mc.example.org"

#define ALICE "sip:alice@mc.example.org"
#define TEL "tel:+4312345"
#define BOB "sip:bob@mc.example.org"
#define BOB_IMPU "sip:bob.phone@ims.example.org"
#define MUTE "sip:mute@mc.example.org"
#define DEAF "sip:deaf@mc.example.org"
#define GONE "sip:gone@mc.example.org"
#define ABROAD "sip:abroad@mc.example.org"
#define BOTH "sip:both@mc.example.org"
#define TWIN1 "sip:twin1@mc.example.org"
#define TWIN2 "sip:twin2@mc.example.org"
#define DESK "sip:desk@mc.example.org"
#define UNIT "sip:unit1@iwf.example.org"
#define TETRA "sip:unit1@tetra-iwf.example.org"
#define LOST "sip:lost@iwf.example.org"
#define NOBODY "sip:nobody@elsewhere.example.com"
#define GRP "sip:grp-p25@mc.example.org"
#define GRP2 "sip:grp-tetra@mc.example.org"
#define GRP_LOST "sip:grp-lost@mc.example.org"
#define HIDDEN "sip:c4Hqw;iv=FTvn;key-id=a2V5;alg=128@mc.example.org"
#define ENCRYPTED "Encrypted" /* an element that was encrypted */

static mclmr_network_t *sample_network(void)
{
	static const char *const role[][3] = {{ORIG, "originating", ""},
			{TERM, "terminating", ""}, {CTRL, "controlling", ""},
			{ALL, "originating", ""}, {ALL, "terminating", ""},
			{ALL, "controlling", ""}, {VIDEO_ORIG, "originating", "mcvideo"}};
	mclmr_network_t *network = mclmr_network_new(&allocator);

	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF1), 1, true, MCLMR_SPAN("lmr")));
	assert_null(mclmr_network_add_kmf(
			network, MCLMR_SPAN(KMF2), 2, false, MCLMR_SPAN("lmr")));
	assert_null(
			mclmr_network_add_psi(network, MCLMR_SPAN(KMF1), MCLMR_SPAN(IWF1)));
	assert_null(
			mclmr_network_add_psi(network, MCLMR_SPAN(KMF2), MCLMR_SPAN(IWF2)));
	for(size_t i = 0; i < COUNT(role); i++)
		assert_null(mclmr_network_add_role(network, mclmr_span(role[i][0]),
				mclmr_service_from_word(mclmr_span(role[i][2])),
				mclmr_span(role[i][1])));
	return network;
}

static void add_users(mclmr_directory_t *directory)
{
	static const struct
	{
		const char *mc_id, *impu, *client_id, *home;
		bool send, receive;
		mclmr_service_t service;
	} user[] = {
			{ALICE, ALICE, "", "", true, true, MCLMR_SERVICE_MCPTT},
			{"sip:alice.data@mc.example.org", ALICE, "", "", true, true,
					MCLMR_SERVICE_MCDATA},
			{BOB, BOB_IMPU, "", "", true, true, MCLMR_SERVICE_MCPTT},
			{MUTE, MUTE, "", "", false, true, MCLMR_SERVICE_MCPTT},
			{DEAF, DEAF, "", "", true, false, MCLMR_SERVICE_MCPTT},
			{GONE, GONE, "", "", true, true, MCLMR_SERVICE_MCPTT},
			{ABROAD, ABROAD, "", "partner.example", true, true,
					MCLMR_SERVICE_MCPTT},
			{BOTH, BOTH, "", "", true, true, MCLMR_SERVICE_MCPTT},
			{TWIN1, DESK, "one", "", true, true, MCLMR_SERVICE_MCPTT},
			{TWIN2, DESK, "two", "", true, true, MCLMR_SERVICE_MCPTT},
			{"sip:dora.data@mc.example.org", "sip:dora@mc.example.org", "", "",
					true, true, MCLMR_SERVICE_MCDATA},
	};

	for(size_t i = 0; i < COUNT(user); i++) {
		mclmr_user_row_t row = {mclmr_span(user[i].mc_id), user[i].service,
				mclmr_span(user[i].impu), mclmr_span(user[i].client_id),
				mclmr_span(user[i].mc_id), MCLMR_SPAN(""),
				mclmr_span(user[i].home), user[i].send, user[i].receive};

		assert_null(mclmr_directory_add_user(directory, &row));
	}
}

static void add_parties(mclmr_directory_t *directory)
{
	static const struct
	{
		mclmr_party_kind_t kind;
		const char *uri, *psi, *profile;
	} party[] = {
			{MCLMR_LMR_USER, UNIT, IWF1, "p25"},
			{MCLMR_LMR_USER, TETRA, IWF2, "tetra"},
			{MCLMR_LMR_USER, LOST, "sip:gone-iwf@iwf.example.org", "p25"},
			{MCLMR_LMR_USER, BOTH, IWF1, "p25"},
			{MCLMR_GROUP, GRP, IWF1, "p25"},
			{MCLMR_GROUP, GRP2, IWF2, "tetra-e2ee"},
			{MCLMR_GROUP, GRP_LOST, "sip:gone-iwf@iwf.example.org", "p25"},
	};

	for(size_t i = 0; i < COUNT(party); i++) {
		mclmr_party_row_t row = {mclmr_span(party[i].uri),
				mclmr_span(party[i].psi), mclmr_span(party[i].profile),
				MCLMR_SPAN("")};

		assert_null(mclmr_parties_put(
				mclmr_directory_parties(directory, party[i].kind), &row));
	}
}

static mclmr_directory_t *sample_directory(void)
{
	mclmr_directory_t *directory = mclmr_directory_new(
			&allocator, sample_network(), MCLMR_PER_USER_LMR_TYPE, 0);

	add_users(directory);
	add_parties(directory);
	return directory;
}

/* Everybody is registered but one. */
static bool registered(void *data, mclmr_span_t impu)
{
	assert_string_equal(data, "registrar");
	return !mclmr_span_equal(impu, MCLMR_SPAN(GONE));
}

static char registrar_data[] = "registrar";
static const mclmr_registrar_t registrar = {registered, registrar_data, NULL};

/* An INVITE, and what has to come out; NULL: absent, or not compared. */
typedef struct row
{
	const char *says; /* the sentence that this row is for */
	const char *to;	  /* Request-URI */
	const char *from; /* identity; an IWF's PSI makes it an IWF */
	const char *type; /* of session; with it, or any of these, info is there */
	const char *request, *called, *caller, *group, *client_id;
	const char *list[2];
	bool core; /* handed over by a trusted core */
	mclmr_group_caller_t group_caller;
	mclmr_status_t status;
	const char *mc_id, *impu, *target, *psi, *profile, *new_uri;
	const char *set_request, *set_caller; /* "": stay as they came */
	const char *caller_id, *also;		  /* the latter: a second identity */
	bool needs_info;
} row_t;

#define TO_LMR(uri, iwf, prof)                                                \
	.target = (uri), .psi = (iwf), .profile = (prof), .new_uri = (iwf),       \
	.mc_id = ALICE, .impu = ALICE, .set_request = (uri), .set_caller = ALICE, \
	.caller_id = ALICE, .needs_info = true
#define TO_BOB                                                           \
	.target = BOB, .psi = "", .profile = "clients", .new_uri = BOB_IMPU, \
	.mc_id = ALICE, .impu = ALICE, .set_request = BOB, .set_caller = ALICE
#define TO_GROUP(uri, iwf)                                             \
	.target = (uri), .psi = (iwf), .profile = (uri), .new_uri = (iwf), \
	.mc_id = ALICE, .impu = ALICE, .set_request = ""
#define IWF_TO_BOB(iwf, prof)                                            \
	.target = BOB, .psi = (iwf), .profile = (prof), .new_uri = BOB_IMPU, \
	.mc_id = BOB, .impu = BOB_IMPU, .set_request = "", .set_caller = ""

static mclmr_identity_t identity(const char *value)
{
	mclmr_identity_t made = {.present = value != NULL};

	made.encrypted = value && strcmp(value, ENCRYPTED) == 0;
	if(!made.encrypted)
		made.value = mclmr_span(value);
	return made;
}

/* The info part of a row; false if it has none. */
static bool info_of(const row_t *row, mclmr_mc_info_t *info)
{
	memset(info, 0, sizeof(*info));
	info->service = MCLMR_SERVICE_MCPTT;
	info->session_type = mclmr_span(row->type);
	info->field[MCLMR_INFO_REQUEST_URI] = identity(row->request);
	info->field[MCLMR_INFO_CALLED_PARTY_ID] = identity(row->called);
	info->field[MCLMR_INFO_CALLING_USER_ID] = identity(row->caller);
	info->field[MCLMR_INFO_CALLING_GROUP_ID] = identity(row->group);
	info->field[MCLMR_INFO_CLIENT_ID] = identity(row->client_id);
	return row->type || row->request || row->called || row->caller || row->group
		   || row->client_id;
}

static mclmr_resource_lists_t lists_of(const row_t *row)
{
	mclmr_resource_lists_t lists = {0};

	for(size_t i = 0; i < COUNT(row->list) && row->list[i]; i++)
		lists.entry[lists.n++] = identity(row->list[i]);
	return lists;
}

/* Runs the decision of one row. */
static void decide(const mclmr_directory_t *directory, const row_t *row,
		mclmr_arena_t *arena, mclmr_route_t *route)
{
	mclmr_resource_lists_t lists = lists_of(row);
	mclmr_mc_info_t info;
	bool has_info = info_of(row, &info);
	mclmr_sender_t sender = {.iwf = strstr(row->from, "sip:iwf@") != NULL,
			.n = row->also != NULL ? 2 : 1,
			.identity = {mclmr_span(row->from), mclmr_span(row->also)}};
	mclmr_call_request_t request = {
			.request_uri = mclmr_span(row->to),
			.sender = &sender,
			.from_core = row->core,
			.info = has_info ? &info : NULL,
			.lists = lists.n > 0 ? &lists : NULL,
			.client_profile = MCLMR_SPAN("clients"),
			.group_caller = row->group_caller,
	};
	mclmr_status_t status;

	memset(route, 0xa5, sizeof(*route));
	status = mclmr_call_decide(directory, &request, arena, route);
	assert_int_equal(status, route->status);
	mclmr_route_settle(route, &registrar);
}

/* Compares a text that the row names. */
static void check_text(const row_t *row, const char *what, mclmr_span_t got,
		const char *wanted)
{
	if(wanted && !mclmr_span_equal(got, mclmr_span(wanted)))
		fail_msg("%s: %s is %.*s, not %s", row->says, what, MCLMR_FMT(got),
				wanted);
}

/* Compares a whole result; of a refusal only what the row names. */
static void check_result(const row_t *row, const mclmr_route_t *route)
{
	if(route->status != row->status)
		fail_msg("%s: %s, not %s", row->says, mclmr_status_word(route->status),
				mclmr_status_word(row->status));
	check_text(row, "mc_id", route->mc_id, row->mc_id);
	check_text(row, "impu", route->impu, row->impu);
	check_text(row, "target", route->target, row->target);
	check_text(row, "psi", route->psi, row->psi);
	check_text(row, "profile", route->profile, row->profile);
	check_text(row, "new Request-URI", route->request_uri, row->new_uri);
	check_text(row, "caller's ID", route->caller_id, row->caller_id);
	check_text(row, "request-uri", route->values.request_uri, row->set_request);
	check_text(row, "caller", route->values.calling_user_id, row->set_caller);
	if(route->status != MCLMR_OK)
		return;
	assert_int_equal(route->needs_info, row->needs_info);
	if(strcmp(row->new_uri, IWF1) == 0 || strcmp(row->new_uri, IWF2) == 0) {
		assert_int_equal(route->direction, MCLMR_TO_IWF);
		assert_int_equal(
				route->peer_set, strcmp(row->new_uri, IWF1) == 0 ? 1 : 2);
		assert_int_equal(route->trusted, route->peer_set == 1);
	} else {
		assert_int_equal(route->direction, MCLMR_TO_CLIENT);
		assert_int_equal(route->peer_set, 0);
		assert_false(route->trusted);
		check_text(row, "called IMPU", route->called_impu, row->new_uri);
	}
}

static void check_rows(const row_t *rows, size_t n, mclmr_call_kind_t kind)
{
	mclmr_directory_t *directory = sample_directory();

	for(size_t i = 0; i < n; i++) {
		char room[16384];
		mclmr_arena_t arena = mclmr_arena(room, sizeof(room));
		mclmr_route_t route;

		decide(directory, &rows[i], &arena, &route);
		check_result(&rows[i], &route);
		if(route.status == MCLMR_OK)
			assert_int_equal(route.kind, kind);
	}
	mclmr_directory_free(directory);
}

/* Private calls of clients. */
static void test_private(void **state)
{
	static const row_t rows[] = {
			{"to an LMR user by list", ORIG, ALICE, "private", .list = {UNIT},
					TO_LMR(UNIT, IWF1, "p25")},
			{"the PSI in another spelling", "sips:mc-orig@MC.example.org;lr",
					ALICE, "private", .list = {"sip:unit1@IWF.example.org"},
					TO_LMR(UNIT, IWF1, "p25")},
			{"of the other IWF", ORIG, ALICE, "private", .list = {TETRA},
					TO_LMR(TETRA, IWF2, "tetra")},
			{"to an LMR user directly", UNIT, ALICE, TO_LMR(UNIT, IWF1, "p25")},
			{"directly, with port and parameter",
					"sip:unit1@iwf.example.org:5070;user=ip", ALICE,
					TO_LMR(UNIT, IWF1, "p25")},
			{"to a client by list", ORIG, ALICE, "private", .list = {BOB},
					TO_BOB},
			{"to a client directly", BOB, ALICE, TO_BOB},
			{"request-uri that agrees", ORIG, ALICE, "private", .request = UNIT,
					.called = UNIT, .list = {UNIT}, TO_LMR(UNIT, IWF1, "p25")},
			{"a forged caller counts for nothing", ORIG, ALICE, "private",
					.caller = BOB, .list = {UNIT}, TO_LMR(UNIT, IWF1, "p25")},
			{"a PSI of all roles", ALL, ALICE, "private", .list = {UNIT},
					TO_LMR(UNIT, IWF1, "p25")},
			{"client ID tells who calls", ORIG, DESK, "private",
					.client_id = "two", .list = {UNIT}, .mc_id = TWIN2,
					.impu = DESK, .new_uri = IWF1, .set_caller = TWIN2,
					.needs_info = true},
			{"to somebody deaf", ORIG, ALICE, "private", .list = {DEAF},
					.status = MCLMR_RECEIVE_DENIED, .target = DEAF},
			{"to somebody not registered", GONE, ALICE,
					.status = MCLMR_TARGET_UNREGISTERED, .target = GONE},
			{"to a user of a partner", ABROAD, ALICE,
					.status = MCLMR_PARTNER_UNKNOWN},
			{"to nobody by list", ORIG, ALICE, "private", .list = {NOBODY},
					.status = MCLMR_LMR_USER_UNKNOWN, .mc_id = ALICE},
			{"to nobody directly", NOBODY, ALICE,
					.status = MCLMR_LMR_USER_UNKNOWN},
			{"to an LMR user whose IWF is gone", LOST, ALICE,
					.status = MCLMR_LMR_USER_UNKNOWN},
			{"to an IWF itself", IWF1, ALICE, .status = MCLMR_LMR_USER_UNKNOWN},
			{"to a group directly", GRP, ALICE,
					.status = MCLMR_LMR_USER_UNKNOWN},
			{"to what is both", BOTH, ALICE, .status = MCLMR_KMF_CONFLICT},
			{"two entries", ORIG, ALICE, "private", .list = {UNIT, TETRA},
					.status = MCLMR_KMF_CONFLICT},
			{"two entries that are the same", ORIG, ALICE, "private",
					.list = {UNIT, UNIT}, .status = MCLMR_KMF_CONFLICT},
			{"no list", ORIG, ALICE, "private", .request = UNIT,
					.status = MCLMR_TARGET_UNKNOWN},
			{"an entry that is no URI", ORIG, ALICE, "private",
					.list = {"unit1"}, .status = MCLMR_TARGET_UNKNOWN},
			{"request-uri that differs", ORIG, ALICE, "private", .request = BOB,
					.list = {UNIT}, .status = MCLMR_KMF_CONFLICT},
			{"called-party-id that differs", ORIG, ALICE, "private",
					.called = BOB, .list = {UNIT},
					.status = MCLMR_KMF_CONFLICT},
			{"a group in a private call", ORIG, ALICE, "private", .group = GRP,
					.list = {UNIT}, .status = MCLMR_KMF_CONFLICT},
			{"an entry that is encrypted", ORIG, ALICE, "private",
					.list = {HIDDEN}, .status = MCLMR_IDENTITY_ENCRYPTED},
			{"a caller that is encrypted", ORIG, ALICE, "private",
					.caller = ENCRYPTED, .list = {UNIT},
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"no right to send", ORIG, MUTE, "private", .list = {UNIT},
					.status = MCLMR_SEND_DENIED, .mc_id = MUTE},
			{"no right to send to a client", BOB, MUTE,
					.status = MCLMR_SEND_DENIED},
			{"the caller is not registered", ORIG, GONE, "private",
					.list = {UNIT}, .status = MCLMR_SENDER_UNREGISTERED,
					.mc_id = GONE},
			{"not registered comes before encrypted", ORIG, GONE, "private",
					.list = {HIDDEN}, .status = MCLMR_SENDER_UNREGISTERED},
			{"the caller is nobody", ORIG, NOBODY, "private", .list = {UNIT},
					.status = MCLMR_SENDER_UNKNOWN},
			{"the caller has no MCPTT ID", ORIG, "sip:dora@mc.example.org",
					"private", .list = {UNIT}, .status = MCLMR_SENDER_UNKNOWN},
			{"the caller is ambiguous", ORIG, DESK, "private", .list = {UNIT},
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"ambiguous also without info part", UNIT, DESK,
					.status = MCLMR_SENDER_AMBIGUOUS},
			{"no session type", ORIG, ALICE, .request = UNIT, .list = {UNIT},
					.status = MCLMR_SESSION_TYPE},
			{"a chat", ORIG, ALICE, "chat", .list = {UNIT},
					.status = MCLMR_SESSION_TYPE},
			{"session type in another case", ORIG, ALICE, "Private",
					.list = {UNIT}, .status = MCLMR_SESSION_TYPE},
			{"private to the controlling PSI", CTRL, ALICE, "private",
					.list = {UNIT}, .status = MCLMR_SESSION_TYPE},
			{"no info part", ORIG, ALICE, .list = {UNIT},
					.status = MCLMR_BODY_MISSING},
			{"info part and an LMR user as Request-URI", UNIT, ALICE, "private",
					.list = {UNIT}, .status = MCLMR_WRONG_PSI},
			{"a list alone and an LMR user as Request-URI", UNIT, ALICE,
					.list = {UNIT}, .status = MCLMR_WRONG_PSI},
			{"the terminating PSI", TERM, ALICE, "private", .list = {UNIT},
					.status = MCLMR_WRONG_PSI},
			{"the terminating PSI, no info part", TERM, ALICE,
					.status = MCLMR_WRONG_PSI},
			{"a PSI of another service", VIDEO_ORIG, ALICE, "private",
					.list = {UNIT}, .status = MCLMR_WRONG_PSI},
			{"no URI", "unit1", ALICE, .status = MCLMR_WRONG_PSI},
	};

	(void)state;
	check_rows(rows, COUNT(rows), MCLMR_CALL_PRIVATE);
}

/* The leg of a group call towards an IWF. */
static void test_group(void **state)
{
	static const row_t rows[] = {
			{"a client", CTRL, ALICE, "prearranged", .request = GRP,
					TO_GROUP(GRP, IWF1), .set_caller = ALICE,
					.caller_id = ALICE},
			{"of the other IWF", CTRL, ALICE, "prearranged", .request = GRP2,
					TO_GROUP(GRP2, IWF2), .set_caller = ALICE},
			{"the group said twice", CTRL, ALICE, "prearranged", .request = GRP,
					.group = GRP, TO_GROUP(GRP, IWF1), .set_caller = ALICE},
			{"a forged caller", CTRL, ALICE, "prearranged", .request = GRP,
					.caller = BOB, TO_GROUP(GRP, IWF1), .set_caller = ALICE},
			{"a core for a client", CTRL, ALICE, "prearranged", .request = GRP,
					.caller = BOB, .core = true, TO_GROUP(GRP, IWF1),
					.set_caller = ALICE},
			{"a controlling function names the caller", CTRL, CTRL,
					"prearranged", .request = GRP, .caller = ALICE,
					.core = true, TO_GROUP(GRP, IWF1), .set_caller = ""},
			{"whose registration is its own business", CTRL, CTRL,
					"prearranged", .request = GRP, .caller = GONE, .core = true,
					.new_uri = IWF1, .mc_id = GONE, .set_caller = ""},
			{"a core that knows a number, too", CTRL, TEL, "prearranged",
					.also = ALICE, .request = GRP, .caller = BOB, .core = true,
					TO_GROUP(GRP, IWF1), .set_caller = ALICE,
					.caller_id = ALICE},
			{"in another order", CTRL, ALICE, "prearranged", .also = TEL,
					.request = GRP, .core = true, TO_GROUP(GRP, IWF1),
					.set_caller = ALICE, .caller_id = ALICE},
			{"a controlling function with a number", CTRL, TEL, "prearranged",
					.also = CTRL, .request = GRP, .caller = ALICE, .core = true,
					TO_GROUP(GRP, IWF1), .set_caller = "", .caller_id = ""},
			{"before its number", CTRL, CTRL, "prearranged", .also = TEL,
					.request = GRP, .caller = ALICE, .core = true,
					TO_GROUP(GRP, IWF1), .set_caller = "", .caller_id = ""},
			{"with a number, and no core", CTRL, TEL, "prearranged",
					.also = CTRL, .request = GRP, .caller = ALICE,
					.status = MCLMR_SENDER_UNKNOWN},
			{"a controlling function that is no core", CTRL, CTRL,
					"prearranged", .request = GRP, .caller = ALICE,
					.status = MCLMR_SENDER_UNKNOWN},
			{"another PSI of ours", CTRL, TERM, "prearranged", .request = GRP,
					.caller = ALICE, .core = true,
					.status = MCLMR_SENDER_UNKNOWN},
			{"a controlling function names nobody", CTRL, CTRL, "prearranged",
					.request = GRP, .core = true,
					.status = MCLMR_SENDER_UNKNOWN},
			{"or a stranger", CTRL, CTRL, "prearranged", .request = GRP,
					.caller = NOBODY, .core = true,
					.status = MCLMR_SENDER_UNKNOWN},
			{"or one without the right", CTRL, CTRL, "prearranged",
					.request = GRP, .caller = MUTE, .core = true,
					.status = MCLMR_SEND_DENIED},
			{"or hides the caller", CTRL, CTRL, "prearranged", .request = GRP,
					.caller = ENCRYPTED, .core = true,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"no right to send", CTRL, MUTE, "prearranged", .request = GRP,
					.status = MCLMR_SEND_DENIED},
			{"the caller is not registered", CTRL, GONE, "prearranged",
					.request = GRP, .status = MCLMR_SENDER_UNREGISTERED},
			{"an unknown group", CTRL, ALICE, "prearranged",
					.request = "sip:grp-none@mc.example.org",
					.status = MCLMR_GROUP_UNKNOWN},
			{"an LMR user is no group", CTRL, ALICE, "prearranged",
					.request = UNIT, .status = MCLMR_GROUP_UNKNOWN},
			{"a group whose IWF is gone", CTRL, ALICE, "prearranged",
					.request = GRP_LOST, .status = MCLMR_GROUP_UNKNOWN},
			{"no group", CTRL, ALICE, "prearranged",
					.status = MCLMR_TARGET_UNKNOWN},
			{"two groups", CTRL, ALICE, "prearranged", .request = GRP,
					.group = GRP2, .status = MCLMR_KMF_CONFLICT},
			{"group and list differ", CTRL, ALICE, "prearranged",
					.request = GRP, .list = {UNIT},
					.status = MCLMR_KMF_CONFLICT},
			{"prearranged to the originating PSI", ORIG, ALICE, "prearranged",
					.request = GRP, .status = MCLMR_SESSION_TYPE},
			{"no session type", CTRL, ALICE, .request = GRP,
					.status = MCLMR_SESSION_TYPE},
	};

	(void)state;
	check_rows(rows, COUNT(rows), MCLMR_CALL_GROUP);
}

/* Private calls of IWFs. */
static void test_from_iwf(void **state)
{
	static const row_t rows[] = {
			{"to a user", TERM, IWF1, .request = BOB, .caller = UNIT,
					IWF_TO_BOB(IWF1, "p25")},
			{"with a session type", TERM, IWF1, "private", .request = BOB,
					.caller = UNIT, IWF_TO_BOB(IWF1, "p25"), .caller_id = UNIT},
			{"to the controlling PSI", CTRL, IWF2, .request = BOB,
					.caller = TETRA, IWF_TO_BOB(IWF2, "tetra")},
			{"the user said twice", TERM, IWF1, .request = BOB, .called = BOB,
					.caller = UNIT, .list = {BOB}, IWF_TO_BOB(IWF1, "p25")},
			{"an LMR user of the other IWF", TERM, IWF1, .request = BOB,
					.caller = TETRA, .status = MCLMR_IWF_FOREIGN},
			{"an unknown LMR user", TERM, IWF1, .request = BOB,
					.caller = "sip:unit9@iwf.example.org",
					.status = MCLMR_SENDER_UNKNOWN},
			{"an MC user is no LMR user", TERM, IWF1, .request = BOB,
					.caller = ALICE, .status = MCLMR_SENDER_UNKNOWN},
			{"no caller", TERM, IWF1, .request = BOB,
					.status = MCLMR_SENDER_UNKNOWN},
			{"an encrypted caller", TERM, IWF1, .request = BOB,
					.caller = ENCRYPTED, .status = MCLMR_IDENTITY_ENCRYPTED},
			{"an encrypted user", TERM, IWF1, .request = HIDDEN, .caller = UNIT,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"to nobody", TERM, IWF1, .request = NOBODY, .caller = UNIT,
					.status = MCLMR_TARGET_UNKNOWN, .profile = "p25"},
			{"to an LMR user", TERM, IWF1, .request = TETRA, .caller = UNIT,
					.status = MCLMR_TARGET_UNKNOWN},
			{"without target", TERM, IWF1, .caller = UNIT,
					.status = MCLMR_TARGET_UNKNOWN},
			{"two targets", TERM, IWF1, .request = BOB, .called = ALICE,
					.caller = UNIT, .status = MCLMR_KMF_CONFLICT},
			{"to somebody deaf", TERM, IWF1, .request = DEAF, .caller = UNIT,
					.status = MCLMR_RECEIVE_DENIED, .mc_id = DEAF},
			{"to somebody not registered", TERM, IWF1, .request = GONE,
					.caller = UNIT, .status = MCLMR_TARGET_UNREGISTERED},
			{"to a user of a partner", TERM, IWF1, .request = ABROAD,
					.caller = UNIT, .status = MCLMR_PARTNER_UNKNOWN},
			{"prearranged without group", TERM, IWF1, "prearranged",
					.request = BOB, .caller = UNIT,
					.status = MCLMR_SESSION_TYPE},
			{"an empty session type", TERM, IWF1, "", .request = BOB,
					.caller = UNIT, .status = MCLMR_SESSION_TYPE},
			{"the originating PSI", ORIG, IWF1, .request = BOB, .caller = UNIT,
					.status = MCLMR_WRONG_PSI},
			{"the user as Request-URI", BOB, IWF1, .caller = UNIT,
					.status = MCLMR_WRONG_PSI},
			{"no info part", TERM, IWF1, .status = MCLMR_BODY_MISSING},
	};

	(void)state;
	check_rows(rows, COUNT(rows), MCLMR_CALL_PRIVATE);
}

/* The leg of a group call from an IWF to a user. */
static void test_group_from_iwf(void **state)
{
	static const row_t rows[] = {
			{"to a user", TERM, IWF1, .request = BOB, .group = GRP,
					IWF_TO_BOB(IWF1, GRP), .caller_id = IWF1},
			{"with session type and talker", TERM, IWF2, "prearranged",
					.request = BOB, .group = GRP2, .caller = TETRA,
					IWF_TO_BOB(IWF2, GRP2)},
			{"the talker in another spelling", TERM, IWF2, .request = BOB,
					.group = GRP2,
					.caller = "sips:unit1@TETRA-IWF.example.org:5061;lr",
					IWF_TO_BOB(IWF2, GRP2)},
			{"a group of the other IWF", TERM, IWF2, .request = BOB,
					.group = GRP, .status = MCLMR_IWF_FOREIGN},
			{"an unknown group", TERM, IWF1, .request = BOB, .group = UNIT,
					.status = MCLMR_GROUP_UNKNOWN},
			{"an encrypted group", TERM, IWF1, .request = BOB,
					.group = ENCRYPTED, .status = MCLMR_IDENTITY_ENCRYPTED},
			{"a group in a private call", TERM, IWF1, "private", .request = BOB,
					.group = GRP, .caller = UNIT, .status = MCLMR_SESSION_TYPE},
			{"to somebody deaf", TERM, IWF1, .request = DEAF, .group = GRP,
					.status = MCLMR_RECEIVE_DENIED},
	};

	(void)state;
	check_rows(rows, COUNT(rows), MCLMR_CALL_GROUP);
}

#define IN_GROUP2 TERM, IWF2, .request = BOB, .group = GRP2
#define USERS .group_caller = MCLMR_GROUP_CALLER_USERS
#define ANY .group_caller = MCLMR_GROUP_CALLER_ANY

/* Whom an IWF may name as caller in its own group. */
static void test_group_caller(void **state)
{
	static const row_t rows[] = {
			{"a user of ours", IN_GROUP2, .caller = ALICE,
					.status = MCLMR_SENDER_UNKNOWN},
			{"the called user", IN_GROUP2, .caller = BOB,
					.status = MCLMR_SENDER_UNKNOWN},
			{"the IMPU of one", IN_GROUP2, .caller = BOB_IMPU,
					.status = MCLMR_SENDER_UNKNOWN},
			{"a radio of the other IWF", IN_GROUP2, .caller = UNIT,
					.status = MCLMR_IWF_FOREIGN},
			{"a radio whose IWF is gone", IN_GROUP2, .caller = LOST,
					.status = MCLMR_IWF_FOREIGN},
			{"an unknown radio", IN_GROUP2,
					.caller = "sip:unit9@tetra-iwf.example.org",
					.status = MCLMR_SENDER_UNKNOWN},
			{"a stranger", IN_GROUP2, .caller = NOBODY,
					.status = MCLMR_SENDER_UNKNOWN},
			{"the IWF itself", IN_GROUP2, .caller = IWF2,
					.status = MCLMR_SENDER_UNKNOWN},
			{"the group itself", IN_GROUP2, .caller = GRP2,
					.status = MCLMR_SENDER_UNKNOWN},
			{"an empty element", IN_GROUP2, .caller = "",
					.status = MCLMR_SENDER_UNKNOWN},
			{"no URI", IN_GROUP2, .caller = "unit1",
					.status = MCLMR_SENDER_UNKNOWN},
			{"an encrypted one", IN_GROUP2, .caller = ENCRYPTED,
					.status = MCLMR_IDENTITY_ENCRYPTED},
			{"the group comes first", TERM, IWF2, .request = BOB, .group = GRP,
					.caller = ALICE, .status = MCLMR_IWF_FOREIGN},
			{"users: a user of ours", IN_GROUP2, .caller = ALICE, USERS,
					IWF_TO_BOB(IWF2, GRP2)},
			{"users: a radio of its own", IN_GROUP2, .caller = TETRA, USERS,
					IWF_TO_BOB(IWF2, GRP2)},
			{"users: without the right to send", IN_GROUP2, .caller = MUTE,
					USERS, .status = MCLMR_SEND_DENIED},
			{"users: the ID of another service", IN_GROUP2, USERS,
					.caller = "sip:alice.data@mc.example.org",
					.status = MCLMR_SENDER_UNKNOWN},
			{"users: a radio of the other IWF", IN_GROUP2, .caller = UNIT,
					USERS, .status = MCLMR_IWF_FOREIGN},
			{"users: a stranger", IN_GROUP2, .caller = NOBODY, USERS,
					.status = MCLMR_SENDER_UNKNOWN},
			{"any: a radio of the other IWF", IN_GROUP2, .caller = UNIT, ANY,
					IWF_TO_BOB(IWF2, GRP2)},
			{"any: without the right to send", IN_GROUP2, .caller = MUTE, ANY,
					IWF_TO_BOB(IWF2, GRP2)},
			{"any: the group still counts", TERM, IWF2, .request = BOB,
					.group = GRP, ANY, .status = MCLMR_IWF_FOREIGN},
			{"any: a private call still counts", TERM, IWF2, .request = BOB,
					.caller = UNIT, ANY, .status = MCLMR_IWF_FOREIGN},
	};

	(void)state;
	check_rows(rows, COUNT(rows), MCLMR_CALL_GROUP);
}

/* What a Request-URI stands for, by who sends. */
static void test_form(void **state)
{
	static const struct
	{
		bool from_iwf;
		const char *uri;
		mclmr_call_form_t form;
	} row[] = {
			{false, ORIG, MCLMR_FORM_PSI},
			{false, CTRL, MCLMR_FORM_PSI},
			{false, TERM, MCLMR_FORM_NONE},
			{false, UNIT, MCLMR_FORM_DIRECT},
			{false, VIDEO_ORIG, MCLMR_FORM_NONE},
			{false, "tel:+431234", MCLMR_FORM_DIRECT},
			{false, "unit", MCLMR_FORM_NONE},
			{true, ORIG, MCLMR_FORM_NONE},
			{true, CTRL, MCLMR_FORM_PSI},
			{true, TERM, MCLMR_FORM_PSI},
			{true, BOB, MCLMR_FORM_NONE},
	};
	mclmr_network_t *network = sample_network();

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(mclmr_call_form(network, row[i].from_iwf,
								 mclmr_span(row[i].uri)),
				row[i].form);
	mclmr_network_free(network);
}

/* A small arena gives INTERNAL or the right answer, and never another. */
static void test_small_arena(void **state)
{
	static const row_t rows[] = {
			{"client", ORIG, ALICE, "private", .list = {UNIT}},
			{"client to client", BOB, ALICE, .type = NULL},
			{"group", CTRL, ALICE, "prearranged", .request = GRP},
			{"controller", CTRL, CTRL, "prearranged", .request = GRP,
					.caller = ALICE, .core = true},
			{"IWF", TERM, IWF1, .request = BOB, .caller = UNIT},
			{"group from IWF", TERM, IWF1, .request = BOB, .group = GRP,
					.caller = UNIT},
	};
	mclmr_directory_t *directory = sample_directory();

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		size_t refused = 0;

		for(size_t size = 0; size < 512; size++) {
			char room[512];
			mclmr_arena_t arena = mclmr_arena(room, size);
			mclmr_route_t route;

			decide(directory, &rows[i], &arena, &route);
			assert_true(
					route.status == MCLMR_INTERNAL || route.status == MCLMR_OK);
			refused += route.status != MCLMR_OK;
		}
		assert_true(refused > 0 && refused < 512);
	}
	mclmr_directory_free(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_private),
			cmocka_unit_test(test_group),
			cmocka_unit_test(test_from_iwf),
			cmocka_unit_test(test_group_from_iwf),
			cmocka_unit_test(test_group_caller),
			cmocka_unit_test(test_form),
			cmocka_unit_test(test_small_arena),
	};

	return cmocka_run_group_tests_name("call", tests, NULL, heap_tear_down);
}
