/* SPDX-License-Identifier: GPL-2.0-only */
/* What is derived of a cgroup, at one tick and over several (oomd.md 4 and 5.3). */
#include <string.h>

#include "unit/conformance/look.h"

#define SAME NULL, NULL
#define PROTECTED(path_, current_, low_, min_)                                                     \
	CGROUP(path_, .current = current_, .low = low_, .min = min_)
#define FAMILY                                                                                     \
	CGROUPS(PROTECTED("A", 10000, 2000, 2500), PROTECTED("A/B", 1000, 250, 200),               \
		PROTECTED("A/E", 250, 1000, 200), PROTECTED("A/B/C", FIXTURE_ZERO, 250, 200),      \
		PROTECTED("A/B/D", 1000, 0, 0), PROTECTED("A/E/F", 2000, 2000, 2000),              \
		PROTECTED("A/E/G", 3000, 3000, 3000))
#define IO "1:10 rbytes=1111111 wbytes=2222222 rios=33 wios=44 dbytes=5555555555 dios=6\n"
#define IO_LATER "1:10 rbytes=1111111 wbytes=2222222 rios=45 wios=54 dbytes=5555555555 dios=6\n"

/* "4 ids": how many different ones the cgroups below the root have. */
static void count_ids(const struct look *look, char buf[CONFORMANCE_TEXT_MAX])
{
	size_t nr = 0;

	for (size_t i = 1; i < cgroup_tree_size(look->tree); i++, nr++)
		for (size_t j = 0; j < i; j++)
			if (cgroup_tree_at(look->tree, i)->row->id ==
			    cgroup_tree_at(look->tree, j)->row->id)
				return;
	snprintf(buf, CONFORMANCE_TEXT_MAX, "%zu ids", nr);
}

static const struct {
	struct conformance is;
	const char *path, *fields;
	const struct machine_cgroup *ticks[4]; /* shown after each, "; " between */
	void (*show)(const struct look *look, char buf[CONFORMANCE_TEXT_MAX]); /* instead */
} contexts[] = {
	{ { "CgroupContextTest.UniqueId", "four cgroups", "4 ids", SAME }, NULL, NULL,
	  .ticks = { CGROUPS(FOLDER("a"), FOLDER("b"), FOLDER("c"), FOLDER("d")) }, .show = count_ids },
	{ { "KillMemoryGrowthTest.TemporalCounter", "60 bytes: the average is taken at each tick",
	    "average=60", "average=15", "as in CgroupContextTest.DataLifeCycle below" },
	  "a", "average", .ticks = { CGROUPS(CGROUP("a", .current = 60)) } },
	{ { "KillIOCostTest.TemporalCounter", "io cost: the rate is taken at each tick",
	    "io_cost_rate=0", SAME }, "a", "io_cost_rate",
	  .ticks = { CGROUPS(CGROUP("a", .current = 60, .io_stat = IO)) } },
	{ { "CgroupContextTest.MonitorRootHost", "the root's usage is known", "current=4294967296",
	    SAME }, "", "current", .ticks = { CGROUPS(FOLDER("a")) } },
	{ { "CgroupContextTest.MemoryProtection", "A: 10000, low 2000, min 2500", "protection=2500",
	    SAME }, "A", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.MemoryProtection", "A/B: 1000, 250, 200", "protection=250", SAME },
	  "A/B", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.MemoryProtection", "A/E: 250, 1000, 200", "protection=250", SAME },
	  "A/E", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.MemoryProtection", "A/B/C: 0, 250, 200", "protection=0", SAME },
	  "A/B/C", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.MemoryProtection", "A/B/D: 1000, 0, 0", "protection=0", SAME },
	  "A/B/D", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.MemoryProtection", "A/E/F: 2000, 2000, 2000 shares A/E's 250",
	    "protection=100", SAME }, "A/E/F", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.MemoryProtection", "A/E/G: 3000, 3000, 3000", "protection=150", SAME },
	  "A/E/G", "protection", .ticks = { FAMILY } },
	{ { "CgroupContextTest.DistinguishRecreate", "removed, then made again without files: nothing "
	    "is left of the one before", "current=5 average=5; no such cgroup; "
	    "current=absent average=0", SAME }, "a", "current average",
	  .ticks = { CGROUPS(CGROUP("a", .current = 5)), CGROUPS(GONE("a")), CGROUPS(FOLDER("a")) } },
	{ { "CgroupContextTest.DataLifeCycle", "usage and limits are read anew at each tick",
	    "current=987654321 low=333333 min=666 high=1000 max=654 swap=321321; "
	    "current=12345 low=333333 min=666 high=1000 max=654 swap=321321", SAME },
	  "a", "current low min high max swap",
	  .ticks = { CGROUPS(CGROUP("a", .current = 987654321, .low = 333333, .min = 666, .high = 1000,
			   .max = 654, .swap = 321321)),
	    CGROUPS(CGROUP("a", .current = 12345, .low = 333333, .min = 666, .high = 1000,
			   .max = 654, .swap = 321321)) } },
	{ { "CgroupContextTest.DataLifeCycle", "a limit of max", "high=max max=max", SAME }, "a",
	  "high max", .ticks = { CGROUPS(CGROUP("a", .current = 1)) } },
	{ { "CgroupContextTest.DataLifeCycle", "1122334455 bytes in two ticks: "
	    "the average", "average=1122334455; average=1122334455", "average=280583613; average=491021323",
	    "the average of a cgroup begins at what it uses, not at 0: oomd takes every new cgroup "
	    "for a growing one during five ticks (--oomd-warm-up does as oomd does)" },
	  "a", "average", .ticks = { CGROUPS(CGROUP("a", .current = 1122334455)),
			    CGROUPS(CGROUP("a", .current = 1122334455)) } },
	{ { "CgroupContextTest.DataLifeCycle", "io cost and what a tick adds to it",
	    "io_cost=33344444635 io_cost_rate=0; io_cost=33344444677 io_cost_rate=42", SAME },
	  "a", "io_cost io_cost_rate",
	  .ticks = { CGROUPS(CGROUP("a", .current = 1, .io_stat = IO)),
	    CGROUPS(CGROUP("a", .current = 1, .io_stat = IO_LATER)) } },
	{ { "CgroupContextTest.DataLifeCycle", "pages scanned in a tick; none are known at first",
	    "pgscan=1234567890 pgscan_rate=absent; pgscan=2345678901 pgscan_rate=1111111011", SAME },
	  "a", "pgscan pgscan_rate",
	  .ticks = { CGROUPS(CGROUP("a", .current = 1, .pgscan = 1234567890)),
	    CGROUPS(CGROUP("a", .current = 1, .pgscan = 2345678901)) } },
	{ { "CgroupContextTest.MemoryGrowthDoesntDivideByZero", "a usage of 0",
	    "average=0 growth=0.00", SAME }, "a", "average growth",
	  .ticks = { CGROUPS(CGROUP("a", .current = FIXTURE_ZERO)) } },
};

CONFORMANCE(cgroup_context, "5.3 One cgroup (CgroupContextTest)", contexts, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "";
	struct look look;

	look_open(&look);
	for (size_t i = 0; i < ARRAY_SIZE(row->ticks) && row->ticks[i]; i++) {
		machine_write(look.fixture, row->ticks[i]);
		look_again(&look);
		if (i)
			strcat(found, "; ");
		if (row->show)
			row->show(&look, found);
		else
			look_show(&look, row->path, row->fields, found);
	}
	look_close(&look);
	conformance_expect(&row->is, found);
}
