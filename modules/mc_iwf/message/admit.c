/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Admission by the memory that transactions hold. */
#include <string.h>

#include "core/counters.h"
#include "core/locking.h"
#include "core/mem/shm_mem.h"
#include "core/parser/parse_to.h"
#include "core/script_cb.h"
#include "core/sr_module.h"
#include "modules/tm/tm_load.h"

#include "mc_common/store.h"
#include "mc_iwf/config.h"
#include "mc_iwf/counters.h"
#include "account.h"
#include "admit.h"

#define SHARDS 64
#define SHARD_BITS 6
#define CACHE_LINE 64
#define RESERVE 10 /* a tenth of the shared memory stays free */

/* Measured with Kamailio 5.6.3 (docs/operations.md): what a transaction holds
 * beside the octets of messages; the call that an INVITE begins; a refusal that
 * is kept beside its own octets. */
#define TRANSACTION ((size_t)14336)
#define NEW_CALL ((size_t)5120)
#define KEPT_REPLY ((size_t)4096)
/* Octets of the longest message that the core reads. */
#define LONGEST_REPLY 65535

/* The accounts of some keys, with a lock of their own. */
typedef union shard
{
	struct
	{
		gen_lock_t lock;
		iwf_accounts_t accounts;
	};
	char lines[2 * CACHE_LINE];
} shard_t;

static struct shared
{
	iwf_total_t total;
	uint64_t seed;
	size_t reserve;
	shard_t shard[SHARDS];
} * shared;

/* What one transaction was charged for. */
typedef struct charge
{
	shard_t *shard;
	iwf_account_t *account;
	size_t fixed; /* octets beside those of messages */
	size_t octets;
} charge_t;

/* The process's last request. */
static struct
{
	unsigned int id;
	int pid;
	mclmr_status_t verdict;
	charge_t *charge; /* that no transaction has yet, or NULL */
} last;

static tm_api_t tm;

static void discharge(void *of)
{
	charge_t *charge = of;

	lock_get(&charge->shard->lock);
	iwf_accounts_discharge(
			&charge->shard->accounts, charge->account, charge->octets);
	lock_release(&charge->shard->lock);
	iwf_total_discharge(&shared->total, charge->octets);
	shm_free(charge);
}

/* Raises a charge to what is held now, messages and what is fixed: that is
 * there already, so no limit counts. */
static void raise_to(charge_t *charge, size_t fixed, size_t held)
{
	size_t more = 0, octets;

	lock_get(&charge->shard->lock);
	charge->fixed += fixed;
	octets = charge->fixed + held;
	if(octets > charge->octets) {
		more = octets - charge->octets;
		charge->octets = octets;
		charge->account->octets += more;
	}
	lock_release(&charge->shard->lock);
	if(more > 0)
		atomic_fetch_add(&shared->total.held, more);
}

/* Another process may drop a kept reply meanwhile: what it reads then is no
 * length, and must not use up the shares of all others. */
static size_t reply_length(const struct sip_msg *reply)
{
	return reply->len <= LONGEST_REPLY ? reply->len : 0;
}

/* Octets of a branch: what was sent, what ends it, a refusal that is kept. */
static size_t held_by_branch(const struct ua_client *branch)
{
	size_t octets = branch->request.buffer_len;

	if(branch->local_cancel.buffer != NULL
			&& branch->local_cancel.buffer != BUSY_BUFFER)
		octets += branch->local_cancel.buffer_len;
	if(branch->reply != NULL && branch->reply != FAKED_REPLY)
		octets += KEPT_REPLY + reply_length(branch->reply);
	return octets;
}

/* Octets of messages that tm holds for a transaction. */
static size_t held_by(const struct cell *t)
{
	size_t octets = t->uas.response.buffer_len;

	if(t->uas.request != NULL)
		octets += t->uas.request->len;
	for(int i = 0; i < t->nr_of_outgoings; i++)
		octets += held_by_branch(&t->uac[i]);
	return octets;
}

/* tm has sent a request or a reply; or a CANCEL came, whose own transaction is
 * there as long as that of its INVITE, which has the charge. */
static void on_event(struct cell *t, int type, struct tmcb_params *params)
{
	bool cancelled = (type & TMCB_E2ECANCEL_IN) != 0;
	size_t more = cancelled ? TRANSACTION + (size_t)params->req->len : 0;

	raise_to(*params->param, more, held_by(t));
}

/* True if a transaction has its charge, whichever process made it. */
static bool is_charged(const struct cell *t)
{
	const volatile struct tm_callback *callback = t->tmcb_hl.first;

	while(callback != NULL && callback->callback != on_event)
		callback = callback->next;
	return callback != NULL;
}

/* Hangs a charge on a transaction, which ends it; false if that fails. */
static bool attach(struct cell *t, charge_t *charge)
{
	if(tm.register_tmcb(NULL, t,
			   TMCB_REQUEST_OUT | TMCB_RESPONSE_OUT | TMCB_E2ECANCEL_IN,
			   on_event, charge, discharge)
			> 0)
		return true;
	LM_ERR("cannot watch the transaction\n");
	discharge(charge);
	return false;
}

/* A request gets a transaction: it has the charge from now on. */
static void on_begin(struct cell *t, int type, struct tmcb_params *params)
{
	charge_t *charge = last.charge;

	(void)type;
	if(charge == NULL || params->req->id != last.id
			|| params->req->pid != last.pid)
		return;
	last.charge = NULL;
	if(!attach(t, charge))
		last.verdict = MCLMR_OVERLOAD;
}

/* Ends a charge that no transaction has. */
static void forget_charge(void)
{
	if(last.charge != NULL)
		discharge(last.charge);
	last.charge = NULL;
}

/* The route of a request has ended. */
static int on_route_end(struct sip_msg *msg, unsigned int flags, void *param)
{
	(void)msg, (void)flags, (void)param;
	forget_charge();
	return 1;
}

/* What a request holds in any case: itself, and once more as it is sent. */
static charge_t price(struct sip_msg *msg)
{
	charge_t charge = {.fixed = TRANSACTION};

	if(msg->REQ_METHOD == METHOD_INVITE && msg->to != NULL
			&& get_to(msg)->tag_value.len == 0)
		charge.fixed += NEW_CALL;
	charge.octets = charge.fixed + 2 * (size_t)msg->len;
	return charge;
}

/* A charge to a key; NULL if it may not hold that. */
static charge_t *charge_key(
		mclmr_span_t key, const charge_t *price, size_t limit)
{
	uint64_t hash = mclmr_table_hash(shared->seed, key);
	charge_t *charge = shm_malloc(sizeof(*charge));

	if(charge == NULL)
		return NULL;
	*charge = *price;
	charge->shard = &shared->shard[hash >> (64 - SHARD_BITS)];
	lock_get(&charge->shard->lock);
	charge->account = iwf_accounts_charge(
			&charge->shard->accounts, hash, key, charge->octets, limit);
	lock_release(&charge->shard->lock);
	if(charge->account == NULL) {
		shm_free(charge);
		return NULL;
	}
	return charge;
}

static mclmr_status_t charge_request(
		struct sip_msg *msg, mclmr_span_t key, size_t limit)
{
	struct cell *t = tm.t_gett();
	bool begun = t != NULL && t != T_UNDEFINED;
	charge_t wanted = price(msg);
	charge_t *charge;

	if(begun && is_charged(t))
		return MCLMR_OK;
	if(shm_available() < shared->reserve
			|| !iwf_total_charge(&shared->total, wanted.octets))
		return MCLMR_OVERLOAD;
	charge = charge_key(key, &wanted, limit);
	if(charge == NULL) {
		iwf_total_discharge(&shared->total, wanted.octets);
		return MCLMR_OVERLOAD;
	}
	if(begun)
		return attach(t, charge) ? MCLMR_OK : MCLMR_INTERNAL;
	last.charge = charge;
	return MCLMR_OK;
}

/* What the script says, in octets, and the verdict. */
static mclmr_status_t admit(
		struct sip_msg *msg, mclmr_span_t key, mclmr_span_t text)
{
	size_t limit;

	if(key.len == 0 || key.len > IWF_ACCOUNT_KEY
			|| !iwf_account_limit(text, shared->total.limit, &limit)) {
		LM_ERR("iwf_admit: no key, or no limit as 1000000 or 10%%\n");
		return MCLMR_INTERNAL;
	}
	return charge_request(msg, key, limit);
}

mclmr_status_t iwf_admit(
		struct sip_msg *msg, mclmr_span_t key, mclmr_span_t limit)
{
	if(msg->first_line.type != SIP_REQUEST || msg->REQ_METHOD == METHOD_ACK
			|| msg->REQ_METHOD == METHOD_CANCEL)
		return MCLMR_OK;
	if(last.id == msg->id && last.pid == msg->pid)
		return last.verdict;
	forget_charge();
	last.id = msg->id;
	last.pid = msg->pid;
	last.verdict = admit(msg, key, limit);
	return last.verdict;
}

/* Locks and tables of all shards. */
static bool init_shards(void)
{
	for(int i = 0; i < SHARDS; i++) {
		if(lock_init(&shared->shard[i].lock) == NULL
				|| !iwf_accounts_init(
						&shared->shard[i].accounts, mc_store_allocator()))
			return false;
	}
	shared->seed = shared->shard[0].accounts.table.seed;
	return true;
}

/* Accounts, and what all may hold by the size of the memory. They stay to the
 * end: tm, which is loaded before, frees its transactions later. */
static bool init_shared(void)
{
	struct mem_info info;

	shared = shm_malloc(sizeof(*shared));
	if(shared == NULL)
		return false;
	memset(shared, 0, sizeof(*shared));
	shm_info(&info);
	shared->total.limit = info.total_size / 100 * (size_t)iwf_config.held_share;
	shared->reserve = info.total_size / RESERVE;
	return init_shards();
}

/* Gauges: what is held, and the most that may be. */
static counter_val_t read_held(counter_handle_t handle, void *param)
{
	(void)handle, (void)param;
	return (counter_val_t)atomic_load(&shared->total.held);
}

static counter_val_t read_limit(counter_handle_t handle, void *param)
{
	(void)handle, (void)param;
	return (counter_val_t)shared->total.limit;
}

static bool add_gauges(void)
{
	return counter_register(NULL, IWF_COUNTER_GROUP, "held_octets", 0,
				   read_held, NULL,
				   "octets that transactions hold, as iwf_admit() counts", 0)
				   >= 0
		   && counter_register(NULL, IWF_COUNTER_GROUP, "held_limit", 0,
					  read_limit, NULL, "octets that they may hold", 0)
					  >= 0;
}

int iwf_admit_init(void)
{
	if(!init_shared()) {
		LM_ERR("no shared memory for accounts\n");
		return -1;
	}
	if(load_tm_api(&tm) < 0
			|| tm.register_tmcb(NULL, NULL, TMCB_REQUEST_IN, on_begin, NULL, 0)
					   <= 0
			|| register_script_cb(on_route_end, POST_SCRIPT_CB | REQUEST_CB, 0)
					   < 0) {
		LM_ERR("module tm has to be loaded before mc_iwf\n");
		return -1;
	}
	return add_gauges() ? 0 : -1;
}
