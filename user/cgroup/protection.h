/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory.min and memory.low protect, and what is left to take: see protection.c. */
#ifndef CGROUP_PROTECTION_H
#define CGROUP_PROTECTION_H

#include "cgroup/tree.h"

/* Fills protection_bytes and effective_bytes of the whole tree in; linear. */
void protection_fill(struct cgroup_tree *tree);

#endif
