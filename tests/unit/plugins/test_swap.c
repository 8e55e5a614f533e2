/* SPDX-License-Identifier: GPL-2.0-only */
/* swap_free and kill_by_swap_usage: oomd's cases by their names (oomd.md 5.1), and large machines. */
#include <string.h>

#include "table_test.h"
#include "unit/plugins/world.h"

#define C      VERDICT_CONTINUE
#define S      VERDICT_STOP
#define NEVER  UINT64_MAX
#define KB     1024ULL
#define GIB    (1ULL << 30)
#define TIB    (1ULL << 40)
#define RATE_OF_20 "threshold_pct=20;swapout_bps_threshold=1000000"

#define ROWS(...) ((const struct world_row[]){ __VA_ARGS__, { 0 } })
#define SWAP(p, bytes) { .path = p, .swap_bytes = bytes }

static const struct {
	const char *why, *args;
	uint64_t total_bytes, free_bytes;
	struct swap_out swap_out;
	uint64_t scanned_pages; /* of the machine, in the last tick */
	enum verdict verdict;
	uint64_t wake_ms;
} frees[] = {
	{ "LowSwap", "threshold_pct=20", 20971512 * KB, (20971512 - 20971440) * KB, { 0 }, 0, C,
	  NEVER },
	{ "EnoughSwap", "threshold_pct=20", 20971512 * KB, (20971512 - 3310136) * KB, { 0 }, 0, S,
	  NEVER },
	{ "SwapOff", "threshold_pct=20", 0, 0, { 0 }, 0, S, NEVER },
	{ "SwapoutRate: too slow", RATE_OF_20, 20971512 * KB, 72 * KB, { true, 800000, 0, 0 }, 0,
	  S, 2000 },
	{ "SwapoutRate: fast enough", RATE_OF_20, 20971512 * KB, 72 * KB, { true, 1200000, 0, 0 }, 0,
	  C, 2000 },
	{ "exactly the rate is enough", RATE_OF_20, 20971512 * KB, 72 * KB, { true, 1000000, 0, 0 }, 0,
	  C, 2000 },
	{ "exactly the percentage is not little", "threshold_pct=20", 100, 20, { 0 }, 0, S,
	  NEVER },
	{ "one byte less is", "threshold_pct=20", 100, 19, { 0 }, 0, C, NEVER },
	{ "the percentage is cut to bytes", "threshold_pct=33", 100 * KB + 1, 33 * KB, { 0 }, 0, S,
	  NEVER },
	{ "of more than 32 bits", "threshold_pct=50", 6 * GIB, 3 * GIB - 1, { 0 }, 0, C, NEVER },
	{ "of so much that hundred times it does not fit", "threshold_pct=50", UINT64_MAX,
	  UINT64_MAX / 2 + 1, { 0 }, 0, S, NEVER },
	{ "more percent than there are: any swap", "threshold_pct=2147483647", 100, 100, { 0 }, 0,
	  C, NEVER },
	{ "less than none", "threshold_pct=-1", 100, 0, { 0 }, 0, S, NEVER },
	{ "a rate below 0 is always reached", "threshold_pct=20;swapout_bps_threshold=-1", 100, 0, { 0 },
	  0, C, NEVER },
	{ "low, nothing scanned, nothing goes out: a row tells", RATE_OF_20, 100, 0,
	  { true, 0, 900, 900 }, 0, S, NEVER },
	{ "low, and scanned: it may begin at any time", RATE_OF_20, 100, 0, { true, 0, 0, 0 }, 7,
	  S, 2000 },
	{ "low, and no rate yet", RATE_OF_20, 100, 0, { 0 }, 0, S, 2000 },
	{ "not low: a row tells", RATE_OF_20, 100, 90, { true, 1200000, 0, 0 }, 7, S, NEVER },
};

TABLE_TEST(swap_free, looks, frees, row)
{
	static struct world world;
	struct instance detector = world_plugin_named("swap_free", row->args);

	world_open(&world, ROWS({ .path = "", .pgscan_rate_pages = row->scanned_pages }));
	world.snapshot.system.swap_total_bytes = row->total_bytes;
	world.snapshot.system.swap_free_bytes = row->free_bytes;
	world.snapshot.system.has_vmstat = true;
	world.now.swap_out = row->swap_out;
	cr_expect(eq(int, world_run(&world, &detector), row->verdict), "%s", row->why);
	cr_expect(eq(u64, world.evaluation.wake_ns,
		     row->wake_ms == NEVER ? NEVER : WORLD_START_NS + row->wake_ms * 1000000),
		  "%s", row->why);
	instance_free(&detector);
	world_close(&world);
}

Test(swap_free, a_rate_that_can_never_be_known_is_not_waited_for)
{
	static struct world world;
	struct instance detector = world_plugin_named("swap_free", RATE_OF_20);

	world_open(&world, ROWS({ .path = "", .pgscan_rate_pages = 7 }));
	world.snapshot.system.swap_total_bytes = GIB;
	cr_expect(eq(int, world_run(&world, &detector), S));
	cr_expect(eq(u64, world.evaluation.wake_ns, NEVER));
	instance_free(&detector);
	world_close(&world);
}

Test(swap_free, vmstat_is_read_only_for_a_rate)
{
	struct instance plain = world_plugin_named("swap_free", "threshold_pct=20");
	struct instance rate = world_plugin_named("swap_free", RATE_OF_20);
	struct watch watches[4];

	cr_expect(not(plain.plugin->needs_vmstat(plain.state)));
	cr_expect(rate.plugin->needs_vmstat(rate.state));
	memset(watches, 0, sizeof(watches));
	cr_assert(eq(sz, instance_watches(&rate, watches, 4), 2));
	cr_expect(eq(u32, watches[1].row.metric, BOOMD_METRIC_PGSCAN));
	instance_free(&rate);
	instance_free(&plain);
}

static const struct {
	const char *why, *args;
	const struct world_row *rows;
	uint64_t swap_total_bytes, memory_total_bytes;
	const char *killed; /* "": nobody */
	const char *line;   /* NULL: anything */
} kills[] = {
	{ "KillsBigSwapCgroup", "cgroup=h/*",
	  ROWS(SWAP("h/1", 20), SWAP("h/2", 60), SWAP("h/3", 40), SWAP("s/1", 70)), 0, 0, "h/2",
	  "Picked \"h/2\" (0MB) based on swap usage at 0MB" },
	{ "BiasedSwapKillTest", "cgroup=h/*;biased_swap_kill=true",
	  ROWS({ .path = "h/1", .swap_bytes = 1900, .memory_bytes = 1500, .low_bytes = 1500 },
	       { .path = "h/2", .swap_bytes = 2000, .memory_bytes = 2000, .low_bytes = 2000 },
	       { .path = "h/3", .swap_bytes = 1500, .memory_bytes = 6000, .low_bytes = 6000 },
	       { .path = "h", .memory_bytes = 9500, .low_bytes = 9500 }),
	  25 * KB, 100 * KB, "h/1", NULL },
	{ "BiasedSwapKillNoSwapExcessTest", "cgroup=h/*;biased_swap_kill=true",
	  ROWS({ .path = "h/1", .swap_bytes = 350, .memory_bytes = 1500, .low_bytes = 1500 },
	       { .path = "h/2", .swap_bytes = 350, .memory_bytes = 2000, .low_bytes = 2000 },
	       { .path = "h/3", .swap_bytes = 1000, .memory_bytes = 6000, .low_bytes = 6000 },
	       { .path = "h", .memory_bytes = 9500, .low_bytes = 9500 }),
	  25 * KB, 100 * KB, "any", NULL },
	{ "BiasedSwapKillZeroSwapTest", "cgroup=h/*;biased_swap_kill=true",
	  ROWS(SWAP("h/1", 0), SWAP("h/2", 0)), 25 * KB, 100 * KB, "", NULL },
	{ "ThresholdTest: nobody is over", "cgroup=h/*;threshold=20%",
	  ROWS(SWAP("h/1", 1), SWAP("h/2", 2), SWAP("h/3", 3)), 4 * GIB, 0, "", NULL },
	{ "ThresholdTest: the biggest", "cgroup=h/*;threshold=20%",
	  ROWS(SWAP("h/1", GIB), SWAP("h/2", 2 * GIB), SWAP("h/3", GIB)), 4 * GIB, 0, "h/2",
	  "Picked \"h/2\" (0MB) based on swap usage at 2048MB" },
	{ "MultiCgroup", "cgroup=h/*,s/*",
	  ROWS(SWAP("h/1", 20), SWAP("h/2", 60), SWAP("h/3", 40), SWAP("s/1", 70)), 0, 0, "s/1", NULL },
	{ "DoesntKillNoSwap", "cgroup=h/*", ROWS({ .path = "h/1" }, { .path = "h/2" }), 0, 0, "", NULL },
	{ "one byte is not more than one byte", "cgroup=h/*", ROWS(SWAP("h/1", 1)), 0, 0, "", NULL },
	{ "two are", "cgroup=h/*", ROWS(SWAP("h/1", 2)), 0, 0, "h/1", NULL },
	{ "exactly the threshold is not over it", "cgroup=h/*;threshold=1M",
	  ROWS(SWAP("h/1", WORLD_MIB)), 0, 0, "", NULL },
	{ "a bare number is MiB", "cgroup=h/*;threshold=2",
	  ROWS(SWAP("h/1", 2 * WORLD_MIB), SWAP("h/2", 2 * WORLD_MIB + 1)), 0, 0, "h/2", NULL },
	{ "a negative threshold is always exceeded", "cgroup=h/*;threshold=-1", ROWS(SWAP("h/1", 0)), 0,
	  0, "h/1", NULL },
	{ "the owner's wish comes first", "cgroup=h/*",
	  ROWS(SWAP("h/1", 20),
	       { .path = "h/2", .swap_bytes = 60, .preference = PREFERENCE_AVOID }),
	  0, 0, "h/1", NULL },
	{ "totals of more than 32 bits: half of 3 TiB is protected", "cgroup=h/*;biased_swap_kill=true",
	  ROWS({ .path = "h", .memory_bytes = 4 * TIB, .low_bytes = 4 * TIB },
	       { .path = "h/1", .swap_bytes = 2 * TIB, .memory_bytes = 3 * TIB, .low_bytes = 3 * TIB },
	       { .path = "h/2", .swap_bytes = TIB }),
	  2 * TIB, 4 * TIB, "h/2",
	  "Picked \"h/2\" (0MB) based on swap usage at 1048576MB exceeding swapLow value by 1048576MB" },
	{ "a level at which nobody is over is passed over", "cgroup=*;recursive=true;threshold=1M",
	  ROWS(SWAP("a", 9 * WORLD_MIB), SWAP("a/x", WORLD_MIB / 2), SWAP("b", 2 * WORLD_MIB)), 0, 0,
	  "b", NULL },
};

TABLE_TEST(kill_by_swap_usage, oomd, kills, row)
{
	static struct world world;
	struct instance killer = world_plugin_named("kill_by_swap_usage", row->args);
	const struct decision *decision = &world.decision;
	char paths[256];

	world_open(&world, row->rows);
	world.snapshot.system.swap_total_bytes = row->swap_total_bytes;
	world.snapshot.system.memory_total_bytes = row->memory_total_bytes;
	cr_expect(eq(int, world_run(&world, &killer), *row->killed ? S : C), "%s", row->why);
	recording_killer_paths(&world.recorder, paths, sizeof(paths));
	if (strcmp(row->killed, "any"))
		cr_expect(eq(str, paths, (char *)row->killed), "%s", row->why);
	else
		cr_expect(eq(sz, strlen(paths), 3), "%s: %s", row->why, paths);
	if (row->line)
		cr_expect(eq(str, (char *)decision->lines[decision->nr_lines - 1], (char *)row->line),
			  "%s", row->why);
	instance_free(&killer);
	world_close(&world);
}

static const struct {
	const char *why, *args;
	bool ok;
} inits[] = {
	{ "nothing is required", "cgroup=*", true },
	{ "a threshold of abc", "cgroup=*;threshold=abc", false },
	{ "more than all of it", "cgroup=*;threshold=101%", false },
	{ "hidden argument of oomd's", "cgroup=*;meminfo_location=/proc/meminfo", true },
	{ "biased, maybe", "cgroup=*;biased_swap_kill=maybe", false },
};

TABLE_TEST(kill_by_swap_usage, arguments, inits, row)
{
	struct instance instance = { 0 };
	struct plugin_error error = { 0 };
	extern const struct plugin plugin_kill_by_swap_usage;
	int err = world_try_plugin(&plugin_kill_by_swap_usage, row->args, &instance, &error);

	cr_expect(eq(int, !err, row->ok), "%s: %s", row->why, error.text);
	instance_free(&instance);
}
