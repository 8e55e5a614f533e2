/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill_by_io_cost: whoever costs the disks the most (oomd KillIOCost-inl.h).
 *
 * The cost is a weighted sum of what --device counts; its rate is what the last sample added. With
 * no device configured every rate is 0, and siblings die in the tree's order.
 */
#include <stdio.h>

#include "plugins/plugin.h"

static size_t io_cost_rank(void *state, const struct moment *now, struct candidate *siblings,
			   size_t nr)
{
	(void)state;
	for (size_t i = 0; i < nr; i++)
		siblings[i].keys[0] = siblings[i].cgroup->io_cost_rate;
	rank_by_keys(now, siblings, nr);
	return nr;
}

static void io_cost_log(void *state, const struct moment *now, const struct candidate *target,
			const struct candidate *peers, size_t nr_peers, char *buf, size_t size)
{
	char label[PLUGIN_LABEL_SIZE];

	(void)state;
	(void)now;
	(void)peers;
	(void)nr_peers;
	snprintf(buf, size, "Picked \"%s\" (%lluMB) based on io cost generation at %g",
		 plugin_label(target->cgroup, label),
		 (unsigned long long)target->cgroup->row->memory_bytes >> 20, target->keys[0]);
}

const struct plugin plugin_kill_by_io_cost = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_io_cost",
	.about = "kills the cgroup that costs the disks the most",
	.rank = io_cost_rank,
	.log = io_cost_log,
};
