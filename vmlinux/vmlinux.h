/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types, as far as boomd's programs touch them.
 *
 * Written by hand and short on purpose: every field here is one that a program reads, and
 * preserve_access_index makes libbpf look up its real place in the running kernel's BTF. So order,
 * size and neighbours do not matter here, names do. Where kernels differ there is a second
 * definition with a ___flavour, and the program asks bpf_core_field_exists; which of two names a
 * kernel has is listed in tests/guest/bpf_types.c, which checks everything below against each
 * kernel of the matrix.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
typedef unsigned long size_t;

#define NULL ((void *)0)

/* Of the BPF system call (uapi/linux/bpf.h); these never change. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1, BPF_EXIST = 2 };
enum { BPF_F_MMAPABLE = 1 << 10 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct work_struct {
	atomic_long_t data;
};

struct delayed_work {
	struct work_struct work;
};

struct percpu_counter {
	__s64 count;
};

/* --- cgroups and the files they are seen through --- */

struct kernfs_node {
	struct kernfs_node *__parent; /* since 6.15 */
	const char *name;
	__u64 id;
};

struct kernfs_node___old {
	struct kernfs_node___old *parent; /* until 6.14 */
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
	int nr_populated_csets; /* since 7.0, in struct cgroup before */
};

struct psi_group {
	bool enabled;
	__u64 avg_last_update; /* ns of sched_clock() */
	__u64 avg_next_update;
	struct delayed_work avgs_work;
	__u64 avg_total[6];    /* [state], total as of the last fold */
	__u64 total[12];       /* [aggregator][state], ns */
	unsigned long avg[18]; /* [state][window] */
};

struct cgroup_root;

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	int nr_dying_descendants;
	int nr_populated_domain_children;
	int nr_populated_threaded_children;
	struct kernfs_node *kn;
	__u16 subtree_control; /* u32 since 7.0: read as a bit field, which knows its size */
	struct cgroup_subsys_state *subsys[1];
	struct cgroup_root *root;
	struct psi_group *psi;
	struct cgroup *ancestors[1];
};

struct cgroup___old {
	int nr_populated_csets; /* until 6.18 */
};

enum cgroup_subsys_id {
	io_cgrp_id,
	memory_cgrp_id,
};

enum psi_states {
	PSI_IO_SOME,
	PSI_IO_FULL,
	PSI_MEM_SOME,
	PSI_MEM_FULL,
};

/* --- the memory controller --- */

struct page_counter {
	atomic_long_t usage; /* pages, like all below */
	unsigned long min;
	unsigned long low;
	unsigned long high;
	unsigned long max;
};

struct memcg_vmstats {
	long state[1];
	unsigned long events[1];
};

struct mem_cgroup {
	struct cgroup_subsys_state css;
	struct page_counter memory;
	struct page_counter swap;
	bool oom_group;
	struct memcg_vmstats *vmstats;
	atomic_long_t memory_events[1];
};

enum memcg_memory_event {
	MEMCG_LOW,
	MEMCG_HIGH,
	MEMCG_MAX,
	MEMCG_OOM,
	MEMCG_OOM_KILL,
	MEMCG_OOM_GROUP_KILL,
	MEMCG_SWAP_HIGH,
	MEMCG_SWAP_MAX,
	MEMCG_SWAP_FAIL,
};

enum zone_stat_item {
	NR_FREE_PAGES,
};

enum node_stat_item {
	NR_INACTIVE_ANON,
	NR_ANON_MAPPED,
	NR_FILE_PAGES,
	NR_SHMEM,
	WORKINGSET_REFAULT_ANON,
	WORKINGSET_REFAULT_FILE,
	/* since 7.0; events before */
	PGSCAN_KSWAPD,
	PGSCAN_DIRECT,
	PGSCAN_KHUGEPAGED,
	PGSCAN_PROACTIVE,
	PGSTEAL_KSWAPD,
	PGSTEAL_DIRECT,
	PGSTEAL_KHUGEPAGED,
	PGSTEAL_PROACTIVE,
};

enum vm_event_item {
	PGSCAN_KSWAPD___event,
	PGSCAN_DIRECT___event,
	PGSCAN_KHUGEPAGED___event,
	PGSCAN_PROACTIVE___event,
	PGSTEAL_KSWAPD___event,
	PGSTEAL_DIRECT___event,
	PGSTEAL_KHUGEPAGED___event,
	PGSTEAL_PROACTIVE___event,
};

/* --- I/O by cgroup and device --- */

struct disk_stats {
	unsigned long sectors[4]; /* read, write, discard, flush */
	unsigned long ios[4];
};

struct block_device {
	struct disk_stats *bd_stats; /* per CPU */
};

struct gendisk {
	int major;
	int first_minor;
	struct block_device *part0;
};

struct request_queue {
	struct gendisk *disk;
};

struct blkg_iostat {
	__u64 bytes[3]; /* read, write, discard */
	__u64 ios[3];
};

struct blkg_iostat_set {
	struct blkg_iostat cur;
	struct blkg_iostat last;
};

struct blkcg_gq {
	struct request_queue *q;
	struct hlist_node blkcg_node;
	struct blkg_iostat_set *iostat_cpu; /* per CPU */
	struct blkg_iostat_set iostat;
};

struct blkcg {
	struct cgroup_subsys_state css;
	struct hlist_head blkg_list;
};

/* --- processes --- */

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct signal_struct {
	atomic_t live;
	unsigned int flags;
};

struct mm_rss_stat {
	atomic_long_t count[4];
};

struct mm_struct {
	struct percpu_counter rss_stat[4]; /* since 6.2 */
};

struct mm_struct___old {
	struct mm_rss_stat rss_stat;
};

enum {
	MM_FILEPAGES,
	MM_ANONPAGES,
	MM_SWAPENTS,
	MM_SHMEMPAGES,
};

struct task_struct {
	unsigned int flags;
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *group_leader;
	__u64 start_boottime;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
};

/* --- extended attributes --- */

struct super_block {
	unsigned long s_magic;
};

struct inode {
	void *i_private;
};

struct dentry {
	struct inode *d_inode;
	struct super_block *d_sb;
};

/* --- BPF iterators --- */

struct bpf_iter__cgroup {
	struct cgroup *cgroup;
};

struct bpf_iter__task {
	struct task_struct *task;
};

#pragma clang attribute pop

/* Helpers' prototypes name these; nobody looks inside. */
struct bpf_map;

#endif
