/* SPDX-License-Identifier: GPL-2.0-only */
/* History: oomd's numbers at oomd's tick, and sense at any other pace. */
#include "cgroup/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"
#include "unit/cgroup/made_tree.h"

#define SECOND 1000000000ULL
#define TICK   (5 * SECOND)

/* A machine with one cgroup, "a", and its past. */
struct past {
	struct made_tree made;
	struct history *history;
	struct boomd_row *row;
};

static void past_init(struct past *past, struct history_options options)
{
	options.max_cgroups = options.max_cgroups ? options.max_cgroups : MADE_ROWS_MAX;
	made_tree_init(&past->made);
	past->row = made_tree_add(&past->made, "a");
	cr_assert(zero(int, history_new(&options, &past->history)));
}

static void past_fini(struct past *past)
{
	history_free(past->history);
	made_tree_fini(&past->made);
}

static struct cgroup *past_sample(struct past *past, uint64_t now_ns, uint64_t usage)
{
	past->row->memory_bytes = usage;
	cr_assert(gt(int, made_tree_build(&past->made), 0));
	history_sample(past->history, past->made.tree, now_ns);
	return cgroup_tree_by_path(past->made.tree, "a");
}

/* Usage and time of each sample from time 100 s on, and the average after the last one. */
static const struct {
	const char *why;
	bool warm_up;
	struct {
		uint64_t after_ns; /* since the sample before */
		uint64_t usage;
	} samples[8]; /* up to the first with usage 0 */
	uint64_t average;
} averages[] = {
	{ "usage that no machine has",
	  false,
	  { { 0, BOOMD_MAX }, { TICK, BOOMD_MAX } },
	  BOOMD_MAX },
	{ "and oomd's beginning of it", true, { { 0, 1ULL << 63 } }, 1ULL << 61 },
	{ "first sight is the usage", false, { { 0, 1000 } }, 1000 },
	{ "a constant stays",
	  false,
	  { { 0, 1000 }, { TICK, 1000 }, { 1, 1000 }, { SECOND, 1000 } },
	  1000 },
	{ "one tick: three quarters", false, { { 0, 1000 }, { TICK, 2000 } }, 1250 },
	{ "two ticks at once", false, { { 0, 1600 }, { 2 * TICK, 3200 } }, 2300 },
	{ "as two ticks one by one", false, { { 0, 1600 }, { TICK, 3200 }, { TICK, 3200 } }, 2300 },
	{ "half a tick twice, less a byte by cutting",
	  false,
	  { { 0, 1000000 }, { TICK / 2, 2000000 }, { TICK / 2, 2000000 } },
	  1249999 },
	{ "no time, no change", false, { { 0, 1000 }, { 0, 999999 } }, 1000 },
	{ "a long time forgets", false, { { 0, 1000 }, { 1000 * TICK, 5000 } }, 5000 },
	{ "oomd's first sight", true, { { 0, 1122334455 } }, 280583613 },
	{ "oomd's second", true, { { 0, 1122334455 }, { TICK, 1122334455 } }, 491021323 },
	{ "oomd's numbers are cut at each tick", true, { { 0, 7 }, { TICK, 7 }, { TICK, 7 } }, 3 },
};

TABLE_TEST(history, averages, averages, row)
{
	uint64_t now_ns = 100 * SECOND;
	struct cgroup *a = NULL;
	struct past past;

	past_init(&past, (struct history_options){ .oomd_warm_up = row->warm_up });
	for (size_t i = 0; i < 8 && row->samples[i].usage; i++) {
		now_ns += row->samples[i].after_ns;
		a = past_sample(&past, now_ns, row->samples[i].usage);
	}
	cr_expect(eq(u64, a->average_bytes, row->average), "%s", row->why);
	past_fini(&past);
}

/* oomd.md 0.3: how oomd takes every new cgroup for a growing one. */
Test(history, oomd_warm_up_is_what_oomd_prints)
{
	static const char *const growths[] = { "4.00", "2.29", "1.73", "1.46", "1.31", "1.22" };
	char text[16];
	struct past past;

	past_init(&past, (struct history_options){ .oomd_warm_up = true, .tick_ns = SECOND });
	for (size_t i = 0; i < ARRAY_SIZE(growths); i++) {
		const struct cgroup *a = past_sample(&past, (i + 1) * SECOND, 100 << 20);

		snprintf(text, sizeof(text), "%.2f", cgroup_growth(a));
		cr_expect(eq(str, text, (char *)growths[i]), "tick %zu", i);
	}
	past_fini(&past);
}

/* pgscan grows by 1 a millisecond; what is its rate when samples come like this? */
static const struct {
	const char *why;
	uint64_t at_ms[8]; /* up to the first 0 */
	uint64_t rate;
} rates[] = {
	{ "first sight: unknown", { 1000 }, 0 },
	{ "time does not go backwards", { 10000, 9000 }, 0 },
	{ "a tick", { 1000, 6000 }, 5000 },
	{ "a tick after a tick", { 1000, 6000, 11000 }, 5000 },
	{ "half a tick after a tick", { 1000, 6000, 8500 }, 2500 },
	{ "a bit late, a bit early", { 1000, 6010, 11000, 16005 }, 5005 },
	{ "an hour", { 1000, 3601000 }, 3600000 },
	{ "soon after first sight: since then", { 1000, 1010 }, 10 },
	{ "in a hurry: not since the last one", { 1000, 6000, 6010 }, 5010 },
	{ "in a hurry, for longer", { 1000, 6000, 6010, 6020, 6030 }, 5030 },
	{ "in a hurry after half a tick", { 1000, 6000, 6010, 8500, 8510 }, 2510 },
	{ "the same time again is the same sample", { 1000, 6000, 6000 }, 5000 },
};

TABLE_TEST(history, rates, rates, row)
{
	const struct history_options options = {
		.io = { [BOOMD_DEVICE_HDD] = { .read_bytes = 2 } },
	};
	struct cgroup *a = NULL;
	struct past past;
	size_t i;

	past_init(&past, options);
	for (i = 0; i < 8 && row->at_ms[i]; i++) {
		past.row->pgscan_pages = row->at_ms[i];
		past.row->io[BOOMD_DEVICE_HDD].read_bytes = row->at_ms[i];
		a = past_sample(&past, row->at_ms[i] * 1000000, 1);
	}
	cr_expect(eq(u64, a->pgscan_rate_pages, row->rate), "%s", row->why);
	cr_expect(ieee_ulp_eq(dbl, a->io_cost_rate, 2.0 * (double)row->rate, 1), "%s", row->why);
	past_fini(&past);
}

Test(history, io_cost_is_the_weighted_sum_of_both_classes)
{
	const struct history_options options = {
		.io = {
			[BOOMD_DEVICE_SSD] = { 1, 10, 100, 1000, 10000, 100000 },
			[BOOMD_DEVICE_HDD] = { .write_ios = 0.5 },
		},
	};
	struct cgroup *a;
	struct past past;

	past_init(&past, options);
	past.row->io[BOOMD_DEVICE_SSD] = (struct boomd_io){ 1, 2, 3, 4, 5, 6 };
	past.row->io[BOOMD_DEVICE_HDD] = (struct boomd_io){ 9, 9, 9, 9, 9, 9 };
	a = past_sample(&past, TICK, 1);
	cr_expect(ieee_ulp_eq(dbl, a->io_cost, 654325.5, 1));
	cr_expect(ieee_ulp_eq(dbl, a->io_cost_rate, 0, 1), "unknown at first sight");
	past.row->io[BOOMD_DEVICE_SSD].read_ios += 42;
	a = past_sample(&past, 2 * TICK, 1);
	cr_expect(ieee_ulp_eq(dbl, a->io_cost_rate, 42, 1));
	past.row->io[BOOMD_DEVICE_HDD] = (struct boomd_io){ 0 };
	past.row->pgscan_pages = 0;
	a = past_sample(&past, 3 * TICK, 1);
	cr_expect(ieee_ulp_eq(dbl, a->io_cost_rate, 0, 1), "a device was taken away");
	past_fini(&past);
}

Test(history, time_that_goes_backwards_is_no_time)
{
	struct past past;

	past_init(&past, (struct history_options){ 0 });
	past.row->pgscan_pages = 100;
	past_sample(&past, 10 * TICK, 1000);
	past.row->pgscan_pages = 150;
	cr_expect(eq(u64, past_sample(&past, 9 * TICK, 9999)->average_bytes, 1000));
	past.row->pgscan_pages = 200;
	cr_expect(eq(u64, past_sample(&past, 11 * TICK, 2000)->average_bytes, 1250));
	cr_expect(eq(u64, cgroup_tree_by_path(past.made.tree, "a")->pgscan_rate_pages, 100),
		  "since the sample a tick ago, not since the one that came from the past");
	past_fini(&past);
}

Test(history, counters_that_go_backwards_are_no_rate)
{
	struct past past;

	past_init(&past, (struct history_options){ 0 });
	past.row->pgscan_pages = 100;
	past_sample(&past, TICK, 1);
	past.row->pgscan_pages = 99;
	cr_expect(zero(u64, past_sample(&past, 2 * TICK, 1)->pgscan_rate_pages));
	past.row->pgscan_pages = 109;
	cr_expect(eq(u64, past_sample(&past, 3 * TICK, 1)->pgscan_rate_pages, 10));
	past_fini(&past);
}

Test(history, says_what_it_has_seen_before)
{
	struct cgroup *a;
	struct past past;

	past_init(&past, (struct history_options){ 0 });
	cr_expect(not(past_sample(&past, TICK, 1000)->has_history));
	cr_expect(not(past_sample(&past, TICK, 1000)->has_history), "the same sample");
	cr_expect(past_sample(&past, TICK + 1, 1000)->has_history);
	made_tree_add(&past.made, "b");
	a = past_sample(&past, 2 * TICK, 1000);
	cr_expect(a->has_history);
	cr_expect(not(cgroup_tree_by_path(past.made.tree, "b")->has_history), "new");
	cr_expect(cgroup_tree_root(past.made.tree)->has_history);
	past_fini(&past);
}

/* What makes of an id, seen before with 1000 bytes, another cgroup: then its average is its own. */
static const struct {
	const char *why, *name;
	uint64_t parent_id;
	bool gone_between; /* there was a sample without it */
	bool has_history;
} reuses[] = {
	{ "another name", "b", 1, false, false },
	{ "another parent", "a", 3, false, false },
	{ "gone meanwhile", "a", 1, true, false },
	{ "the same", "a", 1, false, true },
};

TABLE_TEST(history, ids_used_again, reuses, row)
{
	const struct boomd_row b = { .id = 3, .parent_id = 1, .level = 1 };
	struct cgroup *cgroup;
	struct past past;

	past_init(&past, (struct history_options){ 0 });
	made_tree_row(&past.made, "other", b);
	past_sample(&past, TICK, 1000);
	if (row->gone_between) {
		past.row->id = 99;
		past_sample(&past, TICK + 1, 1000);
		past.row->id = 2;
	}
	free((char *)past.made.names[1]);
	past.made.names[1] = strdup(row->name);
	past.row->parent_id = row->parent_id;
	past_sample(&past, 2 * TICK, 3000);
	cgroup = cgroup_tree_by_id(past.made.tree, 2);
	cr_assert(ne(ptr, cgroup, NULL));
	cr_expect(eq(int, cgroup->has_history, row->has_history), "%s", row->why);
	cr_expect(eq(u64, cgroup->average_bytes, row->has_history ? 1500 : 3000), "%s", row->why);
	past_fini(&past);
}

Test(history, a_full_table_leaves_the_rest_without_a_past)
{
	struct past past;
	struct cgroup *b;

	past_init(&past, (struct history_options){ .max_cgroups = 2 }); /* the root and "a" */
	made_tree_add(&past.made, "b")->memory_bytes = 500;
	past_sample(&past, TICK, 1000);
	cr_expect(eq(u64, past_sample(&past, 2 * TICK, 2000)->average_bytes, 1250));
	b = cgroup_tree_by_path(past.made.tree, "b");
	cr_expect(not(b->has_history));
	cr_expect(eq(u64, b->average_bytes, 500), "as at first sight");
	past_fini(&past);
}

Test(history, an_empty_tree_forgets_all)
{
	struct past past;

	past_init(&past, (struct history_options){ 0 });
	past_sample(&past, TICK, 1000);
	past.made.rows[0].id = 0; /* no root, no tree */
	cr_expect(zero(int, made_tree_build(&past.made)));
	history_sample(past.history, past.made.tree, TICK + 1);
	past.made.rows[0].id = 1;
	cr_expect(not(past_sample(&past, TICK + 2, 1000)->has_history));
	history_free(NULL);
	past_fini(&past);
}
