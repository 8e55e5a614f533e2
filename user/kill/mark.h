/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kill xattrs that oomd leaves on a cgroup, for whoever watches over the workload: the uuid of
 * the last kill, how many kills there were, how many processes they took.
 */
#ifndef KILL_MARK_H
#define KILL_MARK_H

#include <stddef.h>
#include <stdint.h>

#include "kill/killer.h"

#define MARKS 6

struct mark_result {
	size_t nr_set; /* of six */
	struct {
		const char *name; /* static */
		char value[KILL_UUID_SIZE];
	} set[MARKS]; /* nr_set of them, as they were set */
	size_t nr_garbage; /* held something that is no count; taken as 0 */
	int error;	   /* the first that is more than "not allowed here", or 0 */
};

/*
 * uuid, kills + 1, processes + nr_killed, each as trusted.* and user.*, on an open folder. What the
 * file system does not take or allow is left out: the kill counts, not the note about it.
 */
void mark_kill(int cgroup_fd, const char *uuid, uint64_t nr_killed, struct mark_result *ret_result);

/* The decimal count in text; -EINVAL: something else. */
int mark_parse_count(const char *text, size_t length, uint64_t *ret_count);

#endif
