/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prekill hooks: something that may happen between the choice of a victim and its death (oomd.md
 * 1.2). A hook is a plugin of its own kind: one file that ends in a `struct plugin` with these
 * callbacks in `hook`, and one line in hook/registry.c. Its args come on top of hook_arg_table.
 *
 * They are called on the kill path: no allocation, no fork, and never a wait. A hook that is not
 * over when fire() returns makes the kill pause; what is left of it then is in the run, which
 * outlives the hook's own state (its drop-in may be removed meanwhile).
 */
#ifndef PLUGINS_HOOK_HOOK_H
#define PLUGINS_HOOK_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "plugins/plugin.h"
#include "spawn/result.h"

/* A hook that was fired. */
struct hook_run {
	const struct hook_ops *ops; /* NULL: none */
	uint64_t until_ns;	    /* waited for no longer; a hook may shorten it */
	struct spawner *spawner;    /* the hook's own, as is the number */
	uint64_t number;
};

/* Whom it is fired for; valid during the call. */
struct hook_target {
	const struct cgroup *cgroup;
	const char *path;		 /* whole, relative to the cgroup root */
	const struct decision *decision; /* rule, plugin, uuid, dry */
};

struct hook_ops {
	/* *ret_result: how it ended, or SPAWN_RUNNING; then run is filled in as needed. */
	void (*fire)(void *state, const struct moment *now, const struct hook_target *target,
		     struct hook_run *run, struct spawn_result *ret_result);
	/* What is known by now; true: it is over, and the run is used up. */
	bool (*take)(struct hook_run *run, struct spawn_result *ret_result);
	/* Nobody waits for it any more; uses the run up. */
	void (*cancel)(struct hook_run *run);
};

/* Which hooks there are, apart from the other plugins. */
const struct plugin *hook_registry_find(const char *name);
const struct plugin *hook_registry_at(size_t i); /* NULL past the end */
const char *hook_registry_nearest(const char *name);

#endif
