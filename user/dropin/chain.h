/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watches on a directory and on the folders above it. Of those above only their own end or move is
 * asked for, which on a quiet machine never happens; while the directory is missing, the last
 * folder that is there is asked for newcomers.
 */
#ifndef DROPIN_CHAIN_H
#define DROPIN_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/inotify.h>

#define CHAIN_FOLDERS_MAX 64

struct chain {
	int inotify_fd;
	char *path; /* absolute, no empty parts; owned */
	int wds[CHAIN_FOLDERS_MAX];
	size_t nr_wds;
	bool complete;	     /* the last watch is the directory's */
	const char *missing; /* in path: the part that the last folder lacks */
};

/* What an event is about. */
enum chain_news {
	CHAIN_OTHER,  /* nothing of interest, or an older watch */
	CHAIN_FILE,   /* a file of the directory */
	CHAIN_BROKEN, /* a folder came, went or moved: chain_find() is due */
};

/* path may be relative to the working directory. 0 or -errno. */
int chain_init(struct chain *chain, const char *path);
void chain_fini(struct chain *chain);
/*
 * Watches from the root down. 0: the directory is watched; -ENOENT, -ENOTDIR: it is not there, and
 * its coming will be told; another -errno: it cannot be watched.
 */
int chain_find(struct chain *chain);
enum chain_news chain_judge(const struct chain *chain, const struct inotify_event *event);

#endif
