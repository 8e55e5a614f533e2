/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of a document, as jsoncpp would show them to oomd: see document.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "config/document.h"

static struct node node_at(const struct document *document, struct json_object *value,
			   const char *key, size_t index)
{
	const struct position *position = &document->positions.items[index];

	return (struct node){ document, value, key, position->at, position->key_at, index };
}

struct node document_top(const struct document *document)
{
	return node_at(document, document->root, NULL, 0);
}

const char *node_kind(const struct node *node)
{
	switch (json_object_get_type(node->value)) {
	case json_type_null:
		return "null";
	case json_type_boolean:
		return json_object_get_boolean(node->value) ? "true" : "false";
	case json_type_double:
	case json_type_int:
		return "a number";
	case json_type_object:
		return "an object {...}";
	case json_type_array:
		return "a list [...]";
	case json_type_string:
		return "a string";
	}
	return "?";
}

bool node_is_list(const struct node *node)
{
	return json_object_is_type(node->value, json_type_array);
}

bool node_is_object(const struct node *node)
{
	return json_object_is_type(node->value, json_type_object);
}

bool node_is_string(const struct node *node)
{
	return json_object_is_type(node->value, json_type_string);
}

bool node_is_verbatim(const struct node *node)
{
	const struct position *position = &node->document->positions.items[node->index];
	const char *start = node->document->json + position->start;

	return node_is_string(node) && !memchr(start, '\\', position->end - position->start);
}

bool node_lacks(const struct node *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object->value, key, &value))
		return true;
	switch (json_object_get_type(value)) {
	case json_type_null:
		return true;
	case json_type_string:
		return json_object_get_string_len(value) == 0;
	case json_type_array:
		return json_object_array_length(value) == 0;
	case json_type_object:
		return json_object_object_length(value) == 0;
	default:
		return false;
	}
}

static void list_children(const struct node *node, struct node *nodes)
{
	const struct document *document = node->document;
	size_t index = position_first(&document->positions, node->index);

	for (size_t i = 0; i < json_object_array_length(node->value); i++) {
		nodes[i] = node_at(document, json_object_array_get_idx(node->value, i), NULL,
				   index);
		index = document->positions.items[index].next;
	}
}

/*
 * json-c keeps members in the order in which their keys first came up. Without doubles that is
 * the order of the positions too; with them, each has to be looked for.
 */
static void object_children(const struct node *node, struct node *nodes)
{
	const struct positions *positions = &node->document->positions;
	size_t index = position_first(positions, node->index), nr = 0;
	bool doubles = positions->items[node->index].nr_children !=
		       (size_t)json_object_object_length(node->value);

	json_object_object_foreach(node->value, key, value)
	{
		if (doubles)
			index = position_member(positions, node->index, key);
		nodes[nr++] = node_at(node->document, value, key, index);
		index = positions->items[index].next;
	}
}

int node_children(const struct node *node, struct node **ret_nodes, size_t *ret_nr)
{
	size_t nr = node_is_list(node)	 ? json_object_array_length(node->value) :
		    node_is_object(node) ? (size_t)json_object_object_length(node->value) :
					   0;
	struct node *nodes = calloc(nr ? nr : 1, sizeof(*nodes));

	if (!nodes)
		return -ENOMEM;
	if (node_is_list(node))
		list_children(node, nodes);
	else if (node_is_object(node))
		object_children(node, nodes);
	*ret_nodes = nodes;
	*ret_nr = nr;
	return 0;
}

/* A number the way jsoncpp writes it; it takes what does not fit 64 bits for a double. */
static int number_text(const char *raw, size_t length, char *buf, size_t size, const char **ret_why)
{
	char digits[64], *end;
	double value;

	if (length >= sizeof(digits)) {
		*ret_why = "a number with fewer digits";
		return -EINVAL;
	}
	memcpy(digits, raw, length);
	digits[length] = '\0';
	if (strspn(digits + (digits[0] == '-'), "0123456789") + (digits[0] == '-') == length) {
		errno = 0;
		if (digits[0] == '-')
			snprintf(buf, size, "%lld", strtoll(digits, &end, 10));
		else
			snprintf(buf, size, "%llu", strtoull(digits, &end, 10));
		if (!errno)
			return 0;
	}
	value = strtod(digits, &end);
	if (!isfinite(value)) {
		*ret_why = "a smaller number";
		return -EINVAL;
	}
	snprintf(buf, size, "%.17g", value);
	if (!strpbrk(buf, ".e"))
		strcat(buf, ".0");
	return 0;
}

int node_text(const struct node *node, char **ret_text, const char **ret_why)
{
	const struct position *position = &node->document->positions.items[node->index];
	const char *text = "";
	char number[40];
	int err;

	switch (json_object_get_type(node->value)) {
	case json_type_null:
		break;
	case json_type_boolean:
		text = json_object_get_boolean(node->value) ? "true" : "false";
		break;
	case json_type_double:
	case json_type_int:
		err = number_text(node->document->json + position->start,
				  position->end - position->start, number, sizeof(number), ret_why);
		if (err)
			return err;
		text = number;
		break;
	case json_type_string:
		text = json_object_get_string(node->value);
		if (strlen(text) != (size_t)json_object_get_string_len(node->value)) {
			*ret_why = "a text without \\u0000 in it";
			return -EINVAL;
		}
		break;
	case json_type_object:
	case json_type_array:
		*ret_why = "a single value";
		return -EINVAL;
	}
	*ret_text = strdup(text);
	return *ret_text ? 0 : -ENOMEM;
}
