/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Depth first through the tree, best sibling first (oomd BaseKillPlugin.cpp:243-415): siblings are
 * compared with each other and never with those of another subtree, a cgroup that has children is
 * not killed itself when recursive is set, and memory.oom.group makes a leaf of it.
 *
 * Every cgroup is gone into once at most, also when patterns overlap, so that the whole search is
 * bounded by the number of cgroups and costs n log n.
 */
#include "log.h"
#include "plugins/kill/search.h"

static struct arena *arena_of(const struct search *search)
{
	return search->now->evaluation->arena;
}

struct level *level_new(struct search *search, size_t nr)
{
	size_t mark = arena_mark(arena_of(search));
	struct level *level = arena_alloc(arena_of(search), sizeof(*level));

	if (level)
		level->ranked = arena_alloc(arena_of(search), nr * sizeof(*level->ranked));
	if (!level || !level->ranked) {
		arena_release(arena_of(search), mark);
		search->short_of_memory = true;
		return NULL;
	}
	level->mark = mark;
	level->outer = search->level;
	level->depth = search->level ? search->level->depth + 1 : 0;
	return level;
}

static void level_open(struct search *search, struct level *level)
{
	const struct instance *instance = search->instance;

	size_t nr_stay = instance->plugin->rank(instance->state, search->now, level->ranked,
						level->nr_ranked);

	if (nr_stay < level->nr_ranked)
		level->nr_ranked = nr_stay;
	search->level = level;
	dump_level(search, level);
	record_level(search, level);
}

static void level_close(struct search *search)
{
	struct level *level = search->level;

	search->level = level->outer;
	arena_release(arena_of(search), level->mark);
}

void walk_begin(struct search *search)
{
	const struct kill_args *args = search->instance->kill;
	struct cgroup_list list = { 0 };
	struct level *level;

	if (args->recursive)
		visited_begin(&search->visited, search->now);
	if (plugin_resolve(search->now, &args->cgroup, &args->ruleset_cgroup, &list)) {
		search->short_of_memory = true;
		return;
	}
	if (!list.nr_items)
		return;
	level = level_new(search, list.nr_items);
	if (!level)
		return;
	for (size_t i = 0; i < list.nr_items; i++)
		level->ranked[level->nr_ranked++].cgroup = list.items[i];
	level_open(search, level);
}

static bool may_descend(const struct search *search, const struct cgroup *cgroup)
{
	return search->instance->kill->recursive && cgroup->first_child &&
	       !(cgroup->row->flags & BOOMD_ROW_OOM_GROUP);
}

static void descend(struct search *search, const struct candidate *target)
{
	size_t nr_children = 0;
	struct level *level;

	record_picked(search, target);
	record_fate(search, target, CANDIDATE_DESCENDED, 0);
	for (const struct cgroup *c = target->cgroup->first_child; c; c = c->next_sibling)
		nr_children++;
	level = level_new(search, nr_children);
	if (!level)
		return;
	for (const struct cgroup *c = target->cgroup->first_child; c; c = c->next_sibling)
		level->ranked[level->nr_ranked++].cgroup = c;
	level_open(search, level);
}

const struct candidate *walk_next(struct search *search)
{
	while (search->level) {
		struct level *level = search->level;
		const struct candidate *target;

		if (level->next == level->nr_ranked) {
			level_close(search);
			continue;
		}
		target = &level->ranked[level->next++];
		if (visited_before(&search->visited, target->cgroup))
			continue;
		if (!may_descend(search, target->cgroup))
			return target;
		descend(search, target);
	}
	return NULL;
}
