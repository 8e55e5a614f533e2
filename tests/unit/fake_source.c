/* SPDX-License-Identifier: GPL-2.0-only */
/* The test's own machine: see fake_source.h. */
#include "unit/fake_source.h"

#include <string.h>

static struct fake_source *fake_of(struct source *source)
{
	return (struct fake_source *)source;
}

static void fake_close(struct source *source)
{
	(void)source;
}

static int fake_snapshot(struct source *source, struct snapshot *ret_snapshot)
{
	struct fake_source *fake = fake_of(source);

	fake->nr_snapshots++;
	if (fake->snapshot_error)
		return fake->snapshot_error;
	*ret_snapshot = (struct snapshot){
		.time_ns = 1,
		.system = fake->system,
		.nr_rows = fake->nr_rows,
		.rows = fake->rows,
		.names = fake->names,
	};
	return 0;
}

static int fake_event_fd(struct source *source)
{
	(void)source;
	return -1;
}

static int fake_drain(struct source *source, source_record_fn fn, void *user, bool *ret_lost)
{
	struct fake_source *fake = fake_of(source);
	int nr = (int)fake->nr_records;

	for (size_t i = 0; i < fake->nr_records; i++)
		fn(user, &fake->records[i]);
	fake->nr_records = 0;
	*ret_lost = fake->lost;
	fake->lost = false;
	return nr;
}

static int fake_set_watches(struct source *source, const struct boomd_watch *rows, size_t nr_rows)
{
	struct fake_source *fake = fake_of(source);

	if (fake->set_watches_error)
		return fake->set_watches_error;
	memcpy(fake->watches, rows, nr_rows * sizeof(*rows));
	fake->nr_watches = nr_rows;
	return 0;
}

static int fake_watch_cgroup(struct source *source, uint64_t id, uint64_t mask, uint32_t kinds)
{
	struct fake_source *fake = fake_of(source);

	if (fake->watch_cgroup_error)
		return fake->watch_cgroup_error;
	fake->told[fake->nr_told++ % FAKE_ROWS_MAX] = (struct fake_told){ id, mask, kinds };
	return 0;
}

static int fake_arm_trigger(struct source *source, uint64_t id, const char *path,
			    const struct psi_trigger *trigger, uint32_t tag)
{
	struct fake_source *fake = fake_of(source);

	(void)path, (void)trigger;
	if (fake->arm_error)
		return fake->arm_error;
	fake->armed[fake->nr_armed].id = id;
	fake->armed[fake->nr_armed++ % FAKE_ROWS_MAX].tag = tag;
	return 0;
}

static void fake_disarm_triggers(struct source *source)
{
	fake_of(source)->nr_disarmed++;
	fake_of(source)->nr_armed = 0;
}

static int fake_tasks(struct source *source, uint64_t id, const char *path,
		      struct boomd_task *ret_tasks, size_t max, bool *ret_more)
{
	(void)source, (void)id, (void)path, (void)ret_tasks, (void)max;
	*ret_more = false;
	return 0;
}

static int fake_watch_exits(struct source *source, uint64_t id, bool on)
{
	(void)source, (void)id, (void)on;
	return 0;
}

static size_t fake_capabilities(struct source *source, struct capability *ret_rungs, size_t max)
{
	struct fake_source *fake = fake_of(source);

	if (!fake->rung)
		return 0;
	if (max)
		ret_rungs[0] = (struct capability){ "psi averages", fake->rung, "a test" };
	return 1;
}

static const struct source_ops fake_ops = {
	.name = "fake",
	.close = fake_close,
	.snapshot = fake_snapshot,
	.event_fd = fake_event_fd,
	.drain = fake_drain,
	.set_watches = fake_set_watches,
	.watch_cgroup = fake_watch_cgroup,
	.arm_trigger = fake_arm_trigger,
	.disarm_triggers = fake_disarm_triggers,
	.tasks = fake_tasks,
	.watch_exits = fake_watch_exits,
	.capabilities = fake_capabilities,
};

void fake_source_init(struct fake_source *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->source.ops = &fake_ops;
	fake->source.cgroup_fs = "/nowhere";
	fake->system = (struct system_facts){ .memory_total_bytes = 1ULL << 30,
					      .memory_available_bytes = 1ULL << 29 };
	fake_cgroup(fake, 1, 0, "");
}

struct boomd_row *fake_cgroup(struct fake_source *fake, uint64_t id, uint64_t parent_id,
			      const char *name)
{
	struct boomd_row *row = &fake->rows[fake->nr_rows];

	*row = (struct boomd_row){
		.id = id,
		.parent_id = parent_id,
		.flags = BOOMD_ROW_HAS_MEMORY | BOOMD_ROW_HAS_MEMORY_PSI | BOOMD_ROW_HAS_POPULATED |
			 BOOMD_ROW_POPULATED | BOOMD_ROW_HAS_DYING,
		.high_bytes = BOOMD_MAX,
		.max_bytes = BOOMD_MAX,
		.swap_max_bytes = BOOMD_MAX,
	};
	for (size_t i = 0; i < fake->nr_rows; i++)
		if (fake->rows[i].id == parent_id)
			row->level = fake->rows[i].level + 1;
	fake->names[fake->nr_rows++] = name;
	return row;
}

void fake_record(struct fake_source *fake, enum boomd_record_kind kind, uint64_t cgroup_id,
		 uint64_t detail)
{
	fake->records[fake->nr_records++] = (struct boomd_record){
		.kind = kind,
		.cgroup_id = cgroup_id,
		.detail = detail,
		.time_ns = 1,
	};
}
