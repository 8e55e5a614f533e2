/* SPDX-License-Identifier: GPL-2.0-only */
/* Detectors: oomd's cases by their names (oomd.md 5.1), and durations with time as an argument. */
#include <stdio.h>
#include <string.h>

#include "plugins/registry.h"
#include "table_test.h"
#include "unit/plugins/world.h"

#define C VERDICT_CONTINUE
#define S VERDICT_STOP

#define PSI(p, s10, s60, s300) { .path = p, .memory_full = { s10, s60, s300 } }
#define MEM(p, bytes)	       { .path = p, .memory_bytes = bytes }
#define ANON(p, bytes, anon)   { .path = p, .memory_bytes = bytes, .anon_bytes = anon }
#define ROWS(...)	       ((const struct world_row[]){ __VA_ARGS__, { 0 } })

#define PRESSURE "pressure_above"
#define MEMORY	 "memory_above"
#define EXISTS	 "exists"
#define RISING	 "pressure_rising_beyond"
#define RECLAIM	 "memory_reclaim"
#define DYING	 "nr_dying_descendants"

/* As oomd's own cases have it. */
#define RISING_80 "resource=memory;threshold=80;duration=0;fast_fall_ratio=0"

#define GIB (1ULL << 30)

/* One evaluation each; duration 0 fires at once. The machine has 8 GiB. */
static const struct {
	const char *why, *plugin, *args;
	const struct world_row *rows;
	enum verdict verdict;
} once[] = {
	{ "DetectsHighMemPressure", PRESSURE, "cgroup=high;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("high", 99.99, 99.99, 99.99)), C },
	{ "NoDetectLowMemPressure", PRESSURE, "cgroup=low;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("low", 1.11, 1.11, 1.11)), S },
	{ "DetectsHighMemPressureMultiCgroup", PRESSURE,
	  "cgroup=low,high;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("low", 1.11, 1.11, 1.11), PSI("high", 99.99, 99.99, 99.99)), C },
	{ "DetectsHighMemPressureWildcard", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("low", 1.11, 1.11, 1.11), PSI("high", 99.99, 99.99, 99.99)), C },
	{ "pressure: exactly the threshold is not above", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=0", ROWS(PSI("a", 80, 90, 90)), S },
	{ "pressure: the weighted worst decides, not the highest of 10 s", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("a", 85, 10, 0), PSI("b", 70, 70, 70)), S },
	{ "pressure: 3*10s + 2*60s + 300s", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("a", 81, 10, 0), PSI("b", 70, 20, 12)), C },
	{ "pressure: only full counts, and only the resource", PRESSURE,
	  "cgroup=*;resource=io;threshold=1;duration=0", ROWS(PSI("a", 99, 99, 99)), S },
	{ "pressure: io", PRESSURE, "cgroup=*;resource=io;threshold=1;duration=0",
	  ROWS({ .path = "a", .io_full = { 2, 0, 0 } }), C },
	{ "pressure: a missing cgroup has none", PRESSURE,
	  "cgroup=gone;resource=memory;threshold=0;duration=0", ROWS(PSI("a", 99, 99, 99)), S },
	{ "pressure: a negative threshold fires with a missing cgroup", PRESSURE,
	  "cgroup=gone;resource=memory;threshold=-1;duration=0", ROWS(PSI("a", 0, 0, 0)), C },
	{ "pressure: a threshold that no percent reaches", PRESSURE,
	  "cgroup=*;resource=memory;threshold=2147483647;duration=0", ROWS(PSI("a", 100, 100, 100)), S },

	{ "DetectsHighMemUsage", MEMORY, "cgroup=h;threshold=1536M;duration=0",
	  ROWS(MEM("h", 2147483648)), C },
	{ "NoDetectLowMemUsage", MEMORY, "cgroup=h;threshold=1536M;duration=0",
	  ROWS(MEM("h", 1073741824)), S },
	{ "DetectsHighMemUsageCompat", MEMORY, "cgroup=h;threshold=1536;duration=0",
	  ROWS(MEM("h", 2147483648)), C },
	{ "NoDetectLowMemUsageCompat", MEMORY, "cgroup=h;threshold=1536;duration=0",
	  ROWS(MEM("h", 1073741824)), S },
	{ "DetectsHighMemUsagePercent", MEMORY, "cgroup=h;threshold=10%;duration=0",
	  ROWS(MEM("h", 2147483648)), C },
	{ "NoDetectLowMemUsageMultiple", MEMORY, "cgroup=l;threshold=1536M;duration=0",
	  ROWS(MEM("l", 1073741824), MEM("h", 2147483648)), S },
	{ "DetectsHighMemUsageMultiple", MEMORY, "cgroup=l,h;threshold=1536M;duration=0",
	  ROWS(MEM("l", 1073741824), MEM("h", 2147483648)), C },
	{ "NoDetectLowMemUsagePercent", MEMORY, "cgroup=gone;threshold=80%;duration=0",
	  ROWS(MEM("h", 2147483648)), S },
	{ "DetectsHighAnonUsage", MEMORY, "cgroup=h;threshold_anon=1536M;duration=0",
	  ROWS(ANON("h", 2147483648, 2147483648)), C },
	{ "NoDetectLowAnonUsage", MEMORY, "cgroup=h;threshold_anon=1536M;duration=0",
	  ROWS(ANON("h", 1073741824, 1073741824)), S },
	{ "DetectsHighAnonUsageIgnoreLowMemUsage", MEMORY,
	  "cgroup=h;threshold=1536M;threshold_anon=1536M;duration=0",
	  ROWS(ANON("h", 1073741824, 2147483648)), C },
	{ "NoDetectLowAnonUsageIgnoreHighMemUsage", MEMORY,
	  "cgroup=h;threshold=1536M;threshold_anon=1536M;duration=0",
	  ROWS(ANON("h", 2147483648, 1073741824)), S },
	{ "memory: the sum of two is not asked for", MEMORY, "cgroup=*;threshold=1536M;duration=0",
	  ROWS(MEM("a", GIB), MEM("b", GIB)), S },
	{ "memory: the machine", MEMORY, "cgroup=/;threshold=50%;duration=0",
	  ROWS(MEM("", 5 * GIB)), C },
	{ "memory: exactly the threshold is not above", MEMORY, "cgroup=/;threshold=50%;duration=0",
	  ROWS(MEM("", 4 * GIB)), S },
	{ "memory: nothing used is not above 0", MEMORY, "cgroup=a;threshold=0;duration=0",
	  ROWS(MEM("a", 0)), S },
	{ "memory: a negative threshold is always exceeded", MEMORY,
	  "cgroup=gone;threshold=-1;duration=0", ROWS(MEM("a", 0)), C },

	{ "NoDetectLowMemPressure", RISING, "cgroup=low;" RISING_80,
	  ROWS(PSI("low", 1.11, 1.11, 1.11)), S },
	{ "DetectsHighMemPressure", RISING, "cgroup=high;" RISING_80,
	  ROWS(PSI("high", 99.99, 99.99, 99.99)), C },
	{ "DetectsHighMemPressureMultiCgroup", RISING, "cgroup=low,high;" RISING_80,
	  ROWS(PSI("low", 1.11, 1.11, 1.11), PSI("high", 99.99, 99.99, 99.99)), C },
	{ "DetectsHighMemPressureWildcard", RISING, "cgroup=*_*;" RISING_80,
	  ROWS(PSI("a_low", 1.11, 1.11, 1.11), PSI("a_high", 99.99, 99.99, 99.99)), C },
	{ "rising: the minute is exactly the threshold", RISING, "cgroup=a;" RISING_80,
	  ROWS(PSI("a", 99, 80, 0)), S },
	{ "rising: the last 10 s are exactly the threshold", RISING, "cgroup=a;" RISING_80,
	  ROWS(PSI("a", 80, 99, 0)), S },
	{ "rising: only full counts, and only the resource", RISING,
	  "cgroup=a;resource=io;threshold=1;duration=0;fast_fall_ratio=0", ROWS(PSI("a", 99, 99, 99)),
	  S },
	{ "rising: the weighted worst decides", RISING, "cgroup=*;" RISING_80,
	  ROWS(PSI("a", 85, 85, 0), PSI("b", 79, 79, 99)), S },
	{ "rising: below 85 at the very first look counts as falling from 100", RISING,
	  "cgroup=a;resource=memory;threshold=50;duration=0", ROWS(PSI("a", 84.99, 84.99, 0)), S },
	{ "rising: 85 does not", RISING, "cgroup=a;resource=memory;threshold=50;duration=0",
	  ROWS(PSI("a", 85, 85, 0)), C },
	{ "rising: a negative threshold and ratio, with a missing cgroup", RISING,
	  "cgroup=gone;resource=memory;threshold=-1;duration=0;fast_fall_ratio=-3",
	  ROWS(PSI("a", 9, 9, 9)), C },

	{ "SingleCgroupReclaimSuccess", RECLAIM, "cgroup=a;duration=0",
	  ROWS({ .path = "a", .pgscan_pages = 5 }), C },
	{ "MultiCgroupReclaimSuccess", RECLAIM, "cgroup=a,b;duration=0",
	  ROWS({ .path = "a" }, { .path = "b", .pgscan_pages = 5 }), C },
	{ "reclaim: nothing was ever scanned", RECLAIM, "cgroup=a;duration=0", ROWS({ .path = "a" }),
	  S },
	{ "reclaim: not of this cgroup", RECLAIM, "cgroup=a;duration=0",
	  ROWS({ .path = "b", .pgscan_pages = 5 }), S },
	{ "reclaim: the first seconds of uptime count", RECLAIM, "cgroup=a;duration=1000",
	  ROWS({ .path = "a" }), C },
	{ "reclaim: a negative duration is never over soon enough", RECLAIM, "cgroup=a;duration=-1",
	  ROWS({ .path = "a", .pgscan_pages = 5 }), S },

	{ "SingleCgroupLte: 123", DYING, "cgroup=a;count=100", ROWS({ .path = "a", .nr_dying = 123 }),
	  S },
	{ "SingleCgroupLte: 90", DYING, "cgroup=a;count=100", ROWS({ .path = "a", .nr_dying = 90 }), C },
	{ "dying: as many as count", DYING, "cgroup=a;count=100",
	  ROWS({ .path = "a", .nr_dying = 100 }), C },
	{ "SingleCgroupGt: 123", DYING, "cgroup=a;count=100;lte=false",
	  ROWS({ .path = "a", .nr_dying = 123 }), C },
	{ "SingleCgroupGt: 90", DYING, "cgroup=a;count=100;lte=false",
	  ROWS({ .path = "a", .nr_dying = 90 }), S },
	{ "RootCgroup", DYING, "cgroup=/;count=29;lte=false", ROWS({ .path = "", .nr_dying = 30 }), C },
	{ "MultiCgroupGt", DYING, "cgroup=a,b,c;count=100",
	  ROWS({ .path = "a", .nr_dying = 200 }, { .path = "b", .nr_dying = 300 },
	       { .path = "c", .nr_dying = 90 }),
	  C },
	{ "dying: none of several", DYING, "cgroup=*;count=100",
	  ROWS({ .path = "a", .nr_dying = 200 }, { .path = "b", .nr_dying = 300 }), S },
	{ "dying: a missing cgroup has no number", DYING, "cgroup=gone;count=100",
	  ROWS({ .path = "a" }), S },
	{ "dying: one that cannot be read has none either", DYING, "cgroup=a;count=100",
	  ROWS({ .path = "a", .no_stat = true }), S },

	{ "overview: never stops anything", "dump_cgroup_overview", "cgroup=*;always=true",
	  ROWS(PSI("a", 99, 99, 99)), C },
	{ "overview: nor without a cgroup", "dump_cgroup_overview", "cgroup=gone",
	  ROWS(PSI("a", 99, 99, 99)), C },

	{ "Exists: only D", EXISTS, "cgroup=A,B,C", ROWS(MEM("D", 1)), S },
	{ "Exists: C is there", EXISTS, "cgroup=A,B,C", ROWS(MEM("D", 1), MEM("C", 1)), C },
	{ "NotExists: only D", EXISTS, "cgroup=A,B,C;negate=true", ROWS(MEM("D", 1)), C },
	{ "NotExists: C is there", EXISTS, "cgroup=A,B,C;negate=true", ROWS(MEM("C", 1)), S },
	{ "ExistsWildcard: none", EXISTS, "cgroup=cgroup_PREFIX*", ROWS(MEM("D", 1)), S },
	{ "ExistsWildcard: one", EXISTS, "cgroup=cgroup_PREFIX*", ROWS(MEM("cgroup_PREFIXhere", 1)), C },
	{ "NotExistsWildcard: none", EXISTS, "cgroup=cgroup_PREFIX*;negate=true", ROWS(MEM("D", 1)), C },
	{ "NotExistsWildcard: one", EXISTS, "cgroup=cgroup_PREFIX*;negate=true",
	  ROWS(MEM("cgroup_PREFIXhere", 1)), S },

	{ "StopTest.Stops", "stop", "", ROWS(MEM("a", 1)), S },
	{ "stop takes anything", "stop", "some=thing;cgroup=../..", ROWS(MEM("a", 1)), S },
	{ "continue goes on", "continue", "", ROWS(MEM("a", 1)), C },
	{ "continue takes anything", "continue", "some=thing", ROWS(MEM("a", 1)), C },
};

TABLE_TEST(detect, oomd, once, row)
{
	static struct world world;
	struct instance detector = world_plugin_named(row->plugin, row->args);

	world_open(&world, row->rows);
	cr_expect(eq(int, world_run(&world, &detector), row->verdict), "%s", row->why);
	cr_expect(eq(sz, world.arena.used, 0), "%s: scratch is not given back", row->why);
	instance_free(&detector);
	world_close(&world);
}

#define NEVER	 UINT64_MAX
#define STEP_MAX 6

/* Evaluations at times since the first one; wake_ms: when the detector asks to be looked at. */
static const struct {
	const char *why, *plugin, *args;
	struct {
		uint64_t at_ms;
		double value; /* percent of the 10 s average, or GiB */
		enum verdict verdict;
		uint64_t wake_ms;
	} steps[STEP_MAX];
	size_t nr_steps;
} durations[] = {
	{ "it must last", PRESSURE, "threshold=80;duration=10",
	  { { 0, 90, S, 10000 }, { 5000, 90, S, 10000 }, { 9999, 90, S, 10000 },
	    { 10000, 90, C, NEVER }, { 10001, 90, C, NEVER }, { 99000, 90, C, NEVER } }, 6 },
	{ "one look below, and the count begins anew", PRESSURE, "threshold=80;duration=10",
	  { { 0, 90, S, 10000 }, { 9000, 10, S, NEVER }, { 10000, 90, S, 20000 },
	    { 19999, 90, S, 20000 }, { 20000, 90, C, NEVER } }, 5 },
	{ "exactly the threshold resets it too", PRESSURE, "threshold=80;duration=1",
	  { { 0, 90, S, 1000 }, { 500, 80, S, NEVER }, { 1000, 90, S, 2000 }, { 2000, 90, C, NEVER } }, 4 },
	{ "whole seconds: 999 ms are none", PRESSURE, "threshold=80;duration=1",
	  { { 0, 90, S, 1000 }, { 999, 90, S, 1000 }, { 1000, 90, C, NEVER } }, 3 },
	{ "after it fired, below ends it", PRESSURE, "threshold=80;duration=0",
	  { { 0, 90, C, NEVER }, { 10, 10, S, NEVER }, { 20, 90, C, NEVER } }, 3 },
	{ "a negative duration is no wait", PRESSURE, "threshold=80;duration=-5",
	  { { 0, 90, C, NEVER } }, 1 },
	{ "a duration past the end of time asks for nothing", PRESSURE,
	  "threshold=80;duration=2147483647",
	  { { 0, 90, S, 2147483647000 }, { 5000, 90, S, 2147483647000 } }, 2 },
	{ "memory has the same count", MEMORY, "threshold=2G;duration=10",
	  { { 0, 3, S, 10000 }, { 9999, 3, S, 10000 }, { 10000, 3, C, NEVER }, { 11000, 1, S, NEVER },
	    { 12000, 3, S, 22000 }, { 22000, 3, C, NEVER } }, 6 },
};

TABLE_TEST(detect, durations, durations, row)
{
	static struct world world;
	bool pressure = !strcmp(row->plugin, PRESSURE);
	struct instance detector;
	char args[128];

	snprintf(args, sizeof(args), "cgroup=a;%s%s", row->args, pressure ? ";resource=memory" : "");
	detector = world_plugin_named(row->plugin, args);
	world_open(&world, ROWS({ .path = "a" }));
	for (size_t i = 0; i < row->nr_steps; i++) {
		const struct world_row now[] = {
			{ .path = "a",
			  .memory_full = { row->steps[i].value },
			  .memory_bytes = (uint64_t)row->steps[i].value * GIB },
			{ 0 },
		};
		uint64_t wake_ms = row->steps[i].wake_ms;

		world_pass_ms(&world, row->steps[i].at_ms - (i ? row->steps[i - 1].at_ms : 0));
		world_load(&world, now);
		cr_expect(eq(int, world_run(&world, &detector), row->steps[i].verdict),
			  "%s: step %zu", row->why, i);
		cr_expect(eq(u64, world.evaluation.wake_ns,
			     wake_ms == NEVER ? NEVER : WORLD_START_NS + wake_ms * 1000000),
			  "%s: step %zu", row->why, i);
	}
	instance_free(&detector);
	world_close(&world);
}

/* hit_at is kept while the worst stays above, also when it is another cgroup by then. */
Test(detect, duration_outlives_the_worst)
{
	static struct world world;
	struct instance detector = world_plugin_named(
		PRESSURE, "cgroup=*;resource=memory;threshold=80;duration=10");

	world_open(&world, ROWS(PSI("a", 90, 0, 0), PSI("b", 0, 0, 0)));
	cr_expect(eq(int, world_run(&world, &detector), S));
	world_pass_ms(&world, 10000);
	world_load(&world, ROWS(PSI("b", 90, 0, 0))); /* and a is gone */
	cr_expect(eq(int, world_run(&world, &detector), C));
	instance_free(&detector);
	world_close(&world);
}

/* What no record would tell is asked for by time. */
static const struct {
	const char *why, *plugin, *args;
	const struct world_row *rows;
	uint64_t wake_ms;
} looks[] = {
	{ "one above, but another is worse in the long windows", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=0",
	  ROWS(PSI("a", 85, 10, 0), PSI("b", 70, 70, 70)), 2000 },
	{ "one above for a while: another may become the worst", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=10",
	  ROWS(PSI("a", 90, 0, 0), PSI("b", 0, 0, 0)), 2000 },
	{ "nobody above: the kernel tells", PRESSURE,
	  "cgroup=*;resource=memory;threshold=80;duration=0", ROWS(PSI("a", 79, 0, 0)), NEVER },
	{ "much used, little of it anonymous: the kernel tells", MEMORY,
	  "cgroup=*;threshold_anon=1G;duration=0", ROWS(ANON("a", 2 * GIB, GIB / 2)), NEVER },
	{ "the machine: the kernel tells", MEMORY, "cgroup=/;threshold=7G;duration=0",
	  ROWS(MEM("", GIB)), NEVER },
	{ "the machine, for a while", MEMORY, "cgroup=/;threshold=7G;duration=10",
	  ROWS(MEM("", 8 * GIB)), 10000 },
};

TABLE_TEST(detect, looks_again, looks, row)
{
	static struct world world;
	struct instance detector = world_plugin_named(row->plugin, row->args);

	world_open(&world, row->rows);
	cr_expect(eq(int, world_run(&world, &detector), S), "%s", row->why);
	cr_expect(eq(u64, world.evaluation.wake_ns,
		     row->wake_ms == NEVER ? NEVER : WORLD_START_NS + row->wake_ms * 1000000),
		  "%s", row->why);
	instance_free(&detector);
	world_close(&world);
}

#define WATCHES_MAX 4

/* What a detector waits for. */
static const struct {
	const char *why, *plugin, *args;
	size_t nr;
	enum watch_kind kind;
	uint32_t record_kinds;
	struct boomd_watch row;
	bool below_ruleset_cgroup; /* of the last one */
} watches[] = {
	{ "pressure: the 10 s average of full", PRESSURE,
	  "cgroup=a;resource=io;threshold=80;duration=0", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_PSI_AVG, .resource = BOOMD_RESOURCE_IO, .stall = BOOMD_STALL_FULL,
	    .window = BOOMD_AVG10, .threshold = 80 << BOOMD_PSI_FIXED_SHIFT }, false },
	{ "pressure: below 0 is as 0", PRESSURE,
	  "cgroup=a;resource=memory;threshold=-5;duration=0", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_PSI_AVG, .stall = BOOMD_STALL_FULL }, false },
	{ "pressure: a threshold too high to be shifted", PRESSURE,
	  "cgroup=a;resource=memory;threshold=2147483647;duration=0", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_PSI_AVG, .stall = BOOMD_STALL_FULL,
	    .threshold = 2147483647ULL << BOOMD_PSI_FIXED_SHIFT }, false },
	{ "memory: bytes", MEMORY, "cgroup=a;threshold=1G;duration=0", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_MEMORY, .threshold = GIB }, false },
	{ "memory: anonymous bytes", MEMORY, "cgroup=a;threshold_anon=1G;duration=0", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_ANON, .threshold = GIB }, false },
	{ "reclaim: any page", "memory_reclaim", "cgroup=a;duration=5", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_PGSCAN }, false },
	{ "swap: what is used is what is not free", "swap_free", "threshold_pct=20", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_SWAP_USED, .threshold = 80 }, false },
	{ "swap: less than none of it is free", "swap_free", "threshold_pct=-5", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_SWAP_USED, .threshold = 100 }, false },
	{ "swap: less than all of it is free", "swap_free", "threshold_pct=2147483647", 1, WATCH_ROW, 0,
	  { .metric = BOOMD_METRIC_SWAP_USED }, false },
	{ "dying: what makes it more", "nr_dying_descendants", "cgroup=a;count=5;lte=false", 1,
	  WATCH_RECORDS, BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_FREED), { 0 }, false },
	{ "dying: and what makes it less", "nr_dying_descendants", "cgroup=a;count=5", 1, WATCH_RECORDS,
	  BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_FREED) |
		  BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_RELEASED),
	  { 0 }, false },
	{ "overview: at least 1 percent", "dump_cgroup_overview", "cgroup=a;always=true", 1, WATCH_ROW,
	  0, { .metric = BOOMD_METRIC_PSI_AVG, .stall = BOOMD_STALL_FULL, .threshold = 2047 }, false },
	{ "memory: both patterns", MEMORY, "cgroup=a;ruleset_cgroup=b;threshold=1G;duration=0", 2,
	  WATCH_ROW, 0, { .metric = BOOMD_METRIC_MEMORY, .threshold = GIB }, true },
	{ "exists: coming and going", EXISTS, "cgroup=a", 1, WATCH_RECORDS,
	  BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_MADE) | BOOMD_KIND_BIT(BOOMD_RECORD_CGROUP_FREED),
	  { 0 }, false },
	{ "exists: of nothing", EXISTS, "cgroup=", 0, WATCH_RECORDS, 0, { 0 }, false },
	{ "continue waits for nothing", "continue", "", 0, WATCH_RECORDS, 0, { 0 }, false },
	{ "stop waits for nothing", "stop", "", 0, WATCH_RECORDS, 0, { 0 }, false },
	{ "psi_trigger: a trigger", "psi_trigger",
	  "cgroup=a;resource=memory;threshold_ms=150;window_ms=1000", 1, WATCH_TRIGGER, 0, { 0 },
	  false },
};

TABLE_TEST(detect, watches, watches, row)
{
	struct instance detector = world_plugin_named(row->plugin, row->args);
	struct watch declared[WATCHES_MAX];
	size_t nr;

	memset(declared, 0, sizeof(declared));
	cr_assert(detector.plugin->watches != NULL, "%s", row->why);
	nr = instance_watches(&detector, declared, WATCHES_MAX);
	cr_assert(eq(sz, nr, row->nr), "%s", row->why);
	for (size_t i = 0; i < nr; i++) {
		cr_expect(eq(int, declared[i].kind, (int)row->kind), "%s", row->why);
		cr_expect(eq(u32, declared[i].record_kinds, row->record_kinds), "%s", row->why);
		cr_expect(zero(int, memcmp(&declared[i].row, &row->row, sizeof(row->row))), "%s",
			  row->why);
		cr_expect(gt(sz, declared[i].cgroups->nr_items, 0), "%s", row->why);
	}
	if (nr)
		cr_expect(eq(int, declared[nr - 1].below_ruleset_cgroup, row->below_ruleset_cgroup),
			  "%s", row->why);
	cr_expect(eq(sz, instance_watches(&detector, declared, 0), 0), "%s: no room", row->why);
	instance_free(&detector);
}

/* Both pattern arguments together, from different bases, nobody twice. */
Test(detect, ruleset_cgroup)
{
	static struct world world;
	struct instance detector = world_plugin_named(EXISTS, "ruleset_cgroup=x");
	const struct cgroup_patterns *patterns[2];
	struct instance killer = world_plugin_named("kill_by_io_cost", "cgroup=a/*;ruleset_cgroup=/,x");
	struct cgroup_list list;

	world_open(&world, ROWS(MEM("a/x", 1), MEM("a/y", 1), MEM("b", 1)));
	cr_expect(eq(int, world_run(&world, &detector), S)); /* does not run per cgroup */
	world.now.ruleset_cgroup = cgroup_tree_by_path(world.tree, "b");
	cr_expect(eq(int, world_run(&world, &detector), S));
	world.now.ruleset_cgroup = cgroup_tree_by_path(world.tree, "a");
	cr_expect(eq(int, world_run(&world, &detector), C));

	patterns[0] = &killer.kill->cgroup;
	patterns[1] = &killer.kill->ruleset_cgroup;
	cr_assert(zero(int, plugin_resolve(&world.now, patterns[0], patterns[1], &list)));
	cr_expect(eq(sz, list.nr_items, 3)); /* a, a/x, a/y */
	cr_expect(eq(str, (char *)list.items[0]->name, "a"));
	instance_free(&killer);
	instance_free(&detector);
	world_close(&world);
}

/* No room to look: neither fires nor crashes. */
static const struct {
	const char *plugin, *args;
} blind[] = {
	{ PRESSURE, "cgroup=*;resource=memory;threshold=0;duration=0" },
	{ MEMORY, "cgroup=*;threshold=0;duration=0" },
	{ EXISTS, "cgroup=*" },
	{ EXISTS, "cgroup=*;negate=true" },
	{ "psi_trigger", "cgroup=*;resource=memory;threshold_ms=1;window_ms=500" },
	{ "pressure_rising_beyond",
	  "cgroup=*;resource=memory;threshold=0;duration=0;fast_fall_ratio=0" },
	{ "memory_reclaim", "cgroup=*;duration=5" },
	{ "nr_dying_descendants", "cgroup=*;count=5" },
	{ "nr_dying_descendants", "cgroup=*;count=0;lte=false" },
};

TABLE_TEST(detect, no_room, blind, row)
{
	static struct world world;
	struct instance detector = world_plugin_named(row->plugin, row->args);

	world_open(&world, ROWS({ .path = "a", .memory_bytes = 5, .memory_full = { 9, 9, 9 } }));
	world_leave_arena(&world, 0);
	cr_expect(eq(int, world_run(&world, &detector), S), "%s", row->plugin);
	instance_free(&detector);
	world_close(&world);
}

static const struct {
	const char *why, *plugin, *args;
	bool ok;
} inits[] = {
	{ "memory: one of two thresholds", MEMORY, "cgroup=a;duration=0", false },
	{ "memory: anon alone", MEMORY, "cgroup=a;threshold_anon=1;duration=0", true },
	{ "memory: a threshold of abc", MEMORY, "cgroup=a;threshold=abc;duration=0", false },
	{ "memory: no duration", MEMORY, "cgroup=a;threshold=1", false },
	{ "memory: hidden argument of oomd's", MEMORY,
	  "cgroup=a;threshold=1;duration=1;meminfo_location=/proc/meminfo", true },
	{ "pressure: no resource", PRESSURE, "cgroup=a;threshold=1;duration=1", false },
	{ "pressure: no threshold", PRESSURE, "cgroup=a;resource=io;duration=1", false },
	{ "pressure: a threshold of abc", PRESSURE, "cgroup=a;resource=io;threshold=abc;duration=1",
	  false },
	{ "a pattern that leaves the root", PRESSURE,
	  "cgroup=../a;resource=io;threshold=1;duration=1", false },
	{ "rising: no threshold", "pressure_rising_beyond", "cgroup=a;resource=io;duration=1", false },
	{ "rising: no duration", "pressure_rising_beyond", "cgroup=a;resource=io;threshold=1", false },
	{ "rising: a ratio of abc", "pressure_rising_beyond",
	  "cgroup=a;resource=io;threshold=1;duration=1;fast_fall_ratio=abc", false },
	{ "reclaim: no duration", "memory_reclaim", "cgroup=a", false },
	{ "swap: no threshold", "swap_free", "swapout_bps_threshold=1", false },
	{ "swap: has no cgroup", "swap_free", "threshold_pct=20;cgroup=a", false },
	{ "swap: a rate that needs 64 bits", "swap_free",
	  "threshold_pct=20;swapout_bps_threshold=99999999999", true },
	{ "swap: a negative rate", "swap_free", "threshold_pct=20;swapout_bps_threshold=-5", true },
	{ "dying: no count", "nr_dying_descendants", "cgroup=a", false },
	{ "dying: a count below 0", "nr_dying_descendants", "cgroup=a;count=-1", false },
	{ "dying: negate is documented and does not exist", "nr_dying_descendants",
	  "cgroup=a;count=1;negate=true", false },
	{ "overview: nothing is required", "dump_cgroup_overview", "", true },
	{ "overview: always", "dump_cgroup_overview", "cgroup=a;always=yes", false },
	{ "cgroup is optional, as for oomd", PRESSURE, "resource=io;threshold=1;duration=1", true },
};

TABLE_TEST(detect, arguments, inits, row)
{
	struct instance instance = { 0 };
	struct plugin_error error = { 0 };
	int err = world_try_plugin(registry_find(row->plugin), row->args, &instance, &error);

	cr_expect(eq(int, !err, row->ok), "%s: %s", row->why, error.text);
	cr_expect(err ? *error.text != '\0' : true, "%s: no message", row->why);
	instance_free(&instance);
}
