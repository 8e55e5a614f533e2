/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PSI triggers: conditions that the kernel itself watches on a cgroup's pressure file.
 *
 * A trigger lives as long as the file it was written to is open, and after firing it keeps silent
 * until that file has been polled. A poll takes what it tells, so nobody waits for these files in
 * an event loop: a BPF record, or inotify (cgroupfs_notify.h), says when a cgroup's triggers are
 * worth a poll.
 */
#ifndef SOURCE_TRIGGER_H
#define SOURCE_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

#define TRIGGER_WINDOW_MIN_US 500000
#define TRIGGER_WINDOW_MAX_US 10000000

struct triggers;

/* One trigger that fired. */
struct trigger_fired {
	uint64_t id;
	enum boomd_resource resource;
	uint32_t tag;
};

/* Room for max triggers. 0 or -ENOMEM. */
int triggers_new(size_t max, struct triggers **ret_triggers);
void triggers_free(struct triggers *triggers);

/*
 * Arms a trigger on the cgroup at path below cgroup_fs, if that is still cgroup id; the same tag
 * on the same cgroup again is once.
 * -EINVAL: threshold or window out of range; -EOPNOTSUPP: no pressure is counted there;
 * -ENOENT, -ESTALE: the cgroup is gone, or another stands in its place; -ENOSPC: the table is full;
 * -EBUSY: the kernel has one on this file already. triggers_reason() has a sentence for each.
 */
int triggers_arm(struct triggers *triggers, const char *cgroup_fs, uint64_t id, const char *path,
		 const struct psi_trigger *trigger, uint32_t tag);
const char *triggers_reason(int err);

/*
 * Which of this cgroup's triggers have fired since they were last asked; asking makes them able to
 * fire again. id 0: of all cgroups. Returns how many were written to ret_fired.
 */
size_t triggers_poll(struct triggers *triggers, uint64_t id, struct trigger_fired *ret_fired,
		     size_t max);
size_t triggers_count(const struct triggers *triggers);
bool triggers_has(const struct triggers *triggers, uint64_t id);
/* The cgroup is gone. */
void triggers_drop(struct triggers *triggers, uint64_t id);
void triggers_clear(struct triggers *triggers);

#endif
