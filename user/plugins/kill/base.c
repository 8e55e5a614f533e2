/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all kill plugins have in common: a plugin says in which order siblings die and why, and
 * everything else is done here. Semantics are oomd's (BaseKillPlugin.cpp); the differences are
 * that boomd never kills itself, that nothing here waits, and that there is a record of it.
 */
#include "plugins/kill/search.h"

static enum attempt kill_best(struct search *search)
{
	enum attempt attempt = ATTEMPT_FAILED;
	const struct candidate *target;

	while (attempt == ATTEMPT_FAILED && (target = walk_next(search)))
		attempt = attempt_kill(search, target);
	return attempt;
}

static enum attempt begin(struct search *search)
{
	record_begin(search);
	walk_begin(search);
	return kill_best(search);
}

/*
 * The same victim, without another hook; after it, the others in the order they were ranked in. One
 * who went while its hook ran has given its memory back by itself: nobody dies in its place before
 * the detectors have had another look.
 */
static enum attempt resume(struct search *search)
{
	struct kill_pause *pause = search->instance->pause;
	const struct candidate *target;
	enum attempt attempt = ATTEMPT_FAILED;
	uint64_t id = pause->victim_id;
	bool gone = true;

	if (!hook_over(search, pause))
		return ATTEMPT_PAUSED;
	target = pause_restore(pause, search);
	kill_base_cancel(search->instance);
	if (target)
		attempt = attempt_after_hook(search, target, &gone);
	else
		gone = !search->short_of_memory;
	if (gone)
		record_gone(search, id);
	else if (attempt == ATTEMPT_FAILED)
		attempt = kill_best(search);
	return attempt;
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
	enum attempt attempt = instance->pause ? resume(&search) : begin(&search);

	if (attempt != ATTEMPT_PAUSED)
		record_end(&search, attempt == ATTEMPT_KILLED);
	arena_release(evaluation->arena, mark);
	if (attempt == ATTEMPT_PAUSED)
		return VERDICT_PAUSED;
	if (attempt == ATTEMPT_FAILED || args->always_continue)
		return VERDICT_CONTINUE;
	if (args->post_action_delay_s >= 0)
		evaluation->pause_s = args->post_action_delay_s;
	return VERDICT_STOP;
}
