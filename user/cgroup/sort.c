/* SPDX-License-Identifier: GPL-2.0-only */
/* A merge sort from the bottom up: runs of 1, 2, 4, ... items, to and fro between two arrays. */
#include "cgroup/sort.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct sort {
	size_t size;
	int (*compare)(const void *a, const void *b, void *user);
	void *user;
};

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Merges from[start, middle) and from[middle, end) into to; of equals the left one is first. */
static void sort_merge(const struct sort *sort, const char *from, char *to, size_t start,
		       size_t middle, size_t end)
{
	size_t left = start, right = middle;

	for (size_t i = start; i < end; i++) {
		const char *a = from + left * sort->size, *b = from + right * sort->size;
		bool take_left =
			left < middle && (right == end || sort->compare(a, b, sort->user) <= 0);

		memcpy(to + i * sort->size, take_left ? a : b, sort->size);
		if (take_left)
			left++;
		else
			right++;
	}
}

int sort_stable(void *items, size_t nr, size_t size,
		int (*compare)(const void *a, const void *b, void *user), void *user,
		struct arena *arena)
{
	const struct sort sort = { .size = size, .compare = compare, .user = user };
	size_t mark = arena_mark(arena), bytes;
	char *from = items, *to, *swap;

	if (nr < 2 || !size)
		return 0;
	if (__builtin_mul_overflow(nr, size, &bytes) || nr > SIZE_MAX / 4)
		return -ENOMEM;
	to = arena_alloc(arena, bytes);
	if (!to)
		return -ENOMEM;
	for (size_t run = 1; run < nr; run *= 2) {
		for (size_t start = 0; start < nr; start += 2 * run)
			sort_merge(&sort, from, to, start, min_size(start + run, nr),
				   min_size(start + 2 * run, nr));
		swap = from;
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, bytes);
	arena_release(arena, mark);
	return 0;
}
