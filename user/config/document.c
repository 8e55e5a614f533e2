/* SPDX-License-Identifier: GPL-2.0-only */
/* json-c's values and where they stand: see document.h. Syntax errors are in syntax.c. */
#include "config/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "config/dialect.h"
#include "config/syntax.h"

#define DEPTH_MAX 32 /* a configuration needs 7 */

static void warn_trailing(const char *text, const struct document *document, size_t end,
			  struct diagnostics *diagnostics)
{
	struct where at = { 1, 1 };

	end += strspn(document->json + end, " \t\r\n");
	if (end >= document->length)
		return;
	where_advance(&at, text, 0, end);
	diagnostics_add(diagnostics, SEVERITY_WARNING, at,
			"text after the end of the configuration is ignored");
}

/* Values below this one, as json-c has them: of doubles only the last. */
static size_t nr_below(struct json_object *value)
{
	size_t nr = 0;

	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			nr += 1 + nr_below(json_object_array_get_idx(value, i));
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member)
		{
			(void)key;
			nr += 1 + nr_below(member);
		}
	}
	return nr;
}

static void warn_doubles(const struct document *document, struct diagnostics *diagnostics)
{
	const struct positions *positions = &document->positions;

	/* The search is quadratic, and seldom needed. */
	if (positions->nr_items == 1 + nr_below(document->root))
		return;
	for (size_t i = 1; i < positions->nr_items; i++) {
		char *key;

		if (!positions->items[i].key_end || !position_is_overridden(positions, i))
			continue;
		key = position_key(positions, i);
		diagnostics_add(diagnostics, SEVERITY_WARNING, positions->items[i].key_at,
				"key \"%s\" is given again later; this one is ignored",
				key ? key : "?");
		free(key);
	}
}

/* Text to values and places. Either can fail: NaN is json-c's alone. */
static int build(const char *text, size_t multiline, struct document *document, size_t *ret_end,
		 struct diagnostics *diagnostics)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	enum json_tokener_error wrong;
	size_t at;
	int err;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	/* With the NUL after it: the end of a number at the end of the text. */
	document->root =
		json_tokener_parse_ex(tokener, document->json, (int)document->length + 1);
	wrong = json_tokener_get_error(tokener);
	*ret_end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (wrong != json_tokener_success) {
		syntax_explain(text, document->json, document->length, *ret_end, wrong, multiline,
			       diagnostics);
		return -EINVAL;
	}
	err = positions_build(text, document->json, document->length, &document->positions, &at);
	if (err == -EINVAL)
		syntax_explain(text, document->json, document->length, at,
			       json_tokener_error_parse_unexpected, multiline, diagnostics);
	return err;
}

int document_parse(const char *text, size_t length, struct diagnostics *diagnostics,
		   struct document *ret_document)
{
	struct document document = { .length = length };
	size_t multiline, end;
	int err;

	if (memchr(text, '\0', length)) {
		syntax_explain_nul(text, length, diagnostics);
		return -EINVAL;
	}
	document.json = strndup(text, length);
	if (!document.json)
		return -ENOMEM;
	multiline = dialect_blank(document.json, length);
	err = build(text, multiline, &document, &end, diagnostics);
	if (err) {
		document_free(&document);
		return err;
	}
	warn_doubles(&document, diagnostics);
	warn_trailing(text, &document, end, diagnostics);
	*ret_document = document;
	return 0;
}

void document_free(struct document *document)
{
	json_object_put(document->root);
	positions_free(&document->positions);
	free(document->json);
	*document = (struct document){ 0 };
}
