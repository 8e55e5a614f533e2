/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cgroups the kernel has just said something about, without BPF: inotify on files that it
 * notifies, such as *.pressure when a trigger fires.
 *
 * It is what a PSI trigger needs to be waited for in an event loop. A trigger's poll is no look
 * but a take: it says "fired" once and forgets. An epoll set inside another one is polled by the
 * outer one first, and then has nothing left to give (tried on 6.18: one loop woke up, the other
 * found nothing). inotify can be nested, and leaves the trigger to the one who is to have it.
 */
#ifndef SOURCE_CGROUPFS_NOTIFY_H
#define SOURCE_CGROUPFS_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#define CGROUPFS_NOTIFY_ALL 0 /* an id that stands for all: some were lost */

struct cgroupfs_notify;

/* Room for max files. 0 or -errno. */
int cgroupfs_notify_new(size_t max, struct cgroupfs_notify **ret_notify);
void cgroupfs_notify_free(struct cgroupfs_notify *notify);
/* Readable when there is something to read. */
int cgroupfs_notify_fd(const struct cgroupfs_notify *notify);

/*
 * Listens to a file of the cgroup at path below cgroup_fs, if that is still cgroup id; once more is
 * once. To be done before a trigger is armed, or its first firing may be missed.
 * -ESTALE: another cgroup stands there; -ENOSPC: the table, or the kernel's, is full.
 */
int cgroupfs_notify_add(struct cgroupfs_notify *notify, const char *cgroup_fs, const char *path,
			const char *file, uint64_t id);
/* Listens to no file of this cgroup any more; of no cgroup: CGROUPFS_NOTIFY_ALL. */
void cgroupfs_notify_remove(struct cgroupfs_notify *notify, uint64_t id);

/*
 * Takes what waits: ids of cgroups, a cgroup perhaps more than once. Returns how many, at most
 * max; 0: nothing waits. What was written to a file by anybody counts too, so look for yourself.
 */
size_t cgroupfs_notify_read(struct cgroupfs_notify *notify, uint64_t *ret_ids, size_t max);

#endif
