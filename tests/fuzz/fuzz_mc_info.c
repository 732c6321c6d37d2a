/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * Input: an info document, read as each service's and as a resource list.
 * Where it reads as info, a caller is set: the result reads too, says just
 * that caller, and all else as before.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/resource_lists.h"

#define CALLER MCLMR_SPAN("sip:a&b<c>@d")

static char memory[2][65536];
static char edited[2 * MCLMR_XML_MAX_SIZE];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the run where something does not hold. */
static void require(bool holds)
{
	if(!holds)
		abort();
}

/* The document with the edit done. */
static mclmr_span_t apply(mclmr_span_t document, const mclmr_xml_edit_t *edit)
{
	size_t end = edit->offset + edit->cut;
	char *to = edited;

	require(edit->offset <= document.len && edit->cut <= document.len
			&& end <= document.len);
	require(document.len + edit->text.len <= sizeof edited);
	memcpy(to, document.s, edit->offset);
	to += edit->offset;
	memcpy(to, edit->text.s, edit->text.len);
	to += edit->text.len;
	memcpy(to, document.s + end, document.len - end);
	return (mclmr_span_t){edited, document.len - edit->cut + edit->text.len};
}

/* Both documents say the same, but for the caller. */
static void compare(const mclmr_mc_info_t *before, const mclmr_mc_info_t *after)
{
	for(int i = 0; i < MCLMR_INFO_FIELDS; i++) {
		const mclmr_identity_t *old = &before->field[i];
		const mclmr_identity_t *new = &after->field[i];

		if(i == MCLMR_INFO_CALLING_USER_ID) {
			require(new->present && !new->encrypted);
			require(mclmr_span_equal(new->value, CALLER));
			continue;
		}
		require(old->present == new->present);
		require(old->encrypted == new->encrypted);
		require(mclmr_span_equal(old->value, new->value));
	}
}

/* Reads a document as one service's, sets the caller and reads again. */
static void check_service(mclmr_service_t service, mclmr_span_t document)
{
	mclmr_arena_t arena = mclmr_arena(memory[0], sizeof memory[0]);
	mclmr_arena_t second = mclmr_arena(memory[1], sizeof memory[1]);
	mclmr_mc_info_t before;
	mclmr_mc_info_t after;
	mclmr_xml_edit_t edit;
	mclmr_span_t result;

	if(mclmr_mc_info_read(service, document, &arena, &before) != MCLMR_OK)
		return;
	require(mclmr_mc_info_set_caller(&before, CALLER, &second, &edit));
	result = apply(document, &edit);
	if(result.len > MCLMR_XML_MAX_SIZE)
		return;
	second = mclmr_arena(memory[1], sizeof memory[1]);
	require(mclmr_mc_info_read(service, result, &second, &after) == MCLMR_OK);
	compare(&before, &after);
}

/* Reads a document as a resource list; what it says is in bounds. */
static void check_lists(mclmr_span_t document)
{
	mclmr_arena_t arena = mclmr_arena(memory[0], sizeof memory[0]);
	mclmr_resource_lists_t lists;

	if(mclmr_resource_lists_read(document, &arena, &lists) != MCLMR_OK)
		return;
	require(lists.n <= MCLMR_MAX_ENTRIES);
	for(size_t i = 0; i < lists.n; i++)
		require(lists.entry[i].encrypted == (lists.entry[i].value.len == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mclmr_span_t document = {(const char *)data, size};

	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++)
		check_service((mclmr_service_t)i, document);
	check_lists(document);
	return 0;
}
