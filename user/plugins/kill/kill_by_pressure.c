/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill_by_pressure: whoever stalls the most (oomd KillPressure-inl.h). Only whole percents count,
 * so that two cgroups that stall alike are decided by preference and not by noise.
 */
#include <stdio.h>

#include "plugins/plugin.h"

struct kill_by_pressure {
	enum boomd_resource resource;
};

static const struct plugin_arg pressure_args[] = {
	{ "resource", ARG_RESOURCE, offsetof(struct kill_by_pressure, resource), .required = true,
	  .help = "what they stall for" },
	{ 0 },
};

static double pressure_of(const void *state, const struct cgroup *cgroup, enum boomd_window window)
{
	const struct kill_by_pressure *p = state;

	return cgroup_psi_percent(cgroup, p->resource, BOOMD_STALL_FULL, window);
}

static size_t pressure_rank(void *state, const struct moment *now, struct candidate *siblings,
			    size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct cgroup *cgroup = siblings[i].cgroup;

		siblings[i].keys[0] = (int)(pressure_of(state, cgroup, BOOMD_AVG10) / 2 +
					    pressure_of(state, cgroup, BOOMD_AVG60) / 2);
	}
	rank_by_keys(now, siblings, nr);
	return nr;
}

static void pressure_log(void *state, const struct moment *now, const struct candidate *target,
			 const struct candidate *peers, size_t nr_peers, char *buf, size_t size)
{
	char label[PLUGIN_LABEL_SIZE];

	(void)now;
	(void)peers;
	(void)nr_peers;
	snprintf(buf, size, "Picked \"%s\" (%lluMB) based on pressure generation at 10s=%g 60s=%g",
		 plugin_label(target->cgroup, label),
		 (unsigned long long)target->cgroup->row->memory_bytes >> 20,
		 pressure_of(state, target->cgroup, BOOMD_AVG10),
		 pressure_of(state, target->cgroup, BOOMD_AVG60));
}

const struct plugin plugin_kill_by_pressure = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_pressure",
	.about = "kills the cgroup that stalls the most for memory or I/O",
	.args = pressure_args,
	.state_size = sizeof(struct kill_by_pressure),
	.rank = pressure_rank,
	.log = pressure_log,
};
