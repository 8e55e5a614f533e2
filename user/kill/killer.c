/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real killer: who in which order. Prove and signal (victims.c, attempt.c), await exits
 * (exits.c, progress.c), hand the rest to the helper (helper.c). Between the request and the last
 * signal there is no allocation and no file, and as many system calls as processes; all memory was
 * taken in killer_new().
 */
#include "kill/killer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kill/attempt.h"

#define SECOND_NS 1000000000ULL
#define STUCK_NS  (KILL_STUCK_S * SECOND_NS)

/* What the numbers mean. err: why attempt_signal() ended early, or 0. */
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

/* The clock of start times, which goes on while the machine sleeps, at that monotonic time. */
static uint64_t boot_time_ns(uint64_t monotonic_ns)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec -
	       (kill_clock_ns() - monotonic_ns);
}

/* Book-keeping of a kill that has begun: what killer_progress() needs. */
static void keep(struct real_killer *k, const struct kill_request *request,
		 const struct kill_result *result)
{
	int length = snprintf(k->path, sizeof(k->path), "%s", request->path);

	if (result->nr_signalled || k->cgroup_id != request->cgroup_id)
		k->signalled_ns = result->first_signal_ns;
	k->cgroup_id = request->cgroup_id;
	k->reap_memory = request->reap_memory;
	k->silent = request->silent;
	if ((size_t)length < sizeof(k->path))
		k->last_boot_ns = boot_time_ns(result->last_signal_ns);
}

static void finish(struct attempt *attempt, const struct kill_result *result)
{
	if (attempt->begun) {
		keep(attempt->killer, attempt->request, result);
		attempt_submit(attempt, result);
		return;
	}
	real_killer_watch_exits(attempt->killer, 0);
	if (attempt->job)
		helper_abandon(attempt->job);
}

static int real_kill(struct killer *killer, const struct kill_request *request,
		     struct kill_result *result)
{
	struct real_killer *k = real_killer(killer);
	struct attempt attempt = {.killer = k, .request = request};
	int err;

	memset(result, 0, sizeof(*result));
	err = attempt_list(&attempt, result);
	if (request->dry && !err)
		victims_count(&k->victims, result);
	if (request->dry || err)
		return verdict(k, request, result, err);
	attempt.job = helper_claim(&k->helper);
	real_killer_watch_exits(k, request->cgroup_id);
	err = attempt_signal(&attempt, result);
	err = verdict(k, request, result, err);
	finish(&attempt, result);
	spare_fill(&k->spare, k->exits.epoll_fd);
	return err;
}

const struct killer_ops real_killer_ops = {.kill = real_kill};
