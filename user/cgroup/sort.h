/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stable sort that does not allocate: ties keep the order they came in, so that the same
 * candidates give the same victim every time. glibc's qsort is neither.
 */
#ifndef CGROUP_SORT_H
#define CGROUP_SORT_H

#include <stddef.h>

#include "arena.h"

/*
 * Sorts nr items of size bytes; compare is less than, equal to or greater than 0, as for qsort_r.
 * Scratch of nr * size bytes comes from the arena and is given back.
 * -ENOMEM: it has not that much; the items are as they were.
 */
int sort_stable(void *items, size_t nr, size_t size,
		int (*compare)(const void *a, const void *b, void *user), void *user,
		struct arena *arena);

#endif
