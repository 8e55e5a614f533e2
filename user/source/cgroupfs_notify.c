/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fixed table from inotify's watch numbers to cgroups. The kernel says nothing to inotify when
 * it takes a cgroup's files away, so who finds that a cgroup is gone has to remove it here.
 */
#include "source/cgroupfs_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BATCH 64

struct listener {
	int watch;
	uint64_t id;
};

struct cgroupfs_notify {
	int fd;
	size_t nr_listeners, max_listeners;
	struct listener listeners[];
};

int cgroupfs_notify_new(size_t max, struct cgroupfs_notify **ret_notify)
{
	struct cgroupfs_notify *notify =
		calloc(1, sizeof(*notify) + max * sizeof(notify->listeners[0]));
	int err;

	if (!notify)
		return -ENOMEM;
	notify->max_listeners = max;
	notify->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (notify->fd < 0) {
		err = -errno;
		free(notify);
		return err;
	}
	*ret_notify = notify;
	return 0;
}

void cgroupfs_notify_free(struct cgroupfs_notify *notify)
{
	if (!notify)
		return;
	close(notify->fd);
	free(notify);
}

int cgroupfs_notify_fd(const struct cgroupfs_notify *notify)
{
	return notify->fd;
}

static struct listener *listener_of(struct cgroupfs_notify *notify, int watch)
{
	for (size_t i = 0; i < notify->nr_listeners; i++)
		if (notify->listeners[i].watch == watch)
			return &notify->listeners[i];
	return NULL;
}

static void listener_remove(struct cgroupfs_notify *notify, struct listener *listener)
{
	*listener = notify->listeners[--notify->nr_listeners];
}

/* The watch number for a file of the folder dir. */
static int watch_file(const struct cgroupfs_notify *notify, int dir, const char *file)
{
	char path[64];
	int watch;

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, file);
	watch = inotify_add_watch(notify->fd, path, IN_MODIFY);
	return watch < 0 ? -errno : watch;
}

int cgroupfs_notify_add(struct cgroupfs_notify *notify, const char *cgroup_fs, const char *path,
			const char *file, uint64_t id)
{
	char folder[PATH_MAX];
	struct stat stat;
	int dir, watch;

	if ((size_t)snprintf(folder, sizeof(folder), "%s/%s", cgroup_fs, path) >= sizeof(folder))
		return -ENAMETOOLONG;
	dir = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	watch = fstat(dir, &stat) || stat.st_ino != id ? -ESTALE : watch_file(notify, dir, file);
	close(dir);
	if (watch < 0)
		return watch;
	if (listener_of(notify, watch))
		return 0;
	if (notify->nr_listeners == notify->max_listeners) {
		inotify_rm_watch(notify->fd, watch);
		return -ENOSPC;
	}
	notify->listeners[notify->nr_listeners++] = (struct listener){ watch, id };
	return 0;
}

void cgroupfs_notify_remove(struct cgroupfs_notify *notify, uint64_t id)
{
	for (size_t i = notify->nr_listeners; i-- > 0;) {
		struct listener *listener = &notify->listeners[i];

		if (id == CGROUPFS_NOTIFY_ALL || listener->id == id) {
			inotify_rm_watch(notify->fd, listener->watch);
			listener_remove(notify, listener);
		}
	}
}

/* true: *ret_id is to be looked at */
static bool event_id(struct cgroupfs_notify *notify, const struct inotify_event *event,
		     uint64_t *ret_id)
{
	struct listener *listener = listener_of(notify, event->wd);

	if (event->mask & IN_Q_OVERFLOW) {
		*ret_id = CGROUPFS_NOTIFY_ALL;
		return true;
	}
	if (!listener)
		return false;
	*ret_id = listener->id;
	if (event->mask & IN_IGNORED)
		listener_remove(notify, listener);
	return true;
}

size_t cgroupfs_notify_read(struct cgroupfs_notify *notify, uint64_t *ret_ids, size_t max)
{
	_Alignas(struct inotify_event) char events[READ_BATCH * sizeof(struct inotify_event)];
	size_t nr_ids = 0, batch = max < READ_BATCH ? max : READ_BATCH;

	/* events of files have no name, and so are all of the same size */
	while (!nr_ids && batch) {
		ssize_t len = read(notify->fd, events, batch * sizeof(struct inotify_event));

		if (len <= 0)
			break;
		for (ssize_t at = 0; at < len; at += (ssize_t)sizeof(struct inotify_event))
			nr_ids += event_id(notify, (const void *)(events + at), &ret_ids[nr_ids]);
	}
	return nr_ids;
}
