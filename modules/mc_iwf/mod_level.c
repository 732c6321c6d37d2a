/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The levels, the question that each place asks that could log, the command. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/dprint.h"
#include "core/mem/shm_mem.h"
#include "core/rpc_lookup.h"
#include "core/ut.h"

#include "mc_common/rpc.h"
#include "mod_level.h"

#define MAX_NAMES 32
#define MAX_NAME 32
#define HEAD 4

typedef struct named_level
{
	uint64_t head;
	int level;
	char name[MAX_NAME];
} named_level_t;

typedef struct named_levels
{
	size_t n;
	named_level_t row[MAX_NAMES];
} named_levels_t;

/* In shared memory once all parameters are read. */
static named_levels_t read_levels;
static named_levels_t *levels = &read_levels;

/* The length and the first octets: all of "core", which asks most. */
static inline uint64_t head_of(const char *name, int len)
{
	uint32_t head = 0;

	if(len >= HEAD) {
		memcpy(&head, name, HEAD);
	} else {
		for(int i = 0; i < len; i++)
			head = head << 8 | (unsigned char)name[i];
	}
	return (uint64_t)len << 32 | head;
}

/* The row of a name, or NULL. */
static named_level_t *find_row(const char *name, int len)
{
	uint64_t head = head_of(name, len);

	for(size_t i = 0; i < levels->n; i++) {
		named_level_t *row = &levels->row[i];

		if(row->head == head && memcmp(row->name, name, (size_t)len) == 0)
			return row;
	}
	return NULL;
}

/* The level of a name whose head some row has, which may not be all of it. */
static int long_level_of(const char *name, int len, int *level)
{
	const named_level_t *row = find_row(name, len);

	if(row == NULL)
		return -1;
	*level = row->level;
	return 0;
}

/* The core asks, some 500 times for a MESSAGE: nothing may be logged here, and
 * nothing is called before a head is the same. */
static int level_of(char *name, int len, int *level)
{
	uint64_t head = head_of(name, len);
	const named_level_t *end = levels->row + levels->n;

	for(const named_level_t *row = levels->row; row < end; row++) {
		if(row->head != head)
			continue;
		if(len > HEAD)
			return long_level_of(name, len, level);
		*level = row->level;
		return 0;
	}
	return -1;
}

/* A new row, or NULL. */
static named_level_t *add_row(const str *name)
{
	named_level_t *row = &levels->row[levels->n];

	if(levels->n == MAX_NAMES || name->len > MAX_NAME)
		return NULL;
	memcpy(row->name, name->s, (size_t)name->len);
	row->head = head_of(name->s, name->len);
	levels->n++;
	return row;
}

static bool is_level(int level)
{
	return level >= L_MIN && level <= L_MAX;
}

/* NAME=LEVEL; false if it is something else. */
static bool read_pair(char *text, str *name, int *level)
{
	char *sign = strchr(text, '=');
	str number;

	if(sign == NULL || sign == text)
		return false;
	*name = (str){text, (int)(sign - text)};
	number = (str){sign + 1, (int)strlen(sign + 1)};
	return str2sint(&number, level) == 0 && is_level(*level);
}

int iwf_mod_level_param(modparam_t type, void *value)
{
	named_level_t *row;
	str name;
	int level;

	(void)type;
	if(!read_pair(value, &name, &level)) {
		LM_ERR("mod_level \"%s\" is not NAME=LEVEL, from %d to %d\n",
				(char *)value, L_MIN, L_MAX);
		return -1;
	}
	row = find_row(name.s, name.len);
	if(row == NULL)
		row = add_row(&name);
	if(row == NULL) {
		LM_ERR("mod_level \"%s\": up to %d names of 1 to %d octets\n",
				(char *)value, MAX_NAMES, MAX_NAME);
		return -1;
	}
	row->level = level;
	return 0;
}

static const char *mod_level_doc[] = {
		"mc_iwf.mod_level NAME LEVEL: up to which level this module logs, one"
		" that parameter mod_level names",
		NULL};

/* In force at once, in all processes. */
static void set_level(rpc_t *rpc, void *context)
{
	named_level_t *row;
	str name;
	int level;

	if(rpc->scan(context, ".Sd", &name, &level) < 2 || !is_level(level)) {
		rpc->fault(context, MC_RPC_ARGUMENT, "a name and a level, please");
		return;
	}
	row = name.len > 0 ? find_row(name.s, name.len) : NULL;
	if(row == NULL) {
		rpc->fault(context, MC_RPC_NOT_FOUND, "no mod_level has this name");
		return;
	}
	row->level = level;
	rpc->rpl_printf(context, "changed");
}

/* clang-format off */
static rpc_export_t commands[] = {
	{"mc_iwf.mod_level", set_level, mod_level_doc, 0},
	{0, 0, 0, 0}
};
/* clang-format on */

int iwf_mod_level_init(void)
{
	named_levels_t *shared;

	if(levels->n == 0)
		return 0;
	shared = shm_malloc(sizeof(*shared));
	if(shared == NULL) {
		SHM_MEM_ERROR;
		return -1;
	}
	*shared = read_levels;
	levels = shared;
	return rpc_register_array(commands) != 0 ? -1 : 0;
}

/* Module debugger enables its own before any process is made, and only then. */
void iwf_mod_level_enable(void)
{
	if(levels->n > 0)
		set_module_debug_level_cb(level_of);
}

/* Nothing of a message is read any more: the core may tell how it ends. */
void iwf_mod_level_destroy(void)
{
	if(levels == &read_levels)
		return;
	set_module_debug_level_cb(NULL);
	shm_free(levels);
	levels = &read_levels;
}
