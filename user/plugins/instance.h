/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plugin in use: the table, its state, and for kill plugins the base's own state. The engine
 * talks to instances and need not know what kind they are.
 */
#ifndef PLUGINS_INSTANCE_H
#define PLUGINS_INSTANCE_H

#include <stddef.h>

#include "plugins/plugin.h"

/* The arguments every kill plugin takes (oomd.md 1.2). */
struct kill_args {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	bool recursive, dry, always_continue, debug, kernelkill, reap_memory;
	bool log_kmemalloc_prekill; /* accepted; does nothing (oomd.md 0.25) */
	int64_t post_action_delay_s; /* -1: the ruleset's */
};

extern const struct plugin_arg kill_arg_table[];

/* The arguments every prekill hook takes: whose kills it is fired before, one or the other. */
struct hook_args {
	struct cgroup_patterns cgroup;
	char *xattr; /* NULL or "": none */
};

extern const struct plugin_arg hook_arg_table[];

struct kill_pause;

struct instance {
	const struct plugin *plugin;
	void *state;		/* plugin->state_size bytes, zeroed */
	struct kill_args *kill; /* kill plugins only */
	struct hook_args *hook; /* prekill hooks only */
	struct kill_pause *pause; /* a kill that waits for a hook; NULL: none */
	bool ready;		/* init() succeeded: fini() is due */
};

/* Has it what its kind needs? */
bool plugin_is_complete(const struct plugin *plugin);
/*
 * Memory for it: 0, -ENOMEM, or -ENOTSUP when the table is of another version or lacks a callback.
 * Arguments are then filled in by config/args.h, and instance_init() follows.
 */
int instance_new(const struct plugin *plugin, struct instance *ret_instance);
int instance_init(struct instance *instance, const struct plugin_env *env,
		  struct plugin_error *ret_error);
/* Says so when it takes cgroups and is given none: it can never do anything. */
void instance_warn_if_blind(const struct instance *instance);
/*
 * Gives up what a run() that returned VERDICT_PAUSED waits for: a hook is killed, its victim spared.
 * For a chain that is dropped; the next run() begins anew.
 */
void instance_cancel(struct instance *instance);
/* Gives up a hook, fini() if init() succeeded, frees what the argument tables own. */
void instance_free(struct instance *instance);

size_t instance_watches(const struct instance *instance, struct watch *ret_watches, size_t max);
void instance_prerun(struct instance *instance, const struct moment *now);
enum verdict instance_run(struct instance *instance, const struct moment *now);

/* plugins/kill/base.c: the prerun() and run() of every kill plugin. */
void kill_base_prerun(struct instance *instance, const struct moment *now);
enum verdict kill_base_run(struct instance *instance, const struct moment *now);
void kill_base_cancel(struct instance *instance);

#endif
