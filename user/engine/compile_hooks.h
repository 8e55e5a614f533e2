/* SPDX-License-Identifier: GPL-2.0-only */
/* Prekill hooks, from the configuration to live instances. */
#ifndef ENGINE_COMPILE_HOOKS_H
#define ENGINE_COMPILE_HOOKS_H

#include "config/config.h"
#include "config/diagnostics.h"
#include "plugins/hook/hooks.h"

/*
 * The `prekill_hooks` of a configuration or a drop-in. 0, or -EINVAL with every mistake told to
 * diagnostics, or -ENOMEM. Keeps nothing of written. Allocates: never between a record and a kill.
 */
int hooks_compile(const struct config_plugin *written, size_t nr, const struct plugin_env *env,
		  struct diagnostics *diagnostics, struct hook_list *ret_list);

#endif
