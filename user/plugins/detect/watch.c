/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches over pattern arguments: see watch.h. */
#include "plugins/detect/watch.h"

size_t watch_both(const struct watch *watch, const struct cgroup_patterns *cgroup,
		  const struct cgroup_patterns *ruleset_cgroup, struct watch *ret_watches,
		  size_t max)
{
	size_t nr = 0;

	if (cgroup->nr_items && nr < max) {
		ret_watches[nr] = *watch;
		ret_watches[nr++].cgroups = cgroup;
	}
	if (ruleset_cgroup->nr_items && nr < max) {
		ret_watches[nr] = *watch;
		ret_watches[nr].below_ruleset_cgroup = true;
		ret_watches[nr++].cgroups = ruleset_cgroup;
	}
	return nr;
}
