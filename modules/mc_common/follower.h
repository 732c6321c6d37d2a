/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_follower: keeps a content up to date with a database, in one process of
 * a node: single rows by the change log that triggers fill, everything anew on
 * request or if the log does not tell enough. What the content is, how a
 * row gets into it and how it is loaded, the module brings as functions; the
 * log lines are its own, too. No Kamailio header.
 */
#ifndef MC_FOLLOWER_H
#define MC_FOLLOWER_H

#include <stdint.h>
#include <time.h>

#include "change_log.h"
#include "holes.h"
#include "reload.h"
#include "retry.h"

/* How patient a change is with what does not fit. */
typedef enum mc_patience
{
	MC_WAIT,	 /* what it needs may come with the next changes */
	MC_GIVE_WAY, /* what is in the way of this row gives way: the two may have
				  * changed places */
	MC_WITHDRAW	 /* what does not fit now is out of force */
} mc_patience_t;

typedef struct mc_follower mc_follower_t;

typedef enum mc_say
{
	MC_SAY_ERROR,
	MC_SAY_WARNING,
	MC_SAY_INFO
} mc_say_t;

/* What a module brings. A content of NULL is the one in force; any other is
 * seen by no other process yet. */
typedef struct mc_follower_calls
{
	/* Reads again what a change names (its table and items), and puts or
	 * removes it. MC_DB_BAD_ROW: not all of it fits; MC_DB_UNSURE: nor does
	 * it, and a full load has to tell what is right. */
	mc_db_result_t (*apply)(mc_follower_t *follower, void *content,
			const mc_change_t *change, mc_patience_t patience,
			mc_db_error_t *error);
	/* Before a round of changes with numbers from first to last (and none of
	 * other numbers that matter): what they name may be read at once. After
	 * it, what was read is given back; also if nothing was. */
	void (*ahead)(mc_follower_t *follower, long long first, long long last);
	void (*ahead_end)(mc_follower_t *follower);
	/* Loads everything as a new content; calls mc_follower_between() when no
	 * result is held, as often as it can. */
	mc_db_result_t (*load)(
			mc_follower_t *follower, void **content, mc_db_error_t *error);
	/* True while there is memory for more of a new content. */
	bool (*has_room)(void);
	/* Puts a new content in force; frees one that did not get so far; notes
	 * that a load failed. */
	void (*put)(void *content);
	void (*discard)(void *content);
	void (*failed)(const char *why);
	/* A row that could not be used even at last. */
	void (*bad_row)(void *content, const mc_change_t *change, const char *why);
	/* After each look into the log: does what other processes ask for with the
	 * connection, or refuses it while the database is away. */
	void (*serve)(bool up);
	/* A line for the log, without its end. */
	void (*say)(mc_say_t level, const char *text);
} mc_follower_calls_t;

/* Counts since start, in memory that all processes share. */
typedef struct mc_follower_stats
{
	unsigned long changes; /* rows of the change log that were applied */
	unsigned long reloads; /* full loads that went well, after the first */
	unsigned long outages; /* times that the database was lost */
	unsigned long holes;   /* missing runs of numbers that are waited for */
	bool up;			   /* the database answers now */
} mc_follower_stats_t;

/* How far a content is along the change log. */
typedef struct mc_progress
{
	mc_holes_t holes;
	uint64_t mark; /* of the row holes.last, 0: there was none. A log without
					* this row, or with another in its place, was begun anew */
	bool anew;	   /* that has happened */
	mc_retries_t retries;
	long long last_try; /* of them, of mc_clock_ms() */
	bool all_seen;		/* by the last poll, and applied */
} mc_progress_t;

/* The first members are the module's to set, the others begin as 0. */
struct mc_follower
{
	const mc_follower_calls_t *calls;
	mc_db_t *db;
	const char *log;   /* table with the change log; "all" as what was changed
						* asks for a full load */
	mclmr_span_t once; /* what is changed as a whole: applied once for all rows
						* that are read together; or empty */
	int interval_ms;   /* between two looks into the log */
	int hold;		   /* s that a missing number may still appear */
	int keep;		   /* s that rows of the log are kept, above hold */
	mc_follower_stats_t *stats;
	mc_reload_t *reload;

	mc_progress_t live;	 /* of the content in force */
	mc_progress_t base;	 /* of the one that is being loaded */
	mc_db_file_t file;	 /* that the content comes from */
	time_t last_load;	 /* 0: none yet */
	time_t reload_at;	 /* 0: no full load is due */
	time_t unsure_until; /* till then a number may come that is not
								   * waited for any more */
	time_t down_since;	 /* 0: the database answers */
	time_t last_try;	 /* to reach the database */
	time_t last_prune;
	long long last_poll; /* of mc_clock_ms() */
};

/* Loads everything and puts it in force, on an open connection; on failure
 * what is in force stays. For the start: later the follower does it itself. */
mc_db_result_t mc_follower_load(mc_follower_t *follower, mc_db_error_t *error);

/* One round: connects, looks into the log, serves, reloads, prunes. Call it
 * every interval_ms from one process. */
void mc_follower_round(mc_follower_t *follower);

/* From a load, between two pages: what is in force stays up to date. */
void mc_follower_between(mc_follower_t *follower);

/* Has a full load done, soon or as planned before; slowly: not within a minute
 * of the last one, for what could come again and again. */
void mc_follower_reload(mc_follower_t *follower, const char *why);
void mc_follower_reload_slowly(mc_follower_t *follower, const char *why);

#endif
