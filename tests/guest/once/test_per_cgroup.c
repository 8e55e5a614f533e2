/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ruleset that runs per cgroup, with real cgroups in real trouble: only the one that thrashes
 * loses somebody, one made later is covered, and one that is gone is forgotten.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/xattr.h>

#include "guest/guest.h"
#include "guest/rules.h"
#include "table_test.h"

#define LONG_MS 60000
#define ROOT	GUEST_CGROUP_ROOT "/test.slice/"

TestSuite(per_cgroup, .init = guest_setup, .fini = guest_teardown, .timeout = 150);

#define RULES_FOR(keys, detector)                                                                  \
	"{ \"rulesets\": [ { \"name\": \"test\", \"post_action_delay\": \"30\"," keys               \
	" \"detectors\": [ [ \"group\", " detector " ] ], \"actions\": ["                          \
	" { \"name\": \"kill_by_memory_size_or_growth\", \"args\": { \"ruleset_cgroup\": \"*\" } }" \
	" ] } ] }"
#define EACH	  "\"cgroup\": \"test.slice/*\","
#define EACH_MARK EACH "\"xattr_filter\": \"trusted.guard\","

#define STALLED                                                                                    \
	"{ \"name\": \"psi_trigger\", \"args\": { \"ruleset_cgroup\": \".\","                      \
	" \"resource\": \"memory\", \"stall\": \"full\","                                          \
	" \"threshold_ms\": \"100\", \"window_ms\": \"1000\" } }"
#define PRESSURE                                                                                   \
	"{ \"name\": \"pressure_above\", \"args\": { \"ruleset_cgroup\": \".\","                   \
	" \"resource\": \"memory\", \"threshold\": \"5\", \"duration\": \"0\" } }"

static const struct {
	const char *source, *config, *why;
} rungs[] = {
	{ "--source=bpf", RULES_FOR(EACH, STALLED), "a kernel trigger, seen by BPF" },
	{ "--source=cgroupfs", RULES_FOR(EACH, STALLED), "a kernel trigger, polled" },
	{ "--source=bpf", RULES_FOR(EACH, PRESSURE), "an average, watched by BPF" },
};

/* Makes short of memory what is below cg, until its leaf dies of boomd. */
static void thrash(const struct guest_cgroup *cg, const struct guest_cgroup *leaf, const char *why)
{
	struct guest_load *hog;
	int how = 0;

	guest_cgroup_write(cg, "memory.high", "33554432");
	hog = guest_load_start(leaf, "hog", "--mib", "96", "--touch", NULL);
	cr_assert(guest_load_await_death(hog, LONG_MS, &how), "%s: the hog lives", why);
	cr_expect(eq(int, how, SIGKILL), "%s", why);
}

TABLE_TEST(per_cgroup_rungs, only_the_thrashing_ones_leaf_dies, rungs, row)
{
	struct guest_cgroup *late, *leaf;
	struct guest_load *calm;
	struct guest_daemon *d;

	guest_setup();
	calm = guest_load_start(guest_cgroup_new("test.slice/calm/leaf"), "hog", "--mib", "16", NULL);
	guest_load_await_ready(calm, LONG_MS);
	d = guest_daemon_start(row->config, row->source, NULL);
	guest_daemon_await(d, "Adding runnable ruleset for cgroup: " ROOT "calm", LONG_MS);
	late = guest_cgroup_new("test.slice/late");
	leaf = guest_cgroup_new("test.slice/late/leaf");
	guest_daemon_await(d, "Adding runnable ruleset for cgroup: " ROOT "late", LONG_MS);
	thrash(late, leaf, row->why);
	guest_daemon_await(d, "has fired for Ruleset=test with ruleset cgroup `" ROOT "late`", LONG_MS);
	guest_daemon_await(d, "killed test.slice/late/leaf", LONG_MS);
	guest_daemon_await(d, "recovered test.slice/late/leaf", LONG_MS);
	cr_expect(guest_load_alive(calm), "%s: the calm one's leaf died", row->why);
	guest_cgroup_remove(leaf);
	guest_cgroup_remove(late);
	guest_daemon_await(d, "Dropping runnable ruleset for cgroup: " ROOT "late", LONG_MS);
	cr_expect(zero(ptr, (void *)guest_daemon_find(d, "with ruleset cgroup `" ROOT "calm`")), "%s",
		  row->why);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
	cr_expect(guest_load_alive(calm), "%s", row->why);
	guest_teardown();
}

/* An old cgroup gets the mark: a record tells, and what its clone waits for is armed then. */
Test(per_cgroup, a_mark_set_later_starts_a_ruleset_and_removed_ends_it)
{
	struct guest_cgroup *cg = guest_cgroup_new("test.slice/marked");
	struct guest_cgroup *leaf = guest_cgroup_new("test.slice/marked/leaf");
	struct guest_daemon *d = guest_daemon_start(RULES_FOR(EACH_MARK, STALLED), "--source=bpf", NULL);

	guest_daemon_await(d, "running:", LONG_MS);
	guest_cgroup_set_xattr(cg, "trusted.guard", "1");
	guest_daemon_await(d, "Adding runnable ruleset for cgroup: " ROOT "marked", LONG_MS);
	thrash(cg, leaf, "marked");
	guest_daemon_await(d, "killed test.slice/marked/leaf", LONG_MS);
	cr_assert(zero(int, removexattr(guest_cgroup_path(cg), "trusted.guard")), "%s", strerror(errno));
	guest_daemon_await(d, "Dropping runnable ruleset for cgroup: " ROOT "marked", LONG_MS);
	cr_expect(eq(int, guest_daemon_stop(d), 0));
}
