/* SPDX-License-Identifier: GPL-2.0-only */
/* Puppets: see puppets.h. */
#include "unit/engine/puppets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/decision.h"

static int last_turn, actions_run;

static void puppet_prerun(void *state, const struct moment *now)
{
	struct puppet *puppet = state;

	(void)now;
	puppet->nr_preruns++;
}

static void puppet_decide(const struct puppet *puppet, const struct moment *now)
{
	struct decision *decision = now->evaluation->decision;
	const struct kill_request request = { .cgroup_id = 7, .path = "p", .uuid = "u" };

	decision->outcome = puppet->reports;
	decision->victim_id = request.cgroup_id;
	if (puppet->kills)
		now->evaluation->killer->ops->kill(now->evaluation->killer, &request,
						   &decision->kill);
}

static enum verdict puppet_run(void *state, const struct moment *now)
{
	struct puppet *puppet = state;

	puppet->nr_runs++;
	puppet->turn = ++last_turn;
	puppet->group_seen = now->group;
	if (puppet->wake_after_ns)
		moment_wake_at(now, now->now_ns + puppet->wake_after_ns);
	if (puppet->nr_pauses > 0) {
		puppet->nr_pauses--;
		return VERDICT_PAUSED;
	}
	if (puppet->reports)
		puppet_decide(puppet, now);
	if (puppet->pause_s >= 0)
		now->evaluation->pause_s = puppet->pause_s;
	return puppet->verdict;
}

static enum verdict puppet_run_action(void *state, const struct moment *now)
{
	actions_run++;
	return puppet_run(state, now);
}

int puppet_actions_run(void)
{
	return actions_run;
}

static int puppet_init(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	struct puppet *puppet = state;

	(void)env, (void)ret_error;
	puppet->pause_s = -1;
	return 0;
}

static const struct plugin puppet_detect = {
	.api = PLUGIN_API, .kind = PLUGIN_DETECT, .name = "puppet_detector", .about = "",
	.any_args = true, .state_size = sizeof(struct puppet), .init = puppet_init,
	.prerun = puppet_prerun, .run = puppet_run,
};

static const struct plugin puppet_act = {
	.api = PLUGIN_API, .kind = PLUGIN_ACT, .name = "puppet_action", .about = "",
	.any_args = true, .state_size = sizeof(struct puppet), .init = puppet_init,
	.prerun = puppet_prerun, .run = puppet_run_action,
};

static struct instance *instances(const struct plugin *plugin, size_t nr)
{
	struct instance *all = calloc(nr + 1, sizeof(*all));
	struct plugin_env env = { 0 };
	struct plugin_error error;

	for (size_t i = 0; i < nr; i++)
		if (instance_new(plugin, &all[i]) || instance_init(&all[i], &env, &error))
			abort();
	return all;
}

static void make_group(struct detector_group *group, size_t number, size_t nr_detectors)
{
	char name[32] = "g";

	if (number)
		snprintf(name, sizeof(name), "g%zu", number);
	group->name = strdup(name);
	group->detectors = instances(&puppet_detect, nr_detectors);
	group->nr_detectors = nr_detectors;
}

size_t puppet_add_ruleset(struct rules *rules, size_t nr_detectors, size_t nr_actions)
{
	size_t number = rules->nr_rulesets++;
	struct ruleset *ruleset;

	rules->rulesets = realloc(rules->rulesets, rules->nr_rulesets * sizeof(*rules->rulesets));
	ruleset = &rules->rulesets[number];
	*ruleset = (struct ruleset){ .name = strdup("r"), .post_action_delay_s = 15,
				     .silence_engine = true, .nr_groups = 1,
				     .nr_actions = nr_actions, .resume_action = nr_actions };
	ruleset->groups = calloc(1, sizeof(*ruleset->groups));
	make_group(ruleset->groups, 0, nr_detectors);
	ruleset->actions = instances(&puppet_act, nr_actions);
	return number;
}

size_t puppet_add_group(struct rules *rules, size_t ruleset_number)
{
	struct ruleset *ruleset = &rules->rulesets[ruleset_number];
	size_t number = ruleset->nr_groups++;

	ruleset->groups = realloc(ruleset->groups, ruleset->nr_groups * sizeof(*ruleset->groups));
	ruleset->groups[number] = (struct detector_group){ 0 };
	make_group(&ruleset->groups[number], number, 1);
	return number;
}

struct rules *puppet_rules(size_t nr_detectors, size_t nr_actions)
{
	struct rules *rules = calloc(1, sizeof(*rules));

	puppet_add_ruleset(rules, nr_detectors, nr_actions);
	return rules;
}

static void take_over(struct instance **all, size_t nr, const struct plugin *plugin)
{
	for (size_t i = 0; i < nr; i++)
		instance_free(&(*all)[i]);
	free(*all);
	*all = instances(plugin, nr);
}

void puppet_take_over(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->nr_groups; i++)
		take_over(&ruleset->groups[i].detectors, ruleset->groups[i].nr_detectors,
			  &puppet_detect);
	take_over(&ruleset->actions, ruleset->nr_actions, &puppet_act);
}

struct puppet *puppet_detector(struct rules *rules, size_t ruleset, size_t group, size_t i)
{
	return rules->rulesets[ruleset].groups[group].detectors[i].state;
}

struct puppet *puppet_action(struct rules *rules, size_t ruleset, size_t i)
{
	return rules->rulesets[ruleset].actions[i].state;
}
