/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turn after turn: pidfds, list, signals. A process with SIGKILL pending does not fork, so the
 * turns come to an end as soon as everybody has it. One kind of process escapes them: a child that
 * is just being forked is not yet in any cgroup. Where forks were seen the sweep gets it, elsewhere
 * progress.c looks for it.
 */
#include "kill/attempt.h"

#include <errno.h>
#include <string.h>

#include "kill/sweep.h"
#include "log.h"

#define ROUNDS_MAX	 8   /* for processes that keep appearing; the sweep gets the rest */
#define SHORT_ROUNDS_MAX 256 /* more of them, when descriptors run out: each takes some */

/*
 * A cgroup with more processes than fit into a list may hold the two that must not die among those
 * that were not listed. Their paths, as they were at start, have the say then.
 */
static bool holds_protected(const struct attempt *attempt)
{
	const struct real_killer *k = attempt->killer;
	const char *path = attempt->request->path;

	if (victims_protected(&k->victims))
		return true;
	if (!k->victims.latter->more)
		return false;
	return (k->knows_own_path && sweep_path_is_below(k->own_path, path)) ||
	       (k->knows_init_path && sweep_path_is_below(k->init_path, path));
}

int attempt_list(struct attempt *attempt, struct kill_result *result)
{
	const struct kill_request *request = attempt->request;
	struct victims *v = &attempt->killer->victims;
	int err;

	victims_reset(v);
	err = victims_list(v, request->cgroup_id, request->path);
	if (!err && holds_protected(attempt))
		err = -EPERM;
	victims_turn(v, result);
	return err;
}

void attempt_signalled(void *user, const struct boomd_task *task, int pidfd)
{
	struct attempt *attempt = user;
	struct real_killer *k = attempt->killer;
	bool keep = !k->victims.short_of_fds;

	if (!attempt->begun) {
		real_killer_forget(k);
		attempt->begun = true;
	}
	if (attempt->job && attempt->request->reap_memory && keep)
		job_add_pidfd(attempt->job, pidfd);
	exits_add(&k->exits, task->pid, pidfd, keep);
}

/* Returns how many got the signal or -errno. */
static ssize_t take_turn(struct attempt *attempt, struct kill_result *result)
{
	const struct kill_request *request = attempt->request;
	struct victims *v = &attempt->killer->victims;
	size_t nr_signalled;
	int err;

	victims_open(v, result);
	if (v->short_of_fds) /* for the next turn; this one signals whom it has */
		spare_release(&attempt->killer->spare);
	err = victims_list(v, request->cgroup_id, request->path);
	if (!err && holds_protected(attempt)) {
		attempt->protected = true;
		err = -EPERM;
	}
	if (err) {
		victims_close(v);
		return err;
	}
	nr_signalled = victims_signal(v, result, attempt_signalled, attempt);
	victims_turn(v, result);
	return (ssize_t)nr_signalled;
}

int attempt_signal(struct attempt *attempt, struct kill_result *result)
{
	struct victims *v = &attempt->killer->victims;
	size_t nr_rounds = 0, nr_short = 0;
	ssize_t n;

	while (nr_rounds < ROUNDS_MAX && nr_short < SHORT_ROUNDS_MAX) {
		n = take_turn(attempt, result);
		if (n < 0)
			return (int)n;
		if (!n && !v->nr_waiting && !v->short_of_fds) {
			result->complete = !v->former->more && !v->nameless && !result->nr_failed;
			return 0;
		}
		if (v->short_of_fds)
			nr_short++;
		else
			nr_rounds++;
	}
	if (v->short_of_fds)
		victims_give_up(v, result, -EMFILE);
	return 0;
}

/*
 * The sweep takes everybody who is in the cgroup when it comes, also a process that was put there
 * since, and must live. So it is for cgroups that somebody may have got away in: not all could be
 * signalled, or new ones appeared while they were.
 */
static bool wants_sweep(const struct attempt *attempt, const struct kill_result *result)
{
	const struct victims *v = &attempt->killer->victims;

	if (v->nameless || attempt->protected)
		return false;
	return attempt->request->kernelkill || attempt->again || !result->complete ||
	       v->nr_newcomers;
}

void attempt_submit(struct attempt *attempt, const struct kill_result *result)
{
	const struct kill_request *request = attempt->request;
	struct real_killer *k = attempt->killer;
	struct job *job = attempt->job;

	if (!job) {
		char path[256];

		log_warn("%s: the helper is held up by earlier kills: no reaping, no cgroup.kill, "
			 "no kill xattrs",
			 log_clean(request->path, path, sizeof(path)));
		return;
	}
	job->cgroup_id = request->cgroup_id;
	job_set_folder(job, k->source->cgroup_fs, request->path);
	strncpy(job->uuid, request->uuid ? request->uuid : "", sizeof(job->uuid) - 1);
	job->kernelkill = request->kernelkill;
	job->silent = request->silent;
	job->complete = result->complete;
	job->sweep = wants_sweep(attempt, result);
	job->nr_killed = attempt->again ? 0 : result->nr_signalled;
	job->signalled_ns = result->first_signal_ns;
	helper_submit(&k->helper, job);
	k->job = job;
}
