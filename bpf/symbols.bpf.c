/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of the kernel's own objects that more than one file of programs asks for.
 *
 * They stand alone because bpftool's linker (7.1) refuses a typeless symbol that two files name.
 */
#include "bpf/symbols.h"

char LICENSE[] SEC("license") = "GPL";

extern const void psi_system __ksym __weak;
extern const void cgrp_dfl_root __ksym __weak;
extern const void _totalram_pages __ksym __weak;
extern const void vm_zone_stat __ksym __weak;
extern const void total_swap_pages __ksym __weak;
extern const void nr_swap_pages __ksym __weak;
extern const void mem_cgroup_stats_index __ksym __weak;
extern const void mem_cgroup_events_index __ksym __weak;

__hidden __u64 symbol_psi_system(void)
{
	return (__u64)&psi_system;
}

__hidden __u64 symbol_cgrp_dfl_root(void)
{
	return (__u64)&cgrp_dfl_root;
}

__hidden __u64 symbol_totalram_pages(void)
{
	return (__u64)&_totalram_pages;
}

__hidden __u64 symbol_vm_zone_stat(void)
{
	return (__u64)&vm_zone_stat;
}

__hidden __u64 symbol_total_swap_pages(void)
{
	return (__u64)&total_swap_pages;
}

__hidden __u64 symbol_nr_swap_pages(void)
{
	return (__u64)&nr_swap_pages;
}

__hidden __u64 symbol_stats_index(void)
{
	return (__u64)&mem_cgroup_stats_index;
}

__hidden __u64 symbol_events_index(void)
{
	return (__u64)&mem_cgroup_events_index;
}
