/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroups as plugins see them: a tree over one snapshot's rows, with the values that oomd
 * derives (docs/oomd.md section 4; CgroupContext.cpp): effective usage, memory protection,
 * average usage and growth, io cost, pgscan rate, kill preference.
 *
 * A tree is built for every evaluation in memory that was taken at start: linear in the number of
 * cgroups, no allocation. Everything in it is valid until the next build. Units are in the names.
 */
#ifndef CGROUP_TREE_H
#define CGROUP_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"
#include "source/source.h"

#define CGROUP_PATH_MAX 4096

/* Which sibling dies first, whatever the metric says (oomd util/Fs.cpp:811). */
enum preference { PREFERENCE_AVOID = -1, PREFERENCE_NORMAL = 0, PREFERENCE_PREFER = 1 };

struct cgroup {
	const struct boomd_row *row; /* limits, usage, PSI, events, as the snapshot has them */
	const char *name;
	struct cgroup *parent; /* NULL: the root */
	struct cgroup *first_child, *next_sibling;
	uint64_t protection_bytes; /* what memory.min and low protect, oomd's formula */
	uint64_t effective_bytes;  /* usage - protection, never below 0 */

	/* from the history; see history.h for what they are at first sight */
	uint64_t average_bytes;	    /* moving average of usage */
	uint64_t pgscan_rate_pages; /* scanned in about one tick; history.h says exactly when */
	double io_cost;		    /* weighted I/O since the cgroup was made */
	double io_cost_rate;	    /* of it, in the same time */
	bool has_history;	    /* false: first sight, rates are 0 because unknown */
};

struct cgroup_tree; /* opaque: arrays and an index by id, sized at start */

/* 0 or -ENOMEM. */
int cgroup_tree_new(size_t max_cgroups, struct cgroup_tree **ret_tree);
void cgroup_tree_free(struct cgroup_tree *tree);

/*
 * Links the rows of a snapshot, which must stay valid as long as the tree is used. Rows whose
 * parent is missing (made or removed meanwhile) are left out, with all below them.
 * Returns how many cgroups are in the tree, or -E2BIG when there are more rows than max_cgroups
 * (the tree then holds the first max_cgroups).
 */
int cgroup_tree_build(struct cgroup_tree *tree, const struct snapshot *snapshot);

size_t cgroup_tree_size(const struct cgroup_tree *tree);
struct cgroup *cgroup_tree_root(const struct cgroup_tree *tree); /* NULL: empty */
struct cgroup *cgroup_tree_by_id(const struct cgroup_tree *tree, uint64_t id);
/* Exact path relative to the root, "" is the root; NULL when there is none. */
struct cgroup *cgroup_tree_by_path(const struct cgroup_tree *tree, const char *path);
/*
 * Every cgroup, parents before children: a cgroup, its first child with all below it, the next
 * child (children by id); NULL past the end. They lie in memory in this order.
 */
struct cgroup *cgroup_tree_at(const struct cgroup_tree *tree, size_t i);
/* How many there are from this one on that are itself or below it: they lie together. */
size_t cgroup_tree_nr_below(const struct cgroup_tree *tree, const struct cgroup *cgroup);

/* "system.slice/foo.service", "" for the root; cut at size, always terminated; returns buf. */
const char *cgroup_path(const struct cgroup *cgroup, char *buf, size_t size);
/* true when ancestor is cgroup or above it */
bool cgroup_is_below(const struct cgroup *cgroup, const struct cgroup *ancestor);

enum preference cgroup_preference(const struct cgroup *cgroup);
const char *preference_name(enum preference preference); /* "PREFER", "NORMAL", "AVOID" */
/* usage / average; 0 when the average is 0 (CgroupContext.cpp memory_growth) */
double cgroup_growth(const struct cgroup *cgroup);
/* percent, e.g. 12.34 */
double cgroup_psi_percent(const struct cgroup *cgroup, enum boomd_resource resource,
			  enum boomd_stall stall, enum boomd_window window);

#endif
