/* SPDX-License-Identifier: GPL-2.0-or-later */

/* LMR encryption: algorithms, encryption-mode, private attribute. */
#include <string.h>

#include "mclmr/base/octets.h"
#include "e2ee.h"

/* The algorithms that are known; key lengths below 112 bits are weak. */
static const mclmr_algorithm_t known[] = {
		{"p25-accordion", MCLMR_LMR_P25, 0x00, false},
		{"p25-baton", MCLMR_LMR_P25, 0x01, false},
		{"p25-baton-2", MCLMR_LMR_P25, 0x41, false},
		{"p25-des", MCLMR_LMR_P25, 0x81, true},
		{"p25-3des-2", MCLMR_LMR_P25, 0x82, true},
		{"p25-3des-3", MCLMR_LMR_P25, 0x83, false},
		{"p25-aes256", MCLMR_LMR_P25, 0x84, false},
		{"p25-aes128", MCLMR_LMR_P25, 0x85, false},
		{"p25-aes-cbc", MCLMR_LMR_P25, 0x88, false},
		{"p25-aes128-ofb", MCLMR_LMR_P25, 0x89, false},
		{"p25-des-xl", MCLMR_LMR_P25, 0x9f, true},
		{"p25-dvi-xl", MCLMR_LMR_P25, 0xa0, true},
		{"p25-dvp-xl", MCLMR_LMR_P25, 0xa1, true},
		{"p25-adp", MCLMR_LMR_P25, 0xaa, true},
		{"tetra-128", MCLMR_LMR_TETRA, 0x80, false},
		{"tetra-135", MCLMR_LMR_TETRA, 0x87, true},
		{"tetra-137", MCLMR_LMR_TETRA, 0x89, false},
		{"tetra-138", MCLMR_LMR_TETRA, 0x8a, false},
		{"dmr-basic", MCLMR_LMR_DMR, 0x01, true},
		{"dmr-enhanced", MCLMR_LMR_DMR, 0x02, true},
		{"dmr-rc4", MCLMR_LMR_DMR, 0x21, true},
		{"dmr-des", MCLMR_LMR_DMR, 0x22, true},
		{"dmr-aes128", MCLMR_LMR_DMR, 0x24, false},
		{"dmr-aes256", MCLMR_LMR_DMR, 0x25, false},
		{"dmr-rc4-hytera", MCLMR_LMR_DMR, 0x26, true},
		{"nxdn-scrambler", MCLMR_LMR_NXDN, 1, true},
		{"nxdn-des", MCLMR_LMR_NXDN, 2, true},
		{"nxdn-aes", MCLMR_LMR_NXDN, 3, false},
};

void mclmr_algorithm_defaults(mclmr_algorithm_table_t *table)
{
	memset(table, 0, sizeof(*table));
	memcpy(table->algorithm, known, sizeof(known));
	table->n = sizeof(known) / sizeof(known[0]);
}

/* A number of 1 to 4 hex digits, "0x" before them or not; -1: none. */
static int hex_number(mclmr_span_t text)
{
	int value = 0;

	if(mclmr_span_starts_nocase(text, MCLMR_SPAN("0x")))
		text = mclmr_span_from(text, text.s + 2);
	if(text.len == 0 || text.len > 4)
		return -1;
	for(size_t i = 0; i < text.len; i++) {
		int digit = mclmr_octets_hex_digit(text.s[i]);

		if(digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* The row of an id, or the first free one. */
static size_t row_of(const mclmr_algorithm_table_t *table, mclmr_span_t id)
{
	size_t i = 0;

	while(i < table->n
			&& !mclmr_span_equal_nocase(mclmr_span(table->algorithm[i].id), id))
		i++;
	return i;
}

const char *mclmr_algorithm_configure(
		mclmr_algorithm_table_t *table, mclmr_span_t id, mclmr_span_t value)
{
	mclmr_algorithm_t algorithm = {.number = -1};
	size_t row = row_of(table, id);

	if(row == MCLMR_MAX_ALGORITHMS)
		return "too many algorithms";
	if(id.len == 0 || id.len >= sizeof(algorithm.id))
		return "the id is empty or too long";
	memcpy(algorithm.id, id.s, id.len);
	if(!mclmr_lmr_type_from_word(mclmr_sdp_word(&value), &algorithm.lmr_type))
		return "the first word is no LMR type";
	algorithm.number = hex_number(mclmr_sdp_word(&value));
	if(algorithm.number < 0)
		return "the second word is no hexadecimal number";
	algorithm.weak = mclmr_span_equal(value, MCLMR_SPAN("weak"));
	if(value.len > 0 && !algorithm.weak)
		return "only \"weak\" may follow the number";
	table->algorithm[row] = algorithm;
	if(row == table->n)
		table->n++;
	return NULL;
}

uint64_t mclmr_algorithm_mask(
		const mclmr_algorithm_table_t *table, mclmr_span_t word)
{
	bool all = mclmr_span_equal(word, MCLMR_SPAN("*"));
	uint64_t mask = 0;

	for(size_t i = 0; i < table->n; i++) {
		const mclmr_algorithm_t *row = &table->algorithm[i];

		if(all ? !row->weak
			   : mclmr_span_equal_nocase(word, mclmr_span(row->id)))
			mask |= UINT64_C(1) << i;
	}
	return mask;
}

/* The mask of the rows with an LMR type and number. */
static uint64_t mask_of_number(const mclmr_algorithm_table_t *table,
		mclmr_lmr_type_t lmr_type, int number)
{
	uint64_t mask = 0;

	for(size_t i = 0; i < table->n; i++) {
		if(table->algorithm[i].lmr_type == lmr_type
				&& table->algorithm[i].number == number)
			mask |= UINT64_C(1) << i;
	}
	return mask;
}

/* What a comma list of 0 and 1 allows. */
static unsigned read_modes(mclmr_span_t list)
{
	unsigned modes = 0;

	do {
		mclmr_span_t value = mclmr_span_trim(mclmr_span_cut(&list, ','));

		if(mclmr_span_equal(value, MCLMR_SPAN("0")))
			modes |= MCLMR_E2EE_OFF;
		else if(mclmr_span_equal(value, MCLMR_SPAN("1")))
			modes |= MCLMR_E2EE_ON;
		else
			return MCLMR_E2EE_UNREADABLE;
	} while(list.s != NULL);
	return modes;
}

/* True if a name could begin after this octet. */
static bool ends_name(char c)
{
	return strchr(" \t=,;:\"'", c) != NULL;
}

/* How often a name stands in the parameters, as a name or in a value. */
static size_t count_places(mclmr_span_t params, mclmr_span_t name)
{
	mclmr_span_t rest = params;
	const char *at;
	size_t n = 0;

	while((at = mclmr_span_find_nocase(rest, name)) != NULL) {
		n += at == params.s || ends_name(at[-1]);
		rest = mclmr_span_from(rest, at + name.len);
	}
	return n;
}

/* True for a comma list of numbers. */
static bool is_number_list(mclmr_span_t list)
{
	do {
		if(mclmr_sdp_number(mclmr_span_trim(mclmr_span_cut(&list, ','))) < 0)
			return false;
	} while(list.s != NULL);
	return true;
}

/* True if every reader finds the same parameters, even one that cuts at
 * blanks: none stands in the value or before the name of another, and the
 * value of payload-type is a list of numbers. */
static bool is_plain(mclmr_span_t params)
{
	const mclmr_span_t mode = MCLMR_SPAN("encryption-mode");
	const mclmr_span_t type = MCLMR_SPAN("payload-type");
	size_t places = count_places(params, mode) + count_places(params, type);
	mclmr_span_t name, value;

	while(mclmr_sdp_param(&params, &name, &value)) {
		bool is_type = mclmr_span_equal_nocase(name, type);

		if(is_type && !is_number_list(value))
			return false;
		places -= is_type || mclmr_span_equal_nocase(name, mode);
	}
	return places == 0;
}

unsigned mclmr_e2ee_fmtp(mclmr_span_t params)
{
	mclmr_span_t name, value;
	unsigned modes = 0;

	if(!is_plain(params))
		return MCLMR_E2EE_UNREADABLE;
	while(mclmr_sdp_param(&params, &name, &value)) {
		unsigned here;

		if(!mclmr_span_equal_nocase(name, MCLMR_SPAN("encryption-mode")))
			continue;
		here = read_modes(value);
		if(here == MCLMR_E2EE_UNREADABLE)
			return here;
		modes |= here;
	}
	return modes == 0 ? MCLMR_E2EE_OFF : modes;
}

bool mclmr_e2ee_explicit(mclmr_span_t params)
{
	mclmr_span_t name, value;

	while(mclmr_sdp_param(&params, &name, &value)) {
		if(mclmr_span_equal_nocase(name, MCLMR_SPAN("encryption-mode")))
			return true;
	}
	return false;
}

/* Reads a word of mode=. */
static unsigned mode_of_word(mclmr_span_t word)
{
	if(mclmr_span_equal_nocase(word, MCLMR_SPAN("off")))
		return MCLMR_E2EE_OFF;
	if(mclmr_span_equal_nocase(word, MCLMR_SPAN("on")))
		return MCLMR_E2EE_ON;
	if(mclmr_span_equal_nocase(word, MCLMR_SPAN("either")))
		return MCLMR_E2EE_MAYBE;
	return MCLMR_E2EE_UNREADABLE;
}

bool mclmr_e2ee_attribute(const mclmr_algorithm_table_t *table,
		mclmr_span_t value, mclmr_e2ee_told_t *told)
{
	*told = (mclmr_e2ee_told_t){.algorithm = UINT64_MAX};
	if(!mclmr_lmr_type_from_word(mclmr_sdp_word(&value), &told->lmr_type))
		return false;
	while(value.len > 0) {
		mclmr_span_t rest = mclmr_sdp_word(&value);
		mclmr_span_t name = mclmr_span_cut(&rest, '=');

		if(mclmr_span_equal_nocase(name, MCLMR_SPAN("mode")))
			told->mode = mode_of_word(rest);
		else if(mclmr_span_equal_nocase(name, MCLMR_SPAN("alg"))
				&& !mclmr_span_equal_nocase(rest, MCLMR_SPAN("in-band")))
			told->algorithm =
					mask_of_number(table, told->lmr_type, hex_number(rest));
	}
	return told->mode != MCLMR_E2EE_UNREADABLE;
}
