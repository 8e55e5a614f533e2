/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the bpf source share: bpf_load.c gets the programs into the kernel, bpf_pin.c
 * keeps their names under /sys/fs/bpf, bpf_seed.c learns what was there before us, bpf_snapshot.c,
 * bpf_records.c and bpf_walk.c give what a source gives, and bpf.c is the source itself.
 */
#ifndef SOURCE_BPF_H
#define SOURCE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/names.h"
#include "source/source.h"
#include "source/trigger.h"
#include "source/vmstat.h"

struct boomd_bpf; /* the skeleton */
struct cgroupfs_notify;
struct bpf_link;
struct bpf_map;
struct bpf_program;
struct ring_buffer;

#define BPF_WALK_SPARES	 8
#define BPF_FEATURES_MAX 16

/* A map that the daemon sees through a mapping. */
struct bpf_mapping {
	void *base;
	size_t bytes;
};

/* Walks over processes that are ready to be read, each once. */
struct bpf_walks {
	struct bpf_link *link;
	int spares[BPF_WALK_SPARES];
	size_t nr_spares;
};

struct bpf_source {
	struct source base;
	struct boomd_bpf *skel;
	struct bpf_link *links[BPF_FEATURES_MAX];
	bool missing[BPF_FEATURES_MAX]; /* by row of bpf_load.c's table */
	struct bpf_mapping state_map, rows_map, tasks_map;
	struct boomd_state *state;
	struct boomd_row *rows;
	struct boomd_task *tasks;
	struct ring_buffer *ring;
	struct bpf_walks walks;
	struct names *names;
	const char **row_names;
	struct triggers *triggers;
	struct cgroupfs_notify *notify; /* where no record tells of triggers; else NULL */
	size_t max_cgroups;
	const struct boomd_device *devices;
	size_t nr_devices;
	int lock_fd;
	int meminfo_fd;
	struct vmstat_files vmstat;
	int event_fd;
	uint64_t dropped_seen;
	struct bpf_mapping rows_map_next; /* a larger one, for the next snapshot */
	size_t nr_mapped, nr_mapped_next; /* rows */
	bool names_full, table_full;	  /* said once */
	/* while draining */
	source_record_fn record_fn;
	void *record_user;
	int nr_drained, drain_err;
};

/* --- bpf_load.c: programs into the kernel --- */

/* Opens, probes and loads what is not missing already; *ret_why says why not. */
int bpf_load(struct bpf_source *source, const char **ret_why);
/* What bpf_load() does when the kernel refuses something: tries each, and leaves out what it must.
 */
int bpf_load_by_one(struct bpf_source *source);
/* Attaches everything that loaded. */
int bpf_attach(struct bpf_source *source, const char **ret_why);
void bpf_unload(struct bpf_source *source);
size_t bpf_capabilities(const struct bpf_source *source, struct capability *ret_rungs, size_t max);
/* Is the program of this name attached? */
bool bpf_has(const struct bpf_source *source, const char *program);
/* From now on it is not. */
void bpf_lacks(struct bpf_source *source, const char *program);
/* Runs a program without attaching it; returns what it returned, or -errno. */
int bpf_run(const struct bpf_program *program);
int bpf_map_mapping(const struct bpf_map *map, size_t bytes, struct bpf_mapping *ret_mapping);
void bpf_unmap_mapping(struct bpf_mapping *mapping);

/* --- bpf_pin.c: names under /sys/fs/bpf, and the lock that there is one daemon --- */

/* Returns the lock, an fd; stale pins are gone then. -EBUSY: another daemon has it. */
int bpf_pin_lock(const char **ret_why);
int bpf_pin_maps(struct boomd_bpf *skel);
/* Removes the pins and gives the lock back. */
void bpf_pin_unlock(int lock_fd);

/* --- bpf_seed.c: what was there before us --- */

int bpf_seed_cgroups(struct bpf_source *source, const char **ret_why);
int bpf_seed_preferences(struct bpf_source *source);

/* --- bpf_snapshot.c: every cgroup now --- */

int bpf_take_snapshot(struct bpf_source *source, struct snapshot *ret_snapshot);
/* Looks the cgroup's name up in the table. -ENOENT: it is gone; -ENOSPC: no room for its name. */
int bpf_learn_name(struct bpf_source *source, uint64_t id);
/* Makes a mapping for so many rows and some more, which the next snapshot takes. */
int bpf_rows_reserve(struct bpf_source *source, size_t nr);

/* --- bpf_records.c: what happened --- */

int bpf_drain_records(struct bpf_source *source, source_record_fn fn, void *user, bool *ret_lost);
/* The ring buffer's callback; user is the source. */
int bpf_on_record(void *user, void *data, size_t size);

/* --- bpf_walk.c: who is in a cgroup --- */

int bpf_walks_open(struct bpf_source *source);
void bpf_walks_close(struct bpf_source *source);
/* Tops the spares up; allocates in the kernel, so not between a record and a kill. */
void bpf_walks_refill(struct bpf_source *source);
int bpf_walk_tasks(struct bpf_source *source, uint64_t id, struct boomd_task *ret_tasks, size_t max,
		   bool *ret_more);

/* --- bpf.c --- */

/* source_bpf_open() as if the kernel had no place for these programs: for tests of lower rungs. */
int bpf_open_without(const struct source_options *options, const char *const *programs,
		     size_t nr_programs, struct source **ret_source, const char **ret_why);
/* Asks for a change of one cgroup's entry; -ENOENT when it is gone. */
int bpf_request(struct bpf_source *source, const struct boomd_set_cgroup *request);

#endif
