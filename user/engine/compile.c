/* SPDX-License-Identifier: GPL-2.0-only */
/* From one ruleset as written to one that runs, and back to nothing: see compile.h. */
#include "engine/compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/args.h"
#include "engine/clones.h"
#include "log.h"
#include "plugins/registry.h"

static const struct compile_registry all_plugins = { registry_find, registry_nearest };

static int unknown_plugin(const struct compile_registry *registry,
			  const struct config_plugin *plugin, struct diagnostics *diagnostics)
{
	const char *nearest = registry->nearest(plugin->name);
	char name[128];

	log_clean(plugin->name, name, sizeof(name));
	if (nearest)
		diagnostics_add(diagnostics, SEVERITY_ERROR, plugin->at,
				"Could not locate plugin=%s, did you mean \"%s\"?", name, nearest);
	else
		diagnostics_add(diagnostics, SEVERITY_ERROR, plugin->at,
				"Could not locate plugin=%s, expected one of --list-plugins", name);
	return -EINVAL;
}

/* Where the complaint of an init() belongs: at the argument it names, if that was written. */
static struct where where_of(const struct config_plugin *plugin, const char *arg)
{
	for (size_t i = 0; arg && i < plugin->nr_args; i++)
		if (!strcmp(plugin->args[i].key, arg))
			return plugin->args[i].value_at;
	return plugin->at;
}

static int compile_plugin(const struct compile_registry *registry,
			  const struct config_plugin *written, const struct plugin_env *env,
			  struct diagnostics *diagnostics, struct instance *ret_instance)
{
	const struct plugin *plugin = registry->find(written->name);
	struct plugin_error error = { 0 };
	int err;

	if (!plugin)
		return unknown_plugin(registry, written, diagnostics);
	err = instance_new(plugin, ret_instance);
	if (err)
		return err;
	err = args_fill(ret_instance, written, env, diagnostics);
	if (err)
		return err;
	err = instance_init(ret_instance, env, &error);
	if (err)
		diagnostics_add(diagnostics, SEVERITY_ERROR, where_of(written, error.arg),
				"plugin \"%s\"%s%s: %s", plugin->name, error.arg ? ", argument " : "",
				error.arg ? error.arg : "",
				*error.text ? error.text : strerror(-err));
	return err;
}

int plugins_compile(const struct compile_registry *registry, const struct config_plugin *written,
		    size_t nr, const struct plugin_env *env, struct diagnostics *diagnostics,
		    struct instance **ret_instances, size_t *ret_nr)
{
	struct instance *instances = calloc(nr ? nr : 1, sizeof(*instances));
	int err = 0;

	if (!instances)
		return -ENOMEM;
	*ret_instances = instances;
	*ret_nr = nr;
	for (size_t i = 0; i < nr; i++) {
		int one = compile_plugin(registry, &written[i], env, diagnostics, &instances[i]);

		err = err ? err : one;
	}
	return err;
}

static int compile_group(const struct config_group *written, const struct plugin_env *env,
			 struct diagnostics *diagnostics, struct detector_group *group)
{
	group->name = strdup(written->name);
	if (!group->name)
		return -ENOMEM;
	return plugins_compile(&all_plugins, written->detectors, written->nr_detectors, env,
			       diagnostics, &group->detectors, &group->nr_detectors);
}

static int fill_in(const struct config_ruleset *written, const struct plugin_env *env,
		   struct diagnostics *diagnostics, struct ruleset *ruleset)
{
	int err;

	ruleset->written = written;
	ruleset->post_action_delay_s = written->post_action_delay_s;
	ruleset->prekill_hook_timeout_s = written->prekill_hook_timeout_s;
	ruleset->silence_engine = written->silence_engine;
	ruleset->silence_plugins = written->silence_plugins;
	ruleset->disable_on_drop_in = written->disable_on_drop_in;
	ruleset->is_drop_in = written->is_drop_in;
	ruleset->name = strdup(written->name);
	ruleset->groups = calloc(written->nr_groups + 1, sizeof(*ruleset->groups));
	if (!ruleset->name || !ruleset->groups)
		return -ENOMEM;
	ruleset->nr_groups = written->nr_groups;
	err = plugins_compile(&all_plugins, written->actions, written->nr_actions, env, diagnostics,
			      &ruleset->actions, &ruleset->nr_actions);
	for (size_t i = 0; i < written->nr_groups; i++) {
		int one = compile_group(&written->groups[i], env, diagnostics, &ruleset->groups[i]);

		err = err ? err : one;
	}
	ruleset->resume_action = ruleset->nr_actions;
	return err;
}

static void free_instances(struct instance *instances, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		instance_free(&instances[i]);
	free(instances);
}

void ruleset_free(struct ruleset *ruleset)
{
	for (size_t i = 0; i < ruleset->nr_groups; i++) {
		free_instances(ruleset->groups[i].detectors, ruleset->groups[i].nr_detectors);
		free(ruleset->groups[i].name);
	}
	free_instances(ruleset->actions, ruleset->nr_actions);
	clones_free(ruleset->clones);
	free(ruleset->groups);
	free(ruleset->name);
	*ruleset = (struct ruleset){ 0 };
}

/* A plugin that can never find anybody is no mistake, but probably meant otherwise. */
static void warn_of_blind_plugins(const struct ruleset *ruleset)
{
	const struct instance *instance;

	for (size_t i = 0; (instance = ruleset_instance_at(ruleset, i)); i++)
		instance_warn_if_blind(instance);
}

int ruleset_compile(const struct config_ruleset *written, const struct plugin_env *env,
		    struct diagnostics *diagnostics, struct ruleset *ret_ruleset)
{
	struct ruleset ruleset = { 0 };
	size_t nr_errors = diagnostics->nr_errors;
	int err = fill_in(written, env, diagnostics, &ruleset);

	if (*written->xattr_filter && !*written->cgroup)
		diagnostics_add(diagnostics, SEVERITY_WARNING, written->at,
				"ruleset \"%s\": xattr_filter does nothing without cgroup", ruleset.name);
	if (*written->cgroup) {
		int one = clones_new(written, env, diagnostics, &ruleset.clones);

		err = err ? err : one;
	}
	if (!err && diagnostics->nr_errors > nr_errors)
		err = -EINVAL;
	if (err) {
		ruleset_free(&ruleset);
		return err;
	}
	warn_of_blind_plugins(&ruleset);
	*ret_ruleset = ruleset;
	return 0;
}

int ruleset_compile_clone(const struct config_ruleset *written, const struct plugin_env *env,
			  struct ruleset *ret_ruleset)
{
	struct ruleset ruleset = { 0 };
	struct diagnostics diagnostics;
	int err;

	diagnostics_init(&diagnostics, "", false);
	err = fill_in(written, env, &diagnostics, &ruleset);
	diagnostics_fini(&diagnostics);
	if (err) {
		ruleset_free(&ruleset);
		return err;
	}
	*ret_ruleset = ruleset;
	return 0;
}
