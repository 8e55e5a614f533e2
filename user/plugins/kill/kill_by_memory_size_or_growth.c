/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill_by_memory_size_or_growth: whoever is most of the problem (oomd KillMemoryGrowth-inl.h).
 *
 * Three questions, in this order: does one use most of what all siblings use? Which of the larger
 * ones grows fastest? Which is the largest? Size is what a cgroup uses beyond its protection.
 * Differs on purpose: oomd reads min_growth_ratio as an integer, so that its 1.25 is 1.
 */
#include <math.h>
#include <stdio.h>

#include "plugins/plugin.h"

enum phase { BY_SIZE, BY_GROWTH, BY_REST };

struct size_or_growth {
	int64_t size_threshold;		 /* percent */
	int64_t growing_size_percentile; /* 0 to 99 */
	double min_growth_ratio;
};

#define ARG(member) .offset = offsetof(struct size_or_growth, member)

static const struct plugin_arg size_or_growth_args[] = {
	{ "size_threshold", ARG_UINT, ARG(size_threshold), .fallback = "50",
	  .help = "percent of all siblings' memory that makes one too large" },
	{ "growing_size_percentile", ARG_INT, ARG(growing_size_percentile), .fallback = "80",
	  .max = 99, .help = "how large it must be for its growth to count" },
	{ "min_growth_ratio", ARG_DOUBLE, ARG(min_growth_ratio), .fallback = "1.25",
	  .help = "usage by average usage that makes it a growing one" },
	{ 0 },
};

static uint64_t total_bytes(const struct candidate *peers, size_t nr)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += peers[i].cgroup->row->memory_bytes;
	return sum;
}

/* The n-th largest effective usage, n from 0, found bit by bit: linear, and needs no memory. */
static uint64_t nth_largest_bytes(const struct candidate *peers, size_t nr, size_t n)
{
	uint64_t found = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t guess = found | 1ULL << bit;
		size_t nr_at_least = 0;

		for (size_t i = 0; i < nr; i++)
			nr_at_least += peers[i].cgroup->effective_bytes >= guess;
		if (nr_at_least > n)
			found = guess;
	}
	return found;
}

static size_t size_or_growth_rank(void *state, const struct moment *now,
				  struct candidate *siblings, size_t nr)
{
	const struct size_or_growth *s = state;
	size_t percentile = (size_t)s->growing_size_percentile;
	double large_bytes = floor((double)total_bytes(siblings, nr) *
				   ((double)s->size_threshold / 100));
	uint64_t growing_bytes = 0;

	if (nr && percentile)
		growing_bytes = nth_largest_bytes(siblings, nr,
						  (nr * (100 - percentile) + 99) / 100 - 1);
	for (size_t i = 0; i < nr; i++) {
		const struct cgroup *cgroup = siblings[i].cgroup;
		double growth = cgroup_growth(cgroup);
		bool large = (double)cgroup->row->memory_bytes >= large_bytes;
		bool grows = growth >= s->min_growth_ratio &&
			     cgroup->effective_bytes >= growing_bytes;

		siblings[i].keys[0] = large ? (double)cgroup->effective_bytes : 0;
		siblings[i].keys[1] = grows ? growth : 0;
		siblings[i].keys[2] = (double)cgroup->effective_bytes;
		siblings[i].phase = large ? BY_SIZE : grows ? BY_GROWTH : BY_REST;
	}
	rank_by_keys(now, siblings, nr);
	return nr;
}

static void size_or_growth_log(void *state, const struct moment *now,
			       const struct candidate *target, const struct candidate *peers,
			       size_t nr_peers, char *buf, size_t size)
{
	const struct size_or_growth *s = state;
	const struct cgroup *cgroup = target->cgroup;
	const char *preference = preference_name(cgroup_preference(cgroup));
	unsigned long long used_mb = cgroup->row->memory_bytes >> 20;
	char label[PLUGIN_LABEL_SIZE];

	(void)now;
	plugin_label(cgroup, label);
	switch ((enum phase)target->phase) {
	case BY_SIZE:
		snprintf(buf, size,
			 "Picked \"%s\" (%lluMB) based on size > %lld%% of sibling total %lluMB "
			 "with kill preference %s",
			 label, used_mb, (long long)s->size_threshold,
			 (unsigned long long)total_bytes(peers, nr_peers) >> 20, preference);
		break;
	case BY_GROWTH:
		snprintf(buf, size,
			 "Picked \"%s\" (%lluMB) based on growth rate %.2f (min growth rate %.2f) "
			 "among P%lld largest, with kill preference %s",
			 label, used_mb, cgroup_growth(cgroup), s->min_growth_ratio,
			 (long long)s->growing_size_percentile, preference);
		break;
	case BY_REST: /* oomd says MB too, but prints bytes */
		snprintf(buf, size,
			 "Picked \"%s\" (%lluMB) based on effective usage of %lluMB with kill "
			 "preference %s",
			 label, used_mb, (unsigned long long)cgroup->effective_bytes >> 20,
			 preference);
		break;
	}
}

const struct plugin plugin_kill_by_memory_size_or_growth = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_memory_size_or_growth",
	.about = "kills one that is too large, else one that grows fast, else the largest",
	.args = size_or_growth_args,
	.state_size = sizeof(struct size_or_growth),
	.rank = size_or_growth_rank,
	.log = size_or_growth_log,
};
