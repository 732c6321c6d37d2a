/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The command that shows registrations of IMS cores. */
#include <limits.h>
#include <time.h>

#include "core/rpc.h"
#include "core/ut.h"

#include "mc_common/rpc.h"
#include "mc_common/span.h"
#include "bindings.h"
#include "bindings_rpc.h"
#include "store.h"

#define PAGE 100   /* shown at once, and a few more */
#define LOOK 20000 /* places looked at: the lock is held */

const char *iwf_bindings_doc[] = {
		"mc_iwf.bindings [FILTER [PLACE]]: users that an IMS core has"
		" registered, about 100 of them; FILTER stands in an identity or in the"
		" URI of the S-CSCF (*: all); PLACE is the next of the answer before",
		NULL};

/* True if the text stands in a name of the registration. */
static bool fits(const mclmr_registration_t *registration, mclmr_span_t text)
{
	if(text.len == 0 || mclmr_span_find(registration->scscf, text) != NULL)
		return true;
	for(size_t i = 0; i < registration->n; i++) {
		if(mclmr_span_find(registration->key[i], text) != NULL)
			return true;
	}
	return false;
}

/* The MC service IDs that the data give an identity. */
static void add_ids(rpc_t *rpc, void *list, mclmr_span_t impu_key)
{
	const mclmr_directory_t *directory = iwf_store_read();
	const mclmr_user_t *user = NULL;

	if(directory != NULL)
		user = mclmr_directory_impu(directory, impu_key);
	for(; user != NULL; user = user->next_impu) {
		str mc_id = mc_str(user->row.mc_id);

		rpc->array_add(list, "S", &mc_id);
	}
	iwf_store_read_end();
}

/* Seconds until a time, as much of them as the RPC has room for. */
static int seconds_to(int64_t when, int64_t now)
{
	int64_t left = when - now;

	return (int)(left < INT_MAX ? left : INT_MAX);
}

/* What a client has bound. */
static void add_binding(rpc_t *rpc, void *list, const mclmr_binding_t *binding,
		int64_t end, int64_t now)
{
	void *row;

	rpc->array_add(list, "{", &row);
	mc_rpc_add_text(rpc, row, "service",
			mclmr_span(mclmr_service_names(binding->service)->word));
	mc_rpc_add_text(rpc, row, "mc_id", binding->mc_key);
	mc_rpc_add_text(rpc, row, "client_id", binding->client_id);
	mc_rpc_add_text(rpc, row, "origin",
			binding->origin == MCLMR_BOUND_BY_PUBLISH ? MCLMR_SPAN("publish")
													  : MCLMR_SPAN("register"));
	rpc->struct_add(row, "d", "expires_in",
			seconds_to(binding->expires < end ? binding->expires : end, now));
}

/* What the clients of a registration have bound. */
static void add_bindings(rpc_t *rpc, void *list,
		const mclmr_registration_t *registration, int64_t now)
{
	const mclmr_binding_t *binding = registration->binding;

	for(; binding != NULL; binding = binding->next) {
		if(binding->expires > now)
			add_binding(rpc, list, binding, registration->expires, now);
	}
}

/* One registration. */
static void add_registration(rpc_t *rpc, void *registrations,
		const mclmr_registration_t *registration, int64_t now)
{
	void *row, *list;

	rpc->array_add(registrations, "{", &row);
	mc_rpc_add_text(rpc, row, "impu", registration->key[0]);
	mc_rpc_add_text(rpc, row, "scscf", registration->scscf);
	rpc->struct_add(
			row, "d", "expires_in", seconds_to(registration->expires, now));
	rpc->struct_add(row, "[", "aliases", &list);
	for(size_t i = 1; i < registration->n; i++) {
		str alias = mc_str(registration->key[i]);

		rpc->array_add(list, "S", &alias);
	}
	rpc->struct_add(row, "[", "mc_ids", &list);
	for(size_t i = 0; i < registration->n; i++)
		add_ids(rpc, list, registration->key[i]);
	rpc->struct_add(row, "[", "bindings", &list);
	add_bindings(rpc, list, registration, now);
}

/* What is asked for, and what of it was shown. */
typedef struct page
{
	rpc_t *rpc;
	void *registrations;
	mclmr_span_t filter;
	int64_t now;
	size_t shown;
} page_t;

/* Shows a registration that fits; false once the page is full. */
static bool show(void *data, const mclmr_registration_t *registration)
{
	page_t *page = data;

	if(registration->expires > page->now && fits(registration, page->filter)) {
		add_registration(
				page->rpc, page->registrations, registration, page->now);
		page->shown++;
	}
	return page->shown < PAGE;
}

/* The arguments; false if PLACE is no number. */
static bool scan(rpc_t *rpc, void *context, str *filter, unsigned int *place)
{
	str number;
	int n = rpc->scan(context, "*.S.S", filter, &number);

	if(n < 1 || (filter->len == 1 && filter->s[0] == '*'))
		filter->len = 0;
	*place = 0;
	return n < 2 || str2int(&number, place) == 0;
}

void iwf_bindings_rpc(rpc_t *rpc, void *context)
{
	page_t page = {.rpc = rpc, .now = time(NULL)};
	const mclmr_bindings_t *bindings;
	size_t next = 0;
	unsigned int place;
	void *answer;
	str filter;

	if(!scan(rpc, context, &filter, &place)) {
		rpc->fault(context, MC_RPC_ARGUMENT, "PLACE is a number");
		return;
	}
	page.filter = mc_span(&filter);
	rpc->add(context, "{", &answer);
	rpc->struct_add(answer, "[", "registrations", &page.registrations);
	bindings = iwf_bindings_read();
	if(bindings != NULL)
		next = mclmr_bindings_walk(bindings, place, LOOK, show, &page);
	iwf_bindings_read_end();
	rpc->struct_add(answer, "d", "next", (int)next);
}
