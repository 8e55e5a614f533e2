/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instances: memory for a plugin's state and, for kill plugins, for the base's arguments. What
 * the argument tables own (text, patterns) is given back by the same tables.
 */
#include "plugins/instance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "plugins/hook/hook.h"

bool plugin_is_complete(const struct plugin *plugin)
{
	if (plugin->api != PLUGIN_API || !plugin->name || !plugin->about)
		return false;
	switch (plugin->kind) {
	case PLUGIN_KILL:
		return plugin->rank && plugin->log;
	case PLUGIN_HOOK:
		return plugin->hook && plugin->hook->fire && plugin->hook->take &&
		       plugin->hook->cancel;
	case PLUGIN_DETECT:
	case PLUGIN_ACT:
		break;
	}
	return plugin->run != NULL;
}

int instance_new(const struct plugin *plugin, struct instance *ret_instance)
{
	struct instance instance = { .plugin = plugin };

	if (!plugin_is_complete(plugin))
		return -ENOTSUP;
	instance.state = calloc(1, plugin->state_size ? plugin->state_size : 1);
	if (plugin->kind == PLUGIN_KILL)
		instance.kill = calloc(1, sizeof(*instance.kill));
	if (plugin->kind == PLUGIN_HOOK)
		instance.hook = calloc(1, sizeof(*instance.hook));
	if (!instance.state || (plugin->kind == PLUGIN_KILL && !instance.kill) ||
	    (plugin->kind == PLUGIN_HOOK && !instance.hook)) {
		free(instance.kill);
		free(instance.hook);
		free(instance.state);
		return -ENOMEM;
	}
	*ret_instance = instance;
	return 0;
}

/* Adds up the patterns given; *ret_takes: there is an argument for them. */
static size_t count_patterns(const struct plugin_arg *args, const void *values, bool *ret_takes)
{
	size_t nr = 0;

	for (; args && args->name; args++) {
		if (args->type != ARG_PATTERNS)
			continue;
		*ret_takes = true;
		nr += ((const struct cgroup_patterns *)((const char *)values + args->offset))
			      ->nr_items;
	}
	return nr;
}

/* oomd takes a plugin without cgroups, so it is no error; but it can never do anything. */
void instance_warn_if_blind(const struct instance *instance)
{
	bool takes = false;
	size_t nr = count_patterns(instance->plugin->args, instance->state, &takes);

	if (instance->kill)
		nr += count_patterns(kill_arg_table, instance->kill, &takes);
	if (instance->hook)
		nr += count_patterns(hook_arg_table, instance->hook, &takes) +
		      (instance->hook->xattr && *instance->hook->xattr);
	if (takes && !nr)
		log_warn("%s is given no cgroup and will never find one", instance->plugin->name);
}

int instance_init(struct instance *instance, const struct plugin_env *env,
		  struct plugin_error *ret_error)
{
	int err = 0;

	if (instance->plugin->init)
		err = instance->plugin->init(instance->state, env, ret_error);
	if (err)
		return err;
	instance->ready = true;
	return 0;
}

static void free_values(const struct plugin_arg *args, void *values)
{
	for (; args && args->name; args++) {
		void *value = (char *)values + args->offset;

		if (args->type == ARG_STRING)
			free(*(char **)value);
		else if (args->type == ARG_PATTERNS)
			cgroup_patterns_free(value);
	}
}

void instance_cancel(struct instance *instance)
{
	if (instance->kill)
		kill_base_cancel(instance);
	if (instance->ready && instance->plugin->cancel)
		instance->plugin->cancel(instance->state);
}

void instance_free(struct instance *instance)
{
	if (!instance->plugin)
		return;
	kill_base_cancel(instance);
	if (instance->ready && instance->plugin->fini)
		instance->plugin->fini(instance->state);
	free_values(instance->plugin->args, instance->state);
	if (instance->kill)
		free_values(kill_arg_table, instance->kill);
	if (instance->hook)
		free_values(hook_arg_table, instance->hook);
	free(instance->hook);
	free(instance->kill);
	free(instance->state);
	*instance = (struct instance){ 0 };
}

size_t instance_watches(const struct instance *instance, struct watch *ret_watches, size_t max)
{
	if (!instance->plugin->watches)
		return 0;
	return instance->plugin->watches(instance->state, ret_watches, max);
}

void instance_prerun(struct instance *instance, const struct moment *now)
{
	if (instance->plugin->prerun)
		instance->plugin->prerun(instance->state, now);
	if (instance->kill)
		kill_base_prerun(instance, now);
}

enum verdict instance_run(struct instance *instance, const struct moment *now)
{
	const struct plugin *plugin = instance->plugin;

	/* a kill whose hook is under way was ranked before: it is only to be gone on with */
	if (instance->kill && plugin->run && !instance->pause &&
	    plugin->run(instance->state, now) == VERDICT_PAUSED)
		return VERDICT_PAUSED;
	if (instance->kill)
		return kill_base_run(instance, now);
	return plugin->run(instance->state, now);
}
