/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a chosen cgroup dies. The only room that sends signals.
 *
 * Plugins hand a request to a `struct killer`; behind it stands the real one (killer_new) or, in
 * tests, one that only records. A kill is: list the processes, open a pidfd of each, list again,
 * and signal only those that are in both lists with the same start time, so that a pid that was
 * reused in between is never hit. What may block (process_mrelease, cgroup.kill, xattrs) is done
 * by a helper thread afterwards and delays nothing. cgroup.kill is written only where somebody may
 * have got away: it would also hit a process that was put there since.
 */
#ifndef KILL_KILLER_H
#define KILL_KILLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

#define KILL_PROCESSES_MAX 64 /* remembered by name in a result, the largest; more are counted */
#define KILL_UUID_SIZE	   33 /* 32 hex digits and a NUL */
#define KILL_STUCK_S	   5  /* dying longer than this: not a victim any more */

struct kill_request {
	uint64_t cgroup_id;
	const char *path; /* relative to the cgroup root */
	const char *uuid; /* goes into the kill xattrs */
	bool dry;	  /* signal nobody; succeed if there is somebody */
	bool reap_memory; /* process_mrelease */
	/*
	 * oomd's kernelkill: the helper freezes the cgroup, sweeps by cgroup.kill and thaws it, before
	 * anything else it does. The pidfds are signalled at once all the same: files may block.
	 */
	bool kernelkill;
	bool silent; /* the helper says nothing of what goes well (silence-logs) */
};

struct killed_process {
	int32_t pid;
	int32_t error; /* 0: signalled; -errno of pidfd_send_signal */
	uint64_t rss_bytes;
	char comm[16];
};

struct kill_result {
	size_t nr_listed;    /* processes found in the cgroup and below, kernel threads apart */
	size_t nr_signalled; /* got SIGKILL (dry: would have) */
	size_t nr_dying;     /* were dying before we came; none of the other three */
	size_t nr_failed;
	size_t nr_changed; /* were in the first list and not, or not the same, in the second */
	bool complete;	   /* a list made after the last signal showed nobody else */
	uint64_t first_signal_ns, last_signal_ns; /* CLOCK_MONOTONIC */
	size_t nr_processes;			  /* in processes[] */
	struct killed_process processes[KILL_PROCESSES_MAX];
};

/* What is known of the last kill by now. */
struct kill_progress {
	size_t nr_exited;	 /* of those signalled, and of those that were dying before */
	uint64_t first_exit_ns, last_exit_ns;
	size_t nr_stragglers; /* born during the kill and found after it; signalled, among the exited */
	size_t nr_reaped;     /* process_mrelease succeeded */
	/* the sweep happened; only where processes kept appearing or the list had gaps, or kernelkill */
	bool cgroup_kill_written;
	bool done;		 /* all of these have exited; true also when nobody is awaited */
};

struct killer;

struct killer_ops {
	/*
	 * 0: at least one process was signalled (or would have been), or all there are were dying.
	 * -ESRCH: nobody is in it. -ESTALE: the path is no longer that cgroup.
	 * -EPERM: it holds PID 1 or boomd itself, nobody was signalled, or the kernel refused all.
	 * -EALREADY: only processes that are dying since an earlier kill, KILL_STUCK_S ago and more:
	 * they are stuck, take another victim.
	 * ret_result is filled in every case.
	 */
	int (*kill)(struct killer *killer, const struct kill_request *request,
		    struct kill_result *ret_result);
};

struct killer {
	const struct killer_ops *ops;
};

/*
 * The real one. Raises RLIMIT_NOFILE, starts the helper thread, runs the path once with signal 0
 * against boomd itself, so that code and stack are in memory. source and its cgroup_fs must outlive
 * it. -ENOTSUP: the source lists processes by numbers that mean others here (pid namespace).
 */
int killer_new(struct source *source, struct killer **ret_killer);
void killer_free(struct killer *killer);

/* Readable when somebody signalled by the last kill has exited. For the event loop. */
int killer_exit_fd(const struct killer *killer);
/*
 * Looks at who has exited; never blocks. When all have, lists the cgroup once more and signals those
 * who were just being forked while it was killed; they are awaited, too.
 */
void killer_progress(struct killer *killer, struct kill_progress *ret_progress);
/* Gives up on the last kill's processes: closes their pidfds, stops their exit records. */
void killer_forget(struct killer *killer);

#endif
