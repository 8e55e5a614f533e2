/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bpf source: facts from the kernel side, without a cgroup file. What the interface asks for is
 * passed on to the parts that bpf.h names; what is done here is opening, closing and watches.
 */
#include "source/bpf.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bpf/boomd.skel.h"
#include "log.h"
#include "source/cgroupfs_notify.h"

#define TRIGGERS_MAX	    4096
#define MAX_CGROUPS_ALLOWED (1U << 20)

static struct bpf_source *of(struct source *source)
{
	return (struct bpf_source *)source;
}

/* --- what other parts do --- */

static int bpf_snapshot(struct source *base, struct snapshot *ret_snapshot)
{
	return bpf_take_snapshot(of(base), ret_snapshot);
}

static int bpf_event_fd(struct source *base)
{
	return of(base)->event_fd;
}

static int bpf_drain(struct source *base, source_record_fn fn, void *user, bool *ret_lost)
{
	return bpf_drain_records(of(base), fn, user, ret_lost);
}

/* --- watches --- */

int bpf_request(struct bpf_source *source, const struct boomd_set_cgroup *request)
{
	source->state->request = *request;
	return bpf_run(source->skel->progs.boomd_set_cgroup);
}

static int bpf_set_watches(struct source *base, const struct boomd_watch *rows, size_t nr_rows)
{
	struct bpf_source *source = of(base);
	int err;

	if (nr_rows > BOOMD_WATCHES_MAX)
		return -E2BIG;
	err = bpf_run(source->skel->progs.boomd_clear_watches);
	for (uint32_t i = 0; !err && i < nr_rows; i++)
		err = bpf_map_update_elem(bpf_map__fd(source->skel->maps.watches), &i, &rows[i],
					  BPF_ANY);
	return err;
}

/* Bits of watch_kinds that do not belong to the configuration's watches. */
#define KINDS_OF_OTHERS \
	(BOOMD_KIND_BIT(BOOMD_RECORD_EXIT) | BOOMD_KIND_BIT(BOOMD_RECORD_PSI_TRIGGER))

static int bpf_watch_cgroup(struct source *base, uint64_t id, uint64_t mask, uint32_t kinds)
{
	const struct boomd_set_cgroup request = {
		.cgroup_id = id,
		.watch_mask = mask,
		.what = BOOMD_SET_MASK | BOOMD_SET_KINDS,
		.clear_kinds = ~(uint32_t)KINDS_OF_OTHERS,
		.set_kinds = kinds & ~(uint32_t)KINDS_OF_OTHERS,
	};

	return bpf_request(of(base), &request);
}

static int set_kind(struct bpf_source *source, uint64_t id, enum boomd_record_kind kind, bool on)
{
	const struct boomd_set_cgroup request = {
		.cgroup_id = id,
		.what = BOOMD_SET_KINDS,
		.clear_kinds = BOOMD_KIND_BIT(kind),
		.set_kinds = on ? BOOMD_KIND_BIT(kind) : 0,
	};

	return bpf_request(source, &request);
}

static int bpf_watch_exits(struct source *base, uint64_t id, bool on)
{
	if (!bpf_has(of(base), "boomd_exit"))
		return -EOPNOTSUPP;
	return set_kind(of(base), id, BOOMD_RECORD_EXIT, on);
}

/* Where no record tells of triggers, inotify does. */
static int listen_to(struct bpf_source *source, uint64_t id, const char *path,
		     enum boomd_resource resource)
{
	if (!source->notify)
		return set_kind(source, id, BOOMD_RECORD_PSI_TRIGGER, true);
	return cgroupfs_notify_add(source->notify, source->base.cgroup_fs, path,
				   resource == BOOMD_RESOURCE_IO ? "io.pressure"
								 : "memory.pressure",
				   id);
}

/* Listening comes first: a trigger can fire as soon as it stands. */
static int bpf_arm_trigger(struct source *base, uint64_t id, const char *path,
			   const struct psi_trigger *trigger, uint32_t tag)
{
	struct bpf_source *source = of(base);
	int err = listen_to(source, id, path, trigger->resource);

	if (!err)
		err = triggers_arm(source->triggers, base->cgroup_fs, id, path, trigger, tag);
	if (err)
		log_debug("trigger on /%s: %s", path, triggers_reason(err));
	return err;
}

static void bpf_disarm_triggers(struct source *base)
{
	struct bpf_source *source = of(base);

	triggers_clear(source->triggers);
	if (source->notify)
		cgroupfs_notify_remove(source->notify, CGROUPFS_NOTIFY_ALL);
}

static int bpf_tasks(struct source *base, uint64_t id, const char *path,
		     struct boomd_task *ret_tasks, size_t max, bool *ret_more)
{
	(void)path;
	return bpf_walk_tasks(of(base), id, ret_tasks, max, ret_more);
}

static size_t bpf_list_capabilities(struct source *base, struct capability *ret_rungs, size_t max)
{
	struct bpf_source *source = of(base);
	size_t nr = bpf_capabilities(source, ret_rungs, max);
	bool told = bpf_has(source, "boomd_notify");

	if (nr < max)
		ret_rungs[nr] = (struct capability){
			.what = "psi triggers",
			.rung = told ? "bpf" : "psi trigger",
			.why = told ? "" : "kernfs_notify cannot be traced here",
		};
	return nr + 1;
}

/* --- open and close --- */

static void bpf_close(struct source *base)
{
	struct bpf_source *source = of(base);

	if (source->skel) {
		bpf_walks_close(source);
		bpf_unload(source);
	}
	if (source->event_fd >= 0)
		close(source->event_fd);
	if (source->meminfo_fd >= 0)
		close(source->meminfo_fd);
	vmstat_close(&source->vmstat);
	ring_buffer__free(source->ring);
	triggers_free(source->triggers);
	cgroupfs_notify_free(source->notify);
	names_free(source->names);
	free(source->row_names);
	bpf_unmap_mapping(&source->state_map);
	bpf_unmap_mapping(&source->rows_map);
	bpf_unmap_mapping(&source->rows_map_next);
	bpf_unmap_mapping(&source->tasks_map);
	bpf_pin_unlock(source->lock_fd);
	free((char *)base->cgroup_fs);
	free(source);
}

static const struct source_ops bpf_ops = {
	.name = "bpf",
	.close = bpf_close,
	.snapshot = bpf_snapshot,
	.event_fd = bpf_event_fd,
	.drain = bpf_drain,
	.set_watches = bpf_set_watches,
	.watch_cgroup = bpf_watch_cgroup,
	.arm_trigger = bpf_arm_trigger,
	.disarm_triggers = bpf_disarm_triggers,
	.tasks = bpf_tasks,
	.watch_exits = bpf_watch_exits,
	.capabilities = bpf_list_capabilities,
};

/* Everything in user space that later work needs, so that none of it allocates. */
static int prepare(struct bpf_source *source, const char *proc)
{
	struct boomd_bpf *skel = source->skel;
	char path[4096];
	int err;

	err = bpf_map_mapping(skel->maps.state, sizeof(struct boomd_state), &source->state_map);
	if (!err)
		err = bpf_map_mapping(skel->maps.tasks, BOOMD_TASKS_MAX * sizeof(*source->tasks),
				      &source->tasks_map);
	if (!err)
		err = names_new(source->max_cgroups, &source->names);
	if (!err)
		err = triggers_new(TRIGGERS_MAX, &source->triggers);
	if (!err && !bpf_has(source, "boomd_notify"))
		err = cgroupfs_notify_new(TRIGGERS_MAX, &source->notify);
	if (err)
		return err;
	source->state = source->state_map.base;
	source->tasks = source->tasks_map.base;
	source->state->daemon_pid = (uint32_t)getpid();
	source->row_names = calloc(source->max_cgroups, sizeof(*source->row_names));
	if (!source->row_names)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/meminfo", proc);
	source->meminfo_fd = open(path, O_RDONLY | O_CLOEXEC);
	vmstat_open(proc, &source->vmstat);
	return source->meminfo_fd < 0 ? -errno : 0;
}

static int set_devices(struct bpf_source *source)
{
	int fd = bpf_map__fd(source->skel->maps.devices), err = 0;

	for (size_t i = 0; !err && i < source->nr_devices; i++) {
		const struct boomd_device *device = &source->devices[i];
		uint64_t number = (uint64_t)device->major << 32 | device->minor;

		if (device->used)
			err = bpf_map_update_elem(fd, &number, device, BPF_ANY);
	}
	return err;
}

static int add_to_epoll(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int prepare_events(struct bpf_source *source)
{
	int records_fd = bpf_map__fd(source->skel->maps.records), err;

	source->ring = ring_buffer__new(records_fd, bpf_on_record, source, NULL);
	if (!source->ring)
		return -errno;
	source->event_fd = epoll_create1(EPOLL_CLOEXEC);
	if (source->event_fd < 0)
		return -errno;
	err = add_to_epoll(source->event_fd, records_fd);
	if (!err && source->notify)
		err = add_to_epoll(source->event_fd, cgroupfs_notify_fd(source->notify));
	return err;
}

static const struct boomd_row *find_root(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_rows; i++)
		if (!snapshot->rows[i].level)
			return &snapshot->rows[i];
	return NULL;
}

/*
 * The whole way once, so that code, stack and rows are touched before anybody is in need. Without
 * the kernel's addresses the programs see no cgroup at all.
 */
static int rehearse(struct bpf_source *source, const char **ret_why)
{
	const struct boomd_row *root;
	struct boomd_task task;
	struct snapshot snapshot;
	bool more;
	int err = bpf_take_snapshot(source, &snapshot);

	if (err) {
		*ret_why = "the first snapshot failed";
		return err;
	}
	root = find_root(&snapshot);
	if (!root) {
		*ret_why = "the kernel hides its addresses (kernel.kptr_restrict is 2)";
		return -ENOTSUP;
	}
	if (source->walks.link) {
		*ret_why = "the first walk over processes failed";
		err = bpf_walk_tasks(source, root->id, &task, 1, &more);
		bpf_walks_refill(source);
	}
	/* changes nothing, of no cgroup */
	(void)bpf_request(source, &(struct boomd_set_cgroup){ .cgroup_id = 0 });
	return err < 0 ? err : 0;
}

static int bring_up(struct bpf_source *source, const char *proc, const char **ret_why)
{
	int err;

	source->lock_fd = bpf_pin_lock(ret_why);
	if (source->lock_fd < 0)
		return source->lock_fd;
	err = bpf_load(source, ret_why);
	if (err)
		return err;
	*ret_why = "out of memory or file descriptors";
	err = prepare(source, proc);
	if (!err)
		err = set_devices(source);
	if (!err)
		err = prepare_events(source);
	if (!err)
		err = bpf_attach(source, ret_why);
	if (!err)
		err = bpf_seed_cgroups(source, ret_why);
	if (err)
		return err;
	if (bpf_has(source, "boomd_tasks") && bpf_walks_open(source)) {
		bpf_walks_close(source);
		bpf_lacks(source, "boomd_tasks");
	}
	*ret_why = "cannot read the cgroups' attributes";
	err = bpf_seed_preferences(source);
	if (err)
		return err;
	*ret_why = "cannot pin the maps in " BOOMD_PIN_DIR;
	err = bpf_pin_maps(source->skel);
	if (err)
		return err;
	return rehearse(source, ret_why);
}

static int check_options(const struct source_options *options, const char *cgroup_fs,
			 const char **ret_why)
{
	struct statfs fs;

	if (options->nr_devices > BOOMD_DEVICES_MAX) {
		*ret_why = "more than 16 devices are not supported";
		return -EINVAL;
	}
	if (options->max_cgroups > MAX_CGROUPS_ALLOWED) {
		*ret_why = "more than 1,048,576 cgroups are not supported";
		return -EINVAL;
	}
	if (!statfs(cgroup_fs, &fs) && (uint32_t)fs.f_type == CGROUP2_SUPER_MAGIC)
		return 0;
	*ret_why = "the cgroup root is no cgroup2 file system";
	return -ENOTSUP;
}

int bpf_open_without(const struct source_options *options, const char *const *programs,
		     size_t nr_programs, struct source **ret_source, const char **ret_why)
{
	const char *cgroup_fs = options->cgroup_fs ? options->cgroup_fs : "/sys/fs/cgroup";
	const char *proc = options->proc ? options->proc : "/proc";
	struct bpf_source *source;
	int err = check_options(options, cgroup_fs, ret_why);

	if (err)
		return err;
	source = calloc(1, sizeof(*source));
	if (!source) {
		*ret_why = "out of memory";
		return -ENOMEM;
	}
	source->base.ops = &bpf_ops;
	source->base.cgroup_fs = strdup(cgroup_fs);
	source->max_cgroups = options->max_cgroups ? options->max_cgroups : BOOMD_CGROUPS_MAX;
	source->devices = options->devices;
	source->nr_devices = options->nr_devices;
	source->lock_fd = source->meminfo_fd = source->event_fd = -1;
	source->vmstat = (struct vmstat_files){ -1, -1 };
	for (size_t i = 0; i < nr_programs; i++)
		bpf_lacks(source, programs[i]);
	err = source->base.cgroup_fs ? bring_up(source, proc, ret_why) : -ENOMEM;
	malloc_trim(0); /* the kernel's types and symbols took some 20 MB */
	if (err) {
		bpf_close(&source->base);
		return err;
	}
	*ret_source = &source->base;
	*ret_why = "";
	return 0;
}

int source_bpf_open(const struct source_options *options, struct source **ret_source,
		    const char **ret_why)
{
	return bpf_open_without(options, NULL, 0, ret_source, ret_why);
}
