/* SPDX-License-Identifier: GPL-2.0-or-later */

/* xml: the bounded reader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlerror.h>

#include "mclmr/sip/xml.h"
#include "unit.h"

#define BOM "\xEF\xBB\xBF"

/* A handler that writes down what it hears, one line a call. */
typedef struct log
{
	const char *document;
	char text[16384];
	size_t length;
	mclmr_status_t verdict; /* of the handler, at the first element */
	int calls;
} log_t;

static void log_line(log_t *log, const char *format, ...)
		__attribute__((format(printf, 2, 3)));
static void log_line(log_t *log, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(log->text + log->length, sizeof(log->text) - log->length,
			format, arguments);
	va_end(arguments);
	assert_true(n >= 0 && (size_t)n < sizeof(log->text) - log->length);
	log->length += (size_t)n;
}

/* {namespace}name attribute=value ... [octets of the tag up to its end] */
static mclmr_status_t note_start(void *data, const mclmr_xml_element_t *element)
{
	log_t *log = data;

	log->calls++;
	log_line(log, "%d <{%.*s}%.*s:%.*s", element->depth, MCLMR_FMT(element->ns),
			MCLMR_FMT(element->prefix), MCLMR_FMT(element->name));
	for(size_t i = 0; i < element->attributes; i++)
		log_line(log, " %.*s=%.*s", MCLMR_FMT(element->attribute[i].name),
				MCLMR_FMT(element->attribute[i].value));
	log_line(log, " [%.*s]\n", (int)(element->end - element->begin),
			log->document + element->begin);
	return log->verdict;
}

static mclmr_status_t note_text(void *data, mclmr_span_t text)
{
	log_line(data, "\"%.*s\"\n", MCLMR_FMT(text));
	return MCLMR_OK;
}

static mclmr_status_t note_end(void *data, const mclmr_xml_element_t *element)
{
	log_t *log = data;

	log_line(log, "%d >%.*s [%.*s]\n", element->depth, MCLMR_FMT(element->name),
			(int)(element->end - element->begin),
			log->document + element->begin);
	return MCLMR_OK;
}

static const mclmr_xml_handler_t noting = {note_start, note_text, note_end};

/* Parses a text and writes the calls to log. */
static mclmr_status_t parse(log_t *log, const char *document)
{
	memset(log, 0, sizeof(*log));
	log->document = document;
	return mclmr_xml_parse(mclmr_span(document), &noting, log);
}

/* Names, values and offsets, in all that may surround and fill a tag. */
static void test_events(void **state)
{
	static const struct
	{
		const char *document;
		const char *calls;
	} row[] = {
			{"<a/>", "1 <{}:a [<a]\n1 >a [<a/>]\n"},
			{"<a\t />", "1 <{}:a [<a\t ]\n1 >a [<a\t />]\n"},
			{"<a></a >", "1 <{}:a [<a]\n1 >a [<a></a >]\n"},
			{BOM "<?xml version='1.0'?>\r\n<a/>\r\n",
					"1 <{}:a [<a]\n1 >a [<a/>]\n"},
			{"<?xml version='1.0' encoding = \"utf-8\" ?><a/>",
					"1 <{}:a [<a]\n1 >a [<a/>]\n"},
			{"<!-- <x> --><?x <y>?><a>1</a><!--<-->",
					"1 <{}:a [<a]\n\"1\"\n1 >a [<a>1</a>]\n"},
			{"<p:a xmlns:p='urn:n' p:q='0' r='1'/>",
					"1 <{urn:n}p:a r=1 [<p:a xmlns:p='urn:n' p:q='0' r='1']\n"
					"1 >a [<p:a xmlns:p='urn:n' p:q='0' r='1'/>]\n"},
			{"<a xmlns='urn:n'><b xmlns=''/></a>",
					"1 <{urn:n}:a [<a xmlns='urn:n']\n"
					"2 <{}:b [<b xmlns='']\n2 >b [<b xmlns=''/>]\n"
					"1 >a [<a xmlns='urn:n'><b xmlns=''/></a>]\n"},
			{"<a b='&lt;&gt;&amp;&quot;&apos;&#65;&#x42;>'/>",
					"1 <{}:a b=<>&\"'AB> "
					"[<a b='&lt;&gt;&amp;&quot;&apos;&#65;&#x42;>']\n"
					"1 >a [<a b='&lt;&gt;&amp;&quot;&apos;&#65;&#x42;>'/>]\n"},
			{"<a><![CDATA[<b>]]><!--<c>--><?d <e>?><f/></a>",
					"1 <{}:a [<a]\n\"<b>\"\n2 <{}:f [<f]\n2 >f [<f/>]\n"
					"1 >a [<a><![CDATA[<b>]]><!--<c>--><?d <e>?><f/></a>]\n"},
			{"<a>\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80<b\r\nc='\xC3\xA9'\r\n/>"
			 "</a>",
					"1 <{}:a [<a]\n\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"\n"
					"2 <{}:b c=\xC3\xA9 [<b\r\nc='\xC3\xA9'\r\n]\n"
					"2 >b [<b\r\nc='\xC3\xA9'\r\n/>]\n"
					"1 >a [<a>\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80<b\r\n"
					"c='\xC3\xA9'\r\n/></a>]\n"},
	};
	static log_t log;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		assert_int_equal(parse(&log, row[i].document), MCLMR_OK);
		assert_string_equal(log.text, row[i].calls);
	}
}

/* All that is refused, each beside a neighbour that is not. */
static void test_refusals(void **state)
{
	static const char *const malformed[] = {
			"",
			" ",
			BOM,
			"a",
			"<a",
			"<a>",
			"<a></b>",
			"<a/><b/>",
			"<a b='1' b='2'/>",
			"<a b=1/>",
			"<a b='<'/>",
			"<p:a/>",
			"<a p:b='1'/>",
			"<a>&b;</a>",
			"<a b='&c;'/>",
			"<a>&#0;</a>",
			"<a>\x01</a>",
			"<a>\xE9</a>",
			"<a>\xC0\xAF</a>",
			"<a>\xED\xA0\x80</a>",
			"<a>\xF4\x90\x80\x80</a>",
			"<a b='\xE9'/>",
			"<a\xE9/>",
			"<a><!--\xE9--></a>",
			"<a><![CDATA[\xE9]]></a>",
			"<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
			"<?xml version='1.0' encoding='UTF-16'?><a/>",
			"<?xml version='1.0' encoding='UTF-7'?><a/>",
			"<?xml version='1.0' encoding=''?><a/>",
			"<?xml version='1.0' encoding=",
			"<?xml version='1.0'",
			"\xFF\xFE<\x01",
			"\xFE\xFF\x01<",
			"\x4C\x6F\xA7\x94",
			"<!DOCTYPE a><a/>",
			"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
			"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
			"<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1/'>%b;]><a/>",
			"<!DOCTYPE a [<!ENTITY b '&c;&c;'><!ENTITY c '&b;'>]><a>&b;</a>",
	};
	static log_t log;

	(void)state;
	for(size_t i = 0; i < COUNT(malformed); i++)
		assert_int_equal(parse(&log, malformed[i]), MCLMR_XML_MALFORMED);
	assert_int_equal(parse(&log, "<a/>"), MCLMR_OK);
}

/* UTF-16 in both orders, with and without a mark, and a NUL anywhere. */
static void test_nul(void **state)
{
	static const mclmr_span_t row[] = {
			MCLMR_SPAN("\xFF\xFE<\0a\0/\0>\0"),
			MCLMR_SPAN("\xFE\xFF\0<\0a\0/\0>"),
			MCLMR_SPAN("<\0a\0/\0>\0"),
			MCLMR_SPAN("\0<\0a\0/\0>"),
			MCLMR_SPAN("\0\0\0<\0\0\0a\0\0\0/\0\0\0>"),
			MCLMR_SPAN("<a/>\0"),
			MCLMR_SPAN("<a/>\0<b>"),
			MCLMR_SPAN("<a>\0</a>"),
	};
	static log_t log;

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++) {
		memset(&log, 0, sizeof(log));
		assert_int_equal(
				mclmr_xml_parse(row[i], &noting, &log), MCLMR_XML_MALFORMED);
		assert_int_equal(log.calls, 0);
	}
}

/* No element of a document with a DTD is ever seen. */
static void test_dtd_silent(void **state)
{
	static log_t log;

	(void)state;
	assert_int_equal(parse(&log, "<!DOCTYPE a [<!ENTITY b 'c'>]><a b='&b;'/>"),
			MCLMR_XML_MALFORMED);
	assert_int_equal(log.length, 0);
}

/* n times piece. */
static char *append(char *to, const char *piece, int n)
{
	for(int i = 0; i < n; i++)
		to = stpcpy(to, piece);
	return to;
}

/* A document of elements nested to a depth. */
static const char *nested(int depth)
{
	static char document[1024];

	append(append(document, "<a>", depth), "</a>", depth);
	return document;
}

/* An element with n attributes, or namespaces, of distinct names. */
static const char *with_attributes(const char *name, int n)
{
	static char document[MCLMR_XML_MAX_SIZE];
	char *to = stpcpy(document, "<a");

	for(int i = 0; i < n; i++)
		to += sprintf(to, " %s%d='1'", name, i);
	stpcpy(to, "/>");
	return document;
}

/* Puts a text into the middle of another. */
static void overwrite(char *to, mclmr_span_t text)
{
	memcpy(to, text.s, text.len);
}

/* Every limit at its last good and first bad value. */
static void test_limits(void **state)
{
	static char document[MCLMR_XML_MAX_SIZE + 2];
	static const mclmr_xml_handler_t deaf = {NULL, NULL, NULL};
	static log_t log;

	(void)state;
	assert_int_equal(parse(&log, nested(MCLMR_XML_MAX_DEPTH)), MCLMR_OK);
	assert_int_equal(log.calls, MCLMR_XML_MAX_DEPTH);
	assert_int_equal(
			parse(&log, nested(MCLMR_XML_MAX_DEPTH + 1)), MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(log.calls, MCLMR_XML_MAX_DEPTH);
	assert_int_equal(parse(&log, with_attributes("b", 16)), MCLMR_OK);
	assert_int_equal(
			parse(&log, with_attributes("b", 17)), MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(parse(&log, with_attributes("xmlns:b", 16)), MCLMR_OK);
	assert_int_equal(
			parse(&log, with_attributes("xmlns:b", 17)), MCLMR_LIMIT_EXCEEDED);

	memset(document, ' ', sizeof(document));
	overwrite(document, MCLMR_SPAN("<a>"));
	overwrite(document + MCLMR_XML_MAX_SIZE - 4, MCLMR_SPAN("</a> "));
	assert_int_equal(
			mclmr_xml_parse(
					(mclmr_span_t){document, MCLMR_XML_MAX_SIZE}, &deaf, NULL),
			MCLMR_OK);
	assert_int_equal(
			mclmr_xml_parse((mclmr_span_t){document, MCLMR_XML_MAX_SIZE + 1},
					&deaf, NULL),
			MCLMR_LIMIT_EXCEEDED);
}

/* A tag of thousands of attributes is refused before they are compared: that
 * two of them are the same is not found out. */
static void test_crowded(void **state)
{
	static char document[MCLMR_XML_MAX_SIZE];
	static log_t log;

	(void)state;
	append(append(append(document, "<a", 1), " b='c'", 600), "/>", 1);
	assert_int_equal(parse(&log, document), MCLMR_XML_MALFORMED);
	append(append(append(document, "<a", 1), " b='c'", 6000), "/>", 1);
	assert_int_equal(parse(&log, document), MCLMR_LIMIT_EXCEEDED);
	append(append(append(document, "<a", 1), " b=\"c\"", 6000), "/>", 1);
	assert_int_equal(parse(&log, document), MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(log.calls, 0);
	append(append(append(document, "<a>", 1), "<b c='1'/>", 4000), "</a>", 1);
	assert_int_equal(mclmr_xml_parse(mclmr_span(document),
							 &(mclmr_xml_handler_t){NULL, NULL, NULL}, NULL),
			MCLMR_OK);
}

/* What a handler says ends the parse; the next document is not affected. */
static void test_verdict(void **state)
{
	static log_t log;

	(void)state;
	memset(&log, 0, sizeof(log));
	log.document = "<a><b/>&c;</a>";
	log.verdict = MCLMR_BODY_MISSING;
	assert_int_equal(mclmr_xml_parse(mclmr_span(log.document), &noting, &log),
			MCLMR_BODY_MISSING);
	assert_int_equal(log.calls, 1);
	assert_int_equal(parse(&log, "<a/>"), MCLMR_OK);
	assert_int_equal(parse(&log, "<a>"), MCLMR_XML_MALFORMED);
	assert_int_equal(parse(&log, "<a/>"), MCLMR_OK);
	assert_string_equal(log.text, "1 <{}:a [<a]\n1 >a [<a/>]\n");
}

/* Ever new names do not pile up in the process until libxml2 refuses more:
 * the parser is renewed. */
static void test_many_names(void **state)
{
	static const mclmr_xml_handler_t deaf = {NULL, NULL, NULL};
	static char document[40000];
	char name[16];

	(void)state;
	memset(document, 'a', sizeof(document));
	for(int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "<a%d_", i);
		overwrite(document, mclmr_span(name));
		overwrite(document + sizeof(document) - 2, MCLMR_SPAN("/>"));
		assert_int_equal(
				mclmr_xml_parse((mclmr_span_t){document, sizeof(document)},
						&deaf, NULL),
				MCLMR_OK);
	}
	mclmr_xml_cleanup();
	mclmr_xml_cleanup();
	assert_int_equal(
			mclmr_xml_parse(MCLMR_SPAN("<a/>"), &deaf, NULL), MCLMR_OK);
}

/* Counts what libxml2 tells the process's own handler. */
static void count_error(void *data, xmlErrorPtr error)
{
	(void)error;
	++*(int *)data;
}

/* What is wrong with a document stays here: no other part of the process
 * hears of it, let alone standard error. */
static void test_silent(void **state)
{
	static log_t log;
	int errors = 0;

	(void)state;
	xmlSetStructuredErrorFunc(&errors, (xmlStructuredErrorFunc)count_error);
	assert_int_equal(parse(&log, "<a>&b;</c>"), MCLMR_XML_MALFORMED);
	assert_int_equal(parse(&log, "<a xmlns='rel'/>"), MCLMR_OK);
	xmlSetStructuredErrorFunc(NULL, NULL);
	assert_int_equal(errors, 0);
}

/* Every beginning of a good document is malformed, never more than that. */
static void test_truncated(void **state)
{
	static const char whole[] =
			"<?xml version='1.0' encoding='UTF-8'?><p:a xmlns:p='u:n'>"
			"<b c='&amp;'>\xC3\xA9<![CDATA[x]]></b></p:a>";
	static const mclmr_xml_handler_t deaf = {NULL, NULL, NULL};

	(void)state;
	for(size_t n = 0; n < sizeof(whole) - 1; n++)
		assert_int_equal(mclmr_xml_parse((mclmr_span_t){whole, n}, &deaf, NULL),
				MCLMR_XML_MALFORMED);
	assert_int_equal(mclmr_xml_parse(MCLMR_SPAN(whole), &deaf, NULL), MCLMR_OK);
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
			cmocka_unit_test(test_events),
			cmocka_unit_test(test_refusals),
			cmocka_unit_test(test_nul),
			cmocka_unit_test(test_dtd_silent),
			cmocka_unit_test(test_limits),
			cmocka_unit_test(test_crowded),
			cmocka_unit_test(test_verdict),
			cmocka_unit_test(test_many_names),
			cmocka_unit_test(test_silent),
			cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, free_parser);
}
