/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The order in which siblings die: first what the owner asked for by xattr (prefer, avoid), then
 * the plugin's keys. Ties keep the order they came in, which is the tree's, so that the same
 * machine gives the same victim.
 */
#include "cgroup/sort.h"
#include "plugins/plugin.h"

static int rank_compare(const void *a, const void *b, void *user)
{
	const struct candidate *left = a, *right = b;
	struct evaluation *evaluation = user;
	int preference = (int)cgroup_preference(right->cgroup) -
			 (int)cgroup_preference(left->cgroup);

	evaluation->nr_compared++;
	if (preference)
		return preference;
	for (size_t i = 0; i < CANDIDATE_KEYS_MAX; i++)
		if (left->keys[i] != right->keys[i])
			return left->keys[i] > right->keys[i] ? -1 : 1;
	return 0;
}

/* As above, and ties by their place in the tree: what a sort that is not stable needs. */
static int rank_compare_place(const struct candidate *a, const struct candidate *b,
			      struct evaluation *evaluation)
{
	int order = rank_compare(a, b, evaluation);

	if (order)
		return order;
	return a->cgroup < b->cgroup ? -1 : a->cgroup > b->cgroup;
}

/* Lets the candidate at i sink until both below it die earlier: the last to die is on top. */
static void heap_sink(struct candidate *heap, size_t nr, size_t i, struct evaluation *evaluation)
{
	struct candidate sinking = heap[i];

	for (size_t child = 2 * i + 1; child < nr; child = 2 * i + 1) {
		if (child + 1 < nr &&
		    rank_compare_place(&heap[child], &heap[child + 1], evaluation) < 0)
			child++;
		if (rank_compare_place(&sinking, &heap[child], evaluation) >= 0)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = sinking;
}

/* The same order without scratch: slower by a factor, but the right one dies. */
static void rank_in_place(struct candidate *siblings, size_t nr, struct evaluation *evaluation)
{
	for (size_t i = nr / 2; i-- > 0;)
		heap_sink(siblings, nr, i, evaluation);
	for (size_t last = nr; last-- > 1;) {
		struct candidate latest = siblings[0];

		siblings[0] = siblings[last];
		siblings[last] = latest;
		heap_sink(siblings, last, 0, evaluation);
	}
}

void rank_by_keys(const struct moment *now, struct candidate *siblings, size_t nr)
{
	struct evaluation *evaluation = now->evaluation;

	if (sort_stable(siblings, nr, sizeof(*siblings), rank_compare, evaluation,
			evaluation->arena))
		rank_in_place(siblings, nr, evaluation);
}
