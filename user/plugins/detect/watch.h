/* SPDX-License-Identifier: GPL-2.0-only */
/* Declaring one watch for both pattern arguments of a detector. */
#ifndef PLUGINS_DETECT_WATCH_H
#define PLUGINS_DETECT_WATCH_H

#include <stddef.h>

#include "plugins/plugin.h"

/* The watch once for each of the two that has patterns; returns how many were written. */
size_t watch_both(const struct watch *watch, const struct cgroup_patterns *cgroup,
		  const struct cgroup_patterns *ruleset_cgroup, struct watch *ret_watches,
		  size_t max);

#endif
