/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all kill plugins have in common: a plugin says in which order siblings die and why, and
 * everything else is done here. Semantics are oomd's (BaseKillPlugin.cpp); the differences are
 * that boomd never kills itself, that nothing here waits, and that there is a record of it.
 */
#include "plugins/kill/search.h"

static bool kill_best(struct search *search)
{
	const struct candidate *target;

	walk_begin(search);
	while ((target = walk_next(search)))
		if (attempt_kill(search, target))
			return true;
	return false;
}

enum verdict kill_base_run(struct instance *instance, const struct moment *now)
{
	const struct kill_args *args = instance->kill;
	struct evaluation *evaluation = now->evaluation;
	size_t mark = arena_mark(evaluation->arena);
	struct search search = {
		.instance = instance,
		.now = now,
		.decision = evaluation->decision,
		.own = cgroup_tree_by_id(now->tree, now->own_cgroup_id),
	};
	bool killed;

	record_begin(&search);
	killed = kill_best(&search);
	record_end(&search, killed);
	arena_release(evaluation->arena, mark);
	if (!killed || args->always_continue)
		return VERDICT_CONTINUE;
	if (args->post_action_delay_s >= 0)
		evaluation->pause_s = args->post_action_delay_s;
	return VERDICT_STOP;
}
