/* SPDX-License-Identifier: GPL-2.0-only */
/* See puppet_hook.h. */
#include "unit/hook/puppet_hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "plugins/hook/hook.h"
#include "unit/plugins/kill_by_name.h"

struct puppet_hook puppet_hook;

static void puppet_fire(void *state, const struct moment *now, const struct hook_target *target,
			struct hook_run *run, struct spawn_result *ret_result)
{
	size_t used = strlen(puppet_hook.fired);

	(void)state, (void)now;
	puppet_hook.nr_fired++;
	snprintf(puppet_hook.fired + used, sizeof(puppet_hook.fired) - used, "%s%s",
		 used ? " " : "", target->path);
	memcpy(puppet_hook.uuid, target->decision->uuid, KILL_UUID_SIZE);
	puppet_hook.dry = target->decision->dry;
	if (puppet_hook.until_ns)
		run->until_ns = puppet_hook.until_ns;
	*ret_result = (struct spawn_result){ .end = puppet_hook.fires };
}

static bool puppet_take(struct hook_run *run, struct spawn_result *ret_result)
{
	(void)run;
	*ret_result = puppet_hook.result;
	return puppet_hook.result.end != SPAWN_RUNNING;
}

static void puppet_cancel(struct hook_run *run)
{
	(void)run;
	puppet_hook.nr_cancelled++;
}

static const struct hook_ops puppet_ops = { puppet_fire, puppet_take, puppet_cancel };

const struct plugin plugin_puppet_hook = {
	.api = PLUGIN_API,
	.kind = PLUGIN_HOOK,
	.name = "puppet_hook",
	.about = "for tests",
	.hook = &puppet_ops,
};

void hook_world_open(struct hook_world *w, const struct world_row *rows, const char *kill_args,
		     const char *hook_args)
{
	memset(w, 0, sizeof(*w));
	puppet_hook = (struct puppet_hook){ .fires = SPAWN_RUNNING, .result.end = SPAWN_RUNNING };
	w->killer = world_plugin(&plugin_kill_by_name, kill_args ? kill_args : "cgroup=*");
	world_open(&w->world, rows);
	cr_assert(!hooks_new("/nonexistent", &w->hooks));
	if (hook_args && *hook_args) {
		w->list.items = calloc(1, sizeof(*w->list.items));
		w->list.items[w->list.nr_items++] = world_plugin(&plugin_puppet_hook, hook_args);
	}
	hooks_set(w->hooks, &w->list);
	w->world.now.hooks = w->hooks;
	w->world.now.hooks_until_ns = WORLD_START_NS + 5 * WORLD_SECOND_NS;
}

void hook_world_close(struct hook_world *w)
{
	instance_free(&w->killer);
	hook_list_free(&w->list);
	hooks_free(w->hooks);
	world_close(&w->world);
}

const char *hook_world_killed(struct hook_world *w)
{
	static char paths[4096];

	return recording_killer_paths(&w->world.recorder, paths, sizeof(paths));
}
