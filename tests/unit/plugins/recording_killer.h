/* SPDX-License-Identifier: GPL-2.0-only */
/* A killer that kills nobody: it records who it was asked for, and refuses whom it is told to. */
#ifndef TESTS_RECORDING_KILLER_H
#define TESTS_RECORDING_KILLER_H

#include <stddef.h>

#include "kill/killer.h"

#define RECORDED_MAX	  4096 /* kills; more are only counted */
#define RECORDED_PATH_MAX 1024
#define REFUSED_MAX	  8

struct recorded_kill {
	char path[RECORDED_PATH_MAX], uuid[KILL_UUID_SIZE];
	uint64_t cgroup_id;
	bool dry, reap_memory, kernelkill;
	int result;
};

struct recording_killer {
	struct killer killer; /* first: what plugins see */
	size_t nr_kills;
	struct recorded_kill kills[RECORDED_MAX];
	const char *refused[REFUSED_MAX]; /* paths; "*" is everybody */
	int refusal;			  /* -errno for these; 0: -EPERM */
};

void recording_killer_init(struct recording_killer *recorder);
/* paths: separated by blanks; NULL: none. */
void recording_killer_refuse(struct recording_killer *recorder, const char *paths, int refusal);
/* Paths in the order of the kills, separated by blanks, refused ones too; in buf. */
const char *recording_killer_paths(const struct recording_killer *recorder, char *buf, size_t size);

#endif
