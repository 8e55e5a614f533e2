/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One ruleset, from the configuration to live plugin instances. A ruleset may be compiled again at
 * any time: each result has instances and windows of its own.
 */
#ifndef ENGINE_COMPILE_H
#define ENGINE_COMPILE_H

#include "engine/rules.h"

/* Where the plugins of a list are looked for. */
struct compile_registry {
	const struct plugin *(*find)(const char *name);
	const char *(*nearest)(const char *name);
};

/*
 * 0, or -EINVAL with every mistake told to diagnostics (unknown plugin, wrong argument), or
 * -ENOMEM. written must outlive the result. Allocates: never between a record and a kill.
 */
int ruleset_compile(const struct config_ruleset *written, const struct plugin_env *env,
		    struct diagnostics *diagnostics, struct ruleset *ret_ruleset);
/*
 * The same for one cgroup of a ruleset that runs per cgroup. Says nothing: what is to be said about
 * the configuration was said when the template was compiled.
 */
int ruleset_compile_clone(const struct config_ruleset *written, const struct plugin_env *env,
			  struct ruleset *ret_ruleset);
/*
 * The same for a list of plugins. *ret_instances and *ret_nr are there to be freed also when it
 * fails; -EINVAL may be missing where diagnostics have errors.
 */
int plugins_compile(const struct compile_registry *registry, const struct config_plugin *written,
		    size_t nr, const struct plugin_env *env, struct diagnostics *diagnostics,
		    struct instance **ret_instances, size_t *ret_nr);
/* Frees what the ruleset holds, not the struct itself; a zeroed one holds nothing. */
void ruleset_free(struct ruleset *ruleset);

#endif
