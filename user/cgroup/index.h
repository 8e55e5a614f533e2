/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An index from cgroup id to a number: open addressing, at most half full, so that a look-up is a
 * step or two. Ids come from the kernel, not from an adversary; the hash only has to spread them.
 * Memory is taken once; emptying it touches only as much of it as the next filling needs.
 */
#ifndef CGROUP_INDEX_H
#define CGROUP_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_index {
	uint64_t *ids; /* 0: empty cell */
	uint32_t *values;
	size_t max_ids;
	unsigned int shift; /* 64 - log2 of the cells in use */
};

/* 0 or -ENOMEM. */
int id_index_init(struct id_index *index, size_t max_ids);
void id_index_fini(struct id_index *index);
/* Empties the index and makes it ready for up to nr_ids, which is at most max_ids. */
void id_index_reset(struct id_index *index, size_t nr_ids);
/* false: id is 0, which is no id, or is there already and keeps its value. */
bool id_index_put(struct id_index *index, uint64_t id, uint32_t value);
/* false: not there; *ret_value is untouched then. */
bool id_index_get(const struct id_index *index, uint64_t id, uint32_t *ret_value);

#endif
