/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr mikey make: a key for one recipient, or for the members of a group. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "mclmr/keys/group_key.h"
#include "batch.h"
#include "clock.h"
#include "io.h"
#include "make.h"
#include "message_file.h"
#include "print.h"

#define MEMORY_SIZE (1 << 18)

/* Indices of option values. */
enum
{
	OPTION_FROM,
	OPTION_TO,
	OPTION_AT,
	OPTION_TYPE,
	OPTION_KEY,
	OPTION_KEY_ID,
	OPTION_RAND,
	OPTION_SELF,
	OPTION_HIDE,
	OPTION_MAP,
	OPTION_FORM,
	OPTION_TO_KMS,
	OPTION_OUT,
	OPTION_BATCH,
	OPTION_OUTDIR
};

/* What make works with. Secret. */
typedef struct making
{
	mclmr_mikey_order_t order; /* of a batch: what all rows have in common */
	mclmr_mikey_purpose_t purpose;
	mclmr_key_parameters_t parameters;
	mclmr_group_key_t group; /* what is given of a GMK, and the rest drawn */
	bool has_key;
	uint8_t key[MCLMR_KEY_SIZE];
	mclmr_mikey_draft_t draft;
	char memory[MEMORY_SIZE];
} making_t;

/* Reads the word of --type. */
static bool read_type(const char *word, mclmr_mikey_purpose_t *purpose)
{
	for(unsigned i = 0; word != NULL && i <= MCLMR_PURPOSE_CSK; i++) {
		if(strcmp(word, mclmr_mikey_purpose_word(i << 28)) == 0) {
			*purpose = (mclmr_mikey_purpose_t)i;
			return true;
		}
	}
	tool_complain("--type is pck, gmk or csk");
	return false;
}

/* Reads the key: 16 octets, or 32 hexadecimal digits. */
static bool read_key(const char *path, making_t *making)
{
	mclmr_span_t text;
	size_t n;

	making->has_key = path != NULL;
	if(path == NULL)
		return true;
	if(!tool_read_secret(path, &text))
		return false;
	n = mclmr_octets_from_hex(text, making->key, sizeof(making->key));
	if(n == 0 && text.len == sizeof(making->key)) {
		memcpy(making->key, text.s, text.len);
		n = text.len;
	}
	tool_free_secret(text);
	if(n != sizeof(making->key))
		tool_complain("%s: the key is not of 16 octets", path);
	return n == sizeof(making->key);
}

/* Refuses options that are of a GMK only with any other key. */
static bool check_type(
		const tool_arguments_t *arguments, const making_t *making)
{
	static const struct
	{
		int option;
		const char *name;
	} of_gmk[] = {{OPTION_KEY_ID, "--key-id"}, {OPTION_RAND, "--rand"},
			{OPTION_BATCH, "--batch"}, {OPTION_OUTDIR, "--outdir"}};

	if(making->purpose == MCLMR_PURPOSE_GMK)
		return true;
	for(size_t i = 0; i < sizeof(of_gmk) / sizeof(of_gmk[0]); i++) {
		if(arguments->value[of_gmk[i].option] == NULL)
			continue;
		tool_complain("%s is for --type gmk", of_gmk[i].name);
		return false;
	}
	return true;
}

/* Reads GMK-ID: 8 digits, of which the first one is the purpose. */
static bool read_key_id(const char *text, uint32_t *id)
{
	uint8_t octets[4];

	if(text == NULL)
		return true;
	if(mclmr_octets_from_hex(mclmr_span(text), octets, 4) == 4) {
		*id = (uint32_t)mclmr_octets_get(octets, 4);
		if(mclmr_mikey_purpose(*id) == MCLMR_PURPOSE_GMK)
			return true;
	}
	tool_complain("--key-id is not of 8 digits that begin as --type wants");
	return false;
}

/* Reads RAND. */
static bool read_rand(const char *text, uint8_t rand[MCLMR_MIKEY_RAND])
{
	uint8_t octets[MCLMR_MIKEY_RAND];

	if(text == NULL)
		return true;
	if(mclmr_octets_from_hex(mclmr_span(text), octets, sizeof(octets))
			!= sizeof(octets)) {
		tool_complain("--rand is not of %d digits", 2 * MCLMR_MIKEY_RAND);
		return false;
	}
	memcpy(rand, octets, sizeof(octets));
	return true;
}

/* The group key: what is given of it, and the rest fresh. */
static bool read_group_key(const char *const *value, making_t *making)
{
	mclmr_group_key_t *group = &making->group;

	if(!mclmr_group_key_new(group)) {
		tool_complain("no random octets");
		return false;
	}
	if(making->has_key)
		memcpy(group->key, making->key, sizeof(group->key));
	return read_key_id(value[OPTION_KEY_ID], &group->id)
		   && read_rand(value[OPTION_RAND], group->rand);
}

/* The identifier of another key is always a fresh one. */
static bool draw_key_id(making_t *making)
{
	if(mclmr_mikey_new_id(making->purpose, &making->order.key_id))
		return true;
	tool_complain("no random octets");
	return false;
}

/* The map of sessions. */
static bool read_map(const char *word, making_t *making)
{
	mclmr_mikey_order_t *order = &making->order;

	if(word == NULL || strcmp(word, "empty") == 0)
		return true;
	if(strcmp(word, "generic") != 0) {
		tool_complain("--cs-map is empty or generic");
		return false;
	}
	order->sessions =
			mclmr_mikey_default_sessions(making->purpose, order->session);
	order->has_policy = true;
	return true;
}

/* The key parameters: always with a group key, for its groups. */
static bool read_parameters(const tool_list_t *groups, making_t *making)
{
	mclmr_key_parameters_t *parameters = &making->parameters;

	if(making->purpose != MCLMR_PURPOSE_GMK) {
		if(groups->n > 0)
			tool_complain("--group is for --type gmk");
		return groups->n == 0;
	}
	if(groups->n > MCLMR_MAX_KEY_GROUPS) {
		tool_complain("--group: at most %d", MCLMR_MAX_KEY_GROUPS);
		return false;
	}
	parameters->status = MCLMR_KEY_NOT_REVOKED;
	for(size_t i = 0; i < groups->n; i++)
		parameters->group[parameters->groups++] = mclmr_span(groups->item[i]);
	making->order.parameters = parameters;
	return true;
}

/* Reads all that the options say. */
static bool read_order(const tool_arguments_t *arguments, making_t *making)
{
	const char *const *value = arguments->value;
	bool is_group;
	int64_t at;

	if(!read_type(value[OPTION_TYPE], &making->purpose)
			|| !check_type(arguments, making)
			|| !tool_form_known(value[OPTION_FORM])
			|| !tool_time("--at", value[OPTION_AT], &at))
		return false;
	is_group = making->purpose == MCLMR_PURPOSE_GMK;
	making->order.to = mclmr_span(value[OPTION_TO]);
	making->order.timestamp = value[OPTION_AT] == NULL
									  ? tool_timestamp_now()
									  : mclmr_ntp_timestamp(at);
	making->order.to_self = value[OPTION_SELF] != NULL;
	making->order.hidden = value[OPTION_HIDE] != NULL;
	return read_key(value[OPTION_KEY], making)
		   && (is_group ? read_group_key(value, making) : draw_key_id(making))
		   && read_map(value[OPTION_MAP], making)
		   && read_parameters(&arguments->list[TOOL_GROUPS], making);
}

/* Begins the message of an order. */
static const char *begin(making_t *making, mclmr_keyring_t *ring)
{
	mclmr_mikey_order_t *order = &making->order;

	if(making->purpose == MCLMR_PURPOSE_GMK)
		return mclmr_group_key_begin(
				&making->group, ring, order, &making->draft);
	return mclmr_mikey_begin(
			ring, order, making->has_key ? making->key : NULL, &making->draft);
}

/* Makes the message. */
static const char *compose(const char *const *value, making_t *making,
		mclmr_keyring_t *ring, mclmr_span_t *octets)
{
	mclmr_arena_t arena = mclmr_arena(making->memory, sizeof(making->memory));
	const char *wrong = mclmr_mikey_find_parties(&making->order, ring,
			mclmr_span(value[OPTION_FROM]), mclmr_span(value[OPTION_TO_KMS]));

	if(wrong == NULL)
		wrong = begin(making, ring);
	if(wrong != NULL)
		return wrong;
	(void)mclmr_sakke_encapsulate_many(
			mclmr_keyring_sakke(ring), &making->draft.job, 1);
	return mclmr_mikey_finish(
			ring, &making->draft, MCLMR_SPAN(""), &arena, octets);
}

/* The work of make for one recipient. */
static int make_one(const tool_arguments_t *arguments, making_t *making)
{
	const char *const *value = arguments->value;
	mclmr_span_t octets = {NULL, 0};
	mclmr_keyring_t *ring;
	const char *wrong;
	int code;

	ring = tool_ring(arguments, true, &code);
	if(ring == NULL)
		return code;
	code = TOOL_REFUSED;
	wrong = compose(value, making, ring, &octets);
	if(wrong == NULL)
		code = tool_message_write(
				value[OPTION_OUT], value[OPTION_FORM], octets);
	else
		tool_complain("%s", wrong);
	mclmr_keyring_free(ring);
	return code;
}

/* A row of a batch: one member. Secret. */
typedef struct member_row
{
	tool_batch_row_t row;
	mclmr_mikey_order_t order;
	mclmr_key_parameters_t parameters;
	mclmr_mikey_draft_t draft;
} member_row_t;

/* The file of a member's message: user and GMK-ID. */
static const char *name_member(const tool_batch_t *batch,
		const mclmr_record_words_t *words, char name[TOOL_NAME_SIZE])
{
	const making_t *making = batch->context;
	char id[16];

	if(words->value[MCLMR_WORD_TO] == NULL)
		return "to is missing";
	(void)snprintf(id, sizeof(id), "%08x", (unsigned)making->group.id);
	tool_outdir_name(name, words->value[MCLMR_WORD_TO], '.');
	tool_outdir_name(name, "gmk", '.');
	tool_outdir_name(name, id, '.');
	tool_outdir_name(name, "mikey", '\0');
	return NULL;
}

/* Reads the words of a member: whom its message is for, when it is made, and
 * of which groups the member is. */
static const char *read_member(const tool_batch_t *batch, member_row_t *member)
{
	mclmr_record_words_t *words = &member->row.table.words;
	const mclmr_word_list_t *groups =
			mclmr_record_words_list(words, MCLMR_WORD_GROUP);
	const char *at = words->value[MCLMR_WORD_AT];
	int64_t seconds;

	if(words->value[MCLMR_WORD_FROM] == NULL)
		return "from is missing";
	if(groups->n > MCLMR_MAX_KEY_GROUPS)
		return "there are more than 16 groups";
	member->parameters.groups = groups->n;
	for(size_t i = 0; i < groups->n; i++)
		member->parameters.group[i] = mclmr_span(groups->item[i]);
	member->order.parameters = &member->parameters;
	member->order.to = mclmr_span(words->value[MCLMR_WORD_TO]);
	member->order.timestamp = batch->now;
	if(at == NULL)
		return NULL;
	if(!mclmr_timestamp_read(mclmr_span(at), &seconds))
		return "at is neither RFC 3339 nor Unix seconds";
	member->order.timestamp = mclmr_ntp_timestamp(seconds);
	return NULL;
}

static void begin_member(const tool_batch_t *batch, mclmr_batch_item_t *item)
{
	const making_t *making = batch->context;
	member_row_t *member = item->own;
	const char *const *value = member->row.table.words.value;

	member->order = making->order;
	member->parameters = making->parameters;
	item->why = read_member(batch, member);
	if(item->why == NULL)
		item->why = mclmr_mikey_find_parties(&member->order, batch->ring,
				mclmr_span(value[MCLMR_WORD_FROM]),
				mclmr_span(value[MCLMR_WORD_TO_KMS]));
	if(item->why == NULL)
		item->why = mclmr_group_key_begin(
				&making->group, batch->ring, &member->order, &member->draft);
	if(item->why != NULL)
		item->fate = MCLMR_BATCH_REFUSED;
	item->draft = &member->draft;
}

static const char *finish_member(const tool_batch_t *batch,
		mclmr_batch_item_t *item, mclmr_span_t *octets)
{
	member_row_t *member = item->own;

	return mclmr_mikey_finish(
			batch->ring, &member->draft, MCLMR_SPAN(""), &item->arena, octets);
}

/* The words that a member's row may leave empty, from the options. */
static void take_words(
		const tool_arguments_t *arguments, mclmr_record_words_t *words)
{
	const tool_list_t *groups = &arguments->list[TOOL_GROUPS];
	mclmr_word_list_t *to = mclmr_record_words_list(words, MCLMR_WORD_GROUP);
	const char *const *value = arguments->value;

	memset(words, 0, sizeof(*words));
	words->value[MCLMR_WORD_FROM] = value[OPTION_FROM];
	words->value[MCLMR_WORD_TO] = value[OPTION_TO];
	words->value[MCLMR_WORD_TO_KMS] = value[OPTION_TO_KMS];
	words->value[MCLMR_WORD_AT] = value[OPTION_AT];
	words->value[MCLMR_WORD_FORM] = value[OPTION_FORM];
	to->n = groups->n;
	memcpy(to->item, groups->item, groups->n * sizeof(groups->item[0]));
}

/* What the messages of a batch are known again by: the group key, through a
 * MAC of it, and what all members' have in common. */
static bool make_mark(const making_t *making, uint8_t mark[32])
{
	const mclmr_group_key_t *group = &making->group;
	const uint8_t flags[] = {making->order.to_self, making->order.hidden,
			making->order.has_policy};
	uint8_t text[MCLMR_MIKEY_RAND + 4 + sizeof(flags)];

	memcpy(text, group->rand, MCLMR_MIKEY_RAND);
	mclmr_octets_put(text + MCLMR_MIKEY_RAND, group->id, 4);
	memcpy(text + MCLMR_MIKEY_RAND + 4, flags, sizeof(flags));
	return mclmr_hmac(MCLMR_OCTETS(group->key), MCLMR_SPAN("mclmr batch"),
			MCLMR_OCTETS(text), mark);
}

/* The work of make for the members of a group. */
static int make_batch(const tool_arguments_t *arguments, making_t *making)
{
	static const tool_batch_kind_t kind = {
			.columns = TOOL_COLUMN(MCLMR_WORD_FROM) | TOOL_COLUMN(MCLMR_WORD_TO)
					   | TOOL_COLUMN(MCLMR_WORD_TO_KMS)
					   | TOOL_COLUMN(MCLMR_WORD_AT)
					   | TOOL_COLUMN(MCLMR_WORD_FORM)
					   | TOOL_COLUMN(MCLMR_WORD_GROUP),
			.size = sizeof(member_row_t),
			.name = name_member,
			.twice = "another row has the same user",
			.begin = begin_member,
			.finish = finish_member};
	const char *const *value = arguments->value;
	mclmr_record_words_t words;
	uint8_t mark[32];
	tool_batch_t batch = {.kind = &kind,
			.context = making,
			.path = value[OPTION_BATCH],
			.folder = value[OPTION_OUTDIR],
			.defaults = &words,
			.mark = MCLMR_OCTETS(mark)};

	if(value[OPTION_BATCH] == NULL || value[OPTION_OUTDIR] == NULL) {
		tool_complain("--batch and --outdir are needed together");
		return TOOL_USAGE;
	}
	if(value[OPTION_OUT] != NULL) {
		tool_complain("--out does not go together with --batch");
		return TOOL_USAGE;
	}
	if(!make_mark(making, mark)) {
		tool_complain("the command has no digest");
		return TOOL_USAGE;
	}
	take_words(arguments, &words);
	return tool_batch(&batch, arguments);
}

/* The work of make. */
static int make(const tool_arguments_t *arguments, making_t *making)
{
	const char *const *value = arguments->value;

	if(value[OPTION_BATCH] == NULL && value[OPTION_OUTDIR] == NULL
			&& (value[OPTION_FROM] == NULL || value[OPTION_TO] == NULL)) {
		tool_complain("--from and --to are needed");
		return TOOL_USAGE;
	}
	if(!read_order(arguments, making))
		return TOOL_USAGE;
	if(value[OPTION_BATCH] != NULL || value[OPTION_OUTDIR] != NULL)
		return make_batch(arguments, making);
	return make_one(arguments, making);
}

int tool_make(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr mikey make --type pck|gmk|csk --from URI --to URI\n"
			"         --keys KEYS --cert CERT... [OPTIONS]\n"
			"       mclmr mikey make --type gmk --batch FILE.csv --outdir DIR\n"
			"         --keys KEYS --cert CERT... [OPTIONS]\n\n"
			"Makes a message with a key for one recipient, or for each member "
			"of a group.\n\n"
			"  --type TYPE     what the key is for\n"
			"  --from URI      the sender; --keys has its signing keys\n"
			"  --to URI        the recipient\n" TOOL_KEYS_HELP TOOL_CERT_HELP
			"  --to-kms URI    the recipient's key management server, if "
			"--cert has\n"
			"                  several and none that names his domain\n"
			"  --key FILE      the key, 16 octets, raw or hexadecimal, \"-\" "
			"for\n"
			"                  standard input (a fresh one)\n"
			"  --group URI...  the groups of a GMK\n"
			"  --key-id HEX    GMK-ID, 8 digits (a fresh one)\n"
			"  --rand HEX      RAND of a GMK, 32 digits (a fresh one): all "
			"members need\n"
			"                  the same key, GMK-ID and RAND to hear each "
			"other\n"
			"  --self          SAKKE-to-self: the sender can open it too\n"
			"  --hide-ids      UIDs in place of URIs\n"
			"  --cs-map MAP    empty, or generic: sessions and policy are "
			"spelled out\n"
			"                  (empty)\n"
			"  --form FORM     raw, base64 or sdp (raw)\n"
			"  --at TIME       the time of the message (now)\n"
			"  --out FILE      mode 0600 (standard output)\n\n"
			"  --batch FILE    a table with a row for each member: to, and "
			"from, to-kms,\n"
			"                  at, form, group; options are for what a row "
			"leaves empty\n"
			"  --outdir DIR    where the messages are written to; with the "
			"same --key,\n"
			"                  --key-id and --rand those that are there "
			"already are not\n"
			"                  made again\n\n"
			"Exit: 0 done, 1 refused, 2 usage or unusable file, 3 some rows "
			"failed.\n";
	static const struct option options[] = {TOOL_RING_OPTIONS,
			TOOL_VALUE("group", TOOL_LIST(TOOL_GROUPS)),
			TOOL_VALUE("type", OPTION_TYPE), TOOL_VALUE("from", OPTION_FROM),
			TOOL_VALUE("to", OPTION_TO), TOOL_VALUE("to-kms", OPTION_TO_KMS),
			TOOL_VALUE("key", OPTION_KEY), TOOL_VALUE("key-id", OPTION_KEY_ID),
			TOOL_VALUE("rand", OPTION_RAND), TOOL_FLAG("self", OPTION_SELF),
			TOOL_FLAG("hide-ids", OPTION_HIDE),
			TOOL_VALUE("cs-map", OPTION_MAP), TOOL_VALUE("form", OPTION_FORM),
			TOOL_VALUE("at", OPTION_AT), TOOL_VALUE("out", OPTION_OUT),
			TOOL_VALUE("batch", OPTION_BATCH),
			TOOL_VALUE("outdir", OPTION_OUTDIR), TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	making_t *making;
	int code = tool_arguments(argc, argv, options, 0, usage, &arguments);

	if(code != TOOL_GO_ON)
		return code;
	making = OPENSSL_zalloc(sizeof(*making));
	if(making == NULL) {
		tool_complain("out of memory");
		return TOOL_USAGE;
	}
	code = make(&arguments, making);
	OPENSSL_clear_free(making, sizeof(*making));
	return code;
}
