/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Extended attributes of cgroups' folders. Kill preferences, which the owner of a cgroup says by extended attributes on its folder:
 * trusted.oomd_prefer, user.oomd_prefer, trusted.oomd_avoid, user.oomd_avoid. Only whether an
 * attribute is there counts; its value may be anything and is never read.
 */
#ifndef SOURCE_XATTR_H
#define SOURCE_XATTR_H

#include <stdint.h>

/* BOOMD_TRUSTED_PREFER and friends for the folder fd (not O_PATH). */
uint32_t xattr_preference(int fd);
/*
 * Does the folder of the cgroup at path below cgroup_fs, if that is still cgroup id, have this
 * attribute? 1 or 0 (also: the cgroup is gone), or -errno when that cannot be known. Goes through
 * the file system: never on the kill path.
 */
int xattr_is_set(const char *cgroup_fs, const char *path, uint64_t id, const char *name);

#endif
