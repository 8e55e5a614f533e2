/* SPDX-License-Identifier: GPL-2.0-only */
/* kill_by_pg_scan: oomd's cases by their names (oomd.md 5.1), its two steps, and their timing. */
#include <string.h>

#include "cgroup/history.h"
#include "table_test.h"
#include "unit/plugins/world.h"

#define C      VERDICT_CONTINUE
#define S      VERDICT_STOP
#define PAUSED VERDICT_PAUSED
#define NEVER  UINT64_MAX

#define ROWS(...) ((const struct world_row[]){ __VA_ARGS__, { 0 } })
#define SCAN(p, pages) { .path = p, .memory_bytes = WORLD_MIB, .pgscan_pages = pages }

/* The rates come from the history, as in the daemon. */
static const struct {
	const char *why, *args;
	const struct world_row *before, *after;
	enum verdict verdict;
	const char *killed, *line;
} kills[] = {
	{ "KillsHighestPgScan", "cgroup=h/*",
	  ROWS(SCAN("h/1", 10000), SCAN("h/2", 5000), SCAN("h/3", 6000)),
	  ROWS(SCAN("h/1", 10010), SCAN("h/2", 5030), SCAN("h/3", 6050)), S, "h/3",
	  "Picked \"h/3\" (1MB) based on pg scan rate at 50 with kill preference NORMAL" },
	{ "KillsHighestPgScanMultiCgroup", "cgroup=h/*,s/*",
	  ROWS(SCAN("h/1", 10000), SCAN("h/2", 5000), SCAN("h/3", 6000), SCAN("s/1", 20000)),
	  ROWS(SCAN("h/1", 10010), SCAN("h/2", 5030), SCAN("h/3", 6050), SCAN("s/1", 20100)), S, "s/1",
	  NULL },
	{ "DoNotKillZeroPgScan", "cgroup=h/*", ROWS(SCAN("h/1", 10000), SCAN("h/2", 5000)),
	  ROWS(SCAN("h/1", 10000), SCAN("h/2", 5000)), C, "", NULL },
	{ "CanTargetRecursively", "cgroup=*;recursive=true",
	  ROWS(SCAN("A", 20), SCAN("A/Z", 10), SCAN("A/X", 10), SCAN("B", 30)),
	  ROWS(SCAN("A", 1100), SCAN("A/Z", 600), SCAN("A/X", 500), SCAN("B", 1000)), S, "A/Z", NULL },
	{ "memory.stat without pgscan is no scan, and no crash", "cgroup=h/*",
	  ROWS({ .path = "h/1" }, SCAN("h/2", 1)), ROWS({ .path = "h/1" }, SCAN("h/2", 3)), S, "h/2",
	  NULL },
	{ "who is first seen in the second step has no rate", "cgroup=h/*", ROWS(SCAN("h/1", 1)),
	  ROWS(SCAN("h/1", 2), SCAN("h/2", 9999)), S, "h/1", NULL },
	{ "a counter that went back is no rate", "cgroup=h/*", ROWS(SCAN("h/1", 500)),
	  ROWS(SCAN("h/1", 400)), C, "", NULL },
	{ "the owner's wish comes first", "cgroup=h/*",
	  ROWS(SCAN("h/1", 1), { .path = "h/2", .preference = PREFERENCE_AVOID }),
	  ROWS(SCAN("h/1", 2), { .path = "h/2", .preference = PREFERENCE_AVOID, .pgscan_pages = 99 }), S,
	  "h/1", NULL },
};

TABLE_TEST(kill_by_pg_scan, oomd, kills, row)
{
	static struct world world;
	struct instance killer = world_plugin_named("kill_by_pg_scan", row->args);
	const struct history_options options = { .max_cgroups = 64, .tick_ns = WORLD_TICK_NS };
	const struct decision *decision = &world.decision;
	struct history *history;
	char paths[256];

	cr_assert(zero(int, history_new(&options, &history)));
	world_open(&world, row->before);
	history_sample(history, world.tree, world.now.now_ns);
	cr_expect(eq(int, world_run(&world, &killer), PAUSED), "%s", row->why);
	cr_expect(eq(u64, world.evaluation.wake_ns, WORLD_START_NS + WORLD_TICK_NS), "%s", row->why);
	cr_expect(zero(sz, world.recorder.nr_kills), "%s", row->why);

	world_pass_ms(&world, 5000);
	world_load(&world, row->after);
	history_sample(history, world.tree, world.now.now_ns);
	cr_expect(eq(int, world_run(&world, &killer), row->verdict), "%s", row->why);
	recording_killer_paths(&world.recorder, paths, sizeof(paths));
	cr_expect(eq(str, paths, (char *)row->killed), "%s", row->why);
	if (row->line)
		cr_expect(eq(str, (char *)decision->lines[decision->nr_lines - 1], (char *)row->line),
			  "%s", row->why);
	instance_free(&killer);
	history_free(history);
	world_close(&world);
}

#define STEP_MAX 6

/* When the chain runs (and somebody's pages are scanned all the time), ms; the tick is 5 s. */
static const struct {
	const char *why;
	struct {
		uint64_t at_ms;
		enum verdict verdict;
		uint64_t wake_ms;
	} steps[STEP_MAX];
	size_t nr_steps;
} timings[] = {
	{ "a chain that fires every tick kills every tick but the first",
	  { { 0, PAUSED, 5000 }, { 5000, S, NEVER }, { 10000, S, NEVER }, { 15000, S, NEVER } }, 4 },
	{ "timers are late",
	  { { 0, PAUSED, 5000 }, { 5003, S, NEVER }, { 10009, S, NEVER } }, 3 },
	{ "records in a hurry do not make the second step come earlier",
	  { { 0, PAUSED, 5000 }, { 1, PAUSED, 5000 }, { 2500, PAUSED, 5000 }, { 4999, PAUSED, 5000 },
	    { 5000, S, NEVER } }, 5 },
	{ "a chain that was given up while it waited pauses anew",
	  { { 0, PAUSED, 5000 }, { 60001, PAUSED, 65001 }, { 65001, S, NEVER } }, 3 },
	{ "late as it comes, it kills",
	  { { 0, PAUSED, 5000 }, { 60000, S, NEVER } }, 2 },
	{ "a chain that begins anew pauses anew",
	  { { 0, PAUSED, 5000 }, { 5000, S, NEVER }, { 20000, PAUSED, 25000 }, { 25000, S, NEVER } }, 4 },
	{ "one that begins anew too early waits for its tick",
	  { { 0, PAUSED, 5000 }, { 5000, S, NEVER }, { 6000, PAUSED, 10000 }, { 10000, S, NEVER } }, 4 },
};

TABLE_TEST(kill_by_pg_scan, timing, timings, row)
{
	static struct world world;
	struct instance killer = world_plugin_named("kill_by_pg_scan", "cgroup=*");

	world_open(&world, ROWS({ .path = "a", .memory_bytes = 1, .pgscan_rate_pages = 5 }));
	for (size_t i = 0; i < row->nr_steps; i++) {
		uint64_t wake_ms = row->steps[i].wake_ms;

		world_pass_ms(&world, row->steps[i].at_ms - (i ? row->steps[i - 1].at_ms : 0));
		cr_expect(eq(int, world_run(&world, &killer), row->steps[i].verdict), "%s: step %zu",
			  row->why, i);
		cr_expect(eq(u64, world.evaluation.wake_ns,
			     wake_ms == NEVER ? NEVER : WORLD_START_NS + wake_ms * 1000000),
			  "%s: step %zu", row->why, i);
	}
	instance_free(&killer);
	world_close(&world);
}

Test(kill_by_pg_scan, Dry)
{
	static struct world world;
	struct instance killer = world_plugin_named("kill_by_pg_scan", "cgroup=*;dry=true");

	world_open(&world, ROWS({ .path = "a", .memory_bytes = 1, .pgscan_rate_pages = 5 }));
	cr_expect(eq(int, world_run(&world, &killer), PAUSED));
	world_pass_ms(&world, 5000);
	cr_expect(eq(int, world_run(&world, &killer), S));
	cr_expect(eq(int, world.decision.outcome, DECISION_DRY));
	instance_free(&killer);
	world_close(&world);
}
