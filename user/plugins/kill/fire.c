/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A prekill hook for a kill: fired for a target, waited for, given up. One window for all of a
 * chain's hooks (moment.hooks_until_ns), however many targets there are.
 */
#include "clock.h"
#include "log.h"
#include "plugins/hook/hook.h"
#include "plugins/hook/hooks.h"
#include "plugins/kill/pause.h"
#include "plugins/kill/search.h"

static void record_fired(struct decision *decision, const struct instance *hook,
			 const struct candidate *target)
{
	decision->nr_hooks++;
	decision->hook = (struct decision_hook){ .cgroup_id = target->cgroup->row->id,
						 .fired_ns = clock_now_ns() };
	record_name(decision->hook.name, hook->plugin->name);
}

/* Keeps the search for the evaluation in which the hook is over, or its time is. */
static void pause_here(struct search *search, struct kill_pause *pause,
		       const struct candidate *target)
{
	struct evaluation *evaluation = search->now->evaluation;

	pause_save(pause, search, target);
	search->instance->pause = pause;
	evaluation->paused = &pause->decision;
	search->decision->outcome = DECISION_NONE;
	moment_wake_at(search->now, pause->run.until_ns);
}

bool hook_fire(struct search *search, const struct candidate *target)
{
	const struct moment *now = search->now;
	const struct instance *hook = NULL;
	struct kill_pause *pause = NULL;
	char path[CGROUP_PATH_MAX];

	if (now->hooks && now->now_ns < now->hooks_until_ns)
		hook = hooks_find(now->hooks, target->cgroup);
	if (hook)
		pause = hooks_claim_pause(now->hooks);
	if (!pause) {
		if (hook && !now->silent)
			log_warn("too many kills wait for a pre-kill hook, Ruleset=%s does without",
				 now->ruleset);
		return false;
	}
	record_fired(search->decision, hook, target);
	pause->run = (struct hook_run){ .ops = hook->plugin->hook, .until_ns = now->hooks_until_ns };
	pause->run.ops->fire(hook->state, now,
			     &(struct hook_target){ target->cgroup,
						    cgroup_path(target->cgroup, path, sizeof(path)),
						    search->decision },
			     &pause->run, &search->decision->hook.result);
	if (search->decision->hook.result.end == SPAWN_RUNNING) {
		pause_here(search, pause, target);
		return true;
	}
	pause->used = false;
	return false;
}

static void say(const struct search *search, const char *what)
{
	if (!search->now->silent)
		log_info("%s for Ruleset=%s", what, search->now->ruleset);
}

bool hook_over(struct search *search, struct kill_pause *pause)
{
	struct spawn_result *result = &pause->decision.hook.result;

	if (pause->run.ops->take(&pause->run, result)) {
		pause->run.ops = NULL;
		/* who looks after a command sees its deadline, too, and may be the first to tell */
		say(search, result->end == SPAWN_TIMED_OUT ? "pre-kill hook timed out" :
							     "pre-kill hook finished");
		return true;
	}
	if (search->now->now_ns < pause->run.until_ns) {
		say(search, "Still running pre-kill hook");
		moment_wake_at(search->now, pause->run.until_ns);
		return false;
	}
	pause->run.ops->cancel(&pause->run);
	pause->run.ops = NULL;
	result->end = SPAWN_TIMED_OUT;
	result->finished_ns = clock_now_ns();
	say(search, "pre-kill hook timed out");
	return true;
}

void kill_base_cancel(struct instance *instance)
{
	struct kill_pause *pause = instance->pause;

	if (!pause)
		return;
	if (pause->run.ops)
		pause->run.ops->cancel(&pause->run);
	pause->used = false;
	instance->pause = NULL;
}
