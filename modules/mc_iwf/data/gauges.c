/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How much data there are, and how they are kept up to date. */
#include "core/counters.h"

#include "mc_iwf/counters.h"
#include "bad_rows.h"
#include "bindings.h"
#include "gauges.h"
#include "refresh.h"
#include "store.h"

/* What the gauges show, chosen by their parameter. */
typedef enum gauge
{
	GAUGE_USERS,
	GAUGE_KMFS,
	GAUGE_LMR_USERS,
	GAUGE_GROUPS,
	GAUGE_RELOADS,
	GAUGE_CHANGES,
	GAUGE_BAD_ROWS,
	GAUGE_DB_UP,
	GAUGE_LOAD_FAILED,
	GAUGE_CORE_USERS,
	GAUGE_CORE_USERS_UNSAVED
} gauge_t;

/* Counts of the directory in force, all 0 if nothing is loaded. */
static mclmr_directory_counts_t count_directory(void)
{
	mclmr_directory_counts_t counts = {0};
	const mclmr_directory_t *directory = iwf_store_read();

	if(directory != NULL)
		counts = mclmr_directory_count(directory);
	iwf_store_read_end();
	return counts;
}

/* Its reason is kept until a load goes well. */
static bool last_load_failed(void)
{
	mc_store_info_t info;

	iwf_store_info(&info);
	return info.error[0] != '\0';
}

/* Reads one gauge. */
static counter_val_t read_gauge(counter_handle_t handle, void *which)
{
	mc_follower_stats_t stats;

	(void)handle;
	iwf_refresh_stats(&stats);
	switch((gauge_t)(long)which) {
		case GAUGE_USERS:
			return (counter_val_t)count_directory().users;
		case GAUGE_KMFS:
			return (counter_val_t)count_directory().kmfs;
		case GAUGE_LMR_USERS:
			return (counter_val_t)count_directory().lmr_users;
		case GAUGE_GROUPS:
			return (counter_val_t)count_directory().groups;
		case GAUGE_RELOADS:
			return (counter_val_t)stats.reloads;
		case GAUGE_CHANGES:
			return (counter_val_t)stats.changes;
		case GAUGE_BAD_ROWS:
			return (counter_val_t)iwf_bad_rows_total();
		case GAUGE_DB_UP:
			return stats.up;
		case GAUGE_LOAD_FAILED:
			return last_load_failed();
		case GAUGE_CORE_USERS:
			return (counter_val_t)iwf_bindings_count().registrations;
		case GAUGE_CORE_USERS_UNSAVED:
			return (counter_val_t)iwf_bindings_count_unsaved();
	}
	return 0;
}

/* Registers one gauge; 0 or less than 0. */
static int add_gauge(const char *name, gauge_t gauge, const char *text)
{
	return counter_register(NULL, IWF_COUNTER_GROUP, name, 0, read_gauge,
			(void *)(long)gauge, text, 0);
}

int iwf_gauges_init(void)
{
	static const struct
	{
		const char *name;
		gauge_t gauge;
		const char *text;
	} gauges[] = {
			{"users", GAUGE_USERS, "MC service IDs in force"},
			{"kmfs", GAUGE_KMFS, "KMFs in force"},
			{"lmr_users", GAUGE_LMR_USERS, "LMR users in force"},
			{"groups", GAUGE_GROUPS, "groups in force"},
			{"reloads", GAUGE_RELOADS, "full reloads that went well"},
			{"changes", GAUGE_CHANGES, "rows of the change log applied"},
			{"bad_rows", GAUGE_BAD_ROWS, "rows that could not be used"},
			{"db_up", GAUGE_DB_UP, "1 if the database answers"},
			{"load_failed", GAUGE_LOAD_FAILED,
					"1 if the last full load failed"},
			{"core_users", GAUGE_CORE_USERS,
					"users that IMS cores have registered"},
			{"core_users_unsaved", GAUGE_CORE_USERS_UNSAVED,
					"those of them whose last change is not in the database"},
	};

	for(size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
		if(add_gauge(gauges[i].name, gauges[i].gauge, gauges[i].text) < 0)
			return -1;
	}
	return 0;
}
