/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * swap_free: little swap is left and, if asked for, it is being used up fast (oomd SwapFree.cpp).
 * A machine without swap never has little of it.
 *
 * How much is left is told by a row on the root that follows SwapTotal, also when swap comes or goes
 * later. How fast it goes is told by no record; where a rate was asked for and swap is low, it
 * is looked at while pages are scanned at all, and a row tells when that begins.
 */
#include <errno.h>

#include "log.h"
#include "plugins/detect/held.h"

#define EXACT_DOUBLE 9007199254740992.0 /* 2^53 */

struct swap_free {
	int64_t threshold_pct;
	int64_t swapout_bps_threshold;
	struct cgroup_patterns machine; /* the root */
};

#define ARG(member) .offset = offsetof(struct swap_free, member)

static const struct plugin_arg swap_free_args[] = {
	{ "threshold_pct", ARG_INT, ARG(threshold_pct), .required = true,
	  .help = "less than this many percent of swap are free" },
	{ "swapout_bps_threshold", ARG_INT, ARG(swapout_bps_threshold), .fallback = "0",
	  .min = -EXACT_DOUBLE, .max = EXACT_DOUBLE,
	  .help = "and at least this many bytes a second go out" },
	{ 0 },
};

static int swap_free_init(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	struct swap_free *s = state;
	size_t offset;
	const char *why;

	(void)env;
	(void)ret_error;
	return cgroup_patterns_parse("/", &s->machine, &why, &offset);
}

static void swap_free_fini(void *state)
{
	struct swap_free *s = state;

	cgroup_patterns_free(&s->machine);
}

static bool asks_for_rate(const struct swap_free *s)
{
	return s->swapout_bps_threshold > 0;
}

static bool needs_vmstat(const void *state)
{
	return asks_for_rate(state);
}

/* total * percent / 100, which must not overflow; clamped to where it makes no difference. */
static uint64_t limit_bytes(const struct swap_free *s, uint64_t total_bytes)
{
	uint64_t percent = s->threshold_pct > 0 ? (uint64_t)s->threshold_pct : 0;

	if (percent > 200)
		percent = 200;
	return total_bytes / 100 * percent + total_bytes % 100 * percent / 100;
}

/* Is anything being swapped out, or may it be soon? And a rate needs a second sample. */
static bool rate_may_change(const struct moment *now)
{
	const struct cgroup *root = cgroup_tree_root(now->tree);

	if (!now->system->has_vmstat)
		return false;
	return !now->swap_out.known || now->swap_out.now_bps > 0 ||
	       (root && root->pgscan_rate_pages);
}

static enum verdict swap_free_run(void *state, const struct moment *now)
{
	const struct swap_free *s = state;
	uint64_t total_bytes = now->system->swap_total_bytes;
	uint64_t free_bytes = now->system->swap_free_bytes;
	uint64_t limit = limit_bytes(s, total_bytes);

	if (free_bytes >= limit)
		return VERDICT_STOP;
	if (asks_for_rate(s) && rate_may_change(now))
		look_after_fold(now);
	if (asks_for_rate(s) && now->swap_out.now_bps < (double)s->swapout_bps_threshold)
		return VERDICT_STOP;
	if (!now->silent)
		log_info("SwapFree %lluMB is smaller than the threshold of %lluMB, total swap is "
			 "%lluMB",
			 (unsigned long long)free_bytes >> 20, (unsigned long long)limit >> 20,
			 (unsigned long long)total_bytes >> 20);
	if (!now->silent && asks_for_rate(s))
		log_info("SwapOut rate %.0f bytes/s is at least the threshold of %lld",
			 now->swap_out.now_bps, (long long)s->swapout_bps_threshold);
	return VERDICT_CONTINUE;
}

static size_t swap_free_watches(const void *state, struct watch *ret_watches, size_t max)
{
	const struct swap_free *s = state;
	const struct watch low = {
		.kind = WATCH_ROW,
		.cgroups = &s->machine,
		.row = { .metric = BOOMD_METRIC_SWAP_USED,
			 .threshold = s->threshold_pct >= 100 ? 0
				      : s->threshold_pct < 0  ? 100
							      : 100 - (uint64_t)s->threshold_pct },
	};
	const struct watch reclaim = { .kind = WATCH_ROW,
				       .cgroups = &s->machine,
				       .row = { .metric = BOOMD_METRIC_PGSCAN } };
	size_t nr = 0;

	if (nr < max)
		ret_watches[nr++] = low;
	if (nr < max && asks_for_rate(s))
		ret_watches[nr++] = reclaim;
	return nr;
}

const struct plugin plugin_swap_free = {
	.api = PLUGIN_API,
	.kind = PLUGIN_DETECT,
	.name = "swap_free",
	.about = "little swap is left and, if asked for, it goes fast",
	.args = swap_free_args,
	.state_size = sizeof(struct swap_free),
	.init = swap_free_init,
	.fini = swap_free_fini,
	.watches = swap_free_watches,
	.needs_vmstat = needs_vmstat,
	.run = swap_free_run,
};
