/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An ordinary MESSAGE of an IWF. */
#include "mc_iwf/data/store.h"
#include "message.h"
#include "plain.h"
#include "source.h"

mclmr_status_t iwf_check_plain(
		struct sip_msg *msg, mclmr_span_t from, mclmr_span_t asserted)
{
	const mclmr_plain_request_t request = {.source = iwf_source_read(msg),
			.from = from,
			.asserted = asserted,
			.impu = iwf_message_request_uri(msg)};
	const mclmr_directory_t *directory = iwf_store_read();
	mclmr_status_t status = MCLMR_INTERNAL;

	if(directory != NULL)
		status = mclmr_plain_decide(directory, &request);
	iwf_store_read_end();
	return status;
}
