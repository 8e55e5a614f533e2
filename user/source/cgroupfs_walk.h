/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A walk through a tree of folders: each folder, then all below it. Folders that come and go
 * meanwhile are no error. At any time one file descriptor a level is open, whatever the number of
 * folders; nothing is allocated.
 */
#ifndef SOURCE_CGROUPFS_WALK_H
#define SOURCE_CGROUPFS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#define CGROUPFS_DEPTH_MAX 64 /* levels below the first; what lies deeper is left out */

/* One folder on the way. */
struct cgroupfs_folder {
	int fd;
	const char *name;   /* "" for the first one */
	uint64_t id;	    /* inode number, which is the cgroup id in cgroup2 */
	uint64_t parent_id; /* 0 for the first one */
	uint32_t level;	    /* 0 for the first one */
};

/* A negative return ends the walk and is passed on. */
typedef int (*cgroupfs_folder_fn)(void *user, const struct cgroupfs_folder *folder);

/*
 * Walks from the folder fd, which stays open. Folders with names such as ".a" are cgroups like any
 * other. 0, what fn returned, or -errno when the first folder itself cannot be looked at.
 */
int cgroupfs_walk(int fd, cgroupfs_folder_fn fn, void *user);

/* Has the folder been removed since it was opened? One system call, and no file of it. */
bool cgroupfs_is_gone(int fd);

#endif
