/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Batches: in this process, or shared out to others. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch_chunk.h"

#define MAX_WORKERS 256
#define PROGRESS_MS 200

/* What workers and parent share. */
typedef struct shared
{
	size_t next; /* the first row that no worker has taken yet */
	size_t fate[MCLMR_BATCH_REFUSED + 1]; /* how many rows */
	int stop;
} shared_t;

/* A row that was refused, from a worker: pipes keep it whole. */
typedef struct report
{
	size_t row;
	char why[MCLMR_BATCH_WHY];
} report_t;

struct mclmr_batch
{
	mclmr_batch_work_t work;
	shared_t *shared;
	int report[2]; /* a pipe, of report_t */
};

mclmr_batch_t *mclmr_batch_new(const mclmr_batch_work_t *work)
{
	mclmr_batch_t *batch = malloc(sizeof(*batch));

	if(batch == NULL)
		return NULL;
	batch->work = *work;
	batch->shared = mmap(NULL, sizeof(*batch->shared), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if(batch->shared != MAP_FAILED && pipe(batch->report) == 0)
		return batch;
	if(batch->shared != MAP_FAILED)
		(void)munmap(batch->shared, sizeof(*batch->shared));
	free(batch);
	return NULL;
}

/* Closes an end of the pipe, if it is open. */
static void close_end(mclmr_batch_t *batch, int end)
{
	if(batch->report[end] >= 0)
		close(batch->report[end]);
	batch->report[end] = -1;
}

void mclmr_batch_free(mclmr_batch_t *batch)
{
	if(batch == NULL)
		return;
	close_end(batch, 0);
	close_end(batch, 1);
	(void)munmap(batch->shared, sizeof(*batch->shared));
	free(batch);
}

void mclmr_batch_stop(mclmr_batch_t *batch)
{
	__atomic_store_n(&batch->shared->stop, 1, __ATOMIC_RELAXED);
}

static bool is_stopped(const mclmr_batch_t *batch)
{
	return __atomic_load_n(&batch->shared->stop, __ATOMIC_RELAXED) != 0;
}

size_t mclmr_batch_cores(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : (size_t)cores;
}

/* How many rows have had a fate. */
static size_t count_of(const mclmr_batch_t *batch, mclmr_batch_fate_t fate)
{
	return __atomic_load_n(&batch->shared->fate[fate], __ATOMIC_RELAXED);
}

static mclmr_batch_result_t so_far(const mclmr_batch_t *batch)
{
	return (mclmr_batch_result_t){.made = count_of(batch, MCLMR_BATCH_MADE),
			.skipped = count_of(batch, MCLMR_BATCH_SKIPPED),
			.refused = count_of(batch, MCLMR_BATCH_REFUSED),
			.stopped = is_stopped(batch)};
}

static void tell_progress(const mclmr_batch_t *batch)
{
	mclmr_batch_result_t result = so_far(batch);

	if(batch->work.progress != NULL)
		batch->work.progress(batch->work.context, &result);
}

static void tell_refused(
		const mclmr_batch_t *batch, size_t row, const char *why)
{
	if(batch->work.refused != NULL)
		batch->work.refused(batch->work.context, row, why);
}

/* Counts a row. */
static void count(mclmr_batch_t *batch, const mclmr_batch_item_t *item)
{
	(void)__atomic_fetch_add(
			&batch->shared->fate[item->fate], 1, __ATOMIC_RELAXED);
}

/* What a worker does with a row that is through: the parent is told why it was
 * refused. */
static void settle_there(void *context, const mclmr_batch_item_t *item)
{
	mclmr_batch_t *batch = context;
	report_t report = {.row = item->row};

	count(batch, item);
	if(item->fate != MCLMR_BATCH_REFUSED)
		return;
	strncpy(report.why, item->why, sizeof(report.why) - 1);
	if(write(batch->report[1], &report, sizeof(report))
			!= (ssize_t)sizeof(report))
		_exit(EXIT_FAILURE);
}

/* The same in the calling process. */
static void settle_here(void *context, const mclmr_batch_item_t *item)
{
	mclmr_batch_t *batch = context;

	count(batch, item);
	if(item->fate == MCLMR_BATCH_REFUSED)
		tell_refused(batch, item->row, item->why);
}

/* Takes the next rows; how many, 0 if there are no more, or none are to be
 * taken. */
static size_t take_rows(mclmr_batch_t *batch, size_t *first)
{
	size_t rows = batch->work.rows;

	if(is_stopped(batch))
		return 0;
	*first = __atomic_fetch_add(
			&batch->shared->next, MCLMR_BATCH_CHUNK, __ATOMIC_RELAXED);
	if(*first >= rows)
		return 0;
	return rows - *first < MCLMR_BATCH_CHUNK ? rows - *first
											 : MCLMR_BATCH_CHUNK;
}

/* Does all rows in this process. */
static bool run_here(mclmr_batch_t *batch)
{
	mclmr_batch_chunk_t *chunk = mclmr_batch_chunk_new(&batch->work);
	size_t first;
	size_t n;

	if(chunk == NULL)
		return false;
	while((n = take_rows(batch, &first)) > 0) {
		mclmr_batch_chunk_do(chunk, first, n, settle_here, batch);
		tell_progress(batch);
	}
	mclmr_batch_chunk_free(chunk);
	return true;
}

/* A worker: takes rows until there are no more. */
static void work(mclmr_batch_t *batch)
{
	mclmr_batch_chunk_t *chunk = mclmr_batch_chunk_new(&batch->work);
	size_t first;
	size_t n;

	if(chunk == NULL || !mclmr_keyring_forked(batch->work.ring))
		_exit(EXIT_FAILURE);
	while((n = take_rows(batch, &first)) > 0)
		mclmr_batch_chunk_do(chunk, first, n, settle_there, batch);
	mclmr_batch_chunk_free(chunk);
	_exit(EXIT_SUCCESS);
}

/* What a worker begins with. */
static void begin_worker(mclmr_batch_t *batch, pid_t parent)
{
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	/* No worker outlives the parent. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if(getppid() != parent)
		_exit(EXIT_FAILURE);
	close_end(batch, 0);
	work(batch);
}

/* Starts workers, but no more than there are rows for; how many. */
static size_t start_workers(
		mclmr_batch_t *batch, size_t workers, pid_t pids[MAX_WORKERS])
{
	size_t chunks =
			(batch->work.rows + MCLMR_BATCH_CHUNK - 1) / MCLMR_BATCH_CHUNK;
	pid_t parent = getpid();
	size_t n = 0;

	if(workers > MAX_WORKERS)
		workers = MAX_WORKERS;
	while(n < workers && n < chunks) {
		pid_t pid = fork();

		if(pid == 0)
			begin_worker(batch, parent);
		if(pid < 0)
			break;
		pids[n++] = pid;
	}
	return n;
}

/* Reads reports, and tells the progress, until all workers are gone. */
static void watch(mclmr_batch_t *batch)
{
	struct pollfd pipe = {.fd = batch->report[0], .events = POLLIN};
	report_t report;
	ssize_t n = 1;

	while(n != 0) {
		tell_progress(batch);
		if(poll(&pipe, 1, PROGRESS_MS) <= 0)
			continue;
		n = read(batch->report[0], &report, sizeof(report));
		if(n == (ssize_t)sizeof(report))
			tell_refused(batch, report.row, report.why);
		else if(n < 0 && errno != EINTR)
			break;
	}
	tell_progress(batch);
}

/* Waits for the workers; false if one came to a bad end. */
static bool wait_for(const pid_t *pids, size_t n)
{
	bool well = true;
	int status;

	for(size_t i = 0; i < n; i++) {
		while(waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
			;
		well = well && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
	}
	return well;
}

/* Shares all rows out to workers. */
static bool run_workers(mclmr_batch_t *batch, size_t workers, bool *broken)
{
	pid_t pids[MAX_WORKERS];
	size_t n = start_workers(batch, workers, pids);

	close_end(batch, 1);
	if(n == 0 && batch->work.rows > 0)
		return false;
	watch(batch);
	*broken = !wait_for(pids, n);
	return true;
}

bool mclmr_batch_run(
		mclmr_batch_t *batch, size_t workers, mclmr_batch_result_t *result)
{
	bool broken = false;
	bool done = workers == 0 ? run_here(batch)
							 : run_workers(batch, workers, &broken);

	*result = so_far(batch);
	result->broken = broken;
	return done;
}
