/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The process of a follower. */
#include <string.h>

#include "core/cfg/cfg_struct.h"
#include "core/mem/shm_mem.h"
#include "core/pt.h"
#include "core/sr_module.h"
#include "core/ut.h"

#include "follower_process.h"

bool mc_follower_share(mc_follower_t *f)
{
	f->stats = shm_malloc(sizeof(*f->stats));
	f->reload = mc_reload_new();
	if(f->stats == NULL || f->reload == NULL) {
		mc_follower_unshare(f);
		return false;
	}
	memset(f->stats, 0, sizeof(*f->stats));
	return true;
}

void mc_follower_unshare(mc_follower_t *f)
{
	mc_reload_free(f->reload);
	f->reload = NULL;
	if(f->stats != NULL)
		shm_free(f->stats);
	f->stats = NULL;
}

mc_db_result_t mc_follower_load_at_start(mc_follower_t *f, mc_db_error_t *error)
{
	mc_db_result_t rc = MC_DB_FAILED;

	mc_db_explain(error, "cannot open the database of db_url");
	if(mc_db_open(f->db))
		rc = mc_follower_load(f, error);
	mc_db_close(f->db);
	f->stats->up = rc == MC_DB_OK;
	return rc;
}

void mc_follower_plan(void)
{
	register_procs(1);
	cfg_register_child(1);
}

int mc_follower_start(mc_follower_t *f, const char *name)
{
	int pid;

	if(f->stats == NULL)
		return 0;
	pid = fork_process(PROC_NOCHLDINIT, (char *)(uintptr_t)name, 0);
	if(pid != 0)
		return pid < 0 ? -1 : 0;
	if(cfg_child_init())
		return -1;
	for(;;) {
		cfg_update();
		mc_follower_round(f);
		sleep_us((unsigned)f->interval_ms * 1000);
	}
}
