/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sender: which user a client is, by what it has bound and by the data. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/decide/sender.h"
#include "unit.h"

#define PTT MCLMR_SERVICE_MCPTT
#define DATA MCLMR_SERVICE_MCDATA
#define CAR "sip:car7@ims.example.org"
#define TEL "tel:+15550001"
#define BOB "sip:bob@mc.example.org"
#define BOB_DATA "sip:bob.data@mc.example.org"
#define CAROL "sip:carol@mc.example.org"
#define GUEST "sip:guest@mc.example.org" /* no IMPU of its own */
#define MOVED "sip:moved@mc.example.org" /* of another IMPU by now */
#define GONE "sip:gone@mc.example.org"	 /* no row any more */
#define B "urn:uuid:b0b0"
#define C "urn:uuid:ca401"
#define MAX_BOUND 3
#define MEMORY 8192

static const mclmr_allocator_t allocator = {malloc, free};
static mclmr_directory_t *directory;

static void add(mclmr_service_t service, const char *mc_id, const char *impu,
		const char *client_id, const char *person)
{
	const mclmr_user_row_t row = {.mc_id = mclmr_span(mc_id),
			.service = service,
			.impu = mclmr_span(impu),
			.client_id = mclmr_span(client_id),
			.person = mclmr_span(person),
			.send = true,
			.receive = true};

	assert_null(mclmr_directory_add_user(directory, &row));
}

static int set_up(void **state)
{
	(void)state;
	directory = mclmr_directory_new(&allocator, mclmr_network_new(&allocator),
			MCLMR_PER_USER_LMR_TYPE, 0);
	add(PTT, BOB, CAR, B, "bob");
	add(DATA, BOB_DATA, CAR, B, "bob");
	add(PTT, CAROL, CAR, C, "carol");
	add(PTT, GUEST, "", "", "guest");
	add(PTT, MOVED, "sip:elsewhere@ims.example.org", "", "moved");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mclmr_directory_free(directory);
	return 0;
}

typedef struct bound
{
	const char *id, *client_id;
	mclmr_service_t service;
} bound_t;

typedef struct row
{
	mclmr_proof_t proof;
	const char *identity, *client_id; /* client_id: NULL, none */
	bound_t bound[MAX_BOUND];
	const char *user; /* NULL: see status */
	mclmr_status_t status;
} row_t;

/* Asks for the user of a row's sender, registered with CAR and TEL. */
static mclmr_status_t ask(const row_t *row, const mclmr_user_t **user)
{
	char memory[MEMORY];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	const mclmr_span_t set[] = {MCLMR_SPAN(CAR), MCLMR_SPAN(TEL)};
	bool tel = strcmp(row->identity, TEL) == 0;
	mclmr_binding_t binding[MAX_BOUND] = {0};
	mclmr_sender_t sender = {.n = 1,
			.identity = {mclmr_span(row->identity)},
			.aliases = 1,
			.alias = &set[tel ? 0 : 1],
			.registered = set[0],
			.proof = row->proof};
	mclmr_mc_info_t info = {0};

	for(size_t i = 0; i < MAX_BOUND && row->bound[i].id != NULL; i++) {
		binding[i] = (mclmr_binding_t){.next = sender.binding,
				.service = row->bound[i].service,
				.mc_key = mclmr_span(row->bound[i].id),
				.client_id = mclmr_span(row->bound[i].client_id)};
		sender.binding = &binding[i];
	}
	if(row->client_id != NULL)
		info.field[MCLMR_INFO_CLIENT_ID] = (mclmr_identity_t){
				.present = true, .value = mclmr_span(row->client_id)};
	return mclmr_sender_user(directory, &sender, PTT, &info, &arena, user);
}

#define NONE MCLMR_PROOF_NONE
#define OPTIONAL MCLMR_PROOF_OPTIONAL
#define REQUIRED MCLMR_PROOF_REQUIRED
#define UNKNOWN .status = MCLMR_SENDER_UNKNOWN
#define AMBIGUOUS .status = MCLMR_SENDER_AMBIGUOUS

static void test_users(void **state)
{
	/* clang-format off */
	static const row_t row[] = {
		/* The data alone. */
		{NONE, CAR, B, .user = BOB},
		{NONE, TEL, C, .user = CAROL},
		{NONE, CAR, NULL, AMBIGUOUS},
		{NONE, CAR, C, {{BOB, C, PTT}}, .user = CAROL},
		/* Bound alone. */
		{REQUIRED, CAR, B, UNKNOWN},
		{REQUIRED, CAR, B, {{BOB, B, PTT}}, .user = BOB},
		{REQUIRED, TEL, B, {{BOB, B, PTT}}, .user = BOB},
		{REQUIRED, CAR, "URN:UUID:B0B0", {{BOB, B, PTT}}, .user = BOB},
		{REQUIRED, CAR, C, {{BOB, B, PTT}}, UNKNOWN},
		{REQUIRED, CAR, B, {{BOB_DATA, B, DATA}}, UNKNOWN},
		{REQUIRED, CAR, B, {{BOB, B, PTT}, {CAROL, C, PTT}}, .user = BOB},
		{REQUIRED, CAR, C, {{BOB, B, PTT}, {CAROL, C, PTT}}, .user = CAROL},
		{REQUIRED, CAR, NULL, {{BOB, B, PTT}}, .user = BOB},
		{REQUIRED, CAR, NULL, {{BOB, B, PTT}, {BOB, C, PTT}}, .user = BOB},
		{REQUIRED, CAR, NULL, {{BOB, B, PTT}, {CAROL, C, PTT}}, AMBIGUOUS},
		{REQUIRED, CAR, B, {{BOB, B, PTT}, {GUEST, B, PTT}}, AMBIGUOUS},
		/* One without client ID. */
		{REQUIRED, CAR, B, {{GUEST, "", PTT}}, .user = GUEST},
		{REQUIRED, CAR, B, {{GUEST, "", PTT}, {BOB, B, PTT}}, .user = BOB},
		{REQUIRED, CAR, C, {{GUEST, "", PTT}, {BOB, B, PTT}}, .user = GUEST},
		/* Rows that do not let the client. */
		{REQUIRED, CAR, B, {{GUEST, B, PTT}}, .user = GUEST},
		{REQUIRED, CAR, B, {{MOVED, B, PTT}}, UNKNOWN},
		{REQUIRED, CAR, B, {{GONE, B, PTT}}, UNKNOWN},
		{REQUIRED, CAR, C, {{BOB, C, PTT}}, UNKNOWN},
		{REQUIRED, CAR, B, {{BOB, "", PTT}}, UNKNOWN},
		{REQUIRED, CAR, B, {{BOB, B, PTT}, {CAROL, B, PTT}}, .user = BOB},
		{REQUIRED, CAR, B, {{BOB, "URN:UUID:B0B0", PTT}}, .user = BOB},
		/* Both. */
		{OPTIONAL, CAR, B, .user = BOB},
		{OPTIONAL, CAR, B, {{GUEST, B, PTT}}, .user = GUEST},
		{OPTIONAL, CAR, C, {{GUEST, B, PTT}}, .user = CAROL},
		{OPTIONAL, CAR, C, {{GUEST, "", PTT}}, .user = CAROL},
		{OPTIONAL, CAR, NULL, {{BOB, B, PTT}}, AMBIGUOUS},
		{OPTIONAL, "sip:x@ims.example.org", NULL, {{GUEST, B, PTT}},
			.user = GUEST},
		{OPTIONAL, CAR, B, {{MOVED, B, PTT}}, .user = BOB},
	};
	/* clang-format on */

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		const mclmr_user_t *user = NULL;
		mclmr_status_t status = ask(&row[i], &user);

		if(status != row[i].status)
			fail_msg("row %zu: %s", i, mclmr_status_word(status));
		if(row[i].user != NULL
				&& !mclmr_span_equal(user->row.mc_id, mclmr_span(row[i].user)))
			fail_msg("row %zu: %.*s", i, MCLMR_FMT(user->row.mc_id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_users)};

	return cmocka_run_group_tests_name("sender", tests, set_up, tear_down);
}
