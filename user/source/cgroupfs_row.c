/* SPDX-License-Identifier: GPL-2.0-only */
/* A function for each group of files, each of which sets its own flag: see cgroupfs_row.h. */
#include "source/cgroupfs_row.h"

#include <errno.h>
#include <string.h>

#include "log.h"
#include "source/parse.h"
#include "source/xattr.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A cgroup that is being read into its row. */
struct reading {
	struct cgroupfs_reader *reader;
	const struct cgroupfs_folder *folder;
	struct boomd_row *row;
};

static bool is_root(const struct reading *reading)
{
	return !reading->folder->level;
}

static void say_garbage(const struct reading *reading, const char *file, int err)
{
	char name[BOOMD_NAME_MAX];

	log_debug("%s of cgroup '%s' passed over: %s", file,
		  log_clean(reading->folder->name, name, sizeof(name)), strerror(-err));
}

/* Reads a file of the cgroup into the reader's text; its length, or -1: go without. */
static ssize_t reading_file(const struct reading *reading, const char *file)
{
	ssize_t len = cgroupfs_file_read(reading->folder->fd, file, reading->reader->text,
					 sizeof(reading->reader->text));

	/* ENOENT: a controller that is off; ENODEV: the cgroup is going away */
	if (len < 0 && len != -ENOENT && len != -ENODEV)
		say_garbage(reading, file, (int)len);
	return len < 0 ? -1 : len;
}

typedef int (*parse_fn)(const char *text, size_t len, __u64 *ret_value);

static bool reading_number(const struct reading *reading, const char *file, parse_fn parse,
			   __u64 *value)
{
	ssize_t len = reading_file(reading, file);
	int err;

	if (len < 0)
		return false;
	err = parse(reading->reader->text, (size_t)len, value);
	if (err)
		say_garbage(reading, file, err);
	return !err;
}

static uint32_t reading_keys(const struct reading *reading, const char *file,
			     const struct parse_key *keys, size_t nr_keys)
{
	ssize_t len = reading_file(reading, file);
	uint32_t found;

	if (len < 0)
		return 0;
	found = parse_keyed(reading->reader->text, (size_t)len, keys, nr_keys);
	if (!found)
		say_garbage(reading, file, -EINVAL);
	return found;
}

static void read_memory(const struct reading *reading)
{
	struct boomd_row *row = reading->row;
	const struct {
		const char *file;
		__u64 *value;
		__u64 without; /* what holds when it cannot be read */
	} limits[] = {
		{ "memory.min", &row->min_bytes, 0 },
		{ "memory.low", &row->low_bytes, 0 },
		{ "memory.high", &row->high_bytes, BOOMD_MAX },
		{ "memory.max", &row->max_bytes, BOOMD_MAX },
	};

	if (is_root(reading)) {
		const struct system_facts *system = reading->reader->system;

		if (!system || system->memory_free_bytes > system->memory_total_bytes)
			return;
		row->memory_bytes = system->memory_total_bytes - system->memory_free_bytes;
	} else if (!reading_number(reading, "memory.current", parse_number, &row->memory_bytes)) {
		return;
	}
	row->flags |= BOOMD_ROW_HAS_MEMORY;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (!reading_number(reading, limits[i].file, parse_limit, limits[i].value))
			*limits[i].value = limits[i].without;
}

static void read_swap(const struct reading *reading)
{
	struct boomd_row *row = reading->row;

	if (!reading_number(reading, "memory.swap.current", parse_number, &row->swap_bytes))
		return;
	row->flags |= BOOMD_ROW_HAS_SWAP;
	if (!reading_number(reading, "memory.swap.max", parse_limit, &row->swap_max_bytes))
		row->swap_max_bytes = BOOMD_MAX;
}

static void read_stat(const struct reading *reading)
{
	struct boomd_row *row = reading->row;
	__u64 refault_anon = 0, refault_file = 0;
	const struct parse_key keys[] = {
		{ "anon", &row->anon_bytes },
		{ "file", &row->file_bytes },
		{ "shmem", &row->shmem_bytes },
		{ "pgscan", &row->pgscan_pages },
		{ "pgsteal", &row->pgsteal_pages },
		{ "workingset_refault_anon", &refault_anon },
		{ "workingset_refault_file", &refault_file },
	};

	if (!reading_keys(reading, "memory.stat", keys, ARRAY_SIZE(keys)))
		return;
	row->refault_pages = refault_anon + refault_file;
	row->flags |= BOOMD_ROW_HAS_STAT;
}

static void read_events(const struct reading *reading)
{
	struct boomd_memory_events *events = &reading->row->events;
	const struct parse_key memory[] = {
		{ "low", &events->low },	   { "high", &events->high },
		{ "max", &events->max },	   { "oom", &events->oom },
		{ "oom_kill", &events->oom_kill }, { "oom_group_kill", &events->oom_group_kill },
	};
	const struct parse_key swap[] = {
		{ "high", &events->swap_high },
		{ "max", &events->swap_max },
		{ "fail", &events->swap_fail },
	};

	(void)reading_keys(reading, "memory.events", memory, ARRAY_SIZE(memory));
	(void)reading_keys(reading, "memory.swap.events", swap, ARRAY_SIZE(swap));
}

static void read_pressure(const struct reading *reading, enum boomd_resource resource)
{
	static const struct {
		const char *file, *proc_file;
		uint32_t flag;
	} resources[BOOMD_RESOURCES] = {
		[BOOMD_RESOURCE_MEMORY] = { "memory.pressure", "pressure/memory",
					    BOOMD_ROW_HAS_MEMORY_PSI },
		[BOOMD_RESOURCE_IO] = { "io.pressure", "pressure/io", BOOMD_ROW_HAS_IO_PSI },
	};
	const struct cgroupfs_folder proc = { .fd = reading->reader->proc_fd, .name = "" };
	struct reading root = *reading;
	const char *file = resources[resource].file;
	ssize_t len;
	int err;

	if (is_root(reading)) {
		root.folder = &proc;
		file = resources[resource].proc_file;
	}
	len = reading_file(&root, file);
	if (len < 0)
		return;
	err = parse_pressure(reading->reader->text, (size_t)len, reading->row->psi[resource]);
	if (err)
		say_garbage(&root, file, err);
	else
		reading->row->flags |= resources[resource].flag;
}

static void read_io(const struct reading *reading)
{
	const struct cgroupfs_reader *reader = reading->reader;
	ssize_t len;
	int err;

	/* nobody counts: one file less to read */
	if (!reader->nr_devices)
		return;
	len = reading_file(reading, "io.stat");
	if (len < 0)
		return;
	err = parse_io_stat(reader->text, (size_t)len, reader->devices, reader->nr_devices,
			    reading->row->io);
	if (err)
		say_garbage(reading, "io.stat", err);
	else
		reading->row->flags |= BOOMD_ROW_HAS_IO;
}

static void read_state(const struct reading *reading)
{
	struct boomd_row *row = reading->row;
	__u64 populated, nr_dying, oom_group;
	const struct parse_key events[] = { { "populated", &populated } };
	const struct parse_key stat[] = { { "nr_dying_descendants", &nr_dying } };

	if (reading_keys(reading, "cgroup.events", events, 1) && populated <= 1)
		row->flags |= BOOMD_ROW_HAS_POPULATED | (populated ? BOOMD_ROW_POPULATED : 0);
	if (reading_keys(reading, "cgroup.stat", stat, 1)) {
		row->nr_dying = nr_dying < UINT32_MAX ? (uint32_t)nr_dying : UINT32_MAX;
		row->flags |= BOOMD_ROW_HAS_DYING;
	}
	if (reading_number(reading, "memory.oom.group", parse_number, &oom_group) && oom_group == 1)
		row->flags |= BOOMD_ROW_OOM_GROUP;
	row->preference = xattr_preference(reading->folder->fd);
}

int cgroupfs_row_read(struct cgroupfs_reader *reader, const struct cgroupfs_folder *folder,
		      struct boomd_row *ret_row)
{
	const struct reading reading = { reader, folder, ret_row };

	*ret_row = (struct boomd_row){
		.id = folder->id,
		.parent_id = folder->parent_id,
		.level = folder->level,
	};
	read_memory(&reading);
	read_swap(&reading);
	read_stat(&reading);
	read_events(&reading);
	read_pressure(&reading, BOOMD_RESOURCE_MEMORY);
	read_pressure(&reading, BOOMD_RESOURCE_IO);
	read_io(&reading);
	read_state(&reading);
	/* whatever was read of a cgroup that is gone by now may be half of it */
	return cgroupfs_is_gone(folder->fd) ? -ENOENT : 0;
}
