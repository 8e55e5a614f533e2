/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's memory as a whole, from /proc/meminfo, for every source.
 *
 * The file is opened once and read by pread, into a buffer on the stack: this is done with every
 * snapshot, also while memory is short.
 */
#ifndef SOURCE_MEMINFO_H
#define SOURCE_MEMINFO_H

#include <stddef.h>

#include "source/source.h"

/*
 * text need not end in a NUL. -ENODATA: MemTotal, MemFree, MemAvailable or a swap line is missing;
 * -EINVAL: one of them is not "<number> kB"; -ERANGE: it does not fit. *ret is untouched then.
 */
int meminfo_parse(const char *text, size_t len, struct system_facts *ret);

/* Reads fd, an open /proc/meminfo, from its start. */
int meminfo_read(int fd, struct system_facts *ret);

#endif
