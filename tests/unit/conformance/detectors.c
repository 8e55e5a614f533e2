/* SPDX-License-Identifier: GPL-2.0-only */
/* Detectors, by oomd's cases (oomd.md 5.1). */
#include "unit/conformance/machine.h"

#define HIGH  .memory_full = { 99.99, 99.99, 99.99 }
#define LOW   .memory_full = { 1.11, 1.11, 1.11 }
#define GIB   (1ULL << 30)
#define SAME  NULL, NULL
#define ABOVE(cgroup_)                                                                             \
	.detector = "pressure_above",                                                              \
	.args = "\"cgroup\": \"" cgroup_ "\", \"resource\": \"memory\", \"threshold\": 80, "       \
		"\"duration\": 0"
#define MEMORY(args_)                                                                              \
	.detector = "memory_above", .args = "\"cgroup\": \"c\", \"duration\": 0, " args_
#define EXISTS(args_) .detector = "exists", .args = args_

static const struct {
	struct conformance is;
	struct machine_play play;
} detectors[] = {
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
