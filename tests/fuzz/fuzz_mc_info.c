/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Input: an info document, read as each service's and as a resource list.
 * Where it reads as info, called and caller are set: the result reads too, says
 * just those, and all else as before.
 */
#include <string.h>

#include "mclmr/sip/resource_lists.h"
#include "fuzz.h"

#define CALLER MCLMR_SPAN("sip:a&b<c>@d")
#define CALLED MCLMR_SPAN("sip:e@f")

static char memory[2][65536];
static char edited[2 * MCLMR_XML_MAX_SIZE];

/* The document with the edits done. */
static mclmr_span_t apply(
		mclmr_span_t document, const mclmr_info_edits_t *edits)
{
	size_t from = 0;
	size_t len = 0;

	for(size_t i = 0; i < edits->n; i++) {
		const mclmr_xml_edit_t *edit = &edits->edit[i];

		require(i == 0 || edit->offset > from);
		require(edit->offset <= document.len
				&& edit->cut <= document.len - edit->offset);
		require(len + edit->text.len + document.len <= sizeof(edited));
		memcpy(edited + len, document.s + from, edit->offset - from);
		len += edit->offset - from;
		memcpy(edited + len, edit->text.s, edit->text.len);
		len += edit->text.len;
		from = edit->offset + edit->cut;
	}
	memcpy(edited + len, document.s + from, document.len - from);
	return (mclmr_span_t){edited, len + document.len - from};
}

/* Both documents say the same, but for called and caller. */
static void compare(const mclmr_mc_info_t *before, const mclmr_mc_info_t *after)
{
	require(mclmr_span_equal(before->session_type, after->session_type));
	require(before->end_to_end_security == after->end_to_end_security);
	for(int i = 0; i < MCLMR_INFO_FIELDS; i++) {
		const mclmr_identity_t *old = &before->field[i];
		const mclmr_identity_t *new = &after->field[i];

		if(i == MCLMR_INFO_CALLING_USER_ID || i == MCLMR_INFO_REQUEST_URI) {
			require(new->present && !new->encrypted);
			require(mclmr_span_equal(
					new->value, i == MCLMR_INFO_REQUEST_URI ? CALLED : CALLER));
			continue;
		}
		require(old->present == new->present);
		require(old->encrypted == new->encrypted);
		require(mclmr_span_equal(old->value, new->value));
	}
}

/* Reads a document as one service's, sets both and reads again. */
static void check_service(mclmr_service_t service, mclmr_span_t document)
{
	mclmr_arena_t arena = mclmr_arena(memory[0], sizeof(memory[0]));
	mclmr_arena_t second = mclmr_arena(memory[1], sizeof(memory[1]));
	mclmr_mc_info_t before;
	mclmr_mc_info_t after;
	mclmr_info_edits_t edits;
	mclmr_span_t result;

	if(mclmr_mc_info_read(service, document, &arena, &before) != MCLMR_OK)
		return;
	require(mclmr_mc_info_edit(
			&before, &(mclmr_info_values_t){CALLED, CALLER}, &second, &edits));
	result = apply(document, &edits);
	if(result.len > MCLMR_XML_MAX_SIZE)
		return;
	second = mclmr_arena(memory[1], sizeof(memory[1]));
	require(mclmr_mc_info_read(service, result, &second, &after) == MCLMR_OK);
	compare(&before, &after);
}

/* Reads a document as a resource list; what it says is in bounds. */
static void check_lists(mclmr_span_t document)
{
	mclmr_arena_t arena = mclmr_arena(memory[0], sizeof(memory[0]));
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
