/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup under the most pressure: see worst.h. */
#include "plugins/detect/worst.h"

#include <math.h>

#include "log.h"

static void consider(struct worst *worst, enum boomd_resource resource, const struct cgroup *cgroup)
{
	double avg10 = cgroup_psi_percent(cgroup, resource, BOOMD_STALL_FULL, BOOMD_AVG10);
	double avg60 = cgroup_psi_percent(cgroup, resource, BOOMD_STALL_FULL, BOOMD_AVG60);
	double avg300 = cgroup_psi_percent(cgroup, resource, BOOMD_STALL_FULL, BOOMD_AVG300);
	double weight = 3 * avg10 + 2 * avg60 + avg300;

	worst->highest_avg10 = fmax(worst->highest_avg10, avg10);
	worst->highest_avg60 = fmax(worst->highest_avg60, avg60);
	if (weight <= worst->weight)
		return;
	worst->avg10 = avg10;
	worst->avg60 = avg60;
	worst->weight = weight;
	worst->memory_bytes = cgroup->row->memory_bytes;
}

struct worst worst_find(const char *plugin, enum boomd_resource resource,
			const struct cgroup_patterns *cgroup,
			const struct cgroup_patterns *ruleset_cgroup, const struct moment *now)
{
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	struct worst worst = { 0 };

	if (plugin_resolve(now, cgroup, ruleset_cgroup, &list))
		log_warn("%s: no room to list cgroups, none is looked at", plugin);
	for (size_t i = 0; i < list.nr_items; i++)
		consider(&worst, resource, list.items[i]);
	worst.nr_cgroups = list.nr_items;
	arena_release(arena, mark);
	return worst;
}

void worst_say(const struct worst *worst, enum boomd_window window, int64_t threshold_percent,
	       int64_t duration_s)
{
	log_info("%s pressure %.2f is over the threshold of %lld for %lld seconds , total usage is "
		 "%lluMB",
		 window == BOOMD_AVG10 ? "10s" : "1m",
		 window == BOOMD_AVG10 ? worst->avg10 : worst->avg60, (long long)threshold_percent,
		 (long long)duration_s, (unsigned long long)worst->memory_bytes >> 20);
}

struct watch worst_watch(enum boomd_resource resource, enum boomd_window window,
			 int64_t threshold_percent)
{
	uint64_t percent = 0;

	/* nothing is ever above UINT32_MAX percent, and that can be shifted */
	if (threshold_percent > 0)
		percent = threshold_percent < UINT32_MAX ? (uint64_t)threshold_percent : UINT32_MAX;
	return (struct watch){
		.kind = WATCH_ROW,
		.row = {
			.metric = BOOMD_METRIC_PSI_AVG,
			.resource = resource,
			.stall = BOOMD_STALL_FULL,
			.window = window,
			.threshold = percent << BOOMD_PSI_FIXED_SHIFT,
		},
	};
}
