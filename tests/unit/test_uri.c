/* SPDX-License-Identifier: GPL-2.0-or-later */

/* uri: keys under which URIs are compared. */
#include <stdlib.h>
#include <string.h>

#include "mclmr/sip/uri.h"
#include "unit.h"

#define S(literal) MCLMR_SPAN(literal)

static void test_keys(void **state)
{
	static const struct
	{
		const char *uri, *key, *host;
	} rows[] = {
			{"sip:alice@mc.example.org", "sip:alice@mc.example.org",
					"mc.example.org"},
			{"SIPS:alice@MC.Example.ORG", "sip:alice@mc.example.org",
					"mc.example.org"},
			{"sip:Alice@h", "sip:Alice@h", "h"},
			{"sip:alice@h:5060;lr;transport=tcp?Subject=x", "sip:alice@h", "h"},
			{"sip:alice@h?Subject=x;user=phone", "sip:alice@h", "h"},
			{"sip:h.example.org;lr", "sip:h.example.org", "h.example.org"},
			{"sip:alice@[2001:DB8::1]:5060", "sip:alice@[2001:db8::1]",
					"[2001:db8::1]"},
			{"sip:alice@192.0.2.1", "sip:alice@192.0.2.1", "192.0.2.1"},
			{"sip:%61l%69ce@h", "sip:alice@h", "h"},
			{"sip:a%2bb%40c@h", "sip:a%2Bb%40c@h", "h"},
			{"sip:a+b@h", "sip:a+b@h", "h"},
			{"sip:%c3%Bc@h", "sip:%C3%BC@h", "h"},
			{"sip:%00@h", "sip:%00@h", "h"},
			{"sip:alice:pw@h", "sip:alice:pw@h", "h"},
			{"sip:alice;x=y@h", "sip:alice;x=y@h", "h"},
			{"sip:+43-1.(2)3@h;user=phone", "sip:+43123@h", "h"},
			{"sip:+43%2D1@h;USER=Phone", "sip:+431@h", "h"},
			{"sip:1-2;phone-context=a-b@h;user=phone",
					"sip:12;phone-context=a-b@h", "h"},
			{"sip:12;@h;user=phone", "sip:12;@h", "h"},
			{"sip:+43-1@h", "sip:+43-1@h", "h"},
			{"sip:a.b@h;user=phone", "sip:a.b@h", "h"},
			{"sip:a-1@h;user=phone", "sip:a-1@h", "h"},
			{"sip:1-2@h;xuser=phone", "sip:1-2@h", "h"},
			{"tel:+43-1.(2)34", "tel:+431234", ""},
			{"TEL:+431234;isub=5;foo=bar", "tel:+431234", ""},
			{"tel:+431234;ext=1-2", "tel:+431234;ext=12", ""},
			{"tel:12-A*;phone-context=MC.Example.org",
					"tel:12a*;phone-context=mc.example.org", ""},
			{"tel:12;Phone-Context=+43-1;ext=7",
					"tel:12;ext=7;phone-context=+431", ""},
	};
	char memory[MCLMR_URI_MAX];

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
		mclmr_span_t key, host;

		assert_true(mclmr_uri_key(mclmr_span(rows[i].uri), &arena, &key));
		assert_int_equal(key.len, strlen(rows[i].key));
		assert_memory_equal(key.s, rows[i].key, key.len);
		host = mclmr_uri_host(key);
		assert_int_equal(host.len, strlen(rows[i].host));
		if(host.len > 0)
			assert_memory_equal(host.s, rows[i].host, host.len);
	}
}

static void test_refused(void **state)
{
	static const mclmr_span_t rows[] = {
			S(""),
			S(":"),
			S("sip"),
			S("sip:"),
			S("sip:@h"),
			S("sip::pw@h"),
			S("sip:alice@"),
			S("sip:alice@;lr"),
			S("sip:alice@h:"),
			S("sip:alice@h:x"),
			S("sip:alice@h:123456"),
			S("sip:alice@h/x"),
			S("sip:alice@bob@h"),
			S("sip:alice@h;x=a@b"),
			S("sip:alice@h%41"),
			S("sip:a[b]@h"),
			S("sip:alice@[::1"),
			S("sip:alice@[]"),
			S("sip:alice@[::g]"),
			S("sip:alice@[::1]x"),
			S("sip:ali ce@h"),
			S(" sip:alice@h"),
			S("<sip:alice@h>"),
			S("sip:alice@h\r\nX: y"),
			S("sip:ali\0ce@h"),
			S("sip:alice@h\0"),
			S("sip:\xc3\xa4@h"),
			S("sip:a\"b@h"),
			S("sip:a%4@h"),
			S("sip:a%@h"),
			S("sip:a%4g@h"),
			S("sip:alice@h;x=%4"),
			{"sip:alice@h;x=%41", 16},
			S("http://h/"),
			S("urn:service:sos"),
			S("tel:"),
			S("tel:+"),
			S("tel:+-"),
			S("tel:+43a"),
			S("tel:+4+3"),
			S("tel:%2B43"),
			S("tel:1234"),
			S("tel:1234;ext=1"),
			S("tel:12;phone-context="),
			S("tel:12;phone-context"),
			S("tel:12;phone-context=+1;phone-context=+2"),
			S("tel:+1;ext=1;ext=2"),
			S("tel:-;phone-context=+1"),
	};
	char memory[MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_span_t key = S("left over");

		assert_false(mclmr_uri_key(rows[i], &arena, &key));
		assert_int_equal(key.len, 0);
	}
	assert_int_equal(arena.used, 0);
}

/* Puts text, without a NUL, over the first octets of buffer. */
static void overwrite(char *buffer, mclmr_span_t text)
{
	memcpy(buffer, text.s, text.len);
}

static void test_limits(void **state)
{
	char uri[MCLMR_URI_MAX + 1], memory[MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_span_t key;

	(void)state;
	memset(uri, 'a', sizeof(uri));
	overwrite(uri, S("sip:"));
	assert_false(mclmr_uri_key(
			(mclmr_span_t){uri, MCLMR_URI_MAX + 1}, &arena, &key));
	assert_true(
			mclmr_uri_key((mclmr_span_t){uri, MCLMR_URI_MAX}, &arena, &key));
	assert_int_equal(key.len, MCLMR_URI_MAX);
	assert_false(mclmr_uri_key(S("sip:a@h"), &arena, &key));
	arena = mclmr_arena(memory, sizeof(memory));
	overwrite(uri, S("sip:a@h;"));
	assert_false(mclmr_uri_key(
			(mclmr_span_t){uri, MCLMR_URI_MAX + 1}, &arena, &key));
	assert_true(
			mclmr_uri_key((mclmr_span_t){uri, MCLMR_URI_MAX}, &arena, &key));
	assert_int_equal(key.len, 7);
	arena = mclmr_arena(memory, 6);
	assert_false(mclmr_uri_key(S("sip:a@h"), &arena, &key));
	arena = mclmr_arena(memory, 7);
	assert_true(mclmr_uri_key(S("sip:a@h"), &arena, &key));
}

/* Rooms and arenas give the same keys; the longest key has room. */
static void test_rooms(void **state)
{
	char uri[MCLMR_URI_MAX], memory[MCLMR_URI_MAX];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_uri_room_t room;
	mclmr_span_t key;

	(void)state;
	memset(uri, 'a', sizeof(uri));
	overwrite(uri, S("sip:"));
	assert_true(
			mclmr_uri_key_in((mclmr_span_t){uri, sizeof(uri)}, &room, &key));
	assert_int_equal(key.len, sizeof(uri));
	assert_memory_equal(key.s, uri, sizeof(uri));
	overwrite(uri, S("sip:a@b;user=phone;"));
	assert_true(
			mclmr_uri_key_in((mclmr_span_t){uri, sizeof(uri)}, &room, &key));
	assert_true(mclmr_span_equal(key, S("sip:a@b")));
	assert_false(mclmr_uri_key_in(S("sip:"), &room, &key));
	assert_int_equal(key.len, 0);
	assert_true(mclmr_uri_key_if_any(S("sip:"), &arena, &key));
	assert_int_equal(key.len, 0);
	assert_true(mclmr_uri_key_if_any(S("sip:A@B"), &arena, &key));
	assert_true(mclmr_span_equal(key, S("sip:A@b")));
	arena = mclmr_arena(memory, 6);
	assert_true(mclmr_uri_key_if_any(S("sip:"), &arena, &key));
	assert_false(mclmr_uri_key_if_any(S("sip:A@B"), &arena, &key));
	assert_int_equal(key.len, 0);
}

static void test_encrypted(void **state)
{
	static const struct
	{
		mclmr_span_t uri;
		bool encrypted;
	} rows[] = {
			{S("sip:Zm9v+/==;iv=AAAA;key-id=BBBB==;alg=128-aes-gcm@x.org"),
					true},
			{S("sip:Zm9v;ALG=128-aes-gcm;Key-Id=B;IV=A@x.org;lr"), true},
			{S("sip:Zm9v;iv=A;key-id=B@x.org;alg=C"), false},
			{S("sip:Zm9v;iv=A;key-id=B@x.org"), false},
			{S("sip:Zm9v;iv=A;alg=C@x.org"), false},
			{S("sip:Zm9v;key-id=B;alg=C@x.org"), false},
			{S("sip:x.org;iv=A;key-id=B;alg=C"), false},
			{S("sip:Zm9v;xiv=A;key-id=B;alg=C@x.org"), false},
			{S("sip:alice@mc.example.org"), false},
			{S("@"), false},
			{S(""), false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(mclmr_uri_encrypted(rows[i].uri), rows[i].encrypted);
}

static void test_host_of_no_key(void **state)
{
	(void)state;
	assert_int_equal(mclmr_uri_host(S("")).len, 0);
	assert_int_equal(mclmr_uri_host((mclmr_span_t){NULL, 0}).len, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_keys),
			cmocka_unit_test(test_refused),
			cmocka_unit_test(test_limits),
			cmocka_unit_test(test_rooms),
			cmocka_unit_test(test_encrypted),
			cmocka_unit_test(test_host_of_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
