/* SPDX-License-Identifier: GPL-2.0-only */
/* senpai's formulas against figures computed by hand, with oomd's defaults unless a row says so. */
#include "plugins/act/senpai_probe.h"

#include <math.h>

#include "plugins/act/senpai_swap.h"
#include "table_test.h"
#include "unit/plugins/world.h"

#define MIB (1LL << 20)
#define GIB (1LL << 30)

static const struct senpai_settings defaults = {
	.limit_min_bytes = 100 * MIB, .limit_max_bytes = 10 * GIB, .pressure_ms = 10,
	.max_probe = 0.01, .max_backoff = 1, .coeff_probe = 10, .coeff_backoff = 20,
	.swap_threshold = 0.8, .swapout_bps_threshold = 1 * MIB,
};

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

static const struct {
	const char *why;
	bool back_off;
	uint64_t stalled_us;
	double factor;
} factors[] = {
	{ "just what is wanted: (1/20)^2", true, 10000, 0.0025 },
	{ "whole multiples: 1.9999 counts as 1", true, 19999, 0.0025 },
	{ "twice: (2/20)^2", true, 20000, 0.01 },
	{ "ten times: (10/20)^2", true, 100000, 0.25 },
	{ "the coefficient is reached", true, 200000, 1 },
	{ "never more", true, 3600000000ULL, 1 },
	{ "no stall at all: the most", false, 0, -0.01 },
	{ "1 us is no other than none", false, 1, -0.01 },
	{ "ten times too little: the most", false, 1000, -0.01 },
	{ "nine times: 0.81 of it", false, 1001, -0.0081 },
	{ "half: (2/10)^2 of it", false, 5000, -0.0004 },
	{ "nearly enough: (1/10)^2 of it", false, 9999, -0.0001 },
};

TABLE_TEST(senpai_probe, factors, factors, row)
{
	double factor = row->back_off ? senpai_backoff_factor(&defaults, row->stalled_us)
				      : senpai_probe_factor(&defaults, row->stalled_us);

	cr_expect(near(factor, row->factor), "%s: %.9f", row->why, factor);
}

static const struct {
	const char *why;
	struct senpai_facts facts;
	int64_t least_bytes;
} least[] = {
	{ "what is neither file nor swappable stays",
	  { .current_bytes = 500 * MIB, .active_file_bytes = 200 * MIB,
	    .inactive_file_bytes = 100 * MIB, .active_anon_bytes = 50 * MIB,
	    .inactive_anon_bytes = 50 * MIB }, 300 * MIB },
	{ "what fits into swap can go",
	  { .current_bytes = 500 * MIB, .active_file_bytes = 200 * MIB,
	    .inactive_file_bytes = 100 * MIB, .active_anon_bytes = 50 * MIB,
	    .inactive_anon_bytes = 50 * MIB, .swap_free_bytes = 60 * MIB }, 240 * MIB },
	{ "but not more than there is",
	  { .current_bytes = 500 * MIB, .active_file_bytes = 200 * MIB,
	    .inactive_file_bytes = 100 * MIB, .active_anon_bytes = 50 * MIB,
	    .inactive_anon_bytes = 50 * MIB, .swap_free_bytes = 1 * GIB }, 200 * MIB },
	{ "swap beyond its limit is none",
	  { .current_bytes = 500 * MIB, .active_anon_bytes = 500 * MIB,
	    .swap_free_bytes = -100 * MIB }, 600 * MIB },
	{ "memory.min", { .current_bytes = 500 * MIB, .active_file_bytes = 500 * MIB,
			  .min_bytes = 250 * MIB }, 250 * MIB },
	{ "more to reclaim than there is", { .current_bytes = 100 * MIB,
					     .active_file_bytes = 500 * MIB }, 100 * MIB },
	{ "nothing there", { 0 }, 100 * MIB },
};

TABLE_TEST(senpai_probe, least, least, row)
{
	cr_expect(eq(i64, senpai_least_bytes(&defaults, &row->facts), row->least_bytes), "%s",
		  row->why);
}

#define FILE_500 .current_bytes = 500 * MIB, .active_file_bytes = 500 * MIB

static const struct {
	const char *why;
	struct senpai_facts facts;
	int64_t limit_bytes;
	double factor;
	int64_t adjusted_bytes;
} limits[] = {
	{ "a hundredth less", { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 8 * GIB },
	  500 * MIB, -0.01, 495 * MIB },
	{ "whole pages of 4 KiB: 524235571.2",
	  { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 8 * GIB }, 500 * MIB, -0.0001,
	  524234752 },
	{ "twice as much", { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 8 * GIB },
	  500 * MIB, 1, 1000 * MIB },
	{ "not above memory.max", { FILE_500, .max_bytes = 700 * MIB, .memory_total_bytes = 8 * GIB },
	  500 * MIB, 1, 700 * MIB },
	{ "not above all memory", { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 600 * MIB },
	  500 * MIB, 1, 600 * MIB },
	{ "not further than limit_max_bytes above usage",
	  { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 64 * GIB }, 20 * GIB, 1,
	  10 * GIB + 500 * MIB },
	{ "not below the least", { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 8 * GIB },
	  100 * MIB, -0.01, 100 * MIB },
	{ "the lower bound wins", { FILE_500, .max_bytes = 50 * MIB, .memory_total_bytes = 8 * GIB },
	  500 * MIB, 0, 100 * MIB },
	{ "from no limit at all", { FILE_500, .max_bytes = INT64_MAX, .memory_total_bytes = 8 * GIB },
	  INT64_MAX, 1, 8 * GIB },
	{ "an empty cgroup is not stopped dead", { .max_bytes = INT64_MAX, .memory_total_bytes = GIB },
	  0, 0, 100 * MIB },
};

TABLE_TEST(senpai_probe, limits, limits, row)
{
	cr_expect(eq(i64, senpai_adjusted_limit(&defaults, &row->facts, row->limit_bytes, row->factor),
		     row->adjusted_bytes), "%s", row->why);
}

static const struct {
	const char *why;
	struct senpai_facts facts;
	int64_t reclaim_bytes;
} reclaims[] = {
	{ "a hundredth of what is above the least: 4 MiB", { FILE_500 }, 4 * MIB },
	{ "whole pages: 9688842.24", { .current_bytes = GIB, .inactive_file_bytes = GIB }, 9687040 },
	{ "less than a page", { .current_bytes = 100 * MIB + 4096,
				.active_file_bytes = 100 * MIB + 4096 }, 0 },
	{ "all of it is needed", { .current_bytes = 500 * MIB }, 0 },
	{ "at the least", { .current_bytes = 100 * MIB, .active_file_bytes = 100 * MIB }, 0 },
};

TABLE_TEST(senpai_probe, reclaims, reclaims, row)
{
	cr_expect(eq(i64, senpai_reclaim_bytes(&defaults, &row->facts), row->reclaim_bytes), "%s",
		  row->why);
}

static const struct {
	const char *why;
	struct senpai_swap swap;
	double bps;
	bool suffices;
	double factor;
} swaps[] = {
	{ "all of it free, nothing goes out", { GIB, 0, true }, 0, true, 1 },
	{ "half of what may be used", { GIB, 0.4, true }, 0, true, 0.5 },
	{ "half of what may go out", { GIB, 0, true }, 524288, true, 0.5 },
	{ "the lower of the two", { GIB, 0.6, true }, 524288, true, 0.25 },
	{ "at the threshold it is over", { GIB, 0.8, true }, 0, false, 0 },
	{ "beyond", { -1, 1.5, true }, 0, false, 0 },
	{ "busy, but not full", { GIB, 0.1, true }, 1048576, true, 0 },
	{ "no swap: nothing to be short of", { 0, 0, false }, 0, true, 1 },
};

TABLE_TEST(senpai_probe, swaps, swaps, row)
{
	double factor = senpai_swappiness_factor(&defaults, &row->swap, row->bps);

	cr_expect(eq(int, senpai_swap_suffices(&defaults, &row->swap), row->suffices), "%s", row->why);
	cr_expect(near(factor, row->factor), "%s: %f", row->why, factor);
}

/* Swap as the tree has it: machine 1000, used 250; a below b below the root. */
static const struct {
	const char *why;
	uint64_t total, free, swappiness, parent_max, parent_used, max, used;
	bool accounted;
	struct senpai_swap swap;
} levels[] = {
	{ "no limits: the machine's", 1000, 750, 60, BOOMD_MAX, 0, BOOMD_MAX, 0, true,
	  { 750, 0.25, true } },
	{ "its own limit", 1000, 750, 60, BOOMD_MAX, 0, 100, 60, true, { 40, 0.6, true } },
	{ "its parent's", 1000, 750, 60, 200, 180, 100, 60, true, { 20, 0.9, true } },
	{ "over its limit", 1000, 750, 60, BOOMD_MAX, 0, 100, 130, true, { -30, 1.3, true } },
	{ "it may not", 1000, 750, 60, BOOMD_MAX, 0, 0, 0, true, { 0, 0, false } },
	{ "its parent may not", 1000, 750, 60, 0, 0, 100, 50, true, { 0, 0, false } },
	{ "no accounting, no limit", 1000, 750, 60, 0, 0, 0, 0, false, { 750, 0.25, true } },
	{ "no swap", 0, 0, 60, BOOMD_MAX, 0, BOOMD_MAX, 0, true, { 0, 0, false } },
	{ "no swappiness", 1000, 750, 0, BOOMD_MAX, 0, BOOMD_MAX, 0, true, { 0, 0, false } },
};

static void set_swap(struct cgroup *cgroup, uint64_t max, uint64_t used, bool accounted)
{
	struct boomd_row *row = (struct boomd_row *)cgroup->row; /* the world's, not const there */

	row->swap_max_bytes = max;
	row->swap_bytes = used;
	row->flags = accounted ? row->flags | BOOMD_ROW_HAS_SWAP : row->flags & ~BOOMD_ROW_HAS_SWAP;
}

TABLE_TEST(senpai_probe, levels, levels, row)
{
	static struct world world;
	static const struct world_row cgroups[] = { { .path = "b/a" }, { 0 } };
	const struct system_facts system = { .swap_total_bytes = row->total,
					     .swap_free_bytes = row->free,
					     .swappiness = row->swappiness };
	struct senpai_swap swap;
	struct cgroup *cgroup;

	world_open(&world, cgroups);
	cgroup = cgroup_tree_by_path(world.tree, "b/a");
	set_swap(cgroup, row->max, row->used, row->accounted);
	set_swap(cgroup->parent, row->parent_max, row->parent_used, row->accounted);
	swap = senpai_swap_of(cgroup, &system);
	cr_expect(eq(i64, swap.free_bytes, row->swap.free_bytes), "%s", row->why);
	cr_expect(near(swap.used_part, row->swap.used_part), "%s: %f", row->why, swap.used_part);
	cr_expect(eq(int, swap.has_swap, row->swap.has_swap), "%s", row->why);
	world_close(&world);
}
