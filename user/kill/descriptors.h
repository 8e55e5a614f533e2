/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enough file descriptors for a kill: a pidfd for each victim and a duplicate for the helper. The
 * limit is raised at start; a few descriptors are held back for the day when a leak elsewhere has
 * eaten the rest.
 */
#ifndef KILL_DESCRIPTORS_H
#define KILL_DESCRIPTORS_H

#define SPARE_DESCRIPTORS 32

struct spare {
	int fds[SPARE_DESCRIPTORS]; /* -1: given out, or never had */
};

/* Raises RLIMIT_NOFILE as far as it is wanted and allowed. */
void descriptors_raise_limit(void);

void spare_init(struct spare *spare);
/* Takes back what can be had, as duplicates of fd. */
void spare_fill(struct spare *spare, int fd);
void spare_release(struct spare *spare);

#endif
