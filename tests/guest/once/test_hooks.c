/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prekill hooks with real victims: a command is run before the kill and knows whom it is for; one
 * that hangs delays the kill until the end of its window and no longer; and whatever happens to
 * boomd or to its spawner, no command stays behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS	  60000
#define SCRIPT	  "/tmp/hook.sh"
#define SAW	  "/tmp/hook.saw"
#define EXEC(how) "{ \"name\": \"exec\", \"args\": { " how ", \"command\": \"/bin/sh " SCRIPT " an-argument\" } }"
#define HOOKED(detector, timeout, hook)                                                            \
	"{ \"rulesets\": [ { \"name\": \"test\", \"prekill_hook_timeout\": \"" timeout "\","       \
	" \"detectors\": [ [ \"group\", " detector " ] ],"                                         \
	" \"actions\": [ " KILL_BIGGEST("test.slice/*", "") " ] } ],"                              \
	" \"prekill_hooks\": [ " hook " ] }"

TestSuite(hooks, .init = guest_setup, .fini = guest_teardown, .timeout = 150);

static void write_script(const char *text)
{
	FILE *file = fopen(SCRIPT, "we");

	cr_assert(file != NULL);
	fputs(text, file);
	fclose(file);
	(void)unlink(SAW);
}

static void expect_seen(const char *text)
{
	static char saw[8192];
	FILE *file = fopen(SAW, "re");

	cr_assert(file != NULL, "the hook wrote nothing");
	saw[fread(saw, 1, sizeof(saw) - 1, file)] = '\0';
	fclose(file);
	cr_expect(strstr(saw, text) != NULL, "'%s' is not in:\n%s", text, saw);
}

static const char *const rungs[] = { "--source=bpf", "--source=cgroupfs" };

/* What the hook sees: its environment, its input, and a victim that still lives. */
TABLE_TEST(hooks_rungs, the_hook_of_a_thrashing_cgroup_runs_before_the_kill, rungs, row)
{
	struct guest_load *hog, *neighbour;
	struct guest_cgroup *cgroup;
	struct guest_daemon *d;
	char text[128];
	int how = 0;

	guest_setup();
	write_script("{ echo \"arg=$1\"; env; cat; echo procs=$(cat /sys/fs/cgroup/$BOOMD_CGROUP/cgroup.procs); } >" SAW "\n"
		     "echo farewell\n");
	neighbour = guest_load_start(guest_cgroup_new("test.slice/neighbour"), "hog", "--mib", "16", NULL);
	guest_load_await_ready(neighbour, LONG_MS);
	d = guest_daemon_start(HOOKED(WHEN_STALLED("test.slice/*"), "60",
				      EXEC("\"cgroup\": \"test.slice\"")), *row, NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	cgroup = guest_cgroup_new("test.slice/hog");
	guest_cgroup_write(cgroup, "memory.high", "33554432");
	hog = guest_load_start(cgroup, "hog", "--mib", "96", "--touch", NULL);
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "the hog lives");
	cr_expect(eq(int, how, SIGKILL));
	guest_daemon_await(d, "Prekill hook exec fired on test.slice/hog", LONG_MS);
	guest_daemon_await(d, "pre-kill hook finished for Ruleset=test", LONG_MS);
	guest_daemon_await(d, "killed test.slice/hog", LONG_MS);
	guest_daemon_await(d, "hook exec for test.slice/hog: exit status 0", LONG_MS);
	guest_daemon_await(d, "hook output: farewell", LONG_MS);
	guest_daemon_await(d, "hook fired +", LONG_MS);
	expect_seen("arg=an-argument\n");
	expect_seen("BOOMD_CGROUP=test.slice/hog\n");
	snprintf(text, sizeof(text), "BOOMD_CGROUP_ID=%llu\n",
		 (unsigned long long)guest_cgroup_id(cgroup));
	expect_seen(text);
	expect_seen("BOOMD_RULESET=test\n");
	expect_seen("BOOMD_DETECTOR_GROUP=group\n");
	expect_seen("{\"cgroup\":\"test.slice\\/hog\",\"cgroup_id\":");
	snprintf(text, sizeof(text), "procs=%d\n", (int)guest_load_pid(hog));
	expect_seen(text);
	cr_expect(guest_load_alive(neighbour));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	guest_teardown();
}

static struct guest_load *hold(const char *cgroup, const char *mib)
{
	struct guest_load *load = guest_load_start(guest_cgroup_new(cgroup), "hog", "--mib", mib, NULL);

	guest_load_await_ready(load, LONG_MS);
	return load;
}

/* "hook output: pid N" or "pid N" in a file: the process, awaited to its end. */
static void await_end_of(int pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };

	if (pidfd < 0) {
		cr_expect(eq(int, errno, ESRCH));
		return;
	}
	cr_expect(eq(int, poll(&fd, 1, LONG_MS), 1), "the command lives on");
	close(pidfd);
}

Test(hooks, one_that_hangs_is_killed_at_the_time_out_and_the_kill_happens)
{
	struct guest_load *victim = hold("test.slice/victim", "8");
	struct guest_daemon *d;
	const char *line;
	int how = 0, pid = 0;

	write_script("trap '' TERM HUP INT\necho pid $$\n(setsid sleep 1000 &)\nwhile true; do sleep 1000; done\n");
	d = guest_daemon_start(HOOKED(WHEN_TOLD, "1", EXEC("\"cgroup\": \"/\"")), NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_new("go.slice");
	cr_assert(guest_load_await_death(victim, LONG_MS, &how), "the victim lives");
	guest_daemon_await(d, "pre-kill hook timed out for Ruleset=test", LONG_MS);
	guest_daemon_await(d, "hook exec for test.slice/victim: TIMED OUT and killed after", LONG_MS);
	line = guest_daemon_await(d, "hook output: pid ", LONG_MS);
	cr_assert(eq(int, sscanf(strstr(line, "pid "), "pid %d", &pid), 1));
	await_end_of(pid);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

/* The xattr is set while boomd runs, on one of two. */
Test(hooks, a_victim_is_matched_by_its_xattr)
{
	struct guest_load *big = hold("test.slice/big", "24");
	struct guest_daemon *d;
	int how = 0;

	write_script("echo hooked\n");
	d = guest_daemon_start(HOOKED(WHEN_TOLD, "60", EXEC("\"xattr\": \"trusted.farewell\"")), NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_set_xattr(guest_cgroup_new("test.slice/big"), "trusted.farewell", "");
	guest_cgroup_new("go.slice");
	cr_assert(guest_load_await_death(big, LONG_MS, &how), "the victim lives");
	guest_daemon_await(d, "hook output: hooked", LONG_MS);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

/* The first word of FILE that a hook wrote before it hung, awaited through a fifo. */
static int read_pid_from_fifo(void)
{
	FILE *file = fopen(SAW, "re");
	int pid = 0;

	cr_assert(file != NULL);
	cr_assert(eq(int, fscanf(file, "%d", &pid), 1));
	fclose(file);
	return pid;
}

static struct guest_daemon *start_with_hanging_hook(int *ret_pid)
{
	struct guest_daemon *d;

	write_script("(setsid sh -c 'echo $$ >" SAW "; exec sleep 1000' &)\nsleep 1000\n");
	cr_assert(zero(int, mkfifo(SAW, 0600)));
	d = guest_daemon_start(HOOKED(WHEN_TOLD, "600", EXEC("\"cgroup\": \"/\"")), NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_new("go.slice");
	*ret_pid = read_pid_from_fifo();
	return d;
}

Test(hooks, commands_die_with_boomd)
{
	struct guest_load *victim = hold("test.slice/victim", "8");
	struct guest_daemon *d;
	int pid;

	d = start_with_hanging_hook(&pid);
	guest_daemon_kill(d);
	await_end_of(pid);
	cr_expect(guest_load_alive(victim));
}

/* boomd's only child. */
static int find_spawner(const struct guest_daemon *d)
{
	int pid = (int)guest_daemon_pid(d), child = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	file = fopen(path, "re");
	cr_assert(file != NULL);
	cr_assert(eq(int, fscanf(file, "%d", &child), 1));
	fclose(file);
	return child;
}

Test(hooks, a_dead_spawner_takes_its_commands_along_and_is_started_again)
{
	struct guest_load *victim = hold("test.slice/victim", "8");
	struct guest_daemon *d;
	int pid, how = 0;

	d = start_with_hanging_hook(&pid);
	cr_assert(zero(int, kill(find_spawner(d), SIGKILL)));
	await_end_of(pid);
	cr_assert(guest_load_await_death(victim, LONG_MS, &how), "the victim lives");
	guest_daemon_await(d, "the process that runs commands of hooks has died", LONG_MS);
	guest_daemon_await(d, "hook exec for test.slice/victim: LOST", LONG_MS);
	guest_daemon_await(d, "the process that runs commands of hooks is there again", LONG_MS);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}
