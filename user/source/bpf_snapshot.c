/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots: rows stay where the kernel side wrote them, in a mapped array; names are learned by
 * one look-up each and kept. One system call, and one more for each cgroup that is new.
 */
#include "source/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "bpf/boomd.skel.h"
#include "log.h"
#include "source/meminfo.h"

#define ROWS_MAPPED_MIN 256
#define SWEEP_AFTER	256 /* names of cgroups that are gone, before they are swept out */

/* -ENOENT: the cgroup is gone. */
int bpf_learn_name(struct bpf_source *source, uint64_t id)
{
	struct boomd_cgroup known;
	int err = bpf_map_lookup_elem(bpf_map__fd(source->skel->maps.cgroups), &id, &known);

	return err ? err : names_set(source->names, id, known.name);
}

static void report_full_names(struct bpf_source *source)
{
	if (!source->names_full)
		log_warn("no room for more cgroup names: some cgroups are called \"?\"");
	source->names_full = true;
}

/*
 * Makes every name known. A row whose cgroup is gone by now leaves the snapshot. Sweeping moves
 * strings, so pointers to them are taken afterwards.
 */
static size_t learn_names(struct bpf_source *source, size_t nr)
{
	names_begin(source->names);
	for (size_t i = 0; i < nr; i++) {
		uint64_t id = source->rows[i].id;
		int err = names_get(source->names, id) ? 0 : bpf_learn_name(source, id);

		if (err == -ENOENT)
			source->rows[i--] = source->rows[--nr];
	}
	if (names_count(source->names) > nr + SWEEP_AFTER)
		names_sweep(source->names);
	return nr;
}

static void collect_names(struct bpf_source *source, size_t nr)
{
	bool swept = false;

	for (size_t i = 0; i < nr; i++) {
		uint64_t id = source->rows[i].id;
		const char *name = names_get(source->names, id);

		if (!name && !swept) {
			swept = true;
			names_sweep(source->names);
			i = (size_t)-1; /* strings have moved: begin again */
			continue;
		}
		if (!name && !bpf_learn_name(source, id))
			name = names_get(source->names, id);
		if (!name)
			report_full_names(source);
		source->row_names[i] = name ? name : "?";
	}
}

/* The root has no memory files: its usage is the machine's, and nothing limits it. */
static void fill_root(struct bpf_source *source, size_t nr, const struct system_facts *facts)
{
	for (size_t i = 0; i < nr; i++) {
		struct boomd_row *row = &source->rows[i];

		if (row->level)
			continue;
		row->memory_bytes = facts->memory_total_bytes - facts->memory_free_bytes;
		row->high_bytes = row->max_bytes = BOOMD_MAX;
		row->flags |= BOOMD_ROW_HAS_MEMORY;
		return;
	}
}

/*
 * Rows are mapped as far as they are used and half as much again, since what is mapped is resident.
 * The larger mapping is made when a record tells of a new cgroup, and taken by the next snapshot:
 * until then the rows of the last one stay where they are.
 */
int bpf_rows_reserve(struct bpf_source *source, size_t nr)
{
	int err;

	nr += nr / 2;
	if (nr < ROWS_MAPPED_MIN)
		nr = ROWS_MAPPED_MIN;
	if (nr > source->max_cgroups)
		nr = source->max_cgroups;
	if (nr <= source->nr_mapped || nr <= source->nr_mapped_next)
		return 0;
	bpf_unmap_mapping(&source->rows_map_next);
	source->nr_mapped_next = 0;
	err = bpf_map_mapping(source->skel->maps.rows, nr * sizeof(*source->rows),
			      &source->rows_map_next);
	if (!err)
		source->nr_mapped_next = nr;
	return err;
}

/* -ENOMEM: nr rows cannot be mapped. */
static int take_rows(struct bpf_source *source, size_t nr)
{
	int err = nr > source->nr_mapped && nr > source->nr_mapped_next
			  ? bpf_rows_reserve(source, nr)
			  : 0;

	if (err)
		return err;
	if (source->nr_mapped_next) {
		bpf_unmap_mapping(&source->rows_map);
		source->rows_map = source->rows_map_next;
		source->nr_mapped = source->nr_mapped_next;
		source->rows_map_next = (struct bpf_mapping){};
		source->nr_mapped_next = 0;
		source->rows = source->rows_map.base;
	}
	return 0;
}

static void report_full_table(struct bpf_source *source)
{
	if (!source->table_full)
		log_warn("more than %zu cgroups: %llu were not seen", source->max_cgroups,
			 (unsigned long long)(source->state->cgroups_lost +
					      source->state->rows_lost));
	source->table_full = true;
}

int bpf_take_snapshot(struct bpf_source *source, struct snapshot *ret_snapshot)
{
	struct system_facts facts;
	size_t nr;
	int err;

	err = meminfo_read(source->meminfo_fd, &facts);
	if (!err)
		err = bpf_run(source->skel->progs.boomd_snapshot);
	if (err)
		return err;
	if (source->base.wants_vmstat)
		vmstat_read(&source->vmstat, &facts);
	nr = source->state->nr_rows;
	if (nr > source->max_cgroups)
		return -EPROTO;
	if (source->state->cgroups_lost || source->state->rows_lost)
		report_full_table(source);
	err = take_rows(source, nr);
	if (err)
		return err;
	nr = learn_names(source, nr);
	collect_names(source, nr);
	fill_root(source, nr, &facts);
	*ret_snapshot = (struct snapshot){
		.time_ns = source->state->snapshot_ns,
		.system = facts,
		.nr_rows = nr,
		.rows = source->rows,
		.names = source->row_names,
	};
	return 0;
}
