/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A machine with a random life, and a kernel that looks at it: cgroups that run, stall, reclaim,
 * grow, rest, come and go in steps of 100 ms, averages folded every 2 s by the kernel's arithmetic
 * (bpf/psi.h), memory.stat flushed about as often, and the records that bpf/watch.bpf.c would send for
 * the rows that were asked for. The same seed lives the same life whoever looks on.
 */
#ifndef TESTS_ENGINE_MACHINE_H
#define TESTS_ENGINE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "unit/fake_source.h"

#define MACHINE_STEP_NS	 100000000ULL
#define MACHINE_FOLD_NS	 2000000000ULL
#define MACHINE_START_NS 100000000000000ULL /* a day after boot, so that nothing is "since boot" */
#define MACHINE_CGROUPS	 5		    /* the root, a, b, b/c, and d, which comes and goes */

/* One *.pressure line of struct psi_group. */
struct machine_line {
	uint64_t total_ns, folded_ns; /* stall, all of it and as of the last fold */
	uint32_t avg[BOOMD_WINDOWS];
};

struct machine_cgroup {
	const char *name;
	int parent; /* index; -1: the root */
	bool there;
	uint64_t id;
	/* what it does, until when */
	uint64_t until_ns;
	bool runs;
	double stall[BOOMD_RESOURCES]; /* share of the time */
	double scan_pages_per_s, target_bytes, anon_share;
	/* how it stands */
	double memory_bytes, pgscan_pages;
	uint64_t flushed_pgscan, flushed_anon; /* as memory.stat was last flushed */
	uint32_t nr_dying;
	/* the kernel's averages */
	struct machine_line lines[BOOMD_RESOURCES];
	uint64_t last_ns, next_ns; /* avg_last_update, avg_next_update */
	uint64_t fold_ns;	   /* the work is queued for then; 0: it is not */
	bool ran;		   /* since the last fold */
	/* struct boomd_cgroup */
	uint64_t watch_true, watched_ns, seen_pgscan;
};

struct machine {
	uint64_t random, now_ns, next_id;
	uint64_t rests_from_ns; /* nothing new begins then; 0: it never rests */
	struct machine_cgroup cgroups[MACHINE_CGROUPS];
	uint64_t swap_total_bytes, swap_until_ns;
	double swap_used_bytes, swap_target_bytes, swapped_out_bytes, swap_out_bps;
	uint64_t stays_until_ns; /* d comes or goes then at the earliest */
	uint64_t release_ns; /* a removed cgroup's last page goes then; 0: there is none */
};

void machine_begin(struct machine *machine, uint64_t seed);
/* Time goes on by a step; what the kernel side would tell meanwhile are records of the source. */
void machine_step(struct machine *machine, struct fake_source *source);
/* What a snapshot taken now would show. */
void machine_show(const struct machine *machine, struct fake_source *source);
/* One was taken. */
void machine_looked_at(struct machine *machine, const struct fake_source *source);

#endif
