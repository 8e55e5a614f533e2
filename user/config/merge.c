/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies of rulesets, put together from two configurations: see merge.h. */
#include "config/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct copier {
	bool places; /* they are in the file that the copy will name */
	int err;     /* -ENOMEM, the first time it happens */
};

static const struct where nowhere;

static char *copy_text(struct copier *copier, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		copier->err = -ENOMEM;
	return copy;
}

static struct where copy_place(const struct copier *copier, struct where at)
{
	return copier->places ? at : nowhere;
}

/* Zeroed room for nr items; *ret_nr stays 0 without it, so that a part of a copy can be freed. */
static void *make_room(struct copier *copier, size_t nr, size_t item_size, size_t *ret_nr)
{
	void *items = nr ? calloc(nr, item_size) : NULL;

	if (nr && !items)
		copier->err = -ENOMEM;
	*ret_nr = items ? nr : 0;
	return items;
}

static void copy_plugin(struct copier *copier, const struct config_plugin *from,
			struct config_plugin *to)
{
	to->name = copy_text(copier, from->name);
	to->at = copy_place(copier, from->at);
	to->args = make_room(copier, from->nr_args, sizeof(*to->args), &to->nr_args);
	for (size_t i = 0; i < to->nr_args; i++)
		to->args[i] = (struct config_arg){
			.key = copy_text(copier, from->args[i].key),
			.value = copy_text(copier, from->args[i].value),
			.key_at = copy_place(copier, from->args[i].key_at),
			.value_at = copy_place(copier, from->args[i].value_at),
			.verbatim = copier->places && from->args[i].verbatim,
		};
}

static struct config_plugin *copy_plugins(struct copier *copier, const struct config_plugin *from,
					  size_t nr, size_t *ret_nr)
{
	struct config_plugin *to = make_room(copier, nr, sizeof(*to), ret_nr);

	for (size_t i = 0; i < *ret_nr; i++)
		copy_plugin(copier, &from[i], &to[i]);
	return to;
}

static void copy_groups(struct copier *copier, const struct config_ruleset *from,
			struct config_ruleset *to)
{
	to->groups = make_room(copier, from->nr_groups, sizeof(*to->groups), &to->nr_groups);
	for (size_t i = 0; i < to->nr_groups; i++) {
		const struct config_group *group = &from->groups[i];

		to->groups[i].name = copy_text(copier, group->name);
		to->groups[i].at = copy_place(copier, group->at);
		to->groups[i].detectors = copy_plugins(copier, group->detectors,
						       group->nr_detectors,
						       &to->groups[i].nr_detectors);
	}
}

static void merge_ruleset(struct copier *copier, const struct config_ruleset *base,
			  const struct config_ruleset *drop_in, struct config_ruleset *to)
{
	*to = *base;
	to->is_drop_in = true;
	to->at = drop_in->at;
	to->cgroup_at = nowhere;
	to->cgroup_verbatim = false;
	to->name = copy_text(copier, base->name);
	to->cgroup = copy_text(copier, base->cgroup);
	to->xattr_filter = copy_text(copier, base->xattr_filter);
	copier->places = drop_in->nr_groups > 0;
	copy_groups(copier, drop_in->nr_groups ? drop_in : base, to);
	copier->places = drop_in->nr_actions > 0;
	if (drop_in->nr_actions)
		base = drop_in;
	to->actions = copy_plugins(copier, base->actions, base->nr_actions, &to->nr_actions);
}

const struct config_ruleset *config_find_ruleset(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->nr_rulesets; i++)
		if (!strcmp(config->rulesets[i].name, name))
			return &config->rulesets[i];
	return NULL;
}

/* The base ruleset that a drop-in's ruleset may change as it does, or NULL: told why not. */
static const struct config_ruleset *target_of(const struct config_ruleset *drop_in,
					      const struct config *base,
					      struct diagnostics *diagnostics)
{
	const struct config_ruleset *target = config_find_ruleset(base, drop_in->name);
	size_t nr_errors = diagnostics->nr_errors;

	if (!target) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, drop_in->at,
				"Could not locate targeted ruleset=%s: expected the name of a "
				"ruleset in %s", drop_in->name, base->file);
		return NULL;
	}
	if (drop_in->nr_groups && !target->drop_in_detectors)
		diagnostics_add(diagnostics, SEVERITY_ERROR, drop_in->groups[0].at,
				"DetectorGroup drop-in configs disabled: expected \"drop-in\": "
				"{\"detectors\": true} in ruleset \"%s\" of %s", drop_in->name,
				base->file);
	if (drop_in->nr_actions && !target->drop_in_actions)
		diagnostics_add(diagnostics, SEVERITY_ERROR, drop_in->actions[0].at,
				"Action drop-in configs disabled: expected \"drop-in\": "
				"{\"actions\": true} in ruleset \"%s\" of %s", drop_in->name,
				base->file);
	return diagnostics->nr_errors == nr_errors ? target : NULL;
}

int config_merge(const struct config *base, const struct config *drop_in,
		 struct diagnostics *diagnostics, struct config **ret_merged)
{
	struct config *merged = calloc(1, sizeof(*merged));
	size_t nr_errors = diagnostics->nr_errors;
	struct copier copier = { .places = true };

	if (!merged)
		return -ENOMEM;
	merged->file = copy_text(&copier, drop_in->file);
	merged->prekill_hooks = copy_plugins(&copier, drop_in->prekill_hooks,
					     drop_in->nr_prekill_hooks, &merged->nr_prekill_hooks);
	merged->rulesets = make_room(&copier, drop_in->nr_rulesets, sizeof(*merged->rulesets),
				     &merged->nr_rulesets);
	for (size_t i = 0; i < merged->nr_rulesets; i++) {
		const struct config_ruleset *target = target_of(&drop_in->rulesets[i], base,
								diagnostics);

		if (target)
			merge_ruleset(&copier, target, &drop_in->rulesets[i],
				      &merged->rulesets[i]);
	}
	if (!copier.err && diagnostics->nr_errors > nr_errors)
		copier.err = -EINVAL;
	if (copier.err) {
		config_free(merged);
		return copier.err;
	}
	*ret_merged = merged;
	return 0;
}
