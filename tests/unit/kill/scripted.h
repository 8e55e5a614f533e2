/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A source whose lists of processes are written down by the test, over real children.
 *
 * A script is one string for each walk; the last one stays. In it stand:
 *   a b c ...  a child, as it is          a!  the same pid with another start time (reused)
 *   a~         the child, already dying   0   pid 0    1   PID 1    S   the test itself
 *   a?         another start time at each walk
 *   a#         as it is, but it dies and is reaped right after it was listed
 *   k          a kernel thread            +   at the end: there is more than this
 *   E5         the walk fails with -5
 * Children that have exited are left out, unless they stand there as dying.
 */
#ifndef TESTS_KILL_SCRIPTED_H
#define TESTS_KILL_SCRIPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kill/killer.h"

#define SCRIPTED_CHILDREN_MAX 512
#define SCRIPTED_WALKS_MAX    6

struct child {
	pid_t pid;
	int pidfd;
	uint64_t start_ns;
};

struct scripted {
	struct source base; /* first */
	const char *walks[SCRIPTED_WALKS_MAX];
	size_t nr_walks; /* done since scripted_script() */
	size_t nr_fill;	 /* as many entries of pids that nobody has come before the script's */
	bool all;	 /* list every child instead of following the script */

	size_t nr_children;
	struct child children[SCRIPTED_CHILDREN_MAX];

	/* watch_exits() calls */
	size_t nr_on, nr_off;
	uint64_t watched_id;
};

/* cgroup_fs may be a folder of the test's. */
void scripted_init(struct scripted *source, const char *cgroup_fs);
void scripted_script(struct scripted *source, const char *const walks[SCRIPTED_WALKS_MAX]);
/* Children that do nothing until they are told to die. */
void scripted_spawn(struct scripted *source, size_t nr);
/* The signal that ended the child, awaited for 10 s at most; 0: it did not end by a signal. */
int scripted_ended_by(struct scripted *source, size_t child);
/* SIGTERM to it, and how it ended: SIGKILL means that it had been signalled before. */
int scripted_survived(struct scripted *source, size_t child);

#endif
