/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The thread and its slots. The state of a slot is the only thing that both sides write; a
 * semaphore wakes the helper. Its stack is small, because mlockall() locks all of it.
 */
#include "kill/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kill/job.h"
#include "thread.h"

#define STACK_BYTES (128 * 1024) /* 16 KiB are used; the sanitizers need more */
#define STOP_WAIT_S 1

static struct job *next_ready(struct helper *helper)
{
	struct job *first = NULL;

	for (size_t i = 0; i < HELPER_SLOTS; i++) {
		struct job *job = &helper->jobs[i];

		if (atomic_load_explicit(&job->state, memory_order_acquire) == JOB_READY &&
		    (!first || job->number < first->number))
			first = job;
	}
	return first;
}

static void *helper_main(void *arg)
{
	struct helper *helper = arg;
	struct job *job;

	for (;;) {
		while (sem_wait(&helper->work) && errno == EINTR)
			;
		while ((job = next_ready(helper))) {
			job_run(job);
			atomic_store_explicit(&job->state, JOB_FREE, memory_order_release);
		}
		if (atomic_load(&helper->stop))
			return NULL;
	}
}

int helper_init(struct helper *helper)
{
	int err;

	memset(helper, 0, sizeof(*helper));
	helper->jobs = calloc(HELPER_SLOTS, sizeof(struct job));
	if (!helper->jobs)
		return -ENOMEM;
	for (size_t i = 0; i < HELPER_SLOTS; i++) { /* page them in */
		memset(helper->jobs[i].folder, 0xff, sizeof(helper->jobs[i].folder));
		memset(helper->jobs[i].scratch, 0xff, sizeof(helper->jobs[i].scratch));
		memset(helper->jobs[i].pidfds, 0xff, sizeof(helper->jobs[i].pidfds));
	}
	sem_init(&helper->work, 0, 0);
	err = thread_start("boomd-helper", STACK_BYTES, helper_main, helper, &helper->thread);
	if (err) {
		sem_destroy(&helper->work);
		free(helper->jobs);
		helper->jobs = NULL;
	}
	return err;
}

bool helper_fini(struct helper *helper)
{
	struct timespec until;

	if (!helper->jobs)
		return true;
	atomic_store(&helper->stop, true);
	sem_post(&helper->work);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += STOP_WAIT_S;
	if (pthread_clockjoin_np(helper->thread, NULL, CLOCK_MONOTONIC, &until)) {
		pthread_detach(helper->thread);
		return false;
	}
	sem_destroy(&helper->work);
	free(helper->jobs);
	helper->jobs = NULL;
	return true;
}

struct job *helper_claim(struct helper *helper)
{
	for (size_t i = 0; i < HELPER_SLOTS; i++) {
		struct job *job = &helper->jobs[i];

		if (atomic_load_explicit(&job->state, memory_order_acquire) != JOB_FREE)
			continue;
		atomic_store(&job->state, JOB_FILLING);
		job->rehearsal = job->kernelkill = job->complete = false;
		job->sweep = job->silent = false;
		job->nr_pidfds = 0;
		job->nr_killed = job->signalled_ns = 0;
		job->folder[0] = job->uuid[0] = '\0';
		atomic_store(&job->nr_reaped, 0);
		atomic_store(&job->swept, false);
		return job;
	}
	return NULL;
}

void job_set_folder(struct job *job, const char *cgroup_fs, const char *path)
{
	int n = snprintf(job->folder, sizeof(job->folder), "%s/%s", cgroup_fs, path);

	if (n < 0 || (size_t)n >= sizeof(job->folder))
		job->folder[0] = '\0';
	job->path_at = strlen(cgroup_fs) + 1;
}

void job_add_pidfd(struct job *job, int pidfd)
{
	int copy;

	if (job->nr_pidfds >= BOOMD_TASKS_MAX)
		return;
	copy = fcntl(pidfd, F_DUPFD_CLOEXEC, 0);
	if (copy >= 0)
		job->pidfds[job->nr_pidfds++] = copy;
}

void helper_submit(struct helper *helper, struct job *job)
{
	job->number = ++helper->nr_jobs;
	atomic_store_explicit(&job->state, JOB_READY, memory_order_release);
	sem_post(&helper->work);
}

void helper_abandon(struct job *job)
{
	for (size_t i = 0; i < job->nr_pidfds; i++)
		close(job->pidfds[i]);
	job->nr_pidfds = 0;
	atomic_store_explicit(&job->state, JOB_FREE, memory_order_release);
}
