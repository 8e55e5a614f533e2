/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real killer: who in which order. Prove and signal (victims.c), await exits (exits.c), hand
 * the rest to the helper (helper.c). Between the request and the last signal there is no allocation
 * and no file, and as many system calls as processes; all memory was taken in killer_new().
 */
#include "kill/killer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "kill/real.h"
#include "kill/sweep.h"
#include "log.h"

#define ROUNDS_MAX	 8   /* for processes that keep appearing; the sweep gets the rest */
#define SHORT_ROUNDS_MAX 256 /* more of them, when descriptors run out: each takes some */
#define STUCK_NS	 (KILL_STUCK_S * 1000000000ULL)

/* One call of kill(), for victims_signal(). */
struct attempt {
	struct real_killer *killer;
	const struct kill_request *request;
	struct job *job;
	bool begun;	/* somebody was signalled: what was known of the kill before is gone */
	bool protected; /* somebody who must not die has come in meanwhile: no sweep */
};

/* Exit records of this cgroup on, of the one before off; 0: only off. */
static void watch_exits(struct real_killer *k, uint64_t cgroup_id)
{
	const struct source_ops *ops = k->source->ops;

	if (k->watched_id == cgroup_id || !ops->watch_exits)
		return;
	if (k->watched_id)
		(void)ops->watch_exits(k->source, k->watched_id, false);
	k->watched_id = 0;
	/* records are detail: pidfds say who has exited, so a refusal is no reason to stop */
	if (cgroup_id && !ops->watch_exits(k->source, cgroup_id, true))
		k->watched_id = cgroup_id;
}

static void forget(struct real_killer *k)
{
	exits_reset(&k->exits);
	k->job = NULL;
}

/* victims_signalled_fn: the process has its signal, all that follows may take its time. */
static void victim_signalled(void *user, const struct boomd_task *task, int pidfd)
{
	struct attempt *attempt = user;
	struct real_killer *k = attempt->killer;
	bool keep = !k->victims.short_of_fds;

	if (!attempt->begun) {
		forget(k);
		attempt->begun = true;
	}
	if (attempt->job && attempt->request->reap_memory && keep)
		job_add_pidfd(attempt->job, pidfd);
	exits_add(&k->exits, task->pid, pidfd, keep);
}

/*
 * A cgroup with more processes than fit into a list may hold the two that must not die among those
 * that were not listed. Their paths, as they were at start, have the say then.
 */
static bool holds_protected(const struct real_killer *k, const struct kill_request *request)
{
	if (victims_protected(&k->victims))
		return true;
	if (!k->victims.latter->more)
		return false;
	return (k->knows_own_path && sweep_path_is_below(k->own_path, request->path)) ||
	       (k->knows_init_path && sweep_path_is_below(k->init_path, request->path));
}

/* One turn: pidfds, second list, signals. Returns how many got the signal or -errno. */
static ssize_t take_turn(struct attempt *attempt, struct kill_result *result)
{
	const struct kill_request *request = attempt->request;
	struct real_killer *k = attempt->killer;
	struct victims *v = &k->victims;
	size_t nr_signalled;
	int err;

	victims_open(v, result);
	if (v->short_of_fds)
		spare_release(&k->spare); /* for the next turn; this one signals whom it has */
	err = victims_list(v, request->cgroup_id, request->path);
	if (!err && holds_protected(k, request)) {
		attempt->protected = true;
		err = -EPERM;
	}
	if (err) {
		victims_close(v);
		return err;
	}
	nr_signalled = victims_signal(v, result, victim_signalled, attempt);
	victims_turn(v, result);
	return (ssize_t)nr_signalled;
}

/*
 * Turns until a list that was made after the last signal shows nobody new. Nobody can appear after
 * that: a process with SIGKILL pending does not fork.
 */
static int signal_all(struct attempt *attempt, struct kill_result *result)
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

/* What the numbers mean. err: why signal_all() ended early, or 0. */
static int verdict(struct real_killer *k, const struct kill_request *request,
		   const struct kill_result *result, int err)
{
	if (result->nr_signalled)
		return 0;
	if (result->nr_dying) {
		bool stuck = !request->dry && k->cgroup_id == request->cgroup_id &&
			     kill_clock_ns() - k->signalled_ns > STUCK_NS;

		return stuck ? -EALREADY : 0;
	}
	if (err)
		return err == -ENOENT || err == -ENODEV ? -ESRCH : err;
	return result->nr_failed ? k->victims.first_error : -ESRCH;
}

static void submit(struct attempt *attempt, const struct kill_result *result)
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
	job->complete = result->complete;
	job->may_sweep = !k->victims.nameless && !attempt->protected;
	job->nr_killed = result->nr_signalled;
	job->signalled_ns = result->first_signal_ns;
	helper_submit(&k->helper, job);
	k->job = job;
}

/* After the signals: book-keeping of the kill that has begun. */
static void finish(struct attempt *attempt, const struct kill_result *result)
{
	const struct kill_request *request = attempt->request;
	struct real_killer *k = attempt->killer;

	if (!attempt->begun) {
		watch_exits(k, 0);
		if (attempt->job)
			helper_abandon(attempt->job);
		return;
	}
	if (result->nr_signalled || k->cgroup_id != request->cgroup_id)
		k->signalled_ns = result->first_signal_ns;
	k->cgroup_id = request->cgroup_id;
	submit(attempt, result);
}

static int list_first(struct real_killer *k, const struct kill_request *request,
		      struct kill_result *result)
{
	int err;

	victims_reset(&k->victims);
	err = victims_list(&k->victims, request->cgroup_id, request->path);
	if (!err && holds_protected(k, request))
		err = -EPERM;
	victims_turn(&k->victims, result);
	return err;
}

static int real_kill(struct killer *killer, const struct kill_request *request,
		     struct kill_result *result)
{
	struct real_killer *k = real_killer(killer);
	struct attempt attempt = {.killer = k, .request = request};
	int err;

	memset(result, 0, sizeof(*result));
	err = list_first(k, request, result);
	if (request->dry && !err)
		victims_count(&k->victims, result);
	if (request->dry || err)
		return verdict(k, request, result, err);
	attempt.job = helper_claim(&k->helper);
	watch_exits(k, request->cgroup_id);
	err = signal_all(&attempt, result);
	err = verdict(k, request, result, err);
	finish(&attempt, result);
	spare_fill(&k->spare, k->exits.epoll_fd);
	return err;
}

const struct killer_ops real_killer_ops = {.kill = real_kill};

int real_killer_rehearse(struct real_killer *k)
{
	struct kill_result result = {0};
	struct kill_request request = {.path = k->own_path, .reap_memory = true};
	struct attempt attempt = {.killer = k, .request = &request};
	struct victims *v = &k->victims;
	size_t nr;
	int err;

	(void)victims_list(v, 0, ""); /* no cgroup has id 0; it is for the source's code */
	victims_reset(v);
	v->signal = 0;
	for (int i = 0; i < 2; i++) {
		v->latter->tasks[0] = (struct boomd_task){.pid = v->own_pid, .start_ns = 1};
		v->latter->nr = 1;
		v->latter->more = false;
		if (!i) {
			victims_turn(v, &result);
			victims_open(v, &result);
		}
	}
	attempt.job = helper_claim(&k->helper);
	nr = victims_signal(v, &result, victim_signalled, &attempt);
	victims_turn(v, &result);
	v->signal = SIGKILL;
	exits_poll(&k->exits);
	if (attempt.job) {
		attempt.job->rehearsal = attempt.job->complete = true;
		job_set_folder(attempt.job, k->source->cgroup_fs, "");
		helper_submit(&k->helper, attempt.job);
	}
	forget(k);
	err = v->first_error ? v->first_error : -ESRCH;
	victims_reset(v);
	return nr == 1 ? 0 : err;
}

int killer_exit_fd(const struct killer *killer)
{
	return ((const struct real_killer *)killer)->exits.epoll_fd;
}

void killer_progress(struct killer *killer, struct kill_progress *ret_progress)
{
	struct real_killer *k = real_killer(killer);

	exits_poll(&k->exits);
	ret_progress->nr_exited = k->exits.nr_exited;
	ret_progress->first_exit_ns = k->exits.first_exit_ns;
	ret_progress->last_exit_ns = k->exits.last_exit_ns;
	ret_progress->nr_reaped = k->job ? atomic_load(&k->job->nr_reaped) : 0;
	ret_progress->cgroup_kill_written = k->job && atomic_load(&k->job->swept);
	ret_progress->done = k->exits.nr_exited == k->exits.nr;
	if (ret_progress->done)
		watch_exits(k, 0);
}

void killer_forget(struct killer *killer)
{
	struct real_killer *k = real_killer(killer);

	watch_exits(k, 0);
	forget(k);
}
