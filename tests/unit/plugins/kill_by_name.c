/* SPDX-License-Identifier: GPL-2.0-only */
/* See kill_by_name.h. */
#include "unit/plugins/kill_by_name.h"

#include <stdio.h>
#include <string.h>

/* The first six bytes as a number, which a double holds exactly. */
static double name_key(const char *name)
{
	uint64_t key = 0;

	for (int i = 0; i < 6; i++)
		key = key << 8 | (unsigned char)(*name ? *name++ : 0);
	return (double)key;
}

static size_t by_name_rank(void *state, const struct moment *now, struct candidate *siblings,
			   size_t nr)
{
	struct kill_by_name *by_name = state;
	size_t nr_stay = 0;

	by_name->nr_rank_calls++;
	by_name->nr_ranked += nr;
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(siblings[i].cgroup->name, "zz"))
			continue;
		siblings[nr_stay] = siblings[i];
		siblings[nr_stay].keys[0] = name_key(siblings[i].cgroup->name);
		nr_stay++;
	}
	rank_by_keys(now, siblings, nr_stay);
	return nr_stay;
}

static void by_name_log(void *state, const struct moment *now, const struct candidate *target,
			const struct candidate *peers, size_t nr_peers, char *buf, size_t size)
{
	struct kill_by_name *by_name = state;
	char path[CGROUP_PATH_MAX];

	(void)now;
	by_name->nr_log_calls++;
	by_name->wrong_peers |= target < peers || target >= peers + nr_peers;
	snprintf(buf, size, "%s of %zu", cgroup_path(target->cgroup, path, sizeof(path)), nr_peers);
}

static void by_name_prerun(void *state, const struct moment *now, const struct cgroup *cgroup)
{
	struct kill_by_name *by_name = state;
	size_t used = strlen(by_name->prerun);
	char path[CGROUP_PATH_MAX];

	(void)now;
	by_name->nr_preruns++;
	snprintf(by_name->prerun + used, sizeof(by_name->prerun) - used, "%s%s", used ? " " : "",
		 cgroup_path(cgroup, path, sizeof(path)));
}

const struct plugin plugin_kill_by_name = {
	.api = PLUGIN_API,
	.kind = PLUGIN_KILL,
	.name = "kill_by_name",
	.about = "for tests",
	.state_size = sizeof(struct kill_by_name),
	.rank = by_name_rank,
	.log = by_name_log,
	.prerun_cgroup = by_name_prerun,
};
