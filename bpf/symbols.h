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

#endif
