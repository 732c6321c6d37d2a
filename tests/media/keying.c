/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Opens the MIKEY message of a description and derives the SRTP keys. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "mclmr/keys/mikey_open.h"
#include "keying.h"

#define TEXTS 2

/* Texts of files; they hold keys. */
typedef struct texts
{
	char memory[TEXTS][MCLMR_KMS_MAX_SIZE];
	mclmr_span_t text[TEXTS];
} texts_t;

/* Reads a file. */
static bool read_text(
		const char *path, char memory[MCLMR_KMS_MAX_SIZE], mclmr_span_t *text)
{
	FILE *file = fopen(path, "re");
	bool done;

	if(file == NULL)
		return false;
	setbuf(file, NULL); /* no other copy of it */
	*text = (mclmr_span_t){memory, fread(memory, 1, MCLMR_KMS_MAX_SIZE, file)};
	done = ferror(file) == 0 && text->len > 0;
	(void)fclose(file);
	return done;
}

/* True for a file that only its owner may read or write. */
static bool is_private(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0
		   && (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

const char *keying_load(keying_t *keying, const char *keys, const char *cert)
{
	static texts_t texts;
	const char *wrong = "the files of the keys cannot be read";
	size_t which;

	if(!is_private(keys))
		return "others may read the file of the keys";
	keying_end(keying);
	keying->ring = mclmr_keyring_new();
	if(keying->ring != NULL && read_text(cert, texts.memory[0], &texts.text[0])
			&& read_text(keys, texts.memory[1], &texts.text[1]))
		wrong = mclmr_keyring_load(keying->ring, texts.text, TEXTS, &which);
	OPENSSL_cleanse(&texts, sizeof(texts));
	return wrong;
}

/* The value of the only MIKEY line of a description; empty if there is
 * none, or several. */
static mclmr_span_t find_message(mclmr_span_t description)
{
	static const mclmr_span_t prefix = {"a=key-mgmt:mikey ", 17};
	mclmr_span_t found = {NULL, 0};

	while(description.len > 0) {
		mclmr_span_t line = mclmr_span_trim(mclmr_span_cut(&description, '\n'));

		if(!mclmr_span_starts(line, prefix))
			continue;
		if(found.len > 0)
			return (mclmr_span_t){NULL, 0};
		found = line;
	}
	return found;
}

/* True for a genuine message that was not taken before. */
static bool is_new(keying_t *keying, const mclmr_mikey_t *message,
		const mclmr_mikey_wish_t *wish)
{
	mclmr_replay_t replay = {keying->taken, KEYING_TAKEN};
	uint8_t digest[MCLMR_REPLAY_DIGEST];

	(void)SHA256(
			(const uint8_t *)message->covered.s, message->covered.len, digest);
	return mclmr_replay_take(&replay, digest, mclmr_mikey_time(message),
			wish->now, wish->max_skew);
}

/* Verifies and opens a message of now. */
static const char *open_message(keying_t *keying, const mclmr_mikey_t *message,
		const char *from, mclmr_mikey_opened_t *opened)
{
	const mclmr_mikey_wish_t wish = {.from = mclmr_span(from),
			.has_now = true,
			.now = (int64_t)time(NULL),
			.max_skew = MCLMR_MIKEY_MAX_SKEW};
	mclmr_mikey_fault_t fault =
			mclmr_mikey_open(message, keying->ring, &wish, opened);

	if(fault != MCLMR_MIKEY_GENUINE)
		return mclmr_mikey_fault_words(fault);
	if(mclmr_mikey_purpose(message->csb_id) != MCLMR_PURPOSE_PCK)
		return "its key is not that of a private call";
	return is_new(keying, message, &wish) ? NULL : "it was taken before";
}

/* Derives key and salt of a session, in the order that libsrtp wants. */
static bool derive(const mclmr_mikey_t *message,
		const mclmr_mikey_opened_t *opened, uint8_t cs,
		uint8_t key[PROTECTION_KEY])
{
	mclmr_srtp_keys_t keys;
	bool done = mclmr_srtp_keys(
			opened->key, cs, message->csb_id, message->rand, &keys);

	if(done) {
		memcpy(key, keys.key, sizeof(keys.key));
		memcpy(key + sizeof(keys.key), keys.salt, sizeof(keys.salt));
	}
	OPENSSL_cleanse(&keys, sizeof(keys));
	return done;
}

/* Sets the keys of both directions. */
static const char *set_keys(const mclmr_mikey_t *message,
		const mclmr_mikey_opened_t *opened, const keying_wish_t *wish,
		protection_t *protection)
{
	uint8_t send[PROTECTION_KEY];
	uint8_t receive[PROTECTION_KEY];
	bool done = derive(message, opened, wish->send, send)
				&& derive(message, opened, wish->receive, receive)
				&& protection_send_key(protection, send)
				&& protection_receive_key(protection, receive);

	OPENSSL_cleanse(send, sizeof(send));
	OPENSSL_cleanse(receive, sizeof(receive));
	return done ? NULL : "its keys cannot be used";
}

const char *keying_take(keying_t *keying, const keying_wish_t *wish,
		char *description, size_t len, protection_t *protection)
{
	mclmr_span_t line = find_message((mclmr_span_t){description, len});
	mclmr_mikey_opened_t opened;
	mclmr_mikey_t message;
	mclmr_span_t octets;
	const char *wrong = "not exactly one MIKEY message";

	protection->required = true;
	if(line.len > 0)
		wrong = mclmr_mikey_decode(
				description + (line.s - description), line.len, &octets);
	if(wrong == NULL)
		wrong = mclmr_mikey_read(octets, &message);
	if(wrong != NULL)
		return wrong;
	wrong = open_message(keying, &message, wish->from, &opened);
	if(wrong == NULL)
		wrong = set_keys(&message, &opened, wish, protection);
	OPENSSL_cleanse(&opened, sizeof(opened));
	return wrong;
}

void keying_end(keying_t *keying)
{
	mclmr_keyring_free(keying->ring);
	keying->ring = NULL;
}
