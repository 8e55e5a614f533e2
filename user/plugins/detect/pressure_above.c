/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pressure_above: some cgroup has been stalled for too much of its time, for long enough.
 *
 * Of all cgroups the one under the most pressure over all three windows is looked at, and its 10 s
 * average decides (oomd PressureAbove.cpp). A missing cgroup has pressure 0, which is above a
 * negative threshold.
 */
#include "log.h"
#include "plugins/detect/held.h"
#include "plugins/detect/watch.h"

struct pressure_above {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	enum boomd_resource resource;
	int64_t threshold; /* percent */
	int64_t duration;  /* s */
	struct held held;
};

#define ARG(member) .offset = offsetof(struct pressure_above, member)

static const struct plugin_arg pressure_above_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "where to look" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "resource", ARG_RESOURCE, ARG(resource), .required = true, .help = "what is short" },
	{ "threshold", ARG_INT, ARG(threshold), .required = true,
	  .help = "percent of the last 10 s in which nothing ran" },
	{ "duration", ARG_INT, ARG(duration), .required = true, .help = "seconds it must last" },
	{ 0 },
};

/* What was found: zeroes when there is no cgroup, or none under pressure. */
struct worst {
	double avg10, weight;
	uint64_t memory_bytes;
	bool any_above; /* this or another cgroup is above the threshold */
	bool may_turn;	/* it is, and there are others: any fold may make another the worst */
};

static void worst_consider(struct worst *worst, const struct pressure_above *p,
			   const struct cgroup *cgroup)
{
	double avg10 = cgroup_psi_percent(cgroup, p->resource, BOOMD_STALL_FULL, BOOMD_AVG10);
	double avg60 = cgroup_psi_percent(cgroup, p->resource, BOOMD_STALL_FULL, BOOMD_AVG60);
	double avg300 = cgroup_psi_percent(cgroup, p->resource, BOOMD_STALL_FULL, BOOMD_AVG300);
	double weight = 3 * avg10 + 2 * avg60 + avg300;

	worst->any_above |= avg10 > (double)p->threshold;
	if (weight <= worst->weight)
		return;
	worst->avg10 = avg10;
	worst->weight = weight;
	worst->memory_bytes = cgroup->row->memory_bytes;
}

static struct worst find_worst(const struct pressure_above *p, const struct moment *now)
{
	struct arena *arena = now->evaluation->arena;
	size_t mark = arena_mark(arena);
	struct cgroup_list list = { 0 };
	struct worst worst = { 0 };

	if (plugin_resolve(now, &p->cgroup, &p->ruleset_cgroup, &list))
		log_warn("pressure_above: no room to list cgroups, none is looked at");
	for (size_t i = 0; i < list.nr_items; i++)
		worst_consider(&worst, p, list.items[i]);
	worst.may_turn = worst.any_above && list.nr_items > 1;
	arena_release(arena, mark);
	return worst;
}

static enum verdict pressure_above_run(void *state, const struct moment *now)
{
	struct pressure_above *p = state;
	struct worst worst = find_worst(p, now);
	bool above = worst.avg10 > (double)p->threshold;

	/* who is the worst depends on the long windows too, and no record tells of those */
	if (worst.may_turn)
		moment_wake_at(now, now->now_ns + PSI_FOLD_NS);
	if (!held_for(&p->held, now, above, p->duration))
		return VERDICT_STOP;
	if (!now->silent)
		log_info("10s pressure %.2f is over the threshold of %lld for %lld seconds , "
			 "total usage is %lluMB",
			 worst.avg10, (long long)p->threshold, (long long)p->duration,
			 (unsigned long long)worst.memory_bytes >> 20);
	return VERDICT_CONTINUE;
}

static size_t pressure_above_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct pressure_above *p = state;
	uint64_t percent = 0;
	struct watch watch = {
		.kind = WATCH_ROW,
		.row = {
			.metric = BOOMD_METRIC_PSI_AVG,
			.resource = p->resource,
			.stall = BOOMD_STALL_FULL,
			.window = BOOMD_AVG10,
		},
	};

	/* nothing is ever above UINT32_MAX percent, and that can be shifted */
	if (p->threshold > 0)
		percent = p->threshold < UINT32_MAX ? (uint64_t)p->threshold : UINT32_MAX;
	watch.row.threshold = percent << BOOMD_PSI_FIXED_SHIFT;
	return watch_both(&watch, &p->cgroup, &p->ruleset_cgroup, ret_watches, max);
}

const struct plugin plugin_pressure_above = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "pressure_above",
	.about = "the 10 s average of a cgroup's full pressure is above a threshold for a while",
	.args = pressure_above_args,
	.state_size = sizeof(struct pressure_above),
	.watches = pressure_above_watches,
	.run = pressure_above_run,
};
