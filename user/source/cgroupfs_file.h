/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files, read whole into the caller's buffer: cgroup files, /proc/<pid>/stat.
 */
#ifndef SOURCE_CGROUPFS_FILE_H
#define SOURCE_CGROUPFS_FILE_H

#include <stddef.h>
#include <sys/types.h>

#define CGROUPFS_FILE_BYTES 16384 /* memory.stat has 1,500 to 4,000, io.stat a line a device */

/*
 * Reads the file `name` of folder dirfd. Returns its length, or -errno. A text that does not fit is
 * cut behind its last whole line; -E2BIG when it has none. Does not follow a link, does not wait
 * for the other end of a pipe.
 */
ssize_t cgroupfs_file_read(int dirfd, const char *name, char *buf, size_t size);

#endif
