/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The ini file of media profiles. */
#include <stddef.h>
#include <string.h>

#include "keying.h"
#include "profile.h"

/* The section of the file that a line stands in. */
typedef enum place
{
	NOWHERE,
	IN_CODECS,
	IN_ALGORITHMS,
	IN_PROFILE
} place_t;

typedef struct reader
{
	mclmr_profiles_t *profiles;
	mclmr_profile_t *profile; /* the one being read */
	place_t place;
	uint64_t seen; /* keys of this profile, a bit each */
} reader_t;

typedef enum key_kind
{
	KEY_CODECS,		/* mask of formats */
	KEY_ORDER,		/* "keep" or formats */
	KEY_ALGORITHMS, /* mask */
	KEY_KINDS,		/* of keying */
	KEY_SUITES,
	KEY_CHOICE, /* one of words */
	KEY_MILLISECONDS,
	KEY_TOKEN
} key_kind_t;

/* One key of a profile: where its value goes, and for a choice the words,
 * whose index is the value. */
typedef struct key
{
	const char *name;
	key_kind_t kind;
	size_t offset;
	const char *words;
} profile_key_t;

#define KEY(name, kind, words)                                \
	{                                                         \
#name, kind, offsetof(mclmr_profile_t, name), (words) \
	}
#define KEY_AS(word, field, words)                                  \
	{                                                               \
		word, KEY_CHOICE, offsetof(mclmr_profile_t, field), (words) \
	}

static const profile_key_t keys[] = {
		KEY(allow, KEY_CODECS, NULL),
		KEY(deny, KEY_CODECS, NULL),
		KEY(force, KEY_CODECS, NULL),
		KEY(order, KEY_ORDER, NULL),
		KEY(e2ee, KEY_CHOICE, "allowed|forbidden|required"),
		KEY(algorithms, KEY_ALGORITHMS, NULL),
		KEY(e2ee_attribute, KEY_TOKEN, NULL),
		KEY(srtp, KEY_KINDS, NULL),
		KEY_AS("mikey", mikey_sakke_only, "any|sakke"),
		KEY(suites, KEY_SUITES, NULL),
		KEY(single_codec, KEY_CHOICE, "no|yes"),
		KEY(on_empty, KEY_CHOICE, "reject|port0"),
		KEY(on_bad_answer, KEY_CHOICE, "default|log|port0|end"),
		KEY(narrow_fmtp, KEY_CHOICE, "no|yes"),
		KEY_AS("capneg", capneg_refuse, "strip|refuse"),
		KEY_AS("transcoder", transcoder_iwf, "none|iwf"),
		KEY_AS("p25_without_rtpmap", p25_without_rtpmap, "no|yes"),
		KEY(info_e2ee, KEY_CHOICE, "no|yes"),
		KEY(min_ptime, KEY_MILLISECONDS, NULL),
		KEY(max_ptime, KEY_MILLISECONDS, NULL),
		KEY(other_media, KEY_CHOICE, "pass|port0|refuse"),
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* The address of a key's value in the profile being read. */
static void *value_of(const reader_t *reader, const profile_key_t *key)
{
	return (char *)reader->profile + key->offset;
}

/* Reads a comma list of formats, each of which has to be known. */
static const char *set_codecs(
		const reader_t *reader, mclmr_span_t list, uint64_t *mask)
{
	*mask = 0;
	do {
		uint64_t named = mclmr_codec_mask(&reader->profiles->codecs,
				mclmr_span_trim(mclmr_span_cut(&list, ',')));

		if(named == 0)
			return "no such format";
		*mask |= named;
	} while(list.s != NULL);
	return NULL;
}

/* Adds the formats of a mask to the order, none twice. */
static void add_order(mclmr_profile_t *profile, uint64_t mask)
{
	for(unsigned i = 0; i < MCLMR_MAX_CODECS; i++) {
		if((mask & UINT64_C(1) << i)
				&& memchr(profile->order, (int)i, profile->ordered) == NULL)
			profile->order[profile->ordered++] = (unsigned char)i;
	}
}

/* Reads "keep" or a list of formats, first wanted first. */
static const char *set_order(const reader_t *reader, mclmr_span_t list)
{
	reader->profile->ordered = 0;
	if(mclmr_span_equal(list, MCLMR_SPAN("keep")))
		return NULL;
	do {
		uint64_t named = mclmr_codec_mask(&reader->profiles->codecs,
				mclmr_span_trim(mclmr_span_cut(&list, ',')));

		if(named == 0)
			return "no such format";
		add_order(reader->profile, named);
	} while(list.s != NULL);
	return NULL;
}

/* Reads a comma list of algorithms. */
static const char *set_algorithms(
		const reader_t *reader, mclmr_span_t list, uint64_t *mask)
{
	*mask = 0;
	do {
		uint64_t named = mclmr_algorithm_mask(&reader->profiles->algorithms,
				mclmr_span_trim(mclmr_span_cut(&list, ',')));

		if(named == 0)
			return "no such algorithm";
		*mask |= named;
	} while(list.s != NULL);
	return NULL;
}

/* Reads a comma list of words that one() turns into bits. */
static const char *set_bits(
		mclmr_span_t list, unsigned (*one)(mclmr_span_t word), unsigned *bits)
{
	*bits = 0;
	do {
		unsigned named = one(mclmr_span_trim(mclmr_span_cut(&list, ',')));

		if(named == 0)
			return "a word that is not known here";
		*bits |= named;
	} while(list.s != NULL);
	return NULL;
}

/* Reads one of the key's words. */
static const char *set_choice(const char *words, mclmr_span_t word, int *choice)
{
	mclmr_span_t rest = mclmr_span(words);

	for(int i = 0; rest.len > 0; i++) {
		if(mclmr_span_equal(mclmr_span_cut(&rest, '|'), word)) {
			*choice = i;
			return NULL;
		}
	}
	return "a word that is not known here";
}

static const char *set_milliseconds(mclmr_span_t text, long *milliseconds)
{
	*milliseconds = mclmr_sdp_number(text);
	return *milliseconds < 1 ? "not a number of milliseconds" : NULL;
}

static const char *set_token(mclmr_span_t text, char token[MCLMR_CODEC_WORD])
{
	if(text.len >= MCLMR_CODEC_WORD)
		return "the name is too long";
	memcpy(token, text.s, text.len);
	return NULL;
}

static const char *set_value(
		const reader_t *reader, const profile_key_t *key, mclmr_span_t value)
{
	void *to = value_of(reader, key);

	switch(key->kind) {
		case KEY_CODECS:
			return set_codecs(reader, value, to);
		case KEY_ORDER:
			return set_order(reader, value);
		case KEY_ALGORITHMS:
			return set_algorithms(reader, value, to);
		case KEY_KINDS:
			return set_bits(value, mclmr_keying_from_word, to);
		case KEY_SUITES:
			return set_bits(value, mclmr_keying_suites, to);
		case KEY_CHOICE:
			return set_choice(key->words, value, to);
		case KEY_MILLISECONDS:
			return set_milliseconds(value, to);
		case KEY_TOKEN:
			return set_token(value, to);
	}
	return NULL;
}

static const char *read_key(
		reader_t *reader, mclmr_span_t name, mclmr_span_t value)
{
	for(size_t i = 0; i < KEYS; i++) {
		if(!mclmr_span_equal(name, mclmr_span(keys[i].name)))
			continue;
		if(reader->seen & UINT64_C(1) << i)
			return "the key is there twice";
		reader->seen |= UINT64_C(1) << i;
		if(value.len == 0)
			return "the value is empty; leave the key out for its default";
		return set_value(reader, &keys[i], value);
	}
	return "no such key";
}

/* What is wrong with the profile as a whole; NULL: nothing. */
static const char *check_profile(const reader_t *reader)
{
	const mclmr_profile_t *profile = reader->profile;

	if(reader->place != IN_PROFILE)
		return NULL;
	if((profile->allow | profile->force) == 0)
		return "the profile before this line has no allow: that allows nothing";
	if(profile->transcoder_iwf && profile->e2ee == MCLMR_E2EE_RULE_REQUIRED)
		return "the profile before this line requires E2EE and a transcoder";
	if(profile->max_ptime > 0 && profile->max_ptime < profile->min_ptime)
		return "the profile before this line has max_ptime below min_ptime";
	return NULL;
}

/* Begins a profile with all defaults. */
static const char *begin_profile(reader_t *reader, mclmr_span_t name)
{
	mclmr_profiles_t *all = reader->profiles;

	if(name.len == 0 || name.len >= MCLMR_PROFILE_NAME)
		return "the name of the profile is empty or too long";
	if(mclmr_profile_find(all, name) != NULL)
		return "the profile is there twice";
	if(all->n == MCLMR_MAX_PROFILES)
		return "too many profiles";
	reader->profile = &all->profile[all->n++];
	reader->seen = 0;
	memset(reader->profile, 0, sizeof(*reader->profile));
	memcpy(reader->profile->name, name.s, name.len);
	reader->profile->srtp = MCLMR_KEYING_ALL;
	reader->profile->suites = mclmr_keying_suites(MCLMR_SPAN("*"));
	reader->profile->algorithms =
			mclmr_algorithm_mask(&all->algorithms, MCLMR_SPAN("*"));
	reader->place = IN_PROFILE;
	return NULL;
}

/* Begins the section that a line [NAME] names. */
static const char *begin_section(reader_t *reader, mclmr_span_t name)
{
	const char *wrong = check_profile(reader);

	if(wrong != NULL)
		return wrong;
	reader->place = NOWHERE;
	if(mclmr_span_equal(name, MCLMR_SPAN("codecs")))
		reader->place = IN_CODECS;
	else if(mclmr_span_equal(name, MCLMR_SPAN("algorithms")))
		reader->place = IN_ALGORITHMS;
	else
		return begin_profile(reader, name);
	return reader->profiles->n == 0 ? NULL : "tables stand before all profiles";
}

/* True if a line has a control character: a name that ends at a NUL would be
 * another one for who looks it up. */
static bool has_control(mclmr_span_t text)
{
	for(size_t i = 0; i < text.len; i++) {
		if((unsigned char)text.s[i] < ' ' && text.s[i] != '\t')
			return true;
	}
	return false;
}

/* Reads one line, comments and blanks taken off. */
static const char *read_line(reader_t *reader, mclmr_span_t text)
{
	mclmr_span_t value = text;
	mclmr_span_t name;

	if(text.len == 0)
		return NULL;
	if(has_control(text))
		return "a control character";
	if(text.s[0] == '[') {
		if(text.s[text.len - 1] != ']')
			return "a section is [NAME]";
		return begin_section(reader,
				mclmr_span_trim((mclmr_span_t){text.s + 1, text.len - 2}));
	}
	name = mclmr_span_trim(mclmr_span_cut(&value, '='));
	if(value.s == NULL)
		return "a line is KEY = VALUE";
	value = mclmr_span_trim(value);
	if(reader->place == IN_CODECS)
		return mclmr_codec_configure(&reader->profiles->codecs, name, value);
	if(reader->place == IN_ALGORITHMS)
		return mclmr_algorithm_configure(
				&reader->profiles->algorithms, name, value);
	if(reader->place == IN_PROFILE)
		return read_key(reader, name, value);
	return "a line before the first section";
}

const char *mclmr_profiles_read(
		mclmr_span_t text, mclmr_profiles_t *profiles, size_t *line)
{
	reader_t reader = {.profiles = profiles};
	const char *wrong = NULL;

	profiles->n = 0;
	mclmr_codec_defaults(&profiles->codecs);
	mclmr_algorithm_defaults(&profiles->algorithms);
	for(*line = 0; wrong == NULL && text.len > 0;) {
		mclmr_span_t one = mclmr_span_cut(&text, '\n');

		one = mclmr_span_cut(&one, '#');
		(*line)++;
		wrong = read_line(&reader, mclmr_span_trim(one));
	}
	if(wrong == NULL)
		wrong = check_profile(&reader);
	if(wrong == NULL && profiles->n == 0)
		wrong = "there is no profile";
	return wrong;
}

const mclmr_profile_t *mclmr_profile_find(
		const mclmr_profiles_t *profiles, mclmr_span_t name)
{
	for(size_t i = 0; i < profiles->n; i++) {
		if(mclmr_span_equal(name, mclmr_span(profiles->profile[i].name)))
			return &profiles->profile[i];
	}
	return NULL;
}

/* Why the profile does not permit a format; NULL: it does. */
static const char *why_not_force(const mclmr_profile_t *profile,
		const mclmr_codec_t *codec, uint64_t bit)
{
	if(codec->signalling)
		return "the format is no speech";
	if(profile->deny & bit)
		return "the profile denies the format";
	if(((profile->allow | profile->force) & bit) == 0)
		return "the profile does not allow the format";
	if(profile->e2ee == MCLMR_E2EE_RULE_REQUIRED
			&& codec->e2ee == MCLMR_CODEC_NEVER)
		return "the format cannot be encrypted, which the profile requires";
	if(profile->e2ee == MCLMR_E2EE_RULE_FORBIDDEN
			&& codec->e2ee == MCLMR_CODEC_ALWAYS)
		return "the format is always encrypted, which the profile forbids";
	return NULL;
}

const char *mclmr_profile_force(const mclmr_profiles_t *profiles,
		const mclmr_profile_t *profile, mclmr_span_t codec,
		mclmr_profile_t *copy)
{
	uint64_t mask = mclmr_codec_mask(&profiles->codecs, codec);
	const char *why;
	size_t row = 0;

	if(mask == 0)
		return "no such format";
	if((mask & (mask - 1)) != 0)
		return "more than one format has that name";
	while((mask & UINT64_C(1) << row) == 0)
		row++;
	why = why_not_force(profile, &profiles->codecs.codec[row], mask);
	if(why != NULL)
		return why;
	*copy = *profile;
	copy->force = mask;
	return NULL;
}

mclmr_on_bad_answer_t mclmr_profile_bad_answer(const mclmr_profile_t *profile)
{
	if(profile->on_bad_answer != MCLMR_BAD_DEFAULT)
		return (mclmr_on_bad_answer_t)profile->on_bad_answer;
	return profile->e2ee == MCLMR_E2EE_RULE_REQUIRED ? MCLMR_BAD_END
													 : MCLMR_BAD_PORT0;
}
