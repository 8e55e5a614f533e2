/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pressure_above: some cgroup has been stalled for too much of its time, for long enough.
 *
 * Of all cgroups the one under the most pressure over all three windows is looked at, and its 10 s
 * average decides (oomd PressureAbove.cpp). A missing cgroup has pressure 0, which is above a
 * negative threshold.
 */
#include "plugins/detect/held.h"
#include "plugins/detect/watch.h"
#include "plugins/detect/worst.h"

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

static enum verdict pressure_above_run(void *state, const struct moment *now)
{
	struct pressure_above *p = state;
	struct worst worst =
		worst_find("pressure_above", p->resource, &p->cgroup, &p->ruleset_cgroup, now);
	bool above = worst.avg10 > (double)p->threshold;

	/* who is the worst depends on the long windows too, and no record tells of those */
	if (worst.highest_avg10 > (double)p->threshold && worst.nr_cgroups > 1)
		look_after_fold(now);
	if (!held_for(&p->held, now, above, p->duration))
		return VERDICT_STOP;
	if (!now->silent)
		worst_say(&worst, BOOMD_AVG10, p->threshold, p->duration);
	return VERDICT_CONTINUE;
}

static size_t pressure_above_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct pressure_above *p = state;
	const struct watch watch = worst_watch(p->resource, BOOMD_AVG10, p->threshold);

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
