/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files, read whole into the caller's buffer or written at once: cgroup files, /proc/<pid>/stat.
 * Everything here may block for seconds while memory is short.
 */
#ifndef SOURCE_CGROUPFS_FILE_H
#define SOURCE_CGROUPFS_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUPFS_FILE_BYTES 16384 /* memory.stat has 1,500 to 4,000, io.stat a line a device */

/*
 * Reads the file `name` of folder dirfd. Returns its length, or -errno. A text that does not fit is
 * cut behind its last whole line; -E2BIG when it has none. Does not follow a link, does not wait
 * for the other end of a pipe.
 */
ssize_t cgroupfs_file_read(int dirfd, const char *name, char *buf, size_t size);

/* Writes text to the file by one write(2); 0 or -errno. Makes no file, follows no link. */
int cgroupfs_file_write(int dirfd, const char *name, const char *text);

/*
 * Opens a cgroup's folder and proves that it is that cgroup: its inode number is the cgroup's id.
 * *ret_fd, or -ESTALE: another one has its name by now; -ENOENT and others as open(2).
 */
int cgroupfs_folder_open(const char *folder, uint64_t cgroup_id, int *ret_fd);

#endif
