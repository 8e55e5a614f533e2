/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup under the most pressure, as oomd's pressure detectors choose it: by its full line,
 * 3 * avg10 + 2 * avg60 + avg300. Which one that is may change with any fold, and no record tells.
 */
#ifndef PLUGINS_DETECT_WORST_H
#define PLUGINS_DETECT_WORST_H

#include <stddef.h>
#include <stdint.h>

#include "plugins/plugin.h"

/* Zeroes when there is no cgroup, or none under pressure. */
struct worst {
	double avg10, avg60; /* percent */
	double weight;
	uint64_t memory_bytes;
	double highest_avg10, highest_avg60; /* of any cgroup, the worst or not */
	size_t nr_cgroups;
};

struct worst worst_find(const char *plugin, enum boomd_resource resource,
			const struct cgroup_patterns *cgroup,
			const struct cgroup_patterns *ruleset_cgroup, const struct moment *now);

/* oomd's line of what is over its threshold: the worst's average of that window. */
void worst_say(const struct worst *worst, enum boomd_window window, int64_t threshold_percent,
	       int64_t duration_s);

/* A row for an average of the full line: true when it is above this many percent. */
struct watch worst_watch(enum boomd_resource resource, enum boomd_window window,
			 int64_t threshold_percent);

#endif
