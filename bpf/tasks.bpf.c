/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who is in this cgroup, who has died, who was killed by the kernel itself?
 *
 * The walk lists processes, not threads: a process is its first thread, for as long as any of its
 * threads lives. It reads no cgroup file, so it works while cgroupfs is blocked.
 */
#include "bpf/maps.h"
#include "bpf/read.h"
#include "bpf/record.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define PF_EXITING	  0x00000004
#define PF_KTHREAD	  0x00200000
#define SIGNAL_GROUP_EXIT 0x00000004

static __always_inline struct cgroup *task_cgroup(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp);
}

/* Is cgrp the one at this level with this address, or below it? */
static __always_inline int cgroup_is_below(struct cgroup *cgrp, struct cgroup *top, int level)
{
	struct cgroup **ancestors = __builtin_preserve_access_index(&cgrp->ancestors[0]);
	struct cgroup *ancestor = NULL;

	if (BPF_CORE_READ(cgrp, level) < level)
		return 0;
	bpf_probe_read_kernel(&ancestor, sizeof(ancestor), ancestors + level);
	return ancestor == top;
}

static __always_inline __u64 resident_bytes(struct mm_struct *mm)
{
	struct mm_struct___old *old = (void *)mm;
	__s64 pages = 0;

	if (!mm)
		return 0;
	if (bpf_core_field_exists(old->rss_stat.count)) {
		pages += BPF_CORE_READ(old, rss_stat.count[MM_FILEPAGES].counter);
		pages += BPF_CORE_READ(old, rss_stat.count[MM_ANONPAGES].counter);
		pages += BPF_CORE_READ(old, rss_stat.count[MM_SHMEMPAGES].counter);
	} else {
		pages += BPF_CORE_READ(mm, rss_stat[MM_FILEPAGES].count);
		pages += BPF_CORE_READ(mm, rss_stat[MM_ANONPAGES].count);
		pages += BPF_CORE_READ(mm, rss_stat[MM_SHMEMPAGES].count);
	}
	return pages > 0 ? (__u64)pages * page_bytes : 0;
}

static __always_inline void task_fill(struct boomd_task *row, struct task_struct *task,
				      struct cgroup *cgrp)
{
	__u32 flags = BPF_CORE_READ(task, flags);
	__u32 group_flags = BPF_CORE_READ(task, signal, flags);

	row->start_ns = BPF_CORE_READ(task, start_boottime);
	row->cgroup_id = cgroup_id(cgrp);
	row->pid = BPF_CORE_READ(task, tgid);
	row->flags = flags & PF_KTHREAD ? BOOMD_TASK_KTHREAD : 0;
	if (group_flags & SIGNAL_GROUP_EXIT)
		row->flags |= BOOMD_TASK_EXITING;
	row->rss_bytes = resident_bytes(BPF_CORE_READ(task, mm));
	BPF_CORE_READ_STR_INTO(&row->comm, task, comm);
}

/*
 * Lists the processes of state.tasks_cgroup_id and below. With no cgroup asked for it stops at the
 * first task and has it looked at again: that is how a walk is readied, its buffer allocated,
 * before anybody needs it.
 */
SEC("iter/task")
int boomd_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct boomd_state *st = state_get();
	struct boomd_cgroup *known;
	struct boomd_task *row;
	struct cgroup *cgrp;
	__u64 asked;
	__u32 i;

	if (!task || !st)
		return 0;
	asked = st->tasks_cgroup_id;
	if (!asked)
		return 1;
	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid) ||
	    BPF_CORE_READ(task, signal, live.counter) <= 0)
		return 0;
	known = bpf_map_lookup_elem(&cgroups, &asked);
	cgrp = task_cgroup(task);
	if (!known || !cgroup_is_below(cgrp, (void *)known->kernel_address, known->level))
		return 0;
	i = st->nr_tasks;
	row = bpf_map_lookup_elem(&tasks, &i);
	if (!row) {
		st->tasks_lost++;
		return 0;
	}
	task_fill(row, task, cgrp);
	st->nr_tasks = i + 1;
	return 0;
}

/* Processes whose EXIT was sent: two last threads can both find themselves last. */
struct exited {
	__u64 start_ns;
	__u64 pid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct exited);
	__type(value, __u8);
} exits SEC(".maps");

SEC("tp_btf/sched_process_exit")
int BPF_PROG(boomd_exit, struct task_struct *task)
{
	struct boomd_state *st = state_get();
	struct boomd_cgroup *known;
	struct exited key = {};
	struct cgroup *cgrp;
	__u8 one = 1;
	__u64 id;

	if (!st || !st->exits_watched || BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0;
	cgrp = task_cgroup(task);
	id = cgroup_id(cgrp);
	known = bpf_map_lookup_elem(&cgroups, &id);
	if (!known || !(known->watch_kinds & BOOMD_KIND_BIT(BOOMD_RECORD_EXIT)))
		return 0;
	key.start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	key.pid = BPF_CORE_READ(task, tgid);
	if (!bpf_map_update_elem(&exits, &key, &one, BPF_NOEXIST))
		record_send(BOOMD_RECORD_EXIT, cgrp, id, 0, key.pid);
	return 0;
}

static __always_inline void victim(struct task_struct *task)
{
	struct cgroup *cgrp = task_cgroup(task);
	struct boomd_state *st = state_get();

	if (st)
		__sync_fetch_and_add(&st->oom_kills, 1);
	record_send(BOOMD_RECORD_OOM_KILL, cgrp, cgroup_id(cgrp), 0, BPF_CORE_READ(task, tgid));
}

/* Where the tracepoint hands over the task (6.9, and backported to 6.1.y). */
SEC("tp_btf/mark_victim")
int BPF_PROG(boomd_oom_kill, struct task_struct *task)
{
	victim(task);
	return 0;
}

/* Where it hands over only a number, the function around it still has the task. */
SEC("fentry/mark_oom_victim")
int BPF_PROG(boomd_oom_kill_old, struct task_struct *task)
{
	victim(task);
	return 0;
}
