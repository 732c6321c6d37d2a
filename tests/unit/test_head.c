/* SPDX-License-Identifier: GPL-2.0-or-later */

/* head: octets of start line and header fields. */
#include "mclmr/sip/head.h"
#include "unit.h"

static const struct
{
	const char *text;
	size_t len;
	bool clean;
} heads[] = {
#define HEAD(text, clean)             \
	{                                 \
		text, sizeof(text) - 1, clean \
	}
		HEAD("", true),
		HEAD("MESSAGE sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\n\r\n", true),
		HEAD("A: b\r\n\tc\r\n d", true),
		HEAD("A:\tb", true),
		HEAD("A: \xc3\xbc\x80\xff", true),
		HEAD("\r\n", true),
		HEAD("M sip:a@b SIP/2.0\r\nA: b \r\n", true),
		HEAD("SIP/2.0 200 \r\nA: b", true),
		HEAD("M sip:a@b SIP/2.0 \r\nA: b", false),
		HEAD("M sip:a@b SIP/2.0\t\r\nA: b", false),
		HEAD("A: b\r", false),
		HEAD("A: b\n", false),
		HEAD("A: b\rC: d", false),
		HEAD("A: b\nC: d", false),
		HEAD("A: b\r\r\nC: d", false),
		HEAD("A: b\n\rC: d", false),
		HEAD("A: b\r\n\nC: d", false),
		HEAD("A: \0", false),
		HEAD("A: b\0\r\nC: d", false),
#undef HEAD
};

static void test_heads(void **state)
{
	(void)state;
	for(size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if(mclmr_head_is_clean((mclmr_span_t){heads[i].text, heads[i].len})
				!= heads[i].clean)
			fail_msg("head %zu", i);
}

/* Each octet at each place of a text, whatever stands before it. */
static void test_octets(void **state)
{
	char text[24];

	(void)state;
	for(int before = 0; before < 256; before += 0x7f)
		for(size_t at = 1; at < sizeof(text); at++)
			for(int octet = 0; octet < 256; octet++) {
				bool clean = octet == '\t' || (octet >= ' ' && octet != 127);

				memset(text, 'A', sizeof(text));
				text[at - 1] = before == 0 ? '!' : (char)(before + 1);
				text[at] = (char)octet;
				assert_int_equal(
						mclmr_head_is_clean((mclmr_span_t){text, sizeof(text)}),
						clean);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_heads),
			cmocka_unit_test(test_octets),
	};

	return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
