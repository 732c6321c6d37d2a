/* SPDX-License-Identifier: GPL-2.0-or-later */

/* policy: LMR end-to-end encryption: e2ee, algorithms, narrow_fmtp, what is
 * wanted, the private attribute. */
#include "policy_rows.h"
#include "unit.h"

#define ATTR "allow=*\ne2ee_attribute=x-lmr-e2ee\n"
#define SCIP "a=rtpmap:96 scip/8000\r\n"
#define BB96 "a=rtpmap:96 TETRA_ACELP_BB/8000\r\n"
#define BB96_0 "a=fmtp:96 encryption-mode=0\r\n"

static const policy_row_t required[] = {
		SAME("encryption-mode=1 is encrypted", "tetra-e2ee",
				M("RTP/AVP 98") BB BB1),
		REFUSED("no encryption-mode is clear: 301", "tetra-e2ee",
				M("RTP/AVP 98") BB, MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		REFUSED("encryption-mode=0 is clear", "tetra-e2ee",
				M("RTP/AVP 98") BB BB0, MCLMR_E2EE_REQUIRED,
				"not_encrypted empty"),
		SAME("a list stays, for the answer to choose, names without case",
				"tetra-e2ee",
				M("RTP/AVP 98") BB
				"a=fmtp:98 payload-type=0; Encryption-Mode = 0,1\r\n"),
		EDITED("of two types of one name the encrypted one stays", "tetra-e2ee",
				M("RTP/AVP 96 98") BB96 BB BB1, M("RTP/AVP 98") BB BB1,
				"not_encrypted"),
		REFUSED("the format is looked at before its encryption: 302",
				"tetra-e2ee", M("RTP/AVP 99") ISI, MCLMR_CODEC_REQUIRED,
				"not_allowed empty"),
		REFUSED("a format that cannot be encrypted", "allow=*\ne2ee=required",
				M("RTP/AVP 97") WB, MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		REFUSED("one that only the media can tell of", "allow=*\ne2ee=required",
				M("RTP/AVP 100") P25, MCLMR_E2EE_REQUIRED,
				"not_encrypted empty"),
		REFUSED("tones do not count", "allow=*\ne2ee=required",
				M("RTP/AVP 97 101") WB DTMF, MCLMR_E2EE_REQUIRED,
				"not_encrypted empty"),
		SAME("names of the field, if the attribute tells", ATTR "e2ee=required",
				M("RTP/AVP 100 101") "a=rtpmap:100 X-TIA-P25-FullRate/8000\r\n"
									 "a=rtpmap:101 X-TIA-P25-HalfRate/8000\r\n"
									 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n"),
		SAME("the same of TETRA", ATTR "e2ee=required",
				M("RTP/AVP 99") "a=rtpmap:99 ACELP/8000\r\n"
								"a=x-lmr-e2ee:tetra alg=89 mode=on\r\n"),
		REFUSED("not if it does not", ATTR "e2ee=required",
				M("RTP/AVP 99 100 101") "a=rtpmap:99 ACELP/8000\r\n"
										"a=rtpmap:100 "
										"X-TIA-P25-FullRate/8000\r\n"
										"a=rtpmap:101 "
										"X-TIA-P25-HalfRate/8000\r\n",
				MCLMR_E2EE_REQUIRED,
				"not_encrypted not_encrypted not_encrypted empty"),
		REFUSED("Codec2 is never encrypted", ATTR "e2ee=required",
				M("RTP/AVP 99") "a=rtpmap:99 CODEC2/8000\r\n"
								"a=x-lmr-e2ee:p25 alg=84 mode=on\r\n",
				MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		SAME("scip is always encrypted", "allow=*\ne2ee=required",
				M("RTP/AVP 96") SCIP),
		REFUSED("a clear section beside an encrypted one", "tetra-e2ee",
				M("RTP/AVP 98") BB BB1 M("RTP/AVP 98") BB, MCLMR_E2EE_REQUIRED,
				"not_encrypted empty"),
};

static void test_required(void **state)
{
	(void)state;
	RUN(required);
}

static const policy_row_t forbidden[] = {
		EDITED("of two types of one name the clear one stays", "tetra-clear",
				M("RTP/AVP 96 98") BB96 BB BB1, M("RTP/AVP 96") BB96,
				"encrypted"),
		REFUSED("only encrypted speech: 300", "tetra-clear",
				M("RTP/AVP 98") BB BB1, MCLMR_E2EE_FORBIDDEN,
				"encrypted empty"),
		SAME("a list stays, for the answer to choose", "tetra-clear",
				M("RTP/AVP 98") BB BB01),
		SAME("a format that may be either stays", "tetra-clear",
				M("RTP/AVP 99") ISI),
		REFUSED("scip is always encrypted", "allow=*\ne2ee=forbidden",
				M("RTP/AVP 96") SCIP, MCLMR_E2EE_FORBIDDEN, "encrypted empty"),
		EDITED("clear speech beside scip stays", "allow=*\ne2ee=forbidden",
				M("RTP/AVP 96 0") SCIP, M("RTP/AVP 0"), "encrypted"),
};

static void test_forbidden(void **state)
{
	(void)state;
	RUN(forbidden);
}

static const policy_row_t modes[] = {
		REFUSED("encryption-mode that is no list of 0 and 1", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=2\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("the same if it is required: 301", "tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=2\r\n",
				MCLMR_E2EE_REQUIRED, "mode_unreadable empty"),
		REFUSED("encryption-mode without value", "tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=\r\n",
				MCLMR_E2EE_REQUIRED, "mode_unreadable empty"),
		REFUSED("a list with a word in it", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1,x\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("one after a blank in another one's value", "tetra-clear",
				M("RTP/AVP 98") BB
				"a=fmtp:98 payload-type=0 encryption-mode=1\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("in the value of an unknown one", "tetra-clear",
				M("RTP/AVP 98") BB "a=fmtp:98 x=1\tEncryption-mode=1\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("before its own", "tetra-clear",
				M("RTP/AVP 98") BB "a=fmtp:98 x encryption-mode=1\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("with two equal signs", "tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1=0\r\n",
				MCLMR_E2EE_REQUIRED, "mode_unreadable empty"),
		REFUSED("two values with a blank between them", "tetra-e2ee",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=1 0\r\n",
				MCLMR_E2EE_REQUIRED, "mode_unreadable empty"),
		REFUSED("payload-type with a blank", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=0 1\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("payload-type with an equal sign", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 payload-type=0=1\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		REFUSED("payload-type inside another one", "tetra",
				M("RTP/AVP 98") BB "a=fmtp:98 x=0,payload-type=1\r\n",
				MCLMR_E2EE_FORBIDDEN, "mode_unreadable empty"),
		SAME("blanks after commas, a name that only ends like it", "tetra",
				M("RTP/AVP 98") BB
				"a=fmtp:98 payload-type = 0, 1; "
				"x-payload-type=z; encryption-mode=0, 1\r\n"),
		EDITED("cut to clear",
				"allow=tetra-bb\ne2ee=forbidden\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0,1;x=2\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 encryption-mode=0;x=2\r\n",
				"mode_narrowed"),
		EDITED("cut to encrypted",
				"allow=tetra-bb\ne2ee=required\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB "a=fmtp:98 x=2;encryption-mode=0,1\r\n",
				M("RTP/AVP 98") BB "a=fmtp:98 x=2;encryption-mode=1\r\n",
				"mode_narrowed"),
		REFUSED("not if it is there twice",
				"allow=tetra-bb\ne2ee=required\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB
				"a=fmtp:98 encryption-mode=0;encryption-mode=1\r\n",
				MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		REFUSED("nor to clear",
				"allow=tetra-bb\ne2ee=forbidden\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB
				"a=fmtp:98 encryption-mode=0;encryption-mode=1\r\n",
				MCLMR_E2EE_FORBIDDEN, "encrypted empty"),
		SAME("not if both are allowed", "allow=tetra-bb\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB BB01),
		SAME("not if it fits", "allow=tetra-bb\ne2ee=required\nnarrow_fmtp=yes",
				M("RTP/AVP 98") BB BB1),
		SAME("encryption-mode of a format that has none is nothing", "analog",
				M("RTP/AVP 0") "a=fmtp:0 encryption-mode=1\r\n"),
};

static void test_modes(void **state)
{
	(void)state;
	RUN(modes);
}

static const policy_row_t attributes[] = {
		SAME("it tells that P25 is encrypted", ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n"),
		SAME("the algorithm in the media is one that may be",
				ATTR "e2ee=required",
				M("RTP/AVP 100") P25
				"a=x-lmr-e2ee:p25 alg=in-band kid=1234 mode=on\r\n"),
		REFUSED("it is not read if no profile names it",
				"allow=*\ne2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n",
				MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		REFUSED("a weak algorithm, required", ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=aa mode=on\r\n",
				MCLMR_E2EE_REQUIRED, "algorithm empty"),
		REFUSED("P25 DES is weak", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=81 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		REFUSED("TETRA 135 is weak", ATTR,
				M("RTP/AVP 99") ISI "a=x-lmr-e2ee:tetra alg=87 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		SAME("a weak one that the profile names", ATTR "algorithms=p25-des",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=0x81 mode=on\r\n"),
		REFUSED("a strong one that the profile does not name",
				ATTR "algorithms=p25-des",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		REFUSED("one that no row names", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=77 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		REFUSED("a weak one in upper case", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=AA mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		REFUSED("one with too many digits", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=00084 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		REFUSED("one with other characters", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=+~Z mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		SAME("scip needs none of these", ATTR,
				M("RTP/AVP 96") SCIP "a=x-lmr-e2ee:p25 alg=77 mode=on\r\n"),
		REFUSED("one that is no number", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=aes mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "algorithm empty"),
		SAME("a weak one that is off", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=81 mode=off\r\n"),
		REFUSED("forbidden and on", ATTR "e2ee=forbidden",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "encrypted empty"),
		SAME("forbidden and off", ATTR "e2ee=forbidden",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=off\r\n"),
		SAME("either leaves what only the media tell", ATTR "e2ee=forbidden",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=either\r\n"),
		REFUSED("required and either", ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=either\r\n",
				MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		REFUSED("it holds for its own LMR type", ATTR "e2ee=required",
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:tetra mode=on\r\n",
				MCLMR_E2EE_REQUIRED, "not_encrypted empty"),
		REFUSED("without mode it says nothing that can be relied on", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 alg=84\r\n",
				MCLMR_E2EE_FORBIDDEN, "contradiction"),
		REFUSED("of an unknown LMR type", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:lte mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "contradiction"),
		REFUSED("there twice", ATTR,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n"
									 "a=x-lmr-e2ee:p25 mode=off\r\n",
				MCLMR_E2EE_FORBIDDEN, "contradiction"),
};

static void test_attributes(void **state)
{
	(void)state;
	RUN(attributes);
}

static const policy_row_t contradictions[] = {
		REFUSED("fmtp and attribute, required: 301", ATTR "e2ee=required",
				M("RTP/AVP 98") BB BB1 "a=x-lmr-e2ee:tetra mode=off\r\n",
				MCLMR_E2EE_REQUIRED, "contradiction"),
		REFUSED("fmtp and attribute: 300", ATTR,
				M("RTP/AVP 98") BB BB1 "a=x-lmr-e2ee:tetra mode=off\r\n",
				MCLMR_E2EE_FORBIDDEN, "contradiction"),
		REFUSED("fmtp that is clear and attribute", ATTR,
				M("RTP/AVP 98") BB BB0 "a=x-lmr-e2ee:tetra mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, "contradiction"),
		SAME("a list leaves it to the attribute", ATTR,
				M("RTP/AVP 98") BB BB01 "a=x-lmr-e2ee:tetra mode=on\r\n"),
		{"fmtp and info part, required: 301", "tetra-e2ee", NULL, NULL,
				MCLMR_E2EE_OFF, M("RTP/AVP 98") BB BB1, MCLMR_E2EE_REQUIRED,
				NULL, "contradiction"},
		{"fmtp and info part: 300", "tetra", NULL, NULL, MCLMR_E2EE_OFF,
				M("RTP/AVP 98") BB BB1, MCLMR_E2EE_FORBIDDEN, NULL,
				"contradiction"},
		{"clear fmtp and info part", "tetra", NULL, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 98") BB BB0, MCLMR_E2EE_FORBIDDEN, NULL,
				"contradiction"},
		{"attribute and info part", ATTR, NULL, NULL, MCLMR_E2EE_OFF,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n",
				MCLMR_E2EE_FORBIDDEN, NULL, "contradiction"},
		{"no fmtp is clear", "tetra", NULL, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 98") BB, MCLMR_E2EE_FORBIDDEN, NULL,
				"contradiction"},
		{"no fmtp is clear, one format beside it can be encrypted", "tetra",
				NULL, NULL, MCLMR_E2EE_ON, M("RTP/AVP 98 99") BB ISI, MCLMR_OK,
				M("RTP/AVP 98 99") BB ISI, ""},
		{"no radio encrypts it", "mcptt", NULL, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 97") WB, MCLMR_E2EE_FORBIDDEN, NULL,
				"contradiction"},
		{"what is left is always encrypted", "allow=scip", NULL, NULL,
				MCLMR_E2EE_OFF, M("RTP/AVP 111") "a=rtpmap:111 scip/8000\r\n",
				MCLMR_E2EE_FORBIDDEN, NULL, "contradiction"},
		{"what is left contradicts, required: clear is wanted", "tetra-e2ee",
				NULL, NULL, MCLMR_E2EE_OFF,
				M("RTP/AVP 96 98") BB96 BB96_0 BB BB1, MCLMR_E2EE_REQUIRED,
				NULL, "not_encrypted contradiction"},
		{"what is left contradicts, forbidden: encryption is wanted",
				"tetra-clear", NULL, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 96 98") BB96 BB96_0 BB BB1, MCLMR_E2EE_FORBIDDEN,
				NULL, "encrypted contradiction"},
		{"what a cut list says contradicts",
				"allow=tetra-bb\ne2ee=required\nnarrow_fmtp=yes", NULL, NULL,
				MCLMR_E2EE_OFF, M("RTP/AVP 98") BB BB01, MCLMR_E2EE_REQUIRED,
				NULL, "mode_narrowed contradiction"},
		{"a format that goes does not contradict", "analog", NULL, NULL,
				MCLMR_E2EE_OFF, M("RTP/AVP 0 96") BB96 BB96_0, MCLMR_OK,
				M("RTP/AVP 0 96") BB96 BB96_0, "for_transcoder"},
		{"an attribute that leaves it open leaves it to the info part",
				ATTR "e2ee=required", NULL, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=either\r\n",
				MCLMR_OK,
				M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=either\r\n", ""},
		{"a wish of the second section that contradicts the info part", "tetra",
				NULL, NULL, MCLMR_E2EE_ON,
				M("RTP/AVP 98") BB BB1 M("RTP/AVP 98") BB BB0,
				MCLMR_E2EE_FORBIDDEN, NULL, "contradiction"},
};

static void test_contradictions(void **state)
{
	(void)state;
	RUN(contradictions);
}

/* What the decision tells of wish and speech. */
static void test_wanted(void **state)
{
	static const struct
	{
		const char *profile, *text;
		unsigned info;
		mclmr_status_t status;
		unsigned wanted, e2ee;
	} cases[] = {
			{"p25", M("RTP/AVP 100") P25, 0, MCLMR_OK, 0, MCLMR_E2EE_MAYBE},
			{"p25", M("RTP/AVP 100") P25, MCLMR_E2EE_ON, MCLMR_OK,
					MCLMR_E2EE_ON, MCLMR_E2EE_ON},
			{"p25", M("RTP/AVP 100") P25, MCLMR_E2EE_OFF, MCLMR_OK,
					MCLMR_E2EE_OFF, MCLMR_E2EE_OFF},
			{"allow=*\ne2ee=required", M("RTP/AVP 100") P25, MCLMR_E2EE_ON,
					MCLMR_OK, MCLMR_E2EE_ON, MCLMR_E2EE_ON},
			{"allow=*\ne2ee=forbidden", M("RTP/AVP 100") P25, MCLMR_E2EE_ON,
					MCLMR_E2EE_FORBIDDEN, MCLMR_E2EE_ON, 0},
			{"tetra", M("RTP/AVP 98") BB BB1, 0, MCLMR_OK, MCLMR_E2EE_ON,
					MCLMR_E2EE_ON},
			{"tetra", M("RTP/AVP 98") BB BB1, MCLMR_E2EE_OFF,
					MCLMR_E2EE_FORBIDDEN, 0, 0},
			{"tetra", M("RTP/AVP 98") BB BB01, 0, MCLMR_OK, MCLMR_E2EE_MAYBE,
					MCLMR_E2EE_MAYBE},
			{"tetra", M("RTP/AVP 98") BB BB01, MCLMR_E2EE_ON, MCLMR_OK,
					MCLMR_E2EE_ON, MCLMR_E2EE_MAYBE},
			{ATTR, M("RTP/AVP 100") P25 "a=x-lmr-e2ee:p25 mode=on\r\n", 0,
					MCLMR_OK, MCLMR_E2EE_ON, MCLMR_E2EE_ON},
			{"analog", M("RTP/AVP 97") WB, MCLMR_E2EE_ON, MCLMR_CODEC_REQUIRED,
					MCLMR_E2EE_ON, 0},
			{"mcptt", M("RTP/AVP 97") WB, 0, MCLMR_OK, 0, MCLMR_E2EE_OFF},
			{"allow=*", M("RTP/AVP 97") WB M("RTP/AVP 98") BB BB1, 0, MCLMR_OK,
					MCLMR_E2EE_ON, MCLMR_E2EE_MAYBE},
	};

	(void)state;
	for(size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy_row_t row = {.profile = cases[i].profile,
				.wanted = cases[i].info,
				.text = cases[i].text};
		const mclmr_decision_t *decision = policy_rows_decide(&row);

		if(decision->status != cases[i].status
				|| decision->wanted != cases[i].wanted
				|| decision->e2ee != cases[i].e2ee)
			fail_msg("%s\n%s\ngives %s, wanted %u, e2ee %u", row.profile,
					row.text, mclmr_status_word(decision->status),
					decision->wanted, decision->e2ee);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_required),
			cmocka_unit_test(test_forbidden),
			cmocka_unit_test(test_modes),
			cmocka_unit_test(test_attributes),
			cmocka_unit_test(test_contradictions),
			cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests_name(
			"policy: end-to-end encryption", tests, policy_rows_load, NULL);
}
