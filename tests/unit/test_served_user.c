/* SPDX-License-Identifier: GPL-2.0-or-later */

/* served_user: the value of P-Served-User. */
#include "mclmr/sip/served_user.h"
#include "spans.h"
#include "unit.h"

#define ORIG MCLMR_SESSION_ORIGINATING
#define TERM MCLMR_SESSION_TERMINATING
#define NONE MCLMR_SESSION_NONE

static const struct
{
	const char *value, *uri; /* uri NULL: refused */
	mclmr_session_t session;
} rows[] = {
		{"<sip:a@b>;sescase=orig;regstate=reg", "sip:a@b", ORIG},
		{"<sip:a@b>;regstate=unreg;sescase=term", "sip:a@b", TERM},
		{"\"A, B; sescase=term\" <sip:a@b> ; SesCase = ORIG", "sip:a@b", ORIG},
		{"<sip:a@b>;sescase=\"term\"", "sip:a@b", TERM},
		{"<sip:a@b>;orig-cdiv;regstate=reg", "sip:a@b", ORIG},
		{"<sip:a@b>;sescase=orig-cdiv", NULL, NONE},
		{"<sip:a@b>;sescase=xyz", NULL, NONE},
		{"<sip:a@b>;sescase=\"\"", NULL, NONE},
		{"<sip:a@b>;orig-cdiv=term", "sip:a@b", ORIG},
		{"<sip:a@b;sescase=term>;x", "sip:a@b;sescase=term", NONE},
		{"<sip:a@b>;x=orig;sescase2=term", "sip:a@b", NONE},
		{"<sip:a@b>;sescase", NULL, NONE},
		{"<sip:a@b>", "sip:a@b", NONE},
		{"sip:a@b;sescase=term", "sip:a@b", TERM},
		{" <tel:+431>;sescase=orig ,", "tel:+431", ORIG},
		{"<sip:a@b>;sescase=orig;sescase=orig", NULL, NONE},
		{"<sip:a@b>;sescase=orig;orig-cdiv", NULL, NONE},
		{"<sip:a@b>;sescase=orig, <sip:c@d>;sescase=orig", NULL, NONE},
		{"<sip:a@b, tel:+431>;sescase=orig", "sip:a@b, tel:+431", ORIG},
		{"<sip:a@b;sescase=orig", NULL, NONE},
		{"<>;sescase=orig", NULL, NONE},
		{"\"A\";sescase=orig", NULL, NONE},
		{";sescase=orig", NULL, NONE},
		{",", NULL, NONE},
		{"", NULL, NONE},
};

static void test_read(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(rows); i++) {
		mclmr_served_user_t served;
		bool good = mclmr_served_user_read(mclmr_span(rows[i].value), &served);

		if(good != (rows[i].uri != NULL)
				|| (good && served.session != rows[i].session))
			fail_msg("row %zu: good %d, session %d", i, good, served.session);
		if(good)
			assert_text(served.uri, rows[i].uri);
	}
}

static const struct
{
	const char *uri;
	mclmr_session_t session;
} routes[] = {
		{"sip:iscmark@127.0.0.5:5060;lr;s=1;h=1;d=0;a=7369703a61", ORIG},
		{"sip:iscmark@127.0.0.5:5060;lr;s=2;h=0;d=1;a=7369703a61", TERM},
		{"sip:iscmark@127.0.0.5;lr;d=2", TERM},
		{"sip:iscmark@127.0.0.5;lr;d=3", NONE},
		{"sip:iscmark@127.0.0.5;lr;d", NONE},
		{"sip:iscmark@127.0.0.5;lr", NONE},
		{"sip:other@127.0.0.5;lr;d=1", NONE},
		{"sip:orig@127.0.0.5;lr", NONE},
		{"sip:x@scscf.example.org;lr;orig", ORIG},
		{"sip:scscf.example.org;ORIG;lr", ORIG},
		{"sip:scscf.example.org;lr;original=1", NONE},
		{"", NONE},
};

static void test_routes(void **state)
{
	(void)state;
	for(size_t i = 0; i < COUNT(routes); i++)
		assert_int_equal(mclmr_session_of_route(mclmr_span(routes[i].uri)),
				routes[i].session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_read),
			cmocka_unit_test(test_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
