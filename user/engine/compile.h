/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One ruleset, from the configuration to live plugin instances. A ruleset may be compiled again at
 * any time: each result has instances and windows of its own.
 */
#ifndef ENGINE_COMPILE_H
#define ENGINE_COMPILE_H

#include "engine/rules.h"

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
/* Frees what the ruleset holds, not the struct itself; a zeroed one holds nothing. */
void ruleset_free(struct ruleset *ruleset);

#endif
