/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of the real killer, for killer.c (kills) and startup.c (comes and goes). */
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
	uint64_t signalled_ns;
	uint64_t watched_id; /* whose exit records are on; 0: nobody's */
};

static inline struct real_killer *real_killer(struct killer *killer)
{
	return (struct real_killer *)killer;
}

extern const struct killer_ops real_killer_ops;

/* The path of a kill, with signal 0 and ourselves for a victim: touches code, stack and lists. */
int real_killer_rehearse(struct real_killer *killer);

#endif
