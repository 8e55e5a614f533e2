/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom boomd kills, on real cgroups: preference xattrs, memory.oom.group, recursion, dry runs,
 * itself. Nothing here needs pressure: the rule fires once the test makes "go.slice".
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS 60000

TestSuite(victim, .init = guest_setup, .fini = guest_teardown, .timeout = 120);

static struct guest_load *hold(const char *cgroup, const char *mib)
{
	struct guest_load *load = guest_load_start(guest_cgroup_new(cgroup), "hog", "--mib", mib,
						   NULL);

	guest_load_await_ready(load, LONG_MS);
	return load;
}

static struct guest_daemon *decide(const char *config, const char *argument)
{
	struct guest_daemon *d = guest_daemon_start(config, argument, NULL);

	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_new("go.slice");
	return d;
}

static void expect_killed(struct guest_load *load)
{
	int how = 0;

	cr_assert(guest_load_await_death(load, LONG_MS, &how), "the victim lives");
	cr_expect(eq(int, how, SIGKILL));
}

/* Which of big (24 MiB) and small (8 MiB) of a pool dies, with an xattr on one of them. */
static const struct {
	const char *marked, *xattr;
	int small_dies;
	const char *why;
} preferences[] = {
	{ NULL, NULL, 0, "no xattr: the bigger one" },
	{ "small", "trusted.oomd_prefer", 1, "prefer beats size" },
	{ "small", "user.oomd_prefer", 1, "the owner may prefer too" },
	{ "big", "trusted.oomd_avoid", 1, "avoid beats size" },
	{ "big", "user.oomd_avoid", 1, "the owner may avoid too" },
};

/* A pool a row, all decided by one daemon: a ruleset each. */
#define POOL_RULESET(n)                                                                            \
	"{ \"name\": \"" n "\", \"detectors\": [ [ \"told\", " WHEN_TOLD " ] ], \"actions\": [ "          \
	KILL_BIGGEST("pool" n ".slice/*", "") " ] }"

static const char pool_rules[] = "{ \"rulesets\": [ " POOL_RULESET("0") ", " POOL_RULESET("1") ", "
	POOL_RULESET("2") ", " POOL_RULESET("3") ", " POOL_RULESET("4") " ] }";

struct pool {
	struct guest_load *big, *small;
	struct guest_cgroup *marked;
};

static void fill_pool(struct pool *pool, size_t i)
{
	char name[64];

	snprintf(name, sizeof(name), "pool%zu.slice/big", i);
	pool->big = hold(name, "24");
	snprintf(name, sizeof(name), "pool%zu.slice/small", i);
	pool->small = hold(name, "8");
	if (!preferences[i].marked)
		return;
	snprintf(name, sizeof(name), "pool%zu.slice/%s", i, preferences[i].marked);
	pool->marked = guest_cgroup_new(name);
}

static void mark_pools(struct pool *pools)
{
	for (size_t i = 0; i < ARRAY_SIZE(preferences); i++)
		if (pools[i].marked)
			guest_cgroup_set_xattr(pools[i].marked, preferences[i].xattr,
					       "garbage \001\377 counts as presence");
}

static const struct {
	const char *source;
	int while_running;
	const char *why;
} markings[] = {
	{ "--source=bpf", 0, "there before boomd starts" },
	{ "--source=bpf", 1, "set while boomd runs" },
	{ "--source=cgroupfs", 0, "read from files" },
	{ "--source=cgroupfs", 1, "read from files, set while boomd runs" },
};

TABLE_TEST(victim_preference, xattrs_decide_before_size, markings, row)
{
	struct pool pools[ARRAY_SIZE(preferences)] = { 0 };
	struct guest_daemon *d;

	guest_setup();
	for (size_t i = 0; i < ARRAY_SIZE(preferences); i++)
		fill_pool(&pools[i], i);
	if (!row->while_running)
		mark_pools(pools);
	d = guest_daemon_start(pool_rules, row->source, NULL);
	guest_daemon_await(d, "running:", LONG_MS);
	if (row->while_running)
		mark_pools(pools);
	guest_cgroup_new("go.slice");
	for (size_t i = 0; i < ARRAY_SIZE(preferences); i++) {
		bool small_dies = preferences[i].small_dies;

		expect_killed(small_dies ? pools[i].small : pools[i].big);
		cr_expect(guest_load_alive(small_dies ? pools[i].big : pools[i].small), "%s: %s",
			  row->why, preferences[i].why);
	}
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	guest_teardown();
}

Test(victim, recursion_reaches_the_leaf_and_spares_the_rest)
{
	struct guest_load *leaf = hold("pool.slice/a/b/c", "40");
	struct guest_load *cousin = hold("pool.slice/a/d", "20");
	struct guest_load *other = hold("pool.slice/e", "10");
	struct guest_daemon *d = decide(RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice",
								       ", \"recursive\": true")),
					NULL);

	expect_killed(leaf);
	guest_daemon_await(d, "pool.slice/a/b/c", LONG_MS);
	cr_expect(guest_load_alive(cousin));
	cr_expect(guest_load_alive(other));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

Test(victim, without_recursion_the_whole_subtree_dies)
{
	struct guest_load *leaf = hold("pool.slice/a/b", "40");
	struct guest_load *cousin = hold("pool.slice/a/d", "20");
	struct guest_load *other = hold("pool.slice/e", "10");
	struct guest_daemon *d = decide(RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", "")), NULL);

	expect_killed(leaf);
	expect_killed(cousin);
	cr_expect(guest_load_alive(other));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

Test(victim, oom_group_dies_as_one)
{
	struct guest_cgroup *unit = guest_cgroup_new("pool.slice/a");
	struct guest_load *leaf = hold("pool.slice/a/b", "40");
	struct guest_load *cousin = hold("pool.slice/a/d", "20");
	struct guest_load *other = hold("pool.slice/e", "10");
	struct guest_daemon *d;

	guest_cgroup_write(unit, "memory.oom.group", "1");
	d = decide(RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", ", \"recursive\": true")), NULL);
	expect_killed(leaf);
	expect_killed(cousin);
	cr_expect(guest_load_alive(other));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

static const struct {
	const char *more, *argument;
	const char *why;
} dry_runs[] = {
	{ ", \"dry\": true", "--source=bpf", "the plugin's own argument" },
	{ "", "--dry-run", "for the whole daemon" },
};

TABLE_TEST(victim_dry, nobody_dies, dry_runs, row)
{
	struct guest_load *big;
	struct guest_daemon *d;
	const char *config = *row->more ?
		RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", ", \"dry\": true")) :
		RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", ""));

	guest_setup();
	big = hold("pool.slice/big", "30");
	d = decide(config, row->argument);
	guest_daemon_await(d, "killer:(dry)kill_by_memory_size_or_growth", LONG_MS);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(guest_load_alive(big), "%s", row->why);
	guest_teardown();
}

/* boomd sits in the biggest cgroup of the pattern: the next best must be taken. */
Test(victim, boomd_itself_is_never_one)
{
	struct guest_load *beside = hold("pool.slice/big", "60");
	struct guest_load *small = hold("pool.slice/small", "20");
	struct guest_daemon *d = guest_daemon_start(RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", "")),
						    NULL);
	char pid[32];

	guest_daemon_await(d, "running:", LONG_MS);
	snprintf(pid, sizeof(pid), "%d", (int)guest_daemon_pid(d));
	guest_cgroup_write(guest_cgroup_new("pool.slice/big"), "cgroup.procs", pid);
	guest_cgroup_new("go.slice");
	expect_killed(small);
	cr_expect(guest_load_alive(beside), "shares its cgroup with boomd");
	cr_expect(guest_daemon_alive(d));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}

/* The helper thread sets them after the signals: look until they are there, or the time is over. */
static bool await_xattr(struct guest_cgroup *cgroup, const char *name, const char *value)
{
	uint64_t end_ns = guest_now_ns() + LONG_MS * 1000000ULL;
	char now[128];

	while (guest_now_ns() < end_ns)
		if (guest_cgroup_get_xattr(cgroup, name, now, sizeof(now)) >= 0 &&
		    (!value || !strcmp(now, value)))
			return true;
	return false;
}

Test(victim, kill_xattrs_count_and_garbage_in_them_harms_nobody)
{
	struct guest_load *load = guest_load_start(guest_cgroup_new("pool.slice/big"), "hog", "--mib",
						   "8", "--children", "3", NULL);
	struct guest_cgroup *cgroup = guest_cgroup_new("pool.slice/big");
	struct guest_daemon *d;
	char uuid[128];

	guest_load_await_ready(load, LONG_MS);
	guest_cgroup_set_xattr(cgroup, "user.oomd_ooms", "not a number");
	guest_cgroup_set_xattr(cgroup, "trusted.oomd_kill", "99999999999999999999999999");
	guest_cgroup_set_xattr(cgroup, "trusted.oomd_ooms", "41");
	d = decide(RULES(WHEN_TOLD, KILL_BIGGEST("pool.slice/*", "")), NULL);
	expect_killed(load);
	cr_expect(await_xattr(cgroup, "trusted.oomd_ooms", "42"));
	cr_expect(await_xattr(cgroup, "user.oomd_ooms", "1"));
	cr_expect(await_xattr(cgroup, "user.oomd_kill", "4"), "the hog and its three children");
	cr_expect(await_xattr(cgroup, "trusted.oomd_kill_uuid", NULL));
	cr_expect(eq(int, (int)guest_cgroup_get_xattr(cgroup, "trusted.oomd_kill_uuid", uuid,
						      sizeof(uuid)), 32));
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}
