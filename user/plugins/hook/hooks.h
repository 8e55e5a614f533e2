/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks in force, in the order in which they are asked (oomd engine/Engine.cpp:165-178): those of
 * drop-ins, the newest first, then those of the configuration, each list as it was written. The
 * first one that matches a victim is fired, and no other.
 *
 * Also what kills need to pause: a few slots, taken and touched at start.
 */
#ifndef PLUGINS_HOOK_HOOKS_H
#define PLUGINS_HOOK_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "plugins/instance.h"

/* Hooks of one configuration or drop-in, in its order. */
struct hook_list {
	struct instance *items; /* kind PLUGIN_HOOK */
	size_t nr_items;
	const struct hook_list *next; /* asked after these */
};

void hook_list_free(struct hook_list *list);

struct hooks;

/* cgroup_fs: where the folders are that may have xattrs; must live as long. 0 or -ENOMEM. */
int hooks_new(const char *cgroup_fs, struct hooks **ret_hooks);
/* No kill may be paused any more. NULL is fine. */
void hooks_free(struct hooks *hooks);

/*
 * These from now on, and those they are linked to; all stay the caller's. Hooks that run go on,
 * also when the list they came from is freed. Not on the kill path.
 */
void hooks_set(struct hooks *hooks, const struct hook_list *first);

/* The first that matches, NULL: none does. May ask for xattrs, see source/xattr_probe.h. */
const struct instance *hooks_find(struct hooks *hooks, const struct cgroup *cgroup);

/* A free slot; NULL: too many kills are paused, this one must go without a hook. */
struct kill_pause *hooks_claim_pause(struct hooks *hooks);

#endif
