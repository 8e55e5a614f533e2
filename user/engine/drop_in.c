/* SPDX-License-Identifier: GPL-2.0-only */
/* Drop-ins: compiled apart, then hung into the rules by pointers alone. See drop_in.h. */
#include "engine/drop_in.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/merge.h"
#include "engine/compile.h"
#include "engine/compile_hooks.h"
#include "report/stats.h"

/*
 * What comes from the base ruleset has no place in the file. It was warned about when the base was
 * compiled; that it should be wrong now is nothing an administrator can look up in the drop-in.
 */
static void pass_on(const struct diagnostics *said, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < said->nr_items; i++) {
		const struct diagnostic *item = &said->items[i];

		if (item->at.line)
			diagnostics_add(diagnostics, item->severity, item->at, "%s", item->text);
		else if (item->severity == SEVERITY_ERROR)
			diagnostics_add(diagnostics, item->severity, item->at,
					"in what the base ruleset gives: %s", item->text);
	}
}

static int compile_all(struct drop_in *drop_in, const struct plugin_env *env,
		       struct diagnostics *diagnostics)
{
	struct config *config = drop_in->config;
	struct diagnostics said;
	int err = 0;

	drop_in->rulesets = calloc(config->nr_rulesets + 1, sizeof(*drop_in->rulesets));
	if (!drop_in->rulesets)
		return -ENOMEM;
	drop_in->nr_rulesets = config->nr_rulesets;
	diagnostics_init(&said, diagnostics->file, diagnostics->strict);
	for (size_t i = 0; i < config->nr_rulesets; i++) {
		int one = ruleset_compile(&config->rulesets[i], env, &said, &drop_in->rulesets[i]);

		err = err ? err : one;
	}
	if (!err)
		err = hooks_compile(config->prekill_hooks, config->nr_prekill_hooks, env, &said,
				    &drop_in->hooks);
	pass_on(&said, diagnostics);
	diagnostics_fini(&said);
	return err;
}

int drop_in_compile(const char *tag, const struct config *written, const struct rules *base,
		    struct diagnostics *diagnostics, struct drop_in **ret_drop_in)
{
	struct drop_in *drop_in = calloc(1, sizeof(*drop_in));
	int err;

	if (!drop_in)
		return -ENOMEM;
	drop_in->tag = strdup(tag);
	err = drop_in->tag ? 0 : -ENOMEM;
	if (!err)
		err = config_merge(base->config, written, diagnostics, &drop_in->config);
	if (!err)
		err = compile_all(drop_in, &base->env, diagnostics);
	if (err) {
		drop_in_free(drop_in);
		return err;
	}
	*ret_drop_in = drop_in;
	return 0;
}

void drop_in_free(struct drop_in *drop_in)
{
	if (!drop_in)
		return;
	for (size_t i = 0; i < drop_in->nr_rulesets; i++)
		ruleset_free(&drop_in->rulesets[i]);
	hook_list_free(&drop_in->hooks);
	free(drop_in->rulesets);
	config_free(drop_in->config);
	free(drop_in->tag);
	free(drop_in);
}

/* The first of that name, as config_merge() chose it; it is there. */
static struct ruleset *base_of(struct rules *rules, const struct ruleset *ruleset)
{
	size_t i = 0;

	while (strcmp(rules->rulesets[i].name, ruleset->name))
		i++;
	return &rules->rulesets[i];
}

void rules_add_drop_in(struct rules *rules, struct drop_in *drop_in)
{
	for (size_t i = 0; i < drop_in->nr_rulesets; i++) {
		struct ruleset *ruleset = &drop_in->rulesets[i];

		ruleset->base = base_of(rules, ruleset);
		ruleset->next_drop_in = ruleset->base->drop_ins;
		ruleset->base->drop_ins = ruleset;
	}
	drop_in->older = rules->drop_ins;
	rules->drop_ins = drop_in;
	stats_add(STATS_DROPIN_ADDED, (int64_t)drop_in->nr_rulesets);
}

static void unhang(struct ruleset *ruleset)
{
	struct ruleset **link = &ruleset->base->drop_ins;

	while (*link != ruleset)
		link = &(*link)->next_drop_in;
	*link = ruleset->next_drop_in;
	ruleset->next_drop_in = ruleset->base = NULL;
}

struct drop_in *rules_find_drop_in(const struct rules *rules, const char *tag)
{
	struct drop_in *drop_in = rules->drop_ins;

	while (drop_in && strcmp(drop_in->tag, tag))
		drop_in = drop_in->older;
	return drop_in;
}

struct drop_in *rules_take_drop_in(struct rules *rules, const char *tag)
{
	struct drop_in *drop_in = rules_find_drop_in(rules, tag), **link = &rules->drop_ins;

	if (!drop_in)
		return NULL;
	while (*link != drop_in)
		link = &(*link)->older;
	*link = drop_in->older;
	drop_in->older = NULL;
	for (size_t i = 0; i < drop_in->nr_rulesets; i++)
		unhang(&drop_in->rulesets[i]);
	stats_add(STATS_DROPIN_ADDED, -(int64_t)drop_in->nr_rulesets);
	return drop_in;
}
