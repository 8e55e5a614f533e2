/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the real killer, for the files that make it up: killer.c (a kill), attempt.c (its
 * turns), progress.c (what comes of it), startup.c (comes and goes).
 */
#ifndef KILL_REAL_H
#define KILL_REAL_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kill/descriptors.h"
#include "kill/exits.h"
#include "kill/helper.h"
#include "kill/killer.h"
#include "kill/victims.h"

struct real_killer {
	struct killer base; /* first */
	struct source *source;
	struct victims victims;
	struct exits exits;
	struct helper helper;
	struct spare spare;

	/* where boomd and PID 1 were at start: for cgroups too large for one list */
	char own_path[PATH_MAX], init_path[PATH_MAX];
	bool knows_own_path, knows_init_path;

	/* the last kill */
	struct job *job; /* NULL: none, or it went without */
	uint64_t cgroup_id;
	char path[PATH_MAX];
	bool reap_memory, silent;
	uint64_t signalled_ns; /* first signal */
	uint64_t last_boot_ns; /* last signal, CLOCK_BOOTTIME like start times; 0: no more looks */
	uint64_t watched_id;   /* whose exit records are on; 0: nobody's */
	size_t nr_looks;       /* for stragglers */
	size_t nr_stragglers;
	size_t nr_reaped_before; /* by jobs before job, of the same kill */
	bool swept_before;
	struct kill_result look; /* of a look for stragglers */
};

static inline struct real_killer *real_killer(struct killer *killer)
{
	return (struct real_killer *)killer;
}

extern const struct killer_ops real_killer_ops;

/* Exit records of this cgroup on, of the one before off; 0: only off. */
void real_killer_watch_exits(struct real_killer *killer, uint64_t cgroup_id);
/* Forgets whom the last kill awaits. */
void real_killer_forget(struct real_killer *killer);

#endif
