/* SPDX-License-Identifier: GPL-2.0-only */
/* Giving a configuration back, and looking into it: see config.h. */
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/position.h"

static void free_plugins(struct config_plugin *plugins, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		for (size_t j = 0; j < plugins[i].nr_args; j++) {
			free(plugins[i].args[j].key);
			free(plugins[i].args[j].value);
		}
		free(plugins[i].args);
		free(plugins[i].name);
	}
	free(plugins);
}

static void free_ruleset(struct config_ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->nr_groups; i++) {
		free_plugins(ruleset->groups[i].detectors, ruleset->groups[i].nr_detectors);
		free(ruleset->groups[i].name);
	}
	free(ruleset->groups);
	free_plugins(ruleset->actions, ruleset->nr_actions);
	free(ruleset->name);
	free(ruleset->cgroup);
	free(ruleset->xattr_filter);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->nr_rulesets; i++)
		free_ruleset(&config->rulesets[i]);
	free(config->rulesets);
	free_plugins(config->prekill_hooks, config->nr_prekill_hooks);
	free(config->file);
	free(config);
}

const struct config_arg *config_find_arg(const struct config_plugin *plugin, const char *name)
{
	for (size_t i = 0; i < plugin->nr_args; i++)
		if (strcmp(plugin->args[i].key, name) == 0)
			return &plugin->args[i];
	return NULL;
}

struct where config_place_in(struct where value_at, bool verbatim, const char *value, size_t offset)
{
	struct where at = value_at;

	if (!verbatim)
		return at;
	at.column++; /* the quote */
	where_advance(&at, value, 0, strnlen(value, offset));
	return at;
}
