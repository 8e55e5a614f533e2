/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Too many processes, too few descriptors, no permission, nothing to hold on to.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kill/real.h"
#include "scripted.h"
#include "table_test.h"

#define SECOND_NS 1000000000ULL

static struct scripted source;
static struct kill_result result;
static struct killer *killer;
static struct kill_request request = {.cgroup_id = 7, .path = "a.slice/victim", .uuid = "u"};

static void start(void)
{
	scripted_init(&source, "/nonexistent");
	cr_assert(zero(int, killer_new(&source.base, &killer)));
}

static void stop(void)
{
	killer_free(killer);
}

TestSuite(kill_bounds, .init = start, .fini = stop);

static size_t nr_killed(void)
{
	size_t nr = 0;

	for (size_t i = 0; i < source.nr_children; i++)
		nr += scripted_ended_by(&source, i) == SIGKILL;
	return nr;
}

Test(kill_bounds, largest_processes_are_remembered_by_name)
{
	scripted_spawn(&source, 300);
	source.all = true;
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(sz, nr_killed(), 300));
	cr_expect(eq(sz, result.nr_signalled, 300));
	cr_expect(eq(sz, result.nr_processes, KILL_PROCESSES_MAX));
	for (size_t i = 0; i < result.nr_processes; i++) /* child n has n pages */
		cr_expect(
			ge(u64, result.processes[i].rss_bytes, 4096 * (300 - KILL_PROCESSES_MAX)));
}

Test(kill_bounds, more_than_a_list_holds)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"a+"};

	scripted_spawn(&source, 3);
	scripted_script(&source, walks);
	source.nr_fill = BOOMD_TASKS_MAX - 1; /* a is the last that fits; b is not seen */
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(int, scripted_ended_by(&source, 0), SIGKILL));
	cr_expect(eq(int, scripted_survived(&source, 1), SIGTERM));
	cr_expect(eq(sz, result.nr_listed, BOOMD_TASKS_MAX));
	cr_expect(eq(sz, result.nr_signalled, 1));
	cr_expect(eq(sz, result.nr_changed, BOOMD_TASKS_MAX - 1), "nobody has those pids");
	cr_expect(not(result.complete));
}

/* The list is cut, so it cannot say that boomd is not in there; its path can. */
Test(kill_bounds, cut_list_of_an_ancestor_of_boomd_is_refused)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"ab+"};
	struct kill_request ancestor = request;

	strcpy(real_killer(killer)->own_path, "system.slice/boomd.service");
	real_killer(killer)->knows_own_path = true;
	ancestor.path = "system.slice";
	scripted_spawn(&source, 2);
	scripted_script(&source, walks);
	cr_expect(eq(int, killer->ops->kill(killer, &ancestor, &result), -EPERM));
	cr_expect(zero(sz, result.nr_signalled));
	cr_expect(eq(int, scripted_survived(&source, 0), SIGTERM));
	cr_expect(eq(int, scripted_survived(&source, 1), SIGTERM));
}

/* Every walk shows somebody new, for ever: a fork bomb. */
Test(kill_bounds, endless_newcomers_are_left_to_the_sweep, .timeout = 10)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"ab", "ab?"};

	scripted_spawn(&source, 2);
	scripted_script(&source, walks);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(int, scripted_ended_by(&source, 0), SIGKILL));
	cr_expect(eq(int, scripted_survived(&source, 1), SIGTERM), "never proven");
	cr_expect(eq(sz, result.nr_signalled, 1));
	cr_expect(not(result.complete));
}

Test(kill_bounds, gone_between_the_second_list_and_the_signal)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"ab", "a#b", "b"};

	scripted_spawn(&source, 2);
	scripted_script(&source, walks);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(int, scripted_ended_by(&source, 1), SIGKILL));
	cr_expect(eq(sz, result.nr_signalled, 1));
	cr_expect(eq(sz, result.nr_changed, 1));
	cr_expect(zero(sz, result.nr_failed), "nobody there is no failure");
	cr_expect(result.complete);
}

/* Leaves as many free descriptors as wanted. */
static void leave_descriptors(rlim_t nr)
{
	int next = dup(STDERR_FILENO);
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = (rlim_t)next + nr;
	close(next);
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &limit)));
}

static const struct {
	const char *why;
	int free;
} shortages[] = {
	{"ten descriptors for a hundred processes", 10},
	{"one descriptor", 1},
	{"none left but those held back", 0},
};

TABLE_TEST(kill_shortage, kills_all, shortages, row)
{
	struct kill_progress progress;
	struct kill_request reaping = request;

	start();
	reaping.reap_memory = true;
	scripted_spawn(&source, 100);
	source.all = true;
	leave_descriptors((rlim_t)row->free);
	cr_expect(zero(int, killer->ops->kill(killer, &reaping, &result)), "%s", row->why);
	cr_expect(eq(sz, result.nr_signalled, 100), "%s", row->why);
	cr_expect(zero(sz, result.nr_failed), "%s", row->why);
	cr_expect(eq(sz, nr_killed(), 100), "%s", row->why);
	killer_progress(killer, &progress);
	cr_expect(progress.done, "%s: %zu exited", row->why, progress.nr_exited);
	cr_expect(eq(sz, progress.nr_exited, 100), "%s", row->why);
	stop();
}

Test(kill_bounds, limit_of_descriptors_is_raised)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	cr_expect(limit.rlim_cur == limit.rlim_max || limit.rlim_cur >= 2 * BOOMD_TASKS_MAX);
}

/* Without CAP_KILL and with another uid, the kernel refuses. */
Test(kill_bounds, kernel_refuses_all)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"abb"};

	if (geteuid())
		cr_skip_test("not root: cannot become somebody else");
	scripted_spawn(&source, 2);
	scripted_script(&source, walks);
	cr_assert(zero(int, setresuid(65534, 65534, 0)));
	cr_expect(eq(int, killer->ops->kill(killer, &request, &result), -EPERM));
	cr_expect(eq(sz, result.nr_failed, 2));
	cr_expect(zero(sz, result.nr_signalled));
	cr_assert(eq(sz, result.nr_processes, 2));
	cr_expect(eq(int, result.processes[0].error, -EPERM));
	cr_assert(zero(int, setresuid(0, 0, 0)));
	cr_expect(eq(int, scripted_survived(&source, 0), SIGTERM));
	cr_expect(eq(int, scripted_survived(&source, 1), SIGTERM));
}

Test(kill_bounds, dry_signals_nobody_and_counts)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"abc~k0"};
	struct kill_request dry = request;
	struct kill_progress progress;

	dry.dry = true;
	scripted_spawn(&source, 3);
	scripted_script(&source, walks);
	cr_expect(zero(int, killer->ops->kill(killer, &dry, &result)));
	cr_expect(eq(sz, result.nr_signalled, 2));
	cr_expect(eq(sz, result.nr_dying, 1));
	cr_expect(eq(sz, result.nr_listed, 4));
	cr_expect(zero(u64, result.first_signal_ns));
	cr_expect(eq(sz, source.nr_walks, 1), "one look is enough");
	cr_expect(zero(sz, source.nr_on));
	for (size_t i = 0; i < 3; i++)
		cr_expect(eq(int, scripted_survived(&source, i), SIGTERM));
	killer_progress(killer, &progress);
	cr_expect(zero(sz, progress.nr_exited), "nobody of a dry kill is awaited");
}

static const struct {
	const char *why;
	const char *walks[SCRIPTED_WALKS_MAX];
	int expected;
} dries[] = {
	{"dry, boomd in it", {"aS"}, -EPERM},
	{"dry, pid 1 in it", {"a1"}, -EPERM},
	{"dry, empty", {""}, -ESRCH},
	{"dry, the walk fails", {"E5"}, -EIO},
	{"dry, dying", {"a~"}, 0},
};

TABLE_TEST(kill_dry, refusals, dries, row)
{
	struct kill_request dry = request;

	start();
	dry.dry = true;
	scripted_spawn(&source, 1);
	scripted_script(&source, row->walks);
	cr_expect(eq(int, killer->ops->kill(killer, &dry, &result), row->expected), "%s", row->why);
	cr_expect(eq(int, scripted_survived(&source, 0), SIGTERM), "%s", row->why);
	stop();
}

/* A victim in D state stays listed as dying: after a while the next best has to go. */
Test(kill_bounds, stuck_victim_is_not_taken_for_ever)
{
	const char *const first[SCRIPTED_WALKS_MAX] = {"a"};
	const char *const then[SCRIPTED_WALKS_MAX] = {"b~"}; /* b stands for a, which dies */

	scripted_spawn(&source, 2);
	scripted_script(&source, first);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	scripted_script(&source, then);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)), "it is under way");
	cr_expect(eq(sz, result.nr_dying, 1));
	real_killer(killer)->signalled_ns -= (KILL_STUCK_S + 1) * SECOND_NS;
	cr_expect(eq(int, killer->ops->kill(killer, &request, &result), -EALREADY));
	(void)scripted_ended_by(&source, 0);
}

Test(kill_bounds, times_are_in_order)
{
	uint64_t before = kill_clock_ns();

	scripted_spawn(&source, 3);
	source.all = true;
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(le(u64, before, result.first_signal_ns));
	cr_expect(le(u64, result.first_signal_ns, result.last_signal_ns));
	cr_expect(le(u64, result.last_signal_ns, kill_clock_ns()));
	cr_expect(eq(sz, nr_killed(), 3));
}
