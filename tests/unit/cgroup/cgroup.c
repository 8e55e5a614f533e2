/* SPDX-License-Identifier: GPL-2.0-only */
/* The values of a cgroup: protection, preference, growth, pressure. */
#include <string.h>

#include "table_test.h"
#include "unit/cgroup/made_tree.h"

/* oomd's own test (oomd.md 5.3), and what happens at its edges. */
static const struct {
	const char *why, *path;
	uint64_t usage, low, min;
	uint64_t protection;
} protections[] = {
	{ "first level: what it claims", "A", 10000, 2000, 2500, 2500 },
	{ "second level, the parent has enough", "A/B", 1000, 250, 200, 250 },
	{ "it cannot claim more than it uses", "A/E", 250, 1000, 200, 250 },
	{ "no usage, no protection", "A/B/C", 0, 250, 200, 0 },
	{ "no limit, no protection", "A/B/D", 1000, 0, 0, 0 },
	{ "two fifths of what the parent has", "A/E/F", 2000, 2000, 2000, 100 },
	{ "three fifths of what the parent has", "A/E/G", 3000, 3000, 3000, 150 },
	{ "the parent has none", "H/I", 1000, 500, 0, 0 },
	{ "\"max\" is all of its usage", "J", 700, BOOMD_MAX, 0, 700 },
	{ "the only child gets no more than it claims", "J/K", 100, 50, 0, 50 },
	{ "usage that no machine has", "L", BOOMD_MAX, BOOMD_MAX, 0, BOOMD_MAX },
	{ "claims whose sum does not fit", "L/M", BOOMD_MAX, BOOMD_MAX, 0, BOOMD_MAX },
	{ "claims whose sum does not fit, the other", "L/N", BOOMD_MAX, BOOMD_MAX, 0, BOOMD_MAX },
};

TABLE_TEST(cgroup, protections, protections, row)
{
	struct made_tree made;
	struct cgroup *cgroup;

	made_tree_init(&made);
	for (size_t i = 0; i < ARRAY_SIZE(protections); i++) {
		struct boomd_row *each = made_tree_add(&made, protections[i].path);

		each->memory_bytes = protections[i].usage;
		each->low_bytes = protections[i].low;
		each->min_bytes = protections[i].min;
	}
	made_tree_build(&made);
	cgroup = cgroup_tree_by_path(made.tree, row->path);
	cr_assert(ne(ptr, cgroup, NULL));
	cr_expect(eq(u64, cgroup->protection_bytes, row->protection), "%s", row->why);
	cr_expect(eq(u64, cgroup->effective_bytes, row->usage - row->protection), "%s", row->why);
	made_tree_fini(&made);
}

Test(cgroup, the_root_is_protected_whole)
{
	struct made_tree made;

	made_tree_init(&made);
	made.rows[0].memory_bytes = 123456;
	made_tree_build(&made);
	cr_expect(eq(u64, cgroup_tree_root(made.tree)->protection_bytes, 123456));
	cr_expect(zero(u64, cgroup_tree_root(made.tree)->effective_bytes));
	made_tree_fini(&made);
}

static const struct {
	const char *why;
	uint32_t bits;
	enum preference preference;
	const char *name;
} preferences[] = {
	{ "bits that mean nothing", 0xfffffff0, PREFERENCE_NORMAL, "NORMAL" },
	{ "none", 0, PREFERENCE_NORMAL, "NORMAL" },
	{ "user avoid", BOOMD_USER_AVOID, PREFERENCE_AVOID, "AVOID" },
	{ "trusted avoid", BOOMD_TRUSTED_AVOID, PREFERENCE_AVOID, "AVOID" },
	{ "user prefer", BOOMD_USER_PREFER, PREFERENCE_PREFER, "PREFER" },
	{ "trusted prefer", BOOMD_TRUSTED_PREFER, PREFERENCE_PREFER, "PREFER" },
	{ "trusted prefer comes first",
	  BOOMD_TRUSTED_PREFER | BOOMD_USER_AVOID | BOOMD_TRUSTED_AVOID, PREFERENCE_PREFER,
	  "PREFER" },
	{ "user prefer comes before trusted avoid", BOOMD_USER_PREFER | BOOMD_TRUSTED_AVOID,
	  PREFERENCE_PREFER, "PREFER" },
	{ "all of them", 0xffffffff, PREFERENCE_PREFER, "PREFER" },
};

TABLE_TEST(cgroup, preferences, preferences, row)
{
	const struct boomd_row facts = { .preference = row->bits };
	const struct cgroup cgroup = { .row = &facts };

	cr_expect(eq(int, cgroup_preference(&cgroup), row->preference), "%s", row->why);
	cr_expect(eq(str, (char *)preference_name(cgroup_preference(&cgroup)), (char *)row->name),
		  "%s", row->why);
}

static const struct {
	const char *why;
	uint64_t usage, average;
	double growth;
} growths[] = {
	{ "an average of 0 is no growth", 100, 0, 0 },
	{ "nothing, and nothing before", 0, 0, 0 },
	{ "gone", 0, 100, 0 },
	{ "half of it", 50, 100, 0.5 },
	{ "oomd's 21 of 20", 21, 20, 1.05 },
	{ "four times", 400, 100, 4 },
};

TABLE_TEST(cgroup, growths, growths, row)
{
	const struct boomd_row facts = { .memory_bytes = row->usage };
	const struct cgroup cgroup = { .row = &facts, .average_bytes = row->average };

	cr_expect(ieee_ulp_eq(dbl, cgroup_growth(&cgroup), row->growth, 1), "%s", row->why);
}

Test(cgroup, pressure_is_percent)
{
	struct boomd_row facts = { 0 };
	const struct cgroup cgroup = { .row = &facts };
	double percent;

	facts.psi[BOOMD_RESOURCE_IO][BOOMD_STALL_FULL].avg[BOOMD_AVG60] = 80 << 11 | 1 << 10;
	percent = cgroup_psi_percent(&cgroup, BOOMD_RESOURCE_IO, BOOMD_STALL_FULL, BOOMD_AVG60);
	cr_expect(ieee_ulp_eq(dbl, percent, 80.5, 0));
	percent = cgroup_psi_percent(&cgroup, BOOMD_RESOURCE_IO, BOOMD_STALL_FULL, BOOMD_AVG300);
	cr_expect(ieee_ulp_eq(dbl, percent, 0, 0));
	percent = cgroup_psi_percent(&cgroup, BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL, BOOMD_AVG60);
	cr_expect(ieee_ulp_eq(dbl, percent, 0, 0));
}
