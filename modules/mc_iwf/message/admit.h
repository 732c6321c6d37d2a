/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * iwf_admit: may a request begin a transaction, which holds shared memory for a
 * while: at least until no sender repeats the request any more (wt_timer of
 * module tm, 32 s in the sample). What it holds is charged to a key and to the
 * total of this node when the request comes, follows what tm holds by then
 * (branches, other peers, replies), and is taken back when tm frees the
 * transaction. A request that gets none is charged while its route runs.
 */
#ifndef IWF_ADMIT_H
#define IWF_ADMIT_H

#include "core/parser/msg_parser.h"

#include "mclmr/base/status.h"

/* Accounts in shared memory, gauges, and tm, which must be loaded; before any
 * fork. 0, or -1 with a log line. */
int iwf_admit_init(void);

/*
 * Charges this request to a key. limit: what the key may hold, octets or a
 * share of the total, "10%". ACK and CANCEL are of another transaction: they
 * are never refused, and what the transaction of a CANCEL holds is charged to
 * that of its INVITE. A request is charged once: asked again, the verdict
 * stays, and in a failure route a transaction that has its charge is admitted.
 *
 * MCLMR_OK; MCLMR_OVERLOAD: key or total would hold more than they may, or
 * less than a tenth of the shared memory is free; MCLMR_INTERNAL: no limit, no
 * key or one of more than 255 octets, or tm cannot tell the end.
 */
mclmr_status_t iwf_admit(
		struct sip_msg *msg, mclmr_span_t key, mclmr_span_t limit);

#endif
