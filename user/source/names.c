/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An entry of the arena is the id, then the name with its NUL; entries follow one another, so that
 * the sweep can walk them, ask the table whether each still counts, and move it down.
 */
#include "source/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/events.h"

#define NAMES_MAX_MAX  (1U << 24)
#define BYTES_PER_NAME 64 /* id, name and NUL, on average */
#define SMALLEST_ARENA (16 * 1024)

struct slot {
	uint64_t id; /* 0: free; no cgroup has it */
	uint32_t offset;
	uint32_t wanted; /* the generation it was last asked for in */
};

struct names {
	struct slot *slots;
	char *arena;
	size_t nr_slots, arena_bytes; /* nr_slots: a power of two, never more than half used */
	size_t count, max, used;
	uint32_t generation;
};

int names_new(size_t max, struct names **ret_names)
{
	struct names *names;

	if (!max || max > NAMES_MAX_MAX)
		return -EINVAL;
	names = calloc(1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	names->max = max;
	names->nr_slots = 2;
	while (names->nr_slots < 2 * max)
		names->nr_slots *= 2;
	names->arena_bytes = max * BYTES_PER_NAME;
	if (names->arena_bytes < SMALLEST_ARENA)
		names->arena_bytes = SMALLEST_ARENA;
	names->slots = calloc(names->nr_slots, sizeof(*names->slots));
	names->arena = malloc(names->arena_bytes);
	if (!names->slots || !names->arena) {
		names_free(names);
		return -ENOMEM;
	}
	*ret_names = names;
	return 0;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	free(names->slots);
	free(names->arena);
	free(names);
}

size_t names_count(const struct names *names)
{
	return names->count;
}

static size_t slot_home(const struct names *names, uint64_t id)
{
	return (id * 0x9e3779b97f4a7c15ULL >> 32) & (names->nr_slots - 1);
}

/* Where id is, or the free slot where it would go. */
static struct slot *slot_find(const struct names *names, uint64_t id)
{
	size_t i = slot_home(names, id);

	while (names->slots[i].id && names->slots[i].id != id)
		i = (i + 1) & (names->nr_slots - 1);
	return &names->slots[i];
}

const char *names_get(struct names *names, uint64_t id)
{
	struct slot *slot = slot_find(names, id);

	if (!id || !slot->id)
		return NULL;
	slot->wanted = names->generation;
	return names->arena + slot->offset + sizeof(id);
}

int names_set(struct names *names, uint64_t id, const char *name)
{
	size_t len = strnlen(name, BOOMD_NAME_MAX);
	struct slot *slot = slot_find(names, id);

	if (!id)
		return -EINVAL;
	if (len == BOOMD_NAME_MAX)
		return -ENAMETOOLONG;
	if (slot->id) {
		slot->wanted = names->generation;
		return 0;
	}
	if (names->count == names->max || names->arena_bytes - names->used < sizeof(id) + len + 1)
		return -ENOSPC;
	*slot = (struct slot){ id, (uint32_t)names->used, names->generation };
	memcpy(names->arena + names->used, &id, sizeof(id));
	memcpy(names->arena + names->used + sizeof(id), name, len + 1);
	names->used += sizeof(id) + len + 1;
	names->count++;
	return 0;
}

/* Closes the hole at i, so that a search never has to step over one. */
static void slot_free(struct names *names, size_t i)
{
	size_t mask = names->nr_slots - 1;

	for (size_t j = (i + 1) & mask; names->slots[j].id; j = (j + 1) & mask) {
		size_t home = slot_home(names, names->slots[j].id);

		/* Can j's entry live at i? Only if its search passes i on the way to j. */
		if (((j - home) & mask) >= ((j - i) & mask)) {
			names->slots[i] = names->slots[j];
			i = j;
		}
	}
	names->slots[i].id = 0;
	names->count--;
}

void names_remove(struct names *names, uint64_t id)
{
	struct slot *slot = slot_find(names, id);

	if (id && slot->id)
		slot_free(names, (size_t)(slot - names->slots));
}

void names_begin(struct names *names)
{
	names->generation++;
}

void names_sweep(struct names *names)
{
	size_t to = 0, bytes;

	for (size_t from = 0; from < names->used; from += bytes) {
		struct slot *slot;
		uint64_t id;

		memcpy(&id, names->arena + from, sizeof(id));
		bytes = sizeof(id) + strlen(names->arena + from + sizeof(id)) + 1;
		slot = slot_find(names, id);
		if (!slot->id || slot->offset != from)
			continue; /* was removed, and perhaps set again further on */
		if (slot->wanted != names->generation) {
			slot_free(names, (size_t)(slot - names->slots));
			continue;
		}
		memmove(names->arena + to, names->arena + from, bytes);
		slot->offset = (uint32_t)to;
		to += bytes;
	}
	names->used = to;
}
