/* SPDX-License-Identifier: GPL-2.0-or-later */

/* KMFs, PSIs, roles, peers and partners, as sorted arrays. */
#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "mclmr/sip/uri.h"
#include "network.h"

#define NAME_MAX_OCTETS 255	  /* of a domain or certificate name */
#define ADDRESS_MAX_OCTETS 16 /* of an IPv6 address */
#define PORT_MAX 65535
#define FIRST_SLOTS 16

static const char not_a_uri[] = "not a SIP, SIPS or tel URI";
static const char too_many[] = "too many rows of this kind";
static const char no_such_kmf[] = "KMF is not known";

/* All memory of rows is one list, freed as a whole. No row holds anything
 * wider than a pointer, since allocators of shared memory align to no more. */
typedef struct block
{
	struct block *next;
} block_t;

/* One sorted entry of an index: two keys (the second may be empty). */
typedef struct slot
{
	mclmr_span_t key;
	mclmr_span_t second;
	void *item;
} slot_t;

typedef struct sorted
{
	size_t n;
	size_t room;
	slot_t *slot;
} sorted_t;

typedef struct role_row
{
	unsigned bits[MCLMR_SERVICE_COUNT]; /* [NONE]: for all services */
} role_row_t;

typedef struct peer
{
	mclmr_peer_kind_t kind;
	mclmr_span_t psi_key; /* empty for a core */
	int port;			  /* 0: any */
} peer_t;

struct mclmr_network
{
	mclmr_allocator_t allocator;
	block_t *blocks;
	size_t kmfs;
	size_t aliases;
	size_t psi_rows;
	mclmr_kmf_t *kmf[MCLMR_MAX_NETWORK_ROWS]; /* in the order of their rows */
	sorted_t names;							  /* keys of KMFs and aliases */
	sorted_t psis;							  /* keys of IWF PSIs, each once */
	sorted_t roles;							  /* keys of our own PSIs */
	sorted_t peers;							  /* binary address, tls_id */
	sorted_t partners;						  /* domains in lower case */
};

/* Orders octet strings, a prefix first. */
static int compare_octets(mclmr_span_t a, mclmr_span_t b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter > 0 ? memcmp(a.s, b.s, shorter) : 0;

	if(order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* Orders a slot against a pair of keys. */
static int compare_slot(
		const slot_t *slot, mclmr_span_t key, mclmr_span_t second)
{
	int order = compare_octets(slot->key, key);

	return order != 0 ? order : compare_octets(slot->second, second);
}

/* Index of the first slot that is not before the pair of keys. */
static size_t lower_bound(
		const sorted_t *sorted, mclmr_span_t key, mclmr_span_t second)
{
	size_t low = 0;
	size_t high = sorted->n;

	while(low < high) {
		size_t middle = low + (high - low) / 2;

		if(compare_slot(&sorted->slot[middle], key, second) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first slot with exactly this pair of keys, or NULL. */
static const slot_t *find_slot(
		const sorted_t *sorted, mclmr_span_t key, mclmr_span_t second)
{
	size_t i = lower_bound(sorted, key, second);

	if(i < sorted->n && compare_slot(&sorted->slot[i], key, second) == 0)
		return &sorted->slot[i];
	return NULL;
}

/* The item under a single key, or NULL. */
static void *find_item(const sorted_t *sorted, mclmr_span_t key)
{
	const slot_t *slot = find_slot(sorted, key, MCLMR_SPAN(""));

	return slot != NULL ? slot->item : NULL;
}

/* Makes room for one more slot; false if memory is short. */
static bool grow_sorted(mclmr_network_t *network, sorted_t *sorted)
{
	size_t room = sorted->room ? 2 * sorted->room : FIRST_SLOTS;
	slot_t *slot;

	if(sorted->n < sorted->room)
		return true;
	slot = network->allocator.alloc(room * sizeof(*slot));
	if(slot == NULL)
		return false;
	if(sorted->slot != NULL) {
		memcpy(slot, sorted->slot, sorted->n * sizeof(*slot));
		network->allocator.release(sorted->slot);
	}
	sorted->slot = slot;
	sorted->room = room;
	return true;
}

/* Puts a slot at its place; false if memory is short. */
static bool insert_slot(
		mclmr_network_t *network, sorted_t *sorted, const slot_t *slot)
{
	size_t i;

	if(!grow_sorted(network, sorted))
		return false;
	i = lower_bound(sorted, slot->key, slot->second);
	memmove(&sorted->slot[i + 1], &sorted->slot[i],
			(sorted->n - i) * sizeof(*slot));
	sorted->slot[i] = *slot;
	sorted->n++;
	return true;
}

/* Zeroed memory that lives as long as the network; NULL if memory is short. */
static void *network_alloc(mclmr_network_t *network, size_t n)
{
	block_t *block = network->allocator.alloc(sizeof(*block) + n);

	if(block == NULL)
		return NULL;
	block->next = network->blocks;
	network->blocks = block;
	return memset(block + 1, 0, n);
}

/* A copy of text that lives as long as the network; false if memory is
 * short. */
static bool keep_text(
		mclmr_network_t *network, mclmr_span_t text, mclmr_span_t *kept)
{
	char *octets;

	*kept = MCLMR_SPAN("");
	if(text.len == 0)
		return true;
	octets = network_alloc(network, text.len);
	if(octets == NULL)
		return false;
	memcpy(octets, text.s, text.len);
	*kept = (mclmr_span_t){octets, text.len};
	return true;
}

/* Text in lower case, written to buffer of NAME_MAX_OCTETS; false if it
 * is longer. */
static bool lower_case(mclmr_span_t text, char *buffer, mclmr_span_t *lower)
{
	size_t i;

	if(text.len > NAME_MAX_OCTETS)
		return false;
	for(i = 0; i < text.len; i++) {
		buffer[i] = text.s[i];
		if(buffer[i] >= 'A' && buffer[i] <= 'Z')
			buffer[i] = (char)(buffer[i] - 'A' + 'a');
	}
	*lower = (mclmr_span_t){buffer, text.len};
	return true;
}

/* True for an IPv6 address that is an IPv4 one, mapped (RFC 4291 2.5.5.2). */
static bool is_mapped(const char octets[ADDRESS_MAX_OCTETS])
{
	static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(octets, prefix, sizeof(prefix)) == 0;
}

/* The octets of an IP address, so that all its text forms are one, a mapped
 * one those of IPv4; written to buffer of ADDRESS_MAX_OCTETS. false: no IP
 * address. */
static bool binary_address(
		mclmr_span_t text, char *buffer, mclmr_span_t *address)
{
	char string[INET6_ADDRSTRLEN];

	if(text.len == 0 || text.len >= sizeof(string)
			|| memchr(text.s, '\0', text.len))
		return false;
	memcpy(string, text.s, text.len);
	string[text.len] = '\0';
	if(inet_pton(AF_INET, string, buffer) == 1)
		*address = (mclmr_span_t){buffer, 4};
	else if(inet_pton(AF_INET6, string, buffer) == 1)
		*address = is_mapped(buffer) ? (mclmr_span_t){buffer + 12, 4}
									 : (mclmr_span_t){buffer, 16};
	else
		return false;
	return true;
}

mclmr_network_t *mclmr_network_new(const mclmr_allocator_t *allocator)
{
	mclmr_network_t *network = allocator->alloc(sizeof(*network));

	if(network == NULL)
		return NULL;
	memset(network, 0, sizeof(*network));
	network->allocator = *allocator;
	return network;
}

/* Gives back the slots of one index. */
static void free_sorted(mclmr_network_t *network, sorted_t *sorted)
{
	if(sorted->slot != NULL)
		network->allocator.release(sorted->slot);
}

void mclmr_network_free(mclmr_network_t *network)
{
	block_t *block;
	block_t *next;

	if(network == NULL)
		return;
	for(block = network->blocks; block; block = next) {
		next = block->next;
		network->allocator.release(block);
	}
	free_sorted(network, &network->names);
	free_sorted(network, &network->psis);
	free_sorted(network, &network->roles);
	free_sorted(network, &network->peers);
	free_sorted(network, &network->partners);
	network->allocator.release(network);
}

/* True for the two places where a KMF can be. */
static bool hosting_known(mclmr_span_t hosting)
{
	return mclmr_span_equal(hosting, MCLMR_SPAN("lmr"))
		   || mclmr_span_equal(hosting, MCLMR_SPAN("mc"));
}

/* The KMF of a URI or alias as configured, or NULL. */
static mclmr_kmf_t *kmf_of_uri(const mclmr_network_t *network, mclmr_span_t uri)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;

	if(!mclmr_uri_key_in(uri, &room, &key))
		return NULL;
	return find_item(&network->names, key);
}

/* Puts a complete KMF under its key and at the end of the list. */
static const char *enlist_kmf(mclmr_network_t *network, mclmr_kmf_t *kmf)
{
	slot_t slot = {kmf->key, MCLMR_SPAN(""), kmf};

	if(!insert_slot(network, &network->names, &slot))
		return mclmr_no_memory;
	network->kmf[network->kmfs++] = kmf;
	return NULL;
}

const char *mclmr_network_add_kmf(mclmr_network_t *network, mclmr_span_t uri,
		int peer_set, bool trusted, mclmr_span_t hosting)
{
	mclmr_uri_room_t room;
	mclmr_span_t key;
	mclmr_kmf_t *kmf;

	if(network->kmfs == MCLMR_MAX_NETWORK_ROWS)
		return too_many;
	if(!mclmr_uri_key_in(uri, &room, &key))
		return not_a_uri;
	if(peer_set < 1)
		return "peer_set is not 1 or more";
	if(!hosting_known(hosting))
		return "hosting is neither lmr nor mc";
	if(find_item(&network->names, key))
		return "KMF is there already, as KMF or as alias";
	kmf = network_alloc(network, sizeof(*kmf));
	if(kmf == NULL || !keep_text(network, uri, &kmf->uri)
			|| !keep_text(network, key, &kmf->key)
			|| !keep_text(network, hosting, &kmf->hosting))
		return mclmr_no_memory;
	kmf->peer_set = peer_set;
	kmf->trusted = trusted;
	return enlist_kmf(network, kmf);
}

/* Copies an alias and puts it at the end of its KMF's list. */
static const char *enlist_alias(mclmr_network_t *network, mclmr_kmf_t *kmf,
		mclmr_span_t alias, mclmr_span_t key)
{
	slot_t slot = {MCLMR_SPAN(""), MCLMR_SPAN(""), kmf};
	mclmr_span_t kept;

	if(!keep_text(network, alias, &kept) || !keep_text(network, key, &slot.key)
			|| !insert_slot(network, &network->names, &slot))
		return mclmr_no_memory;
	kmf->alias[kmf->aliases++] = kept;
	network->aliases++;
	return NULL;
}

const char *mclmr_network_add_alias(
		mclmr_network_t *network, mclmr_span_t kmf, mclmr_span_t alias)
{
	mclmr_uri_room_t room;
	mclmr_kmf_t *of = kmf_of_uri(network, kmf);
	mclmr_span_t key;

	if(network->aliases == MCLMR_MAX_NETWORK_ROWS)
		return too_many;
	if(of == NULL)
		return no_such_kmf;
	if(of->aliases == MCLMR_MAX_ALIASES)
		return "KMF has too many aliases";
	if(!mclmr_uri_key_in(alias, &room, &key))
		return not_a_uri;
	if(find_item(&network->names, key))
		return "alias is there already, as KMF or as alias";
	return enlist_alias(network, of, alias, key);
}

/* Makes a PSI that of an IWF; several KMFs may share it. */
static bool know_psi(
		mclmr_network_t *network, mclmr_kmf_t *kmf, mclmr_span_t key)
{
	slot_t slot = {key, MCLMR_SPAN(""), kmf};

	return find_item(&network->psis, key)
		   || insert_slot(network, &network->psis, &slot);
}

/* Copies a PSI and puts it at the end of its KMF's list. */
static const char *enlist_psi(mclmr_network_t *network, mclmr_kmf_t *kmf,
		mclmr_span_t psi, mclmr_span_t key)
{
	mclmr_span_t kept;
	mclmr_span_t kept_key;

	if(!keep_text(network, psi, &kept) || !keep_text(network, key, &kept_key)
			|| !know_psi(network, kmf, kept_key))
		return mclmr_no_memory;
	kmf->psi[kmf->psis] = kept;
	kmf->psi_key[kmf->psis] = kept_key;
	kmf->psis++;
	network->psi_rows++;
	return NULL;
}

const char *mclmr_network_add_psi(
		mclmr_network_t *network, mclmr_span_t kmf, mclmr_span_t psi)
{
	mclmr_uri_room_t room;
	mclmr_kmf_t *of = kmf_of_uri(network, kmf);
	mclmr_span_t key;

	if(network->psi_rows == MCLMR_MAX_NETWORK_ROWS)
		return too_many;
	if(of == NULL)
		return no_such_kmf;
	if(of->psis == MCLMR_MAX_KMF_PSIS)
		return "KMF has too many PSIs";
	if(!mclmr_uri_key_in(psi, &room, &key))
		return not_a_uri;
	if(mclmr_kmf_has_psi(of, key))
		return "KMF has this PSI already";
	return enlist_psi(network, of, psi, key);
}

/* The bit of a role's word; NONE for any other word. */
static mclmr_role_t role_from_word(mclmr_span_t word)
{
	if(mclmr_span_equal(word, MCLMR_SPAN("originating")))
		return MCLMR_ROLE_ORIGINATING;
	if(mclmr_span_equal(word, MCLMR_SPAN("terminating")))
		return MCLMR_ROLE_TERMINATING;
	if(mclmr_span_equal(word, MCLMR_SPAN("controlling")))
		return MCLMR_ROLE_CONTROLLING;
	return MCLMR_ROLE_NONE;
}

/* The roles of one of our PSIs, made if there are none yet; NULL if
 * memory is short. */
static role_row_t *roles_of(mclmr_network_t *network, mclmr_span_t key)
{
	slot_t slot = {key, MCLMR_SPAN(""), find_item(&network->roles, key)};

	if(slot.item != NULL)
		return slot.item;
	slot.item = network_alloc(network, sizeof(role_row_t));
	if(slot.item == NULL || !keep_text(network, key, &slot.key)
			|| !insert_slot(network, &network->roles, &slot))
		return NULL;
	return slot.item;
}

const char *mclmr_network_add_role(mclmr_network_t *network, mclmr_span_t psi,
		mclmr_service_t service, mclmr_span_t role)
{
	mclmr_uri_room_t room;
	mclmr_role_t bit = role_from_word(role);
	mclmr_span_t key;
	role_row_t *roles;

	if(network->roles.n == MCLMR_MAX_NETWORK_ROWS)
		return too_many;
	if(!mclmr_uri_key_in(psi, &room, &key))
		return not_a_uri;
	if((unsigned)service >= MCLMR_SERVICE_COUNT)
		return "service is not known";
	if(bit == MCLMR_ROLE_NONE)
		return "role is none of originating, terminating, controlling";
	roles = roles_of(network, key);
	if(roles == NULL)
		return mclmr_no_memory;
	roles->bits[service] |= bit;
	return NULL;
}

/* What a peer row may not say; NULL if it may. */
static const char *check_peer(const mclmr_peer_row_t *row)
{
	if(row->address.len == 0 && row->tls_id.len == 0)
		return "peer has neither address nor TLS identity";
	if(row->port < 0 || row->port > PORT_MAX)
		return "port is out of range";
	if(row->kind == MCLMR_PEER_CORE && row->psi.len > 0)
		return "a core has no PSI";
	if(row->kind != MCLMR_PEER_CORE && row->kind != MCLMR_PEER_IWF)
		return "kind of peer is not known";
	return NULL;
}

/* Copies a checked peer under its keys. */
static const char *enlist_peer(mclmr_network_t *network,
		const mclmr_peer_row_t *row, const slot_t *keys, mclmr_span_t psi_key)
{
	slot_t slot = {MCLMR_SPAN(""), MCLMR_SPAN(""), NULL};
	peer_t *peer = network_alloc(network, sizeof(*peer));

	if(peer == NULL || !keep_text(network, psi_key, &peer->psi_key)
			|| !keep_text(network, keys->key, &slot.key)
			|| !keep_text(network, keys->second, &slot.second))
		return mclmr_no_memory;
	peer->kind = row->kind;
	peer->port = row->port;
	slot.item = peer;
	return insert_slot(network, &network->peers, &slot) ? NULL
														: mclmr_no_memory;
}

const char *mclmr_network_add_peer(
		mclmr_network_t *network, const mclmr_peer_row_t *row)
{
	mclmr_uri_room_t room;
	char octets[ADDRESS_MAX_OCTETS];
	char name[NAME_MAX_OCTETS];
	slot_t keys = {MCLMR_SPAN(""), MCLMR_SPAN(""), NULL};
	mclmr_span_t psi_key = MCLMR_SPAN("");
	const char *wrong = check_peer(row);

	if(wrong != NULL)
		return wrong;
	if(network->peers.n == MCLMR_MAX_NETWORK_ROWS)
		return too_many;
	if(row->kind == MCLMR_PEER_IWF
			&& !mclmr_uri_key_in(row->psi, &room, &psi_key))
		return not_a_uri;
	if(row->address.len > 0 && !binary_address(row->address, octets, &keys.key))
		return "not an IP address";
	if(!lower_case(row->tls_id, name, &keys.second))
		return "TLS identity is too long";
	return enlist_peer(network, row, &keys, psi_key);
}

/* Copies a checked partner under its domain. */
static const char *enlist_partner(mclmr_network_t *network,
		const mclmr_partner_t *row, mclmr_span_t domain)
{
	mclmr_partner_t *partner = network_alloc(network, sizeof(*partner));
	slot_t slot = {MCLMR_SPAN(""), MCLMR_SPAN(""), partner};

	if(partner == NULL || !keep_text(network, domain, &partner->domain)
			|| !keep_text(network, row->psi, &partner->psi))
		return mclmr_no_memory;
	partner->peer_set = row->peer_set;
	partner->trusted = row->trusted;
	slot.key = partner->domain;
	return insert_slot(network, &network->partners, &slot) ? NULL
														   : mclmr_no_memory;
}

const char *mclmr_network_add_partner(
		mclmr_network_t *network, const mclmr_partner_t *row)
{
	mclmr_uri_room_t room;
	char name[NAME_MAX_OCTETS];
	mclmr_span_t domain;
	mclmr_span_t key;

	if(network->partners.n == MCLMR_MAX_NETWORK_ROWS)
		return too_many;
	if(row->domain.len == 0 || !lower_case(row->domain, name, &domain))
		return "domain is empty or too long";
	if(!mclmr_uri_key_in(row->psi, &room, &key))
		return not_a_uri;
	if(row->peer_set < 1)
		return "peer_set is not 1 or more";
	if(find_item(&network->partners, domain))
		return "partner domain is there already";
	return enlist_partner(network, row, domain);
}

const mclmr_kmf_t *mclmr_network_kmf(
		const mclmr_network_t *network, mclmr_span_t key)
{
	return find_item(&network->names, key);
}

const mclmr_kmf_t *mclmr_network_kmf_at(
		const mclmr_network_t *network, size_t i)
{
	return i < network->kmfs ? network->kmf[i] : NULL;
}

bool mclmr_network_is_iwf(const mclmr_network_t *network, mclmr_span_t psi_key)
{
	return find_item(&network->psis, psi_key) != NULL;
}

const mclmr_kmf_t *mclmr_network_iwf(
		const mclmr_network_t *network, mclmr_span_t psi_key)
{
	return find_item(&network->psis, psi_key);
}

mclmr_span_t mclmr_network_host(const mclmr_network_t *network)
{
	return network->roles.n > 0 ? mclmr_uri_host(network->roles.slot[0].key)
								: MCLMR_SPAN("");
}

bool mclmr_kmf_has_psi(const mclmr_kmf_t *kmf, mclmr_span_t psi_key)
{
	size_t i;

	for(i = 0; i < kmf->psis; i++) {
		if(mclmr_span_equal(kmf->psi_key[i], psi_key))
			return true;
	}
	return false;
}

unsigned mclmr_network_roles(const mclmr_network_t *network,
		mclmr_span_t psi_key, mclmr_service_t service)
{
	const role_row_t *roles = find_item(&network->roles, psi_key);
	unsigned bits = MCLMR_ROLE_NONE;
	unsigned i;

	if(roles == NULL)
		return MCLMR_ROLE_NONE;
	for(i = 0; i < MCLMR_SERVICE_COUNT; i++) {
		if(i == MCLMR_SERVICE_NONE || service == MCLMR_SERVICE_NONE
				|| i == (unsigned)service)
			bits |= roles->bits[i];
	}
	return bits;
}

const mclmr_partner_t *mclmr_network_partner(
		const mclmr_network_t *network, mclmr_span_t domain)
{
	char name[NAME_MAX_OCTETS];
	mclmr_span_t lower;

	if(domain.len == 0 || !lower_case(domain, name, &lower))
		return NULL;
	return find_item(&network->partners, lower);
}

/* The lower one of two sets above a number; 0 is none. */
static int lower_set(int above, int one, int other)
{
	return other > above && (one == 0 || other < one) ? other : one;
}

int mclmr_network_peer_set(const mclmr_network_t *network, int above)
{
	int lowest = 0;

	for(size_t i = 0; i < network->kmfs; i++)
		lowest = lower_set(above, lowest, network->kmf[i]->peer_set);
	for(size_t i = 0; i < network->partners.n; i++) {
		const mclmr_partner_t *partner = network->partners.slot[i].item;

		lowest = lower_set(above, lowest, partner->peer_set);
	}
	return lowest;
}

/* What the rows of one address and TLS identity say, put together. */
typedef struct peer_facts
{
	bool core;
	bool iwf;
	bool own_psi; /* an IWF row has the PSI that was asked for */
} peer_facts_t;

/* Adds what the rows under exactly these keys say of a source's port. */
static void add_peer_facts(const sorted_t *peers, const slot_t *keys, int port,
		mclmr_span_t psi_key, peer_facts_t *facts)
{
	size_t i = lower_bound(peers, keys->key, keys->second);

	for(; i < peers->n; i++) {
		const peer_t *peer = peers->slot[i].item;

		if(compare_slot(&peers->slot[i], keys->key, keys->second) != 0)
			return;
		if(peer->port != 0 && peer->port != port)
			continue;
		facts->core |= peer->kind == MCLMR_PEER_CORE;
		facts->iwf |= peer->kind == MCLMR_PEER_IWF;
		facts->own_psi |= peer->kind == MCLMR_PEER_IWF
						  && mclmr_span_equal(peer->psi_key, psi_key);
	}
}

/* What all rows say of a source: those that compare address and TLS
 * identity, and those that compare one of them. */
static peer_facts_t facts_of_source(const mclmr_network_t *network,
		const mclmr_source_t *source, mclmr_span_t psi_key)
{
	char octets[ADDRESS_MAX_OCTETS];
	char name[NAME_MAX_OCTETS];
	mclmr_span_t address = MCLMR_SPAN("");
	mclmr_span_t tls_id = MCLMR_SPAN("");
	peer_facts_t facts = {false, false, false};
	int i;

	binary_address(source->address, octets, &address);
	lower_case(source->tls_id, name, &tls_id);
	for(i = 0; i < (tls_id.len > 0 ? 4 : 2); i++) {
		slot_t keys = {i & 1 ? address : MCLMR_SPAN(""),
				i & 2 ? tls_id : MCLMR_SPAN(""), NULL};

		add_peer_facts(&network->peers, &keys, source->port, psi_key, &facts);
	}
	return facts;
}

mclmr_trust_t mclmr_network_trust(
		const mclmr_network_t *network, const mclmr_source_t *source)
{
	peer_facts_t facts = facts_of_source(network, source, MCLMR_SPAN(""));

	if(facts.core)
		return MCLMR_TRUST_CORE;
	return facts.iwf ? MCLMR_TRUST_IWF : MCLMR_TRUST_NONE;
}

bool mclmr_network_has_peer_at(
		const mclmr_network_t *network, mclmr_span_t octets)
{
	const sorted_t *peers = &network->peers;
	size_t i = lower_bound(peers, octets, MCLMR_SPAN(""));

	return octets.len > 0 && i < peers->n
		   && mclmr_span_equal(peers->slot[i].key, octets);
}

bool mclmr_network_may_assert(const mclmr_network_t *network,
		const mclmr_source_t *source, mclmr_span_t psi_key)
{
	return facts_of_source(network, source, psi_key).own_psi;
}
