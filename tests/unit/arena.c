/* SPDX-License-Identifier: GPL-2.0-only */
/* The arena: alignment, zeroes, and its end. */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "table_test.h"

static const struct {
	const char *why;
	size_t used, size; /* of 4096 bytes; then this much is asked for */
	bool fits;
} requests[] = {
	{ "more than there is", 0, 4097, false },
	{ "so much that the sum does not fit", 1, SIZE_MAX, false },
	{ "so much that the aligned start does not fit", 4095, SIZE_MAX - 4, false },
	{ "all but nothing is left for one more", 4096, 1, false },
	{ "the rest is lost to alignment", 4090, 1, false },
	{ "all of it", 0, 4096, true },
	{ "nothing from nothing", 4096, 0, true },
	{ "nothing", 0, 0, true },
	{ "the last aligned piece", 4080, 16, true },
};

TABLE_TEST(arena, requests, requests, row)
{
	struct arena arena;
	size_t used;

	cr_assert(zero(int, arena_init(&arena, 4096)));
	if (row->used)
		cr_assert(ne(ptr, arena_alloc(&arena, row->used), NULL), "%s", row->why);
	used = arena.used;
	cr_expect(eq(int, arena_alloc(&arena, row->size) != NULL, row->fits), "%s", row->why);
	if (!row->fits)
		cr_expect(eq(sz, arena.used, used), "nothing is taken: %s", row->why);
	arena_fini(&arena);
}

Test(arena, aligns_and_clears)
{
	struct arena arena;

	cr_assert(zero(int, arena_init(&arena, 4096)));
	memset(arena_alloc(&arena, 4096), 0xff, 4096);
	arena_reset(&arena);
	for (size_t size = 1; size < 40; size++) {
		const char *bytes = arena_alloc(&arena, size);

		cr_assert(ne(ptr, (void *)bytes, NULL));
		cr_expect(zero(sz, (uintptr_t)bytes % alignof(max_align_t)), "size %zu", size);
		for (size_t i = 0; i < size; i++)
			cr_assert(zero(chr, bytes[i]), "byte %zu of %zu is cleared", i, size);
	}
	arena_fini(&arena);
}

Test(arena, comes_back_to_a_mark)
{
	struct arena arena;
	void *first, *second;
	size_t mark;

	cr_assert(zero(int, arena_init(&arena, 4096)));
	first = arena_alloc(&arena, 100);
	mark = arena_mark(&arena);
	second = arena_alloc(&arena, 3000);
	arena_release(&arena, mark);
	cr_expect(eq(ptr, arena_alloc(&arena, 1), second));
	arena_reset(&arena);
	cr_expect(eq(ptr, arena_alloc(&arena, 1), first));
	cr_expect(ge(sz, arena.peak, 3100), "the peak stays");
	cr_expect(lt(sz, arena.peak, 3200));
	arena_fini(&arena);
	cr_expect(eq(ptr, arena.base, NULL));
	arena_fini(&arena);
}
