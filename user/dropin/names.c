/* SPDX-License-Identifier: GPL-2.0-only */
/* Linear throughout: a directory of drop-ins has a few files, and directory.c bounds their number. */
#include "dropin/names.h"

#include <stdlib.h>
#include <string.h>

struct name *names_find(const struct names *names, const char *text)
{
	for (size_t i = 0; i < names->nr; i++)
		if (strcmp(names->items[i].text, text) == 0)
			return &names->items[i];
	return NULL;
}

struct name *names_put(struct names *names, const char *text)
{
	struct name *items = names_find(names, text);
	char *copy;

	if (items)
		return items;
	items = reallocarray(names->items, names->nr + 1, sizeof(*items));
	if (!items)
		return NULL;
	names->items = items;
	copy = strdup(text);
	if (!copy)
		return NULL;
	items[names->nr] = (struct name){ .text = copy };
	return &items[names->nr++];
}

struct name *names_put_last(struct names *names, const char *text)
{
	struct name *found = names_find(names, text), moved;
	size_t i;

	if (!found)
		return names_put(names, text);
	i = (size_t)(found - names->items);
	moved = *found;
	memmove(found, found + 1, (names->nr - i - 1) * sizeof(*found));
	names->items[names->nr - 1] = moved;
	return &names->items[names->nr - 1];
}

void names_drop(struct names *names, size_t i)
{
	free(names->items[i].text);
	names->nr--;
	memmove(&names->items[i], &names->items[i + 1], (names->nr - i) * sizeof(*names->items));
}

void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->items[i].text);
	free(names->items);
	*names = (struct names){ 0 };
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

void names_sort(struct names *names)
{
	if (names->nr)
		qsort(names->items, names->nr, sizeof(*names->items), compare);
}
