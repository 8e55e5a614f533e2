/* SPDX-License-Identifier: GPL-2.0-only */
/* What must be true before boomd can protect anything; each failure has its own sentence. */
#ifndef USER_PRECONDITION_H
#define USER_PRECONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct precondition_failure {
	char text[512]; /* one sentence: what is missing and what to do */
};

/*
 * Checks, in this order: the right to kill and to load BPF (or root), cgroup_fs is there and is
 * cgroup2 (or, if any_directory, at least laid out like it) with the memory controller, PSI is on.
 * 0 or -errno, with the sentence.
 */
int precondition_check(const char *cgroup_fs, bool any_directory,
		       struct precondition_failure *ret_failure);

/* Is cgroup_fs a mounted cgroup2? Otherwise it is a folder that looks like one. */
bool precondition_is_cgroup2(const char *cgroup_fs);

/* BPF lists pids of the initial namespace: in any other they would be strangers'. */
bool precondition_is_initial_pid_namespace(void);

/* The id of boomd's own cgroup, 0 when it cannot be found out. */
uint64_t precondition_own_cgroup(const char *cgroup_fs);

#endif
