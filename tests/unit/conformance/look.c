/* SPDX-License-Identifier: GPL-2.0-only */
/* See look.h. */
#include "unit/conformance/look.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define START_NS 1000000000000ULL

static const struct boomd_device devices[] = {
	{ .major = 1, .minor = 10, .device_class = BOOMD_DEVICE_SSD, .used = 1 },
};

void look_open(struct look *look)
{
	struct source_options where = {
		.max_cgroups = FIXTURE_CGROUPS_MAX,
		.devices = devices,
		.nr_devices = ARRAY_SIZE(devices),
	};
	const struct history_options options = {
		.max_cgroups = FIXTURE_CGROUPS_MAX,
		.tick_ns = MACHINE_TICK_NS,
		.io[BOOMD_DEVICE_SSD] = { 1, 2, 3, 4, 5, 6 },
	};

	*look = (struct look){ .fixture = fixture_new() };
	where.cgroup_fs = fixture_cgroup_fs(look->fixture);
	where.proc = fixture_proc(look->fixture);
	cr_assert(zero(int, source_cgroupfs_open(&where, &look->source)));
	cr_assert(zero(int, cgroup_tree_new(FIXTURE_CGROUPS_MAX, &look->tree)));
	cr_assert(zero(int, history_new(&options, &look->history)));
}

void look_close(struct look *look)
{
	history_free(look->history);
	cgroup_tree_free(look->tree);
	look->source->ops->close(look->source);
	fixture_free(look->fixture);
}

void look_again(struct look *look)
{
	cr_assert(zero(int, look->source->ops->snapshot(look->source, &look->snapshot)));
	cr_assert(gt(int, cgroup_tree_build(look->tree, &look->snapshot), 0));
	history_sample(look->history, look->tree, START_NS + look->nr_ticks++ * MACHINE_TICK_NS);
}

static void append(char *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char *buf, const char *format, ...)
{
	size_t used = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + used, CONFORMANCE_TEXT_MAX - used, format, args);
	va_end(args);
}

struct number {
	const char *field;
	uint32_t flag; /* must be set for it to be known */
	uint64_t value;
};

static void show_number(char *buf, const struct cgroup *cgroup, const struct number *number)
{
	if (number->flag && !(cgroup->row->flags & number->flag))
		append(buf, "absent");
	else if (number->value == BOOMD_MAX)
		append(buf, "max");
	else
		append(buf, "%" PRIu64, number->value);
}

static bool show_numbers(char *buf, const struct cgroup *cgroup, const char *field)
{
	const struct boomd_row *row = cgroup->row;
	const struct number numbers[] = {
		{ "current", BOOMD_ROW_HAS_MEMORY, row->memory_bytes },
		{ "min", BOOMD_ROW_HAS_MEMORY, row->min_bytes },
		{ "low", BOOMD_ROW_HAS_MEMORY, row->low_bytes },
		{ "high", BOOMD_ROW_HAS_MEMORY, row->high_bytes },
		{ "max", BOOMD_ROW_HAS_MEMORY, row->max_bytes },
		{ "swap", BOOMD_ROW_HAS_SWAP, row->swap_bytes },
		{ "swap_max", BOOMD_ROW_HAS_SWAP, row->swap_max_bytes },
		{ "anon", BOOMD_ROW_HAS_STAT, row->anon_bytes },
		{ "file", BOOMD_ROW_HAS_STAT, row->file_bytes },
		{ "shmem", BOOMD_ROW_HAS_STAT, row->shmem_bytes },
		{ "pgscan", BOOMD_ROW_HAS_STAT, row->pgscan_pages },
		{ "nr_dying", 0, row->nr_dying },
		{ "populated", BOOMD_ROW_HAS_POPULATED, !!(row->flags & BOOMD_ROW_POPULATED) },
		{ "oom_group", 0, !!(row->flags & BOOMD_ROW_OOM_GROUP) },
		{ "rbytes", BOOMD_ROW_HAS_IO, row->io[BOOMD_DEVICE_SSD].read_bytes },
		{ "wbytes", BOOMD_ROW_HAS_IO, row->io[BOOMD_DEVICE_SSD].write_bytes },
		{ "rios", BOOMD_ROW_HAS_IO, row->io[BOOMD_DEVICE_SSD].read_ios },
		{ "wios", BOOMD_ROW_HAS_IO, row->io[BOOMD_DEVICE_SSD].write_ios },
		{ "dbytes", BOOMD_ROW_HAS_IO, row->io[BOOMD_DEVICE_SSD].discard_bytes },
		{ "dios", BOOMD_ROW_HAS_IO, row->io[BOOMD_DEVICE_SSD].discard_ios },
		{ "protection", 0, cgroup->protection_bytes },
		{ "effective", 0, cgroup->effective_bytes },
		{ "average", 0, cgroup->average_bytes },
		{ "io_cost", 0, (uint64_t)cgroup->io_cost },
		{ "io_cost_rate", 0, (uint64_t)cgroup->io_cost_rate },
		{ "pgscan_rate", 0, cgroup->pgscan_rate_pages },
	};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (strcmp(numbers[i].field, field))
			continue;
		show_number(buf, cgroup, &numbers[i]);
		return true;
	}
	return false;
}

/* The three averages as the file has them. */
static bool show_pressure(char *buf, const struct cgroup *cgroup, const char *field)
{
	static const struct {
		const char *field;
		enum boomd_resource resource;
		enum boomd_stall stall;
		uint32_t flag;
	} kinds[] = {
		{ "mem_full", BOOMD_RESOURCE_MEMORY, BOOMD_STALL_FULL, BOOMD_ROW_HAS_MEMORY_PSI },
		{ "mem_some", BOOMD_RESOURCE_MEMORY, BOOMD_STALL_SOME, BOOMD_ROW_HAS_MEMORY_PSI },
		{ "io_full", BOOMD_RESOURCE_IO, BOOMD_STALL_FULL, BOOMD_ROW_HAS_IO_PSI },
		{ "io_some", BOOMD_RESOURCE_IO, BOOMD_STALL_SOME, BOOMD_ROW_HAS_IO_PSI },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].field, field))
			continue;
		if (!(cgroup->row->flags & kinds[i].flag))
			append(buf, "absent");
		else
			append(buf, "%.2f/%.2f/%.2f",
			       cgroup_psi_percent(cgroup, kinds[i].resource, kinds[i].stall, BOOMD_AVG10),
			       cgroup_psi_percent(cgroup, kinds[i].resource, kinds[i].stall, BOOMD_AVG60),
			       cgroup_psi_percent(cgroup, kinds[i].resource, kinds[i].stall, BOOMD_AVG300));
		return true;
	}
	return false;
}

static void show_field(char *buf, const struct cgroup *cgroup, const char *field)
{
	append(buf, "%s=", field);
	if (!strcmp(field, "pgscan_rate") && !cgroup->has_history)
		append(buf, "absent");
	else if (!strcmp(field, "growth"))
		append(buf, "%.2f", cgroup_growth(cgroup));
	else if (!strcmp(field, "preference"))
		append(buf, "%s", preference_name(cgroup_preference(cgroup)));
	else if (!show_numbers(buf, cgroup, field))
		cr_assert(show_pressure(buf, cgroup, field), "no field %s", field);
}

void look_show(const struct look *look, const char *path, const char *fields,
	       char buf[CONFORMANCE_TEXT_MAX])
{
	const struct cgroup *cgroup = cgroup_tree_by_path(look->tree, path);
	char names[256], *more = NULL;

	snprintf(names, sizeof(names), "%s", fields);
	if (!cgroup) {
		append(buf, "no such cgroup");
		return;
	}
	for (char *field = strtok_r(names, " ", &more); field; field = strtok_r(NULL, " ", &more)) {
		if (field != names)
			append(buf, " ");
		show_field(buf, cgroup, field);
	}
}
