/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What senpai reads of a cgroup's files. Rows of a snapshot do not have all of it (who is active,
 * who is not), and reading memory.stat may block, so this is for the worker only.
 */
#ifndef ACT_SENPAI_FACTS_H
#define ACT_SENPAI_FACTS_H

#include "plugins/act/senpai_probe.h"

/* A file with a number, or with "max", which is BOOMD_MAX. 0 or -errno. */
int senpai_read_limit(int fd, const char *name, uint64_t *ret_bytes);
/*
 * Fills in everything that is in files of the cgroup's folder; swap and the machine's memory are
 * the caller's. 0, or -errno: -ENODATA when memory.stat lacks something.
 */
int senpai_read_facts(int fd, struct senpai_facts *facts);

static inline int64_t senpai_signed(uint64_t bytes)
{
	return bytes < INT64_MAX ? (int64_t)bytes : INT64_MAX;
}

#endif
