/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Actions other than kills, in real cgroups: senpai takes memory away and gives limits back, a
 * panic is refused or dry, a service is restarted over a bus whose other end is the test's.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"
#include "unit/act/fake_systemd.h"

#define LONG_MS 60000
#define MIB	(1ULL << 20)
#define FILE_NAME "/tmp/act.json"

#define ALWAYS "{ \"name\": \"continue\", \"args\": {} }"
/* a tick and a step each second; what a guest of this size has */
#define SENPAI(more)                                                                               \
	"{ \"name\": \"senpai\", \"args\": { \"cgroup\": \"act.slice/*\", \"limit_min_bytes\": 1048576," \
	" \"interval\": 0, \"log_interval\": 3" more " } }"

TestSuite(act, .init = guest_setup, .fini = guest_teardown, .timeout = 120);

static void write_config(const char *text)
{
	int fd;

	mkdir("/tmp", 01777);
	fd = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	cr_assert(eq(long, write(fd, text, strlen(text)), (long)strlen(text)));
	close(fd);
}

/* An idle load that holds 48 MiB of anonymous memory. */
static struct guest_cgroup *start_idle_load(void)
{
	struct guest_cgroup *cg = guest_cgroup_new("act.slice/idle");

	guest_load_await_ready(guest_load_start(cg, "hog", "--mib", "48", NULL), LONG_MS);
	return cg;
}

static bool await_high(const struct guest_cgroup *cg, uint64_t bytes)
{
	uint64_t end = guest_now_ns() + LONG_MS * 1000000ULL;

	while (guest_cgroup_u64(cg, "memory.high", NULL) != bytes) {
		if (guest_now_ns() > end)
			return false;
		sched_yield();
	}
	return true;
}

/* Its limit goes down by a part at each tick, and its memory with it, until boomd ends. */
static const struct {
	const char *why, *high;
	uint64_t high_bytes;
} limits[] = {
	{ "no limit before", "max", UINT64_MAX },
	{ "a limit before", "805306368", 805306368 },
};

TABLE_TEST(act_senpai, lowers_and_gives_back, limits, row)
{
	uint64_t first, later, used;
	struct guest_cgroup *cg;
	struct guest_daemon *d;

	guest_setup();
	cg = start_idle_load();
	guest_cgroup_write(cg, "memory.high", row->high);
	d = guest_daemon_start(RULES(ALWAYS, SENPAI(", \"max_probe\": 0.2, \"pressure_ms\": 100000")),
			       "--interval", "1", NULL);
	guest_daemon_await(d, "probe attempts", LONG_MS);
	first = guest_cgroup_u64(cg, "memory.high", NULL);
	guest_daemon_await(d, "probe attempts", LONG_MS);
	later = guest_cgroup_u64(cg, "memory.high", NULL);
	used = guest_cgroup_u64(cg, "memory.current", NULL);
	cr_expect(lt(u64, first, 48 * MIB), "%s", row->why);
	cr_expect(lt(u64, later, first), "%s", row->why);
	cr_expect(lt(u64, used, 48 * MIB), "%s", row->why);
	cr_expect(gt(u64, guest_cgroup_u64(cg, "memory.swap.current", NULL), 0), "%s", row->why);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(eq(u64, guest_cgroup_u64(cg, "memory.high", NULL), row->high_bytes), "%s", row->why);
	guest_teardown();
}

/* A reload that keeps it, and one that does not: the limit to go back to is the first one. */
Test(act, senpai_gives_back_when_it_leaves_the_configuration)
{
	struct guest_cgroup *cg = start_idle_load();
	struct guest_daemon *d;

	write_config(RULES(ALWAYS, SENPAI("")));
	d = guest_daemon_start(NULL, "--config", FILE_NAME, "--interval", "1", NULL);
	guest_daemon_await(d, "probe attempts", LONG_MS);
	guest_daemon_signal(d, SIGHUP);
	guest_daemon_await(d, "reloaded", LONG_MS);
	guest_daemon_await(d, "probe attempts", LONG_MS);
	cr_expect(lt(u64, guest_cgroup_u64(cg, "memory.high", NULL), 64 * MIB));
	write_config(RULES(ALWAYS, KILL_BIGGEST("nowhere", "")));
	guest_daemon_signal(d, SIGHUP);
	guest_daemon_await(d, "reloaded", LONG_MS);
	cr_expect(await_high(cg, UINT64_MAX));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

/* By events, so by its own wake-ups: memory goes, memory.high stays. */
static const struct {
	const char *why, *args;
} reclaims[] = {
	{ "reclaim", SENPAI(", \"immediate_backoff\": true, \"max_probe\": 0.2, \"pressure_pct\": 100,"
			    " \"io_pressure_pct\": 101") },
	{ "with another swappiness",
	  SENPAI(", \"immediate_backoff\": true, \"max_probe\": 0.2, \"pressure_pct\": 100,"
		 " \"io_pressure_pct\": 101, \"modulate_swappiness\": true,"
		 " \"swapout_bps_threshold\": 1073741824") },
};

static uint64_t swappiness(void)
{
	char text[16] = "";
	int fd = open("/proc/sys/vm/swappiness", O_RDONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strtoull(text, NULL, 10);
}

TABLE_TEST(act_senpai, reclaims, reclaims, row)
{
	struct guest_cgroup *cg;
	struct guest_daemon *d;
	uint64_t before;
	char config[1024];

	guest_setup();
	before = swappiness();
	cg = start_idle_load();
	snprintf(config, sizeof(config), RULES(ALWAYS, "%s"), row->args);
	d = guest_daemon_start(config, NULL);
	guest_daemon_await(d, "probe attempts", LONG_MS);
	cr_expect(lt(u64, guest_cgroup_u64(cg, "memory.current", NULL), 46 * MIB), "%s", row->why);
	cr_expect(eq(u64, guest_cgroup_u64(cg, "memory.high", NULL), UINT64_MAX), "%s", row->why);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(eq(u64, swappiness(), before), "%s", row->why);
	guest_teardown();
}

Test(act, nothing_happens_in_a_dry_run)
{
	struct guest_cgroup *cg = start_idle_load();
	struct guest_daemon *d = guest_daemon_start(
		RULES(ALWAYS, SENPAI("") ", { \"name\": \"kernel_panic\" }"), "--interval", "1",
		"--dry-run", "--allow-kernel-panic", NULL);

	guest_daemon_await(d, "senpai: dry run", LONG_MS);
	guest_daemon_await(d, "would crash the machine now (dry)", LONG_MS);
	cr_expect(eq(u64, guest_cgroup_u64(cg, "memory.high", NULL), UINT64_MAX));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

Test(act, systemd_restart_restarts)
{
	struct guest_daemon *d;

	mkdir("/tmp", 01777);
	fake_systemd_start(FAKE_QUEUES_A_JOB);
	d = guest_daemon_start(RULES(WHEN_TOLD, "{ \"name\": \"systemd_restart\","
				     " \"args\": { \"service\": \"a.service\" } }"), NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_new("go.slice");
	guest_daemon_await(d, "Restarting systemd service \"a.service\"", LONG_MS);
	guest_daemon_await(d, "Queued service job as /org/freedesktop/systemd1/job/7", LONG_MS);
	guest_daemon_await(d, "restarted systemd service=a.service", LONG_MS);
	guest_daemon_await(d, "returned STOP", LONG_MS);
	cr_expect(eq(str, (char *)fake_systemd_last_call(), "RestartUnit(a.service, replace)"));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	fake_systemd_stop();
}
