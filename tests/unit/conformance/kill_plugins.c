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
#define STALLS                                                                                     \
	CGROUPS(CGROUP(H1, .current = 1, .io_full = { 60, 60 }, P1),                               \
		CGROUP(H2, .current = 1, .io_full = { 50, 70 }, P2),                               \
		CGROUP(H3, .current = 1, .io_full = { 80, 80 }, P3),                               \
		CGROUP(SIBLING, .current = 1, .io_full = { 99, 99 }, PS))

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
