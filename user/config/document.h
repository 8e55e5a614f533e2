/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A JSON document as the configuration sees it: json-c's values, each with its place in the file,
 * and scalars as the text oomd would make of them.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/diagnostics.h"
#include "config/position.h"

struct json_object;

struct document {
	char *json; /* the text, comments and trailing commas blanked */
	size_t length;
	struct json_object *root;
	struct positions positions;
};

/* A value in the document. */
struct node {
	const struct document *document;
	struct json_object *value; /* NULL: null */
	const char *key;	   /* NULL: not in an object */
	struct where at, key_at;
	size_t index; /* in document->positions */
};

/*
 * 0, -EINVAL (told to diagnostics, with the place) or -ENOMEM. Text after the top value and keys
 * given twice are warned about.
 */
int document_parse(const char *text, size_t length, struct diagnostics *diagnostics,
		   struct document *ret_document);
void document_free(struct document *document);

struct node document_top(const struct document *document);
/* "an object", "a list", ... for messages. */
const char *node_kind(const struct node *node);
bool node_is_list(const struct node *node);
bool node_is_object(const struct node *node);
bool node_is_string(const struct node *node);
/* The string in the file is the value, byte for byte: no escapes, so that offsets are places. */
bool node_is_verbatim(const struct node *node);
/* A member that is absent, null, "", [] or {}. */
bool node_lacks(const struct node *object, const char *key);
/*
 * The children of a list or object in the file's order, of doubles the last: *ret_nodes to be
 * freed. -ENOMEM.
 */
int node_children(const struct node *node, struct node **ret_nodes, size_t *ret_nr);
/*
 * A scalar as oomd (jsoncpp) would give it as text: integers as they are, other numbers with 17
 * digits (0.85 is "0.84999999999999998", 5.0 "5.0", 1e3 "1000.0"), true, false, null as "".
 * To be freed. -EINVAL: *ret_why says what was expected (static text).
 */
int node_text(const struct node *node, char **ret_text, const char **ret_why);

#endif
