/* SPDX-License-Identifier: GPL-2.0-or-later */

/* resource_lists: targets of a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/resource_lists.h"
#include "unit.h"

#define NS "urn:ietf:params:xml:ns:resource-lists"
#define OPEN "<resource-lists xmlns='" NS "'><list>"
#define CLOSE "</list></resource-lists>"

static char room[4096];
static mclmr_arena_t arena;

static mclmr_status_t read_lists(
		const char *document, mclmr_resource_lists_t *lists)
{
	arena = mclmr_arena(room, sizeof(room));
	return mclmr_resource_lists_read(mclmr_span(document), &arena, lists);
}

/* The entries' URIs with a blank after each, "*" for an encrypted one. */
static const char *join(const mclmr_resource_lists_t *lists)
{
	static char text[4096];
	char *to = text;

	*to = '\0';
	for(size_t i = 0; i < lists->n; i++) {
		assert_true(lists->entry[i].present);
		if(lists->entry[i].encrypted)
			assert_int_equal(lists->entry[i].value.len, 0);
		to += sprintf(to, "%.*s%s ", MCLMR_FMT(lists->entry[i].value),
				lists->entry[i].encrypted ? "*" : "");
	}
	return text;
}

static void test_entries(void **state)
{
	static const struct
	{
		const char *document;
		const char *uris;
	} row[] = {
			{"<resource-lists xmlns='" NS "'/>", ""},
			{OPEN CLOSE, ""},
			{OPEN "<entry uri='sip:a@b'/>" CLOSE, "sip:a@b "},
			{OPEN "<entry uri=' sip:a@b&amp;c\n'></entry>" CLOSE, "sip:a@b&c "},
			{OPEN "<entry uri='sip:a@b' xmlns:cp='urn:ietf:params:xml:ns:"
				  "copycontrol' cp:copyControl='to' cp:uri='sip:x@y'><"
				  "display-name>n</display-name></entry>\r\n<!-- <entry/> -->"
				  "<list><entry uri='tel:+43'/></list>" CLOSE,
					"sip:a@b tel:+43 "},
			{"<?xml version='1.0' encoding='UTF-8'?><r:resource-lists "
			 "xmlns:r='" NS "'><r:list><r:entry uri='sip:a@b'/></r:list>"
			 "</r:resource-lists>",
					"sip:a@b "},
			{OPEN "<x:entry xmlns:x='urn:x'/><entries/>" CLOSE, ""},
			{OPEN "<entry uri='sip:aGk=;iv=AAAA;key-id=BBBB;alg=128-aes-gcm"
				  "@mc.example.org'/><entry uri='sip:a@b'/>" CLOSE,
					"* sip:a@b "},
	};
	mclmr_resource_lists_t lists;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		assert_int_equal(read_lists(row[i].document, &lists), MCLMR_OK);
		assert_string_equal(join(&lists), row[i].uris);
	}
}

static void test_malformed(void **state)
{
	static const char *const row[] = {
			"",
			"<resource-lists/>",
			"<list xmlns='" NS "'><entry uri='sip:a@b'/></list>",
			OPEN "<entry/>" CLOSE,
			OPEN "<entry uri=''/>" CLOSE,
			OPEN "<entry uri=' '/>" CLOSE,
			OPEN "<entry URI='sip:a@b'/>" CLOSE,
			OPEN "<entry x:uri='sip:a@b' xmlns:x='" NS "'/>" CLOSE,
			OPEN "<entry uri='sip:a@b'/></list>",
			"<!DOCTYPE resource-lists>" OPEN CLOSE,
	};
	mclmr_resource_lists_t lists;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(read_lists(row[i], &lists), MCLMR_XML_MALFORMED);
}

/* A list of n entries. */
static const char *with_entries(int n)
{
	static char document[1024];
	char *to = document + sprintf(document, OPEN);

	for(int i = 0; i < n; i++)
		to += sprintf(to, "<entry uri='sip:%d@b'/>", i);
	sprintf(to, CLOSE);
	return document;
}

static void test_limits(void **state)
{
	mclmr_resource_lists_t lists;

	(void)state;
	assert_int_equal(
			read_lists(with_entries(MCLMR_MAX_ENTRIES), &lists), MCLMR_OK);
	assert_int_equal(lists.n, MCLMR_MAX_ENTRIES);
	assert_int_equal(read_lists(with_entries(MCLMR_MAX_ENTRIES + 1), &lists),
			MCLMR_LIMIT_EXCEEDED);
	arena = mclmr_arena(room, strlen("sip:0@b") - 1);
	assert_int_equal(mclmr_resource_lists_read(
							 mclmr_span(with_entries(1)), &arena, &lists),
			MCLMR_LIMIT_EXCEEDED);
}

static int free_parser(void **state)
{
	(void)state;
	mclmr_xml_cleanup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_entries),
			cmocka_unit_test(test_malformed),
			cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, free_parser);
}
