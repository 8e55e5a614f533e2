/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cgroup has left of its swap, by its own limit and those above it (oomd.md section 4). */
#ifndef ACT_SENPAI_SWAP_H
#define ACT_SENPAI_SWAP_H

#include "cgroup/tree.h"
#include "plugins/act/senpai_probe.h"
#include "source/source.h"

/* system must have the facts of /proc/vmstat: with a swappiness of 0 nothing is swapped. */
struct senpai_swap senpai_swap_of(const struct cgroup *cgroup, const struct system_facts *system);

#endif
