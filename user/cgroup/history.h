/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cgroups looked like before, by cgroup id: the temporal counters of oomd
 * (CgroupContext.cpp:459-479): average usage, io cost rate, pgscan rate.
 *
 * oomd samples at a fixed tick: average = average * 3/4 + usage / 4. boomd samples when something
 * happens, so the same decay is taken for the time that passed: (3/4)^(elapsed / tick). With one
 * tick between two samples both agree to the byte. Differs on purpose: at first sight the average
 * is the usage itself, where oomd starts from 0 and takes every new cgroup for a growing one
 * during five ticks (oomd.md 0.3).
 *
 * Rates are counts since the sample before, as oomd's, but never since less than half a tick:
 * when samples come in a hurry, they are taken against an older one (up to a tick and a half old),
 * or all of them would be next to nothing just when they are needed. With half a tick or more
 * between any two samples nothing of this shows.
 */
#ifndef CGROUP_HISTORY_H
#define CGROUP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup/tree.h"

/* What one unit of each counter of io.stat costs (oomd Main.cpp:64-79). */
struct io_coefficients {
	double read_ios, read_bytes, write_ios, write_bytes, discard_ios, discard_bytes;
};

struct history; /* a table of fixed size, by id */

struct history_options {
	size_t max_cgroups;
	uint64_t tick_ns;  /* the decay's unit, oomd's interval: default 5 s */
	bool oomd_warm_up; /* oomd's own first sight: average starts from 0 */
	struct io_coefficients io[BOOMD_DEVICE_CLASSES];
};

/* 0 or -ENOMEM. */
int history_new(const struct history_options *options, struct history **ret_history);
void history_free(struct history *history);
/*
 * Takes a sample of every cgroup of the tree and fills its temporal fields in. Entries of cgroups
 * that are gone are given up. Two calls with the same now_ns are one sample.
 */
void history_sample(struct history *history, struct cgroup_tree *tree, uint64_t now_ns);

#endif
