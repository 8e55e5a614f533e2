/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill_by_swap_usage: whoever has most in swap (oomd KillSwapUsage-inl.h).
 *
 * Biased, what a cgroup may have in swap for its protected memory does not count: as much of it as
 * the machine has swap for its memory. Differs on purpose: oomd keeps both totals in 32 bits, so
 * that from 2 GiB on percentages and the bias are garbage; and the bias follows swap that is added
 * later.
 */
#include <math.h>
#include <stdio.h>

#include "plugins/plugin.h"

struct kill_by_swap_usage {
	int64_t threshold; /* bytes */
	bool biased_swap_kill;
	char *meminfo_location; /* oomd's own tests used it; taken and ignored */
};

#define ARG(member) .offset = offsetof(struct kill_by_swap_usage, member)

static const struct plugin_arg swap_usage_args[] = {
	{ "threshold", ARG_SIZE_OF_SWAP, ARG(threshold), .fallback = "1.0",
	  .help = "only who has more than this in swap; 1.0 is one byte" },
	{ "biased_swap_kill", ARG_BOOL, ARG(biased_swap_kill), .fallback = "false",
	  .help = "leave out what protected memory may have in swap" },
	{ "meminfo_location", ARG_STRING, ARG(meminfo_location), .help = "ignored" },
	{ 0 },
};

/* What of a cgroup's swap is more than its protection is good for, bytes. */
static double excess_bytes(const struct cgroup *cgroup, const struct system_facts *system)
{
	double ratio = system->memory_total_bytes ? (double)system->swap_total_bytes /
							    (double)system->memory_total_bytes
						  : 0;

	return fmax(0, (double)cgroup->row->swap_bytes - ratio * (double)cgroup->protection_bytes);
}

static bool is_over(const struct kill_by_swap_usage *k, const struct cgroup *cgroup)
{
	return k->threshold < 0 || cgroup->row->swap_bytes > (uint64_t)k->threshold;
}

static size_t swap_usage_rank(void *state, const struct moment *now, struct candidate *siblings,
			      size_t nr)
{
	const struct kill_by_swap_usage *k = state;
	size_t nr_stay = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct cgroup *cgroup = siblings[i].cgroup;

		if (!is_over(k, cgroup))
			continue;
		siblings[nr_stay] = siblings[i];
		siblings[nr_stay++].keys[0] = k->biased_swap_kill ?
						      excess_bytes(cgroup, now->system) :
						      (double)cgroup->row->swap_bytes;
	}
	rank_by_keys(now, siblings, nr_stay);
	return nr_stay;
}

static void swap_usage_log(void *state, const struct moment *now, const struct candidate *target,
			   const struct candidate *peers, size_t nr_peers, char *buf, size_t size)
{
	const struct kill_by_swap_usage *k = state;
	const struct boomd_row *row = target->cgroup->row;
	char label[PLUGIN_LABEL_SIZE], excess[64] = "";

	(void)peers;
	(void)nr_peers;
	if (k->biased_swap_kill)
		snprintf(excess, sizeof(excess), " exceeding swapLow value by %.0fMB",
			 floor(excess_bytes(target->cgroup, now->system) / (1 << 20)));
	snprintf(buf, size, "Picked \"%s\" (%lluMB) based on swap usage at %lluMB%s",
		 plugin_label(target->cgroup, label), (unsigned long long)row->memory_bytes >> 20,
		 (unsigned long long)row->swap_bytes >> 20, excess);
}

const struct plugin plugin_kill_by_swap_usage = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_swap_usage",
	.about = "kills the cgroup that has most in swap",
	.args = swap_usage_args,
	.state_size = sizeof(struct kill_by_swap_usage),
	.rank = swap_usage_rank,
	.log = swap_usage_log,
};
