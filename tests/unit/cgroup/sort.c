/* SPDX-License-Identifier: GPL-2.0-only */
/* The sort: order, stability, and no room. */
#include "cgroup/sort.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"

/* Letters are sorted without their case: 'a' and 'A' tie, and so show who came first. */
static int compare_letters(const void *a, const void *b, void *user)
{
	size_t *nr_calls = user;

	(*nr_calls)++;
	return (*(const char *)a | 0x20) - (*(const char *)b | 0x20);
}

static const struct {
	const char *why, *letters, *sorted;
} letters[] = {
	{ "nothing", "", "" },
	{ "one", "b", "b" },
	{ "two", "ba", "ab" },
	{ "two that tie", "Aa", "Aa" },
	{ "two that tie the other way", "aA", "aA" },
	{ "three", "cba", "abc" },
	{ "all the same", "aAaAaAa", "aAaAaAa" },
	{ "sorted already", "abcdefgh", "abcdefgh" },
	{ "backwards, not a power of two", "zyxwvutsrqp", "pqrstuvwxyz" },
	{ "ties across runs", "bBaAbBaAc", "aAaAbBbBc" },
};

TABLE_TEST(sort, letters, letters, row)
{
	struct arena arena;
	size_t nr_calls = 0;
	char text[32];

	cr_assert(zero(int, arena_init(&arena, 4096)));
	strcpy(text, row->letters);
	cr_expect(
		zero(int, sort_stable(text, strlen(text), 1, compare_letters, &nr_calls, &arena)));
	cr_expect(eq(str, text, (char *)row->sorted), "%s", row->why);
	cr_expect(zero(sz, arena.used), "scratch is given back: %s", row->why);
	arena_fini(&arena);
}

struct item {
	uint32_t key, came;
	char more[20]; /* items need not be small or of a power of two */
};

static int compare_items(const void *a, const void *b, void *user)
{
	const struct item *x = a, *y = b;
	size_t *nr_calls = user;

	(*nr_calls)++;
	return (x->key > y->key) - (x->key < y->key);
}

Test(sort, many_items_of_any_size)
{
	const size_t nr = 16384;
	struct item *items = calloc(nr, sizeof(*items));
	struct arena arena;
	size_t nr_calls = 0;

	cr_assert(zero(int, arena_init(&arena, nr * sizeof(*items))));
	srandom(1);
	for (size_t i = 0; i < nr; i++)
		items[i] = (struct item){ .key = (uint32_t)random() % 100, .came = (uint32_t)i };
	cr_assert(zero(int,
		       sort_stable(items, nr, sizeof(*items), compare_items, &nr_calls, &arena)));
	for (size_t i = 1; i < nr; i++) {
		cr_assert(le(u32, items[i - 1].key, items[i].key));
		if (items[i - 1].key == items[i].key)
			cr_assert(lt(u32, items[i - 1].came, items[i].came), "a tie turned round");
	}
	cr_expect(le(sz, nr_calls, nr * 14), "n log n: %zu calls", nr_calls);
	arena_fini(&arena);
	free(items);
}

Test(sort, without_room_nothing_moves)
{
	struct arena arena;
	size_t nr_calls = 0;
	char text[] = "dcba";

	cr_assert(zero(int, arena_init(&arena, 4096)));
	arena.size = 3;
	cr_expect(eq(int, sort_stable(text, 4, 1, compare_letters, &nr_calls, &arena), -ENOMEM));
	cr_expect(eq(str, text, "dcba"));
	cr_expect(eq(int, sort_stable(text, SIZE_MAX / 2, 4, compare_letters, &nr_calls, &arena),
		     -ENOMEM),
		  "a size that does not fit");
	cr_expect(zero(sz, nr_calls));
	arena.size = 4096;
	arena_fini(&arena);
}
