/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks that are built in, by name in alphabetical order: one file that defines `const struct
 * plugin plugin_<name>`, and one line here. A registry of their own, as in oomd: a hook is no
 * action, and the other way round.
 */
#include <string.h>

#include "config/diagnostics.h"
#include "plugins/hook/hook.h"

extern const struct plugin plugin_dummy_prekill_hook, plugin_exec;

static const struct plugin *const hooks[] = {
	&plugin_dummy_prekill_hook,
	&plugin_exec,
};

#define NR_HOOKS (sizeof(hooks) / sizeof(hooks[0]))

const struct plugin *hook_registry_find(const char *name)
{
	for (size_t i = 0; i < NR_HOOKS; i++)
		if (!strcmp(hooks[i]->name, name))
			return hooks[i];
	return NULL;
}

const struct plugin *hook_registry_at(size_t i)
{
	return i < NR_HOOKS ? hooks[i] : NULL;
}

const char *hook_registry_nearest(const char *name)
{
	const char *names[NR_HOOKS + 1] = { NULL };

	for (size_t i = 0; i < NR_HOOKS; i++)
		names[i] = hooks[i]->name;
	return nearest_name(name, names);
}
