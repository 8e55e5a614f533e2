/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that a plugin outside boomd's tree includes: the interface, and the one line that ends it,
 * PLUGIN_EXPORT(table). It is built to a .so against these headers and loaded from --plugin-dir.
 *
 * Of boomd's functions it may call those declared in plugin.h (rank_by_keys, plugin_resolve,
 * plugin_label, moment_wake_at), cgroup/tree.h, cgroup/pattern.h (the resolving and matching
 * ones), arena.h (arena_alloc, arena_mark, arena_release) and log.h. Any other that happens to be
 * there may be another one, or gone, tomorrow.
 */
#ifndef PLUGINS_EXPORT_H
#define PLUGINS_EXPORT_H

#include "log.h"
#include "plugins/plugin.h"

/*
 * PLUGIN_API has the size of the table alone. A plugin also looks into these: should one of them
 * have grown since it was built, it would read one number for another and kill the wrong cgroup.
 */
#define PLUGIN_LAYOUT                                                                              \
	{                                                                                          \
		sizeof(struct plugin_arg), sizeof(struct plugin_env), sizeof(struct plugin_error), \
			sizeof(struct watch), sizeof(struct evaluation), sizeof(struct moment),    \
			sizeof(struct candidate), sizeof(struct cgroup), sizeof(struct boomd_row), \
			sizeof(struct system_facts), sizeof(struct arena),                         \
			sizeof(struct cgroup_patterns), sizeof(struct cgroup_list), 0              \
	}

#define PLUGIN_EXPORT(table)                                                                       \
	extern const struct plugin *const boomd_plugin;                                            \
	extern const size_t boomd_plugin_layout[];                                                 \
	__attribute__((visibility("default"))) const struct plugin *const boomd_plugin = &(table); \
	__attribute__((visibility("default"))) const size_t boomd_plugin_layout[] = PLUGIN_LAYOUT

#endif
