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
#include "plugins/kill/pause.h"
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
	struct instance *instance;
	const struct moment *now;
	struct decision *decision;
	const struct cgroup *own; /* boomd's own cgroup; NULL: not in the tree */
	struct level *level;	  /* where the search is */
	struct visited visited;	  /* recursive: gone into, or tried */
	bool short_of_memory;	  /* a level was left out: the arena is used up */
	size_t nr_refused;	  /* not empty, and not killed: protected, or the kill failed */
	bool gone;		  /* the target went by itself while its hook ran */
};

/* walk.c: opens the plugin's own cgroups as the first level. */
void walk_begin(struct search *search);
/*
 * The next one to be killed, best first: walks down where it may, and back up when a level is used
 * up. NULL: nobody is left. search->level is the level it was compared in.
 */
const struct candidate *walk_next(struct search *search);

/* Room for a level of up to nr siblings inside search->level; NULL: none is left. */
struct level *level_new(struct search *search, size_t nr);

enum attempt {
	ATTEMPT_KILLED, /* somebody was signalled, or would have been */
	ATTEMPT_FAILED, /* on to the next best */
	ATTEMPT_PAUSED, /* a prekill hook runs: the search is kept in instance->pause */
};

/* attempt.c: tries one, with a prekill hook before it if there is one. */
enum attempt attempt_kill(struct search *search, const struct candidate *target);
/* The same for one whose hook is over. *ret_gone: nobody is in it any more. */
enum attempt attempt_after_hook(struct search *search, const struct candidate *target,
				bool *ret_gone);

/* fire.c: fires the first hook that matches. true: it runs, and the search is paused. */
bool hook_fire(struct search *search, const struct candidate *target);
/* The hook of a pause is over, or its time is; what is known of it is in the pause's decision. */
bool hook_over(struct search *search, struct kill_pause *pause);

/* pause.c: keeps the search, with the target whose hook runs, in the slot. */
void pause_save(struct kill_pause *pause, const struct search *search,
		const struct candidate *target);
/*
 * Makes the search anew in the present tree, the decision included; the slot is not needed any
 * more then. The target, or NULL: it is gone.
 */
const struct candidate *pause_restore(const struct kill_pause *pause, struct search *search);

/* record.c: the decision record, as the search goes. */
void record_begin(struct search *search);
void record_level(struct search *search, const struct level *level);
/* What log() says of it. */
void record_picked(struct search *search, const struct candidate *target);
void record_fate(struct search *search, const struct candidate *target, enum candidate_fate fate,
		 int error);
void record_name(char dst[DECISION_NAME_MAX], const char *name);
/* The one whose hook ran went by itself. */
void record_gone(struct search *search, uint64_t cgroup_id);
void record_end(struct search *search, bool killed);

/* dump.c: with debug or --verbose, everything about every candidate of a level. */
void dump_level(const struct search *search, const struct level *level);

#endif
