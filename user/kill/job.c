/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One job of the helper: reap, sweep, mark.
 *
 * A sweep is for processes that are still being forked, so it comes first, and if it is late it is
 * left out: by then somebody may have put new, innocent processes there. Without one, reaping comes
 * first, because it gives memory back and needs no file.
 */
#include "kill/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kill/mark.h"
#include "kill/sweep.h"
#include "kill/victims.h"
#include "log.h"
#include "source/cgroupfs_file.h"

#define SECOND_NS	 1000000000ULL
#define LATE_COMPLETE_NS SECOND_NS	  /* everybody is known to be signalled: little to win */
#define LATE_NS		 (10 * SECOND_NS) /* somebody got away: worth more patience */
#define CLEAN_PATH_BYTES 512

static const char *clean_path(const struct job *job, char *buf, size_t size)
{
	const char *path = job->folder[0] ? job->folder + job->path_at : "(path too long)";

	return log_clean(*path ? path : "/", buf, size);
}

static void job_say(const struct job *job, enum log_level level, const char *what, int err)
{
	char path[CLEAN_PATH_BYTES];

	log_line(level, "%s: %s: %s", clean_path(job, path, sizeof(path)), what, strerror(-err));
}

/* What oomd says where this is done (docs/oomd.md 1.2), about the folder as a whole path. */
static void say_done(const struct job *job, const char *what)
{
	char folder[CLEAN_PATH_BYTES];

	if (!job->silent && !job->rehearsal)
		log_info("%s %s", what, log_clean(job->folder, folder, sizeof(folder)));
}

static void reap(struct job *job)
{
	uint64_t begin_ns = kill_clock_ns();
	size_t nr_before = atomic_load(&job->nr_reaped);

	if (!job->nr_pidfds)
		return;
	for (size_t i = 0; i < job->nr_pidfds; i++) {
		int err = process_mrelease(job->pidfds[i], 0);

		/* EAGAIN: somebody held a page at that moment; once more is worth the try */
		if (err && errno == EAGAIN)
			err = process_mrelease(job->pidfds[i], 0);
		if (!err)
			atomic_fetch_add(&job->nr_reaped, 1);
		close(job->pidfds[i]);
	}
	job->nr_pidfds = 0;
	say_done(job, "Reaping processes in"); /* memory first, words later */
	if (!job->silent && !job->rehearsal)
		log_info("Reaped %zu processes in %llums", atomic_load(&job->nr_reaped) - nr_before,
			 (unsigned long long)(kill_clock_ns() - begin_ns) / (SECOND_NS / 1000));
}

/* Is PID 1 or boomd in there by now? What cannot be found out counts as yes. */
static bool holds_protected(struct job *job)
{
	static const char *const pids[] = {"1", "self"};

	for (size_t i = 0; i < 2; i++) {
		int err = sweep_cgroup_of(pids[i], job->scratch, sizeof(job->scratch));

		if (err == -ENODATA)
			continue; /* not in any cgroup2 */
		if (err || sweep_path_is_below(job->scratch, job->folder + job->path_at))
			return true;
	}
	return false;
}

static void sweep(struct job *job, int cgroup_fd)
{
	uint64_t late_ns = job->complete ? LATE_COMPLETE_NS : LATE_NS;
	int err;

	if (!job->sweep)
		return;
	if (holds_protected(job)) {
		job_say(job, LOG_LEVEL_WARN, "PID 1 or boomd may be in it, no cgroup.kill", -EPERM);
		return;
	}
	if (kill_clock_ns() - job->signalled_ns > late_ns) {
		job_say(job, LOG_LEVEL_WARN, "too late for cgroup.kill", -ETIME);
		return;
	}
	err = job->kernelkill ? sweep_kill_frozen(cgroup_fd) : sweep_kill(cgroup_fd);
	if (err)
		job_say(job, err == -ENOENT || err == -ENODEV ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
			"cgroup.kill", err);
	else
		atomic_store(&job->swept, true);
}

static void mark(struct job *job, int cgroup_fd)
{
	struct mark_result result;
	char path[CLEAN_PATH_BYTES];

	mark_kill(cgroup_fd, job->uuid, job->nr_killed, &result);
	if (result.nr_garbage)
		log_warn("%s: %zu kill xattrs held no number, counted as 0",
			 clean_path(job, path, sizeof(path)), result.nr_garbage);
	if (result.error)
		job_say(job, LOG_LEVEL_WARN, "kill xattrs", result.error);
	for (size_t i = 0; i < result.nr_set; i++) {
		char text[96];

		(void)snprintf(text, sizeof(text), "Set xattr %s=%s on", result.set[i].name,
			       result.set[i].value);
		say_done(job, text);
	}
}

static int open_folder(struct job *job, int *ret_fd)
{
	int err = -ENAMETOOLONG;

	if (job->folder[0])
		err = cgroupfs_folder_open(job->folder, job->cgroup_id, ret_fd);
	/* gone with its last process is how it should be */
	if (err && !job->rehearsal)
		job_say(job, err == -ENOENT ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
			"no cgroup.kill, no kill xattrs", err);
	return err;
}

void job_run(struct job *job)
{
	int cgroup_fd;

	if (!job->sweep)
		reap(job);
	if (!open_folder(job, &cgroup_fd)) {
		if (!job->rehearsal) {
			sweep(job, cgroup_fd);
			reap(job);
			/* last, since nobody waits for them; who was dying before is no new kill */
			if (job->nr_killed)
				mark(job, cgroup_fd);
		}
		close(cgroup_fd);
	}
	reap(job);
}
