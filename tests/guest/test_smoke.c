/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does the harness itself work? No boomd here: when these fail, no other guest
 * test means anything.
 */
#include <errno.h>
#include <signal.h>

#include "guest/guest.h"
#include "table_test.h"

TestSuite(smoke, .init = guest_setup, .fini = guest_teardown, .timeout = 60);

Test(smoke, kernel_kills_a_leak_and_spares_the_neighbour)
{
	struct guest_cgroup *hog = guest_cgroup_new("smoke/hog");
	struct guest_cgroup *neighbour = guest_cgroup_new("smoke/neighbour");
	uint64_t kills = guest_vmstat("oom_kill");
	struct guest_load *leak, *quiet;
	int how = 0;

	guest_cgroup_write(hog, "memory.max", "32M");
	guest_cgroup_write(hog, "memory.swap.max", "0");
	quiet = guest_load_start(neighbour, "hog", "--mib", "8", NULL);
	guest_load_await_ready(quiet, 10000);
	leak = guest_load_start(hog, "hog", "--mib", "64", NULL);

	cr_assert(guest_load_await_death(leak, 20000, &how));
	cr_expect(eq(int, how, SIGKILL));
	cr_expect(guest_cgroup_await_empty(hog, 5000));
	cr_expect(eq(u64, guest_vmstat("oom_kill"), kills + 1));
	cr_expect(eq(u64, guest_cgroup_u64(hog, "memory.events", "oom_kill"), 1));
	cr_expect(guest_load_alive(quiet));
	cr_expect(ge(u64, guest_cgroup_u64(neighbour, "memory.current", NULL), 8 << 20));
}

Test(smoke, a_load_is_born_in_its_cgroup)
{
	struct guest_cgroup *cg = guest_cgroup_new("smoke");
	struct guest_load *load = guest_load_start(cg, "hog", "--mib", "1", "--children", "3", NULL);
	int how = 0;

	guest_load_await_ready(load, 10000);
	cr_expect(eq(u64, guest_cgroup_u64(cg, "pids.current", NULL), 4));
	cr_expect(not(guest_cgroup_await_empty(cg, 10)), "it is alive");
	cr_expect(not(guest_load_await_death(load, 10, &how)), "nobody has killed it");
	guest_load_kill(load);
	cr_expect(guest_load_await_death(load, 0, &how));
	cr_expect(eq(int, how, SIGKILL));
	cr_expect(not(guest_cgroup_await_empty(cg, 10)), "its children outlive it");
	guest_cgroup_write(cg, "cgroup.kill", "1");
	cr_expect(guest_cgroup_await_empty(cg, 5000));
}

Test(smoke, thrashing_above_high_makes_pressure)
{
	struct guest_cgroup *cg = guest_cgroup_new("smoke");
	struct guest_load *load;

	guest_cgroup_write(cg, "memory.high", "16M");
	load = guest_load_start(cg, "hog", "--mib", "48", "--touch", NULL);
	guest_load_await_ready(load, 40000);
	cr_expect(gt(u64, guest_cgroup_u64(cg, "memory.events", "high"), 0));
	cr_expect(gt(u64, guest_cgroup_u64(cg, "memory.swap.current", NULL), 16 << 20));
	cr_expect(guest_load_alive(load));
}

Test(smoke, xattrs_and_numbers)
{
	struct guest_cgroup *cg = guest_cgroup_new("smoke/xattr");
	char value[8];

	cr_expect(eq(long, guest_cgroup_get_xattr(cg, "user.test", value, sizeof(value)), -ENODATA));
	guest_cgroup_set_xattr(cg, "user.test", "1");
	cr_expect(eq(long, guest_cgroup_get_xattr(cg, "user.test", value, sizeof(value)), 1));
	cr_expect(eq(str, value, "1"));
	cr_expect(eq(u64, guest_cgroup_u64(cg, "memory.max", NULL), UINT64_MAX));
	cr_expect(gt(u64, guest_cgroup_id(cg), 1));
	guest_cgroup_remove(cg);
}
