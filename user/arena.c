/* SPDX-License-Identifier: GPL-2.0-only */
/* A bump allocator over one mapping: see arena.h. */
#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

int arena_init(struct arena *arena, size_t size)
{
	void *base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED)
		return -ENOMEM;
	*arena = (struct arena){ .base = base, .size = size };
	return 0;
}

void arena_fini(struct arena *arena)
{
	if (arena->base)
		munmap(arena->base, arena->size);
	*arena = (struct arena){ 0 };
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t start = (arena->used + align - 1) / align * align;

	if (start > arena->size || size > arena->size - start)
		return NULL;
	arena->used = start + size;
	if (arena->used > arena->peak)
		arena->peak = arena->used;
	return memset(arena->base + start, 0, size);
}

void arena_reset(struct arena *arena)
{
	arena->used = 0;
}

size_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_release(struct arena *arena, size_t mark)
{
	arena->used = mark;
}
