/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The directory in shared memory. */
#include "core/dprint.h"

#include "store.h"

static mc_store_t store;

/* Frees a directory, as the store calls it. */
static void release(void *content)
{
	mclmr_directory_free(content);
}

int iwf_store_init(void)
{
	if(mc_store_init(&store, release))
		return 0;
	LM_ERR("no shared memory for the store\n");
	return -1;
}

void iwf_store_destroy(void)
{
	mc_store_destroy(&store);
}

const mclmr_directory_t *iwf_store_read(void)
{
	return mc_store_read(&store);
}

void iwf_store_read_end(void)
{
	mc_store_read_end(&store);
}

mclmr_directory_t *iwf_store_write(void)
{
	return mc_store_write(&store);
}

void iwf_store_write_end(void)
{
	mc_store_write_end(&store);
}

void iwf_store_replace(mclmr_directory_t *directory)
{
	mc_store_replace(&store, directory);
}

void iwf_store_failed(const char *error)
{
	mc_store_failed(&store, error);
}

void iwf_store_info(mc_store_info_t *info)
{
	mc_store_info(&store, info);
}
