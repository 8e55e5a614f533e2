/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search for a victim: what walk, attempt, record and dump share.
 *
 * A level is one set of siblings in the order in which they shall die. The stack of levels is the
 * way down from the plugin's own cgroups to where the search is. Levels lie in the moment's arena,
 * one behind the other, and are given back when they are used up: what is needed at a time is the
 * levels on the way down, not the tree.
 */
#ifndef PLUGINS_KILL_SEARCH_H
#define PLUGINS_KILL_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "plugins/instance.h"
#include "plugins/kill/visited.h"
#include "report/decision.h"

struct level {
	struct level *outer; /* NULL: the plugin's own cgroups */
	size_t mark;	     /* of the arena, before this level */
	int depth;	     /* 0: the plugin's own cgroups */
	struct candidate *ranked;
	size_t nr_ranked, next;
};

struct search {
	const struct instance *instance;
	const struct moment *now;
	struct decision *decision;
	const struct cgroup *own; /* boomd's own cgroup; NULL: not in the tree */
	struct level *level;	  /* where the search is */
	struct visited visited;	  /* recursive: gone into, or tried */
	bool short_of_memory;	  /* a level was left out: the arena is used up */
	size_t nr_refused;	  /* not empty, and not killed: protected, or the kill failed */
};

/* walk.c: opens the plugin's own cgroups as the first level. */
void walk_begin(struct search *search);
/*
 * The next one to be killed, best first: walks down where it may, and back up when a level is used
 * up. NULL: nobody is left. search->level is the level it was compared in.
 */
const struct candidate *walk_next(struct search *search);

/* attempt.c: kills one; true when somebody was signalled (or would have been). */
bool attempt_kill(struct search *search, const struct candidate *target);

/* record.c: the decision record, as the search goes. */
void record_begin(struct search *search);
void record_level(struct search *search, const struct level *level);
/* What log() says of it. */
void record_picked(struct search *search, const struct candidate *target);
void record_fate(struct search *search, const struct candidate *target, enum candidate_fate fate,
		 int error);
void record_end(struct search *search, bool killed);

/* dump.c: with debug or --verbose, everything about every candidate of a level. */
void dump_level(const struct search *search, const struct level *level);

#endif
