/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes of a kill: exits, and stragglers. A straggler was being forked while its cgroup was
 * killed and came to be listed in it only afterwards. When everybody has exited there is one more
 * look: whoever is there and was born before the last signal is one, and follows. Whoever is
 * younger was put there since and is none of our business.
 */
#include <string.h>
#include <time.h>

#include "kill/attempt.h"

#define LOOKS_MAX 4 /* each may find children of those found before */

int killer_exit_fd(const struct killer *killer)
{
	return ((const struct real_killer *)killer)->exits.epoll_fd;
}

/* Signals stragglers, if there are any; true: there were, wait on. */
static bool look_again(struct real_killer *k)
{
	const struct kill_request request = {
		.cgroup_id = k->cgroup_id,
		.path = k->path,
		.reap_memory = k->reap_memory,
		.silent = k->silent,
	};
	struct attempt attempt = {
		.killer = k,
		.request = &request,
		.begun = true,
		.again = true,
	};
	size_t nr_before = k->exits.nr;
	int err;

	if (!k->last_boot_ns || k->nr_looks++ >= LOOKS_MAX)
		return false;
	memset(&k->look, 0, sizeof(k->look));
	k->victims.born_before_ns = k->last_boot_ns;
	err = attempt_list(&attempt, &k->look);
	if (!err && k->victims.nr_waiting) {
		attempt.job = helper_claim(&k->helper);
		(void)attempt_signal(&attempt, &k->look);
		if (k->job) {
			k->nr_reaped_before += atomic_load(&k->job->nr_reaped);
			k->swept_before |= atomic_load(&k->job->swept);
		}
		attempt_submit(&attempt, &k->look);
		k->nr_stragglers += k->look.nr_signalled;
	}
	k->victims.born_before_ns = UINT64_MAX;
	return k->exits.nr > nr_before;
}

static bool all_exited(const struct real_killer *k)
{
	return k->exits.nr_exited == k->exits.nr;
}

void killer_progress(struct killer *killer, struct kill_progress *ret_progress)
{
	struct real_killer *k = real_killer(killer);

	exits_poll(&k->exits);
	if (k->exits.nr && all_exited(k) && !look_again(k)) {
		k->last_boot_ns = 0;
		real_killer_watch_exits(k, 0);
	}
	ret_progress->nr_exited = k->exits.nr_exited;
	ret_progress->nr_stragglers = k->nr_stragglers;
	ret_progress->first_exit_ns = k->exits.first_exit_ns;
	ret_progress->last_exit_ns = k->exits.last_exit_ns;
	ret_progress->nr_reaped = k->nr_reaped_before;
	ret_progress->cgroup_kill_written = k->swept_before;
	if (k->job) {
		ret_progress->nr_reaped += atomic_load(&k->job->nr_reaped);
		ret_progress->cgroup_kill_written |= atomic_load(&k->job->swept);
	}
	ret_progress->done = all_exited(k);
}

void real_killer_forget(struct real_killer *k)
{
	exits_reset(&k->exits);
	k->job = NULL;
	k->last_boot_ns = 0;
	k->nr_looks = k->nr_stragglers = k->nr_reaped_before = 0;
	k->swept_before = false;
}

void real_killer_watch_exits(struct real_killer *k, uint64_t cgroup_id)
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

void killer_forget(struct killer *killer)
{
	struct real_killer *k = real_killer(killer);

	real_killer_watch_exits(k, 0);
	real_killer_forget(k);
}
