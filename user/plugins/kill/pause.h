/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kill that waits for a prekill hook. The tree, the arena and the decision of its evaluation are
 * gone when it goes on; what it needs of them is kept here, in a slot that was taken at start:
 * everybody by 64-bit id, to be looked up in the tree of that time.
 */
#ifndef PLUGINS_KILL_PAUSE_H
#define PLUGINS_KILL_PAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugins/hook/hook.h"
#include "report/decision.h"

#define KILL_PAUSES_MAX	     8	  /* rulesets that wait at a time, as many as commands run */
#define PAUSE_LEVELS_MAX     32	  /* the innermost ones */
#define PAUSE_CANDIDATES_MAX 1024 /* of them, the innermost and best ones */

struct paused_candidate {
	uint64_t id;
	double keys[CANDIDATE_KEYS_MAX];
	int phase;
};

/* Siblings in the order in which they shall die: candidates[first] and nr - 1 more. */
struct paused_level {
	int depth;
	size_t first, nr;
	size_t next; /* of nr: those before it had their turn */
};

struct kill_pause {
	bool used;
	struct hook_run run;
	struct decision decision; /* as far as it has come */
	uint64_t victim_id;
	size_t nr_levels, nr_candidates;
	struct paused_level levels[PAUSE_LEVELS_MAX]; /* the innermost first, where the victim is */
	struct paused_candidate candidates[PAUSE_CANDIDATES_MAX];
};

#endif
