/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the configuration as written to rulesets that run. Every mistake is told before giving up,
 * so that an administrator mends a file once and not once per message.
 */
#include "engine/rules.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/compile.h"
#include "engine/compile_hooks.h"
#include "engine/drop_in.h"

int rules_compile(struct config *config, const struct plugin_env *env,
		  struct diagnostics *diagnostics, struct rules **ret_rules)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	int err = 0, hooks_err;

	if (!rules)
		return -ENOMEM;
	rules->rulesets = calloc(config->nr_rulesets + 1, sizeof(*rules->rulesets));
	if (!rules->rulesets) {
		rules_free(rules);
		return -ENOMEM;
	}
	rules->nr_rulesets = config->nr_rulesets;
	for (size_t i = 0; i < config->nr_rulesets; i++) {
		int one = ruleset_compile(&config->rulesets[i], env, diagnostics,
					  &rules->rulesets[i]);

		err = err ? err : one;
	}
	hooks_err = hooks_compile(config->prekill_hooks, config->nr_prekill_hooks, env, diagnostics,
				  &rules->hooks);
	err = err ? err : hooks_err;
	if (!err && diagnostics->nr_errors)
		err = -EINVAL;
	if (err) {
		rules_free(rules);
		return err;
	}
	rules->config = config;
	rules->env = *env;
	*ret_rules = rules;
	return 0;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	while (rules->drop_ins) /* first: they hang on base rulesets */
		drop_in_free(rules_take_drop_in(rules, rules->drop_ins->tag));
	for (size_t i = 0; i < rules->nr_rulesets; i++)
		ruleset_free(&rules->rulesets[i]);
	hook_list_free(&rules->hooks);
	free(rules->rulesets);
	config_free(rules->config);
	free(rules);
}

struct ruleset *rules_next(const struct rules *rules, const struct ruleset *ruleset)
{
	struct ruleset *base = ruleset && ruleset->base ? ruleset->base : NULL;
	size_t i = 0;

	if (base && ruleset->next_drop_in)
		return ruleset->next_drop_in;
	if (base && !base->disable_on_drop_in)
		return base;
	if (ruleset)
		i = (size_t)((base ? base : ruleset) - rules->rulesets) + 1;
	if (i == rules->nr_rulesets)
		return NULL;
	return rules->rulesets[i].drop_ins ? rules->rulesets[i].drop_ins : &rules->rulesets[i];
}

struct instance *ruleset_instance_at(const struct ruleset *ruleset, size_t place)
{
	for (size_t i = 0; i < ruleset->nr_groups; i++) {
		if (place < ruleset->groups[i].nr_detectors)
			return &ruleset->groups[i].detectors[place];
		place -= ruleset->groups[i].nr_detectors;
	}
	return place < ruleset->nr_actions ? &ruleset->actions[place] : NULL;
}

int rules_for_each(struct rules *rules,
		   int (*fn)(struct ruleset *ruleset, struct instance *instance, void *user),
		   void *user)
{
	int err = 0;

	for (struct ruleset *r = rules_next(rules, NULL); r && !err; r = rules_next(rules, r)) {
		struct instance *instance;

		for (size_t i = 0; !err && (instance = ruleset_instance_at(r, i)); i++)
			err = fn(r, instance, user);
	}
	return err;
}
