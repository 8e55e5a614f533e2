/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cgroup patterns of the configuration: "system.slice/foo-*.service, user.slice" and the like.
 *
 * oomd's grammar (oomd.md 1.0): a list split at ',', each piece split at '/', empty parts dropped,
 * nothing trimmed, "/" is the root; a component may hold *, ? and [..] (fnmatch, a leading dot is
 * matched only by a dot). "." components are dropped; ".." would leave the cgroup root and is an
 * error. Patterns are matched against the tree, never by looking into the file system.
 */
#ifndef CGROUP_PATTERN_H
#define CGROUP_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "cgroup/tree.h"

struct cgroup_pattern {
	char **components; /* nr_components of them; none: the root */
	size_t nr_components;
};

struct cgroup_patterns {
	struct cgroup_pattern *items;
	size_t nr_items;
	char *text; /* as written, for messages */
};

/* A set of cgroups in the tree's order (parents first), without doubles; items in an arena. */
struct cgroup_list {
	struct cgroup **items;
	size_t nr_items;
};

/*
 * Allocates (start-up only). -EINVAL: *ret_why says what is wrong (static text), *ret_offset is
 * where in text. An empty text gives an empty set.
 */
int cgroup_patterns_parse(const char *text, struct cgroup_patterns *ret_patterns,
			  const char **ret_why, size_t *ret_offset);
void cgroup_patterns_free(struct cgroup_patterns *patterns);

/*
 * All cgroups that match a pattern below base (NULL: the root). -ENOMEM: the arena is used up.
 * No match is an empty list, never an error. Costs what is below base, not what is in the tree.
 */
int cgroup_patterns_resolve(const struct cgroup_patterns *patterns, const struct cgroup_tree *tree,
			    const struct cgroup *base, struct arena *arena,
			    struct cgroup_list *ret_list);
/*
 * What is in a or in b, in the tree's order, without doubles: `cgroup` and `ruleset_cgroup` of a
 * plugin are resolved from different bases and meant together. -ENOMEM: the arena is used up.
 */
int cgroup_list_union(const struct cgroup_list *a, const struct cgroup_list *b, struct arena *arena,
		      struct cgroup_list *ret_list);
/* The cgroup below which this one matches the pattern (for an empty pattern, itself), or NULL. */
const struct cgroup *cgroup_pattern_base(const struct cgroup_pattern *pattern,
					 const struct cgroup *cgroup);
/* Does this one cgroup match? Used when a cgroup appears. */
bool cgroup_patterns_match(const struct cgroup_patterns *patterns, const struct cgroup *cgroup);
/*
 * Does it match, or lie below one that does, or above one that could? Components are compared as far
 * as both have some (oomd CgroupPath.cpp, prefix matching), so "/" and the root match everything.
 */
bool cgroup_patterns_touch(const struct cgroup_patterns *patterns, const struct cgroup *cgroup);

#endif
