/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroup's own folder: everything that goes through a file of cgroupfs. Each call may block for
 * seconds under pressure, so only the helper thread and the start-up come here.
 */
#ifndef KILL_SWEEP_H
#define KILL_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 1 to cgroup.kill: everybody in it and below dies at once, forks included. */
int sweep_kill(int cgroup_fd);
/* The same inside a freeze; thawed afterwards whatever happens, unless it was frozen before. */
int sweep_kill_frozen(int cgroup_fd);

/* The path of a process's cgroup2 ("" is the root) from proc; -ENODATA: it is in none. */
int sweep_cgroup_of(const char *pid, char *ret_path, size_t size);
/* true: inner is outer or below it; both relative to the root, "" is the root. */
bool sweep_path_is_below(const char *inner, const char *outer);

#endif
