/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole path, with real pressure: a cgroup stalls, the kernel tells, boomd kills. Every case
 * runs on each rung of the ladder and must end alike.
 */
#include <signal.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS 60000

TestSuite(stall, .init = guest_setup, .fini = guest_teardown, .timeout = 150);

static const struct {
	const char *source;
	const char *config;
	const char *why;
} rungs[] = {
	{ "--source=bpf", RULES(WHEN_STALLED("test.slice/*"), KILL_BIGGEST("test.slice/*", "")),
	  "a kernel trigger, seen by BPF" },
	{ "--source=cgroupfs", RULES(WHEN_STALLED("test.slice/*"), KILL_BIGGEST("test.slice/*", "")),
	  "a kernel trigger, polled" },
	{ "--source=bpf", RULES(WHEN_PRESSURE_ABOVE("test.slice/*", "5"),
				KILL_BIGGEST("test.slice/*", "")),
	  "an average, watched by BPF" },
	{ "--source=cgroupfs", RULES(WHEN_PRESSURE_ABOVE("test.slice/*", "5"),
				     KILL_BIGGEST("test.slice/*", "")),
	  "an average, read from files" },
};

/* The hog's cgroup is made after boomd has started: it must be covered all the same. */
TABLE_TEST(stall_rungs, thrashing_cgroup_dies_and_its_neighbour_lives, rungs, row)
{
	struct guest_load *neighbour, *hog;
	struct guest_cgroup *cgroup;
	struct guest_daemon *d;
	int how = 0;

	guest_setup();
	neighbour = guest_load_start(guest_cgroup_new("test.slice/neighbour"), "hog", "--mib", "16",
				     NULL);
	guest_load_await_ready(neighbour, LONG_MS);
	d = guest_daemon_start(row->config, row->source, NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	cgroup = guest_cgroup_new("test.slice/hog");
	guest_cgroup_write(cgroup, "memory.high", "33554432");
	hog = guest_load_start(cgroup, "hog", "--mib", "96", "--touch", NULL);
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "%s: the hog lives", row->why);
	cr_expect(eq(int, how, SIGKILL), "%s", row->why);
	cr_expect(guest_load_alive(neighbour), "%s: the neighbour died", row->why);
	guest_daemon_await(d, "killed test.slice/hog", LONG_MS);
	guest_daemon_await(d, "recovered test.slice/hog: 1 of 1 processes exited", LONG_MS);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(guest_load_alive(neighbour), "%s: the neighbour died at the end", row->why);
	guest_teardown();
}

/* With swap, a leak under memory.max first thrashes: boomd must come before the kernel. */
Test(stall, leaking_cgroup_dies_before_the_kernels_oom_killer_acts)
{
	uint64_t kills = guest_vmstat("oom_kill");
	struct guest_cgroup *cgroup = guest_cgroup_new("test.slice/leak");
	struct guest_load *leak;
	struct guest_daemon *d;
	int how = 0;

	guest_cgroup_write(cgroup, "memory.max", "67108864");
	d = guest_daemon_start(RULES(WHEN_STALLED("test.slice/*"), KILL_BIGGEST("test.slice/*", "")),
			       NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	leak = guest_load_start(cgroup, "hog", "--mib", "400", "--rate", "40", "--touch", NULL);
	cr_assert(guest_load_await_death(leak, LONG_MS, &how), "the leak lives");
	cr_expect(eq(int, how, SIGKILL));
	guest_daemon_await(d, "killed test.slice/leak", LONG_MS);
	cr_expect(eq(u64, guest_vmstat("oom_kill"), kills), "the kernel killed, not boomd");
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

/* What ships by default must do its work without a configuration. */
Test(stall, built_in_configuration_kills_a_thrashing_leaf)
{
	struct guest_load *neighbour, *hog;
	struct guest_cgroup *cgroup;
	struct guest_daemon *d;
	int how = 0;

	neighbour = guest_load_start(guest_cgroup_new("demo.slice/neighbour"), "hog", "--mib", "16",
				     NULL);
	guest_load_await_ready(neighbour, LONG_MS);
	cgroup = guest_cgroup_new("demo.slice/hog");
	guest_cgroup_write(cgroup, "memory.high", "33554432");
	d = guest_daemon_start(NULL, NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	hog = guest_load_start(cgroup, "hog", "--mib", "60", "--children", "4", "--touch", NULL);
	cr_assert(guest_load_await_death(hog, 2 * LONG_MS, &how), "the hog lives");
	cr_expect(eq(int, how, SIGKILL));
	cr_expect(guest_load_alive(neighbour));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}
