/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sending a record: what happened, where, and how the cgroup's memory stood at that instant.
 *
 * A full ring buffer is counted in the state; the daemon sees the count move and takes a snapshot.
 */
#ifndef BOOMD_RECORD_H
#define BOOMD_RECORD_H

#include "bpf/maps.h"
#include "bpf/read.h"

/* cgrp may be NULL: then only what is passed is in the record. */
static __always_inline void record_send(__u32 kind, struct cgroup *cgrp, __u64 id, __u64 detail,
					__s32 pid)
{
	struct boomd_state *st = state_get();
	struct boomd_record *record;
	struct psi_group *group;

	if (!st)
		return;
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		__sync_fetch_and_add(&st->records_dropped, 1);
		return;
	}
	__builtin_memset(record, 0, sizeof(*record));
	record->time_ns = bpf_ktime_get_ns();
	record->cgroup_id = id;
	record->detail = detail;
	record->kind = kind;
	record->pid = pid;
	if (cgrp) {
		record->memory_bytes = cgroup_usage_bytes(cgrp);
		record->swap_bytes = cgroup_swap_bytes(cgrp);
		group = cgroup_psi_on(cgrp);
		if (group) {
			psi_read(group, psi_state_of(BOOMD_RESOURCE_MEMORY, BOOMD_STALL_SOME),
				 &record->memory_some);
			psi_read(group, psi_state_of(BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL),
				 &record->memory_full);
		}
	}
	bpf_ringbuf_submit(record, 0);
	__sync_fetch_and_add(&st->records_sent, 1);
}

#endif
