/* SPDX-License-Identifier: GPL-2.0-only */
/* The rankings and what they say: oomd's cases by their names (oomd.md 5.1), numbers as there. */
#include <stdio.h>
#include <string.h>

#include "plugins/registry.h"
#include "table_test.h"
#include "unit/plugins/world.h"

#define MEM(p, current, average) { .path = p, .memory_bytes = current, .average_bytes = average }
#define MEM_PREF(p, current, average, pref)                                                        \
	{ .path = p, .memory_bytes = current, .average_bytes = average, .preference = pref }
#define IO_COST(p, rate)     { .path = p, .memory_bytes = 3 * WORLD_MIB, .io_cost_rate = rate }
#define IO_PSI(p, s10, s60) { .path = p, .memory_bytes = WORLD_MIB, .io_full = { s10, s60 } }
#define ROWS(...)	     ((const struct world_row[]){ __VA_ARGS__, { 0 } })
#define MIB(n)		     ((n) * WORLD_MIB)

#define MEMORY	 "kill_by_memory_size_or_growth"
#define IO	 "kill_by_io_cost"
#define PRESSURE "kill_by_pressure"

static const struct {
	const char *why, *plugin, *args;
	const struct world_row *rows;
	const char *killed; /* "": nobody */
	const char *line;   /* the last one said; NULL: not looked at */
} kills[] = {
	{ "KillsBigCgroup", MEMORY, "cgroup=h/*",
	  ROWS(MEM("h/1", 60, 60), MEM("h/2", 20, 20), MEM("h/3", 20, 20)), "h/1",
	  "Picked \"h/1\" (0MB) based on size > 50% of sibling total 0MB with kill preference NORMAL" },
	{ "PreferredOverridesSize", MEMORY, "cgroup=h/*",
	  ROWS(MEM("h/1", 60, 60), MEM_PREF("h/2", 20, 20, PREFERENCE_PREFER), MEM("h/3", 20, 20)),
	  "h/2",
	  "Picked \"h/2\" (0MB) based on effective usage of 0MB with kill preference PREFER" },
	{ "AvoidedOverridesSize", MEMORY, "cgroup=h/*",
	  ROWS(MEM_PREF("h/1", 60, 60, PREFERENCE_AVOID), MEM("h/2", 30, 30), MEM("h/3", 20, 20)),
	  "h/2", NULL },
	{ "AvoidedNoEffect", MEMORY, "cgroup=h/*",
	  ROWS(MEM("h/1", 60, 60), MEM_PREF("h/2", 30, 30, PREFERENCE_AVOID),
	       MEM_PREF("h/3", 20, 20, PREFERENCE_AVOID)), "h/1", NULL },
	{ "PreferredNoEffect", MEMORY, "cgroup=h/*",
	  ROWS(MEM_PREF("h/1", 60, 60, PREFERENCE_PREFER), MEM_PREF("h/2", 30, 30, PREFERENCE_PREFER),
	       MEM_PREF("h/3", 20, 20, PREFERENCE_PREFER)), "h/1", NULL },
	{ "KillsOneOfPreferred", MEMORY, "cgroup=h/*",
	  ROWS(MEM_PREF("h/1", 60, 60, PREFERENCE_PREFER), MEM_PREF("h/2", 30, 30, PREFERENCE_AVOID),
	       MEM_PREF("h/3", 20, 20, PREFERENCE_PREFER)), "h/1", NULL },
	{ "KillsBigCgroupGrowth: nobody grows, the largest goes", MEMORY, "cgroup=h/*",
	  ROWS(MEM("h/1", MIB(21), MIB(20)), MEM("h/2", MIB(20), MIB(20)), MEM("h/3", MIB(30), MIB(30)),
	       MEM("s/1", MIB(100), MIB(10))), "h/3",
	  "Picked \"h/3\" (30MB) based on effective usage of 30MB with kill preference NORMAL" },
	{ "KillsBigCgroupGrowth: who grows goes", MEMORY, "cgroup=h/*;growing_size_percentile=20",
	  ROWS(MEM("h/1", MIB(21), MIB(5)), MEM("h/2", MIB(20), MIB(20)), MEM("h/3", MIB(30), MIB(30)),
	       MEM("s/1", MIB(100), MIB(10))), "h/1",
	  "Picked \"h/1\" (21MB) based on growth rate 4.20 (min growth rate 1.25) among P20 "
	  "largest, with kill preference NORMAL" },
	{ "DoesntGrowthKillBelowUsageThreshold: P50", MEMORY,
	  "cgroup=h/*;growing_size_percentile=50;min_growth_ratio=1.25",
	  ROWS(MEM("h/1", 40, 7), MEM("h/2", 50, 30), MEM("h/3", 60, 60)), "h/2", NULL },
	{ "DoesntGrowthKillBelowUsageThreshold: P20", MEMORY,
	  "cgroup=h/*;growing_size_percentile=20;min_growth_ratio=1.25",
	  ROWS(MEM("h/1", 40, 7), MEM("h/2", 50, 30), MEM("h/3", 60, 60)), "h/1", NULL },
	{ "DoesntGrowthKillBelowUsageThreshold: P0", MEMORY,
	  "cgroup=h/*;growing_size_percentile=0;min_growth_ratio=0",
	  ROWS(MEM("h/1", 40, 7), MEM("h/2", 50, 30), MEM("h/3", 60, 60)), "h/1", NULL },
	{ "DoesntGrowthKillBelowUsageThreshold: P67", MEMORY,
	  "cgroup=h/*;growing_size_percentile=67;min_growth_ratio=1.25",
	  ROWS(MEM("h/1", 40, 7), MEM("h/2", 50, 30), MEM("h/3", 60, 60)), "h/3", NULL },
	{ "DoesntGrowthKillBelowUsageThreshold: ratio 10", MEMORY,
	  "cgroup=h/*;growing_size_percentile=20;min_growth_ratio=10",
	  ROWS(MEM("h/1", 40, 7), MEM("h/2", 50, 30), MEM("h/3", 60, 60)), "h/3", NULL },
	{ "KillsByPreferredGrowth", MEMORY, "cgroup=h/*;growing_size_percentile=50",
	  ROWS(MEM_PREF("h/1", MIB(21), MIB(5), PREFERENCE_PREFER),
	       MEM_PREF("h/2", MIB(99), MIB(5), PREFERENCE_PREFER), MEM("h/3", MIB(1000), MIB(1000))),
	  "h/2", NULL },
	{ "KillMemoryGrowthConsistentWithPreference: NORMAL", MEMORY,
	  "cgroup=h/*;growing_size_percentile=50",
	  ROWS(MEM("h/1", MIB(21), MIB(5)), MEM("h/2", MIB(99), MIB(5)), MEM("h/3", MIB(30), MIB(30))),
	  "h/2", NULL },
	{ "KillMemoryGrowthConsistentWithPreference: PREFER", MEMORY,
	  "cgroup=h/*;growing_size_percentile=50",
	  ROWS(MEM_PREF("h/1", MIB(21), MIB(5), PREFERENCE_PREFER),
	       MEM_PREF("h/2", MIB(99), MIB(5), PREFERENCE_PREFER), MEM("h/3", MIB(30), MIB(30))),
	  "h/2", NULL },
	{ "KillsBigCgroupMultiCgroup", MEMORY, "cgroup=h/*,s/*",
	  ROWS(MEM("h/1", 60, 60), MEM("h/2", 20, 20), MEM("h/3", 20, 20), MEM("s/1", 100, 100)),
	  "s/1", NULL },
	{ "CanTargetRecursively", MEMORY, "cgroup=*;recursive=true",
	  ROWS(MEM("A", 60, 60), MEM("A/Z", 20, 20), MEM("A/X", 40, 40), MEM("B", 20, 20)), "A/X",
	  NULL },
	{ "a growth of 1.2 is not 1.25 (oomd reads 1)", MEMORY,
	  "cgroup=h/*;growing_size_percentile=0;min_growth_ratio=1.25;size_threshold=90",
	  ROWS(MEM("h/1", MIB(24), MIB(20)), MEM("h/2", MIB(30), MIB(30))), "h/2", NULL },
	{ "a growth of 1.25 is", MEMORY,
	  "cgroup=h/*;growing_size_percentile=0;min_growth_ratio=1.25;size_threshold=90",
	  ROWS(MEM("h/1", MIB(25), MIB(20)), MEM("h/2", MIB(30), MIB(30))), "h/1", NULL },
	{ "size: equal to the threshold is enough", MEMORY,
	  "cgroup=h/*;growing_size_percentile=0",
	  ROWS(MEM("h/1", MIB(50), MIB(50)), MEM("h/2", MIB(50), MIB(5))), "h/2",
	  "Picked \"h/2\" (50MB) based on size > 50% of sibling total 100MB with kill preference "
	  "NORMAL" },
	{ "what is protected does not count", MEMORY, "cgroup=*",
	  ROWS({ .path = "a", .memory_bytes = MIB(90), .low_bytes = MIB(90) }, MEM("b", MIB(10), MIB(10))),
	  "b", "Picked \"b\" (10MB) based on effective usage of 10MB with kill preference NORMAL" },
	{ "a threshold beyond 100% is never reached", MEMORY,
	  "cgroup=h/*;size_threshold=200;growing_size_percentile=99",
	  ROWS(MEM("h/1", MIB(50), MIB(50)), MEM("h/2", MIB(40), MIB(5))), "h/1",
	  "Picked \"h/1\" (50MB) based on effective usage of 50MB with kill preference NORMAL" },
	{ "the largest of all numbers", MEMORY, "cgroup=h/*",
	  ROWS(MEM("h/1", UINT64_MAX, 1), MEM("h/2", 1, 1)), "h/1", NULL },

	{ "KillsHighestIOCost", IO, "cgroup=h/*",
	  ROWS(IO_COST("h/1", 10), IO_COST("h/2", 30), IO_COST("h/3", 50), IO_COST("s/1", 100)), "h/3",
	  "Picked \"h/3\" (3MB) based on io cost generation at 50" },
	{ "KillsHighestIOCostMultiCgroup", IO, "cgroup=h/*,s/*",
	  ROWS(IO_COST("h/1", 10), IO_COST("h/2", 30), IO_COST("h/3", 50), IO_COST("s/1", 100)), "s/1",
	  NULL },
	{ "io cost: a rate of 0 is no reason to live", IO, "cgroup=h/*", ROWS(IO_COST("h/1", 0)),
	  "h/1", "Picked \"h/1\" (3MB) based on io cost generation at 0" },
	{ "io cost: falling is less than nothing", IO, "cgroup=h/*",
	  ROWS(IO_COST("h/1", -1), IO_COST("h/2", 0.5)), "h/2", NULL },

	{ "KillsHighestPressure", PRESSURE, "cgroup=h/*;resource=io",
	  ROWS(IO_PSI("h/1", 60, 60), IO_PSI("h/2", 50, 70), IO_PSI("h/3", 80, 80), IO_PSI("s/1", 99, 99)),
	  "h/3", "Picked \"h/3\" (1MB) based on pressure generation at 10s=80 60s=80" },
	{ "KillsHighestPressureMultiCgroup", PRESSURE, "cgroup=h/*,s/*;resource=io",
	  ROWS(IO_PSI("h/1", 60, 60), IO_PSI("h/2", 50, 70), IO_PSI("h/3", 80, 80), IO_PSI("s/1", 99, 99)),
	  "s/1", NULL },
	{ "pressure: the resource that was asked for", PRESSURE, "cgroup=h/*;resource=memory",
	  ROWS({ .path = "h/1", .io_full = { 99, 99 } }, { .path = "h/2", .memory_full = { 5, 5 } }),
	  "h/2", "Picked \"h/2\" (0MB) based on pressure generation at 10s=5 60s=5" },
	{ "pressure: 5 minutes do not count", PRESSURE, "cgroup=h/*;resource=memory",
	  ROWS({ .path = "h/1", .memory_full = { 0, 0, 99 } }, { .path = "h/2", .memory_full = { 2 } }),
	  "h/2", NULL },
};

TABLE_TEST(kill_plugins, oomd, kills, row)
{
	static struct world world;
	struct instance killer = world_plugin_named(row->plugin, row->args);
	const struct decision *decision = &world.decision;
	char paths[256];

	world_open(&world, row->rows);
	cr_expect(eq(int, world_run(&world, &killer), VERDICT_STOP), "%s", row->why);
	recording_killer_paths(&world.recorder, paths, sizeof(paths));
	cr_expect(eq(str, paths, (char *)row->killed), "%s", row->why);
	cr_assert(gt(sz, decision->nr_lines, 0), "%s", row->why);
	if (row->line)
		cr_expect(eq(str, (char *)decision->lines[decision->nr_lines - 1], (char *)row->line),
			  "%s", row->why);
	instance_free(&killer);
	world_close(&world);
}

/* Whole percents: siblings that stall alike are not told apart by noise, so tree order decides. */
Test(kill_plugins, pressure_counts_whole_percents)
{
	static struct world world;
	struct instance killer = world_plugin_named(PRESSURE, "cgroup=h/*;resource=memory");
	static const struct world_row rows[] = {
		{ .path = "h/1", .memory_full = { 10.1, 10.1 } },
		{ .path = "h/2", .memory_full = { 10.9, 10.9 } }, { 0 },
	};
	const struct cgroup *first;

	world_open(&world, rows);
	first = cgroup_tree_by_path(world.tree, "h")->first_child;
	world_run(&world, &killer);
	cr_expect(eq(u64, world.recorder.kills[0].cgroup_id, first->row->id));
	instance_free(&killer);
	world_close(&world);
}

static const struct {
	const char *why, *plugin, *args;
	bool ok;
} inits[] = {
	{ "InvalidArgs: percentile 100", MEMORY, "cgroup=*;growing_size_percentile=100", false },
	{ "InvalidArgs: percentile 99", MEMORY, "cgroup=*;growing_size_percentile=99", true },
	{ "percentile -1", MEMORY, "cgroup=*;growing_size_percentile=-1", false },
	{ "size_threshold -1", MEMORY, "cgroup=*;size_threshold=-1", false },
	{ "size_threshold has no upper bound", MEMORY, "cgroup=*;size_threshold=1000", true },
	{ "min_growth_ratio abc", MEMORY, "cgroup=*;min_growth_ratio=abc", false },
	{ "pressure needs a resource", PRESSURE, "cgroup=*", false },
	{ "cpu is no resource", PRESSURE, "cgroup=*;resource=cpu", false },
	{ "io cost takes nothing of its own", IO, "cgroup=*", true },
	{ "io cost has no threshold", IO, "cgroup=*;threshold=1", false },
	{ "post_action_delay -1", IO, "cgroup=*;post_action_delay=-1", false },
	{ "what oomd's configurations may hold", IO,
	  "cgroup=*;recursive=true;post_action_delay=1;dry=False;always_continue=0;debug=1;"
	  "kernelkill=True;reap_memory=false;log_kmemalloc_prekill=true;ruleset_cgroup=/", true },
};

TABLE_TEST(kill_plugins, arguments, inits, row)
{
	struct instance instance = { 0 };
	struct plugin_error error = { 0 };
	int err = world_try_plugin(registry_find(row->plugin), row->args, &instance, &error);

	cr_expect(eq(int, !err, row->ok), "%s: %s", row->why, error.text);
	instance_free(&instance);
}

/* Defaults are oomd's. */
Test(kill_plugins, defaults)
{
	struct instance killer = world_plugin_named(MEMORY, "cgroup=*");

	cr_expect(eq(int, killer.kill->recursive, false));
	cr_expect(eq(int, killer.kill->dry, false));
	cr_expect(eq(int, killer.kill->always_continue, false));
	cr_expect(eq(int, killer.kill->debug, false));
	cr_expect(eq(int, killer.kill->kernelkill, false));
	cr_expect(eq(int, killer.kill->reap_memory, true));
	cr_expect(eq(i64, killer.kill->post_action_delay_s, -1));
	instance_free(&killer);
}
