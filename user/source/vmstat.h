/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How hard the machine reclaims, from /proc/vmstat and /proc/sys/vm/swappiness, for every source.
 *
 * Few rules need this and the file is long, so it is read only for who asked (source.h:
 * wants_vmstat). Files are opened once; reading allocates nothing here.
 */
#ifndef SOURCE_VMSTAT_H
#define SOURCE_VMSTAT_H

#include <stddef.h>

#include "source/source.h"

/* Open files, -1: there is no such file. */
struct vmstat_files {
	int vmstat_fd, swappiness_fd;
};

void vmstat_open(const char *proc, struct vmstat_files *ret_files);
void vmstat_close(const struct vmstat_files *files);

/*
 * Fills in swapped_out_pages and scanned_pages. -ENODATA: one of the lines is missing; *facts is
 * untouched then.
 */
int vmstat_parse(const char *text, size_t len, struct system_facts *facts);

/* All of it; has_vmstat: the counters could be read. What could not be read stays as it is. */
void vmstat_read(const struct vmstat_files *files, struct system_facts *facts);

#endif
