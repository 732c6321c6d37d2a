/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: a resource list. What reads has no more entries than it may, each
 * with a value unless that is encrypted; the list that is written of them
 * reads as the same entries. (A value may hold what XML has no character for
 * only if it was not read as one.)
 */
#include "mclmr/base/text.h"
#include "mclmr/sip/resource_lists.h"
#include "mclmr/sip/uri.h"
#include "fuzz.h"

static char memory[1 << 20];

/* Writes a value of an attribute, all of it as references to characters. */
static void put_value(mclmr_text_t *text, mclmr_span_t value)
{
	for(size_t i = 0; i < value.len; i++) {
		unsigned char octet = (unsigned char)value.s[i];

		if(octet >= 0x80) {
			mclmr_text_char(text, value.s[i]);
			continue;
		}
		mclmr_text_string(text, "&#");
		mclmr_text_number(text, octet);
		mclmr_text_char(text, ';');
	}
}

/* Writes a list of entries. */
static bool write_lists(const mclmr_resource_lists_t *lists,
		mclmr_arena_t *arena, mclmr_span_t *document)
{
	mclmr_text_t text = mclmr_text(arena);

	mclmr_text_string(&text,
			"<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\">"
			"<list>");
	for(size_t i = 0; i < lists->n; i++) {
		mclmr_text_string(&text, "<entry uri=\"");
		put_value(&text, lists->entry[i].value);
		mclmr_text_string(&text, "\"/>");
	}
	mclmr_text_string(&text, "</list></resource-lists>");
	return mclmr_text_done(&text, document);
}

/* True if all entries can be written. */
static bool check_entries(const mclmr_resource_lists_t *lists)
{
	bool all = true;

	require(lists->n <= MCLMR_MAX_ENTRIES);
	for(size_t i = 0; i < lists->n; i++) {
		const mclmr_identity_t *entry = &lists->entry[i];

		require(entry->present);
		require(entry->encrypted == (entry->value.len == 0));
		require(!mclmr_uri_encrypted(entry->value));
		all = all && !entry->encrypted;
	}
	return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_resource_lists_t lists = {.n = 0}, again = {.n = 0};
	mclmr_span_t document;

	if(mclmr_resource_lists_read(input_of(data, size), &arena, &lists)
			!= MCLMR_OK)
		return 0;
	if(!check_entries(&lists) || !write_lists(&lists, &arena, &document))
		return 0;
	require(mclmr_resource_lists_read(document, &arena, &again) == MCLMR_OK);
	require(again.n == lists.n);
	for(size_t i = 0; i < lists.n; i++)
		require(mclmr_span_equal(lists.entry[i].value, again.entry[i].value));
	return 0;
}
