/* SPDX-License-Identifier: GPL-2.0-or-later */

/* publication, poc_settings: what clients publish, and what an attacker does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/mc_info.h"
#include "mclmr/sip/poc_settings.h"
#include "mclmr/sip/publication.h"
#include "mclmr/sip/xml.h"
#include "spans.h"
#include "unit.h"

#define NS "urn:oma:params:xml:ns:poc:poc-settings"
#define OPEN "<poc-settings xmlns='" NS "'>"
#define CLOSE "</poc-settings>"
#define ENTITY "<entity id='urn:uuid:1'/>"
#define SETTINGS OPEN ENTITY CLOSE
#define POC "application/poc-settings+xml"
#define MCPTT "application/vnd.3gpp.mcptt-info+xml"
#define MCDATA "application/vnd.3gpp.mcdata-info+xml"
#define INFO(client)                                                     \
	"<mcpttinfo xmlns='urn:3gpp:ns:mcpttInfo:1.0'><mcptt-Params>" client \
	"</mcptt-Params></mcpttinfo>"
#define CLIENT(id)                                    \
	"<mcptt-client-id type='Normal'><mcpttString>" id \
	"</mcpttString></mcptt-client-id>"
#define PART(type, content) \
	"--b\r\nContent-Type: " type "\r\n\r\n" content "\r\n"
#define END "--b--\r\n"

static char memory[65536];

static void test_settings(void **state)
{
	static const struct
	{
		const char *document;
		mclmr_status_t status;
		const char *id;
	} row[] = {
			{SETTINGS, MCLMR_OK, "urn:uuid:1"},
			{OPEN "<entity id=' a&amp;b\n'><isb-settings/><x:entity "
				  "xmlns:x='" NS "' id='c'/></entity>" CLOSE,
					MCLMR_OK, "a&b"},
			{"<?xml version='1.0' encoding='UTF-8'?><p:poc-settings "
			 "xmlns:p='" NS
			 "'><!-- <entity/> --><p:entity id='x' p:id='y'/><other/>"
			 "</p:poc-settings>",
					MCLMR_OK, "x"},
			{OPEN CLOSE, MCLMR_XML_MALFORMED, ""},
			{"", MCLMR_XML_MALFORMED, ""},
			{"<poc-settings>" ENTITY CLOSE, MCLMR_XML_MALFORMED, ""},
			{"<settings xmlns='" NS "'>" ENTITY "</settings>",
					MCLMR_XML_MALFORMED, ""},
			{"<entity xmlns='" NS "' id='x'/>", MCLMR_XML_MALFORMED, ""},
			{OPEN "<entity/>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN "<entity id=' '/>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN "<entity id='a&#10;b'/>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN "<entity id='a&#127;b'/>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN "<entity ID='x'/>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN "<x:entity xmlns:x='urn:x' id='x'/>" CLOSE,
					MCLMR_XML_MALFORMED, ""},
			{OPEN "<a>" ENTITY "</a>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN ENTITY ENTITY CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN ENTITY "<entity/>" CLOSE, MCLMR_XML_MALFORMED, ""},
			{OPEN ENTITY, MCLMR_XML_MALFORMED, ""},
			{"<!DOCTYPE poc-settings [<!ENTITY e 'x'>]>" OPEN
			 "<entity id='&e;'/>" CLOSE,
					MCLMR_XML_MALFORMED, ""},
	};
	mclmr_span_t id;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

		assert_int_equal(mclmr_poc_settings_read(
								 mclmr_span(row[i].document), &arena, &id),
				row[i].status);
		assert_text(id, row[i].id);
	}
}

/* Settings with an ID of n octets. */
static mclmr_status_t read_long(size_t n, size_t room)
{
	static char text[4096];
	mclmr_arena_t arena = mclmr_arena(memory, room);
	mclmr_span_t id;
	char *to = text + sprintf(text, OPEN "<entity id='");

	memset(to, 'x', n);
	strcpy(to + n, "'/>" CLOSE);
	return mclmr_poc_settings_read(mclmr_span(text), &arena, &id);
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(read_long(MCLMR_CLIENT_ID_MAX, 4096), MCLMR_OK);
	assert_int_equal(
			read_long(MCLMR_CLIENT_ID_MAX + 1, 4096), MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(read_long(20, 19), MCLMR_LIMIT_EXCEEDED);
}

static void test_fields(void **state)
{
	static const struct
	{
		const char *event, *expires, *if_match;
		mclmr_status_t status;
		bool has_expires;
		uint32_t seconds;
	} row[] = {
			{"poc-settings", "3600", "", MCLMR_OK, true, 3600},
			{" POC-Settings ;id=7", "0", " a.b-1~ ", MCLMR_OK, true, 0},
			{"poc-settings", "", "", MCLMR_OK, false, 0},
			{"poc-settings", "4294967295", "", MCLMR_OK, true, UINT32_MAX},
			{"", "1", "", MCLMR_EVENT_UNSUPPORTED, false, 0},
			{"presence", "1", "", MCLMR_EVENT_UNSUPPORTED, false, 0},
			{"poc-settings.winfo", "1", "", MCLMR_EVENT_UNSUPPORTED, false, 0},
			{"poc-settings,poc-settings", "1", "", MCLMR_EVENT_UNSUPPORTED,
					false, 0},
			{"presence", "soon", "a,b", MCLMR_EVENT_UNSUPPORTED, false, 0},
			{"poc-settings", "4294967296", "", MCLMR_PUBLICATION_MALFORMED,
					false, 0},
			{"poc-settings", "-1", "", MCLMR_PUBLICATION_MALFORMED, false, 0},
			{"poc-settings", "soon", "", MCLMR_PUBLICATION_MALFORMED, false, 0},
			{"poc-settings", "1,2", "", MCLMR_PUBLICATION_MALFORMED, false, 0},
			{"poc-settings", "1", "a,b", MCLMR_PUBLICATION_MALFORMED, false, 0},
			{"poc-settings", "1", "a b", MCLMR_PUBLICATION_MALFORMED, false, 0},
			{"poc-settings", "1", "a;b", MCLMR_PUBLICATION_MALFORMED, false, 0},
			{"poc-settings", "1", "*\x7f", MCLMR_PUBLICATION_MALFORMED, false,
					0},
			{"poc-settings", "1", ",", MCLMR_PUBLICATION_MALFORMED, false, 0},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		const mclmr_publication_fields_t fields = {mclmr_span(row[i].event),
				mclmr_span(row[i].expires), mclmr_span(row[i].if_match)};
		mclmr_publication_t publication;

		assert_int_equal(
				mclmr_publication_read(&fields, &publication), row[i].status);
		assert_int_equal(publication.has_expires, row[i].has_expires);
		assert_int_equal(publication.expires, row[i].seconds);
	}
}

/* Reads a body by its type, of a publication with this entity-tag. */
static mclmr_status_t read_body(const char *type, const char *content,
		const char *etag, mclmr_publication_t *publication,
		mclmr_mime_rule_t *rule)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_multipart_t body;

	memset(publication, 0, sizeof(*publication));
	publication->etag = mclmr_span(etag);
	if(*content == '\0')
		return mclmr_publication_read_body(NULL, &arena, publication, rule);
	assert_int_equal(mclmr_multipart_read(mclmr_span(type), MCLMR_SPAN(""),
							 mclmr_span(content), &body),
			MCLMR_OK);
	return mclmr_publication_read_body(&body, &arena, publication, rule);
}

#define MIXED "multipart/mixed;boundary=b"

static void test_bodies(void **state)
{
	static const struct
	{
		const char *type, *content, *etag;
		mclmr_status_t status;
		mclmr_mime_rule_t rule;
		const char *client_id;
		mclmr_service_t service;
	} row[] = {
			{"", "", "", MCLMR_PUBLICATION_MALFORMED, MCLMR_MIME_KEPT, "",
					MCLMR_SERVICE_NONE},
			{"", "", "x", MCLMR_OK, MCLMR_MIME_KEPT, "", MCLMR_SERVICE_NONE},
			{POC, SETTINGS, "", MCLMR_OK, MCLMR_MIME_KEPT, "urn:uuid:1",
					MCLMR_SERVICE_NONE},
			{POC ";charset=\"UTF-8\"", SETTINGS, "x", MCLMR_OK, MCLMR_MIME_KEPT,
					"urn:uuid:1", MCLMR_SERVICE_NONE},
			{MIXED, PART(MCPTT, INFO("")) PART(POC, SETTINGS) END, "", MCLMR_OK,
					MCLMR_MIME_KEPT, "urn:uuid:1", MCLMR_SERVICE_MCPTT},
			{"Multipart/Mixed ; Boundary=\"b\"",
					PART("Application/POC-Settings+XML; charset=utf-8",
							SETTINGS) PART(MCPTT ";charset=utf-8",
							INFO(CLIENT("urn:uuid:1"))) END,
					"", MCLMR_OK, MCLMR_MIME_KEPT, "urn:uuid:1",
					MCLMR_SERVICE_MCPTT},
			{MIXED,
					PART(MCDATA,
							"<mcdatainfo xmlns='urn:3gpp:ns:mcdataInfo:1.0'>"
							"<mcdata-Params/></mcdatainfo>")
							PART("text/plain", "x") PART(POC, SETTINGS) END,
					"", MCLMR_OK, MCLMR_MIME_KEPT, "urn:uuid:1",
					MCLMR_SERVICE_MCDATA},
			{MIXED,
					PART(POC, SETTINGS) PART(MCPTT, INFO(CLIENT("urn:uuid:2")))
							END,
					"", MCLMR_PUBLICATION_MALFORMED, MCLMR_MIME_KEPT,
					"urn:uuid:1", MCLMR_SERVICE_NONE},
			{MIXED, PART(POC, SETTINGS) PART(POC, SETTINGS) END, "",
					MCLMR_PUBLICATION_MALFORMED, MCLMR_MIME_KEPT, "",
					MCLMR_SERVICE_NONE},
			{MIXED,
					PART(MCPTT, INFO("")) PART(POC, SETTINGS)
							PART(MCDATA, "<x/>") END,
					"", MCLMR_MIME_MALFORMED, MCLMR_MIME_INFO_PLACE, "",
					MCLMR_SERVICE_NONE},
			{MCPTT, INFO(""), "", MCLMR_PUBLICATION_TYPE, MCLMR_MIME_KEPT, "",
					MCLMR_SERVICE_NONE},
			{"text/plain", "x", "x", MCLMR_PUBLICATION_TYPE, MCLMR_MIME_KEPT,
					"", MCLMR_SERVICE_NONE},
			{POC, "<x/>", "", MCLMR_XML_MALFORMED, MCLMR_MIME_KEPT, "",
					MCLMR_SERVICE_NONE},
			{MIXED, PART(MCPTT, "<x/>") PART(POC, SETTINGS) END, "",
					MCLMR_XML_MALFORMED, MCLMR_MIME_KEPT, "urn:uuid:1",
					MCLMR_SERVICE_NONE},
			{MIXED,
					PART(POC "\r\nContent-Transfer-Encoding: "
							 "quoted-printable",
							SETTINGS) END,
					"", MCLMR_MIME_MALFORMED, MCLMR_MIME_ENCODING, "",
					MCLMR_SERVICE_NONE},
			{MIXED,
					PART(POC, SETTINGS) PART(
							MCPTT "\r\nContent-Transfer-Encoding: base64", "!")
							END,
					"", MCLMR_MIME_MALFORMED, MCLMR_MIME_ENCODING, "urn:uuid:1",
					MCLMR_SERVICE_NONE},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_publication_t publication;
		mclmr_mime_rule_t rule;

		assert_int_equal(read_body(row[i].type, row[i].content, row[i].etag,
								 &publication, &rule),
				row[i].status);
		assert_int_equal(rule, row[i].rule);
		assert_text(publication.client_id, row[i].client_id);
		assert_int_equal(publication.service, row[i].service);
		assert_int_equal(
				publication.info.len > 0, row[i].service != MCLMR_SERVICE_NONE);
	}
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
			cmocka_unit_test(test_settings),
			cmocka_unit_test(test_limits),
			cmocka_unit_test(test_fields),
			cmocka_unit_test(test_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, free_parser);
}
