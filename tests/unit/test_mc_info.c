/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mc_info: info documents and their edits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "mclmr/sip/mc_info.h"
#include "unit.h"

#define NS "urn:3gpp:ns:mcpttInfo:1.0"
#define ROOT "<mcpttinfo xmlns='" NS "'>"
#define OPEN ROOT "<mcptt-Params>"
#define CLOSE "</mcptt-Params></mcpttinfo>"
#define XENC "http://www.w3.org/2001/04/xmlenc#"
#define CALLER "sip:alice@mc.example.org"

static char room[16384];
static mclmr_arena_t arena;

/* Reads an mcptt-info text. */
static mclmr_status_t read_info(const char *document, mclmr_mc_info_t *info)
{
	arena = mclmr_arena(room, sizeof(room));
	return mclmr_mc_info_read(
			MCLMR_SERVICE_MCPTT, mclmr_span(document), &arena, info);
}

static void assert_value(const mclmr_identity_t *field, const char *value)
{
	assert_true(field->present);
	assert_false(field->encrypted);
	assert_int_equal(field->value.len, strlen(value));
	assert_memory_equal(field->value.s, value, strlen(value));
}

static void test_service(void **state)
{
	static const struct
	{
		const char *type;
		mclmr_service_t service;
	} row[] = {
			{"application/vnd.3gpp.mcptt-info+xml", MCLMR_SERVICE_MCPTT},
			{"application/vnd.3gpp.mcdata-info+xml", MCLMR_SERVICE_MCDATA},
			{"application/vnd.3gpp.mcvideo-info+xml", MCLMR_SERVICE_MCVIDEO},
			{"Application/VND.3GPP.MCPTT-Info+XML", MCLMR_SERVICE_MCPTT},
			{"application/vnd.3gpp.mcptt-info", MCLMR_SERVICE_NONE},
			{"application/vnd.3gpp.mcptt-info+xml ", MCLMR_SERVICE_NONE},
			{"application/vnd.3gpp.interworking-data", MCLMR_SERVICE_NONE},
			{"", MCLMR_SERVICE_NONE},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(
				mclmr_mc_info_service(mclmr_span(row[i].type)), row[i].service);
}

/* Each field of each service, in a document with and one without prefix. */
static void test_fields(void **state)
{
	static const char *const field[MCLMR_INFO_FIELDS] = {"request-uri",
			"calling-user-id", "called-party-id", "calling-group-id",
			"client-id"};
	static const char *const form[] = {
			"<%1$sinfo xmlns='urn:3gpp:ns:%1$sInfo:1.0'><%1$s-Params>"
			"<%1$s-%2$s type='Normal'><%1$sURI> sip:x@y\n</%1$sURI>"
			"</%1$s-%2$s></%1$s-Params></%1$sinfo>",
			"<q:%1$sinfo xmlns:q='urn:3gpp:ns:%1$sInfo:1.0'>"
			"<q:%1$s-Params>\r\n<q:%1$s-%2$s>\r\n<q:%1$sString>sip:x@y"
			"</q:%1$sString>\r\n</q:%1$s-%2$s></q:%1$s-Params></q:%1$sinfo>",
			"<%1$sinfo xmlns='urn:3gpp:ns:%1$sInfo:1.0'><%1$s-Params>"
			"<%1$s-%2$s>\tsip:x@<!-- c --><![CDATA[y]]> </%1$s-%2$s>"
			"</%1$s-Params></%1$sinfo>",
			"<%1$sinfo xmlns='urn:3gpp:ns:%1$sInfo:1.0'><%1$s-Params>"
			"<%1$s-%2$s><%1$sBoolean>s&#105;p:x@y</%1$sBoolean><e xmlns='u:e'>"
			"<f>z</f></e></%1$s-%2$s></%1$s-Params></%1$sinfo>",
	};
	static const char *const word[] = {"mcptt", "mcdata", "mcvideo"};
	char document[1024];
	mclmr_mc_info_t info;

	(void)state;
	for(size_t i = 0; i < COUNT(word) * MCLMR_INFO_FIELDS * COUNT(form); i++) {
		const char *w = word[i % COUNT(word)];
		size_t f = i / COUNT(word) % MCLMR_INFO_FIELDS;
		mclmr_service_t service = mclmr_service_from_word(mclmr_span(w));

		snprintf(document, sizeof(document),
				form[i / COUNT(word) / MCLMR_INFO_FIELDS], w, field[f]);
		arena = mclmr_arena(room, sizeof(room));
		assert_int_equal(mclmr_mc_info_read(
								 service, mclmr_span(document), &arena, &info),
				MCLMR_OK);
		assert_value(&info.field[f], "sip:x@y");
		for(size_t j = 0; j < MCLMR_INFO_FIELDS; j++)
			assert_true(info.field[j].present == (j == f));
	}
}

/* What counts as a value, and what only looks like one. */
static void test_values(void **state)
{
	static const struct
	{
		const char *child;
		bool present;
		bool encrypted;
		const char *value;
	} row[] = {
			{"", false, false, ""},
			{"<mcptt-request-uri/>", true, false, ""},
			{"<mcptt-request-uri> </mcptt-request-uri>", true, false, ""},
			{"<mcptt-request-uri><mcpttURI/></mcptt-request-uri>", true, false,
					""},
			{"<mcptt-request-uri>a &amp; b</mcptt-request-uri>", true, false,
					"a & b"},
			{"<mcptt-request-uri xmlns:t='u:t' t:type='Encrypted'>a"
			 "</mcptt-request-uri>",
					true, false, "a"},
			{"<mcptt-request-uri type='Encrypted'>a</mcptt-request-uri>", true,
					true, ""},
			{"<mcptt-request-uri type='encrypted'>a</mcptt-request-uri>", true,
					true, ""},
			{"<mcptt-request-uri type=''>a</mcptt-request-uri>", true, true,
					""},
			{"<mcptt-request-uri type='Normal'><x:EncryptedData xmlns:x='" XENC
			 "'><x:CipherData>a</x:CipherData></x:EncryptedData>"
			 "</mcptt-request-uri>",
					true, true, ""},
			{"<mcptt-request-uri><mcpttURI><EncryptedData xmlns='" XENC
			 "'/></mcpttURI></mcptt-request-uri>",
					true, true, ""},
			{"<mcptt-request-uri>a<EncryptedData xmlns='" XENC
			 "'/></mcptt-request-uri>",
					true, true, ""},
			{"<mcptt-request-uri>a<EncryptedData/></mcptt-request-uri>", true,
					false, "a"},
			{"<mcptt-request-uri><mcdataURI>a</mcdataURI></mcptt-request-uri>",
					true, false, ""},
			{"<mcptt-request-uri xmlns='urn:other'>a</mcptt-request-uri>",
					false, false, ""},
			{"<anyExt><mcptt-request-uri>a</mcptt-request-uri></anyExt>", false,
					false, ""},
			{"<mcptt-request-uris>a</mcptt-request-uris>", false, false, ""},
	};
	char document[1024];
	mclmr_mc_info_t info;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		const mclmr_identity_t *field = &info.field[MCLMR_INFO_REQUEST_URI];

		snprintf(document, sizeof(document), OPEN "%s" CLOSE, row[i].child);
		assert_int_equal(read_info(document, &info), MCLMR_OK);
		assert_true(field->present == row[i].present);
		assert_true(field->encrypted == row[i].encrypted);
		assert_int_equal(field->value.len, strlen(row[i].value));
		assert_memory_equal(field->value.s == NULL ? "" : field->value.s,
				row[i].value, strlen(row[i].value));
	}
}

/* A field beside X-Params, or under another element, is none. */
static void test_outside(void **state)
{
	static const char field[] = "<mcptt-request-uri>a</mcptt-request-uri>";
	static const char *const form[] = {
			ROOT "<mcptt-Params></mcptt-Params><x>%s</x></mcpttinfo>",
			ROOT "<x>%s</x><mcptt-Params/></mcpttinfo>",
			ROOT "<mcptt-Params/>%s</mcpttinfo>",
			ROOT "<p:mcptt-Params xmlns:p='u:p'>%s</p:mcptt-Params>"
				 "</mcpttinfo>",
	};
	char document[512];
	mclmr_mc_info_t info;

	(void)state;
	for(size_t i = 0; i < COUNT(form); i++) {
		snprintf(document, sizeof(document), form[i], field);
		assert_int_equal(read_info(document, &info), MCLMR_OK);
		assert_false(info.field[MCLMR_INFO_REQUEST_URI].present);
	}
}

/* What two readers could understand differently, and what is no info. */
static void test_malformed(void **state)
{
	static const char *const row[] = {
			"",
			"<mcpttinfo/>",
			"<mcdatainfo xmlns='urn:3gpp:ns:mcdataInfo:1.0'/>",
			"<mcptt-Params xmlns='" NS "'/>",
			ROOT "<mcptt-Params/><mcptt-Params/></mcpttinfo>",
			OPEN "<mcptt-calling-user-id/><mcptt-calling-user-id/>" CLOSE,
			OPEN "<mcptt-request-uri>a</mcptt-request-uri>"
				 "<mcptt-request-uri>a</mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-request-uri><mcpttURI>a</mcpttURI><mcpttURI>b"
				 "</mcpttURI></mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-request-uri><mcpttURI>a</mcpttURI><mcpttString/>"
				 "</mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-request-uri>a<mcpttURI>b</mcpttURI>"
				 "</mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-request-uri><mcpttURI>a</mcpttURI>b"
				 "</mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-request-uri><mcpttURI>a<b/>c</mcpttURI>"
				 "</mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-request-uri>a</mcptt-request-uri></mcptt-Params>",
	};
	mclmr_mc_info_t info;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(read_info(row[i], &info), MCLMR_XML_MALFORMED);
	arena = mclmr_arena(room, sizeof(room));
	assert_int_equal(mclmr_mc_info_read(MCLMR_SERVICE_NONE,
							 MCLMR_SPAN(ROOT "</mcpttinfo>"), &arena, &info),
			MCLMR_XML_MALFORMED);
	assert_int_equal(read_info(ROOT "</mcpttinfo>", &info), MCLMR_OK);
}

/* A calling-user-id that another reader could take for the caller, and names
 * that only look like it. */
static void test_stray_callers(void **state)
{
	static const char *const stray[] = {
			ROOT "<mcptt-Params/><mcptt-calling-user-id/></mcpttinfo>",
			ROOT "<mcptt-calling-user-id/><mcptt-Params/></mcpttinfo>",
			ROOT "<mcptt-calling-user-id/></mcpttinfo>",
			ROOT "<p:mcptt-Params xmlns:p='u:p'><mcptt-calling-user-id/>"
				 "</p:mcptt-Params><mcptt-Params/></mcpttinfo>",
			ROOT "<p:mcptt-Params xmlns:p='u:p'><p:mcptt-calling-user-id/>"
				 "</p:mcptt-Params><mcptt-Params/></mcpttinfo>",
			ROOT "<anyExt><mcptt-calling-user-id/></anyExt></mcpttinfo>",
			OPEN "<anyExt><mcptt-calling-user-id/></anyExt>" CLOSE,
			OPEN "<anyExt><x xmlns='u:x'><y><calling-user-id/></y></x>"
				 "</anyExt>" CLOSE,
			OPEN "<mcdata-calling-user-id/>" CLOSE,
			OPEN "<mcptt-calling-user-id xmlns='u:x'/>" CLOSE,
			OPEN "<x:mcptt-calling-user-id xmlns:x='u:x'/>"
				 "<mcptt-calling-user-id>a</mcptt-calling-user-id>" CLOSE,
			OPEN "<calling-user-id/>" CLOSE,
			OPEN "<MCPTT-Calling-User-ID/>" CLOSE,
			OPEN "<mcptt-request-uri><mcptt-calling-user-id/>"
				 "</mcptt-request-uri>" CLOSE,
			OPEN "<mcptt-calling-user-id><mcptt-calling-user-id/>"
				 "</mcptt-calling-user-id>" CLOSE,
	};
	static const char *const good[] = {
			OPEN "<mcptt-calling-user-id>a</mcptt-calling-user-id>" CLOSE,
			OPEN "<calling-user-ids/><anyExt><alling-user-id/></anyExt>" CLOSE,
			OPEN "<mcptt-calling-group-id/><!-- <calling-user-id/> -->" CLOSE,
	};
	mclmr_mc_info_t info;

	(void)state;
	for(size_t i = 0; i < COUNT(stray); i++) {
		if(read_info(stray[i], &info) != MCLMR_XML_MALFORMED)
			fail_msg("%s", stray[i]);
	}
	for(size_t i = 0; i < COUNT(good); i++)
		assert_int_equal(read_info(good[i], &info), MCLMR_OK);
}

/* A value at its longest, one octet longer, and one that the arena lacks. */
static void test_limits(void **state)
{
	char document[4096];
	char value[MCLMR_INFO_VALUE_MAX + 2];
	mclmr_mc_info_t info;

	(void)state;
	memset(value, 'a', sizeof(value));
	value[MCLMR_INFO_VALUE_MAX] = '\0';
	snprintf(document, sizeof(document),
			OPEN "<mcptt-client-id>\n%s</mcptt-client-id>" CLOSE, value);
	assert_int_equal(read_info(document, &info), MCLMR_OK);
	assert_value(&info.field[MCLMR_INFO_CLIENT_ID], value);
	arena = mclmr_arena(room, MCLMR_INFO_VALUE_MAX - 1);
	assert_int_equal(mclmr_mc_info_read(MCLMR_SERVICE_MCPTT,
							 mclmr_span(document), &arena, &info),
			MCLMR_LIMIT_EXCEEDED);
	value[MCLMR_INFO_VALUE_MAX] = 'a';
	value[MCLMR_INFO_VALUE_MAX + 1] = '\0';
	snprintf(document, sizeof(document),
			OPEN "<mcptt-client-id>\n%s</mcptt-client-id>" CLOSE, value);
	assert_int_equal(read_info(document, &info), MCLMR_LIMIT_EXCEEDED);
}

/* The document with the edits done, NUL terminated. */
static const char *apply(const char *document, const mclmr_info_edits_t *edits)
{
	static char edited[8192];
	size_t from = 0;
	size_t len = 0;

	for(size_t i = 0; i < edits->n; i++) {
		const mclmr_xml_edit_t *edit = &edits->edit[i];

		assert_true(i == 0 ? true : edit->offset > from);
		memcpy(edited + len, document + from, edit->offset - from);
		len += edit->offset - from;
		memcpy(edited + len, edit->text.s, edit->text.len);
		len += edit->text.len;
		from = edit->offset + edit->cut;
		assert_true(from <= strlen(document));
	}
	strcpy(edited + len, document + from);
	return edited;
}

/* Sets both, of which either may be empty, in an info text of a service; the
 * edited text. */
static const char *set_both(mclmr_service_t service, const char *document,
		const char *request, const char *caller)
{
	const mclmr_info_values_t values = {
			mclmr_span(request), mclmr_span(caller)};
	mclmr_info_edits_t edits;
	mclmr_mc_info_t info;

	arena = mclmr_arena(room, sizeof(room));
	assert_int_equal(
			mclmr_mc_info_read(service, mclmr_span(document), &arena, &info),
			MCLMR_OK);
	assert_true(mclmr_mc_info_edit(&info, &values, &arena, &edits));
	return apply(document, &edits);
}

/* Sets the caller of an info text of a service; the edited text. */
static const char *set_caller(
		mclmr_service_t service, const char *document, const char *uri)
{
	return set_both(service, document, "", uri);
}

/* The first child element of this name in this namespace, NULL for none. */
static xmlNodePtr find_child(xmlNodePtr node, const char *ns, const char *name)
{
	for(node = node->children; node != NULL; node = node->next) {
		if(node->type == XML_ELEMENT_NODE && node->ns != NULL
				&& strcmp((const char *)node->ns->href, ns) == 0
				&& strcmp((const char *)node->name, name) == 0)
			return node;
	}
	return NULL;
}

/* The tree reader of libxml2 finds the caller where it has to be. */
static void judge(const char *word, const char *document, const char *uri)
{
	char ns[64];
	char name[64];
	xmlDocPtr tree = xmlReadMemory(document, (int)strlen(document), NULL, NULL,
			XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlNodePtr node;
	xmlChar *value;

	assert_non_null(tree);
	snprintf(ns, sizeof(ns), "urn:3gpp:ns:%sInfo:1.0", word);
	snprintf(name, sizeof(name), "%s-Params", word);
	node = find_child(xmlDocGetRootElement(tree), ns, name);
	assert_non_null(node);
	snprintf(name, sizeof(name), "%s-calling-user-id", word);
	node = find_child(node, ns, name);
	assert_non_null(node);
	value = xmlGetProp(node, (const xmlChar *)"type");
	assert_string_equal((const char *)value, "Normal");
	xmlFree(value);
	snprintf(name, sizeof(name), "%sURI", word);
	node = find_child(node, ns, name);
	assert_non_null(node);
	value = xmlNodeGetContent(node);
	assert_string_equal((const char *)value, uri);
	xmlFree(value);
	xmlFreeDoc(tree);
}

#define INSERTED                                                             \
	"<mcptt-calling-user-id type=\"Normal\"><mcpttURI>" CALLER "</mcpttURI>" \
	"</mcptt-calling-user-id>"
#define PREFIXED                                                   \
	"<p:mcptt-calling-user-id type=\"Normal\"><p:mcpttURI>" CALLER \
	"</p:mcpttURI></p:mcptt-calling-user-id>"
#define PROOT "<p:mcpttinfo xmlns:p='" NS "'>"

/* Each document and what becomes of it, octet for octet; the tree reader
 * agrees. */
static void test_set_caller(void **state)
{
	static const struct
	{
		const char *document;
		const char *edited;
	} row[] = {
			{OPEN CLOSE, OPEN INSERTED CLOSE},
			{OPEN "\r\n\t" CLOSE, OPEN INSERTED "\r\n\t" CLOSE},
			{OPEN "<mc-org>x</mc-org>" CLOSE,
					OPEN INSERTED "<mc-org>x</mc-org>" CLOSE},
			{OPEN "<mcptt-request-uri/>\n<mcptt-client-id/>" CLOSE,
					OPEN "<mcptt-request-uri/>" INSERTED
						 "\n<mcptt-client-id/>" CLOSE},
			{OPEN "<mcptt-access-token>t</mcptt-access-token>"
				  "<session-type>private</session-type><required/>" CLOSE,
					OPEN "<mcptt-access-token>t</mcptt-access-token>"
						 "<session-type>private</session-type>" INSERTED
						 "<required/>" CLOSE},
			{OPEN "<mcptt-request-uri>\xC3\xA9<!-- > --></mcptt-request-uri >"
				  "<?x <mcptt-request-uri/>?><x:mcptt-request-uri xmlns:x='u:x'"
				  "/>" CLOSE,
					OPEN "<mcptt-request-uri>\xC3\xA9<!-- > -->"
						 "</mcptt-request-uri >" INSERTED
						 "<?x <mcptt-request-uri/>?>"
						 "<x:mcptt-request-uri xmlns:x='u:x'/>" CLOSE},
			{OPEN "<anyExt><mcptt-request-uri/></anyExt>" CLOSE, OPEN INSERTED
					"<anyExt><mcptt-request-uri/></anyExt>" CLOSE},
			{OPEN "<mcptt-calling-user-id/>" CLOSE, OPEN INSERTED CLOSE},
			{OPEN "<mcptt-calling-user-id\n/>\n<mcptt-request-uri/>" CLOSE,
					OPEN INSERTED "\n<mcptt-request-uri/>" CLOSE},
			{OPEN "<mc-org/><mcptt-calling-user-id type='Normal'><mcpttURI>"
				  "sip:bob@mc.example.org</mcpttURI></mcptt-calling-user-id >x"
				  "<mc-org/>" CLOSE,
					OPEN "<mc-org/>" INSERTED "x<mc-org/>" CLOSE},
			{OPEN "<mcptt-calling-user-id type='Encrypted'><e:EncryptedData "
				  "xmlns:e='" XENC "'><e:CipherData/></e:EncryptedData>"
				  "</mcptt-calling-user-id>" CLOSE,
					OPEN INSERTED CLOSE},
			{ROOT "<mcptt-Params/></mcpttinfo>",
					ROOT "<mcptt-Params>" INSERTED CLOSE},
			{ROOT "<mcptt-Params a='/>' />\n</mcpttinfo>\n",
					ROOT "<mcptt-Params a='/>' >" INSERTED
						 "</mcptt-Params>\n</mcpttinfo>\n"},
			{ROOT "</mcpttinfo>", OPEN INSERTED CLOSE},
			{ROOT "<x xmlns='u:x'/></mcpttinfo>", OPEN INSERTED
					"</mcptt-Params><x xmlns='u:x'/></mcpttinfo>"},
			{"\xEF\xBB\xBF<?xml version='1.0'?>\r\n<!-- <a> -->\r\n"
			 "<mcpttinfo xmlns='" NS "' />",
					"\xEF\xBB\xBF<?xml version='1.0'?>\r\n<!-- <a> -->\r\n"
					"<mcpttinfo xmlns='" NS "' ><mcptt-Params>" INSERTED
					"</mcptt-Params></mcpttinfo>"},
			{PROOT "<p:mcptt-Params><p:mcptt-request-uri/></p:mcptt-Params>"
				   "</p:mcpttinfo>",
					PROOT "<p:mcptt-Params><p:mcptt-request-uri/>" PREFIXED
						  "</p:mcptt-Params></p:mcpttinfo>"},
			{PROOT "<p:mcptt-Params/></p:mcpttinfo>",
					PROOT "<p:mcptt-Params>" PREFIXED
						  "</p:mcptt-Params></p:mcpttinfo>"},
			{"<p:mcpttinfo xmlns:p='" NS "'/>",
					PROOT "<p:mcptt-Params>" PREFIXED
						  "</p:mcptt-Params></p:mcpttinfo>"},
			{"<q:mcpttinfo xmlns:q='" NS "'><mcptt-Params xmlns='" NS
			 "'><q:mcptt-request-uri/></mcptt-Params></q:mcpttinfo>",
					"<q:mcpttinfo xmlns:q='" NS "'><mcptt-Params xmlns='" NS
					"'><q:mcptt-request-uri/>" INSERTED
					"</mcptt-Params></q:mcpttinfo>"},
			{ROOT "<p:mcptt-Params xmlns:p='" NS
				  "'><mcptt-calling-user-id xmlns='" NS
				  "'/></p:mcptt-Params></mcpttinfo>",
					ROOT "<p:mcptt-Params xmlns:p='" NS "'>" PREFIXED
						 "</p:mcptt-Params></mcpttinfo>"},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		const char *edited =
				set_caller(MCLMR_SERVICE_MCPTT, row[i].document, CALLER);

		assert_string_equal(edited, row[i].edited);
		judge("mcptt", edited, CALLER);
	}
}

/* The order of the schema in the two other services. */
static void test_other_services(void **state)
{
	static const struct
	{
		mclmr_service_t service;
		const char *word;
		const char *document;
		const char *behind; /* what the caller comes right after */
	} row[] = {
			{MCLMR_SERVICE_MCDATA, "mcdata",
					"<mcdatainfo xmlns='urn:3gpp:ns:mcdataInfo:1.0'>"
					"<mcdata-Params><request-type>x</request-type>"
					"<session-type/></mcdata-Params></mcdatainfo>",
					"</request-type>"},
			{MCLMR_SERVICE_MCDATA, "mcdata",
					"<mcdatainfo xmlns='urn:3gpp:ns:mcdataInfo:1.0'>"
					"<mcdata-Params><request-type>x</request-type>"
					"<mcdata-access-token/><mcdata-request-uri/>"
					"<mcdata-client-id/></mcdata-Params></mcdatainfo>",
					"<mcdata-request-uri/>"},
			{MCLMR_SERVICE_MCVIDEO, "mcvideo",
					"<mcvideoinfo xmlns='urn:3gpp:ns:mcvideoInfo:1.0'>"
					"<mcvideo-Params><session-type/><request-type/>"
					"</mcvideo-Params></mcvideoinfo>",
					"<session-type/>"},
	};
	char expected[128];

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		const char *edited =
				set_caller(row[i].service, row[i].document, CALLER);

		judge(row[i].word, edited, CALLER);
		snprintf(expected, sizeof(expected), "%s<%s-calling-user-id ",
				row[i].behind, row[i].word);
		assert_non_null(strstr(edited, expected));
	}
}

/* A URI of XML's own characters arrives; one with controls is refused, and
 * so is any that the arena has no room for. */
static void test_uri(void **state)
{
	static const char *const control[] = {"a\nb", "\x7f", "\x01", "a\t"};
	static const char *const uri[] = {
			"sip:a&b<c>\"'@d;e=%20", "sip:\xC3\xA9@x", "]]>&amp;"};
	mclmr_info_edits_t edits;
	mclmr_mc_info_t info;
	mclmr_span_t document;

	(void)state;
	for(size_t i = 0; i < COUNT(uri); i++)
		judge("mcptt", set_caller(MCLMR_SERVICE_MCPTT, OPEN CLOSE, uri[i]),
				uri[i]);
	assert_int_equal(read_info(OPEN CLOSE, &info), MCLMR_OK);
	for(size_t i = 0; i < COUNT(control); i++) {
		mclmr_info_values_t values[] = {
				{mclmr_span(control[i]), {NULL, 0}},
				{{NULL, 0}, mclmr_span(control[i])},
		};

		for(size_t j = 0; j < COUNT(values); j++) {
			assert_false(mclmr_mc_info_edit(&info, &values[j], &arena, &edits));
			assert_false(mclmr_mc_info_write(MCLMR_SERVICE_MCPTT,
					MCLMR_SPAN("private"), &values[j], &arena, &document));
		}
		assert_false(
				mclmr_mc_info_write(MCLMR_SERVICE_MCPTT, mclmr_span(control[i]),
						&(mclmr_info_values_t){0}, &arena, &document));
	}
	arena = mclmr_arena(room, 64);
	assert_false(mclmr_mc_info_edit(&info,
			&(mclmr_info_values_t){{NULL, 0}, MCLMR_SPAN(CALLER)}, &arena,
			&edits));
	assert_false(mclmr_mc_info_write(MCLMR_SERVICE_MCPTT, MCLMR_SPAN("private"),
			&(mclmr_info_values_t){0}, &arena, &document));
}

#define CALLED "sip:unit1@iwf.example.org"
#define ID(name, uri)                                              \
	"<mcptt-" name " type=\"Normal\"><mcpttURI>" uri "</mcpttURI>" \
	"</mcptt-" name ">"
#define BOTH ID("request-uri", CALLED) INSERTED
#define TYPE "<session-type>private</session-type>"
#define OLD_REQUEST "<mcptt-request-uri>sip:old@r</mcptt-request-uri>"
#define OLD_CALLER "<mcptt-calling-user-id>sip:old@c</mcptt-calling-user-id>"
#define TAIL "<mcptt-client-id>x</mcptt-client-id>" CLOSE

/* Called and caller set together, wherever each of them stands or does not. */
static void test_set_both(void **state)
{
	static const struct
	{
		const char *document;
		const char *edited;
	} row[] = {
			{OPEN CLOSE, OPEN BOTH CLOSE},
			{OPEN TYPE TAIL, OPEN TYPE BOTH TAIL},
			{ROOT "<mcptt-Params/></mcpttinfo>", OPEN BOTH CLOSE},
			{ROOT "</mcpttinfo>", OPEN BOTH CLOSE},
			{"<mcpttinfo xmlns='" NS "'/>", OPEN BOTH CLOSE},
			{OPEN TYPE OLD_REQUEST TAIL, OPEN TYPE BOTH TAIL},
			{OPEN TYPE OLD_CALLER TAIL, OPEN TYPE BOTH TAIL},
			{OPEN TYPE OLD_REQUEST OLD_CALLER TAIL, OPEN TYPE BOTH TAIL},
			{OPEN OLD_CALLER TYPE OLD_REQUEST TAIL,
					OPEN INSERTED TYPE ID("request-uri", CALLED) TAIL},
			{OPEN TYPE OLD_REQUEST "\r\n " OLD_CALLER TAIL,
					OPEN TYPE ID("request-uri", CALLED) "\r\n " INSERTED TAIL},
			{OPEN OLD_CALLER TYPE TAIL,
					OPEN INSERTED TYPE ID("request-uri", CALLED) TAIL},
			{OPEN "<mcptt-called-party-id>sip:p@x</mcptt-called-party-id>" TAIL,
					OPEN BOTH "<mcptt-called-party-id>sip:p@x</"
							  "mcptt-called-party-id>" TAIL},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_string_equal(
				set_both(MCLMR_SERVICE_MCPTT, row[i].document, CALLED, CALLER),
				row[i].edited);
	assert_string_equal(set_both(MCLMR_SERVICE_MCPTT,
								OPEN OLD_REQUEST OLD_CALLER TAIL, CALLED, ""),
			OPEN ID("request-uri", CALLED) OLD_CALLER TAIL);
	assert_string_equal(
			set_both(MCLMR_SERVICE_MCPTT, OPEN OLD_REQUEST TAIL, "", ""),
			OPEN OLD_REQUEST TAIL);
}

/* A document that is written reads back. */
static void test_write(void **state)
{
	const mclmr_info_values_t values = {
			MCLMR_SPAN("sip:a&b@c"), MCLMR_SPAN(CALLER)};
	mclmr_mc_info_t info;
	mclmr_span_t document;

	(void)state;
	for(int i = MCLMR_SERVICE_NONE + 1; i < MCLMR_SERVICE_COUNT; i++) {
		arena = mclmr_arena(room, sizeof(room));
		assert_true(mclmr_mc_info_write((mclmr_service_t)i,
				MCLMR_SPAN("private"), &values, &arena, &document));
		assert_int_equal(
				mclmr_mc_info_read((mclmr_service_t)i, document, &arena, &info),
				MCLMR_OK);
		assert_value(&info.field[MCLMR_INFO_REQUEST_URI], "sip:a&b@c");
		assert_value(&info.field[MCLMR_INFO_CALLING_USER_ID], CALLER);
		assert_true(mclmr_span_equal(info.session_type, MCLMR_SPAN("private")));
	}
}

#define EXT(inner) "<anyExt>" inner "</anyExt>"
#define E2ES(value) "<end-to-end-security>" value "</end-to-end-security>"

/* Session type and end-to-end security: plain text, once, at their place. */
static void test_plain(void **state)
{
	static const struct
	{
		const char *document;
		mclmr_status_t status;
		const char *session_type;
		mclmr_info_flag_t flag;
	} row[] = {
			{OPEN CLOSE, MCLMR_OK, "", MCLMR_INFO_NOT_SAID},
			{OPEN TYPE CLOSE, MCLMR_OK, "private", MCLMR_INFO_NOT_SAID},
			{OPEN "<session-type>\r\n chat </session-type>" CLOSE, MCLMR_OK,
					"chat", MCLMR_INFO_NOT_SAID},
			{OPEN TYPE EXT(E2ES("true")) CLOSE, MCLMR_OK, "private",
					MCLMR_INFO_YES},
			{OPEN EXT(E2ES(" 1\n")) TYPE CLOSE, MCLMR_OK, "private",
					MCLMR_INFO_YES},
			{OPEN EXT(E2ES("false")) CLOSE, MCLMR_OK, "", MCLMR_INFO_NO},
			{OPEN EXT(E2ES("0")) CLOSE, MCLMR_OK, "", MCLMR_INFO_NO},
			{OPEN EXT("<x xmlns='u:x'>" E2ES("true") "</x>") CLOSE, MCLMR_OK,
					"", MCLMR_INFO_NOT_SAID},
			{OPEN E2ES("true") CLOSE, MCLMR_OK, "", MCLMR_INFO_NOT_SAID},
			{ROOT "<mcptt-Params/>" EXT(E2ES("true")) "</mcpttinfo>", MCLMR_OK,
					"", MCLMR_INFO_YES},
			{ROOT EXT(E2ES("0")) "<mcptt-Params>" TYPE "</mcptt-Params>"
								 "</mcpttinfo>",
					MCLMR_OK, "private", MCLMR_INFO_NO},
			{ROOT "<mcptt-Params>" EXT(E2ES("true")) "</mcptt-Params>" EXT(
					 E2ES("1")) "</mcpttinfo>",
					MCLMR_OK, "", MCLMR_INFO_YES},
			{ROOT "<mcptt-Params/>" EXT(
					 "<x xmlns='u:x'>" E2ES("true") "</x>") "</mcpttinfo>",
					MCLMR_OK, "", MCLMR_INFO_NOT_SAID},
			{ROOT "<anyExt xmlns='u:x'><end-to-end-security xmlns='" NS
				  "'>true</end-to-end-security></anyExt></mcpttinfo>",
					MCLMR_OK, "", MCLMR_INFO_NOT_SAID},
			{ROOT "<x xmlns='u:x'/>" EXT("") E2ES("true") "</mcpttinfo>",
					MCLMR_OK, "", MCLMR_INFO_NOT_SAID},
			{ROOT "<mcptt-Params>" EXT(E2ES("true")) "</mcptt-Params>" EXT(
					 E2ES("false")) "</mcpttinfo>",
					MCLMR_XML_MALFORMED, "", 0},
			{ROOT EXT(E2ES("0")) "<mcptt-Params>" EXT(
					 E2ES("1")) "</mcptt-Params></mcpttinfo>",
					MCLMR_XML_MALFORMED, "", 0},
			{ROOT "<mcptt-Params/>" EXT(E2ES("1")) EXT(E2ES("1")) "</mcptt"
																  "info>",
					MCLMR_XML_MALFORMED, "", 0},
			{ROOT EXT(E2ES("perhaps")) "</mcpttinfo>", MCLMR_XML_MALFORMED, "",
					0},
			{OPEN "<x xmlns='u:x'>" E2ES("true") "</x>" CLOSE, MCLMR_OK, "",
					MCLMR_INFO_NOT_SAID},
			{OPEN EXT(E2ES("yes")) CLOSE, MCLMR_XML_MALFORMED, "", 0},
			{OPEN EXT(E2ES("")) CLOSE, MCLMR_XML_MALFORMED, "", 0},
			{OPEN EXT(E2ES("true") E2ES("true")) CLOSE, MCLMR_XML_MALFORMED, "",
					0},
			{OPEN EXT(E2ES("<mcpttBoolean>true</mcpttBoolean>")) CLOSE,
					MCLMR_XML_MALFORMED, "", 0},
			{OPEN TYPE TYPE CLOSE, MCLMR_XML_MALFORMED, "", 0},
			{OPEN "<session-type/>" TYPE CLOSE, MCLMR_XML_MALFORMED, "", 0},
			{OPEN "<session-type><b/></session-type>" CLOSE,
					MCLMR_XML_MALFORMED, "", 0},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		mclmr_mc_info_t info;
		mclmr_status_t status = read_info(row[i].document, &info);

		if(status != row[i].status)
			fail_msg("%s: %d", row[i].document, status);
		if(status != MCLMR_OK)
			continue;
		assert_true(mclmr_span_equal(
				info.session_type, mclmr_span(row[i].session_type)));
		assert_int_equal(info.end_to_end_security, row[i].flag);
	}
}

/* Set twice is set once: the result is read back and replaced. */
static void test_again(void **state)
{
	char once[8192];

	(void)state;
	snprintf(once, sizeof(once), "%s",
			set_caller(MCLMR_SERVICE_MCPTT, OPEN CLOSE, "sip:x@y"));
	assert_string_equal(
			set_caller(MCLMR_SERVICE_MCPTT, once, CALLER), OPEN INSERTED CLOSE);
}

static int free_parser(void **state)
{
	(void)state;
	mclmr_xml_cleanup();
	xmlCleanupParser();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_service),
			cmocka_unit_test(test_fields),
			cmocka_unit_test(test_values),
			cmocka_unit_test(test_outside),
			cmocka_unit_test(test_malformed),
			cmocka_unit_test(test_stray_callers),
			cmocka_unit_test(test_limits),
			cmocka_unit_test(test_set_caller),
			cmocka_unit_test(test_set_both),
			cmocka_unit_test(test_write),
			cmocka_unit_test(test_plain),
			cmocka_unit_test(test_other_services),
			cmocka_unit_test(test_uri),
			cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, free_parser);
}
