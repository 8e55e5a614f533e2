/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where memory.stat's numbers live.
 *
 * A memory cgroup has two arrays, state[] and events[]. Kernels differ in which of them holds an
 * item and in how an item's number becomes an index, so the places are worked out once a snapshot
 * and then every cgroup is read at the same offsets.
 */
#ifndef BOOMD_STAT_H
#define BOOMD_STAT_H

#include "bpf/events.h"
#include "bpf/symbols.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define STAT_NONE     (-1)
#define STAT_SCANNERS 4 /* kswapd, direct, khugepaged, proactive */

/* Byte offsets into struct memcg_vmstats, or STAT_NONE. */
struct stat_places {
	__s32 anon, file, shmem;
	__s32 refault_anon, refault_file;
	__s32 scan[STAT_SCANNERS];
	__s32 steal[STAT_SCANNERS];
};

static __always_inline __s32 stat_lookup_u8(__u64 table, __u64 item)
{
	__u8 index = 255;

	bpf_probe_read_kernel(&index, sizeof(index), (void *)(table + item));
	return index == 255 ? STAT_NONE : index;
}

static __always_inline __s32 stat_state_place(__u64 item)
{
	__u64 table = symbol_stats_index();
	__s32 index = item; /* 6.1 has no such table */

	if (table)
		index = stat_lookup_u8(table, item);
	if (index < 0)
		return STAT_NONE;
	return bpf_core_field_offset(struct memcg_vmstats, state) + index * sizeof(long);
}

static __always_inline __s32 stat_event_place(__u64 item)
{
	__u64 table = symbol_events_index();
	__s32 index = STAT_NONE;

	if (!table)
		return STAT_NONE;
	if (symbol_stats_index()) {
		index = stat_lookup_u8(table, item);
	} else {
		index = 0;
		bpf_probe_read_kernel(&index, sizeof(index), (void *)(table + item * sizeof(int)));
		index--;
	}
	if (index < 0)
		return STAT_NONE;
	return bpf_core_field_offset(struct memcg_vmstats, events) + index * sizeof(long);
}

/* A reclaim counter: an event until 6.18, a node statistic since 7.0, or not there at all. */
#define stat_reclaim_place(item)                                                             \
	(bpf_core_enum_value_exists(enum node_stat_item, item)                               \
		 ? stat_state_place(bpf_core_enum_value(enum node_stat_item, item))          \
	 : bpf_core_enum_value_exists(enum vm_event_item, item##___event)                    \
		 ? stat_event_place(bpf_core_enum_value(enum vm_event_item, item##___event)) \
		 : STAT_NONE)

#define stat_node_place(item) stat_state_place(bpf_core_enum_value(enum node_stat_item, item))

static __always_inline void stat_find_scanners(__s32 scan[STAT_SCANNERS])
{
	scan[0] = stat_reclaim_place(PGSCAN_KSWAPD);
	scan[1] = stat_reclaim_place(PGSCAN_DIRECT);
	scan[2] = stat_reclaim_place(PGSCAN_KHUGEPAGED);
	scan[3] = stat_reclaim_place(PGSCAN_PROACTIVE);
}

static __always_inline void stat_find_places(struct stat_places *places)
{
	places->anon = stat_node_place(NR_ANON_MAPPED);
	places->file = stat_node_place(NR_FILE_PAGES);
	places->shmem = stat_node_place(NR_SHMEM);
	places->refault_anon = stat_node_place(WORKINGSET_REFAULT_ANON);
	places->refault_file = stat_node_place(WORKINGSET_REFAULT_FILE);
	stat_find_scanners(places->scan);
	places->steal[0] = stat_reclaim_place(PGSTEAL_KSWAPD);
	places->steal[1] = stat_reclaim_place(PGSTEAL_DIRECT);
	places->steal[2] = stat_reclaim_place(PGSTEAL_KHUGEPAGED);
	places->steal[3] = stat_reclaim_place(PGSTEAL_PROACTIVE);
}

/* The kernel shows a sum that is below zero for a moment as 0. */
static __always_inline __u64 stat_pages(const void *vmstats, __s32 place)
{
	long pages = 0;

	if (place < 0)
		return 0;
	bpf_probe_read_kernel(&pages, sizeof(pages), vmstats + place);
	return pages < 0 ? 0 : pages;
}

/* Single numbers, for who does not look at all cgroups at once. */
static __always_inline __u64 stat_anon_pages(const void *vmstats)
{
	return stat_pages(vmstats, stat_node_place(NR_ANON_MAPPED));
}

static __always_inline __u64 stat_scanned_pages(const void *vmstats)
{
	__s32 scan[STAT_SCANNERS];
	__u64 pages = 0;

	stat_find_scanners(scan);
	for (int i = 0; i < STAT_SCANNERS; i++)
		pages += stat_pages(vmstats, scan[i]);
	return pages;
}

#endif
