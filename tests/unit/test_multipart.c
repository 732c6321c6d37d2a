/* SPDX-License-Identifier: GPL-2.0-or-later */

/* multipart: MIME bodies cut and put together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/multipart.h"
#include "spans.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)
#define MIXED S("multipart/mixed;boundary=b")
#define B70 \
	"0123456789012345678901234567890123456789012345678901234567890123456789"
#define MAX_PAYLOAD 60000

static char memory[4 * MAX_PAYLOAD];

static void test_content_types(void **state)
{
	static const struct
	{
		mclmr_span_t content_type;
		const char *boundary; /* NULL: malformed */
	} rows[] = {
			{S("multipart/mixed;boundary=b"), "b"},
			{S("MultiPart/Related ; Type=\"a/b\" ; BOUNDARY = \"b\" ; x=y"),
					"b"},
			{S("multipart/x;a=\"; boundary=x\\\"; boundary=y\";boundary=b"),
					"b"},
			{S("multipart/mixed;\r\n boundary=b"), "b"},
			{S("multipart/mixed;boundary=\"\\b\""), "b"},
			{S("multipart/mixed;boundary=a'()+_,-./:=?Z"), "a'()+_,-./:=?Z"},
			{S("multipart/mixed;boundary=\"a b\""), "a b"},
			{S("multipart/mixed;boundary=--"), "--"},
			{S("multipart/mixed;boundary=b;"), "b"},
			{S("multipart/mixed;boundary=\"b\" ; "), "b"},
			{S("multipart/mixed;boundary=b;\r\n "), "b"},
			{S("multipart/mixed;boundary=b;;"), NULL},
			{S("multipart/mixed;;boundary=b"), NULL},
			{S("multipart/mixed;boundary=b;;x=y"), NULL},
			{S("multipart/mixed;boundary=" B70), B70},
			{S("multipart/mixed;boundary=" B70 "0"), NULL},
			{S("multipart/mixed;boundary=\"" B70 "\\0\""), NULL},
			{S("multipart/mixed"), NULL},
			{S("multipart/mixed;"), NULL},
			{S("multipart/mixed;boundary"), NULL},
			{S("multipart/mixed;boundary="), NULL},
			{S("multipart/mixed;boundary=\"\""), NULL},
			{S("multipart/mixed;boundary=\"b"), NULL},
			{S("multipart/mixed;boundary=\"b\\"), NULL},
			{S("multipart/mixed;boundary=\"b\\\""), NULL},
			{S("multipart/mixed;boundary=\"b\"x"), NULL},
			{S("multipart/mixed;boundary=x\"b\""), NULL},
			{S("multipart/mixed;boundary=\"b \""), NULL},
			{S("multipart/mixed;boundary=a b;x"), NULL},
			{S("multipart/mixed;boundary=\\b"), NULL},
			{S("multipart/mixed;boundary=\"a\0b\""), NULL},
			{S("multipart/mixed;boundary=\"a\r\nb\""), NULL},
			{S("multipart/mixed;boundary=a@b"), NULL},
			{S("multipart/mixed;boundary=\xe4"), NULL},
			{S("multipart/mixed;boundary=b;boundary=b"), NULL},
			{S("multipart/mixed;boundary=b;=x"), NULL},
			{S("multipart/mixed;x\"y=z;boundary=b"), NULL},
			{S("multipart/mixed;x=y\"z;boundary=b"), NULL},
			{S("multipart/mixed boundary=b"), NULL},
			{S("multipart/;boundary=b"), NULL},
			{S("multipart /mixed;boundary=b"), NULL},
			{S("multipart/mixed/x;boundary=b"), NULL},
	};
	mclmr_multipart_t read;
	char body[256];

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const char *b = rows[i].boundary ? rows[i].boundary : "b";
		mclmr_status_t status;

		(void)snprintf(body, sizeof(body), "--%s\r\n\r\nx\r\n--%s--", b, b);
		status = mclmr_multipart_read(
				rows[i].content_type, S(""), mclmr_span(body), &read);
		assert_int_equal(
				status, rows[i].boundary ? MCLMR_OK : MCLMR_MIME_MALFORMED);
		if(status != MCLMR_OK)
			continue;
		assert_false(read.single);
		assert_span(read.boundary, mclmr_span(b));
		assert_int_equal(read.n, 1);
		assert_span(read.part[0].content, S("x"));
	}
}

static void test_delimiters(void **state)
{
	static const struct
	{
		mclmr_span_t body;
		size_t n; /* parts, 0: malformed */
		mclmr_span_t content[2];
	} rows[] = {
			{S("--b\r\n\r\nx\r\n--b--\r\n"), 1, {S("x")}},
			{S("--b\r\n\r\nx\r\n--b--"), 1, {S("x")}},
			{S("--b \t\r\n\r\nx\r\n--b--\t "), 1, {S("x")}},
			{S("\r\n--b\r\n\r\nx\r\n--b--"), 1, {S("x")}},
			{S("preamble\r\n--b\r\n\r\nx\r\n--b--\r\nepilogue"), 1, {S("x")}},
			{S("--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--"), 2, {S("x"), S("y")}},
			/* contents of length 0 */
			{S("--b\r\n\r\n--b--"), 1, {S("")}},
			{S("--b\r\n\r\n\r\n--b--"), 1, {S("")}},
			{S("--b\r\nA: b\r\n\r\n--b--"), 1, {S("")}},
			{S("--b\r\nA: b\r\n\r\n\r\n--b--"), 1, {S("")}},
			{S("--b\r\nA: b\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\n--b\r\n\r\n--b--"), 2, {S(""), S("")}},
			/* what only looks like a delimiter */
			{S("--b\r\n\r\nx--b--\r\n--b--"), 1, {S("x--b--")}},
			{S("--b\r\n\r\n--c\n--c\r--c\r\n--b--"), 1, {S("--c\n--c\r--c")}},
			{S("--b\r\n\r\nx\n -b\r-b\r\n--b--"), 1, {S("x\n -b\r-b")}},
			{S("x--b\r\n--b\r\n\r\nx\r\n--b--\r\nx--b--"), 1, {S("x")}},
			{S("--b\r\n\r\nx\r\n--B--\r\n--b--"), 1, {S("x\r\n--B--")}},
			{S("--b\r\n\r\nx\r\n --b--\r\n--b--"), 1, {S("x\r\n --b--")}},
			{S("--b\r\n\r\n--\r\n--b--"), 1, {S("--")}},
			{S("--b\r\n\r\n\r\r\n--b--"), 1, {S("\r")}},
			{S("--b\r\n\r\n\r\n\r\n--b--"), 1, {S("\r\n")}},
			/* what is a delimiter to some readers */
			{S("--b\r\n\r\n--b--\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b--\r\n--b\r\n\r\ny\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b--\r\ny\n--b\r\n\r\ny\r\n"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b--\r\n\r\n--b\r\n\r\ny\r\n--b--"), 0,
					{S("")}},
			{S("--b\r\n\r\nx\r\n--b--\r\nz\r\n--b\r\n\r\ny\r\n--b--\r\n"), 0,
					{S("")}},
			{S("--b\r\n\r\nx\r\n--b--\r\nz\r\n--b--\r\n"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b--\r\ny\r--b"), 0, {S("")}},
			{S("--bX\r\n--b\r\n\r\nx\r\n--b--"), 0, {S("")}},
			{S("x\n--b\n--b\r\n\r\nx\r\n--b--"), 0, {S("")}},
			{S("\n--b\r\n\r\nx\r\n--b--"), 0, {S("")}},
			{S("\r--b\r\n\r\nx\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\n\n--b--\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\n\r--b--\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\n--b\nA: b\n\ny\r\n--b--"), 0, {S("")}},
			{S("--b\r\nA: b\n--b\r\n\r\ny\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--bX\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b--X\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b-\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b\n\r\n--b--"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b \r \r\n--b--"), 0, {S("")}},
			{S("--b\r\n--b\r\n\r\n--b--"), 0, {S("")}},
			/* malformed */
			{S(""), 0, {S("")}},
			{S("x"), 0, {S("")}},
			{S("--b"), 0, {S("")}},
			{S("--b--"), 0, {S("")}},
			{S("x\r\n--b--\r\n"), 0, {S("")}},
			{S("--b\r\n"), 0, {S("")}},
			{S("--b\r\n\r\nx"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b\r\n"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b-"), 0, {S("")}},
			{S("--b\r\n\r\nx\r\n--b--x"), 0, {S("")}},
			{S("--b\r\n--b--"), 0, {S("")}},
			{S("x--b\r\n\r\nx--b--"), 0, {S("")}},
			{S("--b\n\nx\n--b--\n"), 0, {S("")}},
			{S("--b\r\nA: b\r\nx\r\n--b--"), 0, {S("")}},
	};
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_status_t status =
				mclmr_multipart_read(MIXED, S(""), rows[i].body, &read);

		assert_int_equal(
				status, rows[i].n > 0 ? MCLMR_OK : MCLMR_MIME_MALFORMED);
		if(status == MCLMR_OK)
			assert_int_equal(read.n, rows[i].n);
		for(size_t j = 0; j < rows[i].n; j++)
			assert_span(read.part[j].content, rows[i].content[j]);
	}
}

/* Appends text at *end, moving *end past it. */
static void append(char **end, mclmr_span_t text)
{
	memcpy(*end, text.s, text.len);
	*end += text.len;
}

/* Reads a body of one part with these header lines and the content "x". */
static mclmr_status_t read_part_with(
		mclmr_span_t headers, mclmr_multipart_t *read)
{
	static char body[256];
	char *end = body;

	append(&end, S("--b\r\n"));
	append(&end, headers);
	append(&end, S("\r\nx\r\n--b--"));
	return mclmr_multipart_read(
			MIXED, S(""), (mclmr_span_t){body, (size_t)(end - body)}, read);
}

static void test_part_headers(void **state)
{
	static const struct
	{
		mclmr_span_t headers, content_type, media_type, content_length;
		bool base64;
	} rows[] = {
			{S("Content-Type: application/sdp\r\n"), S("application/sdp"),
					S("application/sdp"), S(""), false},
			{S("CONTENT-TYPE:a/b ; c=\"d;e\"\r\ncontent-length: 12\r\n"),
					S("a/b ; c=\"d;e\""), S("a/b"), S("12"), false},
			{S("Content-Type:\r\n a/b;\r\n\tc=d\r\nX: y\r\n"),
					S("a/b;\r\n\tc=d"), S("a/b"), S(""), false},
			{S("Content-Transfer-Encoding: BASE64\r\n"), S(""), S(""), S(""),
					true},
			{S("Content-Transfer-Encoding : 8bit\r\n"), S(""), S(""), S(""),
					false},
			{S("X-Content-Type: a/b\r\nX:\r\n"), S(""), S(""), S(""), false},
	};
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_body_part_t *part = &read.part[0];

		assert_int_equal(read_part_with(rows[i].headers, &read), MCLMR_OK);
		assert_span(part->headers, rows[i].headers);
		assert_span(part->content_type, rows[i].content_type);
		assert_span(part->media_type, rows[i].media_type);
		assert_span(part->content_length, rows[i].content_length);
		assert_int_equal(part->base64, rows[i].base64);
		assert_span(part->content, S("x"));
	}
}

static void test_part_headers_malformed(void **state)
{
	static const mclmr_span_t rows[] = {
			S("Content-Type: a\r\n"),
			S("Content-Type: a/\r\n"),
			S("Content-Type: a/b c\r\n"),
			S("Content-Type:\r\n"),
			S("Content-Type: a/b\r\nContent-type: a/b\r\n"),
			S("Content-Length: 1\r\nContent-Length: 1\r\n"),
			S("Content-Length: -1\r\n"),
			S("Content-Length:\r\n"),
			S("Content-Transfer-Encoding: base64\r\n"
			  "Content-Transfer-Encoding: binary\r\n"),
			S("Content-Transfer-Encoding: base64, x\r\n"),
			S(" Content-Type: a/b\r\n"),
			S("Content-Type\r\n : a/b\r\n"),
			S("no colon\r\n"),
			S(": x\r\n"),
			S("a b: x\r\n"),
			S("A: b\nContent-Type: a/b\r\n"),
			S("A: b\rC: d\r\n"),
			S("A: \0b\r\n"),
	};
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(read_part_with(rows[i], &read), MCLMR_MIME_MALFORMED);
}

/* An encoding that a receiver might undo and we do not. */
static void test_unreadable(void **state)
{
	static const struct
	{
		mclmr_span_t headers;
		mclmr_status_t decoded;
	} rows[] = {
			{S("Content-Transfer-Encoding: binary\r\n"), MCLMR_OK},
			{S("Content-Transfer-Encoding: 8BIT\r\n"), MCLMR_OK},
			{S("Content-Transfer-Encoding: quoted-printable\r\n"),
					MCLMR_MIME_MALFORMED},
			{S("Content-Transfer-Encoding: x-own\r\n"), MCLMR_MIME_MALFORMED},
			{S("Content-Encoding: gzip\r\n"), MCLMR_MIME_MALFORMED},
			{S("Content-Encoding:\r\n"), MCLMR_MIME_MALFORMED},
	};
	char memory[64];
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_span_t content;

		assert_int_equal(read_part_with(rows[i].headers, &read), MCLMR_OK);
		assert_int_equal(mclmr_part_decode(&read.part[0], &arena, &content),
				rows[i].decoded);
	}
}

static void test_single(void **state)
{
	static const struct
	{
		mclmr_span_t content_type, encoding, body, media_type;
		bool base64;
	} rows[] = {
			{S(" application/sdp;x=y "), S(""), S("v=0"), S("application/sdp"),
					false},
			{S("a/b"), S(" Base64 "), S("eA=="), S("a/b"), true},
			{S("a/b"), S(""), S(""), S("a/b"), false},
			{S("a/b"), S(""), S("--b\r\n\r\nx\r\n--b--"), S("a/b"), false},
			{S("xmultipart/mixed;boundary=b"), S(""), S("x"),
					S("xmultipart/mixed"), false},
	};
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mclmr_multipart_read(rows[i].content_type,
								 rows[i].encoding, rows[i].body, &read),
				MCLMR_OK);
		assert_true(read.single);
		assert_int_equal(read.boundary.len, 0);
		assert_int_equal(read.n, 1);
		assert_span(read.part[0].media_type, rows[i].media_type);
		assert_span(read.part[0].content, rows[i].body);
		assert_int_equal(read.part[0].base64, rows[i].base64);
	}
}

static void test_single_malformed(void **state)
{
	static const struct
	{
		mclmr_span_t content_type, encoding;
	} rows[] = {
			{S(""), S("")},
			{S(" "), S("")},
			{S("a"), S("")},
			{S("a/b c"), S("")},
			{S("a/b"), S("base64 x")},
	};
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(mclmr_multipart_read(rows[i].content_type,
								 rows[i].encoding, S("x"), &read),
				MCLMR_MIME_MALFORMED);
}

/* No body, no Content-Type: nothing to read and nothing wrong. */
static void test_no_body(void **state)
{
	mclmr_multipart_t read;

	(void)state;
	assert_int_equal(
			mclmr_multipart_read((mclmr_span_t){NULL, 0},
					(mclmr_span_t){NULL, 0}, (mclmr_span_t){NULL, 0}, &read),
			MCLMR_OK);
	assert_true(read.single);
	assert_int_equal(read.n, 0);
}

/* A multipart is never encoded as a whole (RFC 2045 6.4). */
static void test_encoding_of_multipart(void **state)
{
	static const struct
	{
		mclmr_span_t encoding;
		mclmr_status_t status;
	} rows[] = {
			{S("binary"), MCLMR_OK},
			{S("8BIT"), MCLMR_OK},
			{S("7bit"), MCLMR_OK},
			{S("base64"), MCLMR_MIME_MALFORMED},
			{S("quoted-printable"), MCLMR_MIME_MALFORMED},
	};
	mclmr_multipart_t read;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(mclmr_multipart_read(MIXED, rows[i].encoding,
								 S("--b\r\n\r\nx\r\n--b--"), &read),
				rows[i].status);
}

/* Reads a body of n empty parts. */
static mclmr_status_t read_parts(size_t n, mclmr_multipart_t *read)
{
	static char body[(MCLMR_MAX_PARTS + 2) * 7];
	char *end = body;

	for(size_t i = 0; i < n; i++)
		append(&end, S("--b\r\n\r\n"));
	append(&end, S("--b--"));
	return mclmr_multipart_read(
			MIXED, S(""), (mclmr_span_t){body, (size_t)(end - body)}, read);
}

static void test_part_limit(void **state)
{
	mclmr_multipart_t read;

	(void)state;
	assert_int_equal(read_parts(0, &read), MCLMR_MIME_MALFORMED);
	assert_int_equal(read_parts(MCLMR_MAX_PARTS, &read), MCLMR_OK);
	assert_int_equal(read.n, MCLMR_MAX_PARTS);
	assert_int_equal(
			read_parts(MCLMR_MAX_PARTS + 1, &read), MCLMR_LIMIT_EXCEEDED);
}

/* Reads a part whose header has n octets. */
static mclmr_status_t read_header_of(size_t n, bool empty_line)
{
	static char body[2 * MCLMR_MAX_PART_HEADERS];
	mclmr_multipart_t read;
	int len;

	memset(memory, 'x', n);
	len = snprintf(body, sizeof(body), "--b\r\nA:%.*s\r\n%s--b--", (int)n - 4,
			memory, empty_line ? "\r\nx\r\n" : "\r\n");
	return mclmr_multipart_read(
			MIXED, S(""), (mclmr_span_t){body, (size_t)len}, &read);
}

static void test_header_limit(void **state)
{
	(void)state;
	for(int i = 0; i < 2; i++) {
		assert_int_equal(
				read_header_of(MCLMR_MAX_PART_HEADERS, i == 1), MCLMR_OK);
		assert_int_equal(read_header_of(MCLMR_MAX_PART_HEADERS + 1, i == 1),
				MCLMR_LIMIT_EXCEEDED);
	}
}

/* Fails unless content survives writing and reading between two others. */
static void assert_survives(mclmr_span_t content)
{
	mclmr_body_part_t parts[3] = {
			{.headers = S("Content-Type: a/b\r\n"), .content = S("first")},
			{.headers = S("Content-Type: c/d\r\n"), .content = content},
			{.content = S("")},
	};
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_multipart_t read;
	mclmr_span_t body;

	assert_int_equal(mclmr_multipart_write(parts, 3, S("fresh"), &arena, &body),
			MCLMR_OK);
	assert_int_equal(mclmr_multipart_read(S("multipart/mixed;boundary=fresh"),
							 S(""), body, &read),
			MCLMR_OK);
	assert_int_equal(read.n, 3);
	for(size_t i = 0; i < 3; i++) {
		assert_span(read.part[i].headers, parts[i].headers);
		assert_span(read.part[i].content, parts[i].content);
	}
}

static void test_payloads_survive(void **state)
{
	static const mclmr_span_t rows[] = {
			S(""),
			S("\0"),
			S("\0\0\0"),
			S("\r"),
			S("\n"),
			S("\r\n"),
			S("x\r"),
			S("x\r\n"),
			S("\r\n\r\n"),
			S("\r\nx\r\n\r\n"),
			S("\n\nx\n\n"),
			S("a\rb\nc"),
			S("--"),
			S("----"),
			S("\r\n--"),
			S("x\r\n--\r\n"),
			S("--fres"),
			S("\r\n--fres\r\n"),
			S("\r\n--FRESH--\r\n"),
			S("\r\n--boundary\r\n\r\nx\r\n--boundary--\r\n"),
			S("Content-Type: x/y\r\n\r\nx"),
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_survives(rows[i]);
}

static void test_sizes_survive(void **state)
{
	static const size_t sizes[] = {0, 1, 256, 1300, 8193, MAX_PAYLOAD};
	static char payload[MAX_PAYLOAD];

	(void)state;
	for(size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (char)(i * 7 + i / 256);
	for(size_t i = 0; i < 256; i++)
		payload[i] = (char)i;
	for(size_t i = 0; i < COUNT(sizes); i++)
		assert_survives((mclmr_span_t){payload, sizes[i]});
	memset(payload, '\0', sizeof(payload));
	assert_survives((mclmr_span_t){payload, sizeof(payload)});
	memset(payload, '\r', sizeof(payload));
	assert_survives((mclmr_span_t){payload, sizeof(payload)});
	memset(payload, '-', sizeof(payload));
	assert_survives((mclmr_span_t){payload, sizeof(payload)});
}

/* Every shorter form of a body is malformed, for each has lost its end. */
static void test_truncated(void **state)
{
	static const char whole[] = "--b\r\nContent-Type: a/b\r\n\r\n\r\nx\r\n"
								"--b\r\n\r\ny\r\n--b--";
	mclmr_multipart_t read;

	(void)state;
	for(size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *copy = test_malloc(len + 1);

		memcpy(copy, whole, len);
		assert_int_equal(mclmr_multipart_read(MIXED, S(""),
								 (mclmr_span_t){copy, len}, &read),
				MCLMR_MIME_MALFORMED);
		test_free(copy);
	}
}

static void test_find(void **state)
{
	static const char body[] = "--b\r\nContent-Type: a/b\r\n\r\n1\r\n"
							   "--b\r\n\r\n2\r\n"
							   "--b\r\nContent-Type: A/B;x=y\r\n\r\n3\r\n"
							   "--b--";
	static const struct
	{
		mclmr_span_t media_type;
		size_t n;
		mclmr_span_t first;
	} rows[] = {
			{S("a/B"), 2, S("1")},
			{S("text/plain"), 1, S("2")},
			{S("a/bc"), 0, S("")},
			{S("a/"), 0, S("")},
			{S(""), 0, S("")},
	};
	mclmr_multipart_t read;

	(void)state;
	assert_int_equal(
			mclmr_multipart_read(MIXED, S(""), S(body), &read), MCLMR_OK);
	for(size_t i = 0; i < COUNT(rows); i++) {
		const mclmr_body_part_t *first;

		assert_int_equal(
				mclmr_multipart_find(&read, rows[i].media_type, &first),
				rows[i].n);
		assert_int_equal(first != NULL, rows[i].n > 0);
		if(first != NULL)
			assert_span(first->content, rows[i].first);
	}
}

static void test_decode(void **state)
{
	static const struct
	{
		mclmr_span_t text;
		bool valid;
		mclmr_span_t octets;
	} rows[] = {
			{S(""), true, S("")},
			{S(" \r\n\t"), true, S("")},
			{S("AA=="), true, S("\0")},
			{S("AAA="), true, S("\0\0")},
			{S("AAAA"), true, S("\0\0\0")},
			{S("+/+/"), true, S("\xfb\xff\xbf")},
			{S("Zm\r\n9v\nYm Fy\t"), true, S("foobar")},
			{S("Zg =\r\n="), true, S("f")},
			{S("Z"), false, S("")},
			{S("Zg"), false, S("")},
			{S("Zg="), false, S("")},
			{S("Zm9"), false, S("")},
			{S("="), false, S("")},
			{S("===="), false, S("")},
			{S("A==="), false, S("")},
			{S("Zg==Zg=="), false, S("")},
			{S("Zg=v"), false, S("")},
			{S("Zm9-"), false, S("")},
			{S("Zm9_"), false, S("")},
			{S("Zm9v-"), false, S("")},
			{S("Zm9\0"), false, S("")},
			{S("Zm9v\0"), false, S("")},
			{S("Zm9\xe4"), false, S("")},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_body_part_t part = {.content = rows[i].text, .base64 = true};
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_span_t octets = S("left over");

		assert_int_equal(mclmr_part_decode(&part, &arena, &octets),
				rows[i].valid ? MCLMR_OK : MCLMR_MIME_MALFORMED);
		assert_span(octets, rows[i].octets);
	}
}

static void test_decode_without_encoding(void **state)
{
	mclmr_body_part_t part = {.content = S("=\0=")};
	mclmr_arena_t arena = mclmr_arena(NULL, 0);
	mclmr_span_t content;

	(void)state;
	assert_int_equal(mclmr_part_decode(&part, &arena, &content), MCLMR_OK);
	assert_ptr_equal(content.s, part.content.s);
	assert_int_equal(content.len, part.content.len);
}

/* Encodes and decodes the first n octets of a pattern. */
static void assert_base64(size_t n)
{
	static char octets[MAX_PAYLOAD];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_body_part_t part = {.base64 = true};
	mclmr_span_t content, rest;

	for(size_t i = 0; i < n; i++)
		octets[i] = (char)(255 - i * 3);
	assert_true(mclmr_part_encode(
			(mclmr_span_t){octets, n}, &arena, &part.content));
	assert_int_equal(mclmr_part_decode(&part, &arena, &content), MCLMR_OK);
	assert_span(content, (mclmr_span_t){octets, n});
	rest = part.content;
	while(rest.len > 76) {
		assert_memory_equal(rest.s + 76, "\r\n", 2);
		rest = mclmr_span_from(rest, rest.s + 78);
	}
	assert_null(mclmr_span_find(rest, S("\n")));
}

static void test_base64_round_trip(void **state)
{
	(void)state;
	for(size_t n = 0; n < 260; n++)
		assert_base64(n);
	assert_base64(8193);
	assert_base64(MAX_PAYLOAD);
}

static void test_base64_lines(void **state)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t text;

	(void)state;
	assert_true(mclmr_part_encode(S("foob"), &arena, &text));
	assert_span(text, S("Zm9vYg=="));
	assert_true(mclmr_part_encode(
			S("0123456789012345678901234567890123456789012345678901234567"),
			&arena, &text));
	assert_span(text, S("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OT"
						"AxMjM0NTY3ODkwMTIzNDU2\r\nNw=="));
}

static void test_base64_arena_full(void **state)
{
	mclmr_body_part_t part = {.content = S("Zm9vYmFy"), .base64 = true};
	_Alignas(max_align_t) char small[9];
	mclmr_arena_t arena = mclmr_arena(small, 7);
	mclmr_span_t text;

	(void)state;
	assert_false(mclmr_part_encode(S("foobar"), &arena, &text));
	assert_int_equal(text.len, 0);
	assert_false(mclmr_part_encode(
			(mclmr_span_t){small, SIZE_MAX - 1}, &arena, &text));
	arena = mclmr_arena(small, 8);
	assert_true(mclmr_part_encode(S("foobar"), &arena, &text));
	arena = mclmr_arena(small, 5);
	assert_int_equal(
			mclmr_part_decode(&part, &arena, &text), MCLMR_LIMIT_EXCEEDED);
	arena = mclmr_arena(small, 6);
	assert_int_equal(mclmr_part_decode(&part, &arena, &text), MCLMR_OK);
}

static void test_write(void **state)
{
	mclmr_body_part_t parts[2] = {
			{.headers = S("A: b\r\n"), .content = S("x")},
			{.content = S("y")},
	};
	static const char expected[] = "--b c\r\nA: b\r\n\r\nx\r\n--b c\r\n\r\ny"
								   "\r\n--b c--\r\n";
	_Alignas(max_align_t) char small[sizeof(expected)];
	mclmr_arena_t arena;
	mclmr_span_t body;

	(void)state;
	arena = mclmr_arena(small, sizeof(expected) - 1);
	assert_int_equal(
			mclmr_multipart_write(parts, 2, S("b c"), &arena, &body), MCLMR_OK);
	assert_span(body, S(expected));
	assert_int_equal(mclmr_multipart_write(parts, 2, S("b c"), &arena, &body),
			MCLMR_LIMIT_EXCEEDED);
	assert_int_equal(body.len, 0);
	for(size_t size = 0; size < sizeof(expected) - 1; size++) {
		arena = mclmr_arena(small, size);
		assert_int_equal(
				mclmr_multipart_write(parts, 2, S("b c"), &arena, &body),
				MCLMR_LIMIT_EXCEEDED);
	}
}

static void test_write_refuses(void **state)
{
	static const struct
	{
		mclmr_span_t headers, content, boundary;
	} rows[] = {
			{S(""), S("x"), S("")},
			{S(""), S("x"), S(B70 "0")},
			{S(""), S("x"), S("b ")},
			{S(""), S("x"), S("b\r\n")},
			{S(""), S("x"), S("b\0")},
			{S(""), S("x\r\n--b--"), S("b")},
			{S(""), S("b"), S("b")},
			{S("A: b\r\n"), S("x"), S("b")},
			{S("A: x"), S("x"), S("b")},
			{S("A: x\n"), S("x"), S("b")},
			{S("\r\n"), S("x"), S("b")},
			{S("A: x\r\n\r\n"), S("x"), S("b")},
			{S("A: x\r\n\r\nB: x\r\n"), S("x"), S("b")},
	};
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_body_part_t many[MCLMR_MAX_PARTS + 1] = {{.content = S("")}};
	mclmr_span_t body;

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_body_part_t part = {
				.headers = rows[i].headers, .content = rows[i].content};

		assert_int_equal(mclmr_multipart_write(
								 &part, 1, rows[i].boundary, &arena, &body),
				MCLMR_MIME_MALFORMED);
		assert_int_equal(body.len, 0);
	}
	assert_int_equal(mclmr_multipart_write(many, 0, S("b"), &arena, &body),
			MCLMR_MIME_MALFORMED);
	assert_int_equal(
			mclmr_multipart_write(many, MCLMR_MAX_PARTS, S("b"), &arena, &body),
			MCLMR_OK);
	assert_int_equal(mclmr_multipart_write(
							 many, MCLMR_MAX_PARTS + 1, S("b"), &arena, &body),
			MCLMR_LIMIT_EXCEEDED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_content_types),
			cmocka_unit_test(test_delimiters),
			cmocka_unit_test(test_part_headers),
			cmocka_unit_test(test_part_headers_malformed),
			cmocka_unit_test(test_unreadable),
			cmocka_unit_test(test_single),
			cmocka_unit_test(test_single_malformed),
			cmocka_unit_test(test_no_body),
			cmocka_unit_test(test_encoding_of_multipart),
			cmocka_unit_test(test_part_limit),
			cmocka_unit_test(test_header_limit),
			cmocka_unit_test(test_payloads_survive),
			cmocka_unit_test(test_sizes_survive),
			cmocka_unit_test(test_truncated),
			cmocka_unit_test(test_find),
			cmocka_unit_test(test_decode),
			cmocka_unit_test(test_decode_without_encoding),
			cmocka_unit_test(test_base64_round_trip),
			cmocka_unit_test(test_base64_lines),
			cmocka_unit_test(test_base64_arena_full),
			cmocka_unit_test(test_write),
			cmocka_unit_test(test_write_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
