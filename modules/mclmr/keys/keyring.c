/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Certificates and keys in a ring, checked and filled anew at any time. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "keyring.h"

/* Memory for the records of one text: the smallest key set takes some 300
 * octets of text and 700 of memory. */
#define MEMORY_OF(length) ((length)*8 + 8192)

/* The records of one text, which hold secrets. */
typedef struct memory
{
	struct memory *next;
	size_t size;
	char octets[];
} memory_t;

/* What one load has brought. */
typedef struct contents
{
	memory_t *memory;
	mclmr_issuer_t *issuers;
	mclmr_holder_t *holders;
} contents_t;

struct mclmr_keyring
{
	contents_t now;
	mclmr_eccsi_t *eccsi;
	mclmr_sakke_base_t *base; /* NULL until SAKKE is needed */
	mclmr_sakke_t *sakke;	  /* scratch on it */
};

/* Octets of tables, aligned; NULL: no memory. */
static void *new_tables(size_t size)
{
	return aligned_alloc(MCLMR_SAKKE_ALIGN, size);
}

/* Frees the tables of a receiver's key. */
static void free_key(mclmr_sakke_key_t *key)
{
	if(key != NULL)
		mclmr_sakke_key_clear(key);
	free(key);
}

/* Frees all that a load has brought. */
static void free_contents(contents_t *contents)
{
	while(contents->holders != NULL) {
		mclmr_holder_t *holder = contents->holders;

		contents->holders = holder->next;
		free_key(holder->tables);
		OPENSSL_cleanse(holder, sizeof(*holder));
		free(holder);
	}
	while(contents->issuers != NULL) {
		mclmr_issuer_t *issuer = contents->issuers;

		contents->issuers = issuer->next;
		free(issuer->tables);
		free(issuer);
	}
	while(contents->memory != NULL) {
		memory_t *memory = contents->memory;

		contents->memory = memory->next;
		OPENSSL_cleanse(memory->octets, memory->size);
		free(memory);
	}
}

mclmr_keyring_t *mclmr_keyring_new(void)
{
	mclmr_keyring_t *ring = calloc(1, sizeof(*ring));

	if(ring == NULL)
		return NULL;
	ring->eccsi = mclmr_eccsi_new();
	if(ring->eccsi != NULL)
		return ring;
	free(ring);
	return NULL;
}

void mclmr_keyring_free(mclmr_keyring_t *ring)
{
	if(ring == NULL)
		return;
	free_contents(&ring->now);
	mclmr_sakke_free(ring->sakke);
	free(ring->base);
	mclmr_eccsi_free(ring->eccsi);
	free(ring);
}

/* Of two certificates of the same keys none is good if one is revoked. */
static void share_revocation(mclmr_issuer_t *a, mclmr_issuer_t *b)
{
	const mclmr_kms_certificate_t *one = a->certificate;
	const mclmr_kms_certificate_t *other = b->certificate;

	if(memcmp(one->z, other->z, sizeof(one->z)) != 0
			|| memcmp(one->kpak, other->kpak, sizeof(one->kpak)) != 0)
		return;
	a->revoked = a->revoked || b->revoked;
	b->revoked = a->revoked;
}

/* Adds a certificate; KPAK is checked. */
static const char *add_issuer(mclmr_keyring_t *ring, contents_t *contents,
		const mclmr_kms_certificate_t *certificate)
{
	mclmr_issuer_t **end = &contents->issuers;
	mclmr_issuer_t *issuer;

	if(mclmr_eccsi_kpak_check(ring->eccsi, MCLMR_OCTETS(certificate->kpak))
			!= MCLMR_CRYPTO_OK)
		return "PubAuthKey is not on the curve";
	issuer = calloc(1, sizeof(*issuer));
	if(issuer == NULL)
		return "out of memory";
	issuer->certificate = certificate;
	issuer->revoked = certificate->revoked;
	for(; *end != NULL; end = &(*end)->next)
		share_revocation(issuer, *end);
	*end = issuer;
	return NULL;
}

/* Checks keys against a certificate, and what they can do. */
static const char *check_holder(mclmr_keyring_t *ring, mclmr_holder_t *holder)
{
	const mclmr_kms_keys_t *keys = holder->keys;
	const mclmr_kms_certificate_t *certificate = holder->issuer->certificate;

	if(!mclmr_mikey_uid(keys->user, keys->kms, certificate->period,
			   keys->number, holder->uid))
		return "the UserUri or KmsUri is too long";
	if(keys->has_uid && memcmp(keys->uid, holder->uid, sizeof(keys->uid)) != 0)
		return "UserID is not that of UserUri, KmsUri and KeyPeriodNo";
	if(keys->can_sign
			&& mclmr_eccsi_key_load(ring->eccsi,
					   MCLMR_OCTETS(certificate->kpak),
					   MCLMR_OCTETS(holder->uid), MCLMR_OCTETS(keys->ssk),
					   MCLMR_OCTETS(keys->pvt), &holder->signing)
					   != MCLMR_CRYPTO_OK)
		return "UserSigningKeySSK and UserPubTokenPVT are not of this user "
			   "and server";
	return NULL;
}

/* Adds keys with one certificate, if they belong together. */
static const char *add_holder(mclmr_keyring_t *ring, contents_t *contents,
		const mclmr_kms_keys_t *keys, mclmr_issuer_t *issuer)
{
	mclmr_holder_t **end = &contents->holders;
	mclmr_holder_t *holder = calloc(1, sizeof(*holder));
	const char *wrong;

	if(holder == NULL)
		return "out of memory";
	holder->keys = keys;
	holder->issuer = issuer;
	wrong = check_holder(ring, holder);
	if(wrong != NULL) {
		OPENSSL_cleanse(holder, sizeof(*holder));
		free(holder);
		return wrong;
	}
	while(*end != NULL)
		end = &(*end)->next;
	*end = holder;
	return NULL;
}

/* Adds keys with every certificate that they fit; at least one. */
static const char *add_keys(mclmr_keyring_t *ring, contents_t *contents,
		const mclmr_kms_keys_t *keys)
{
	const char *wrong = "there is no certificate of a key set's server";
	bool fits = false;

	for(mclmr_issuer_t *issuer = contents->issuers; issuer != NULL;
			issuer = issuer->next) {
		const char *why;

		if(!mclmr_span_equal(issuer->certificate->kms, keys->kms))
			continue;
		why = add_holder(ring, contents, keys, issuer);
		if(why == NULL)
			fits = true;
		else
			wrong = why;
	}
	return fits ? NULL : wrong;
}

/* Memory for the records of one text. */
static memory_t *add_memory(contents_t *contents, size_t size)
{
	memory_t *memory = calloc(1, sizeof(*memory) + size);

	if(memory == NULL)
		return NULL;
	memory->size = size;
	memory->next = contents->memory;
	contents->memory = memory;
	return memory;
}

/* Reads one text. */
static const char *read_text(
		contents_t *contents, mclmr_span_t text, mclmr_kms_t *kms)
{
	memory_t *memory = add_memory(contents, MEMORY_OF(text.len));
	mclmr_arena_t arena;

	if(memory == NULL)
		return "out of memory";
	arena = mclmr_arena(memory->octets, memory->size);
	return mclmr_kms_read(kms, text, &arena);
}

/* Reads all texts, certificates first: a key set may stand before the
 * certificate that it belongs to. */
static const char *read_all(mclmr_keyring_t *ring, contents_t *contents,
		const mclmr_span_t *texts, mclmr_kms_t *kms, size_t n, size_t *which)
{
	const char *wrong = NULL;

	for(*which = 0; *which < n && wrong == NULL; ++*which) {
		mclmr_kms_t *one = &kms[*which];

		wrong = read_text(contents, texts[*which], one);
		for(mclmr_kms_certificate_t *c = one->certificates;
				c != NULL && wrong == NULL; c = c->next)
			wrong = add_issuer(ring, contents, c);
	}
	if(wrong != NULL) {
		--*which;
		return wrong;
	}
	for(*which = 0; *which < n && wrong == NULL; ++*which) {
		for(mclmr_kms_keys_t *k = kms[*which].keys; k != NULL && wrong == NULL;
				k = k->next)
			wrong = add_keys(ring, contents, k);
	}
	if(wrong != NULL)
		--*which;
	return wrong;
}

/* Takes over the tables of public keys that were there before. */
static void keep_tables(contents_t *from, contents_t *to)
{
	for(mclmr_issuer_t *new = to->issuers; new != NULL; new = new->next) {
		for(mclmr_issuer_t *old = from->issuers;
				old != NULL && new->tables == NULL; old = old->next) {
			if(memcmp(old->certificate->z, new->certificate->z,
					   MCLMR_SAKKE_POINT)
					!= 0)
				continue;
			new->tables = old->tables;
			old->tables = NULL;
		}
	}
}

const char *mclmr_keyring_load(mclmr_keyring_t *ring, const mclmr_span_t *texts,
		size_t n, size_t *which)
{
	contents_t contents = {0};
	mclmr_kms_t *kms = OPENSSL_zalloc((n + 1) * sizeof(*kms));
	const char *wrong;

	*which = n;
	if(kms == NULL)
		return "out of memory";
	wrong = read_all(ring, &contents, texts, kms, n, which);
	OPENSSL_clear_free(kms, (n + 1) * sizeof(*kms));
	if(wrong != NULL) {
		free_contents(&contents);
		return wrong;
	}
	keep_tables(&ring->now, &contents);
	free_contents(&ring->now);
	ring->now = contents;
	return NULL;
}

/* Builds the tables of a key set for all certificates that it may be of; true
 * if one fits. */
static bool is_fit(mclmr_keyring_t *ring, const mclmr_holder_t *holder)
{
	bool fits = false;

	for(mclmr_holder_t *h = ring->now.holders; h != NULL; h = h->next) {
		if(h->keys == holder->keys && mclmr_holder_tables(ring, h) != NULL)
			fits = true;
	}
	return fits;
}

const char *mclmr_keyring_prepare(mclmr_keyring_t *ring)
{
	for(mclmr_issuer_t *i = ring->now.issuers; i != NULL; i = i->next) {
		if(mclmr_issuer_tables(ring, i) == NULL)
			return "PubEncKey is not right";
	}
	for(mclmr_holder_t *h = ring->now.holders; h != NULL; h = h->next) {
		if(h->keys->can_open && !is_fit(ring, h))
			return "UserDecryptKey is not of this user and server";
	}
	return NULL;
}

bool mclmr_keyring_forked(mclmr_keyring_t *ring)
{
	mclmr_eccsi_free(ring->eccsi);
	ring->eccsi = mclmr_eccsi_new();
	mclmr_sakke_free(ring->sakke);
	ring->sakke = NULL;
	return ring->eccsi != NULL
		   && (ring->base == NULL || mclmr_keyring_sakke(ring) != NULL);
}

mclmr_issuer_t *mclmr_keyring_issuers(mclmr_keyring_t *ring)
{
	return ring->now.issuers;
}

mclmr_holder_t *mclmr_keyring_holders(mclmr_keyring_t *ring)
{
	return ring->now.holders;
}

bool mclmr_issuer_usable(const mclmr_issuer_t *issuer, int64_t at)
{
	return !issuer->revoked
		   && mclmr_is_valid_at(&issuer->certificate->valid, at);
}

bool mclmr_holder_usable(const mclmr_holder_t *holder, int64_t at)
{
	return !holder->keys->revoked && mclmr_is_valid_at(&holder->keys->valid, at)
		   && mclmr_issuer_usable(holder->issuer, at);
}

/* The host of a URI, or of what looks like one: "mc.example.org". */
static mclmr_span_t host_of(mclmr_span_t uri)
{
	mclmr_span_t rest = uri;

	(void)mclmr_span_cut(&rest, '@');
	if(rest.len == 0)
		return rest;
	rest = mclmr_span_cut(&rest, ';');
	return mclmr_span_cut(&rest, ':');
}

/* True if a server says that it serves a user's domain. */
static bool serves(
		const mclmr_kms_certificate_t *certificate, mclmr_span_t user)
{
	mclmr_span_t host = host_of(user);

	for(const mclmr_kms_domain_t *d = certificate->domains; d != NULL;
			d = d->next) {
		if(host.len > 0 && mclmr_span_equal_nocase(d->name, host))
			return true;
	}
	return false;
}

/* The certificate of a server to send with at a time: the newest. */
static mclmr_issuer_t *newest(
		mclmr_keyring_t *ring, mclmr_span_t kms, int64_t at)
{
	mclmr_issuer_t *best = NULL;

	for(mclmr_issuer_t *i = ring->now.issuers; i != NULL; i = i->next) {
		if(mclmr_span_equal(i->certificate->kms, kms)
				&& mclmr_issuer_usable(i, at)
				&& (best == NULL
						|| i->certificate->valid.from
								   >= best->certificate->valid.from))
			best = i;
	}
	return best;
}

/* The server to send to a user with; empty if that is not clear. */
static mclmr_span_t server_for(mclmr_keyring_t *ring, mclmr_span_t user)
{
	mclmr_span_t only = {NULL, 0};
	bool several = false;

	for(mclmr_issuer_t *i = ring->now.issuers; i != NULL; i = i->next) {
		if(serves(i->certificate, user))
			return i->certificate->kms;
		if(only.len > 0 && !mclmr_span_equal(only, i->certificate->kms))
			several = true;
		only = i->certificate->kms;
	}
	return several ? (mclmr_span_t){NULL, 0} : only;
}

mclmr_issuer_t *mclmr_keyring_issuer_for(mclmr_keyring_t *ring,
		mclmr_span_t kms, mclmr_span_t user, int64_t at, const char **wrong)
{
	mclmr_issuer_t *issuer;

	if(kms.len == 0)
		kms = server_for(ring, user);
	if(kms.len == 0) {
		*wrong = "it is not clear which server serves the recipient";
		return NULL;
	}
	issuer = newest(ring, kms, at);
	if(issuer == NULL)
		*wrong = "there is no certificate of the recipient's server, or none "
				 "that is valid";
	return issuer;
}

/* True if keys are those of the period that a time is in. */
static bool is_of_period(const mclmr_holder_t *holder, int64_t at)
{
	return holder->keys->number
		   == mclmr_key_period_number(holder->issuer->certificate->period, at);
}

const mclmr_holder_t *mclmr_keyring_signer(mclmr_keyring_t *ring,
		mclmr_span_t user, int64_t at, const char **wrong)
{
	*wrong = "there are no signing keys of the sender";
	for(mclmr_holder_t *h = ring->now.holders; h != NULL; h = h->next) {
		if(!h->keys->can_sign || !mclmr_span_equal(h->keys->user, user))
			continue;
		if(!is_of_period(h, at))
			*wrong = "the sender has no signing keys of this key period";
		else if(!mclmr_holder_usable(h, at))
			*wrong = "the sender's keys or certificate are revoked or not "
					 "valid now";
		else
			return h;
	}
	return NULL;
}

mclmr_eccsi_t *mclmr_keyring_eccsi(mclmr_keyring_t *ring)
{
	return ring->eccsi;
}

/* Builds the tables of the curve. */
static bool build_base(mclmr_keyring_t *ring)
{
	mclmr_sakke_engine_t engine = mclmr_sakke_engine();

	ring->base = new_tables(mclmr_sakke_base_size(engine));
	if(ring->base != NULL
			&& mclmr_sakke_base_build(ring->base, engine) == MCLMR_CRYPTO_OK)
		return true;
	free(ring->base);
	ring->base = NULL;
	return false;
}

mclmr_sakke_t *mclmr_keyring_sakke(mclmr_keyring_t *ring)
{
	if(ring->base == NULL && !build_base(ring))
		return NULL;
	if(ring->sakke == NULL)
		ring->sakke = mclmr_sakke_new(ring->base);
	return ring->sakke;
}

const mclmr_sakke_kms_t *mclmr_issuer_tables(
		mclmr_keyring_t *ring, mclmr_issuer_t *issuer)
{
	mclmr_sakke_t *sakke = mclmr_keyring_sakke(ring);

	if(issuer->tables != NULL || sakke == NULL)
		return issuer->tables;
	issuer->tables = new_tables(mclmr_sakke_kms_size(mclmr_sakke_engine()));
	if(issuer->tables != NULL
			&& mclmr_sakke_kms_build(sakke,
					   MCLMR_OCTETS(issuer->certificate->z), issuer->tables)
					   == MCLMR_CRYPTO_OK)
		return issuer->tables;
	free(issuer->tables);
	issuer->tables = NULL;
	return NULL;
}

const mclmr_sakke_key_t *mclmr_holder_tables(
		mclmr_keyring_t *ring, mclmr_holder_t *holder)
{
	const mclmr_sakke_kms_t *kms = mclmr_issuer_tables(ring, holder->issuer);

	if(holder->tables != NULL || kms == NULL || !holder->keys->can_open
			|| holder->is_unfit)
		return holder->tables;
	holder->tables = new_tables(mclmr_sakke_key_size(mclmr_sakke_engine()));
	if(holder->tables != NULL
			&& mclmr_sakke_key_build(ring->sakke, kms,
					   MCLMR_OCTETS(holder->uid),
					   MCLMR_OCTETS(holder->keys->rsk), holder->tables)
					   == MCLMR_CRYPTO_OK)
		return holder->tables;
	holder->is_unfit = holder->tables != NULL;
	free_key(holder->tables);
	holder->tables = NULL;
	return NULL;
}
