/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small readers of kernel objects, shared by the programs.
 *
 * Everything goes through probe reads: a pointer that is stale or NULL gives zeros, never a fault.
 */
#ifndef BOOMD_READ_H
#define BOOMD_READ_H

#include "bpf/events.h"
#include "bpf/symbols.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Of the running machine; set before load. */
const volatile __u32 page_bytes __weak = 4096;
const volatile __u32 nr_cpus __weak = 1;

static __always_inline __u64 kernfs_id(struct kernfs_node *kn)
{
	return BPF_CORE_READ(kn, id);
}

static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *kn)
{
	struct kernfs_node___old *old = (void *)kn;

	if (bpf_core_field_exists(kn->__parent))
		return BPF_CORE_READ(kn, __parent);
	return (void *)BPF_CORE_READ(old, parent);
}

static __always_inline __u64 cgroup_id(struct cgroup *cgrp)
{
	return BPF_CORE_READ(cgrp, kn, id);
}

/* NULL for the root. */
static __always_inline struct cgroup *cgroup_parent(struct cgroup *cgrp)
{
	return BPF_CORE_READ(cgrp, self.parent, cgroup);
}

/* cgroup v1 hierarchies have the same tracepoints. */
static __always_inline int cgroup_is_v2(struct cgroup *cgrp)
{
	return (__u64)BPF_CORE_READ(cgrp, root) == symbol_cgrp_dfl_root();
}

static __always_inline struct psi_group *cgroup_psi(struct cgroup *cgrp)
{
	return BPF_CORE_READ(cgrp, level) ? BPF_CORE_READ(cgrp, psi) : (void *)symbol_psi_system();
}

/*
 * A controller's state in a cgroup, or NULL where its files are not there. The state can exist
 * without them (io brings a hidden memory state along), so the parent's switch decides.
 */
static __always_inline void *cgroup_subsys(struct cgroup *cgrp, __u32 subsys)
{
	struct cgroup *parent = cgroup_parent(cgrp);
	struct cgroup_subsys_state **slot, *css = NULL;

	if (parent && !(BPF_CORE_READ_BITFIELD_PROBED(parent, subtree_control) >> subsys & 1))
		return NULL;
	slot = __builtin_preserve_access_index(&cgrp->subsys[0]);
	bpf_probe_read_kernel(&css, sizeof(css), slot + subsys);
	return css;
}

static __always_inline struct mem_cgroup *cgroup_memory(struct cgroup *cgrp)
{
	return cgroup_subsys(cgrp, bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
}

static __always_inline __u64 memory_usage_bytes(struct mem_cgroup *memcg)
{
	return memcg ? (__u64)BPF_CORE_READ(memcg, memory.usage.counter) * page_bytes : 0;
}

/* The root's is the machine's: all but the free pages, as in /proc/meminfo. */
static __always_inline __u64 machine_usage_bytes(void)
{
	__u64 free = bpf_core_enum_value(enum zone_stat_item, NR_FREE_PAGES) * sizeof(long);
	long total_pages = 0, free_pages = 0;

	bpf_probe_read_kernel(&total_pages, sizeof(long), (void *)symbol_totalram_pages());
	bpf_probe_read_kernel(&free_pages, sizeof(long), (void *)(symbol_vm_zone_stat() + free));
	return total_pages > free_pages ? (__u64)(total_pages - free_pages) * page_bytes : 0;
}

static __always_inline __u64 cgroup_usage_bytes(struct cgroup *cgrp)
{
	return BPF_CORE_READ(cgrp, level) ? memory_usage_bytes(cgroup_memory(cgrp))
					  : machine_usage_bytes();
}

static __always_inline __u64 swap_usage_bytes(struct mem_cgroup *memcg)
{
	return memcg ? (__u64)BPF_CORE_READ(memcg, swap.usage.counter) * page_bytes : 0;
}

/* As SwapTotal and SwapFree in /proc/meminfo. */
static __always_inline void machine_swap_pages(long *ret_total, long *ret_free)
{
	*ret_total = *ret_free = 0;
	bpf_probe_read_kernel(ret_total, sizeof(long), (void *)symbol_total_swap_pages());
	bpf_probe_read_kernel(ret_free, sizeof(long), (void *)symbol_nr_swap_pages());
	if (*ret_free < 0)
		*ret_free = 0;
}

/* The root's is the machine's. */
static __always_inline __u64 cgroup_swap_bytes(struct cgroup *cgrp)
{
	long total, free;

	if (BPF_CORE_READ(cgrp, level))
		return swap_usage_bytes(cgroup_memory(cgrp));
	machine_swap_pages(&total, &free);
	return total > free ? (__u64)(total - free) * page_bytes : 0;
}

/*
 * Rounded so that it is above 100 - percent exactly when oomd's free < total * percent / 100 holds,
 * whose right side is cut to whole bytes.
 */
static __always_inline __u64 machine_swap_used_percent(void)
{
	__u64 missing;
	long total, free;

	machine_swap_pages(&total, &free);
	if (total <= 0)
		return 0;
	missing = ((__u64)free * page_bytes * 100 + 99) / ((__u64)total * page_bytes);
	return missing < 100 ? 100 - missing : 0;
}

/* One line of a pressure file, as of the last fold. state: enum psi_states. */
static __always_inline void psi_read(struct psi_group *group, __u32 psi_state,
				     struct boomd_psi *ret_psi)
{
	const unsigned long *avg = __builtin_preserve_access_index(&group->avg[0]);
	const __u64 *total = __builtin_preserve_access_index(&group->total[0]);
	unsigned long avgs[BOOMD_WINDOWS] = {};
	__u64 total_ns = 0;

	bpf_probe_read_kernel(&total_ns, sizeof(total_ns), total + psi_state);
	bpf_probe_read_kernel(avgs, sizeof(avgs), avg + BOOMD_WINDOWS * psi_state);
	ret_psi->total_us = total_ns / 1000;
	ret_psi->avg[BOOMD_AVG10] = avgs[BOOMD_AVG10];
	ret_psi->avg[BOOMD_AVG60] = avgs[BOOMD_AVG60];
	ret_psi->avg[BOOMD_AVG300] = avgs[BOOMD_AVG300];
	ret_psi->pad = 0;
}

static __always_inline __u32 psi_state_of(__u32 resource, __u32 stall)
{
	if (resource == BOOMD_RESOURCE_MEMORY)
		return stall == BOOMD_STALL_FULL
			       ? bpf_core_enum_value(enum psi_states, PSI_MEM_FULL)
			       : bpf_core_enum_value(enum psi_states, PSI_MEM_SOME);
	return stall == BOOMD_STALL_FULL ? bpf_core_enum_value(enum psi_states, PSI_IO_FULL)
					 : bpf_core_enum_value(enum psi_states, PSI_IO_SOME);
}

/* NULL when the cgroup counts no pressure (psi=0, or 0 in its cgroup.pressure). */
static __always_inline struct psi_group *cgroup_psi_on(struct cgroup *cgrp)
{
	struct psi_group *group = cgroup_psi(cgrp);

	return group && BPF_CORE_READ(group, enabled) ? group : NULL;
}

#endif
