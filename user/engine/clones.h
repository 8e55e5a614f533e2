/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rulesets that run per cgroup (`cgroup` and `xattr_filter` of a ruleset; oomd.md 2.4): for each
 * cgroup that matches there is a clone with plugin instances, windows, a pause and an unfinished
 * action of its own. The ruleset as written is their template and never runs.
 *
 * A clone belongs to the 64-bit id of its cgroup, so that one made anew under the same name starts
 * from nothing. Making and dropping allocates and reads xattrs: it is done after an evaluation's
 * rulesets have run, never between a record and their kills.
 */
#ifndef ENGINE_CLONES_H
#define ENGINE_CLONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rules.h"

#define CLONES_AT_A_TIME 512 /* made by one clones_follow(): about 40 ms of work */

struct clone {
	uint64_t cgroup_id;
	char *cgroup;  /* its path, absolute and fit to print */
	bool matches;  /* for clones_follow() */
	bool is_fresh; /* made by the last clones_follow() */
	struct ruleset ruleset;
};

/* The end of a clone's pause, from the rules before a reload. */
struct kept_pause {
	uint64_t cgroup_id, until_ns;
};

struct clones {
	const struct config_ruleset *written;
	struct plugin_env env;
	struct cgroup_patterns cgroups;
	struct clone **items; /* by cgroup id, ascending */
	size_t nr_items, nr_places;
	struct kept_pause *pauses; /* by cgroup id, ascending; until clones_follow() has finished */
	size_t nr_pauses;
	bool unfinished; /* the last clones_follow() left some for the next */
	bool told_full, told_failure; /* said once */
};

/* 0, or -EINVAL with a wrong pattern told to diagnostics, or -ENOMEM. written must outlive it. */
int clones_new(const struct config_ruleset *written, const struct plugin_env *env,
	       struct diagnostics *diagnostics, struct clones **ret_clones);
void clones_free(struct clones *clones);

/* NULL: this cgroup has none. */
struct clone *clones_find(const struct clones *clones, uint64_t cgroup_id);
/* Whether there is one can change while the cgroup stays: somebody sets or removes an xattr. */
bool clones_have_filter(const struct clones *clones);

/*
 * Drops the clones whose cgroup is gone or no longer matches, and makes those that are missing, up
 * to max clones in all and CLONES_AT_A_TIME at this time; both are logged. Returns how many were made. What cannot be known (an xattr that
 * cannot be read) changes nothing.
 */
size_t clones_follow(struct clones *clones, const struct moment *now, const char *cgroup_fs,
		     size_t max);
/* A reload must not cut a rest short: the clones to come go on with these clones' pauses. */
void clones_keep_pauses(struct clones *clones, const struct clones *before);

#endif
