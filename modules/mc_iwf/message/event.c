/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Runs the event routes of the module, in native scripts and KEMI. */
#include <string.h>

#include "core/action.h"
#include "core/fmsg.h"
#include "core/kemi.h"
#include "core/route.h"

#include "event.h"
#include "message.h"

#define NONE (-1)

static str refused_name = str_init("mc_iwf:refused");
static str forwarded_name = str_init("mc_iwf:forwarded");
static int refused_route = NONE;
static int forwarded_route = NONE;
static str callback;

/* The number of a route that the script has, else NONE. The lexer of 5.6
 * takes no "_" before the ":" and reads event_route[mc_iwf:refused] as
 * "iwf:refused": that name is looked for too. */
static int find_route(const str *name)
{
	int route = route_lookup(&event_rt, name->s);

	if(route < 0)
		route = route_lookup(&event_rt, name->s + strlen("mc_"));
	return route >= 0 && event_rt.rlist[route] != NULL ? route : NONE;
}

void iwf_event_init(const str *kemi_callback)
{
	callback = *kemi_callback;
	refused_route = find_route(&refused_name);
	forwarded_route = find_route(&forwarded_name);
}

bool iwf_event_wanted(void)
{
	return forwarded_route != NONE || callback.len > 0;
}

/* Runs an event on msg, in KEMI if there is a callback. */
static void run(struct sip_msg *msg, int route, str *name)
{
	int outer = get_route_type();
	struct run_act_ctx ctx;
	sr_kemi_eng_t *engine;

	set_route_type(EVENT_ROUTE);
	init_run_actions_ctx(&ctx);
	engine = callback.len > 0 ? sr_kemi_eng_get() : NULL;
	if(engine != NULL)
		sr_kemi_route(engine, msg, EVENT_ROUTE, &callback, name);
	else if(route != NONE)
		run_top_route(event_rt.rlist[route], msg, &ctx);
	set_route_type(outer);
}

void iwf_event_refused(struct sip_msg *msg)
{
	if(refused_route != NONE || callback.len > 0)
		run(msg, refused_route, &refused_name);
}

void iwf_event_forwarded(const iwf_facts_t *facts)
{
	struct sip_msg *msg;

	if(!iwf_event_wanted())
		return;
	msg = faked_msg_next();
	iwf_message_recall(msg->id, msg->pid, facts);
	run(msg, forwarded_route, &forwarded_name);
	iwf_message_forget();
}
