/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where each value and key of a JSON text stands. json-c tells a place only for syntax errors; this
 * walks a text that json-c has already accepted, once, and remembers line, column and bytes
 * of everything, for messages. It parses nothing else, and trusts nothing: what it does not
 * understand (json-c lets NaN and Infinity pass) is -EINVAL with its place.
 *
 * Items are in document order: the first child of a container is the item after it, further
 * ones hang on `next`. Index 0 is the top value.
 */
#ifndef CONFIG_POSITION_H
#define CONFIG_POSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/diagnostics.h"

struct position {
	size_t start, end;	   /* bytes of the value */
	size_t key_start, key_end; /* bytes of its key with the quotes; both 0: not in an object */
	struct where at, key_at;
	size_t nr_children;
	size_t next; /* the sibling after it; 0: none */
};

struct positions {
	struct position *items;
	size_t nr_items, nr_allocated;
	const char *json; /* the text the bytes are in */
};

/*
 * json is the text without comments and trailing commas (dialect.h), original the one people
 * see: columns are counted in it. Same length, same offsets. -EINVAL: *ret_at is where.
 */
int positions_build(const char *original, const char *json, size_t length,
		    struct positions *ret_positions, size_t *ret_at);
void positions_free(struct positions *positions);

/* The first child, 0 when there is none. */
size_t position_first(const struct positions *positions, size_t parent);
/* The member of that name in an object; of several the last, as json-c takes it. 0: none. */
size_t position_member(const struct positions *positions, size_t object, const char *key);
/* The decoded key of a member, to be freed; NULL when memory is out. */
char *position_key(const struct positions *positions, size_t member);
/* A later member of the same object has the same key. */
bool position_is_overridden(const struct positions *positions, size_t member);

/* Moves a place over the bytes [from, to) of text: characters count, not bytes. */
void where_advance(struct where *where, const char *text, size_t from, size_t to);

#endif
