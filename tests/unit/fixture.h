/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pretended machine for tests: a folder laid out like cgroup2 and a folder like /proc, both in a
 * temporary place that goes with the fixture, and the source, tree and cgroups read from them.
 *
 *	#include "unit/fixture.h"
 *
 *	struct fixture *f = fixture_new();
 *
 *	fixture_cgroup(f, "system.slice/a.service", (struct fixture_cgroup){ .current = 60 << 20 });
 *	fixture_write(f, "system.slice/a.service/memory.low", "garbage\n");
 *	cr_expect(eq(u64, fixture_get(f, "system.slice/a.service")->row->memory_bytes, 60 << 20));
 *	fixture_free(f);
 *
 * What cannot be made (no space, no xattrs where they are asked for) fails the test by cr_assert.
 * Strings are printf formats where it says `format`.
 */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"
#include "cgroup/tree.h"
#include "source/source.h"

#define FIXTURE_MEMORY_TOTAL (8ULL << 30) /* of the machine; half of it is free */
#define FIXTURE_SWAP_TOTAL   (2ULL << 30) /* all of it is free */
#define FIXTURE_CGROUPS_MAX  1024

/* A field that is 0 is written as what a cgroup has by itself; this writes a real 0. */
#define FIXTURE_ZERO (BOOMD_MAX - 1)

struct fixture_psi {
	double avg10, avg60, avg300; /* percent */
	uint64_t total_us;
};

/* What its files say. All zero: a populated cgroup that uses nothing, without limits. */
struct fixture_cgroup {
	uint64_t current, swap;			/* bytes */
	uint64_t min, low, high, max, swap_max; /* high, max, swap_max: 0 is "max" */
	uint64_t anon; /* 0: all of current; oomd passes over cgroups that have none */
	uint64_t file, shmem, pgscan, pgsteal, refault;
	struct boomd_memory_events events;
	struct fixture_psi memory_some, memory_full, io_some, io_full;
	bool empty;	/* populated 0 */
	bool oom_group; /* memory.oom.group 1 */
	uint32_t nr_dying;
	const char *io_stat; /* text of io.stat; NULL: an empty file */
	const char *procs;   /* text of cgroup.procs; NULL: an empty file */
	uint32_t preference; /* BOOMD_TRUSTED_PREFER and friends, set as xattrs: the test checks
			      * first with fixture_can_xattr() whether they can be */
};

struct fixture;

/* With an empty root cgroup, meminfo and quiet pressure. */
struct fixture *fixture_new(void);
void fixture_free(struct fixture *fixture);

/* The folders, as absolute paths: cgroup_fs and proc of struct source_options. */
const char *fixture_cgroup_fs(const struct fixture *fixture);
const char *fixture_proc(const struct fixture *fixture);

/* Makes the cgroup, and its parents as folders without files, or writes its files anew. */
void fixture_cgroup(struct fixture *fixture, const char *path, struct fixture_cgroup cgroup);
/* Makes the folder and its parents, without files. */
void fixture_folder(struct fixture *fixture, const char *path);
/* Writes one file below the cgroup root, making its folder when there is none. */
void fixture_write(struct fixture *fixture, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same below proc: "meminfo", "pressure/memory", "123/stat". */
void fixture_write_proc(struct fixture *fixture, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Removes a file, or a folder with all below it, below the cgroup root. */
void fixture_remove(struct fixture *fixture, const char *path);
void fixture_meminfo(struct fixture *fixture, const struct system_facts *facts);
/* <proc>/<pid>/stat of a process; adding it to a cgroup.procs is the test's. */
void fixture_process(struct fixture *fixture, int pid, const char *comm, char state,
		     uint64_t start_ticks, uint64_t rss_pages);

/* Sets or, with value NULL, removes an xattr of a cgroup's folder; 0 or -errno. */
int fixture_xattr(struct fixture *fixture, const char *path, const char *name, const char *value);
/* Can "trusted." or "user." xattrs be set here? When not, a test skips with that reason. */
bool fixture_can_xattr(const struct fixture *fixture, const char *name_space);

/* The cgroupfs source of the two folders; opened at the first call, closed with the fixture. */
struct source *fixture_source(struct fixture *fixture);
/*
 * Takes a snapshot now and builds a tree of it. The tree, its cgroups and the snapshot are valid
 * until the next call.
 */
struct cgroup_tree *fixture_tree(struct fixture *fixture);
/* The snapshot of the last fixture_tree(). */
const struct snapshot *fixture_snapshot(const struct fixture *fixture);
/* The cgroup in the last tree, or in a first one; NULL when it is not there. */
struct cgroup *fixture_get(struct fixture *fixture, const char *path);

#endif
