/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a cgroup's folder have a certain extended attribute now? For names that the kernel side does
 * not follow (bpf/preference.bpf.c), asked when a victim is chosen.
 *
 * The look goes through the file system and may block while memory is short, so a thread does it,
 * and the answer is awaited for a bounded time; no answer counts as no. Noting attributes when a
 * cgroup appears would be free of waits, but wrong: they are set at any time after that.
 */
#ifndef SOURCE_XATTR_PROBE_H
#define SOURCE_XATTR_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#define XATTR_PROBE_MS 50 /* far below any time-out of a hook; a look takes some 10 us */

struct xattr_probe;

/* How to look: xattr_is_set(), but for tests. */
typedef int (*xattr_look_fn)(const char *cgroup_fs, const char *path, uint64_t cgroup_id,
			     const char *name);

/* Starts the thread. cgroup_fs must outlive it. 0 or -errno. */
int xattr_probe_new(const char *cgroup_fs, xattr_look_fn look, struct xattr_probe **ret_probe);
/* A thread that is stuck in the kernel is left behind: the process is about to end. */
void xattr_probe_free(struct xattr_probe *probe);

/* false: it has not, another cgroup has its path by now, or there was no answer in time. */
bool xattr_probe_has(struct xattr_probe *probe, uint64_t cgroup_id, const char *path,
		     const char *name);

#endif
