/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debian's oomd and boomd in the same situations: they must kill the same, and say so in the same
 * words. Who must be killed was worked out by hand from docs/oomd.md, so that a row fails also
 * where both are wrong.
 */
#include <glob.h>

#include "guest/guest.h"
#include "guest/peer/decide.h"
#include "table_test.h"

#define LONG_MS 40000

TestSuite(peer, .init = guest_setup, .fini = guest_teardown, .timeout = 120);

#define DETECTOR(name, args) "[ 'group', { 'name': '" name "', 'args': { " args " } } ]"
/* fires at the first look, for every row that is about the choice alone */
#define AT_ONCE DETECTOR("exists", "'cgroup': 'pool.slice'")
/* fires once "go.slice" is there, and has both daemons say something at each tick */
#define WHEN_TOLD                                                                                  \
	"[ 'group', { 'name': 'exists', 'args': { 'cgroup': 'go.slice' } }, "                      \
	"{ 'name': 'dump_cgroup_overview', 'args': { 'cgroup': 'pool.slice', 'always': true } } ]"
#define WHEN_STALLED(seconds)                                                                      \
	DETECTOR("pressure_above", "'cgroup': 'pool.slice/*', 'resource': 'memory',"               \
				   " 'threshold': '10', 'duration': '" seconds "'")
#define ACTION(name, args) "{ 'name': '" name "', 'args': { " args " } }"
#define KILL_BIGGEST(cgroup, more)                                                                 \
	ACTION("kill_by_memory_size_or_growth", "'cgroup': '" cgroup "'" more)
#define DRY ", 'dry': true"

#define THRASHING "hog --mib 60 --touch", "memory.high=25165824"
#define READING	  "reader --device /dev/vda --rate 1000000", NULL /* as fast as it goes */

/* clang-format off */
static const struct peer_situation situations[] = {
	{ .name = "size",
	  .cgroups = { { "pool.slice/a", "hog --mib 8", NULL },
		       { "pool.slice/b", "hog --mib 40", NULL },
		       { "pool.slice/c", "hog --mib 16", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .boomd = BOOMD_BY_TICKS, .victim = "pool.slice/b" },
	{ .name = "size-protected-by-low", /* what b has beyond its protection is the least */
	  .cgroups = { { "pool.slice", NULL, "memory.low=67108864" },
		       { "pool.slice/a", "hog --mib 16", NULL },
		       { "pool.slice/b", "hog --mib 32", "memory.low=29360128" },
		       { "pool.slice/c", "hog --mib 24", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .boomd = BOOMD_BY_EVENTS, .victim = "pool.slice/c" },
	{ .name = "size-protected-by-min",
	  .cgroups = { { "pool.slice", NULL, "memory.min=67108864" },
		       { "pool.slice/a", "hog --mib 16", NULL },
		       { "pool.slice/b", "hog --mib 32", "memory.min=29360128" },
		       { "pool.slice/c", "hog --mib 24", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .victim = "pool.slice/c" },
	{ .name = "growth", /* c is not the biggest, but is new when the others are not any more */
	  .cgroups = { { "pool.slice/a", "hog --mib 60", NULL },
		       { "pool.slice/b", "hog --mib 56", NULL },
		       { "pool.slice/c", "hog --mib 40", NULL } },
	  .detectors = WHEN_TOLD, .actions = KILL_BIGGEST("pool.slice/*", ", 'growing_size_percentile': '0'" DRY),
	  .boomd = BOOMD_BY_TICKS, .is_history = true, .ticks_before = 8, .ticks_after = 0,
	  .victim = "pool.slice/c" },
	{ .name = "growth-ratio-with-a-fraction", /* c is hardly growing any more */
	  .cgroups = { { "pool.slice/a", "hog --mib 60", NULL },
		       { "pool.slice/b", "hog --mib 56", NULL },
		       { "pool.slice/c", "hog --mib 40", NULL } },
	  .detectors = WHEN_TOLD,
	  .actions = KILL_BIGGEST("pool.slice/*", ", 'growing_size_percentile': '0', 'min_growth_ratio': '1.9'" DRY),
	  .is_history = true, .ticks_before = 4, .ticks_after = 5,
	  .victim = "pool.slice/c", .boomds_victim = "pool.slice/a",
	  .why = "oomd reads 1.9 as 1 (docs/oomd.md 0, 2)" },
	{ .name = "prefer",
	  .cgroups = { { "pool.slice/a", "hog --mib 8", "trusted.oomd_prefer=1" },
		       { "pool.slice/b", "hog --mib 40", NULL },
		       { "pool.slice/c", "hog --mib 16", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .victim = "pool.slice/a" },
	{ .name = "avoid",
	  .cgroups = { { "pool.slice/a", "hog --mib 8", NULL },
		       { "pool.slice/b", "hog --mib 40", "trusted.oomd_avoid=1" },
		       { "pool.slice/c", "hog --mib 16", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .victim = "pool.slice/c" },
	{ .name = "avoid-but-nobody-else", /* a is empty, c prefers and is empty */
	  .cgroups = { { "pool.slice/a", NULL, NULL },
		       { "pool.slice/b", "hog --mib 8", "trusted.oomd_avoid=1" },
		       { "pool.slice/c", NULL, "trusted.oomd_prefer=1" } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .victim = "pool.slice/b" },
	{ .name = "prefer-and-avoid",
	  .cgroups = { { "pool.slice/a", "hog --mib 8", "trusted.oomd_avoid=1 trusted.oomd_prefer=1" },
		       { "pool.slice/b", "hog --mib 40", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .victim = "pool.slice/a" },
	{ .name = "recursive", /* b is bigger than each leaf of a, but only siblings are compared */
	  .cgroups = { { "pool.slice/a/x", "hog --mib 20", NULL },
		       { "pool.slice/a/y", "hog --mib 16", NULL },
		       { "pool.slice/b", "hog --mib 28", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice", ", 'recursive': true" DRY),
	  .boomd = BOOMD_BY_TICKS, .victim = "pool.slice/a/x" },
	{ .name = "recursive-prefer-above", /* u is bigger than v */
	  .cgroups = { { "pool.slice/a", "hog --mib 40", NULL },
		       { "pool.slice/b", NULL, "trusted.oomd_prefer=1" },
		       { "pool.slice/b/u", "hog --mib 12", NULL },
		       { "pool.slice/b/v", "hog --mib 8", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", ", 'recursive': true" DRY),
	  .boomd = BOOMD_BY_EVENTS, .victim = "pool.slice/b/u" },
	{ .name = "oom-group",
	  .cgroups = { { "pool.slice/a", NULL, "memory.oom.group=1" },
		       { "pool.slice/a/x", "hog --mib 20", NULL },
		       { "pool.slice/a/y", "hog --mib 16", NULL },
		       { "pool.slice/b", "hog --mib 28", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice", ", 'recursive': true" DRY),
	  .victim = "pool.slice/a" },
	{ .name = "patterns", /* nobody asked for x, nor for what is deeper */
	  .cgroups = { { "pool.slice/w-1.service", "hog --mib 12", NULL },
		       { "pool.slice/w-2.service", "hog --mib 20", NULL },
		       { "pool.slice/x.service", "hog --mib 40", NULL },
		       { "deep.slice/a/b", "hog --mib 28", NULL } },
	  .detectors = AT_ONCE,
	  .actions = KILL_BIGGEST("pool.slice/w-?.service,deep.slice/*/b/*,nobody.slice/*", DRY),
	  .victim = "pool.slice/w-2.service" },
	{ .name = "second-group-second-action",
	  .cgroups = { { "pool.slice/a", "hog --mib 8", NULL },
		       { "pool.slice/b", "hog --mib 40", NULL } },
	  .detectors = "[ 'no', { 'name': 'stop', 'args': { } } ], "
		       "[ 'yes', { 'name': 'memory_above', 'args': { 'cgroup': 'pool.slice', 'threshold': '30M', 'duration': '0' } } ]",
	  .actions = KILL_BIGGEST("nobody.slice/*", DRY) ", " KILL_BIGGEST("pool.slice/*", DRY),
	  .victim = "pool.slice/b" },
	{ .name = "pressure",
	  .cgroups = { { "pool.slice/a", THRASHING },
		       { "pool.slice/b", "hog --mib 80", NULL } },
	  .detectors = WHEN_STALLED("0"),
	  .actions = ACTION("kill_by_pressure", "'cgroup': 'pool.slice/*', 'resource': 'memory'" DRY),
	  .boomd = BOOMD_BY_EVENTS, .victim = "pool.slice/a" },
	{ .name = "pressure-rising",
	  .cgroups = { { "pool.slice/a", THRASHING },
		       { "pool.slice/b", "hog --mib 80", NULL } },
	  .detectors = DETECTOR("pressure_rising_beyond", "'cgroup': 'pool.slice/a', 'resource': 'memory', 'threshold': '1', 'duration': '0'"),
	  .actions = ACTION("kill_by_pressure", "'cgroup': 'pool.slice/*', 'resource': 'memory'" DRY),
	  .victim = "pool.slice/a" },
	{ .name = "io-pressure",
	  .cgroups = { { "pool.slice/a", READING },
		       { "pool.slice/b", "hog --mib 80", NULL } },
	  .detectors = DETECTOR("pressure_above", "'cgroup': 'pool.slice', 'resource': 'io', 'threshold': '3', 'duration': '0'"),
	  .actions = ACTION("kill_by_pressure", "'cgroup': 'pool.slice/*', 'resource': 'io'" DRY),
	  .victim = "pool.slice/a" },
	{ .name = "io-cost", /* a reads much more than b, and c is the biggest */
	  .cgroups = { { "pool.slice/a", READING },
		       { "pool.slice/b", "reader --device /dev/vda --rate 10", NULL },
		       { "pool.slice/c", "hog --mib 40", NULL } },
	  /* a rate takes two looks */
	  .detectors = DETECTOR("pressure_above", "'cgroup': 'pool.slice', 'resource': 'io', 'threshold': '0', 'duration': '2'"),
	  .actions = ACTION("kill_by_io_cost", "'cgroup': 'pool.slice/*'" DRY),
	  .counts_io = true, .boomd = BOOMD_BY_TICKS, .victim = "pool.slice/a" },
	{ .name = "pg-scan",
	  .cgroups = { { "pool.slice/a", THRASHING },
		       { "pool.slice/b", "hog --mib 80", NULL } },
	  .detectors = WHEN_STALLED("2"),
	  .actions = ACTION("kill_by_pg_scan", "'cgroup': 'pool.slice/*'" DRY),
	  .boomd = BOOMD_BY_EVENTS, .victim = "pool.slice/a" },
	{ .name = "pg-scan-of-who-is-not-scanned", /* to prefer b does not help */
	  .cgroups = { { "pool.slice/a", THRASHING },
		       { "pool.slice/b", "hog --mib 80", "trusted.oomd_prefer=1" } },
	  .detectors = DETECTOR("memory_reclaim", "'cgroup': 'pool.slice/a', 'duration': '10'"),
	  .actions = ACTION("kill_by_pg_scan", "'cgroup': 'pool.slice/*'" DRY),
	  .victim = "pool.slice/b", .boomds_victim = "pool.slice/a",
	  .why = "Debian's oomd is older than docs/oomd.md 1.3, where only who is scanned is ranked" },
	{ .name = "swap-usage", /* a has most in swap, b most in all, c most in memory */
	  .cgroups = { { "pool.slice/a", "hog --mib 36", "memory.high=8388608" },
		       { "pool.slice/b", "hog --mib 56", "memory.high=46137344" },
		       { "pool.slice/c", "hog --mib 52", NULL } },
	  .detectors = DETECTOR("swap_free", "'threshold_pct': '99'"),
	  .actions = ACTION("kill_by_swap_usage", "'cgroup': 'pool.slice/*'" DRY),
	  .boomd = BOOMD_BY_TICKS, .victim = "pool.slice/a" },
	{ .name = "swap-usage-threshold", /* 10 MiB of 512: b is preferred, but has not so much */
	  .cgroups = { { "pool.slice/a", "hog --mib 36", "memory.high=8388608" },
		       { "pool.slice/b", "hog --mib 20", "memory.high=16777216 trusted.oomd_prefer=1" } },
	  .detectors = AT_ONCE,
	  .actions = ACTION("kill_by_swap_usage", "'cgroup': 'pool.slice/*', 'threshold': '2%'" DRY),
	  .victim = "pool.slice/a" },
	{ .name = "drop-in",
	  .cgroups = { { "pool.slice/a", "hog --mib 16", NULL },
		       { "pool.slice/b", "hog --mib 8", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("nobody.slice/*", DRY),
	  .ruleset = ", 'drop-in': { 'actions': true, 'disable-on-drop-in': true }",
	  .drop_in = KILL_BIGGEST("pool.slice/b", DRY), .victim = "pool.slice/b" },
	{ .name = "prekill-hook", /* the second one, for b is not the first one's */
	  .cgroups = { { "pool.slice/a", "hog --mib 8", NULL },
		       { "pool.slice/b", "hog --mib 16", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", DRY),
	  .hooks = ACTION("dummy_prekill_hook", "'cgroup': 'pool.slice/a'") ", "
		   ACTION("dummy_prekill_hook", "'cgroup': 'pool.slice/*'"),
	  .said = "Prekill hook fired on pool.slice/b", .victim = "pool.slice/b" },
	{ .name = "ruleset-of-a-cgroup", /* a has not so much */
	  .cgroups = { { "pool.slice/a/x", "hog --mib 12", NULL },
		       { "pool.slice/b/x", "hog --mib 16", NULL },
		       { "pool.slice/b/y", "hog --mib 20", NULL } },
	  .ruleset = ", 'cgroup': 'pool.slice/*'",
	  .detectors = DETECTOR("memory_above", "'ruleset_cgroup': '/', 'threshold': '30M', 'duration': '0'"),
	  .actions = ACTION("kill_by_memory_size_or_growth", "'ruleset_cgroup': '*'" DRY),
	  .oomd_refuses = "ruleset_cgroup", .victim = "pool.slice/b/y" },
	{ .name = "kill-thrashing",
	  .cgroups = { { "pool.slice/a", THRASHING },
		       { "pool.slice/b", "hog --mib 20", NULL } },
	  .detectors = WHEN_STALLED("0"), .actions = KILL_BIGGEST("pool.slice/*", ""),
	  .boomd = BOOMD_BY_EVENTS, .kills = true, .is_timed = true,
	  .victim = "pool.slice/a" },
	{ .name = "kill-by-size",
	  .cgroups = { { "pool.slice/a", "hog --mib 8 --children 3", NULL },
		       { "pool.slice/b", "hog --mib 16", NULL },
		       { "pool.slice/c", "hog --mib 4", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice/*", ""),
	  .kills = true, .boomd = BOOMD_BY_TICKS, .victim = "pool.slice/a" },
	{ .name = "kill-oom-group",
	  .cgroups = { { "pool.slice/a", NULL, "memory.oom.group=1" },
		       { "pool.slice/a/x", "hog --mib 12", NULL },
		       { "pool.slice/a/y", "hog --mib 10", NULL },
		       { "pool.slice/b", "hog --mib 16", NULL } },
	  .detectors = AT_ONCE, .actions = KILL_BIGGEST("pool.slice", ", 'recursive': true"),
	  .boomd = BOOMD_BY_EVENTS, .kills = true, .victim = "pool.slice/a" },
};
/* clang-format on */

TABLE_TEST(peer, same_victim, situations, row)
{
	struct peer_kill_line lines[PEERS];
	const char *boomds = row->boomds_victim ? row->boomds_victim : row->victim;

	peer_require_oomd();
	peer_decide(row, lines);
	cr_expect(eq(str, lines[PEER_BOOMD].victim, (char *)boomds), "%s: boomd %s", row->name,
		  row->why ? row->why : "");
	if (row->oomd_refuses)
		return;
	cr_expect(eq(str, lines[PEER_OOMD].victim, (char *)row->victim), "%s: oomd", row->name);
	if (!row->boomds_victim)
		cr_expect(eq(str, lines[PEER_BOOMD].shape, lines[PEER_OOMD].shape), "%s",
			  row->name);
}

/* What the package ships is oomd's desktop example. */
Test(peer, packaged_configuration_loads_unchanged_and_runs)
{
	glob_t files;

	peer_require_oomd();
	cr_assert(zero(int, glob("/etc/oomd/*.json", 0, NULL, &files)), "the package has none");
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *file = files.gl_pathv[i];
		struct guest_daemon *check =
			guest_daemon_start(NULL, "--strict", "--check-config", file, NULL);
		struct guest_daemon *daemon;

		cr_expect(eq(int, guest_daemon_await_exit(check, LONG_MS), 0), "%s", file);
		daemon = guest_daemon_start(NULL, "--config", file, "--dry-run", NULL);
		guest_daemon_await(daemon, "running: ", LONG_MS);
		cr_expect(eq(int, guest_daemon_stop(daemon), 0), "%s", file);
	}
	globfree(&files);
}
