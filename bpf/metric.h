/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a watch row compares, but for averages and scans, which folds and snapshots see differently.
 */
#ifndef BOOMD_METRIC_H
#define BOOMD_METRIC_H

#include "bpf/read.h"
#include "bpf/stat.h"

static __always_inline const void *cgroup_memory_stat(struct cgroup *cgrp)
{
	struct mem_cgroup *memcg = cgroup_memory(cgrp);

	return memcg ? BPF_CORE_READ(memcg, vmstats) : NULL;
}

static __always_inline __u64 metric_now(struct cgroup *cgrp, __u32 metric)
{
	const void *vmstats;

	switch (metric) {
	case BOOMD_METRIC_MEMORY:
		return cgroup_usage_bytes(cgrp);
	case BOOMD_METRIC_SWAP:
		return cgroup_swap_bytes(cgrp);
	case BOOMD_METRIC_SWAP_USED:
		return machine_swap_used_percent();
	case BOOMD_METRIC_ANON:
		vmstats = cgroup_memory_stat(cgrp);
		return vmstats ? stat_anon_pages(vmstats) * page_bytes : 0;
	}
	return 0;
}

#endif
