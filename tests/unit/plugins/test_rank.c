/* SPDX-License-Identifier: GPL-2.0-only */
/* The order in which siblings die. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"
#include "unit/plugins/world.h"

#define NR_MAX 4

static const struct {
	const char *why;
	struct {
		enum preference preference;
		double keys[CANDIDATE_KEYS_MAX];
	} siblings[NR_MAX]; /* "0", "1", ... */
	const char *order;
} orders[] = {
	{ "the highest key dies first", { { 0, { 1 } }, { 0, { 3 } }, { 0, { 2 } }, { 0, { -1 } } },
	  "1203" },
	{ "the second key decides ties", { { 0, { 1, 1 } }, { 0, { 1, 2 } }, { 0, { 0, 9 } }, { 0, { 1, 3 } } },
	  "3102" },
	{ "the third key decides the rest", { { 0, { 1, 1, 1 } }, { 0, { 1, 1, 2 } }, { 0, { 1, 1, 0 } }, { 0, { 1, 2, 0 } } },
	  "3102" },
	{ "ties stay in the tree's order", { { 0, { 1 } }, { 0, { 1 } }, { 0, { 1 } }, { 0, { 1 } } },
	  "0123" },
	{ "preferred first, avoided last, whatever the keys",
	  { { PREFERENCE_AVOID, { 9 } }, { 0, { 5 } }, { PREFERENCE_PREFER, { 1 } }, { 0, { 6 } } },
	  "2310" },
	{ "keys count within a preference",
	  { { PREFERENCE_AVOID, { 1 } }, { PREFERENCE_AVOID, { 2 } }, { PREFERENCE_PREFER, { 1 } },
	    { PREFERENCE_PREFER, { 2 } } },
	  "3210" },
	{ "infinities are numbers", { { 0, { INFINITY } }, { 0, { -INFINITY } }, { 0, { 0 } }, { 0, { 1e300 } } },
	  "0321" },
};

/* Cgroups "0" to "3" in the tree's order, however the ids fell. */
static void make_siblings(struct world *world, const __typeof__(orders[0]) *row,
			  struct candidate *siblings)
{
	for (size_t i = 0; i < NR_MAX; i++) {
		struct cgroup *cgroup = cgroup_tree_at(world->tree, i + 1);
		struct boomd_row *facts = (struct boomd_row *)cgroup->row;

		facts->preference = row->siblings[i].preference == PREFERENCE_PREFER ?
					    BOOMD_USER_PREFER :
				    row->siblings[i].preference == PREFERENCE_AVOID ?
					    BOOMD_TRUSTED_AVOID : 0;
		siblings[i] = (struct candidate){ .cgroup = cgroup, .phase = (int)i };
		memcpy(siblings[i].keys, row->siblings[i].keys, sizeof(siblings[i].keys));
	}
}

static void expect_order(struct world *world, const __typeof__(orders[0]) *row)
{
	struct candidate siblings[NR_MAX];
	char order[NR_MAX + 1] = "";

	make_siblings(world, row, siblings);
	rank_by_keys(&world->now, siblings, NR_MAX);
	for (size_t i = 0; i < NR_MAX; i++)
		order[i] = (char)('0' + siblings[i].phase);
	cr_expect(eq(str, order, (char *)row->order), "%s", row->why);
}

static const struct world_row four[] = {
	{ .path = "0" }, { .path = "1" }, { .path = "2" }, { .path = "3" }, { 0 },
};

TABLE_TEST(rank, orders, orders, row)
{
	static struct world world;

	world_open(&world, four);
	expect_order(&world, row);
	world_close(&world);
}

TABLE_TEST(rank, same_order_without_scratch, orders, row)
{
	static struct world world;

	world_open(&world, four);
	world_leave_arena(&world, 0);
	expect_order(&world, row);
	world_close(&world);
}

/* Both ways of sorting agree on many siblings with few different keys, in n log n comparisons. */
Test(rank, both_ways_agree)
{
	enum { NR = 1000 };
	static struct world world;
	static struct world_row rows[NR + 1];
	static char paths[NR][16];
	static struct candidate siblings[2][NR];
	uint64_t compared;

	for (size_t i = 0; i < NR; i++) {
		snprintf(paths[i], sizeof(paths[i]), "c%zu", i);
		rows[i].path = paths[i];
	}
	world_open(&world, rows);
	for (size_t i = 0; i < NR; i++)
		siblings[0][i] = siblings[1][i] = (struct candidate){
			.cgroup = cgroup_tree_at(world.tree, i + 1),
			.keys = { (double)(i * 7919 % 13) },
		};
	rank_by_keys(&world.now, siblings[0], NR);
	compared = world.evaluation.nr_compared;
	cr_expect(gt(u64, compared, NR - 1));
	cr_expect(le(u64, compared, NR * 10)); /* 2^10 > 1000 */
	world_leave_arena(&world, 0);
	rank_by_keys(&world.now, siblings[1], NR);
	cr_expect(le(u64, world.evaluation.nr_compared - compared, 2 * NR * 10));
	for (size_t i = 0; i < NR; i++)
		cr_expect(siblings[0][i].cgroup == siblings[1][i].cgroup, "place %zu", i);
	world_close(&world);
}

/* A key that is no number must not hang or lead out of the list. */
Test(rank, not_a_number)
{
	static struct world world;
	struct candidate siblings[NR_MAX] = { 0 };

	world_open(&world, four);
	for (int scratch = 1; scratch >= 0; scratch--) {
		if (!scratch)
			world_leave_arena(&world, 0);
		for (size_t i = 0; i < NR_MAX; i++)
			siblings[i] = (struct candidate){ .cgroup = cgroup_tree_at(world.tree, i + 1),
							  .keys = { i % 2 ? NAN : 1 } };
		rank_by_keys(&world.now, siblings, NR_MAX);
		for (size_t i = 0; i < NR_MAX; i++)
			for (size_t j = 0; j < i; j++)
				cr_expect(siblings[i].cgroup != siblings[j].cgroup);
	}
	rank_by_keys(&world.now, siblings, 0);
	rank_by_keys(&world.now, siblings, 1);
	world_close(&world);
}
