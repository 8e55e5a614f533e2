/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Semantics of oomd's Ruleset.cpp (oomd.md 2.2), with time as an argument.
 *
 * A detector group fires if none of its detectors says STOP; the first one that fires gives its name
 * to the kill. STOP of an action pauses the ruleset: by the plugin's own post_action_delay if it
 * has one, else by the ruleset's.
 *
 * A chain that goes on later (an action was PAUSED, or a kill had to be verified first) differs from
 * oomd, which then kills whatever the detectors say (oomd.md 0.15): its kill actions need a group
 * that fires now. What else is in it goes on as in oomd: an action that has begun must see its end.
 */
#include "engine/ruleset.h"

#include <string.h>

#include "engine/clones.h"
#include "log.h"
#include "report/decision.h"
#include "report/stats.h"

#define NS_PER_S 1000000000ULL

/*
 * So long a kill waits for a group to fire again before its chain is dropped. Not at the first
 * silence: a psi_trigger of a 500 ms window, or memory_reclaim between two scans, is silent at one
 * look of several although the pressure goes on, and an action that needs two looks at a time apart
 * (kill_by_pg_scan) would never come to its second. While a group goes on firing now and then, each
 * such look goes on with the chain; nobody is killed at a silent one. Longer than any fold of PSI (2 s),
 * and no longer than oomd's own tick, after which its second look would come.
 */
#define PATIENCE_NS (5 * NS_PER_S)

/* What a chain of actions needs to know of the evaluation it runs in. */
struct turn {
	bool may_act; /* nothing is being verified, also not what was killed in this turn */
	bool fires;   /* a group of this ruleset does, now */
	uint64_t retry_ns;
	ruleset_acted_fn acted;
	void *user;
};

static void prerun(struct ruleset *ruleset, const struct moment *now)
{
	for (size_t i = 0; i < ruleset->nr_groups; i++)
		for (size_t j = 0; j < ruleset->groups[i].nr_detectors; j++)
			instance_prerun(&ruleset->groups[i].detectors[j], now);
	for (size_t i = 0; i < ruleset->nr_actions; i++)
		instance_prerun(&ruleset->actions[i], now);
}

/* No short circuit: detectors keep windows, and one that is not asked would miss its time. */
static bool group_fires(struct detector_group *group, const struct moment *now)
{
	bool fires = true;

	for (size_t i = 0; i < group->nr_detectors; i++)
		if (instance_run(&group->detectors[i], now) == VERDICT_STOP)
			fires = false;
	return fires;
}

static const char *first_firing(struct ruleset *ruleset, const struct moment *now)
{
	const char *first = NULL;

	for (size_t i = 0; i < ruleset->nr_groups; i++)
		if (group_fires(&ruleset->groups[i], now) && !first)
			first = ruleset->groups[i].name;
	return first;
}

static void pause_ruleset(struct ruleset *ruleset, const struct moment *now)
{
	int64_t own_s = now->evaluation->pause_s;
	int64_t delay_s = own_s >= 0 ? own_s : ruleset->post_action_delay_s;

	ruleset->pause_until_ns = now->now_ns + (uint64_t)delay_s * NS_PER_S;
}

static const char *verdict_text(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_CONTINUE:
		return "CONTINUE. Continuing action chain.";
	case VERDICT_STOP:
		return "STOP. Terminating action chain.";
	case VERDICT_PAUSED:
		return "ASYNC. Yielding action chain.";
	}
	return "";
}

/* As oomd counts: of drop-ins, and also when an action ended the chain. */
static void count_end(const struct ruleset *ruleset)
{
	if (ruleset->is_drop_in)
		stats_add(STATS_DROPIN_FIRED, 1);
}

static enum verdict run_action(struct ruleset *ruleset, size_t i, struct moment *now,
			       struct turn *turn)
{
	struct instance *action = &ruleset->actions[i];
	enum verdict verdict;

	if (!ruleset->silence_engine)
		log_info("Running Action=%s", action->plugin->name);
	now->evaluation->pause_s = -1;
	verdict = instance_run(action, now);
	turn->may_act = turn->acted(turn->user, now);
	if (!ruleset->silence_engine)
		log_info("Action=%s returned %s", action->plugin->name, verdict_text(verdict));
	return verdict;
}

static void resume_at(struct ruleset *ruleset, size_t i, const struct moment *now)
{
	ruleset->resume_action = i;
	ruleset->resume_group = now->group;
}

/* Nobody may be killed for what a group said some time ago. */
static bool must_wait(const struct ruleset *ruleset, size_t i, const struct turn *turn)
{
	return !turn->fires && ruleset->actions[i].kill;
}

/* Its chain stays where it is until then, or is dropped when that was in vain. */
static void wait_for_a_group(struct ruleset *ruleset, const struct moment *now)
{
	struct instance *action = &ruleset->actions[ruleset->resume_action];

	if (!ruleset->quiet_since_ns)
		ruleset->quiet_since_ns = now->now_ns;
	if (now->now_ns - ruleset->quiet_since_ns < PATIENCE_NS) {
		moment_wake_at(now, ruleset->quiet_since_ns + PATIENCE_NS);
		return;
	}
	if (!ruleset->silence_engine)
		log_info("No DetectorGroup of Ruleset=%s fires any more. Dropping action chain at "
			 "Action=%s",
			 ruleset->name, action->plugin->name);
	instance_cancel(action);
	ruleset->resume_action = ruleset->nr_actions;
	ruleset->quiet_since_ns = 0;
}

static void run_chain(struct ruleset *ruleset, size_t from, struct moment *now, struct turn *turn)
{
	ruleset->resume_action = ruleset->nr_actions;
	for (size_t i = from; i < ruleset->nr_actions; i++) {
		if (must_wait(ruleset, i, turn)) {
			resume_at(ruleset, i, now);
			wait_for_a_group(ruleset, now);
			return;
		}
		if (!turn->may_act) { /* always_continue: not from the snapshot in which the victim lived */
			resume_at(ruleset, i, now);
			return;
		}
		switch (run_action(ruleset, i, now, turn)) {
		case VERDICT_CONTINUE:
			break;
		case VERDICT_STOP:
			pause_ruleset(ruleset, now);
			count_end(ruleset);
			return;
		case VERDICT_PAUSED:
			resume_at(ruleset, i, now);
			return;
		}
	}
	count_end(ruleset);
}

static void run(struct ruleset *ruleset, struct moment *now, struct turn *turn)
{
	bool resuming = ruleset->resume_action < ruleset->nr_actions;
	const char *fired;

	now->ruleset = ruleset->name;
	now->group = "";
	now->silent = ruleset->silence_plugins;
	fired = first_firing(ruleset, now);
	turn->fires = fired != NULL;
	if (fired)
		ruleset->quiet_since_ns = 0;
	if (!fired && !resuming)
		return;
	if (now->now_ns < ruleset->pause_until_ns) {
		moment_wake_at(now, ruleset->pause_until_ns);
		return;
	}
	if (!turn->may_act) /* the end of the verification asks again */
		return;
	if (resuming && must_wait(ruleset, ruleset->resume_action, turn)) {
		wait_for_a_group(ruleset, now);
		return;
	}
	now->group = resuming ? ruleset->resume_group : fired;
	if (!resuming)
		ruleset->hooks_until_ns = now->now_ns + (uint64_t)ruleset->prekill_hook_timeout_s * NS_PER_S;
	now->hooks_until_ns = ruleset->hooks_until_ns;
	if (!ruleset->silence_engine)
		log_info("DetectorGroup=%s has fired for Ruleset=%s with ruleset cgroup `%s`. "
			 "Running action chain%s",
			 now->group, ruleset->name, ruleset->cgroup ? ruleset->cgroup : "",
			 resuming ? " from state." : ".");
	run_chain(ruleset, resuming ? ruleset->resume_action : 0, now, turn);
	/* a pause of 0 s must not become a busy loop while the group goes on firing */
	if (ruleset->pause_until_ns > now->now_ns + turn->retry_ns)
		moment_wake_at(now, ruleset->pause_until_ns);
	else
		moment_wake_at(now, now->now_ns + turn->retry_ns);
}

/* The moment as the clone sees it; false: its cgroup has just gone, and so will the clone. */
static bool moment_enter(struct moment *now, const struct clone *clone)
{
	now->ruleset_cgroup = cgroup_tree_by_id(now->tree, clone->cgroup_id);
	return now->ruleset_cgroup != NULL;
}

void ruleset_prerun(struct ruleset *ruleset, struct moment *now)
{
	struct clones *clones = ruleset->clones;

	if (!clones)
		prerun(ruleset, now);
	for (size_t i = 0; clones && i < clones->nr_items; i++)
		if (moment_enter(now, clones->items[i]))
			prerun(&clones->items[i]->ruleset, now);
	now->ruleset_cgroup = NULL;
}

static void run_clones(const struct clones *clones, bool only_fresh, struct moment *now,
		       struct turn *turn)
{
	for (size_t i = 0; i < clones->nr_items; i++) {
		struct clone *clone = clones->items[i];

		if ((only_fresh && !clone->is_fresh) || !moment_enter(now, clone))
			continue;
		if (only_fresh)
			prerun(&clone->ruleset, now);
		run(&clone->ruleset, now, turn);
	}
	now->ruleset_cgroup = NULL;
}

void ruleset_run(struct ruleset *ruleset, struct moment *now, bool may_act, uint64_t retry_ns,
		 ruleset_acted_fn acted, void *user)
{
	struct turn turn = { may_act, false, retry_ns, acted, user };

	if (ruleset->clones)
		run_clones(ruleset->clones, false, now, &turn);
	else
		run(ruleset, now, &turn);
}

void ruleset_run_fresh(struct ruleset *ruleset, struct moment *now, bool may_act,
		       uint64_t retry_ns, ruleset_acted_fn acted, void *user)
{
	struct turn turn = { may_act, false, retry_ns, acted, user };

	run_clones(ruleset->clones, true, now, &turn);
}
