/* SPDX-License-Identifier: GPL-2.0-only */
/* A hook that does as the test says, a world to fire it in, and lists of such hooks. */
#ifndef TESTS_UNIT_HOOK_PUPPET_HOOK_H
#define TESTS_UNIT_HOOK_PUPPET_HOOK_H

#include "plugins/hook/hooks.h"
#include "spawn/result.h"
#include "unit/plugins/world.h"

/* One for all instances: what they do, and what has been done with them. */
struct puppet_hook {
	enum spawn_end fires; /* what fire() says: SPAWN_RUNNING is a hook that takes its time */
	struct spawn_result result; /* what take() says; end SPAWN_RUNNING: not over */
	uint64_t until_ns;	    /* shortens the wait to this; 0: no */
	int nr_fired, nr_cancelled;
	char fired[1024];	       /* "name:path name:path": the hooks' xattr arguments are names */
	char uuid[KILL_UUID_SIZE];     /* of the last one */
	bool dry;
};

extern struct puppet_hook puppet_hook;
extern const struct plugin plugin_puppet_hook;

struct hook_world {
	struct world world;
	struct hooks *hooks;
	struct hook_list list;
	struct instance killer;
};

/*
 * These cgroups, kill_by_name with these arguments (NULL: "cgroup=*"), and a hook with these ("" or
 * NULL: no hook); the window ends 5 s from the start.
 */
void hook_world_open(struct hook_world *w, const struct world_row *rows, const char *kill_args,
		     const char *hook_args);
void hook_world_close(struct hook_world *w);
/* Paths in the order of the kills so far. */
const char *hook_world_killed(struct hook_world *w);

#endif
