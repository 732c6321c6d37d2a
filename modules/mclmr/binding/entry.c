/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A registration in one block. */
#include <string.h>

#include "bindings_inside.h"

mclmr_span_t mclmr_entry_text(char **end, mclmr_span_t text)
{
	mclmr_span_t copy = {*end, text.len};

	if(text.len > 0)
		memcpy(*end, text.s, text.len);
	*end += text.len;
	return copy;
}

mclmr_entry_t *mclmr_entry_new(
		mclmr_pool_t *pool, const mclmr_registration_row_t *row)
{
	size_t n = row->set->n;
	size_t octets =
			sizeof(mclmr_entry_t) + row->scscf.len
			+ n * (sizeof(mclmr_registered_id_t) + sizeof(mclmr_span_t));
	mclmr_span_t *key;
	mclmr_entry_t *entry;
	char *end;

	for(size_t i = 0; i < n; i++)
		octets += row->set->key[i].len;
	entry = mclmr_pool_alloc(pool, octets);
	if(entry == NULL)
		return NULL;
	memset(entry, 0, sizeof(*entry));
	entry->identity = (mclmr_registered_id_t *)(entry + 1);
	key = (mclmr_span_t *)(entry->identity + n);
	end = (char *)(key + n);
	for(size_t i = 0; i < n; i++) {
		key[i] = mclmr_entry_text(&end, row->set->key[i]);
		entry->identity[i] =
				(mclmr_registered_id_t){.of = entry, .key = key[i]};
	}
	entry->registration = (mclmr_registration_t){.n = n,
			.key = key,
			.scscf = mclmr_entry_text(&end, row->scscf),
			.expires = row->expires};
	return entry;
}

bool mclmr_entry_is(
		const mclmr_entry_t *entry, const mclmr_registration_row_t *row)
{
	const mclmr_registration_t *registration = &entry->registration;

	if(registration->n != row->set->n
			|| !mclmr_span_equal(registration->scscf, row->scscf))
		return false;
	for(size_t i = 0; i < registration->n; i++) {
		if(!mclmr_span_equal(registration->key[i], row->set->key[i]))
			return false;
	}
	return true;
}
