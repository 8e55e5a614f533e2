/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "Did you mean ...?": the known name that is the fewest edits away. An edit is a character more,
 * fewer, other, or two neighbours swapped; case and the kind of dash cost nothing. A third of the
 * name may be wrong; beyond that a guess would mislead. An unfinished name ("kill_by_mem") counts
 * as near the names that begin with it.
 */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "config/diagnostics.h"

#define NAME_MAX_LENGTH 64
#define PREFIX_MIN	4

static int fold(char c)
{
	return c == '-' ? '_' : tolower((unsigned char)c);
}

static unsigned smallest(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits from a to b (optimal string alignment); both at most NAME_MAX_LENGTH long. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][NAME_MAX_LENGTH + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2], *spare;
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; a[i - 1]; i++) {
		spare = before, before = above, above = row, row = spare;
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= length; j++) {
			bool same = fold(a[i - 1]) == fold(b[j - 1]);

			row[j] = smallest(above[j], row[j - 1]) + 1;
			row[j] = smallest(row[j], above[j - 1] + !same);
			if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				row[j] = smallest(row[j], before[j - 2] + 1);
		}
	}
	return row[length];
}

static bool begins_with(const char *name, const char *start)
{
	size_t length = strlen(start);

	if (length < PREFIX_MIN)
		return false;
	for (size_t i = 0; i < length; i++)
		if (fold(name[i]) != fold(start[i]))
			return false;
	return true;
}

const char *nearest_name(const char *name, const char *const *names)
{
	const char *nearest = NULL, *longer = NULL;
	unsigned least = UINT_MAX;

	if (!*name || strlen(name) > NAME_MAX_LENGTH)
		return NULL;
	for (; *names; names++) {
		size_t length = strlen(*names), longest = strlen(name);
		unsigned edits;

		if (length > NAME_MAX_LENGTH)
			continue;
		if (length > longest)
			longest = length;
		edits = distance(name, *names);
		if (edits <= (longest + 1) / 3 && edits < longest && edits < least) {
			least = edits;
			nearest = *names;
		}
		if (!longer && begins_with(*names, name))
			longer = *names;
	}
	return nearest ? nearest : longer;
}
