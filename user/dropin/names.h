/* SPDX-License-Identifier: GPL-2.0-only */
/* A short list of file names, in the order in which they were put there, each of them once. */
#ifndef DROPIN_NAMES_H
#define DROPIN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct name {
	char *text;
	bool removed, changed; /* what happened to it, in this order */
};

struct names {
	struct name *items;
	size_t nr;
};

/* NULL when it is not there. Pointers are good until the list changes. */
struct name *names_find(const struct names *names, const char *text);
/* The one that is there, or a new one at the end; NULL when memory is out. */
struct name *names_put(struct names *names, const char *text);
/* As if it were put now. */
struct name *names_put_last(struct names *names, const char *text);
void names_drop(struct names *names, size_t i);
void names_clear(struct names *names);
void names_sort(struct names *names);

#endif
