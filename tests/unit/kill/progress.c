/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exits: awaited on one descriptor, looked at without blocking, forgotten without a leak. The
 * helper may still hold a descriptor of the rehearsal when a test begins to count, hence "at most".
 */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "kill/victims.h"
#include "scripted.h"
#include "table_test.h"

#define WAIT_MS 10000

static struct scripted source;
static struct kill_result result;
static struct killer *killer;
static const struct kill_request request = {.cgroup_id = 7, .path = "victim", .uuid = "u"};

static void start(void)
{
	scripted_init(&source, "/nonexistent");
	source.all = true;
	cr_assert(zero(int, killer_new(&source.base, &killer)));
}

static void stop(void)
{
	killer_free(killer);
}

TestSuite(kill_progress, .init = start, .fini = stop);

static bool exit_fd_readable(int timeout_ms)
{
	struct pollfd exits = {.fd = killer_exit_fd(killer), .events = POLLIN};

	return poll(&exits, 1, timeout_ms) == 1;
}

static size_t nr_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t nr = 0;

	cr_assert(dir != NULL);
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

Test(kill_progress, nothing_is_awaited_at_start)
{
	struct kill_progress progress;

	memset(&progress, 0xff, sizeof(progress));
	killer_progress(killer, &progress);
	cr_expect(progress.done);
	cr_expect(zero(sz, progress.nr_exited));
	cr_expect(zero(sz, progress.nr_reaped));
	cr_expect(not(progress.cgroup_kill_written));
	cr_expect(zero(u64, progress.last_exit_ns));
	cr_expect(not(exit_fd_readable(0)), "the rehearsal leaves nothing behind");
}

Test(kill_progress, goes_from_none_to_all)
{
	struct kill_progress progress = {0};
	size_t before;

	scripted_spawn(&source, 20);
	before = nr_open();
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	while (!progress.done) {
		cr_assert(exit_fd_readable(WAIT_MS), "%zu of 20 exited", progress.nr_exited);
		killer_progress(killer, &progress);
	}
	cr_expect(eq(sz, progress.nr_exited, 20));
	cr_expect(le(u64, result.first_signal_ns, progress.first_exit_ns));
	cr_expect(le(u64, progress.first_exit_ns, progress.last_exit_ns));
	cr_expect(not(exit_fd_readable(0)), "what was noticed wakes nobody again");
	cr_expect(le(sz, nr_open(), before), "pidfds are closed");
	cr_expect(eq(sz, source.nr_on, 1));
	cr_expect(eq(sz, source.nr_off, 1), "nobody left: no exit records wanted");
}

Test(kill_progress, exit_records_are_for_the_cgroup_being_killed)
{
	struct kill_request other = request;

	other.cgroup_id = 8;
	scripted_spawn(&source, 1);
	source.all = false;
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){""});
	(void)killer->ops->kill(killer, &other, &result);
	cr_expect(zero(u64, source.watched_id), "nobody there, nothing to watch");
	source.all = true;
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(u64, source.watched_id, 7));
	killer_forget(killer);
	cr_expect(zero(u64, source.watched_id));
	cr_expect(eq(sz, source.nr_on, source.nr_off));
}

Test(kill_progress, forget_closes_everything)
{
	struct kill_progress progress;
	size_t before;

	scripted_spawn(&source, 20);
	before = nr_open();
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	killer_forget(killer);
	cr_expect(le(sz, nr_open(), before));
	cr_expect(not(exit_fd_readable(0)));
	killer_progress(killer, &progress);
	cr_expect(zero(sz, progress.nr_exited));
	cr_expect(progress.done);
}

Test(kill_progress, next_kill_replaces_the_last)
{
	struct kill_progress progress = {0};
	size_t before;

	scripted_spawn(&source, 5);
	before = nr_open();
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	for (size_t i = 0; i < 5; i++)
		cr_expect(eq(int, scripted_ended_by(&source, i), SIGKILL));
	source.all = false;
	scripted_spawn(&source, 2);
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"fg"});
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	while (!progress.done) {
		cr_assert(exit_fd_readable(WAIT_MS));
		killer_progress(killer, &progress);
	}
	cr_expect(eq(sz, progress.nr_exited, 2), "not 7");
	cr_expect(le(sz, nr_open(), before + 2), "the two children's own");
}

Test(kill_progress, failed_kill_leaves_the_last_one_alone)
{
	struct kill_progress progress = {0};

	scripted_spawn(&source, 2);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	source.all = false;
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"1"});
	cr_expect(ne(int, killer->ops->kill(killer, &request, &result), 0));
	while (!progress.done) {
		cr_assert(exit_fd_readable(WAIT_MS));
		killer_progress(killer, &progress);
	}
	cr_expect(eq(sz, progress.nr_exited, 2));
}

Test(kill_progress, thousand_kills_leave_no_descriptor)
{
	size_t before;

	for (int i = 0; i < 1000; i++) {
		if (i == 1)
			before = nr_open();
		source.nr_children = 0;
		scripted_spawn(&source, 1);
		cr_assert(zero(int, killer->ops->kill(killer, &request, &result)), "kill %d", i);
		cr_assert(eq(int, scripted_ended_by(&source, 0), SIGKILL));
		close(source.children[0].pidfd);
		killer_forget(killer);
	}
	cr_expect(le(sz, nr_open(), before));
}

struct straggler_row {
	const char *why;
	const char *last; /* walk, when all have exited */
	uint64_t start_ns;
	bool straggler;
};

static const struct straggler_row stragglers[] = {
	{"put there since", "b", UINT64_MAX / 2 + 1, false},
	{"dying by itself", "b~", 1, false},
	{"beside PID 1", "b1", 1, false},
	{"beside boomd", "bS", 1, false},
	{"nobody", "", 1, false},
	{"the list cannot be had", "E5", 1, false},
	{"born while the others were killed", "b", 1, true},
};

TABLE_TEST(kill_straggler, found_when_all_have_exited, stragglers, row)
{
	const char *const walks[SCRIPTED_WALKS_MAX] = {"a", "a", "a", row->last};
	struct kill_progress progress = {0};

	start();
	source.all = false;
	scripted_spawn(&source, 2);
	source.children[1].start_ns = row->start_ns;
	scripted_script(&source, walks);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)), "%s", row->why);
	while (!progress.done) {
		cr_assert(exit_fd_readable(WAIT_MS), "%s", row->why);
		killer_progress(killer, &progress);
	}
	cr_expect(eq(sz, progress.nr_stragglers, row->straggler), "%s", row->why);
	cr_expect(eq(sz, progress.nr_exited, 1 + row->straggler), "%s", row->why);
	if (row->straggler)
		cr_expect(eq(int, scripted_ended_by(&source, 1), SIGKILL), "%s", row->why);
	else
		cr_expect(eq(int, scripted_survived(&source, 1), SIGTERM), "%s", row->why);
	stop();
}

Test(kill_straggler, next_kill_takes_the_younger)
{
	struct kill_progress progress = {0};

	start();
	source.all = false;
	scripted_spawn(&source, 2);
	source.children[1].start_ns = UINT64_MAX / 2 + 1;
	scripted_script(&source, (const char *const[SCRIPTED_WALKS_MAX]){"a", "a", "a", "b"});
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(int, scripted_ended_by(&source, 0), SIGKILL));
	killer_progress(killer, &progress);
	cr_expect(progress.done);
	cr_expect(zero(int, killer->ops->kill(killer, &request, &result)));
	cr_expect(eq(int, scripted_ended_by(&source, 1), SIGKILL));
	stop();
}

#define MS 1000000ULL

static const struct {
	const char *why;
	uint64_t start_ns;
	size_t straggler;
} births[] = {
	{"in the tick of the last signal: nobody knows which came first", 100 * MS, 0},
	{"the last tick that is over", 90 * MS, 1},
	{"an exact time before", 104 * MS + 1, 1},
	{"an exact time after", 105 * MS + 1, 0},
	{"the same instant", 105 * MS, 0},
};

TABLE_TEST(kill_straggler, last_signal_at_105_ms, births, row)
{
	struct victims v;

	scripted_init(&source, "/nonexistent");
	cr_assert(zero(int, victims_init(&v, &source.base)));
	scripted_spawn(&source, 1);
	source.children[0].start_ns = row->start_ns;
	source.all = true;
	v.born_before_ns = 105 * MS;
	cr_expect(zero(int, victims_list(&v, 7, "")));
	victims_turn(&v, &result);
	cr_expect(eq(sz, v.nr_waiting, row->straggler), "%s", row->why);
	victims_fini(&v);
}
