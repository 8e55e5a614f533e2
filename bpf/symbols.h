/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of kernel objects; 0 where the kernel has no such symbol. */
#ifndef BOOMD_SYMBOLS_H
#define BOOMD_SYMBOLS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* The pressure of the whole machine, which is the root cgroup's. */
__hidden __u64 symbol_psi_system(void);
/* The cgroup v2 hierarchy. */
__hidden __u64 symbol_cgrp_dfl_root(void);
/* Pages that the kernel manages: one counter. */
__hidden __u64 symbol_totalram_pages(void);
/* Pages of all zones together: an array by enum zone_stat_item. */
__hidden __u64 symbol_vm_zone_stat(void);
/* Swap space as a whole, and how much of it is free: a counter each, pages. */
__hidden __u64 symbol_total_swap_pages(void);
__hidden __u64 symbol_nr_swap_pages(void);
/*
 * mem_cgroup_stats_index: item -> index into state[], 255 for none (6.12 and later).
 * mem_cgroup_events_index: the same for events[]; in 6.1 an array of int that holds index + 1.
 */
__hidden __u64 symbol_stats_index(void);
__hidden __u64 symbol_events_index(void);

#endif
