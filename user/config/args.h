/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From arguments as text to the typed state of a plugin, by its argument table. The one place
 * where values are parsed, range-checked and complained about.
 */
#ifndef CONFIG_ARGS_H
#define CONFIG_ARGS_H

#include "config/config.h"
#include "config/diagnostics.h"
#include "plugins/instance.h"

/*
 * Fills the instance's state (and the base's, for kill plugins) from the configuration and the
 * tables' fallbacks. 0 or -EINVAL, with every mistake told to diagnostics: an unknown argument
 * (error, with the nearest known name), a missing required one, a wrong value. A number with
 * trailing text ("15abc") is taken as oomd takes it, with a warning.
 */
int args_fill(struct instance *instance, const struct config_plugin *plugin,
	      const struct plugin_env *env, struct diagnostics *diagnostics);

/*
 * oomd's size grammar (oomd.md 1.0, "Size grammar"), with its traps: "1536" is MiB, "1536.0" bytes.
 * 0: *ret_why is NULL, or a warning about such a trap. -EINVAL: what was expected. Static text.
 */
int size_parse(const char *text, uint64_t total_bytes, int64_t *ret_bytes, const char **ret_why);

#endif
