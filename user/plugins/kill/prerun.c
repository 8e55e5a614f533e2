/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every evaluation: shows a kill plugin that wants it each cgroup that it may have to rank, so that
 * its counters over time are fresh when it has to (oomd BaseKillPlugin.h:57-79).
 */
#include "plugins/instance.h"
#include "plugins/kill/visited.h"

/* The cgroup behind this one, parents first, that is still below top; NULL: none is left. */
static const struct cgroup *next_below(const struct cgroup *cgroup, const struct cgroup *top)
{
	if (cgroup->first_child && !(cgroup->row->flags & BOOMD_ROW_OOM_GROUP))
		return cgroup->first_child;
	while (cgroup != top && !cgroup->next_sibling)
		cgroup = cgroup->parent;
	return cgroup == top ? NULL : cgroup->next_sibling;
}

void kill_base_prerun(struct instance *instance, const struct moment *now)
{
	const struct plugin *plugin = instance->plugin;
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	struct visited visited = { 0 };

	if (!plugin->prerun_cgroup)
		return;
	/* no room: what could not be listed now cannot be ranked either, and run() says so */
	(void)plugin_resolve(now, &instance->kill->cgroup, &instance->kill->ruleset_cgroup, &list);
	if (instance->kill->recursive)
		visited_begin(&visited, now);
	for (size_t i = 0; i < list.nr_items; i++) {
		const struct cgroup *top = list.items[i], *c = top;

		for (; c && !visited_before(&visited, c);
		     c = instance->kill->recursive ? next_below(c, top) : NULL)
			plugin->prerun_cgroup(instance->state, now, c);
	}
	arena_release(arena, mark);
}
