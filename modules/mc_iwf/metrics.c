/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Counters in the text format of Prometheus. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "core/counters.h"
#include "core/mem/mem.h"
#include "core/sr_module.h"
#include "modules/xhttp/api.h"

#include "mc_common/span.h"
#include "mclmr/base/text.h"
#include "metrics.h"

#define TEXT_SIZE 131072
#define NAME_SIZE 128

typedef enum kind
{
	COUNTER, /* only rises, from 0 at the start */
	GAUGE,
	UNTYPED /* of a module that the table does not know */
} kind_t;

static const char *const kind_words[] = {"counter", "gauge", "untyped"};

static xhttp_api_t xhttp;

/* GROUP:NAME as patterns; the first one that fits counts. */
static const struct
{
	const char *pattern;
	kind_t kind;
} kinds[] = {
		{"mc_iwf:users", GAUGE},
		{"mc_iwf:kmfs", GAUGE},
		{"mc_iwf:lmr_users", GAUGE},
		{"mc_iwf:groups", GAUGE},
		{"mc_iwf:db_up", GAUGE},
		{"mc_iwf:load_failed", GAUGE},
		{"mc_iwf:core_users", GAUGE},
		{"mc_iwf:held_*", GAUGE},
		{"mc_iwf:*", COUNTER},
		{"core:*", COUNTER},
		{"dialog:active_dialogs", GAUGE},
		{"dialog:early_dialogs", GAUGE},
		{"dialog:*", COUNTER},
		{"dns:*", COUNTER},
		{"node:*", COUNTER}, /* the sample's script */
		{"pike:*", GAUGE},
		{"registrar:*_regs", COUNTER},
		{"registrar:*", GAUGE}, /* its parameters */
		{"shmem:*", GAUGE},
		{"sl:*", COUNTER},
		{"tcp:current_*", GAUGE},
		{"tcp:*", COUNTER},
		{"tmx:active_*", GAUGE},
		{"tmx:inuse_*", GAUGE},
		{"tmx:*", COUNTER},
		{"usrloc:*_expires", COUNTER},
		{"usrloc:*", GAUGE},
		{"*", UNTYPED},
};

int iwf_metrics_init(void)
{
	if(find_export("bind_xhttp", 0, 0) == NULL)
		return 0;
	return xhttp_load_api(&xhttp);
}

static kind_t find_kind(const str *group, const str *name)
{
	char full[NAME_SIZE];
	size_t i = 0;

	snprintf(full, sizeof(full), "%.*s:%.*s", group->len, group->s, name->len,
			name->s);
	while(fnmatch(kinds[i].pattern, full, 0) != 0)
		i++;
	return kinds[i].kind;
}

/* The part of a metric's name that a group or a counter is. */
static void put_name(mclmr_text_t *text, const str *name)
{
	for(int i = 0; i < name->len; i++) {
		unsigned char c = (unsigned char)name->s[i];

		mclmr_text_char(text, isalnum(c) ? (char)c : '_');
	}
}

static void put_full_name(
		mclmr_text_t *text, const str *group, const str *name, kind_t kind)
{
	mclmr_text_string(text, "kamailio_");
	put_name(text, group);
	mclmr_text_char(text, '_');
	put_name(text, name);
	if(kind == COUNTER)
		mclmr_text_string(text, "_total");
}

/* What a counter is, on one line and without escapes. Most of Kamailio's
 * statistics do not say it, or in these words that they do not. */
static void put_help(
		mclmr_text_t *text, const str *group, const str *name, const char *doc)
{
	if(doc == NULL || *doc == '\0' || strstr(doc, "(no description)") != NULL) {
		mclmr_text_string(text, "statistic ");
		mclmr_text_put(text, mc_span(name));
		mclmr_text_string(text, " of ");
		mclmr_text_put(text, mc_span(group));
		return;
	}
	for(; *doc != '\0'; doc++) {
		if(*doc == '\\' || iscntrl((unsigned char)*doc))
			mclmr_text_char(text, ' ');
		else
			mclmr_text_char(text, *doc);
	}
}

/* A figure below 0 was taken back more often than it was given: 0. */
static void put_value(mclmr_text_t *text, counter_val_t value)
{
	mclmr_text_char(text, ' ');
	mclmr_text_number(text, value > 0 ? (uint64_t)value : 0);
	mclmr_text_char(text, '\n');
}

/* HELP, TYPE and value of one counter. */
static void put_counter(
		void *to, str *group, str *name, counter_handle_t handle)
{
	mclmr_text_t *text = to;
	kind_t kind = find_kind(group, name);

	mclmr_text_string(text, "# HELP ");
	put_full_name(text, group, name, kind);
	mclmr_text_char(text, ' ');
	put_help(text, group, name, counter_get_doc(handle));
	mclmr_text_string(text, "\n# TYPE ");
	put_full_name(text, group, name, kind);
	mclmr_text_char(text, ' ');
	mclmr_text_string(text, kind_words[kind]);
	mclmr_text_char(text, '\n');
	put_full_name(text, group, name, kind);
	put_value(text, counter_get_val(handle));
}

static void put_group(void *text, str *group)
{
	counter_iterate_grp_vars(group->s, put_counter, text);
}

static bool send_text(struct sip_msg *msg, mclmr_span_t body)
{
	str type = str_init("text/plain; version=0.0.4; charset=utf-8");
	str ok = str_init("OK");
	str text = mc_str(body);

	return xhttp.reply(msg, 200, &ok, &type, &text) >= 0;
}

static bool send_failure(struct sip_msg *msg)
{
	str type = str_init("text/plain");
	str reason = str_init("Too Many Counters");

	LM_ERR("the counters take more than %d octets\n", TEXT_SIZE);
	return xhttp.reply(msg, 500, &reason, &type, &reason) >= 0;
}

bool iwf_metrics_reply(struct sip_msg *msg, mclmr_span_t more)
{
	mclmr_arena_t arena;
	mclmr_text_t text;
	mclmr_span_t body;
	char *buffer;
	bool sent;

	if(xhttp.reply == NULL) {
		LM_ERR("iwf_metrics_reply: module xhttp is not loaded\n");
		return false;
	}
	buffer = pkg_malloc(TEXT_SIZE);
	if(buffer == NULL) {
		PKG_MEM_ERROR;
		return false;
	}
	arena = mclmr_arena(buffer, TEXT_SIZE);
	text = mclmr_text(&arena);
	mclmr_text_put(&text, more);
	counter_iterate_grp_names(put_group, &text);
	sent = mclmr_text_done(&text, &body) ? send_text(msg, body)
										 : send_failure(msg);
	pkg_free(buffer);
	return sent;
}
