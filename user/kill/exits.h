/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who of the last kill has exited. The pidfds of those who were signalled stand in an epoll set
 * that was made at start; a pidfd becomes readable when the last thread of its process is gone.
 */
#ifndef KILL_EXITS_H
#define KILL_EXITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct awaited {
	int32_t pid;
	int pidfd; /* -1: exited, or there was no room for a descriptor */
	bool exited;
};

struct exits {
	int epoll_fd;
	size_t nr; /* awaited, exited or not */
	size_t nr_exited;
	size_t nr_without;		      /* of those not exited: without a descriptor */
	uint64_t first_exit_ns, last_exit_ns; /* when it was noticed, CLOCK_MONOTONIC */
	struct awaited *awaited;	      /* BOOMD_TASKS_MAX */
};

int exits_init(struct exits *exits);
void exits_fini(struct exits *exits);

/* Forgets everybody, closes their pidfds. */
void exits_reset(struct exits *exits);
/*
 * Awaits one more; takes the pidfd over, also when it cannot be kept. keep false: descriptors are
 * short, look the process up by its pid later. Beyond BOOMD_TASKS_MAX nobody is awaited.
 */
void exits_add(struct exits *exits, int32_t pid, int pidfd, bool keep);
/* Notices who has exited; never blocks. */
void exits_poll(struct exits *exits);

#endif
