/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The border between the kernel side (bpf/) and the user side (user/).
 *
 * Everything that crosses it is one of the shapes below: records in the ring
 * buffer, rows in the snapshot array, rows of the watch table, values of the
 * pinned maps. Fixed-width types only, no pointers, no bool; a comment with
 * the unit behind every field; sizes asserted on both sides. `bpftool map dump`
 * prints the pinned maps with these names.
 *
 * A limit that the kernel prints as "max" is BOOMD_MAX here. A fact that could
 * not be read is 0 and the row's HAS_ flag is absent, so that "no memory
 * controller" and "no memory used" stay different things.
 */
#ifndef BOOMD_EVENTS_H
#define BOOMD_EVENTS_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#define BOOMD_MAX		(~0ULL) /* "max": no limit */
#define BOOMD_NAME_MAX		256	/* a cgroup's name with its NUL (NAME_MAX is 255) */
#define BOOMD_WATCHES_MAX	64	/* watch rows: one bit each in a cgroup's mask */
#define BOOMD_CGROUPS_MAX	16384	/* default size of the map `cgroups` */
#define BOOMD_TASKS_MAX		4096	/* processes listed by one walk; more take another walk */
#define BOOMD_RECORDS_BYTES	(256 * 1024)
#define BOOMD_DEVICES_MAX	16	/* devices whose I/O is counted for io cost */
#define BOOMD_PSI_FIXED_SHIFT	11	/* PSI averages: percent, 11 bits of fraction (FSHIFT) */

/* Why a record was sent. */
enum boomd_record_kind {
	BOOMD_RECORD_NONE = 0,
	BOOMD_RECORD_PSI_TRIGGER,   /* a trigger written to a *.pressure file fired; detail: resource */
	BOOMD_RECORD_MEMORY_EVENTS, /* memory.events changed (low, high, max, oom, oom_kill) */
	BOOMD_RECORD_SWAP_EVENTS,   /* memory.swap.events changed */
	BOOMD_RECORD_CGROUP_EVENTS, /* cgroup.events changed (populated, frozen) */
	BOOMD_RECORD_WATCH_ABOVE,   /* a watch row became true; detail: row number */
	BOOMD_RECORD_WATCH_BELOW,   /* a watch row became false again; detail: row number */
	BOOMD_RECORD_CGROUP_MADE,   /* mkdir; detail: id of the parent */
	BOOMD_RECORD_CGROUP_FREED,  /* rmdir: nobody can be in it any more; detail: id of the parent */
	BOOMD_RECORD_OOM_KILL,	    /* the kernel's own OOM killer chose pid */
	BOOMD_RECORD_EXIT,	    /* the last thread of process pid in a watched cgroup exited */
	BOOMD_RECORD_PREFERENCE,    /* a kill preference xattr was set or removed; detail: new bits */
	BOOMD_RECORD_XATTR,	    /* any xattr was set or removed on a watched cgroup */
	BOOMD_RECORD_CGROUP_RELEASED, /* below: the last of a removed cgroup is gone; detail: its id */
	BOOMD_RECORD_KINDS,
};

/* Bits of a cgroup's `watch_kinds`: which unconditional records it sends. */
#define BOOMD_KIND_BIT(kind) (1U << (kind))

enum boomd_resource {
	BOOMD_RESOURCE_MEMORY = 0,
	BOOMD_RESOURCE_IO = 1,
	BOOMD_RESOURCES = 2,
};

enum boomd_stall {
	BOOMD_STALL_SOME = 0,
	BOOMD_STALL_FULL = 1,
	BOOMD_STALLS = 2,
};

enum boomd_window {
	BOOMD_AVG10 = 0,
	BOOMD_AVG60 = 1,
	BOOMD_AVG300 = 2,
	BOOMD_WINDOWS = 3,
};

/* One line of a *.pressure file. */
struct boomd_psi {
	__u64 total_us;		   /* stalled since the cgroup was made, microseconds */
	__u32 avg[BOOMD_WINDOWS];  /* percent << BOOMD_PSI_FIXED_SHIFT, over 10, 60, 300 s */
	__u32 pad;
};

/* What a record carries besides its reason: the cgroup at that instant. */
struct boomd_record {
	__u64 time_ns;	       /* CLOCK_MONOTONIC (bpf_ktime_get_ns) */
	__u64 cgroup_id;       /* kernfs id, the inode number of the cgroup's folder */
	__u64 detail;	       /* see enum boomd_record_kind */
	__u64 memory_bytes;    /* memory.current; root: MemTotal - MemFree */
	__u64 swap_bytes;      /* memory.swap.current; root: SwapTotal - SwapFree */
	struct boomd_psi memory_some, memory_full; /* as of the kernel's last fold (every 2 s) */
	__u32 kind;	       /* enum boomd_record_kind */
	__s32 pid;	       /* process (tgid in the initial pid namespace), or 0 */
};

/* What a watch row compares. */
enum boomd_metric {
	BOOMD_METRIC_NONE = 0,
	BOOMD_METRIC_PSI_AVG,	/* avg[window] of resource and stall; threshold: fixed point percent */
	BOOMD_METRIC_MEMORY,	/* memory.current, root: MemTotal - MemFree; threshold: bytes */
	BOOMD_METRIC_SWAP,	/* memory.swap.current, root: SwapTotal - SwapFree; bytes */
	BOOMD_METRIC_SWAP_USED, /* of the machine, whatever the cgroup; whole percent of SwapTotal */
	BOOMD_METRIC_ANON,	/* memory.stat anon; bytes */
	BOOMD_METRIC_PGSCAN,	/* memory.stat pgscan since the fold before; pages */
};

/*
 * A condition the kernel side evaluates for every cgroup whose watch_mask has the row's bit, each
 * time the kernel folds that cgroup's averages (every 2 s while it runs, never at rest).
 * True means strictly above. A record is sent when it becomes true and when it becomes false. What
 * a snapshot shows to be false counts as false from then on, though no fold has said so: whoever
 * looked then would otherwise never hear that it is true again. So does PGSCAN after a rest.
 */
struct boomd_watch {
	__u64 threshold;  /* unit: see metric */
	__u32 metric;	  /* enum boomd_metric */
	__u32 resource;	  /* enum boomd_resource */
	__u32 stall;	  /* enum boomd_stall */
	__u32 window;	  /* enum boomd_window */
};

/* Kill preference bits, by xattr on the cgroup's folder. */
#define BOOMD_TRUSTED_PREFER	(1U << 0) /* trusted.oomd_prefer */
#define BOOMD_USER_PREFER	(1U << 1) /* user.oomd_prefer */
#define BOOMD_TRUSTED_AVOID	(1U << 2) /* trusted.oomd_avoid */
#define BOOMD_USER_AVOID	(1U << 3) /* user.oomd_avoid */

/* Value of the map `cgroups` (key: cgroup id). Written by the kernel side only. */
struct boomd_cgroup {
	__u64 kernel_address; /* struct cgroup; checked by comparing its id with the key */
	__u64 parent_id;      /* 0: this is the root */
	__u64 watch_mask;     /* watch rows that apply here */
	__u64 watch_true;     /* rows that were true when last looked at */
	__u64 folded_ns;      /* when that was; CLOCK_MONOTONIC */
	__u64 pgscan_pages;   /* memory.stat pgscan when a row last asked for it */
	__u32 watch_kinds;    /* BOOMD_KIND_BIT of the unconditional records wanted */
	__u32 preference;     /* BOOMD_TRUSTED_PREFER and friends */
	__u32 level;	      /* 0: root */
	__u32 row;	      /* where the last snapshot put it */
	char name[BOOMD_NAME_MAX]; /* last component of the path */
};

/* Argument of the program `boomd_set_cgroup`, passed in the map `state` (no copy, no race). */
struct boomd_set_cgroup {
	__u64 cgroup_id;
	__u64 watch_mask;
	__u32 what;	   /* BOOMD_SET_* */
	__u32 clear_kinds; /* bits taken from watch_kinds, then */
	__u32 set_kinds;   /* bits added to it */
	__u32 preference;
};
#define BOOMD_SET_MASK	     (1U << 0) /* take watch_mask */
#define BOOMD_SET_KINDS	     (1U << 1) /* take clear_kinds and set_kinds */
#define BOOMD_SET_PREFERENCE (1U << 2) /* take preference */

/* Bits of boomd_row.flags. HAS_ says the fact could be read. */
#define BOOMD_ROW_HAS_MEMORY	(1U << 0) /* the memory controller is on: memory fields are real */
#define BOOMD_ROW_HAS_SWAP	(1U << 1)
#define BOOMD_ROW_HAS_STAT	(1U << 2) /* anon, file, pgscan ... */
#define BOOMD_ROW_HAS_MEMORY_PSI (1U << 3)
#define BOOMD_ROW_HAS_IO_PSI	(1U << 4)
#define BOOMD_ROW_HAS_IO	(1U << 5) /* io[] counts the configured devices */
#define BOOMD_ROW_POPULATED	(1U << 6) /* cgroup.events populated 1 */
#define BOOMD_ROW_HAS_POPULATED (1U << 7)
#define BOOMD_ROW_OOM_GROUP	(1U << 8) /* memory.oom.group is 1 */
#define BOOMD_ROW_HAS_DYING	(1U << 9) /* nr_dying is real */

enum boomd_device_class { BOOMD_DEVICE_SSD = 0, BOOMD_DEVICE_HDD = 1, BOOMD_DEVICE_CLASSES = 2 };

/* The six counters of an io.stat line, summed over the configured devices of one class. */
struct boomd_io {
	__u64 read_ios, read_bytes, write_ios, write_bytes, discard_ios, discard_bytes;
};

/* memory.events and memory.swap.events, in their files' order. */
struct boomd_memory_events {
	__u64 low, high, max, oom, oom_kill, oom_group_kill;
	__u64 swap_high, swap_max, swap_fail;
};

/* One cgroup in a snapshot: the same row whether BPF or cgroup files filled it. */
struct boomd_row {
	__u64 id;	      /* cgroup id */
	__u64 parent_id;      /* 0: root */
	__u32 level;	      /* depth below the root, root is 0 */
	__u32 flags;	      /* BOOMD_ROW_* */
	__u32 preference;     /* BOOMD_TRUSTED_PREFER and friends */
	__u32 nr_dying;	      /* cgroup.stat nr_dying_descendants */
	__u64 memory_bytes;   /* memory.current; root: 0 here, user side fills MemTotal - MemFree */
	__u64 swap_bytes;     /* memory.swap.current */
	__u64 min_bytes, low_bytes, high_bytes, max_bytes, swap_max_bytes; /* limits or BOOMD_MAX */
	__u64 anon_bytes, file_bytes, shmem_bytes; /* memory.stat */
	__u64 pgscan_pages, pgsteal_pages;	   /* memory.stat, since the cgroup was made */
	__u64 refault_pages;			   /* workingset_refault_anon + _file */
	struct boomd_memory_events events;
	struct boomd_psi psi[BOOMD_RESOURCES][BOOMD_STALLS];
	struct boomd_io io[BOOMD_DEVICE_CLASSES];
};

/* One process of the walk `boomd_tasks`. */
struct boomd_task {
	__u64 start_ns;	   /* start_boottime: tells a pid from its reuse */
	__u64 cgroup_id;   /* the cgroup it is in, the one asked for or below it */
	__s32 pid;	   /* tgid in the initial pid namespace */
	__u32 flags;	   /* BOOMD_TASK_* */
	__u64 rss_bytes;   /* anon + file + shmem resident; 0 once its first thread has ended */
	char comm[16];
};
#define BOOMD_TASK_KTHREAD	(1U << 0)
#define BOOMD_TASK_EXITING	(1U << 1) /* already dying: SIGKILL pending or in exit */

/* A device whose I/O counts; value of the map `devices` (key: major << 32 | minor). */
struct boomd_device {
	__u32 major, minor;
	__u32 device_class; /* enum boomd_device_class */
	__u32 used;	    /* 1: this row counts */
};

/*
 * The one row of the mmap'able map `state`: what the programs say of themselves, and what the
 * daemon asks of a walk. The daemon reads and writes it through its mapping, without a system call.
 */
struct boomd_state {
	__u64 nr_rows;		/* rows the last snapshot filled */
	__u64 snapshot_ns;	/* when it began, CLOCK_MONOTONIC */
	__u64 rows_lost;	/* cgroups that found no row in the last snapshot */
	__u64 records_sent;	/* since load */
	__u64 records_dropped;	/* since load: the ring buffer was full */
	__u64 cgroups_lost;	/* since load: the map `cgroups` was full */
	__u64 oom_kills;	/* since load: kernel OOM kills seen */
	__u64 tasks_cgroup_id;	/* in: the cgroup whose processes the next walk lists */
	__u64 nr_tasks;		/* out: processes it listed */
	__u64 tasks_lost;	/* out: processes that found no row */
	__u64 clock_offset_ns;	/* CLOCK_MONOTONIC - the scheduler's clock; 0: not known yet */
	__u64 clock_offset_at_ns; /* CLOCK_MONOTONIC when it was taken */
	__u32 exits_watched;	/* cgroups whose exits are watched: 0 makes exits cost nothing */
	__u32 daemon_pid;	/* in */
	struct boomd_set_cgroup request; /* in: for the next run of boomd_set_cgroup */
};

#define BOOMD_BPFFS   "/sys/fs/bpf"
#define BOOMD_PIN_DIR BOOMD_BPFFS "/boomd"

_Static_assert(sizeof(struct boomd_psi) == 24, "boomd_psi crosses the border");
_Static_assert(sizeof(struct boomd_record) == 96, "boomd_record crosses the border");
_Static_assert(sizeof(struct boomd_watch) == 24, "boomd_watch crosses the border");
_Static_assert(sizeof(struct boomd_cgroup) == 64 + BOOMD_NAME_MAX, "boomd_cgroup crosses the border");
_Static_assert(sizeof(struct boomd_row) == 16 + 16 + 56 + 48 + 72 + 96 + 96, "boomd_row crosses the border");
_Static_assert(sizeof(struct boomd_task) == 48, "boomd_task crosses the border");
_Static_assert(sizeof(struct boomd_set_cgroup) == 32, "boomd_set_cgroup crosses the border");
_Static_assert(sizeof(struct boomd_state) == 136, "boomd_state crosses the border");

#endif
