/* SPDX-License-Identifier: GPL-2.0-only */
/* Which plugins there are. A new one is one file and one line in registry.c, or a .so: load.h. */
#ifndef PLUGINS_REGISTRY_H
#define PLUGINS_REGISTRY_H

#include <stddef.h>

#include "plugins/plugin.h"

/* NULL when there is none of that name. */
const struct plugin *registry_find(const char *name);
/* In the order of their names; NULL past the end. */
const struct plugin *registry_at(size_t i);
/* Adds somebody else's, which must last as long as boomd. -EEXIST: the name is taken; -ENOSPC. */
int registry_add(const struct plugin *plugin);
/* The known name nearest to this one, NULL when none is near. */
const char *registry_nearest(const char *name);

/* --list-plugins: every plugin with its arguments, made from the argument tables, to stdout. */
void registry_print(void);

#endif
