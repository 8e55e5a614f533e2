/* SPDX-License-Identifier: GPL-2.0-only */
/* Detectors, by oomd's cases (oomd.md 5.1). */
#include "unit/conformance/machine.h"

#define HIGH  .memory_full = { 99.99, 99.99, 99.99, 0 }
#define LOW   .memory_full = { 1.11, 1.11, 1.11, 0 }
#define GIB   (1ULL << 30)
#define SAME  NULL, NULL
#define ABOVE(cgroup_)                                                                             \
	.detector = "pressure_above",                                                              \
	.args = "\"cgroup\": \"" cgroup_ "\", \"resource\": \"memory\", \"threshold\": 80, "       \
		"\"duration\": 0"
#define RISING(cgroup_)                                                                            \
	.detector = "pressure_rising_beyond",                                                      \
	.args = "\"cgroup\": \"" cgroup_ "\", \"resource\": \"memory\", \"threshold\": 80, "       \
		"\"duration\": 0, \"fast_fall_ratio\": 0"
#define RECLAIM(cgroup_)                                                                           \
	.detector = "memory_reclaim", .args = "\"cgroup\": \"" cgroup_ "\", \"duration\": 0"
#define SWAP_FREE(more) .detector = "swap_free", .args = "\"threshold_pct\": 20" more
#define SWAP(total_kib, used_kib)                                                                  \
	.system = &(const struct system_facts){                                                    \
		.memory_total_bytes = FIXTURE_MEMORY_TOTAL, .swap_total_bytes = (total_kib) * 1024ULL, \
		.swap_free_bytes = ((total_kib) - (used_kib)) * 1024ULL }
#define DYING(cgroup_, more)                                                                       \
	.detector = "nr_dying_descendants", .args = "\"cgroup\": \"" cgroup_ "\", " more
#define SWAPPED_OUT(pages)                                                                         \
	TEXT("/proc/vmstat", "pswpin 0\npswpout " pages "\npgscan_kswapd 0\npgscan_direct 0\n")
#define MEMORY(args_)                                                                              \
	.detector = "memory_above", .args = "\"cgroup\": \"c\", \"duration\": 0, " args_
#define EXISTS(args_) .detector = "exists", .args = args_

static const struct {
	struct conformance is;
	struct machine_play play;
} detectors[] = {
	{ { "PressureRisingBeyondTest.DetectsHighMemPressure", "99.99% in all windows, three ticks, "
	    "threshold 80", "C, C, C", SAME },
	  { RISING("high"), .ticks = { CGROUPS(CGROUP("high", HIGH)) }, .nr_ticks = 3 } },
	{ { "PressureRisingBeyondTest.NoDetectLowMemPressure", "1.11%, three ticks", "S, S, S", SAME },
	  { RISING("low"), .ticks = { CGROUPS(CGROUP("low", LOW)) }, .nr_ticks = 3 } },
	{ { "PressureRisingBeyondTest.DetectsHighMemPressureMultiCgroup", "\"low,high\"", "C", SAME },
	  { RISING("low,high"), .ticks = { CGROUPS(CGROUP("high", HIGH), CGROUP("low", LOW)) } } },
	{ { "PressureRisingBeyondTest.DetectsHighMemPressureWildcard", "\"*_*\"", "C", SAME },
	  { RISING("*_*"),
	    .ticks = { CGROUPS(CGROUP("high_pressure", HIGH), CGROUP("low_pressure", LOW)) } } },

	{ { "PressureAboveTest.DetectsHighMemPressure", "99.99% in all windows, threshold 80", "C",
	    SAME },
	  { ABOVE("high"), .ticks = { CGROUPS(CGROUP("high", HIGH)) } } },
	{ { "PressureAboveTest.NoDetectLowMemPressure", "1.11%, threshold 80", "S", SAME },
	  { ABOVE("low"), .ticks = { CGROUPS(CGROUP("low", LOW)) } } },
	{ { "PressureAboveTest.DetectsHighMemPressureMultiCgroup", "\"high,low\"", "C", SAME },
	  { ABOVE("high,low"), .ticks = { CGROUPS(CGROUP("high", HIGH), CGROUP("low", LOW)) } } },
	{ { "PressureAboveTest.DetectsHighMemPressureWildcard", "\"*\"", "C", SAME },
	  { ABOVE("*"), .ticks = { CGROUPS(CGROUP("high", HIGH), CGROUP("low", LOW)) } } },

	{ { "MemoryAboveTest.DetectsHighMemUsage", "2 GiB, threshold 1536M", "C", SAME },
	  { MEMORY("\"threshold\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = 2 * GIB)) } } },
	{ { "MemoryAboveTest.NoDetectLowMemUsage", "1 GiB, threshold 1536M", "S", SAME },
	  { MEMORY("\"threshold\": \"1536M\""), .ticks = { CGROUPS(CGROUP("c", .current = GIB)) } } },
	{ { "MemoryAboveTest.DetectsHighMemUsageCompat", "2 GiB, threshold \"1536\", which is MiB",
	    "C", SAME },
	  { MEMORY("\"threshold\": \"1536\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = 2 * GIB)) } } },
	{ { "MemoryAboveTest.NoDetectLowMemUsageCompat", "1 GiB, threshold \"1536\"", "S", SAME },
	  { MEMORY("\"threshold\": \"1536\""), .ticks = { CGROUPS(CGROUP("c", .current = GIB)) } } },
	{ { "MemoryAboveTest.DetectsHighMemUsagePercent", "2 GiB of 8, threshold 10%", "C", SAME },
	  { MEMORY("\"threshold\": \"10%\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = 2 * GIB)) } } },
	{ { "MemoryAboveTest.NoDetectLowMemUsageMultiple", "only the one that is not asked for uses "
	    "much", "S", SAME },
	  { MEMORY("\"threshold\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = GIB), CGROUP("d", .current = 2 * GIB)) } } },
	{ { "MemoryAboveTest.DetectsHighMemUsageMultiple", "only the one that is asked for uses much",
	    "C", SAME },
	  { MEMORY("\"threshold\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = 2 * GIB), CGROUP("d", .current = GIB)) } } },
	{ { "MemoryAboveTest.NoDetectLowMemUsagePercent", "80%, a cgroup without files", "S", SAME },
	  { MEMORY("\"threshold\": \"80%\""), .ticks = { CGROUPS(FOLDER("c")) } } },
	{ { "MemoryAboveTest.DetectsHighAnonUsage", "anon 2 GiB, threshold_anon 1536M", "C", SAME },
	  { MEMORY("\"threshold_anon\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = 2 * GIB, .anon = 2 * GIB)) } } },
	{ { "MemoryAboveTest.NoDetectLowAnonUsage", "anon 1 GiB, threshold_anon 1536M", "S", SAME },
	  { MEMORY("\"threshold_anon\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = GIB, .anon = GIB)) } } },
	{ { "MemoryAboveTest.DetectsHighAnonUsageIgnoreLowMemUsage",
	    "both thresholds: anon is high, usage low", "C", SAME },
	  { MEMORY("\"threshold_anon\": \"1536M\", \"threshold\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = GIB, .anon = 2 * GIB)) } } },
	{ { "MemoryAboveTest.NoDetectLowAnonUsageIgnoreHighMemUsage",
	    "both thresholds: anon is low, usage high", "S", SAME },
	  { MEMORY("\"threshold_anon\": \"1536M\", \"threshold\": \"1536M\""),
	    .ticks = { CGROUPS(CGROUP("c", .current = 2 * GIB, .anon = GIB)) } } },

	{ { "MemoryReclaimTest.SingleCgroupReclaimSuccess", "pgscan 5, duration 0", "C", SAME },
	  { RECLAIM("cgroup1"), .ticks = { CGROUPS(CGROUP("cgroup1", .current = 1, .pgscan = 5)) } } },
	{ { "MemoryReclaimTest.MultiCgroupReclaimSuccess", "pgscan 0 and 5", "C", SAME },
	  { RECLAIM("cgroup1,cgroup2"),
	    .ticks = { CGROUPS(CGROUP("cgroup1", .current = 1),
			       CGROUP("cgroup2", .current = 1, .pgscan = 5)) } } },

	{ { "SwapFreeTest.LowSwap", "20971440 of 20971512 KiB used, threshold 20%", "C", SAME },
	  { SWAP_FREE(""), SWAP(20971512, 20971440), .ticks = { CGROUPS(FOLDER("a")) } } },
	{ { "SwapFreeTest.EnoughSwap", "3310136 KiB used", "S", SAME },
	  { SWAP_FREE(""), SWAP(20971512, 3310136), .ticks = { CGROUPS(FOLDER("a")) } } },
	{ { "SwapFreeTest.SwapOff", "no swap", "S", SAME },
	  { SWAP_FREE(""), SWAP(0, 0), .ticks = { CGROUPS(FOLDER("a")) } } },
	{ { "SwapFreeTest.SwapoutRate", "low swap, but 800000 bytes/s go out where 1000000 are asked "
	    "for; then 1200000", "S, S, C", SAME },
	  { SWAP_FREE(", \"swapout_bps_threshold\": 1000000"), SWAP(20971512, 20971440),
	    .ticks = { CGROUPS(SWAPPED_OUT("1000")), CGROUPS(SWAPPED_OUT("1976")),
		       CGROUPS(SWAPPED_OUT("3441")) } } },

	{ { "NrDyingDescendantsTest.SingleCgroupLte", "at most 100: 123, then 90", "S, C", SAME },
	  { DYING("cg", "\"count\": 100, \"lte\": true"),
	    .ticks = { CGROUPS(CGROUP("cg", .nr_dying = 123)), CGROUPS(CGROUP("cg", .nr_dying = 90)) } } },
	{ { "NrDyingDescendantsTest.SingleCgroupGt", "more than 100: 123, then 90", "C, S", SAME },
	  { DYING("cg", "\"count\": 100, \"lte\": false"),
	    .ticks = { CGROUPS(CGROUP("cg", .nr_dying = 123)), CGROUPS(CGROUP("cg", .nr_dying = 90)) } } },
	{ { "NrDyingDescendantsTest.RootCgroup", "\"/\": 30, more than 29", "C", SAME },
	  { DYING("/", "\"count\": 29, \"lte\": false"),
	    .ticks = { CGROUPS(TEXT("cgroup.stat", "nr_descendants 0\nnr_dying_descendants 30\n")) } } },
	{ { "NrDyingDescendantsTest.MultiCgroupGt", "200, 300 and 90, at most 100: any of them", "C",
	    SAME },
	  { DYING("above,above1,below", "\"count\": 100, \"lte\": true"),
	    .ticks = { CGROUPS(CGROUP("above", .nr_dying = 200), CGROUP("above1", .nr_dying = 300),
			       CGROUP("below", .nr_dying = 90)) } } },

	{ { "ExistsTest.Exists", "\"A,B,C\": first only D is there, then C too", "S, C", SAME },
	  { EXISTS("\"cgroup\": \"A,B,C\""), .ticks = { CGROUPS(FOLDER("D")), CGROUPS(FOLDER("C")) } } },
	{ { "ExistsTest.NotExists", "the same with negate", "C, S", SAME },
	  { EXISTS("\"cgroup\": \"A,B,C\", \"negate\": true"),
	    .ticks = { CGROUPS(FOLDER("D")), CGROUPS(FOLDER("C")) } } },
	{ { "ExistsTest.ExistsWildcard", "\"cgroup_PREFIX*\": none, then one", "S, C", SAME },
	  { EXISTS("\"cgroup\": \"cgroup_PREFIX*\""),
	    .ticks = { CGROUPS(FOLDER("cgroup_OTHER")), CGROUPS(FOLDER("cgroup_PREFIXhere")) } } },
	{ { "ExistsTest.NotExistsWildcard", "the same with negate", "C, S", SAME },
	  { EXISTS("\"cgroup\": \"cgroup_PREFIX*\", \"negate\": true"),
	    .ticks = { CGROUPS(FOLDER("cgroup_OTHER")), CGROUPS(FOLDER("cgroup_PREFIXhere")) } } },
	{ { "StopTest.Stops", "stop, as an action", "S; killed: nobody", SAME },
	  { .action = "stop", .ticks = { CGROUPS(FOLDER("a")) } } },
};

CONFORMANCE(detectors, "5.1 Detectors", detectors, row)
{
	char found[CONFORMANCE_TEXT_MAX];

	conformance_expect(&row->is, machine_play(&row->play, found));
}
