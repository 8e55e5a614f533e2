/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plugins that are built in, by name in alphabetical order. A new one is one file that
 * defines `const struct plugin plugin_<name>`, and one line here.
 */
#include "plugins/registry.h"

#include <string.h>

#include "config/diagnostics.h"

#define BUILT_IN(X)                                                                                \
	X(continue)                                                                                \
	X(dump_cgroup_overview)                                                                    \
	X(exists)                                                                                  \
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
	X(stop)                                                                                    \
	X(swap_free)

#define DECLARE(name) extern const struct plugin plugin_##name;
#define POINTER(name) &plugin_##name,
#define NAME(name)    #name,

BUILT_IN(DECLARE)

static const struct plugin *const plugins[] = { BUILT_IN(POINTER) };
static const char *const names[] = { BUILT_IN(NAME) NULL };

#define NR_PLUGINS (sizeof(plugins) / sizeof(plugins[0]))

const struct plugin *registry_find(const char *name)
{
	for (size_t i = 0; i < NR_PLUGINS; i++)
		if (!strcmp(plugins[i]->name, name))
			return plugins[i];
	return NULL;
}

const struct plugin *registry_at(size_t i)
{
	return i < NR_PLUGINS ? plugins[i] : NULL;
}

const char *registry_nearest(const char *name)
{
	return nearest_name(name, names);
}
