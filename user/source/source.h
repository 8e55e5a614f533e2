/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where facts come from.
 *
 * A source gives two things: records (something happened in a cgroup) and snapshots (what every
 * cgroup looks like now). Behind the one interface stand `bpf` (one system call fills a mapped
 * array) and `cgroupfs` (the same facts from files, of any directory laid out like cgroup2).
 * Whoever is right of this room cannot tell them apart: same rows, same records, same names.
 *
 * Errors are 0 or -errno; out-parameters are untouched on failure. After open nothing here
 * allocates, except watch_cgroup and arm_trigger, which run when a cgroup appears, never on
 * the way from a record to a kill.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"

/* The machine as a whole (/proc/meminfo). */
struct system_facts {
	uint64_t memory_total_bytes;
	uint64_t memory_free_bytes;
	uint64_t memory_available_bytes;
	uint64_t swap_total_bytes;
	uint64_t swap_free_bytes;
	/* /proc/vmstat and vm.swappiness; only when source->wants_vmstat is set */
	bool has_vmstat;
	uint64_t swapped_out_pages; /* pswpout, since boot */
	uint64_t scanned_pages;	    /* pgscan_kswapd + pgscan_direct, since boot */
	uint64_t swappiness;	    /* 0 also when it cannot be read */
};

/*
 * Every cgroup at one instant. Owned by the source, valid until its next snapshot.
 * rows are in no particular order; the root is among them (level 0, name "").
 * A row whose parent is not in the snapshot was made or removed meanwhile.
 */
struct snapshot {
	uint64_t time_ns; /* CLOCK_MONOTONIC when it began */
	struct system_facts system;
	size_t nr_rows;
	const struct boomd_row *rows;
	const char *const *names; /* names[i] is the last path component of rows[i] */
};

/* One rung of the ladder: what boomd can do here, and how. Strings are static or live as the source. */
struct capability {
	const char *what;  /* "snapshot", "psi averages", ... */
	const char *rung;  /* "bpf", "psi trigger", "cgroup files", "polling", "none" */
	const char *why;   /* "" or why it is not the best rung */
};

/* A PSI trigger as the kernel takes it (Documentation/accounting/psi.rst). */
struct psi_trigger {
	enum boomd_resource resource;
	enum boomd_stall stall;
	uint32_t threshold_us; /* stalled at least this long ... */
	uint32_t window_us;    /* ... within any window of this length: 500,000 to 10,000,000 */
};

struct source;

/* Called for each record; a negative return stops the drain and is passed on. */
typedef int (*source_record_fn)(void *user, const struct boomd_record *record);

struct source_ops {
	const char *name; /* "bpf", "cgroupfs" */
	void (*close)(struct source *source);
	int (*snapshot)(struct source *source, struct snapshot *ret_snapshot);

	/* A pollable fd that becomes readable when records wait; -1: this source must be polled. */
	int (*event_fd)(struct source *source);
	/*
	 * Hands over what waits; returns the number of records or -errno.
	 * *ret_lost: records were dropped since the last drain; take a snapshot and see.
	 */
	int (*drain)(struct source *source, source_record_fn fn, void *user, bool *ret_lost);

	/* The watch rows of the configuration; replaces the earlier ones (all masks become 0). */
	int (*set_watches)(struct source *source, const struct boomd_watch *rows, size_t nr_rows);
	/* Which rows (mask) and which unconditional records (kinds) this cgroup sends. */
	int (*watch_cgroup)(struct source *source, uint64_t id, uint64_t mask, uint32_t kinds);
	/*
	 * A kernel PSI trigger on a cgroup's pressure file; path is relative to the cgroup root.
	 * Its record arrives as BOOMD_RECORD_PSI_TRIGGER with detail = tag. Gone with the cgroup. The
	 * same tag on the same cgroup again is once.
	 */
	int (*arm_trigger)(struct source *source, uint64_t id, const char *path,
			   const struct psi_trigger *trigger, uint32_t tag);
	/* Removes every trigger (a new configuration is coming). */
	void (*disarm_triggers)(struct source *source);

	/*
	 * The processes (not threads) in cgroup id and below; returns how many were written,
	 * *ret_more when there are more than max. No allocation, and no cgroup file with bpf.
	 */
	int (*tasks)(struct source *source, uint64_t id, const char *path, struct boomd_task *ret_tasks,
		     size_t max, bool *ret_more);
	/* BOOMD_RECORD_EXIT for processes in this cgroup itself (not below), on or off. */
	int (*watch_exits)(struct source *source, uint64_t id, bool on);

	/* Fills up to max rungs, returns how many there are. */
	size_t (*capabilities)(struct source *source, struct capability *ret_rungs, size_t max);
};

/* Every source begins with this. */
struct source {
	const struct source_ops *ops;
	const char *cgroup_fs; /* where cgroup2 is mounted, no trailing slash */
	bool wants_vmstat;     /* the user's: snapshots have the facts of /proc/vmstat */
};

struct source_options {
	const char *cgroup_fs; /* default /sys/fs/cgroup */
	const char *proc;      /* default /proc; tests give a folder of their own */
	size_t max_cgroups;    /* default BOOMD_CGROUPS_MAX */
	const struct boomd_device *devices; /* whose I/O is counted; must live as long as the source */
	size_t nr_devices;     /* at most BOOMD_DEVICES_MAX; none: rows have no io */
};

/*
 * Loads, attaches and pins the programs, and seeds the table. -EBUSY: another boomd holds the
 * pins (its lock); -ENOTSUP, -EPERM: BPF cannot be used here, *ret_why (static text) says why.
 */
int source_bpf_open(const struct source_options *options, struct source **ret_source,
		    const char **ret_why);
/* Files of options->cgroup_fs. -ENOENT: no such directory. */
int source_cgroupfs_open(const struct source_options *options, struct source **ret_source);

#endif
