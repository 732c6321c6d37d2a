/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table of speech formats: what is known, and what a file adds. */
#include <string.h>

#include "lmr_codec.h"

#define MAX_PT 127

/* The formats that are known. */
static const mclmr_codec_t known[] = {
		{"p25-imbe", "X-TIA-P25-IMBE", 8000, 1, MCLMR_LMR_P25,
				MCLMR_CODEC_IN_BAND, false},
		{"p25-ambe", "X-TIA-P25-AMBE", 8000, 1, MCLMR_LMR_P25,
				MCLMR_CODEC_IN_BAND, false},
		{"p25-full", "X-TIA-P25-FullRate", 8000, 1, MCLMR_LMR_P25,
				MCLMR_CODEC_IN_BAND, false},
		{"p25-half", "X-TIA-P25-HalfRate", 8000, 1, MCLMR_LMR_P25,
				MCLMR_CODEC_IN_BAND, false},
		{"tetra-isi", "TETRA_ACELP", 8000, 1, MCLMR_LMR_TETRA,
				MCLMR_CODEC_IN_BAND, false},
		{"tetra-bb", "TETRA_ACELP_BB", 8000, 1, MCLMR_LMR_TETRA,
				MCLMR_CODEC_FMTP, false},
		{"tetra-draft", "TETRA", 8000, 1, MCLMR_LMR_TETRA, MCLMR_CODEC_IN_BAND,
				false},
		{"tetra-acelp", "ACELP", 8000, 1, MCLMR_LMR_TETRA, MCLMR_CODEC_IN_BAND,
				false},
		{"dmr-ambe", "DMRA-AIS", 8000, 1, MCLMR_LMR_DMR, MCLMR_CODEC_IN_BAND,
				false},
		{"pcmu", "PCMU", 8000, 1, MCLMR_LMR_ANALOG, MCLMR_CODEC_NEVER, false},
		{"pcma", "PCMA", 8000, 1, MCLMR_LMR_ANALOG, MCLMR_CODEC_NEVER, false},
		{"mcptt-amrwb", "AMR-WB", 16000, 1, MCLMR_LMR_NOT_GIVEN,
				MCLMR_CODEC_NEVER, false},
		{"mcptt-evs", "EVS", 16000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER,
				false},
		{"amr", "AMR", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER, false},
		{"gsm", "GSM", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER, false},
		{"g722", "G722", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER,
				false},
		{"g729", "G729", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER,
				false},
		{"codec2", "CODEC2", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER,
				false},
		{"scip", "scip", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_ALWAYS,
				false},
		{"dtmf", "telephone-event", 8000, 1, MCLMR_LMR_NOT_GIVEN,
				MCLMR_CODEC_NEVER, true},
		{"dtmf-wide", "telephone-event", 16000, 1, MCLMR_LMR_NOT_GIVEN,
				MCLMR_CODEC_NEVER, true},
		{"cn", "CN", 8000, 1, MCLMR_LMR_NOT_GIVEN, MCLMR_CODEC_NEVER, true},
};

/* Static payload types of audio (RFC 3551 table 4), NULL if reserved. */
static const struct
{
	const char *name;
	unsigned clock, channels;
} fixed[] = {
		[0] = {"PCMU", 8000, 1},
		[3] = {"GSM", 8000, 1},
		[4] = {"G723", 8000, 1},
		[5] = {"DVI4", 8000, 1},
		[6] = {"DVI4", 16000, 1},
		[7] = {"LPC", 8000, 1},
		[8] = {"PCMA", 8000, 1},
		[9] = {"G722", 8000, 1},
		[10] = {"L16", 44100, 2},
		[11] = {"L16", 44100, 1},
		[12] = {"QCELP", 8000, 1},
		[13] = {"CN", 8000, 1},
		[14] = {"MPA", 90000, 1},
		[15] = {"G728", 8000, 1},
		[16] = {"DVI4", 11025, 1},
		[17] = {"DVI4", 22050, 1},
		[18] = {"G729", 8000, 1},
};

#define FIXED (int)(sizeof(fixed) / sizeof(fixed[0]))

static const char *const e2ee_words[] = {
		[MCLMR_CODEC_NEVER] = "never",
		[MCLMR_CODEC_FMTP] = "fmtp",
		[MCLMR_CODEC_IN_BAND] = "in-band",
		[MCLMR_CODEC_ALWAYS] = "always",
};

#define E2EE_WORDS (sizeof(e2ee_words) / sizeof(e2ee_words[0]))

void mclmr_codec_defaults(mclmr_codec_table_t *table)
{
	memset(table, 0, sizeof(*table));
	memcpy(table->codec, known, sizeof(known));
	table->n = sizeof(known) / sizeof(known[0]);
}

/* Copies a word; false if it is empty or too long. */
static bool set_word(mclmr_span_t text, char word[MCLMR_CODEC_WORD])
{
	if(text.len == 0 || text.len >= MCLMR_CODEC_WORD)
		return false;
	memcpy(word, text.s, text.len);
	word[text.len] = '\0';
	return true;
}

/* Reads NAME/CLOCK[/CHANNELS]. */
static bool set_encoding(mclmr_span_t text, mclmr_codec_t *codec)
{
	mclmr_span_t name = mclmr_span_cut(&text, '/');
	long clock = mclmr_sdp_number(mclmr_span_cut(&text, '/'));
	long channels = text.s == NULL ? 1 : mclmr_sdp_number(text);

	if(clock < 1 || channels < 1)
		return false;
	codec->clock = (unsigned)clock;
	codec->channels = (unsigned)channels;
	return set_word(name, codec->name);
}

/* Reads a word of e2ee=. */
static bool set_e2ee(mclmr_span_t word, mclmr_codec_e2ee_t *e2ee)
{
	for(size_t i = 0; i < E2EE_WORDS; i++) {
		if(mclmr_span_equal(word, mclmr_span(e2ee_words[i]))) {
			*e2ee = (mclmr_codec_e2ee_t)i;
			return true;
		}
	}
	return false;
}

/* Reads one word after the encoding. */
static bool set_option(mclmr_span_t word, mclmr_codec_t *codec)
{
	mclmr_span_t value = word;
	mclmr_span_t name = mclmr_span_cut(&value, '=');

	if(mclmr_span_equal(word, MCLMR_SPAN("signalling"))) {
		codec->signalling = true;
		return true;
	}
	if(mclmr_span_equal(name, MCLMR_SPAN("e2ee")))
		return set_e2ee(value, &codec->e2ee);
	if(mclmr_span_equal(name, MCLMR_SPAN("lmr")))
		return mclmr_lmr_type_from_word(value, &codec->lmr_type);
	return false;
}

/* The row of an id, or the first free one. */
static size_t row_of(const mclmr_codec_table_t *table, mclmr_span_t id)
{
	size_t i = 0;

	while(i < table->n
			&& !mclmr_span_equal_nocase(mclmr_span(table->codec[i].id), id))
		i++;
	return i;
}

const char *mclmr_codec_configure(
		mclmr_codec_table_t *table, mclmr_span_t id, mclmr_span_t value)
{
	mclmr_codec_t codec = {.e2ee = MCLMR_CODEC_IN_BAND};
	size_t row = row_of(table, id);

	if(row == MCLMR_MAX_CODECS)
		return "too many formats";
	if(!set_word(id, codec.id))
		return "the id is empty or too long";
	if(!set_encoding(mclmr_sdp_word(&value), &codec))
		return "not NAME/CLOCK or NAME/CLOCK/CHANNELS";
	while(value.len > 0) {
		if(!set_option(mclmr_sdp_word(&value), &codec))
			return "only e2ee=, lmr= and signalling may follow the encoding";
	}
	table->codec[row] = codec;
	if(row == table->n)
		table->n++;
	return NULL;
}

/* True if the row has that encoding. */
static bool has_encoding(const mclmr_codec_t *codec, mclmr_span_t name,
		unsigned clock, unsigned channels)
{
	return codec->clock == clock && codec->channels == channels
		   && mclmr_span_equal_nocase(name, mclmr_span(codec->name));
}

/* True if a word of a list names the row. */
static bool is_named(const mclmr_codec_t *codec, mclmr_span_t word)
{
	mclmr_codec_t named;

	if(mclmr_span_equal(word, MCLMR_SPAN("*"))
			|| mclmr_span_equal_nocase(word, mclmr_span(codec->id))
			|| mclmr_span_equal_nocase(word, mclmr_span(codec->name)))
		return true;
	return set_encoding(word, &named)
		   && has_encoding(
				   codec, mclmr_span(named.name), named.clock, named.channels);
}

uint64_t mclmr_codec_mask(const mclmr_codec_table_t *table, mclmr_span_t word)
{
	uint64_t mask = 0;

	for(size_t i = 0; i < table->n; i++) {
		if(is_named(&table->codec[i], word))
			mask |= UINT64_C(1) << i;
	}
	return mask;
}

/* The row with an encoding. */
static int find(const mclmr_codec_table_t *table, mclmr_span_t name,
		unsigned clock, unsigned channels)
{
	for(size_t i = 0; i < table->n; i++) {
		if(has_encoding(&table->codec[i], name, clock, channels))
			return (int)i;
	}
	return MCLMR_NO_CODEC;
}

int mclmr_codec_of(
		const mclmr_codec_table_t *table, const mclmr_sdp_format_t *format)
{
	bool is_fixed = format->pt >= 0 && format->pt < FIXED
					&& fixed[format->pt].name != NULL;
	mclmr_span_t name;

	if(format->pt < 0 || format->pt > MAX_PT)
		return MCLMR_NO_CODEC;
	if(!is_fixed)
		return find(table, format->name, format->clock, format->channels);
	name = mclmr_span(fixed[format->pt].name);
	if(format->name.len > 0
			&& (!mclmr_span_equal_nocase(format->name, name)
					|| format->clock != fixed[format->pt].clock
					|| format->channels != fixed[format->pt].channels))
		return MCLMR_NO_CODEC;
	return find(
			table, name, fixed[format->pt].clock, fixed[format->pt].channels);
}
