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
			{"sip:a@[0:0::0:0]", "sip:a@[::]", "[::]"},
			{"sip:a@[::0001]", "sip:a@[::1]", "[::1]"},
			{"sip:a@[1:0:0:0:0:0:0:0]", "sip:a@[1::]", "[1::]"},
			{"sip:a@[1:0:0:2:0:0:0:3]", "sip:a@[1:0:0:2::3]", "[1:0:0:2::3]"},
			{"sip:a@[1:0:0:2:3:0:0:4]", "sip:a@[1::2:3:0:0:4]",
					"[1::2:3:0:0:4]"},
			{"sip:a@[1:2:0:4:5:6:7:8]", "sip:a@[1:2::4:5:6:7:8]",
					"[1:2::4:5:6:7:8]"},
			{"sip:a@[0:1::2:3:4:5:6]", "sip:a@[0:1::2:3:4:5:6]",
					"[0:1::2:3:4:5:6]"},
			{"sip:a@[0:2:3:4:5:6:7:8]", "sip:a@[::2:3:4:5:6:7:8]",
					"[::2:3:4:5:6:7:8]"},
			{"sip:a@[1:2:3:4:5:6:7:80f0]", "sip:a@[1:2:3:4:5:6:7:80f0]",
					"[1:2:3:4:5:6:7:80f0]"},
			{"sip:a@[::FFFF:192.0.2.1]", "sip:a@[::ffff:c000:201]",
					"[::ffff:c000:201]"},
			{"sip:a@[1:02]", "sip:a@[1:02]", "[1:02]"},
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
			S("sip"),
			S("sips"),
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

/* RFC 3261 19.1.4: its own examples and the neighbours of each rule. Every row
 * holds both ways. */
static void test_equal(void **state)
{
	static const struct
	{
		const char *one, *other;
		bool equal;
	} rows[] = {
			/* as written */
			{"sip:a@h", "sip:a@h", true},
			{"urn:x", "urn:x", true},
			{"", "", false},
			{"sip:a@h", "", false},
			/* the examples of the RFC */
			{"sip:%61lice@atlanta.com;transport=TCP",
					"sip:alice@AtlanTa.CoM;Transport=tcp", true},
			{"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
			{"sip:carol@chicago.com", "sip:carol@chicago.com;security=on",
					true},
			{"sip:carol@chicago.com;newparam=5",
					"sip:carol@chicago.com;security=on", true},
			{"sip:carol@chicago.com;security=off",
					"sip:carol@chicago.com;security=on", false},
			{"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi"
			 ".com",
					"sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40"
					"biloxi.com",
					true},
			{"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
					"sip:alice@atlanta.com?priority=urgent&subject=project%20x",
					true},
			{"SIP:ALICE@AtLanTa.CoM;Transport=udp",
					"sip:alice@AtLanTa.CoM;Transport=UDP", false},
			{"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
			{"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
			{"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp",
					false},
			{"sip:carol@chicago.com",
					"sip:carol@chicago.com?Subject=next%20meeting", false},
			{"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false},
			/* scheme */
			{"SIP:a@h", "sip:a@h", true},
			{"SiPs:a@h", "sips:a@h", true},
			{"sip:a@h", "sips:a@h", false},
			{"sip:+1@h;user=phone", "tel:+1", false},
			{"urn:x", "URN:x", false},
			{"http://h/", "HTTP://h/", false},
			/* user and password */
			{"sip:alice@h", "sip:%61%6c%69%63%65@h", true},
			{"sip:a%2Db@h", "sip:a-b@h", true},
			{"sip:a%3bb@h", "sip:a%3Bb@h", true},
			{"sip:a%3bb@h", "sip:a;b@h", false},
			{"sip:a%40b@h", "sip:a@h", false},
			{"sip:a%2b1@h", "sip:a+1@h", false},
			{"sip:%c3%a4@h", "sip:%C3%A4@h", true},
			{"sip:%c3%a4@h", "sip:%C3%A5@h", false},
			{"sip:Alice@h", "sip:alice@h", false},
			{"sip:a@h", "sip:h", false},
			{"sip:a:pw@h", "sip:a@h", false},
			{"sip:a:pw@h", "sip:a:PW@h", false},
			{"sip:a:p%77@h", "sip:a:pw@h", true},
			{"sip:a%3apw@h", "sip:a:pw@h", false},
			{"sip:ab@h", "sip:a@h", false},
			{"sip:+1-2@h;user=phone", "sip:+12@h;user=phone", false},
			/* host */
			{"sip:a@H.Example.ORG", "sip:a@h.example.org", true},
			{"sip:a@192.0.2.1", "sip:a@192.0.2.1", true},
			{"sip:a@192.0.2.1", "sip:a@192.0.2.2", false},
			{"sip:a@[2001:DB8::1]", "sip:a@[2001:db8::1]", true},
			{"sip:a@[2001:db8::1]", "sip:a@[2001:db8:0:0::0:1]", true},
			{"sip:a@[2001:db8::1]:5060", "sip:a@[2001:DB8:0::1]:5060", true},
			{"sip:a@[::ffff:192.0.2.1]", "sip:a@[::ffff:c000:201]", true},
			{"sip:a@[::ffff:192.0.2.1]", "sip:a@192.0.2.1", false},
			{"sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]", false},
			{"sip:a@[1:2]", "sip:a@[1:02]", false},
			{"sip:a@[2001:db8::1]",
					"sip:a@[000000000000000000000000000000000000000000000000"
					"000000000002001:db8::1]",
					false},
			{"sip:a@h", "sip:a@h.", false},
			/* port */
			{"sip:a@h:5060", "sip:a@h:05060", true},
			{"sip:a@h:0", "sip:a@h:00", true},
			{"sip:a@h:5060", "sip:a@h:5061", false},
			{"sips:a@h", "sips:a@h:5061", false},
			/* parameters that count on one side, too */
			{"sip:a@h;transport=udp", "sip:a@h;Transport=UDP", true},
			{"sip:a@h;transport=udp", "sip:a@h;%74ransport=%75dp", true},
			{"sip:a@h;transport=udp", "sip:a@h;transport=tcp", false},
			{"sip:a@h;transport=udp", "sip:a@h", false},
			{"sip:a@h;user=phone", "sip:a@h", false},
			{"sip:a@h;User=ip", "sip:a@h", false},
			{"sip:a@h;ttl=1", "sip:a@h", false},
			{"sip:a@h;ttl=1", "sip:a@h;ttl=1;x", true},
			{"sip:a@h;method=INVITE", "sip:a@h", false},
			{"sip:a@h;maddr=192.0.2.1", "sip:a@h", false},
			{"sip:a@h;maddr=192.0.2.1", "sip:a@h;MADDR=192.0.2.1", true},
			{"sip:a@h;%6daddr=192.0.2.1", "sip:a@h", false},
			/* others */
			{"sip:a@h;x=1;y=2;ob", "sip:a@h;ob;y=2;x=1", true},
			{"sip:a@h;x=1", "sip:a@h;x=2", false},
			{"sip:a@h;x=A", "sip:a@h;X=a", true},
			{"sip:a@h;x=%3b", "sip:a@h;x=%3B", true},
			{"sip:a@h;x=%61", "sip:a@h;x=a", true},
			{"sip:a@h;x=%26", "sip:a@h;x=&", false},
			{"sip:a@h;lr", "sip:a@h", true},
			{"sip:a@h;lr", "sip:a@h;lr=on", false},
			{"sip:a@h;x=1=2", "sip:a@h;x=1=3", false},
			{"sip:a@h;x;y", "sip:a@h;x", true},
			{"sip:a@h;", "sip:a@h", true},
			{"sip:a@h;x=1;x=1", "sip:a@h;x=1", false},
			{"sip:a@h;x=1;%78=2", "sip:a@h;x=1", false},
			{"sip:a@h;x=1;X=2", "sip:a@h", false},
			/* headers */
			{"sip:a@h?b=c", "sip:a@h?B=c", true},
			{"sip:a@h?b=c", "sip:a@h?b=C", false},
			{"sip:a@h?b=c", "sip:a@h", false},
			{"sip:a@h?b=c&d=e", "sip:a@h?b=c", false},
			{"sip:a@h?b=c%26d=e", "sip:a@h?b=c&d=e", false},
			{"sip:a@h?b=c&b=c", "sip:a@h?b=c", false},
			{"sip:a@h;x?b=c", "sip:a@h?b=c;x", false},
			{"sip:a@h?", "sip:a@h", true},
			/* tel, RFC 3966 */
			{"tel:+43-1.(2)", "TEL:+4312", true},
			{"tel:+431", "tel:+432", false},
			{"tel:12;phone-context=+43-1", "tel:12;phone-context=+431", true},
			{"tel:12;phone-context=a.org", "tel:1-2;PHONE-CONTEXT=A.ORG", true},
			{"tel:12;phone-context=a.org", "tel:12;phone-context=b.org", false},
			{"tel:+1;ext=1-2", "tel:+1;ext=12", true},
			{"tel:+1;ext=1", "tel:+1", false},
			{"tel:+1;isub=5;a=b", "tel:+1;A=B;isub=5", true},
			{"tel:+1;isub=5", "tel:+1", false},
			{"tel:+1;isub=5", "tel:+1;isub=6", false},
			/* no URIs */
			{"sip:a@h", "sip:a@h ", false},
			{"sip:a@h", "sip:a@h\r\n", false},
			{"sip:a@h", "<sip:a@h>", false},
			{"sip:a@h", "sip:a@b@h", false},
			{"sip:a@h:", "sip:a@h", false},
			{"sip:a@h%41", "sip:a@ha", false},
			{"sip:%6@h", "sip:%06@h", false},
			{"tel:12", "tel:1-2", false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_span_t one = mclmr_span(rows[i].one);
		mclmr_span_t other = mclmr_span(rows[i].other);

		if(mclmr_uri_equal(one, other) != rows[i].equal
				|| mclmr_uri_equal(other, one) != rows[i].equal)
			fail_msg("%s\n%s", rows[i].one, rows[i].other);
	}
}

/* At most 32 parameters, and MCLMR_URI_MAX octets, are looked at. */
static void test_equal_limits(void **state)
{
	char uri[MCLMR_URI_MAX + 2], other[MCLMR_URI_MAX + 2];
	size_t len = 7;

	(void)state;
	memcpy(uri, "sip:a@h", len);
	for(int i = 0; i < 33; i++) {
		uri[len++] = ';';
		uri[len++] = (char)('a' + i / 10);
		uri[len++] = (char)('0' + i % 10);
	}
	memcpy(other, uri, len);
	other[0] = 'S';
	assert_true(mclmr_uri_equal(
			(mclmr_span_t){uri, len - 3}, (mclmr_span_t){other, len - 3}));
	assert_false(mclmr_uri_equal(
			(mclmr_span_t){uri, len}, (mclmr_span_t){other, len}));
	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "sip:", 4);
	memcpy(other, uri, sizeof(uri));
	other[0] = 'S';
	assert_true(mclmr_uri_equal((mclmr_span_t){uri, MCLMR_URI_MAX},
			(mclmr_span_t){other, MCLMR_URI_MAX}));
	assert_false(mclmr_uri_equal((mclmr_span_t){uri, MCLMR_URI_MAX + 1},
			(mclmr_span_t){other, MCLMR_URI_MAX + 1}));
	assert_true(mclmr_uri_equal((mclmr_span_t){uri, MCLMR_URI_MAX + 1},
			(mclmr_span_t){uri, MCLMR_URI_MAX + 1}));
}

static void test_headers(void **state)
{
	static const struct
	{
		const char *uri;
		bool has;
	} row[] = {
			{"sip:a@h?Route=b", true},
			{"sip:a@h?", true},
			{"sip:a@h:5060;lr?x=%40y", true},
			{"sip:h?x=y", true},
			{"sip:a@h?x=<sip:b@c>", true},
			{"sip:a?b@h", false},
			{"sip:a?x=y;z@h;p", false},
			{"sip:a@h;p=%3F", false},
			{"tel:+1", false},
			{"*", false},
			{"", false},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(row); i++)
		assert_int_equal(
				mclmr_uri_has_headers(mclmr_span(row[i].uri)), row[i].has);
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
			cmocka_unit_test(test_equal),
			cmocka_unit_test(test_equal_limits),
			cmocka_unit_test(test_headers),
			cmocka_unit_test(test_host_of_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
