/* SPDX-License-Identifier: GPL-2.0-only */
/* One walk over a valid JSON text, to know where everything is: see position.h. */
#include "config/position.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64 /* json-c was given a lower one: this only bounds the stack */

struct walk {
	const char *original, *json;
	size_t length, at;
	struct where where;
	struct positions *out;
	unsigned depth;
};

void where_advance(struct where *where, const char *text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (text[i] == '\n') {
			where->line++;
			where->column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			where->column++;
		}
	}
}

static void advance(struct walk *walk, size_t nr_bytes)
{
	size_t to = walk->at + nr_bytes < walk->length ? walk->at + nr_bytes : walk->length;

	where_advance(&walk->where, walk->original, walk->at, to);
	walk->at = to;
}

static char peek(const struct walk *walk)
{
	return walk->at < walk->length ? walk->json[walk->at] : '\0';
}

static void skip_space(struct walk *walk)
{
	while (peek(walk) && strchr(" \t\r\n", peek(walk)))
		advance(walk, 1);
}

static int skip_string(struct walk *walk)
{
	if (peek(walk) != '"')
		return -EINVAL;
	advance(walk, 1);
	while (walk->at < walk->length && peek(walk) != '"')
		advance(walk, peek(walk) == '\\' ? 2 : 1);
	if (peek(walk) != '"')
		return -EINVAL;
	advance(walk, 1);
	return 0;
}

/* A number, true, false or null. "-Infinity" begins like a number. */
static int skip_word(struct walk *walk)
{
	if (!peek(walk) || !strchr("-0123456789tfn", peek(walk)))
		return -EINVAL;
	if (peek(walk) == '-' && walk->at + 1 < walk->length && walk->json[walk->at + 1] == 'I')
		return -EINVAL;
	while (peek(walk) && !strchr(",]} \t\r\n", peek(walk)))
		advance(walk, 1);
	return 0;
}

static int item_new(struct positions *out, size_t *ret_index)
{
	if (out->nr_items == out->nr_allocated) {
		size_t nr = out->nr_allocated ? 2 * out->nr_allocated : 64;
		struct position *items = reallocarray(out->items, nr, sizeof(*items));

		if (!items)
			return -ENOMEM;
		out->items = items;
		out->nr_allocated = nr;
	}
	*ret_index = out->nr_items;
	out->items[out->nr_items++] = (struct position){ 0 };
	return 0;
}

static int walk_value(struct walk *walk, size_t index);

/* `"key" :` in front of a member. */
static int walk_key(struct walk *walk, size_t index)
{
	struct position *item = &walk->out->items[index];
	int err;

	item->key_start = walk->at;
	item->key_at = walk->where;
	err = skip_string(walk);
	if (err)
		return err;
	item->key_end = walk->at;
	skip_space(walk);
	if (peek(walk) != ':')
		return -EINVAL;
	advance(walk, 1);
	skip_space(walk);
	return 0;
}

/* The children of the object or array that begins here. */
static int walk_children(struct walk *walk, size_t parent)
{
	char close = peek(walk) == '{' ? '}' : ']';
	size_t before = 0, child;
	int err;

	advance(walk, 1);
	for (skip_space(walk); peek(walk) != close; skip_space(walk)) {
		if (before) {
			if (peek(walk) != ',')
				return -EINVAL;
			advance(walk, 1);
			skip_space(walk);
		}
		err = item_new(walk->out, &child);
		if (!err && close == '}')
			err = walk_key(walk, child);
		if (!err)
			err = walk_value(walk, child);
		if (err)
			return err;
		if (before)
			walk->out->items[before].next = child;
		walk->out->items[parent].nr_children++;
		before = child;
	}
	advance(walk, 1);
	return 0;
}

static int walk_value(struct walk *walk, size_t index)
{
	char first = peek(walk);
	int err;

	walk->out->items[index].start = walk->at;
	walk->out->items[index].at = walk->where;
	if (first == '{' || first == '[') {
		if (walk->depth == DEPTH_MAX)
			return -EINVAL;
		walk->depth++;
		err = walk_children(walk, index);
		walk->depth--;
	} else {
		err = first == '"' ? skip_string(walk) : skip_word(walk);
	}
	walk->out->items[index].end = walk->at;
	return err;
}

int positions_build(const char *original, const char *json, size_t length,
		    struct positions *ret_positions, size_t *ret_at)
{
	struct positions positions = { .json = json };
	struct walk walk = { original, json, length, 0, { 1, 1 }, &positions, 0 };
	size_t top;
	int err;

	skip_space(&walk);
	err = item_new(&positions, &top);
	if (!err)
		err = walk_value(&walk, top);
	if (err) {
		*ret_at = walk.at;
		positions_free(&positions);
		return err;
	}
	*ret_positions = positions;
	return 0;
}

void positions_free(struct positions *positions)
{
	free(positions->items);
	*positions = (struct positions){ 0 };
}
