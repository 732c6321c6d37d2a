/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The dispatcher sets of the directory in force. */
#include "peer_set.h"
#include "store.h"

int iwf_peer_set(int above)
{
	const mclmr_directory_t *directory = iwf_store_read();
	int set = 0;

	if(directory != NULL)
		set = mclmr_network_peer_set(mclmr_directory_network(directory), above);
	iwf_store_read_end();
	return set;
}
