/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A source whose rows and records a test writes by hand, and which remembers what it was told.
 */
#ifndef TESTS_UNIT_FAKE_SOURCE_H
#define TESTS_UNIT_FAKE_SOURCE_H

#include <stdbool.h>

#include "source/source.h"

#define FAKE_ROWS_MAX	 640
#define FAKE_RECORDS_MAX 64

struct fake_told {
	uint64_t id, mask;
	uint32_t kinds;
};

struct fake_source {
	struct source source; /* first */
	struct boomd_row rows[FAKE_ROWS_MAX];
	const char *names[FAKE_ROWS_MAX];
	size_t nr_rows;
	struct system_facts system;
	struct boomd_record records[FAKE_RECORDS_MAX];
	size_t nr_records;
	bool lost;
	int snapshot_error;	/* returned instead of a snapshot */
	int arm_error;		/* returned by arm_trigger */
	int set_watches_error, watch_cgroup_error;
	const char *rung;	/* of its one capability; NULL: it has none */
	size_t nr_snapshots, nr_disarmed;
	struct boomd_watch watches[BOOMD_WATCHES_MAX];
	size_t nr_watches;
	struct fake_told told[FAKE_ROWS_MAX];
	size_t nr_told;
	struct { uint64_t id; uint32_t tag; } armed[FAKE_ROWS_MAX];
	size_t nr_armed;
};

/* An empty machine: only the root, id 1. */
void fake_source_init(struct fake_source *fake);
/* A cgroup below parent_id; returns its row, populated, with memory and PSI facts of 0. */
struct boomd_row *fake_cgroup(struct fake_source *fake, uint64_t id, uint64_t parent_id,
			      const char *name);
void fake_record(struct fake_source *fake, enum boomd_record_kind kind, uint64_t cgroup_id,
		 uint64_t detail);

#endif
