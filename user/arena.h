/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for one evaluation: taken once at start, handed out front to back, given back all at
 * once. This is how ranking and walking work on the kill path, where nothing may allocate.
 */
#ifndef USER_ARENA_H
#define USER_ARENA_H

#include <stddef.h>

struct arena {
	char *base;
	size_t size, used;
	size_t peak; /* most ever used, reported with the memory figures */
};

/* 0 or -ENOMEM. */
int arena_init(struct arena *arena, size_t size);
void arena_fini(struct arena *arena);
/* Aligned for any type, zeroed; NULL when it is used up (the caller goes without). */
void *arena_alloc(struct arena *arena, size_t size);
void arena_reset(struct arena *arena);
/* A position to come back to: what was handed out since is free again. */
size_t arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, size_t mark);

#endif
