/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The helper thread: does what may block, after the signals are sent. Reaps the victims' memory,
 * sweeps the cgroup with cgroup.kill, leaves the kill xattrs.
 *
 * There are three slots for jobs, taken at start: one at work, one that waits, and one for the
 * stragglers of that one. When all are taken, because cgroupfs holds the helper up, the next kill
 * goes without. Nobody ever waits for the
 * helper, and no lock is shared with it: a slot belongs to whoever its state says.
 */
#ifndef KILL_HELPER_H
#define KILL_HELPER_H

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"
#include "kill/killer.h"

#define HELPER_SLOTS 3

enum job_state {
	JOB_FREE = 0,
	JOB_FILLING, /* the killer's */
	JOB_READY,   /* the helper's, from here */
};

struct job {
	atomic_int state; /* enum job_state */
	uint64_t number;  /* the lower one goes first */
	bool rehearsal;	  /* at start: touch code and stack, change nothing */

	uint64_t cgroup_id;
	char folder[PATH_MAX]; /* "": too long for a system call */
	size_t path_at;	       /* where in folder the path below the cgroup root begins */
	char uuid[KILL_UUID_SIZE];
	bool kernelkill, complete, sweep, silent;
	uint64_t nr_killed;
	uint64_t signalled_ns;

	size_t nr_pidfds; /* to be reaped; duplicates, the job's own */
	int pidfds[BOOMD_TASKS_MAX];

	char scratch[PATH_MAX]; /* the helper's */

	/* results, read by the killer at any time */
	atomic_size_t nr_reaped;
	atomic_bool swept;
};

struct helper {
	struct job *jobs; /* HELPER_SLOTS */
	uint64_t nr_jobs;
	sem_t work;
	atomic_bool stop;
	pthread_t thread;
};

/* Starts the thread; 0 or -errno. */
int helper_init(struct helper *helper);
/*
 * Lets it finish what is ready, for a second at most. false: it is stuck in the kernel; it and its
 * memory are left behind, the process is about to end anyway.
 */
bool helper_fini(struct helper *helper);

/* An empty slot, cleared, for the caller to fill; NULL: both are taken. */
struct job *helper_claim(struct helper *helper);
/* Sets folder from its two parts. */
void job_set_folder(struct job *job, const char *cgroup_fs, const char *path);
/* Duplicates pidfd into the job; without room it goes unreaped. */
void job_add_pidfd(struct job *job, int pidfd);
/* Hands a filled slot over. */
void helper_submit(struct helper *helper, struct job *job);
/* Gives a claimed slot back unused. */
void helper_abandon(struct job *job);

#endif
