/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pressure_rising_beyond: some cgroup has been under pressure for a minute, still is, and it is not
 * getting better (oomd PressureRisingBeyond.cpp).
 *
 * Getting better means that the 10 s average has fallen by more than fast_fall_ratio since the
 * tick before, of whichever cgroup was the worst then. Evaluations do not come a tick apart here, so
 * the ratio is taken to the power of the ticks that passed, against a sample of about a tick ago; a
 * tick apart it is oomd's comparison. Before the first sample it was 100, as in oomd.
 */
#include <math.h>

#include "cgroup/lookback.h"
#include "plugins/detect/held.h"
#include "plugins/detect/watch.h"
#include "plugins/detect/worst.h"

#define FIRST_PERCENT 100

struct pressure_rising_beyond {
	struct cgroup_patterns cgroup, ruleset_cgroup;
	enum boomd_resource resource;
	int64_t threshold; /* percent */
	int64_t duration;  /* s */
	double fast_fall_ratio;
	struct held held;
	bool began;
	struct lookback avg10; /* of the worst */
};

#define ARG(member) .offset = offsetof(struct pressure_rising_beyond, member)

static const struct plugin_arg rising_args[] = {
	{ "cgroup", ARG_PATTERNS, ARG(cgroup), .help = "where to look" },
	{ "ruleset_cgroup", ARG_PATTERNS, ARG(ruleset_cgroup),
	  .help = "below the ruleset's cgroup" },
	{ "resource", ARG_RESOURCE, ARG(resource), .required = true, .help = "what is short" },
	{ "threshold", ARG_INT, ARG(threshold), .required = true,
	  .help = "percent of the last 60 s, and of the last 10 s, in which nothing ran" },
	{ "duration", ARG_INT, ARG(duration), .required = true,
	  .help = "seconds it must last over 60 s" },
	{ "fast_fall_ratio", ARG_DOUBLE, ARG(fast_fall_ratio), .fallback = "0.85",
	  .help = "not when the 10 s fall below this much of what they were a tick ago" },
	{ 0 },
};

static bool falls_fast(struct pressure_rising_beyond *p, double avg10, const struct moment *now)
{
	double ticks;

	if (!p->began) {
		p->began = true;
		p->avg10.newer.time_ns = now->now_ns - now->tick_ns;
		p->avg10.newer.value = FIRST_PERCENT;
	}
	lookback_put(&p->avg10, now->now_ns, now->tick_ns, avg10);
	ticks = (double)(now->now_ns - p->avg10.older.time_ns) / (double)now->tick_ns;
	return avg10 < p->avg10.older.value * pow(p->fast_fall_ratio, ticks);
}

static enum verdict rising_run(void *state, const struct moment *now)
{
	struct pressure_rising_beyond *p = state;
	double threshold = (double)p->threshold;
	struct worst worst = worst_find("pressure_rising_beyond", p->resource, &p->cgroup,
					&p->ruleset_cgroup, now);
	bool falls = falls_fast(p, worst.avg10, now);
	bool held = held_for(&p->held, now, worst.avg60 > threshold, p->duration);

	/* who is the worst, and whether it gets better, may change with each fold */
	if (worst.highest_avg10 > threshold || worst.highest_avg60 > threshold)
		look_after_fold(now);
	if (!held || !(worst.avg10 > threshold) || falls)
		return VERDICT_STOP;
	if (!now->silent)
		worst_say(&worst, BOOMD_AVG60, p->threshold, p->duration);
	return VERDICT_CONTINUE;
}

static size_t rising_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct pressure_rising_beyond *p = state;
	struct watch watch = worst_watch(p->resource, BOOMD_AVG10, p->threshold);
	size_t nr = watch_both(&watch, &p->cgroup, &p->ruleset_cgroup, ret_watches, max);

	watch = worst_watch(p->resource, BOOMD_AVG60, p->threshold);
	return nr + watch_both(&watch, &p->cgroup, &p->ruleset_cgroup, ret_watches + nr, max - nr);
}

const struct plugin plugin_pressure_rising_beyond = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "pressure_rising_beyond",
	.about = "the 60 s average of a cgroup's full pressure is above a threshold, and the 10 s "
		 "one does not fall",
	.args = rising_args,
	.state_size = sizeof(struct pressure_rising_beyond),
	.watches = rising_watches,
	.run = rising_run,
};
