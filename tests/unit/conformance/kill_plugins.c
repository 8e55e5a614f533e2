/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom each kill plugin chooses, by oomd's cases (oomd.md 5.1). oomd's tests put numbers into its
 * cache; here they are in the files, and where a number is one over time (an average, a rate), in
 * the files of two ticks, of which only the second has rules.
 */
#include "unit/conformance/machine.h"

#define SAME	   NULL, NULL
#define MIB	   (1ULL << 20)
#define H1	   "one_big/cgroup1"
#define H2	   "one_big/cgroup2"
#define H3	   "one_big/cgroup3"
#define SIBLING	   "sibling/cgroup1"
#define P1	   .procs = "123\n456\n"
#define P2	   .procs = "789\n"
#define P3	   .procs = "111\n"
#define PS	   .procs = "888\n"
#define PREFER	   .preference = BOOMD_TRUSTED_PREFER
#define AVOID	   .preference = BOOMD_TRUSTED_AVOID
#define ONE_BIG	   "\"cgroup\": \"one_big/*\""
#define BOTH	   "\"cgroup\": \"one_big/*,sibling/*\""
#define MEMORY(args_)	.action = "kill_by_memory_size_or_growth", .args = args_
#define IO_COST(args_)	.action = "kill_by_io_cost", .args = args_
#define PRESSURE(args_) .action = "kill_by_pressure", .args = "\"resource\": \"io\", " args_

#define SIZES(a, b, c)                                                                             \
	CGROUPS(CGROUP(H1, .current = (a), P1), CGROUP(H2, .current = (b), P2),                    \
		CGROUP(H3, .current = (c), P3), CGROUP(SIBLING, .current = 100, PS))
/* For averages of three quarters of the first and a quarter of the second tick. */
#define GROWTH(args_, a0, a, b0, b, c0, c)                                                         \
	MEMORY(args_), .warm_up = 1, .ticks = { SIZES(a0, b0, c0), SIZES(a, b, c) }
#define READ(bytes) .current = 1, .io_stat = "8:0 rbytes=" bytes " wbytes=0 rios=0 wios=0\n"
#define IO_COSTS(a, b, c, d)                                                                       \
	CGROUPS(CGROUP(H1, READ(a), P1), CGROUP(H2, READ(b), P2), CGROUP(H3, READ(c), P3),         \
		CGROUP(SIBLING, READ(d), PS))
#define IO_TICKS .warm_up = 1, .ticks = { IO_COSTS("0", "0", "0", "0"),                           \
					  IO_COSTS("10", "30", "50", "100") }
#define SWAP_USAGE(args_) .action = "kill_by_swap_usage", .args = args_
#define SWAPS(a, b, c)                                                                             \
	CGROUPS(CGROUP(H1, .current = 1, .swap = (a), P1), CGROUP(H2, .current = 1, .swap = (b), P2), \
		CGROUP(H3, .current = 1, .swap = (c), P3),                                         \
		CGROUP(SIBLING, .current = 1, .swap = 70, .procs = "555\n"))
#define SWAP_OF(swap_kib, memory_kib)                                                              \
	.system = &(const struct system_facts){ .memory_total_bytes = (memory_kib) * 1024,         \
						.swap_total_bytes = (swap_kib) * 1024 }
/* All of what it uses is protected. */
#define BIASED(path, swap_, protected, pid)                                                        \
	CGROUP(path, .current = (protected), .low = (protected), .swap = (swap_), .procs = pid)
#define PG_SCAN(args_) .action = "kill_by_pg_scan", .args = args_
#define SCANNED(a, b, c, d)                                                                        \
	CGROUPS(CGROUP(H1, .current = 1, .pgscan = (a), P1),                                       \
		CGROUP(H2, .current = 1, .pgscan = (b), P2),                                       \
		CGROUP(H3, .current = 1, .pgscan = (c), P3),                                       \
		CGROUP(SIBLING, .current = 1, .pgscan = (d), PS))
#define SCAN_TICKS                                                                                 \
	.ticks = { SCANNED(10000, 5000, 6000, 20000), SCANNED(10010, 5030, 6050, 20100) }
#define STALLS                                                                                     \
	CGROUPS(CGROUP(H1, .current = 1, .io_full = { 60, 60, 0, 0 }, P1),                               \
		CGROUP(H2, .current = 1, .io_full = { 50, 70, 0, 0 }, P2),                               \
		CGROUP(H3, .current = 1, .io_full = { 80, 80, 0, 0 }, P3),                               \
		CGROUP(SIBLING, .current = 1, .io_full = { 99, 99, 0, 0 }, PS))

static const struct {
	struct conformance is;
	struct machine_play play;
} kill_plugins[] = {
	{ { "KillMemoryGrowthTest.InvalidArgs", "growing_size_percentile 100",
	    "refused: Arg \"growing_size_percentile\" of plugin \"kill_by_memory_size_or_growth\": "
	    "expected 0 to 99, found \"100\"", "refused", "says which argument" },
	  { MEMORY(ONE_BIG ", \"growing_size_percentile\": 100"), .ticks = { SIZES(1, 1, 1) } } },
	{ { "KillMemoryGrowthTest.InvalidArgs", "growing_size_percentile 99",
	    "S; killed: 123 456", SAME },
	  { MEMORY(ONE_BIG ", \"growing_size_percentile\": 99"), .ticks = { SIZES(60, 20, 20) } } },
	{ { "KillMemoryGrowthTest.KillsBigCgroup", "60, 20, 20", "S; killed: 123 456", SAME },
	  { MEMORY(ONE_BIG), .ticks = { SIZES(60, 20, 20) } } },
	{ { "KillMemoryGrowthTest.PreferredOverridesSize", "60, 20 preferred, 20", "S; killed: 789",
	    SAME },
	  { MEMORY(ONE_BIG), .ticks = { CGROUPS(CGROUP(H1, .current = 60, P1),
						CGROUP(H2, .current = 20, PREFER, P2),
						CGROUP(H3, .current = 20, P3)) } } },
	{ { "KillMemoryGrowthTest.AvoidedOverridesSize", "60 avoided, 30, 20", "S; killed: 789",
	    SAME },
	  { MEMORY(ONE_BIG), .ticks = { CGROUPS(CGROUP(H1, .current = 60, AVOID, P1),
						CGROUP(H2, .current = 30, P2),
						CGROUP(H3, .current = 20, P3)) } } },
	{ { "KillMemoryGrowthTest.AvoidedNoEffect", "60, 30 avoided, 20 avoided",
	    "S; killed: 123 456", SAME },
	  { MEMORY(ONE_BIG), .ticks = { CGROUPS(CGROUP(H1, .current = 60, P1),
						CGROUP(H2, .current = 30, AVOID, P2),
						CGROUP(H3, .current = 20, AVOID, P3)) } } },
	{ { "KillMemoryGrowthTest.PreferredNoEffect", "60, 30, 20, all preferred",
	    "S; killed: 123 456", SAME },
	  { MEMORY(ONE_BIG), .ticks = { CGROUPS(CGROUP(H1, .current = 60, PREFER, P1),
						CGROUP(H2, .current = 30, PREFER, P2),
						CGROUP(H3, .current = 20, PREFER, P3)) } } },
	{ { "KillMemoryGrowthTest.KillsOneOfPreferred", "60 preferred, 30 avoided, 20 preferred",
	    "S; killed: 123 456", SAME },
	  { MEMORY(ONE_BIG), .ticks = { CGROUPS(CGROUP(H1, .current = 60, PREFER, P1),
						CGROUP(H2, .current = 30, AVOID, P2),
						CGROUP(H3, .current = 20, PREFER, P3)) } } },
	{ { "KillMemoryGrowthTest.KillsBigCgroupGrowth", "21, 20, 30 and nobody grows: the largest",
	    "S; killed: 111", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 20", 20, 21, 20, 20, 30, 30) } },
	{ { "KillMemoryGrowthTest.KillsBigCgroupGrowth",
	    "21 grows from an average of 5; what grows outside the pattern does not count",
	    "S; killed: 123 456", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 20", FIXTURE_ZERO, 21, 20, 20, 30, 30) } },
	{ { "KillMemoryGrowthTest.DoesntGrowthKillBelowUsageThreshold",
	    "40 by 10, 50 by 30, 60 by 60; P50, ratio 1.25", "S; killed: 789", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 50, \"min_growth_ratio\": \"1.25\"",
		   FIXTURE_ZERO, 40, 24, 50, 60, 60) } },
	{ { "KillMemoryGrowthTest.DoesntGrowthKillBelowUsageThreshold", "the same; P20, ratio 1.25",
	    "S; killed: 123 456", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 20, \"min_growth_ratio\": \"1.25\"",
		   FIXTURE_ZERO, 40, 24, 50, 60, 60) } },
	{ { "KillMemoryGrowthTest.DoesntGrowthKillBelowUsageThreshold", "the same; P0, ratio 0",
	    "S; killed: 123 456", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 0, \"min_growth_ratio\": \"0\"",
		   FIXTURE_ZERO, 40, 24, 50, 60, 60) } },
	{ { "KillMemoryGrowthTest.DoesntGrowthKillBelowUsageThreshold", "the same; P67, ratio 1.25",
	    "S; killed: 111", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 67, \"min_growth_ratio\": \"1.25\"",
		   FIXTURE_ZERO, 40, 24, 50, 60, 60) } },
	{ { "KillMemoryGrowthTest.DoesntGrowthKillBelowUsageThreshold", "the same; P20, ratio 10",
	    "S; killed: 111", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 20, \"min_growth_ratio\": \"10\"",
		   FIXTURE_ZERO, 40, 24, 50, 60, 60) } },
	{ { "0.2 (min_growth_ratio is read as an integer)", "20 by 17 grows by 1.18, ratio \"1.25\"; "
	    "30 and 25 do not grow", "S; killed: 789", "S; killed: 123 456", "1.25 is 1.25; for oomd "
	    "it is 1" },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 0, \"min_growth_ratio\": \"1.25\"", 16, 20,
		   30, 30, 25, 25) } },
	{ { "KillMemoryGrowthTest.KillsByPreferredGrowth",
	    "21M and 99M grow and are preferred, 1000M stays", "S; killed: 789", SAME },
	  { MEMORY(ONE_BIG ", \"growing_size_percentile\": 50"), .warm_up = 1,
	    .ticks = { CGROUPS(CGROUP(H1, .current = FIXTURE_ZERO, PREFER, P1),
			       CGROUP(H2, .current = FIXTURE_ZERO, PREFER, P2),
			       CGROUP(H3, .current = 1000 * MIB, P3)),
		       CGROUPS(CGROUP(H1, .current = 21 * MIB, PREFER, P1),
			       CGROUP(H2, .current = 99 * MIB, PREFER, P2)) } } },
	{ { "KillMemoryGrowthConsistentWithPreference.SizeThreshold/NORMAL", "21 and 99 grow, 30 stays",
	    "S; killed: 789", SAME },
	  { GROWTH(ONE_BIG ", \"growing_size_percentile\": 50", FIXTURE_ZERO, 21, FIXTURE_ZERO, 99,
		   30, 30) } },
	{ { "KillMemoryGrowthConsistentWithPreference.SizeThreshold/PREFER",
	    "the same, the two that grow are preferred", "S; killed: 789", SAME },
	  { MEMORY(ONE_BIG ", \"growing_size_percentile\": 50"), .warm_up = 1,
	    .ticks = { CGROUPS(CGROUP(H1, .current = FIXTURE_ZERO, PREFER, P1),
			       CGROUP(H2, .current = FIXTURE_ZERO, PREFER, P2),
			       CGROUP(H3, .current = 30, P3)),
		       CGROUPS(CGROUP(H1, .current = 21, PREFER, P1),
			       CGROUP(H2, .current = 99, PREFER, P2)) } } },
	{ { "KillMemoryGrowthTest.KillsBigCgroupMultiCgroup", "60, 20, 20 and a sibling of 100",
	    "S; killed: 888", SAME },
	  { MEMORY(BOTH), .ticks = { SIZES(60, 20, 20) } } },
	{ { "KillMemoryGrowthTest.CanTargetRecursively", "A 60 {Z 20, X 40}, B 20", "S; killed: A/X",
	    SAME },
	  { MEMORY("\"cgroup\": \"*\", \"recursive\": true"),
	    .ticks = { CGROUPS(CGROUP("A", .current = 60), CGROUP("A/Z", .current = 20),
			       CGROUP("A/X", .current = 40), CGROUP("B", .current = 20)) } } },
	{ { "KillMemoryGrowthTest.DoesntKillBigCgroupInDry", "60, 20, 20, dry", "S; killed: nobody",
	    SAME },
	  { MEMORY(ONE_BIG ", \"dry\": true"), .ticks = { SIZES(60, 20, 20) } } },

	{ { "KillIOCostTest.KillsHighestIOCost", "rates of 10, 30, 50", "S; killed: 111", SAME },
	  { IO_COST(ONE_BIG), IO_TICKS } },
	{ { "KillIOCostTest.KillsHighestIOCostMultiCgroup", "and of 100 in a sibling",
	    "S; killed: 888", SAME },
	  { IO_COST(BOTH), IO_TICKS } },
	{ { "KillIOCostTest.DoesntKillsHighestIOCostDry", "dry", "S; killed: nobody", SAME },
	  { IO_COST(ONE_BIG ", \"dry\": true"), IO_TICKS } },

	{ { "KillPgScanTest.KillsHighestPgScan", "10000, 5000, 6000, then 10, 30, 50 more",
	    "A, S; killed: 111", SAME }, { PG_SCAN(ONE_BIG), SCAN_TICKS } },
	{ { "KillPgScanTest.KillsHighestPgScanMultiCgroup", "and 100 more in a sibling",
	    "A, S; killed: 888", SAME }, { PG_SCAN(BOTH), SCAN_TICKS } },
	{ { "KillPgScanTest.DoNotKillZeroPgScan", "no more in the second tick",
	    "A, C; killed: nobody", SAME },
	  { PG_SCAN(BOTH), .ticks = { SCANNED(10000, 5000, 6000, 20000) }, .nr_ticks = 2 } },
	{ { "KillPgScanTest.DoesntKillsHighestPgScanDry", "dry", "A, S; killed: nobody", SAME },
	  { PG_SCAN(ONE_BIG ", \"dry\": true"), SCAN_TICKS } },
	{ { "KillPgScanTest.CanTargetRecursively", "A 20 to 1100 {Z 10 to 600, X 10 to 500}, B 30 to "
	    "1000", "A, S; killed: A/Z", SAME },
	  { PG_SCAN("\"cgroup\": \"A,B\", \"recursive\": true"),
	    .ticks = { CGROUPS(CGROUP("A", .current = 1, .pgscan = 20),
			       CGROUP("A/Z", .current = 1, .pgscan = 10),
			       CGROUP("A/X", .current = 1, .pgscan = 10),
			       CGROUP("B", .current = 1, .pgscan = 30)),
		       CGROUPS(CGROUP("A", .current = 1, .pgscan = 1100),
			       CGROUP("A/Z", .current = 1, .pgscan = 600),
			       CGROUP("A/X", .current = 1, .pgscan = 500),
			       CGROUP("B", .current = 1, .pgscan = 1000)) } } },

	{ { "KillSwapUsageTest.KillsBigSwapCgroup", "20, 60, 40", "S; killed: 789", SAME },
	  { SWAP_USAGE(ONE_BIG), .ticks = { SWAPS(20, 60, 40) } } },
	{ { "KillSwapUsageTest.BiasedSwapKillTest", "swap 1900, 2000, 1500, protected 1500, 2000, "
	    "6000, a quarter of memory is swap: 1525, 1500, 0 in excess", "S; killed: 101", SAME },
	  { SWAP_USAGE("\"cgroup\": \"./*\", \"biased_swap_kill\": true"), SWAP_OF(25, 100),
	    .ticks = { CGROUPS(BIASED("cgroup1", 1900, 1500, "101\n"),
			       BIASED("cgroup2", 2000, 2000, "201\n"),
			       BIASED("cgroup3", 1500, 6000, "301\n")) } } },
	{ { "KillSwapUsageTest.BiasedSwapKillNoSwapExcessTest", "350, 350, 1000: nobody is in excess, "
	    "one dies all the same", "1", SAME },
	  { .config = "{\"rulesets\": [{\"name\": \"r\", \"detectors\": [[\"g\", {\"name\": "
		      "\"continue\"}]], \"actions\": [{\"name\": \"kill_by_swap_usage\", \"args\": "
		      "{\"cgroup\": \"./*\", \"biased_swap_kill\": true}}]}]}", SWAP_OF(25, 100),
	    .ticks = { CGROUPS(BIASED("cgroup1", 350, 1500, "101\n"),
			       BIASED("cgroup2", 350, 2000, "201\n"),
			       BIASED("cgroup3", 1000, 6000, "301\n")) } } },
	{ { "KillSwapUsageTest.BiasedSwapKillZeroSwapTest", "no swap in use", "C; killed: nobody",
	    SAME },
	  { SWAP_USAGE("\"cgroup\": \"./*\", \"biased_swap_kill\": true"), SWAP_OF(25, 100),
	    .ticks = { CGROUPS(BIASED("cgroup1", 0, 1500, "101\n")) } } },
	{ { "KillSwapUsageTest.ThresholdTest", "threshold 20% of 100 kB: 1, 2, 3 bytes, then 20, 60, "
	    "40 KiB", "C, S; killed: 789", SAME },
	  { SWAP_USAGE(ONE_BIG ", \"threshold\": \"20%\""), SWAP_OF(100, 1000),
	    .ticks = { SWAPS(1, 2, 3), SWAPS(20 << 10, 60 << 10, 40 << 10) } } },
	{ { "KillSwapUsageTest.KillsBigSwapCgroupMultiCgroup", "and 70 in a sibling",
	    "S; killed: 555", SAME },
	  { SWAP_USAGE(BOTH), .ticks = { SWAPS(20, 60, 40) } } },
	{ { "KillSwapUsageTest.DoesntKillBigSwapCgroupDry", "dry", "S; killed: nobody", SAME },
	  { SWAP_USAGE(ONE_BIG ", \"dry\": true"), .ticks = { SWAPS(20, 60, 40) } } },
	{ { "KillSwapUsageTest.DoesntKillNoSwap", "no memory.swap.current", "C; killed: nobody",
	    SAME },
	  { SWAP_USAGE(ONE_BIG),
	    .ticks = { CGROUPS(CGROUP(H1, .current = 1), CGROUP(H2, .current = 1),
			       GONE(H1 "/memory.swap.current"), GONE(H2 "/memory.swap.current")) } } },
	{ { "0.4 (swap totals in 32 bits)", "threshold 99% of 4 GiB: 1 GiB is less",
	    "C; killed: nobody", "S; killed: 123 456 (99% of 4 GiB is 0)", "64 bits" },
	  { SWAP_USAGE("\"cgroup\": \"" H1 "\", \"threshold\": \"99%\""), SWAP_OF(4ULL << 20, 8ULL << 20),
	    .ticks = { SWAPS(1ULL << 30, 1, 1) } } },

	{ { "KillPressureTest.KillsHighestPressure", "(60, 60), (50, 70), (80, 80)",
	    "S; killed: 111", SAME },
	  { PRESSURE(ONE_BIG), .ticks = { STALLS } } },
	{ { "KillPressureTest.KillsHighestPressureMultiCgroup", "and (99, 99) in a sibling",
	    "S; killed: 888", SAME },
	  { PRESSURE(BOTH), .ticks = { STALLS } } },
	{ { "KillPressureTest.DoesntKillsHighestPressureDry", "dry", "S; killed: nobody", SAME },
	  { PRESSURE(ONE_BIG ", \"dry\": true"), .ticks = { STALLS } } },
};

CONFORMANCE(kill_plugins, "5.1 Kill plugins", kill_plugins, row)
{
	char found[CONFORMANCE_TEXT_MAX];

	conformance_expect(&row->is, machine_play(&row->play, found));
}
