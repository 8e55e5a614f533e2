/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill_by_anon: whoever has most memory that only its death gives back.
 *
 * File pages come back on their own, anonymous ones leave with their owner; so do those in swap.
 * Siblings that have less than `threshold` of it are not worth a kill.
 */
#include <errno.h>
#include <stdio.h>

#include "plugins/export.h"

struct kill_by_anon {
	int64_t threshold_bytes;
	bool swap;
};

static const struct plugin_arg anon_args[] = {
	{ "threshold", ARG_SIZE_OF_MEMORY, offsetof(struct kill_by_anon, threshold_bytes),
	  .fallback = "0", .help = "leave out who has less" },
	{ "swap", ARG_BOOL, offsetof(struct kill_by_anon, swap), .fallback = "true",
	  .help = "count what is in swap, too" },
	{ 0 },
};

static int anon_init(void *state, const struct plugin_env *env, struct plugin_error *ret_error)
{
	const struct kill_by_anon *anon = state;

	if (anon->threshold_bytes >= 0 &&
	    (uint64_t)anon->threshold_bytes <= env->memory_total_bytes + env->swap_total_bytes)
		return 0;
	ret_error->arg = "threshold";
	snprintf(ret_error->text, sizeof(ret_error->text),
		 "expected 0 or more, and no more than this machine has");
	return -EINVAL;
}

static double anon_bytes(const struct kill_by_anon *anon, const struct cgroup *cgroup)
{
	return (double)(cgroup->row->anon_bytes + (anon->swap ? cgroup->row->swap_bytes : 0));
}

static size_t anon_rank(void *state, const struct moment *now, struct candidate *siblings,
			size_t nr)
{
	const struct kill_by_anon *anon = state;
	size_t nr_stay = 0;

	for (size_t i = 0; i < nr; i++) {
		double bytes = anon_bytes(anon, siblings[i].cgroup);

		if (bytes < (double)anon->threshold_bytes)
			continue;
		siblings[nr_stay] = siblings[i];
		siblings[nr_stay++].keys[0] = bytes;
	}
	rank_by_keys(now, siblings, nr_stay);
	return nr_stay;
}

static void anon_log(void *state, const struct moment *now, const struct candidate *target,
		     const struct candidate *peers, size_t nr_peers, char *buf, size_t size)
{
	char label[PLUGIN_LABEL_SIZE];
	double total = 0;

	(void)state;
	(void)now;
	for (size_t i = 0; i < nr_peers; i++)
		total += peers[i].keys[0];
	snprintf(buf, size, "Picked \"%s\" for %.0fMB of anonymous memory, of %.0fMB among %zu",
		 plugin_label(target->cgroup, label), target->keys[0] / (1 << 20),
		 total / (1 << 20), nr_peers);
}

static const struct plugin kill_by_anon = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_anon",
	.about = "kills the cgroup with the most anonymous memory",
	.args = anon_args,
	.state_size = sizeof(struct kill_by_anon),
	.init = anon_init,
	.rank = anon_rank,
	.log = anon_log,
};

PLUGIN_EXPORT(kill_by_anon);
