/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Protection on the way: MIKEY, group key, SDES, DTLS, clear. */
#include "mclmr/base/base64.h"
#include "keying.h"

#define I_MESSAGE 26 /* MIKEY data type of MIKEY-SAKKE (RFC 6509) */

static const struct
{
	const char *word;
	unsigned kind;
} words[] = {
		{"mikey-sakke", MCLMR_KEYING_MIKEY},
		{"gmk", MCLMR_KEYING_GMK},
		{"sdes", MCLMR_KEYING_SDES},
		{"dtls", MCLMR_KEYING_DTLS},
		{"clear", MCLMR_KEYING_CLEAR},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

/* Suites with the octets of key and salt (RFC 4568, 6188, 7714). */
static const struct
{
	const char *name;
	size_t key;
} suites[] = {
		{"AEAD_AES_128_GCM", 28},
		{"AEAD_AES_256_GCM", 44},
		{"AES_CM_128_HMAC_SHA1_80", 30},
		{"AES_CM_128_HMAC_SHA1_32", 30},
		{"AES_192_CM_HMAC_SHA1_80", 38},
		{"AES_192_CM_HMAC_SHA1_32", 38},
		{"AES_256_CM_HMAC_SHA1_80", 46},
		{"AES_256_CM_HMAC_SHA1_32", 46},
		{"F8_128_HMAC_SHA1_80", 30},
};

#define SUITES (sizeof(suites) / sizeof(suites[0]))

unsigned mclmr_keying_from_word(mclmr_span_t word)
{
	for(size_t i = 0; i < WORDS; i++) {
		if(mclmr_span_equal_nocase(word, mclmr_span(words[i].word)))
			return words[i].kind;
	}
	return 0;
}

const char *mclmr_keying_word(unsigned kind)
{
	for(size_t i = 0; i < WORDS; i++) {
		if(words[i].kind == kind)
			return words[i].word;
	}
	return "other";
}

unsigned mclmr_keying_suites(mclmr_span_t word)
{
	unsigned mask = 0;

	for(size_t i = 0; i < SUITES; i++) {
		if(mclmr_span_equal(word, MCLMR_SPAN("*"))
				|| mclmr_span_equal_nocase(word, mclmr_span(suites[i].name)))
			mask |= 1u << i;
	}
	return mask;
}

/* The data type of a MIKEY message in base64, its second octet; -1: none. */
static int mikey_type(mclmr_span_t text)
{
	int second, third;

	if(text.len < 4)
		return -1;
	second = mclmr_base64_digit(text.s[1]);
	third = mclmr_base64_digit(text.s[2]);
	if(second < 0 || third < 0)
		return -1;
	return (second & 0x0f) << 4 | third >> 2;
}

/* The kind of one key-mgmt line. */
static unsigned key_mgmt_kind(const mclmr_sdp_line_t *line, bool sakke_only)
{
	mclmr_span_t message = line->value;
	mclmr_span_t protocol = mclmr_sdp_word(&message);

	if(!mclmr_span_equal_nocase(protocol, MCLMR_SPAN("mikey"))
			|| message.len == 0)
		return MCLMR_KEYING_OTHER;
	if(sakke_only && mikey_type(message) != I_MESSAGE)
		return MCLMR_KEYING_OTHER;
	return MCLMR_KEYING_MIKEY;
}

/* The kinds of all key-mgmt lines among some lines. */
static unsigned key_mgmt_kinds(
		mclmr_sdp_line_t *line, size_t lines, bool sakke_only)
{
	const mclmr_sdp_line_t *found;
	unsigned kinds = 0;
	size_t at = 0;

	while((found = mclmr_sdp_next(line, lines, MCLMR_SPAN("key-mgmt"), &at))
			!= NULL)
		kinds |= key_mgmt_kind(found, sakke_only);
	return kinds;
}

/* The attribute that stands for SDES or DTLS. */
static mclmr_span_t mark_of(unsigned kind)
{
	return kind == MCLMR_KEYING_SDES ? MCLMR_SPAN("crypto")
									 : MCLMR_SPAN("fingerprint");
}

bool mclmr_keying_in_session(mclmr_sdp_t *sdp, unsigned kind)
{
	return mclmr_sdp_has(sdp->line, sdp->session_lines, mark_of(kind));
}

/* The kinds of all key attributes of a section; its own key-mgmt lines take
 * the place of the session's (RFC 4567). */
static unsigned key_kinds(
		mclmr_sdp_t *sdp, mclmr_sdp_section_t *section, bool sakke_only)
{
	static const unsigned others[] = {MCLMR_KEYING_SDES, MCLMR_KEYING_DTLS};
	unsigned kinds = key_mgmt_kinds(section->line, section->lines, sakke_only);

	if(kinds == 0)
		kinds = key_mgmt_kinds(sdp->line, sdp->session_lines, sakke_only);
	for(size_t i = 0; i < 2; i++) {
		if(mclmr_keying_in_session(sdp, others[i])
				|| mclmr_sdp_has(
						section->line, section->lines, mark_of(others[i])))
			kinds |= others[i];
	}
	return kinds;
}

/* True if the protocol is one of two, compared without case. */
static bool is_proto(
		mclmr_span_t proto, mclmr_span_t plain, mclmr_span_t with_f)
{
	return mclmr_span_equal_nocase(proto, plain)
		   || mclmr_span_equal_nocase(proto, with_f);
}

unsigned mclmr_keying_of(
		mclmr_sdp_t *sdp, mclmr_sdp_section_t *section, bool sakke_only)
{
	unsigned kinds = key_kinds(sdp, section, sakke_only);

	if(is_proto(
			   section->proto, MCLMR_SPAN("RTP/SAVP"), MCLMR_SPAN("RTP/SAVPF")))
		return kinds == 0 ? MCLMR_KEYING_GMK : kinds;
	if(is_proto(section->proto, MCLMR_SPAN("UDP/TLS/RTP/SAVP"),
			   MCLMR_SPAN("UDP/TLS/RTP/SAVPF")))
		return (kinds & MCLMR_KEYING_DTLS) ? kinds : MCLMR_KEYING_OTHER;
	if(!is_proto(section->proto, MCLMR_SPAN("RTP/AVP"), MCLMR_SPAN("RTP/AVPF")))
		return MCLMR_KEYING_OTHER;
	if(kinds & MCLMR_KEYING_MIKEY)
		return kinds;
	return kinds | MCLMR_KEYING_CLEAR;
}

mclmr_sdes_t mclmr_sdes_read(const mclmr_sdp_line_t *line)
{
	mclmr_sdes_t crypto;
	mclmr_span_t rest = line->value;

	crypto.tag = mclmr_sdp_word(&rest);
	crypto.suite = mclmr_sdp_word(&rest);
	crypto.keys = mclmr_sdp_word(&rest);
	crypto.params = rest;
	return crypto;
}

mclmr_span_t mclmr_sdes_name(const mclmr_sdes_t *crypto)
{
	return mclmr_keying_suites(crypto->suite) == 0 ? MCLMR_SPAN("crypto")
												   : crypto->suite;
}

/* True if each "inline:KEY|..." of a list has a key of that length. */
static bool keys_fit(mclmr_span_t keys, size_t octets)
{
	do {
		mclmr_span_t key = mclmr_span_cut(&keys, ';');
		size_t n;

		if(!mclmr_span_starts_nocase(key, MCLMR_SPAN("inline:")))
			return false;
		key = mclmr_span_from(key, key.s + sizeof("inline:") - 1);
		if(!mclmr_base64_read(mclmr_span_cut(&key, '|'), 0, NULL, 0, &n)
				|| n != octets)
			return false;
	} while(keys.s != NULL);
	return true;
}

/* True for session parameters that switch protection off. */
static bool takes_away(mclmr_span_t params)
{
	return mclmr_span_find_nocase(params, MCLMR_SPAN("UNENCRYPTED_")) != NULL
		   || mclmr_span_find_nocase(params, MCLMR_SPAN("UNAUTHENTICATED_"))
					  != NULL;
}

bool mclmr_sdes_usable(const mclmr_sdes_t *crypto, unsigned allowed)
{
	if(mclmr_sdp_number(crypto->tag) < 0 || takes_away(crypto->params))
		return false;
	for(size_t i = 0; i < SUITES; i++) {
		if((allowed & 1u << i)
				&& mclmr_span_equal_nocase(
						crypto->suite, mclmr_span(suites[i].name)))
			return keys_fit(crypto->keys, suites[i].key);
	}
	return false;
}

void mclmr_keying_drop(mclmr_sdp_section_t *section, unsigned kind)
{
	for(size_t i = 1; i < section->lines; i++) {
		mclmr_sdp_line_t *line = &section->line[i];

		if(mclmr_sdp_is(line, mark_of(kind))
				|| (kind == MCLMR_KEYING_DTLS
						&& (mclmr_sdp_is(line, MCLMR_SPAN("setup"))
								|| mclmr_sdp_is(line, MCLMR_SPAN("tls-id")))))
			line->dropped = true;
	}
}
