/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_neighbour: a second module that links mc_common and binds mc_iwf, as
 * those to come will: each function of its interface as a command, the told
 * registrations in a queue, and a store and a reload of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locking.h"
#include "core/mem/shm_mem.h"
#include "core/rpc_lookup.h"
#include "core/sr_module.h"

#include "mc_common/reload.h"
#include "mc_common/span.h"
#include "mc_common/store.h"
#include "mc_iwf/api.h"

MODULE_VERSION

#define QUEUE 32
#define URI_SIZE 256
#define FAULT_ARGUMENT 400

static mc_iwf_api_t iwf;

/* What was told and not asked for yet, in shared memory. */
typedef struct event
{
	mclmr_service_t service;
	bool refreshed;
	char mc_id[URI_SIZE];
	char impu[URI_SIZE];
} event_t;

typedef struct queue
{
	gen_lock_t lock;
	size_t n;
	event_t event[QUEUE];
} queue_t;

static queue_t *queue;
static mc_store_t store; /* of a number */
static mc_reload_t *reload;

/* Puts a registration into the queue, and does nothing else. */
static void put_event(void *data, const mc_iwf_registered_t *registered)
{
	queue_t *to = data;
	event_t *event;

	lock_get(&to->lock);
	if(to->n < QUEUE) {
		event = &to->event[to->n++];
		event->service = registered->service;
		event->refreshed = registered->refreshed;
		snprintf(event->mc_id, URI_SIZE, "%.*s", MCLMR_FMT(registered->mc_id));
		snprintf(event->impu, URI_SIZE, "%.*s", MCLMR_FMT(registered->impu));
	}
	lock_release(&to->lock);
}

/* A text of a structure. */
static void add_text(
		rpc_t *rpc, void *structure, const char *name, mclmr_span_t text)
{
	str s = mc_str(text);

	if(s.s == NULL)
		s.s = "";
	rpc->struct_add(structure, "S", name, &s);
}

/* The answer to a command, which begins with the verdict. */
static void *begin_answer(rpc_t *rpc, void *context, mclmr_status_t status)
{
	void *s;

	rpc->add(context, "{", &s);
	add_text(rpc, s, "verdict", mclmr_span(mclmr_status_word(status)));
	return s;
}

/* An LMR type by its word; none is any. */
static mclmr_lmr_type_t lmr_type(mclmr_span_t word)
{
	mclmr_lmr_type_t type = MCLMR_LMR_NOT_GIVEN;

	mclmr_lmr_type_from_word(word, &type);
	return type;
}

static void add_entries(rpc_t *rpc, void *s, const mc_iwf_user_t *user)
{
	void *list, *entry;

	rpc->struct_add(s, "[", "lmr", &list);
	for(size_t i = 0; i < user->entries; i++) {
		rpc->array_add(list, "{", &entry);
		add_text(rpc, entry, "type",
				mclmr_span(mclmr_lmr_type_word(user->entry[i].type)));
		add_text(rpc, entry, "kmf", user->entry[i].kmf);
		add_text(rpc, entry, "identity", user->entry[i].identity);
		add_text(rpc, entry, "device", user->entry[i].device);
	}
}

/* who_is URI SERVICE [OCTETS]: OCTETS of an arena. */
static void who_is(rpc_t *rpc, void *context)
{
	static char memory[MC_IWF_ARENA];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mc_iwf_user_t user = {.entries = 0};
	mclmr_status_t status;
	str uri, service;
	int octets = MC_IWF_ARENA;
	void *s;

	if(rpc->scan(context, ".SS*d", &uri, &service, &octets) < 2) {
		rpc->fault(context, FAULT_ARGUMENT, "URI SERVICE");
		return;
	}
	arena.size = (size_t)octets;
	status = iwf.who_is(mc_span(&uri),
			mclmr_service_from_word(mc_span(&service)), &arena, &user);
	s = begin_answer(rpc, context, status);
	add_text(rpc, s, "mc_id", user.row.mc_id);
	add_text(rpc, s, "impu", user.row.impu);
	add_text(rpc, s, "client_id", user.row.client_id);
	add_text(rpc, s, "person", user.row.person);
	add_text(rpc, s, "organisation", user.row.organisation);
	add_text(rpc, s, "home", user.row.home);
	rpc->struct_add(s, "dd", "send", (int)user.row.send, "receive",
			(int)user.row.receive);
	add_entries(rpc, s, &user);
}

/* may_write KMF MEMBER SERVICE [LMR_TYPE] */
static void may_write(rpc_t *rpc, void *context)
{
	str kmf, member, service, type;
	int n = rpc->scan(context, "SSS*S", &kmf, &member, &service, &type);

	if(n < 3) {
		rpc->fault(context, FAULT_ARGUMENT, "KMF MEMBER SERVICE");
		return;
	}
	if(n < 4)
		type.len = 0;
	begin_answer(rpc, context,
			iwf.may_write(mc_span(&kmf), mc_span(&member),
					mclmr_service_from_word(mc_span(&service)),
					lmr_type(mc_span(&type))));
}

static void add_target(rpc_t *rpc, void *list, const mc_iwf_target_t *target)
{
	void *s;

	rpc->array_add(list, "{", &s);
	add_text(rpc, s, "uri", target->uri);
	add_text(rpc, s, "route", target->route);
	add_text(rpc, s, "next_hop", target->next_hop);
	add_text(rpc, s, "socket", target->socket);
	add_text(rpc, s, "instance", target->instance);
}

/* targets URI SERVICE DEVICE [OCTETS] */
static void find_targets(rpc_t *rpc, void *context)
{
	static char memory[MC_IWF_ARENA];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mc_iwf_targets_t targets;
	mclmr_status_t status;
	str uri, service, device;
	int octets = MC_IWF_ARENA;
	void *s, *list;

	if(rpc->scan(context, "SSS*d", &uri, &service, &device, &octets) < 3) {
		rpc->fault(context, FAULT_ARGUMENT, "URI SERVICE DEVICE");
		return;
	}
	arena.size = (size_t)octets;
	status = iwf.targets(mc_span(&uri),
			mclmr_service_from_word(mc_span(&service)), mc_span(&device),
			&arena, &targets);
	s = begin_answer(rpc, context, status);
	rpc->struct_add(s, "dd", "partner", (int)targets.partner, "peer_set",
			targets.peer_set);
	rpc->struct_add(s, "[", "targets", &list);
	for(size_t i = 0; i < targets.n; i++)
		add_target(rpc, list, &targets.target[i]);
}

/* Whose registrations were told since the last time. */
static void registered(rpc_t *rpc, void *context)
{
	void *s, *list, *event;

	rpc->add(context, "{", &s);
	rpc->struct_add(s, "[", "told", &list);
	lock_get(&queue->lock);
	for(size_t i = 0; i < queue->n; i++) {
		const event_t *at = &queue->event[i];

		rpc->array_add(list, "{", &event);
		add_text(rpc, event, "service",
				mclmr_span(mclmr_service_names(at->service)->word));
		add_text(rpc, event, "mc_id", mclmr_span(at->mc_id));
		add_text(rpc, event, "impu", mclmr_span(at->impu));
		rpc->struct_add(event, "d", "refreshed", (int)at->refreshed);
	}
	queue->n = 0;
	lock_release(&queue->lock);
}

/* Whether it can still ask to be told, which is too late. */
static void listen_late(rpc_t *rpc, void *context)
{
	void *s;

	rpc->add(context, "{", &s);
	rpc->struct_add(
			s, "d", "listens", (int)iwf.on_registered(put_event, queue));
}

/* Puts a number into this module's own store, as a load would. */
static void put_number(rpc_t *rpc, void *context)
{
	mc_store_info_t info;
	int *number = mc_store_allocator()->alloc(sizeof(*number));
	int read = -1;
	void *s;

	if(number == NULL || rpc->scan(context, "d", number) < 1) {
		rpc->fault(context, FAULT_ARGUMENT, "NUMBER");
		return;
	}
	mc_store_replace(&store, number);
	read = *(const int *)mc_store_read(&store);
	mc_store_read_end(&store);
	mc_store_info(&store, &info);
	rpc->add(context, "{", &s);
	rpc->struct_add(s, "dd", "number", read, "version", (int)info.version);
}

/* Asks this module's own reload, which no process does. */
static void ask_reload(rpc_t *rpc, void *context)
{
	char error[MC_RELOAD_ERROR];
	void *s;

	mc_reload_ask(reload, 3600, 1, error, sizeof(error));
	rpc->add(context, "{", &s);
	add_text(rpc, s, "error", mclmr_span(error));
}

static const char *doc[] = {"for tests", NULL};

/* clang-format off */
static rpc_export_t commands[] = {
	{"neighbour.who_is", who_is, doc, 0},
	{"neighbour.may_write", may_write, doc, 0},
	{"neighbour.targets", find_targets, doc, 0},
	{"neighbour.registered", registered, doc, 0},
	{"neighbour.listen", listen_late, doc, 0},
	{"neighbour.number", put_number, doc, 0},
	{"neighbour.reload", ask_reload, doc, 0},
	{0, 0, 0, 0}
};
/* clang-format on */

/* Makes the queue. */
static int make_queue(void)
{
	queue = shm_malloc(sizeof(*queue));
	if(queue == NULL)
		return -1;
	memset(queue, 0, sizeof(*queue));
	return lock_init(&queue->lock) != NULL ? 0 : -1;
}

static int mod_init(void)
{
	reload = mc_reload_new();
	if(make_queue() < 0 || reload == NULL
			|| !mc_store_init(&store, mc_store_allocator()->release)
			|| load_mc_iwf_api(&iwf) < 0)
		return -1;
	LM_NOTICE("listens: %d\n", (int)iwf.on_registered(put_event, queue));
	return 0;
}

static void mod_destroy(void)
{
	mc_store_destroy(&store);
	mc_reload_free(reload);
	if(queue != NULL)
		shm_free(queue);
}

struct module_exports exports = {MOD_NAME, DEFAULT_DLFLAGS, NULL, NULL,
		commands, NULL, NULL, mod_init, NULL, mod_destroy};
