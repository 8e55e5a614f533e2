/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding a place by the key of a member: see position.h. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "config/position.h"

size_t position_first(const struct positions *positions, size_t parent)
{
	return positions->items[parent].nr_children ? parent + 1 : 0;
}

char *position_key(const struct positions *positions, size_t index)
{
	const struct position *item = &positions->items[index];
	const char *raw = positions->json + item->key_start;
	size_t length = item->key_end - item->key_start;
	struct json_tokener *tokener;
	struct json_object *text = NULL;
	char *key = NULL;

	if (!memchr(raw, '\\', length))
		return strndup(raw + 1, length - 2);
	tokener = json_tokener_new();
	if (tokener)
		text = json_tokener_parse_ex(tokener, raw, (int)length);
	if (text)
		key = strdup(json_object_get_string(text));
	json_object_put(text);
	if (tokener)
		json_tokener_free(tokener);
	return key;
}

/* Is this the item's key? Only a key with an escape in it has to be decoded. */
static bool has_key(const struct positions *positions, size_t index, const char *key)
{
	const struct position *item = &positions->items[index];
	const char *raw = positions->json + item->key_start + 1;
	size_t length = item->key_end - item->key_start - 2;
	char *decoded;
	bool same;

	if (!memchr(raw, '\\', length))
		return strlen(key) == length && memcmp(raw, key, length) == 0;
	decoded = position_key(positions, index);
	same = decoded && strcmp(decoded, key) == 0;
	free(decoded);
	return same;
}

size_t position_member(const struct positions *positions, size_t object, const char *key)
{
	size_t found = 0;

	for (size_t i = position_first(positions, object); i; i = positions->items[i].next)
		if (has_key(positions, i, key))
			found = i;
	return found;
}

bool position_is_overridden(const struct positions *positions, size_t member)
{
	char *key = position_key(positions, member);
	bool found = false;

	for (size_t i = positions->items[member].next; i && key && !found;
	     i = positions->items[i].next)
		found = has_key(positions, i, key);
	free(key);
	return found;
}
