/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Has a watched condition just become true, or false?
 *
 * Two places tell. kernfs_notify: the kernel says that a cgroup file changed, which is also how a
 * PSI trigger fires. psi_avgs_work: the averages of a cgroup that ran were just folded (every 2 s
 * while it runs, never at rest). Both look only at what the daemon asked of that cgroup.
 */
#include "bpf/maps.h"
#include "bpf/metric.h"
#include "bpf/read.h"
#include "bpf/record.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define FILE_NAME_BYTES 20 /* "memory.swap.events" and its NUL */

static __always_inline __u32 file_kind(struct kernfs_node *kn, __u64 *ret_detail)
{
	char name[FILE_NAME_BYTES] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(kn, name));
	if (!bpf_strncmp(name, sizeof(name), "memory.pressure")) {
		*ret_detail = BOOMD_RESOURCE_MEMORY;
		return BOOMD_RECORD_PSI_TRIGGER;
	}
	if (!bpf_strncmp(name, sizeof(name), "io.pressure")) {
		*ret_detail = BOOMD_RESOURCE_IO;
		return BOOMD_RECORD_PSI_TRIGGER;
	}
	if (!bpf_strncmp(name, sizeof(name), "memory.events"))
		return BOOMD_RECORD_MEMORY_EVENTS;
	if (!bpf_strncmp(name, sizeof(name), "memory.swap.events"))
		return BOOMD_RECORD_SWAP_EVENTS;
	if (!bpf_strncmp(name, sizeof(name), "cgroup.events"))
		return BOOMD_RECORD_CGROUP_EVENTS;
	return BOOMD_RECORD_NONE;
}

SEC("fentry/kernfs_notify")
int BPF_PROG(boomd_notify, struct kernfs_node *kn)
{
	struct kernfs_node *parent = kernfs_parent(kn);
	__u64 id = kernfs_id(parent), detail = 0;
	struct boomd_cgroup *known;
	struct cgroup *cgrp;
	__u32 kind;

	known = bpf_map_lookup_elem(&cgroups, &id);
	if (!known || !known->watch_kinds)
		return 0;
	/* Other kernfs trees (sysfs, cgroup v1) number their nodes too. */
	cgrp = (void *)known->kernel_address;
	if (BPF_CORE_READ(cgrp, kn) != parent)
		return 0;
	kind = file_kind(kn, &detail);
	if (kind && known->watch_kinds & BOOMD_KIND_BIT(kind))
		record_send(kind, cgrp, id, detail, 0);
	return 0;
}

/* Between two folds of a cgroup that runs there are 2 s; more than 4 s, and one was left out. */
#define REST_NS 4000000000ULL

/* What one round over the watch rows of a cgroup needs. */
struct round {
	struct cgroup *cgrp;
	struct psi_group *group;
	__u64 id;
	__u64 mask;
	__u64 rested;	     /* no fold for a while: what was scanned before it is over */
	__u64 scan_known;    /* scanned_pages is set: it can be taken once in a round only */
	__u64 scanned_pages; /* since the fold before */
};

static __always_inline __u64 take_scanned_pages(struct round *round, struct boomd_cgroup *known)
{
	const void *vmstats = cgroup_memory_stat(round->cgrp);
	__u64 pages = vmstats ? stat_scanned_pages(vmstats) : 0;

	if (!round->scan_known) {
		round->scanned_pages = pages > known->pgscan_pages ? pages - known->pgscan_pages : 0;
		round->scan_known = 1;
		known->pgscan_pages = pages;
	}
	return round->scanned_pages;
}

static __always_inline __u64 metric_value(struct round *round, const struct boomd_watch *row,
					  struct boomd_cgroup *known)
{
	struct boomd_psi psi;

	switch (row->metric) {
	case BOOMD_METRIC_PSI_AVG:
		psi_read(round->group, psi_state_of(row->resource, row->stall), &psi);
		return row->window == BOOMD_AVG10   ? psi.avg[BOOMD_AVG10]
		       : row->window == BOOMD_AVG60 ? psi.avg[BOOMD_AVG60]
						    : psi.avg[BOOMD_AVG300];
	case BOOMD_METRIC_PGSCAN:
		return take_scanned_pages(round, known);
	}
	return metric_now(round->cgrp, row->metric);
}

static long watch_row(__u32 i, struct round *round)
{
	struct boomd_cgroup *known;
	struct boomd_watch *row;
	__u64 bit, before;

	bit = 1ULL << (i & (BOOMD_WATCHES_MAX - 1));
	if (!(round->mask & bit))
		return 0;
	row = bpf_map_lookup_elem(&watches, &i);
	known = bpf_map_lookup_elem(&cgroups, &round->id);
	if (!row || !known)
		return 1;
	if (metric_value(round, row, known) > row->threshold) {
		before = __sync_fetch_and_or(&known->watch_true, bit);
		if (!(before & bit) || (round->rested && row->metric == BOOMD_METRIC_PGSCAN))
			record_send(BOOMD_RECORD_WATCH_ABOVE, round->cgrp, round->id, i, 0);
	} else {
		before = __sync_fetch_and_and(&known->watch_true, ~bit);
		if (before & bit)
			record_send(BOOMD_RECORD_WATCH_BELOW, round->cgrp, round->id, i, 0);
	}
	return 0;
}

/*
 * The scheduler's clock against ours. A fold stamps its group with the former, so now - stamp is
 * the difference, or up to 2 s more when there was nothing to fold: hence the least of what was
 * seen, allowed to grow by a thousandth of the time passed (clocks are tuned by half of that).
 */
static __always_inline void clock_learn(struct boomd_state *st, struct psi_group *group)
{
	__u64 now = bpf_ktime_get_ns();
	__u64 offset = now - BPF_CORE_READ(group, avg_last_update);
	__u64 grown = st->clock_offset_ns + ((now - st->clock_offset_at_ns) >> 10);

	if (!st->clock_offset_at_ns || (__s64)(offset - grown) < 0)
		st->clock_offset_ns = offset;
	else
		st->clock_offset_ns = grown;
	st->clock_offset_at_ns = now;
}

SEC("fexit/psi_avgs_work")
int BPF_PROG(boomd_folded, struct work_struct *work)
{
	struct psi_group *group =
		(void *)work - bpf_core_field_offset(struct psi_group, avgs_work.work);
	struct boomd_state *st = state_get();
	__u64 address = (__u64)group, *id;
	struct boomd_cgroup *known;
	struct round round = {};
	__u64 now;

	if (!st)
		return 0;
	clock_learn(st, group);
	id = bpf_map_lookup_elem(&psi_groups, &address);
	if (!id)
		return 0;
	round.id = *id;
	known = bpf_map_lookup_elem(&cgroups, &round.id);
	if (!known || !known->watch_mask)
		return 0;
	round.group = group;
	round.cgrp = (void *)known->kernel_address;
	round.mask = known->watch_mask;
	now = bpf_ktime_get_ns();
	round.rested = now - known->folded_ns > REST_NS;
	known->folded_ns = now;
	bpf_loop(BOOMD_WATCHES_MAX, watch_row, &round, 0);
	return 0;
}
