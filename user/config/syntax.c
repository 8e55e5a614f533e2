/* SPDX-License-Identifier: GPL-2.0-only */
/* From json-c's error code and offset to a sentence with a place: see syntax.h. */
#include "config/syntax.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config/dialect.h"
#include "config/position.h"

/* What was expected where json-c stopped. */
static const char *expected(enum json_tokener_error wrong)
{
	switch (wrong) {
	case json_tokener_error_depth:
		return "expected no more than 32 levels of lists and objects in each other";
	case json_tokener_error_parse_null:
	case json_tokener_error_parse_boolean:
		return "expected true, false or null, in small letters";
	case json_tokener_error_parse_number:
		return "expected a number, e.g. 60 or 0.85";
	case json_tokener_error_parse_array:
		return "expected ',' or ']' after a value of a list";
	case json_tokener_error_parse_object_key_name:
		return "expected a key in double quotes";
	case json_tokener_error_parse_object_key_sep:
		return "expected ':' after a key";
	case json_tokener_error_parse_object_value_sep:
		return "expected ',' or '}' after a value of an object";
	case json_tokener_error_parse_string:
	case json_tokener_error_parse_utf8_string:
		return "expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after a backslash";
	default:
		return "expected a value";
	}
}

/* Mistakes that have a name. */
static const char *hint(const char *text, size_t length, size_t at)
{
	static const struct {
		const char *start, *hint;
	} hints[] = {
		{ "#", "comments begin with // or stand between /* and */" },
		{ "'", "strings stand in double quotes" },
		{ "/*", "this comment is not closed" },
		{ "NaN", "NaN is not a number in JSON" },
		{ "Infinity", "Infinity is not a number in JSON" },
		{ "-Infinity", "Infinity is not a number in JSON" },
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		size_t start = strlen(hints[i].start);

		if (length - at >= start && memcmp(text + at, hints[i].start, start) == 0)
			return hints[i].hint;
	}
	return NULL;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("+-._", c));
}

/* json-c stops inside or behind a wrong word or number; people look for its begin. */
static size_t word_start(const char *text, size_t at, enum json_tokener_error wrong)
{
	if (wrong != json_tokener_error_parse_null && wrong != json_tokener_error_parse_boolean &&
	    wrong != json_tokener_error_parse_number)
		return at;
	while (at && is_word(text[at - 1]))
		at--;
	return at;
}

/* How many bytes of the text at `at` to show: a word, or one character. */
static size_t shown(const char *text, size_t length, size_t at)
{
	size_t end = at;

	while (end < length && end - at < 24 && is_word(text[end]))
		end++;
	if (end == at)
		for (end++; end < length && ((unsigned char)text[end] & 0xc0) == 0x80;)
			end++;
	return end - at;
}

/* "the string at 3:9 goes on ...": what probably caused it, or "". */
static const char *likely_cause(const char *text, size_t at, size_t multiline, char *buf,
				size_t size)
{
	struct where quote = { 1, 1 };

	buf[0] = '\0';
	if (multiline == DIALECT_NONE || multiline >= at)
		return buf;
	where_advance(&quote, text, 0, multiline);
	snprintf(buf, size, "; is a quote missing in line %u, after column %u?", quote.line,
		 quote.column);
	return buf;
}

/* Where the innermost string, list or object begins that is open at the end; or DIALECT_NONE. */
static size_t still_open(const char *json, size_t length)
{
	size_t open[64], depth = 0;

	for (size_t i = 0; i < length; i++) {
		if (json[i] == '"') {
			size_t start = i;

			for (i++; i < length && json[i] != '"'; i++)
				i += json[i] == '\\';
			if (i >= length)
				return start;
		} else if (strchr("[{", json[i]) && depth < sizeof(open) / sizeof(open[0])) {
			open[depth++] = i;
		} else if (strchr("]}", json[i]) && depth) {
			depth--;
		}
	}
	return depth ? open[depth - 1] : DIALECT_NONE;
}

static void explain_end(const char *text, const char *json, size_t length, struct where end,
			struct diagnostics *diagnostics)
{
	size_t open = still_open(json, length);
	struct where begin = { 1, 1 };

	if (open == DIALECT_NONE) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, end, "the text ends too early");
		return;
	}
	where_advance(&begin, text, 0, open);
	diagnostics_add(diagnostics, SEVERITY_ERROR, end,
			"the text ends too early: the %s that begins at %u:%u is not closed",
			json[open] == '"' ? "string" :
			json[open] == '[' ? "list" :
					    "object",
			begin.line, begin.column);
}

static bool is_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isspace((unsigned char)text[i]))
			return false;
	return true;
}

void syntax_explain(const char *text, const char *json, size_t length, size_t at,
		    enum json_tokener_error wrong, size_t multiline,
		    struct diagnostics *diagnostics)
{
	struct where where = { 1, 1 };
	char cause[80];

	if (at > length)
		at = length;
	at = word_start(text, at, wrong);
	where_advance(&where, text, 0, at);
	likely_cause(text, at, multiline, cause, sizeof(cause));
	if (is_blank(json, length))
		diagnostics_add(diagnostics, SEVERITY_ERROR, where,
				"expected a configuration, the text is empty");
	else if (at == length)
		explain_end(text, json, length, where, diagnostics);
	else if (hint(text, length, at))
		diagnostics_add(diagnostics, SEVERITY_ERROR, where, "%s",
				hint(text, length, at));
	else
		diagnostics_add(diagnostics, SEVERITY_ERROR, where, "%s, found \"%.*s\"%s",
				expected(wrong), (int)shown(text, length, at), text + at, cause);
}

void syntax_explain_nul(const char *text, size_t length, struct diagnostics *diagnostics)
{
	const char *nul = memchr(text, '\0', length);
	struct where where = { 1, 1 };

	where_advance(&where, text, 0, (size_t)(nul - text));
	diagnostics_add(diagnostics, SEVERITY_ERROR, where,
			"expected text, found a byte of value 0");
}
