/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the parser share: objects by a table of keys, lists, texts. Mistakes go to
 * diagnostics and parsing goes on, so that one run finds them all; only memory ends it.
 */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "config/document.h"

struct parser {
	struct diagnostics *diagnostics;
	bool drop_in; /* parts of a ruleset may be missing, others count for nothing */
	int err; /* -ENOMEM, the first time it happens */
};

/* Takes one value into a target: a field's owner, or a list's new element (zeroed). */
typedef void (*parse_fn)(struct parser *parser, const struct node *node, void *target);

struct parse_key {
	const char *name; /* NULL ends the table */
	parse_fn parse;
};

/* The word after "error:" for one value: `key "name": expected ..., found ...`. */
void parse_wrong(struct parser *parser, const struct node *node, const char *expected);
/*
 * Every member through the table; null is as if it were not there (as in oomd). Other keys are
 * warned about. Not an object: an error that says what ("a ruleset") was expected.
 */
void parse_object(struct parser *parser, const struct node *node, const char *what,
		  const struct parse_key *keys, void *target);
/* NULL when there is none of that name. */
const struct parse_key *parse_find_key(const struct parse_key *keys, const char *name);
/*
 * A list, or as in oomd an object, whose values count in the order of their keys. *ret_items is
 * an array of *ret_nr elements of item_size bytes each.
 */
void parse_list(struct parser *parser, const struct node *node, const char *what, size_t item_size,
		parse_fn parse, void **ret_items, size_t *ret_nr);
/* A scalar; an earlier *text is freed. Stays what it was when the value is wrong. */
void parse_text(struct parser *parser, const struct node *node, char **text);
/* Every text of the configuration exists, "" when it was not given. */
void parse_default_text(struct parser *parser, char **text, const char *value);

/* The parts, each a parse_fn. */
void parse_plugin(struct parser *parser, const struct node *node, void *config_plugin);
void parse_group(struct parser *parser, const struct node *node, void *config_group);
void parse_ruleset(struct parser *parser, const struct node *node, void *config_ruleset);

#endif
