/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plugins, by name in alphabetical order. A new built-in one is one file that defines
 * `const struct plugin plugin_<name>`, and one line here; those of others are added at start.
 */
#include "plugins/registry.h"

#include <errno.h>
#include <string.h>

#include "config/diagnostics.h"

#define BUILT_IN(X)                                                                                \
	X(continue)                                                                                \
	X(dump_cgroup_overview)                                                                    \
	X(exists)                                                                                  \
	X(kernel_panic)                                                                            \
	X(kill_by_io_cost)                                                                         \
	X(kill_by_memory_size_or_growth)                                                           \
	X(kill_by_pg_scan)                                                                         \
	X(kill_by_pressure)                                                                        \
	X(kill_by_swap_usage)                                                                      \
	X(memory_above)                                                                            \
	X(memory_reclaim)                                                                          \
	X(nr_dying_descendants)                                                                    \
	X(pressure_above)                                                                          \
	X(pressure_rising_beyond)                                                                  \
	X(psi_trigger)                                                                             \
	X(senpai)                                                                                  \
	X(stop)                                                                                    \
	X(swap_free)                                                                               \
	X(systemd_restart)

#define DECLARE(name) extern const struct plugin plugin_##name;
#define POINTER(name) &plugin_##name,
#define NAME(name)    #name,
#define COUNT(name)   +1

BUILT_IN(DECLARE)

#define ADDED_MAX 64 /* of others */

static const struct plugin *plugins[0 BUILT_IN(COUNT) + ADDED_MAX] = { BUILT_IN(POINTER) };
static const char *names[0 BUILT_IN(COUNT) + ADDED_MAX + 1] = { BUILT_IN(NAME) NULL };
static size_t nr_plugins = 0 BUILT_IN(COUNT);

const struct plugin *registry_find(const char *name)
{
	for (size_t i = 0; i < nr_plugins; i++)
		if (!strcmp(plugins[i]->name, name))
			return plugins[i];
	return NULL;
}

const struct plugin *registry_at(size_t i)
{
	return i < nr_plugins ? plugins[i] : NULL;
}

int registry_add(const struct plugin *plugin)
{
	size_t at = 0;

	if (registry_find(plugin->name))
		return -EEXIST;
	if (nr_plugins == sizeof(plugins) / sizeof(plugins[0]))
		return -ENOSPC;
	while (at < nr_plugins && strcmp(plugins[at]->name, plugin->name) < 0)
		at++;
	memmove(&plugins[at + 1], &plugins[at], (nr_plugins - at) * sizeof(plugins[0]));
	memmove(&names[at + 1], &names[at], (nr_plugins + 1 - at) * sizeof(names[0]));
	plugins[at] = plugin;
	names[at] = plugin->name;
	nr_plugins++;
	return 0;
}

const char *registry_nearest(const char *name)
{
	return nearest_name(name, names);
}
