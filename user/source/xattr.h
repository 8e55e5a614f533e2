/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kill preferences, which the owner of a cgroup says by extended attributes on its folder:
 * trusted.oomd_prefer, user.oomd_prefer, trusted.oomd_avoid, user.oomd_avoid. Only whether an
 * attribute is there counts; its value may be anything and is never read.
 */
#ifndef SOURCE_XATTR_H
#define SOURCE_XATTR_H

#include <stdint.h>

/* BOOMD_TRUSTED_PREFER and friends for the folder fd (not O_PATH). */
uint32_t xattr_preference(int fd);

#endif
