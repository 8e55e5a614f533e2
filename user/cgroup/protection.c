/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory protection as oomd has it (CgroupContext.cpp:395-440; oomd.md section 4).
 *
 * A cgroup claims min(usage, max(min, low)). On the first level below the root it gets what it
 * claims. Deeper, siblings share what their parent gets: when they claim more than that, each one
 * gets its proportion. This is not the kernel's rule (no memory_recursiveprot: below a parent
 * without protection nobody has any), but it is what oomd's rankings are defined by. oomd computes
 * the proportion in floating point and cuts it off; so do we, to agree to the byte.
 */
#include "cgroup/protection.h"

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t protection_claim(const struct cgroup *cgroup)
{
	const struct boomd_row *row = cgroup->row;
	uint64_t wanted = row->min_bytes > row->low_bytes ? row->min_bytes : row->low_bytes;

	return min_u64(row->memory_bytes, wanted);
}

static void protection_set(struct cgroup *cgroup, uint64_t bytes)
{
	cgroup->protection_bytes = bytes;
	cgroup->effective_bytes = cgroup->row->memory_bytes - bytes;
}

static void protection_share(struct cgroup *parent)
{
	uint64_t claims = 0;
	double share;

	for (struct cgroup *child = parent->first_child; child; child = child->next_sibling)
		if (__builtin_add_overflow(claims, protection_claim(child), &claims))
			claims = UINT64_MAX;
	/* claims of 0 make every child's part 0, whatever the share */
	share = claims ? (double)parent->protection_bytes / (double)claims : 1.0;
	for (struct cgroup *child = parent->first_child; child; child = child->next_sibling) {
		uint64_t claim = protection_claim(child);

		if (parent->parent && share < 1.0)
			claim = (uint64_t)((double)claim * share);
		protection_set(child, min_u64(claim, child->row->memory_bytes));
	}
}

void protection_fill(struct cgroup_tree *tree)
{
	struct cgroup *cgroup = cgroup_tree_root(tree);

	if (cgroup)
		protection_set(cgroup, cgroup->row->memory_bytes);
	for (size_t i = 0; (cgroup = cgroup_tree_at(tree, i)); i++)
		protection_share(cgroup);
}
