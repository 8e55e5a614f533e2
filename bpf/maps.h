/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps that all programs share, and the one way to send a record.
 *
 * Every file of programs defines them (weak, so that the linker keeps one of each). The sizes of
 * those that hold cgroups are set before load from the daemon's max_cgroups.
 */
#ifndef BOOMD_MAPS_H
#define BOOMD_MAPS_H

#include "bpf/events.h"
#include <bpf/bpf_helpers.h>

/* Which cgroups there are. Key: cgroup id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BOOMD_CGROUPS_MAX);
	__type(key, __u64);
	__type(value, struct boomd_cgroup);
} cgroups __weak SEC(".maps");

/* Address of a struct psi_group -> cgroup id: a group does not know whose it is. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BOOMD_CGROUPS_MAX);
	__type(key, __u64);
	__type(value, __u64);
} psi_groups __weak SEC(".maps");

/* The conditions that are looked at when averages are folded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BOOMD_WATCHES_MAX);
	__type(key, __u32);
	__type(value, struct boomd_watch);
} watches __weak SEC(".maps");

/* The last snapshot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BOOMD_CGROUPS_MAX);
	__type(key, __u32);
	__type(value, struct boomd_row);
} rows __weak SEC(".maps");

/* The last walk over the processes of a cgroup. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BOOMD_TASKS_MAX);
	__type(key, __u32);
	__type(value, struct boomd_task);
} tasks __weak SEC(".maps");

/* Devices whose I/O is counted. Key: major << 32 | minor. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BOOMD_DEVICES_MAX);
	__type(key, __u64);
	__type(value, struct boomd_device);
} devices __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct boomd_state);
} state __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BOOMD_RECORDS_BYTES);
} records __weak SEC(".maps");

static __always_inline struct boomd_state *state_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&state, &zero);
}

#endif
