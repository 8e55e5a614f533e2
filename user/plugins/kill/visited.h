/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroups a walk has been at: a bit for each. Patterns may overlap ("a,a/b"); this is what
 * keeps a walk linear then. Cgroups lie in one array in the tree's order, so a place is a number.
 */
#ifndef PLUGINS_KILL_VISITED_H
#define PLUGINS_KILL_VISITED_H

#include <stdbool.h>
#include <stdint.h>

#include "plugins/plugin.h"

struct visited {
	const struct cgroup *first;
	uint8_t *bits; /* NULL: nobody is remembered */
};

/* From the moment's arena; without room for it nobody is remembered, which costs time only. */
static inline void visited_begin(struct visited *visited, const struct moment *now)
{
	visited->first = cgroup_tree_root(now->tree);
	visited->bits = arena_alloc(now->evaluation->arena, cgroup_tree_size(now->tree) / 8 + 1);
}

/* true: asked for this one before. */
static inline bool visited_before(struct visited *visited, const struct cgroup *cgroup)
{
	size_t place = (size_t)(cgroup - visited->first);
	uint8_t bit = (uint8_t)(1U << place % 8);
	bool before;

	if (!visited->bits)
		return false;
	before = visited->bits[place / 8] & bit;
	visited->bits[place / 8] |= bit;
	return before;
}

#endif
