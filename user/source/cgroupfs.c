/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The source `cgroupfs`: the facts of the BPF programs, from files. It is what runs where BPF
 * cannot be used, and what tests use, since any directory laid out like cgroup2 will do.
 *
 * Reading files costs a hundred times more than asking BPF, and may block while memory is short;
 * that is what is lost on this rung, and nothing else is: rows, names and ids are the same. It is
 * also the rung that has to be polled: nothing tells it that a cgroup came, went, or grew, so it
 * takes watches and says nothing about them, and the engine looks by a timer. PSI triggers are
 * the exception; the kernel fires those without BPF too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "source/cgroupfs_notify.h"
#include "source/cgroupfs_row.h"
#include "source/cgroupfs_tasks.h"
#include "source/cgroupfs_walk.h"
#include "source/meminfo.h"
#include "source/source.h"
#include "source/trigger.h"
#include "source/vmstat.h"

#define NS_PER_SECOND 1000000000ULL
#define TRIGGERS_MAX  4096 /* a file descriptor each: more than that is no configuration */
#define FIRED_BATCH   64
#define DRAIN_MAX     256 /* notifications; the rest after whatever else waits */

struct cgroupfs {
	struct source source;
	char *cgroup_fs;
	int cgroup_fd, proc_fd, meminfo_fd; /* meminfo_fd: -1 when there is none */
	struct vmstat_files vmstat;
	size_t max_cgroups, nr_rows, nr_lost;
	struct boomd_row *rows;
	const char **names;
	char (*name_texts)[BOOMD_NAME_MAX]; /* only those in use are ever touched */
	struct cgroupfs_reader reader;
	struct triggers *triggers;
	struct cgroupfs_notify *notify; /* says which cgroup's triggers to look at; may be NULL */
	bool is_cgroup2;		/* and not a directory that only looks like it */
};

static struct cgroupfs *cgroupfs_of(struct source *source)
{
	return (struct cgroupfs *)source;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void cgroupfs_close(struct source *source)
{
	struct cgroupfs *fs = cgroupfs_of(source);

	cgroupfs_notify_free(fs->notify);
	triggers_free(fs->triggers);
	vmstat_close(&fs->vmstat);
	close_fd(fs->meminfo_fd);
	close_fd(fs->proc_fd);
	close_fd(fs->cgroup_fd);
	free(fs->name_texts);
	free(fs->names);
	free(fs->rows);
	free(fs->cgroup_fs);
	free(fs);
}

/* Takes one cgroup into the snapshot; those that go away meanwhile are left out. */
static int snapshot_folder(void *user, const struct cgroupfs_folder *folder)
{
	struct cgroupfs *fs = user;
	size_t i = fs->nr_rows;
	int err;

	if (i == fs->max_cgroups) {
		fs->nr_lost++;
		return 0;
	}
	err = cgroupfs_row_read(&fs->reader, folder, &fs->rows[i]);
	if (err)
		return folder->level ? 0 : err;
	snprintf(fs->name_texts[i], sizeof(fs->name_texts[i]), "%s", folder->name);
	fs->nr_rows++;
	return 0;
}

static int cgroupfs_snapshot(struct source *source, struct snapshot *ret_snapshot)
{
	struct cgroupfs *fs = cgroupfs_of(source);
	struct snapshot snapshot = { .time_ns = clock_now_ns() };
	int err = fs->meminfo_fd < 0 ? -ENOENT : meminfo_read(fs->meminfo_fd, &snapshot.system);

	if (err)
		log_debug("meminfo passed over: %s", strerror(-err));
	if (source->wants_vmstat)
		vmstat_read(&fs->vmstat, &snapshot.system);
	fs->reader.system = err ? NULL : &snapshot.system;
	fs->nr_rows = 0;
	fs->nr_lost = 0;
	err = cgroupfs_walk(fs->cgroup_fd, snapshot_folder, fs);
	fs->reader.system = NULL;
	if (err < 0)
		return err;
	if (fs->nr_lost)
		log_debug("%zu cgroups found no row", fs->nr_lost);
	snapshot.nr_rows = fs->nr_rows;
	snapshot.rows = fs->rows;
	snapshot.names = fs->names;
	*ret_snapshot = snapshot;
	return 0;
}

static int cgroupfs_tasks(struct source *source, uint64_t id, const char *path,
			  struct boomd_task *ret_tasks, size_t max, bool *ret_more)
{
	struct cgroupfs *fs = cgroupfs_of(source);
	const char *relative = *path ? path : ".";
	struct stat stat;
	int fd, ret;

	fd = openat(fs->cgroup_fd, relative, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* another cgroup of the same name is not the one that was asked for */
	if (fstat(fd, &stat))
		ret = -errno;
	else if (stat.st_ino != id)
		ret = -ENOENT;
	else
		ret = cgroupfs_tasks_read(fd, fs->proc_fd, ret_tasks, max, ret_more);
	close(fd);
	return ret;
}

static int cgroupfs_event_fd(struct source *source)
{
	struct cgroupfs *fs = cgroupfs_of(source);

	return fs->notify ? cgroupfs_notify_fd(fs->notify) : -1;
}

/* A draining: whom to tell, and how many were told. */
struct draining {
	source_record_fn fn;
	void *user;
	int nr_records;
};

/* Records of a cgroup's triggers that fired. What it looks like now is for the next snapshot. */
static int drain_cgroup(struct cgroupfs *fs, struct draining *draining, uint64_t id)
{
	struct trigger_fired fired[FIRED_BATCH];
	size_t nr;

	do {
		nr = triggers_poll(fs->triggers, id, fired, FIRED_BATCH);
		for (size_t i = 0; i < nr; i++) {
			const struct boomd_record record = {
				.time_ns = clock_now_ns(),
				.cgroup_id = fired[i].id,
				.detail = fired[i].tag,
				.kind = BOOMD_RECORD_PSI_TRIGGER,
			};
			int err = draining->fn(draining->user, &record);

			if (err < 0)
				return err;
			draining->nr_records++;
		}
	} while (nr == FIRED_BATCH); /* a trigger fires once in 500 ms at most: this ends */
	/* polling drops the triggers of a cgroup that is gone */
	if (id != CGROUPFS_NOTIFY_ALL && !triggers_has(fs->triggers, id))
		cgroupfs_notify_remove(fs->notify, id);
	return 0;
}

static int cgroupfs_drain(struct source *source, source_record_fn fn, void *user, bool *ret_lost)
{
	struct cgroupfs *fs = cgroupfs_of(source);
	struct draining draining = { .fn = fn, .user = user };
	uint64_t id;

	/*
	 * One by one: what is not taken leaves the descriptor readable and has its turn then, also
	 * when fn has had enough.
	 */
	for (size_t i = 0; i < DRAIN_MAX && fs->notify; i++) {
		int err;

		if (!cgroupfs_notify_read(fs->notify, &id, 1))
			break;
		err = drain_cgroup(fs, &draining, id);
		if (err < 0)
			return err;
	}
	*ret_lost = false;
	return draining.nr_records;
}

static int cgroupfs_set_watches(struct source *source, const struct boomd_watch *rows,
				size_t nr_rows)
{
	(void)source;
	(void)rows;
	(void)nr_rows;
	return 0; /* the contract: may be told nothing, polled instead */
}

static int cgroupfs_watch_cgroup(struct source *source, uint64_t id, uint64_t mask, uint32_t kinds)
{
	(void)source;
	(void)id;
	(void)mask;
	(void)kinds;
	return 0; /* as above */
}

static int cgroupfs_watch_exits(struct source *source, uint64_t id, bool on)
{
	(void)source;
	(void)id;
	(void)on;
	return 0; /* as above: who waits for an exit looks at tasks() or a pidfd */
}

static int cgroupfs_arm_trigger(struct source *source, uint64_t id, const char *path,
				const struct psi_trigger *trigger, uint32_t tag)
{
	struct cgroupfs *fs = cgroupfs_of(source);
	const char *file =
		trigger->resource == BOOMD_RESOURCE_IO ? "io.pressure" : "memory.pressure";
	int err;

	/* in any other directory, arming would only overwrite a file */
	if (!fs->is_cgroup2 || !fs->notify)
		return -ENOTSUP;
	/* first the ear, then the bell */
	err = cgroupfs_notify_add(fs->notify, fs->cgroup_fs, path, file, id);
	if (!err)
		err = triggers_arm(fs->triggers, fs->cgroup_fs, id, path, trigger, tag);
	if (err && !triggers_has(fs->triggers, id))
		cgroupfs_notify_remove(fs->notify, id);
	return err;
}

static void cgroupfs_disarm_triggers(struct source *source)
{
	struct cgroupfs *fs = cgroupfs_of(source);

	triggers_clear(fs->triggers);
	if (fs->notify)
		cgroupfs_notify_remove(fs->notify, CGROUPFS_NOTIFY_ALL);
}

/* By what a PSI trigger is noticed. */
static struct capability trigger_capability(const struct cgroupfs *fs)
{
	const char *why = !fs->is_cgroup2 ? "not a cgroup2 file system"
			  : !fs->notify	  ? "inotify cannot be used"
					  : "";

	return (struct capability){ "psi triggers", *why ? "none" : "psi trigger", why };
}

static size_t cgroupfs_capabilities(struct source *source, struct capability *ret_rungs, size_t max)
{
	const char *const why = "BPF is not used";
	const struct capability rungs[] = {
		{ "snapshot", "cgroup files", why },
		{ "psi averages", "polling", why },
		trigger_capability(cgroupfs_of(source)),
		{ "memory events", "polling", why },
		{ "cgroups made and freed", "polling", why },
		{ "preferences", "polling", why },
		{ "processes", "cgroup files", why },
		{ "exits", "none", why },
		{ "kernel OOM kills", "polling", "memory.events counts them, but not whom" },
	};
	const size_t nr_rungs = sizeof(rungs) / sizeof(rungs[0]);

	for (size_t i = 0; i < nr_rungs && i < max; i++)
		ret_rungs[i] = rungs[i];
	return nr_rungs;
}

static const struct source_ops cgroupfs_ops = {
	.name = "cgroupfs",
	.close = cgroupfs_close,
	.snapshot = cgroupfs_snapshot,
	.event_fd = cgroupfs_event_fd,
	.drain = cgroupfs_drain,
	.set_watches = cgroupfs_set_watches,
	.watch_cgroup = cgroupfs_watch_cgroup,
	.arm_trigger = cgroupfs_arm_trigger,
	.disarm_triggers = cgroupfs_disarm_triggers,
	.tasks = cgroupfs_tasks,
	.watch_exits = cgroupfs_watch_exits,
	.capabilities = cgroupfs_capabilities,
};

static int cgroupfs_open_folders(struct cgroupfs *fs, const char *cgroup_fs, const char *proc)
{
	size_t len = strlen(cgroup_fs);
	struct statfs statfs;

	while (len > 1 && cgroup_fs[len - 1] == '/')
		len--;
	fs->cgroup_fs = strndup(cgroup_fs, len);
	if (!fs->cgroup_fs)
		return -ENOMEM;
	fs->source.cgroup_fs = fs->cgroup_fs;
	fs->cgroup_fd = open(fs->cgroup_fs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fs->cgroup_fd < 0)
		return -errno;
	fs->is_cgroup2 = !fstatfs(fs->cgroup_fd, &statfs) && statfs.f_type == CGROUP2_SUPER_MAGIC;
	fs->proc_fd = open(proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fs->proc_fd < 0)
		return -errno;
	fs->meminfo_fd = openat(fs->proc_fd, "meminfo", O_RDONLY | O_CLOEXEC);
	vmstat_open(proc, &fs->vmstat);
	return 0;
}

static int cgroupfs_take_memory(struct cgroupfs *fs, size_t max_cgroups)
{
	fs->max_cgroups = max_cgroups;
	fs->rows = calloc(max_cgroups, sizeof(*fs->rows));
	fs->names = calloc(max_cgroups, sizeof(*fs->names));
	fs->name_texts = calloc(max_cgroups, sizeof(*fs->name_texts));
	if (!fs->rows || !fs->names || !fs->name_texts)
		return -ENOMEM;
	for (size_t i = 0; i < max_cgroups; i++)
		fs->names[i] = fs->name_texts[i];
	return 0;
}

int source_cgroupfs_open(const struct source_options *options, struct source **ret_source)
{
	struct cgroupfs *fs = calloc(1, sizeof(*fs));
	int err;

	if (!fs)
		return -ENOMEM;
	fs->source.ops = &cgroupfs_ops;
	fs->cgroup_fd = fs->proc_fd = fs->meminfo_fd = -1;
	fs->vmstat = (struct vmstat_files){ -1, -1 };
	err = cgroupfs_open_folders(fs, options->cgroup_fs ? options->cgroup_fs : "/sys/fs/cgroup",
				    options->proc ? options->proc : "/proc");
	if (!err)
		err = cgroupfs_take_memory(fs, options->max_cgroups ? options->max_cgroups
								    : BOOMD_CGROUPS_MAX);
	if (!err)
		err = triggers_new(TRIGGERS_MAX, &fs->triggers);
	if (err) {
		cgroupfs_close(&fs->source);
		return err;
	}
	err = cgroupfs_notify_new(TRIGGERS_MAX, &fs->notify);
	if (err) /* no reason for no protection: then there are no triggers */
		log_debug("inotify: %s", strerror(-err));
	fs->reader.proc_fd = fs->proc_fd;
	fs->reader.devices = options->devices;
	fs->reader.nr_devices = options->nr_devices;
	*ret_source = &fs->source;
	return 0;
}
