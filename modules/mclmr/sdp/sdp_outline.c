/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The part of a description that later checks need, without keys. */
#include <string.h>

#include "mclmr/base/lmr_type.h"
#include "mclmr/base/text.h"
#include "keying.h"
#include "sdp_outline.h"

#define MAX_NAME 31		  /* of an attribute that a profile can name */
#define TYPE_CHARACTERS 4 /* base64 up to the data type of a MIKEY message */

/* Adds a word if all its octets are of a set; else, and for none, "-",
 * which no reader takes for a value. */
static void put_plain(mclmr_text_t *text, mclmr_span_t word, const char *set)
{
	for(size_t i = 0; i < word.len; i++) {
		if(strchr(set, word.s[i]) == NULL) {
			mclmr_text_string(text, "-");
			return;
		}
	}
	mclmr_text_put(text, word.len == 0 ? MCLMR_SPAN("-") : word);
}

/* Writes the m= line; of other media one format stands for all. */
static void put_media(
		mclmr_text_t *text, mclmr_sdp_section_t *section, bool can_speak)
{
	mclmr_text_string(text, "m=");
	mclmr_text_put(text, section->media);
	mclmr_text_string(
			text, section->port == 0 || section->closed ? " 0 " : " 9 ");
	mclmr_text_put(text, section->proto);
	for(size_t i = 0; i < section->formats; i++) {
		if(section->format[i].dropped)
			continue;
		mclmr_text_string(text, " ");
		mclmr_text_put(text, section->format[i].token);
		if(!can_speak)
			break;
	}
	mclmr_text_string(text, "\n");
}

/* Writes a format's encoding. */
static void put_rtpmap(mclmr_text_t *text, const mclmr_sdp_format_t *format)
{
	if(format->name.len == 0)
		return;
	mclmr_text_string(text, "a=rtpmap:");
	mclmr_text_put(text, format->token);
	mclmr_text_string(text, " ");
	mclmr_text_put(text, format->name);
	mclmr_text_string(text, "/");
	mclmr_text_number(text, format->clock);
	mclmr_text_string(text, "/");
	mclmr_text_number(text, format->channels);
	mclmr_text_string(text, "\n");
}

/* Writes the parameters that both ends share. */
static void put_fmtp(mclmr_text_t *text, const mclmr_sdp_format_t *format)
{
	mclmr_span_t params = format->params, name, value;
	bool begun = false;

	while(mclmr_sdp_param(&params, &name, &value)) {
		if(!mclmr_span_equal_nocase(name, MCLMR_SPAN("encryption-mode"))
				&& !mclmr_span_equal_nocase(name, MCLMR_SPAN("payload-type")))
			continue;
		mclmr_text_string(text, begun ? ";" : "a=fmtp:");
		if(!begun) {
			mclmr_text_put(text, format->token);
			mclmr_text_string(text, " ");
		}
		begun = true;
		mclmr_text_put(text, name);
		mclmr_text_string(text, "=");
		put_plain(text, value, "0123456789, ");
	}
	if(begun)
		mclmr_text_string(text, "\n");
}

/* Writes tag and suite of a crypto line. */
static void put_crypto(mclmr_text_t *text, const mclmr_sdp_line_t *line)
{
	mclmr_sdes_t crypto = mclmr_sdes_read(line);

	mclmr_text_string(text, "a=crypto:");
	put_plain(text, crypto.tag, "0123456789");
	mclmr_text_string(text, " ");
	if(mclmr_keying_suites(crypto.suite) == 0)
		mclmr_text_string(text, "-");
	else
		mclmr_text_put(text, crypto.suite);
	mclmr_text_string(text, "\n");
}

/* Writes protocol and type of a key-mgmt line. */
static void put_key_mgmt(mclmr_text_t *text, const mclmr_sdp_line_t *line)
{
	mclmr_span_t message = line->value;
	mclmr_span_t protocol = mclmr_sdp_word(&message);

	mclmr_text_string(text, "a=key-mgmt:");
	if(!mclmr_span_equal_nocase(protocol, MCLMR_SPAN("mikey"))) {
		mclmr_text_string(text, "-\n");
		return;
	}
	mclmr_text_string(text, "mikey ");
	if(message.len > TYPE_CHARACTERS)
		message.len = TYPE_CHARACTERS;
	mclmr_text_put(text, message);
	mclmr_text_string(text, "\n");
}

/* True for a value of the private attribute's form. */
static bool tells_e2ee(mclmr_span_t value)
{
	mclmr_lmr_type_t lmr_type;

	if(!mclmr_lmr_type_from_word(mclmr_sdp_word(&value), &lmr_type))
		return false;
	while(value.len > 0) {
		if(mclmr_span_starts_nocase(
				   mclmr_sdp_word(&value), MCLMR_SPAN("mode=")))
			return true;
	}
	return false;
}

/* Writes what an attribute of that form tells. */
static void put_told(mclmr_text_t *text, const mclmr_sdp_line_t *line)
{
	mclmr_span_t value = line->value;

	mclmr_text_string(text, "a=");
	mclmr_text_put(text, line->name);
	mclmr_text_string(text, ":");
	mclmr_text_put(text, mclmr_sdp_word(&value));
	while(value.len > 0) {
		mclmr_span_t rest = mclmr_sdp_word(&value);
		mclmr_span_t name = mclmr_span_cut(&rest, '=');

		if(mclmr_span_equal_nocase(name, MCLMR_SPAN("mode")))
			mclmr_text_string(text, " mode=");
		else if(mclmr_span_equal_nocase(name, MCLMR_SPAN("alg")))
			mclmr_text_string(text, " alg=");
		else
			continue;
		if(rest.len > sizeof("in-band") - 1)
			rest.len = 0;
		mclmr_text_put(text, rest);
	}
	mclmr_text_string(text, "\n");
}

/* Writes what some lines tell of protection. */
static void put_protection(
		mclmr_text_t *text, const mclmr_sdp_line_t *line, size_t lines)
{
	for(size_t i = 0; i < lines; i++) {
		if(mclmr_sdp_is(&line[i], MCLMR_SPAN("crypto")))
			put_crypto(text, &line[i]);
		else if(mclmr_sdp_is(&line[i], MCLMR_SPAN("fingerprint")))
			mclmr_text_string(text, "a=fingerprint\n");
		else if(mclmr_sdp_is(&line[i], MCLMR_SPAN("key-mgmt")))
			put_key_mgmt(text, &line[i]);
		else if(!line[i].dropped && line[i].name.len > 0
				&& line[i].name.len <= MAX_NAME && tells_e2ee(line[i].value))
			put_told(text, &line[i]);
	}
}

/* Writes a section. */
static void put_section(mclmr_text_t *text, mclmr_sdp_section_t *section)
{
	bool is_active = mclmr_sdp_is_active(section);
	bool can_speak = is_active && mclmr_sdp_can_speak(section);

	put_media(text, section, can_speak);
	if(is_active && section->port == 0)
		mclmr_text_string(text, "a=bundle-only\n");
	if(!can_speak)
		return;
	for(size_t i = 0; i < section->formats; i++) {
		if(section->format[i].dropped)
			continue;
		put_rtpmap(text, &section->format[i]);
		put_fmtp(text, &section->format[i]);
	}
	put_protection(text, section->line, section->lines);
}

bool mclmr_sdp_outline(
		const mclmr_sdp_t *sdp, mclmr_arena_t *arena, mclmr_span_t *text)
{
	mclmr_text_t out = mclmr_text(arena);

	mclmr_text_string(&out, "v=0\no=-\ns=-\n");
	put_protection(&out, sdp->line, sdp->session_lines);
	for(size_t i = 0; i < sdp->sections; i++) {
		mclmr_sdp_section_t section = sdp->section[i];

		put_section(&out, &section);
	}
	return mclmr_text_done(&out, text);
}
