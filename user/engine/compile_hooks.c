/* SPDX-License-Identifier: GPL-2.0-only */
/* Compiled like the plugins of a ruleset, but by their own registry. */
#include "engine/compile_hooks.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/compile.h"
#include "plugins/hook/hook.h"

int hooks_compile(const struct config_plugin *written, size_t nr, const struct plugin_env *env,
		  struct diagnostics *diagnostics, struct hook_list *ret_list)
{
	static const struct compile_registry registry = { hook_registry_find,
							  hook_registry_nearest };
	struct hook_list list = { 0 };
	size_t nr_errors = diagnostics->nr_errors;
	int err = plugins_compile(&registry, written, nr, env, diagnostics, &list.items,
				  &list.nr_items);

	if (!err && diagnostics->nr_errors > nr_errors)
		err = -EINVAL;
	if (err) {
		hook_list_free(&list);
		return err;
	}
	for (size_t i = 0; i < list.nr_items; i++)
		instance_warn_if_blind(&list.items[i]);
	*ret_list = list;
	return 0;
}
