/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Room in shared memory for a second directory. */
#include "core/globals.h"
#include "core/mem/shm_mem.h"

#include "memory.h"
#include "store.h"

#define RESERVE(total) ((total) / 4) /* octets that messages need */

/* What is in force: its octets and its rows; false if nothing is. */
static bool measure(size_t *octets, size_t *rows)
{
	const mclmr_directory_t *directory = iwf_store_read();
	bool loaded = directory != NULL;

	if(loaded) {
		mclmr_directory_counts_t count = mclmr_directory_count(directory);

		*octets = mclmr_directory_octets(directory);
		*rows = count.users + count.entries + count.lmr_users + count.groups;
	}
	iwf_store_read_end();
	return loaded;
}

bool iwf_memory_fits(size_t rows, mc_db_error_t *error)
{
	unsigned long reserve = RESERVE(shm_mem_size);
	unsigned long left = shm_available();
	size_t octets, before;
	double need;

	if(!measure(&octets, &before))
		return true;
	need = (double)octets;
	if(rows > before)
		need *= (double)rows / (double)(before > 0 ? before : 1);
	if((double)left >= need + (double)reserve)
		return true;
	mc_db_explain(error,
			"not enough shared memory: new rows need %.0f octets beside the"
			" old ones, %lu are free, %lu are for messages: see -m",
			need, left, reserve);
	return false;
}

bool iwf_memory_is_left(void)
{
	const void *in_force = iwf_store_read();

	iwf_store_read_end();
	return in_force == NULL || shm_available() > RESERVE(shm_mem_size);
}
