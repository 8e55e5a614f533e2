/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes of a cgroup and all below it, from cgroup.procs and /proc/<pid>/stat.
 *
 * start_ns comes from field 22 of stat, which counts ticks of sysconf(_SC_CLK_TCK): it is the
 * process's start on CLOCK_BOOTTIME like BPF's, but rounded down to a tick (10 ms). It is 0 where
 * stat could not be understood. rss_bytes is what field 24 says, which the kernel counts lazily.
 */
#ifndef SOURCE_CGROUPFS_TASKS_H
#define SOURCE_CGROUPFS_TASKS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/events.h"

/*
 * Walks from the folder cgroup_fd; proc_fd is /proc. Returns how many of at most max tasks were
 * written, *ret_more when there are more; or -errno when the folder cannot be looked at.
 * Processes that cannot be seen from here (pid 0) or are gone already are left out.
 */
int cgroupfs_tasks_read(int cgroup_fd, int proc_fd, struct boomd_task *ret_tasks, size_t max,
			bool *ret_more);

#endif
