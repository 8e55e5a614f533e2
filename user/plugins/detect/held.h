/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A condition that must hold for a while before it counts, and when to look at one again. Time comes
 * in as an argument.
 */
#ifndef PLUGINS_DETECT_HELD_H
#define PLUGINS_DETECT_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "plugins/plugin.h"

/* PSI averages and watch rows change when the kernel folds a cgroup's averages, and not before. */
#define PSI_FOLD_NS 2000000000ULL

struct held {
	bool set;
	uint64_t since_ns; /* when it began to hold; CLOCK_MONOTONIC */
};

/*
 * Has it held for this many whole seconds? Once it does not, the count begins anew (oomd's
 * hit_at). While it has not held long enough, asks to be evaluated again when it will have.
 */
bool held_for(struct held *held, const struct moment *now, bool holds, int64_t duration_s);

/* For what no record tells: look again after everybody's next fold. */
static inline void look_after_fold(const struct moment *now)
{
	moment_wake_at(now, now->now_ns + PSI_FOLD_NS);
}

#endif
