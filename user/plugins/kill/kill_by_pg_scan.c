/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill_by_pg_scan: whoever's pages are scanned for reclaim the fastest (oomd KillPgScan-inl.h).
 *
 * In two steps, for a rate needs two samples: the first call pauses, and one a tick later ranks.
 * Evaluations in a hurry in between change nothing, and one that comes late still ranks, unless it
 * is so late that the chain must have been given up meanwhile. The history samples at every evaluation, so by then a cgroup's rate is over half a tick at
 * least. A call right after a kill, at the next tick, needs no pause, as in oomd.
 */
#include <stdio.h>

#include "plugins/plugin.h"

struct kill_by_pg_scan {
	bool sampled, waiting;
	uint64_t sampled_ns; /* the sample before */
};

#define LATE_TICKS 12

/* Is a sample of that age the one of the tick before? Timers are late, never early. */
static bool is_of_last_tick(uint64_t age_ns, uint64_t tick_ns)
{
	return age_ns < tick_ns + tick_ns / 2;
}

static enum verdict pg_scan_run(void *state, const struct moment *now)
{
	struct kill_by_pg_scan *k = state;
	uint64_t age_ns = now->now_ns - k->sampled_ns;

	if (!k->sampled || age_ns > LATE_TICKS * now->tick_ns ||
	    (!k->waiting && !is_of_last_tick(age_ns, now->tick_ns))) {
		k->sampled = true;
		k->sampled_ns = now->now_ns;
		age_ns = 0;
	}
	k->waiting = age_ns < now->tick_ns;
	if (k->waiting) {
		moment_wake_at(now, k->sampled_ns + now->tick_ns);
		return VERDICT_PAUSED;
	}
	k->sampled_ns = now->now_ns;
	return VERDICT_CONTINUE;
}

static size_t pg_scan_rank(void *state, const struct moment *now, struct candidate *siblings,
			   size_t nr)
{
	size_t nr_stay = 0;

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		const struct cgroup *cgroup = siblings[i].cgroup;

		if (!cgroup->has_history || !cgroup->pgscan_rate_pages)
			continue;
		siblings[nr_stay] = siblings[i];
		siblings[nr_stay++].keys[0] = (double)cgroup->pgscan_rate_pages;
	}
	rank_by_keys(now, siblings, nr_stay);
	return nr_stay;
}

static void pg_scan_log(void *state, const struct moment *now, const struct candidate *target,
			const struct candidate *peers, size_t nr_peers, char *buf, size_t size)
{
	const struct cgroup *cgroup = target->cgroup;
	char label[PLUGIN_LABEL_SIZE];

	(void)state;
	(void)now;
	(void)peers;
	(void)nr_peers;
	snprintf(buf, size,
		 "Picked \"%s\" (%lluMB) based on pg scan rate at %llu with kill preference %s",
		 plugin_label(cgroup, label), (unsigned long long)cgroup->row->memory_bytes >> 20,
		 (unsigned long long)cgroup->pgscan_rate_pages,
		 preference_name(cgroup_preference(cgroup)));
}

const struct plugin plugin_kill_by_pg_scan = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_pg_scan",
	.about = "kills the cgroup whose pages are scanned for reclaim the fastest",
	.state_size = sizeof(struct kill_by_pg_scan),
	.run = pg_scan_run,
	.rank = pg_scan_rank,
	.log = pg_scan_log,
};
