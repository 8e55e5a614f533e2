/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects, lists and texts of a configuration: see parse.h. */
#include "config/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 16

void parse_wrong(struct parser *parser, const struct node *node, const char *expected)
{
	const char *quote = node_is_string(node) ? "\"" : "", *why = NULL;
	char *text = NULL;

	/* Of a scalar say the value, of the rest the kind. */
	if (!node->value || node_text(node, &text, &why))
		quote = "";
	diagnostics_add(parser->diagnostics, SEVERITY_ERROR, node->at,
			"%s%s%sexpected %s, found %s%s%s", node->key ? "key \"" : "",
			node->key ? node->key : "", node->key ? "\": " : "", expected, quote,
			text ? text : node_kind(node), quote);
	free(text);
}

const struct parse_key *parse_find_key(const struct parse_key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

/* oomd ignores these; a mistyped name is worth a word. */
static void warn_unknown(struct parser *parser, const struct node *node, const char *what,
			 const struct parse_key *keys)
{
	const char *names[KEYS_MAX + 1] = { NULL }, *near;

	for (size_t i = 0; i < KEYS_MAX && keys[i].name; i++)
		names[i] = keys[i].name;
	near = nearest_name(node->key, names);
	diagnostics_add(parser->diagnostics, SEVERITY_WARNING, node->key_at,
			"unknown key \"%s\" in %s is ignored%s%s%s", node->key, what,
			near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

void parse_object(struct parser *parser, const struct node *node, const char *what,
		  const struct parse_key *keys, void *target)
{
	struct node *members;
	size_t nr_members;

	if (!node_is_object(node)) {
		parse_wrong(parser, node, what);
		return;
	}
	if (node_children(node, &members, &nr_members)) {
		parser->err = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < nr_members; i++) {
		const struct parse_key *key = parse_find_key(keys, members[i].key);

		if (!key)
			warn_unknown(parser, &members[i], what, keys);
		else if (members[i].value)
			key->parse(parser, &members[i], target);
	}
	free(members);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->key, ((const struct node *)b)->key);
}

void parse_list(struct parser *parser, const struct node *node, const char *what, size_t item_size,
		parse_fn parse, void **ret_items, size_t *ret_nr)
{
	struct node *nodes;
	size_t nr;
	char *items;

	if (!node_is_list(node) && !node_is_object(node)) {
		parse_wrong(parser, node, what);
		return;
	}
	if (node_children(node, &nodes, &nr)) {
		parser->err = -ENOMEM;
		return;
	}
	if (node_is_object(node))
		qsort(nodes, nr, sizeof(*nodes), compare_keys);
	items = nr ? calloc(nr, item_size) : NULL;
	if (nr && !items)
		parser->err = -ENOMEM;
	for (size_t i = 0; i < nr && items; i++)
		parse(parser, &nodes[i], items + i * item_size);
	free(nodes);
	*ret_items = items;
	*ret_nr = items ? nr : 0;
}

void parse_text(struct parser *parser, const struct node *node, char **text)
{
	const char *expected;
	char *value;
	int err = node_text(node, &value, &expected);

	if (err == -ENOMEM)
		parser->err = err;
	else if (err)
		parse_wrong(parser, node, expected);
	if (err)
		return;
	free(*text);
	*text = value;
}

void parse_default_text(struct parser *parser, char **text, const char *value)
{
	if (*text)
		return;
	*text = strdup(value);
	if (!*text)
		parser->err = -ENOMEM;
}
