/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One cgroup's row from its files.
 *
 * A file that is not there leaves its flag out and its fields 0 (limits: no limit). A file with
 * garbage in it does the same and is named at debug level; it is never fatal.
 */
#ifndef SOURCE_CGROUPFS_ROW_H
#define SOURCE_CGROUPFS_ROW_H

#include <stddef.h>

#include "bpf/events.h"
#include "source/cgroupfs_file.h"
#include "source/cgroupfs_walk.h"
#include "source/source.h"

/* What is needed besides the folder. */
struct cgroupfs_reader {
	int proc_fd;			   /* the root's pressure is in <proc>/pressure */
	const struct system_facts *system; /* the root's usage; NULL: not known */
	const struct boomd_device *devices;
	size_t nr_devices;
	char text[CGROUPFS_FILE_BYTES]; /* the file being read */
};

/* -ENOENT: the cgroup went away meanwhile, *ret_row is to be forgotten. */
int cgroupfs_row_read(struct cgroupfs_reader *reader, const struct cgroupfs_folder *folder,
		      struct boomd_row *ret_row);

#endif
