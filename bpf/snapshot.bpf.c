/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What does every cgroup look like now?
 *
 * One system call walks the map `cgroups` and fills the mapped array `rows`: no lock, no file, no
 * allocation. The walk holds RCU from bucket to bucket, and a cgroup's memory outlives its removal
 * from the map by a grace period, so what is read is that cgroup or, for a moment, its remains.
 */
#include "bpf/io.h"
#include "bpf/maps.h"
#include "bpf/metric.h"
#include "bpf/psi.h"
#include "bpf/read.h"

char LICENSE[] SEC("license") = "GPL";

/* The kernel's period of folding averages (2 s and a tick), ns. */
extern const void psi_period __ksym __weak;

#define WORK_PENDING 1	/* of a work item's data: it is queued, or its timer runs */
#define LEVELS_MAX   64 /* depth to which I/O is handed up */

struct walk {
	struct boomd_state *st;
	__u64 nr_rows;
	__u64 clock_ns; /* the scheduler's clock when it began; 0: not known */
	__u64 period_ns;
	struct stat_places places;
};

/* A limit in pages; the largest a counter can hold is what files call "max". */
static __always_inline __u64 limit_bytes(unsigned long pages)
{
	return pages >= (~0UL >> 1) / page_bytes ? BOOMD_MAX : (__u64)pages * page_bytes;
}

static __always_inline void fill_identity(struct boomd_row *row, struct cgroup *cgrp,
					  const struct boomd_cgroup *known, __u64 id)
{
	struct cgroup___old *old = (void *)cgrp;
	int populated;

	row->id = id;
	row->parent_id = known->parent_id;
	row->level = known->level;
	row->preference = known->preference;
	row->nr_dying = BPF_CORE_READ(cgrp, nr_dying_descendants);
	row->flags |= BOOMD_ROW_HAS_DYING;
	if (!known->level) /* the root has no cgroup.events */
		return;
	populated = BPF_CORE_READ(cgrp, nr_populated_domain_children) +
		    BPF_CORE_READ(cgrp, nr_populated_threaded_children);
	if (bpf_core_field_exists(old->nr_populated_csets))
		populated += BPF_CORE_READ(old, nr_populated_csets);
	else
		populated += BPF_CORE_READ(cgrp, self.nr_populated_csets);
	row->flags |= BOOMD_ROW_HAS_POPULATED | (populated ? BOOMD_ROW_POPULATED : 0);
}

static __always_inline void fill_limits(struct boomd_row *row, struct mem_cgroup *memcg)
{
	row->memory_bytes = memory_usage_bytes(memcg);
	row->min_bytes = limit_bytes(BPF_CORE_READ(memcg, memory.min));
	row->low_bytes = limit_bytes(BPF_CORE_READ(memcg, memory.low));
	row->high_bytes = limit_bytes(BPF_CORE_READ(memcg, memory.high));
	row->max_bytes = limit_bytes(BPF_CORE_READ(memcg, memory.max));
	row->swap_bytes = swap_usage_bytes(memcg);
	row->swap_max_bytes = limit_bytes(BPF_CORE_READ(memcg, swap.max));
	row->flags |= BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_SWAP;
	if (BPF_CORE_READ(memcg, oom_group))
		row->flags |= BOOMD_ROW_OOM_GROUP;
}

#define memory_event(memcg, event) \
	read_event(memcg, bpf_core_enum_value(enum memcg_memory_event, event))

static __always_inline __u64 read_event(struct mem_cgroup *memcg, __u32 event)
{
	atomic_long_t *events = __builtin_preserve_access_index(&memcg->memory_events[0]);
	__u64 count = 0;

	bpf_probe_read_kernel(&count, sizeof(count), (__u64 *)events + event);
	return count;
}

static __always_inline void fill_events(struct boomd_memory_events *events,
					struct mem_cgroup *memcg)
{
	events->low = memory_event(memcg, MEMCG_LOW);
	events->high = memory_event(memcg, MEMCG_HIGH);
	events->max = memory_event(memcg, MEMCG_MAX);
	events->oom = memory_event(memcg, MEMCG_OOM);
	events->oom_kill = memory_event(memcg, MEMCG_OOM_KILL);
	events->oom_group_kill = memory_event(memcg, MEMCG_OOM_GROUP_KILL);
	events->swap_high = memory_event(memcg, MEMCG_SWAP_HIGH);
	events->swap_max = memory_event(memcg, MEMCG_SWAP_MAX);
	events->swap_fail = memory_event(memcg, MEMCG_SWAP_FAIL);
}

static __always_inline void fill_stat(struct boomd_row *row, struct mem_cgroup *memcg,
				      const struct stat_places *places)
{
	const void *vmstats = BPF_CORE_READ(memcg, vmstats);

	row->anon_bytes = stat_pages(vmstats, places->anon) * page_bytes;
	row->file_bytes = stat_pages(vmstats, places->file) * page_bytes;
	row->shmem_bytes = stat_pages(vmstats, places->shmem) * page_bytes;
	row->refault_pages = stat_pages(vmstats, places->refault_anon) +
			     stat_pages(vmstats, places->refault_file);
	row->pgscan_pages = row->pgsteal_pages = 0;
	for (int i = 0; i < STAT_SCANNERS; i++) {
		row->pgscan_pages += stat_pages(vmstats, places->scan[i]);
		row->pgsteal_pages += stat_pages(vmstats, places->steal[i]);
	}
	row->flags |= BOOMD_ROW_HAS_STAT;
}

static __always_inline void fill_psi_line(struct boomd_psi *psi, struct psi_group *group,
					  const struct psi_age *age, __u32 psi_state)
{
	const __u64 *folded = __builtin_preserve_access_index(&group->avg_total[0]);
	const __u64 *total = __builtin_preserve_access_index(&group->total[0]);
	__u64 then_ns = 0, now_ns = 0;

	psi_read(group, psi_state, psi);
	if (!age->stale)
		return;
	bpf_probe_read_kernel(&then_ns, sizeof(then_ns), folded + psi_state);
	bpf_probe_read_kernel(&now_ns, sizeof(now_ns), total + psi_state);
	psi_catch_up(age, (__u32)(now_ns - then_ns), psi->avg);
}

static __always_inline void fill_psi(struct boomd_row *row, struct psi_group *group,
				     const struct walk *walk)
{
	struct psi_age age = {};

	if (walk->clock_ns)
		psi_age(&age, walk->clock_ns, BPF_CORE_READ(group, avg_last_update),
			BPF_CORE_READ(group, avg_next_update), walk->period_ns,
			BPF_CORE_READ(group, avgs_work.work.data.counter) & WORK_PENDING);
	for (__u32 resource = 0; resource < BOOMD_RESOURCES; resource++)
		for (__u32 stall = 0; stall < BOOMD_STALLS; stall++)
			fill_psi_line(&row->psi[resource][stall], group, &age,
				      psi_state_of(resource, stall));
	row->flags |= BOOMD_ROW_HAS_MEMORY_PSI | BOOMD_ROW_HAS_IO_PSI;
}

static long snapshot_row(struct bpf_map *map, __u64 *id, struct boomd_cgroup *known,
			 struct walk *walk)
{
	struct cgroup *cgrp = (void *)known->kernel_address;
	struct mem_cgroup *memcg;
	struct psi_group *group;
	struct boomd_row *row;
	__u32 i = walk->nr_rows;

	if (cgroup_id(cgrp) != *id)
		return 0;
	row = bpf_map_lookup_elem(&rows, &i);
	if (!row) {
		walk->st->rows_lost++;
		return 0;
	}
	__builtin_memset(row, 0, sizeof(*row));
	fill_identity(row, cgrp, known, *id);
	memcg = cgroup_memory(cgrp);
	if (memcg) {
		fill_stat(row, memcg, &walk->places);
		if (known->level) {
			fill_limits(row, memcg);
			fill_events(&row->events, memcg);
		}
	}
	group = cgroup_psi_on(cgrp);
	if (group)
		fill_psi(row, group, walk);
	known->row = i;
	walk->nr_rows++;
	return 0;
}

/* The row of a cgroup in the snapshot under way, or NULL. */
static __always_inline struct boomd_row *row_of(const struct boomd_cgroup *known, __u64 id)
{
	__u32 i = known->row;
	struct boomd_row *row = bpf_map_lookup_elem(&rows, &i);

	return row && row->id == id ? row : NULL;
}

/* Second round: what the kernel has added up. Rounds, since one deep call would be too deep. */
static long fill_io(struct bpf_map *map, __u64 *id, struct boomd_cgroup *known, void *ctx)
{
	struct boomd_row *row = row_of(known, *id);
	struct blkcg *blkcg = cgroup_io((void *)known->kernel_address);
	struct io_sum sum;

	if (!row || !blkcg)
		return 0;
	io_read(&sum, blkcg, known->level ? IO_FLUSHED : IO_DEVICE);
	__builtin_memcpy(row->io, sum.io, sizeof(row->io));
	row->flags |= BOOMD_ROW_HAS_IO;
	return 0;
}

/* To a cgroup and then to its parent, up to the root, which counts for itself. */
static long give_io(__u32 step, struct io_sum *sum)
{
	struct boomd_cgroup *known = bpf_map_lookup_elem(&cgroups, &sum->id);
	struct boomd_row *row;

	if (!known || !known->level)
		return 1;
	row = row_of(known, sum->id);
	if (row) {
		io_sum_up(&row->io[BOOMD_DEVICE_SSD], &sum->io[BOOMD_DEVICE_SSD]);
		io_sum_up(&row->io[BOOMD_DEVICE_HDD], &sum->io[BOOMD_DEVICE_HDD]);
	}
	sum->id = known->parent_id;
	return 0;
}

/* Third round: what CPUs have counted since, to the cgroup and to all above it. */
static long add_pending_io(struct bpf_map *map, __u64 *id, struct boomd_cgroup *known, void *ctx)
{
	struct blkcg *blkcg = cgroup_io((void *)known->kernel_address);
	struct io_sum sum;

	if (!known->level || !row_of(known, *id) || !blkcg ||
	    !BPF_CORE_READ(blkcg, blkg_list.first))
		return 0;
	io_read(&sum, blkcg, IO_PENDING);
	sum.id = *id;
	bpf_loop(LEVELS_MAX, give_io, &sum, 0);
	return 0;
}

/* A cgroup's rows that were true at its last fold. */
struct truths {
	struct cgroup *cgrp;
	const struct boomd_row *shown;
	__u64 mask;
	__u64 now_false;
};

static __always_inline __u64 shown_average(const struct boomd_row *shown,
					   const struct boomd_watch *watch)
{
	__u32 window = watch->window;

	if (window >= BOOMD_WINDOWS)
		return 0;
	return shown->psi[watch->resource & 1][watch->stall & 1].avg[window];
}

/* A scan belongs to its fold: no snapshot knows better. */
static long check_truth(__u32 i, struct truths *truths)
{
	__u64 bit = 1ULL << (i & (BOOMD_WATCHES_MAX - 1)), value;
	struct boomd_watch *watch;

	if (!(truths->mask & bit))
		return 0;
	watch = bpf_map_lookup_elem(&watches, &i);
	if (!watch)
		return 1;
	if (watch->metric == BOOMD_METRIC_PGSCAN)
		return 0;
	value = watch->metric == BOOMD_METRIC_PSI_AVG ? shown_average(truths->shown, watch)
						       : metric_now(truths->cgrp, watch->metric);
	if (value <= watch->threshold)
		truths->now_false |= bit;
	return 0;
}

/* Last round: what this snapshot shows to be false is told when it is true again. */
static long forget_truths(struct bpf_map *map, __u64 *id, struct boomd_cgroup *known, void *ctx)
{
	struct truths truths = {
		.cgrp = (void *)known->kernel_address,
		.mask = known->watch_true,
	};

	if (!truths.mask)
		return 0;
	truths.shown = row_of(known, *id);
	if (!truths.shown)
		return 0;
	bpf_loop(BOOMD_WATCHES_MAX, check_truth, &truths, 0);
	if (truths.now_false)
		__sync_fetch_and_and(&known->watch_true, ~truths.now_false);
	return 0;
}

/* The scheduler's clock now, from what folds have told; 0 when none was seen yet. */
static __always_inline __u64 scheduler_clock(const struct boomd_state *st, __u64 now_ns)
{
	if (st->clock_offset_at_ns)
		return now_ns - st->clock_offset_ns;
	return 0;
}

SEC("syscall")
int boomd_snapshot(void *ctx)
{
	struct boomd_state *st = state_get();
	struct walk walk = {};

	if (!st)
		return -2;
	walk.st = st;
	st->rows_lost = 0;
	st->snapshot_ns = bpf_ktime_get_ns();
	walk.clock_ns = scheduler_clock(st, st->snapshot_ns);
	if (&psi_period)
		bpf_probe_read_kernel(&walk.period_ns, sizeof(walk.period_ns), &psi_period);
	stat_find_places(&walk.places);
	bpf_for_each_map_elem(&cgroups, snapshot_row, &walk, 0);
	if (nr_devices) {
		bpf_for_each_map_elem(&cgroups, fill_io, NULL, 0);
		bpf_for_each_map_elem(&cgroups, add_pending_io, NULL, 0);
	}
	bpf_for_each_map_elem(&cgroups, forget_truths, NULL, 0);
	st->nr_rows = walk.nr_rows;
	return 0;
}
