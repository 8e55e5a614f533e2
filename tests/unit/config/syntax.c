/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oomd's dialect of JSON: what it takes is taken, what it does not is refused with the exact
 * place. A row without messages must be accepted in silence.
 */
#include <errno.h>

#include "table_test.h"
#include "unit/config/messages.h"

#define ACTIONS "\"actions\": [{\"name\": \"a\"}]"
#define GROUPS	"\"detectors\": [[\"g\", {\"name\": \"d\"}]]"
#define RULESET "{\"name\": \"r\", " GROUPS ", " ACTIONS "}"
#define CONFIG	"{\"rulesets\": [" RULESET "]}"
#define VALUES	"expected a value, found "
#define NO_RULESETS "t:1:1: warning: no rulesets: boomd would do nothing\n"
#define TOP "expected a configuration {\"rulesets\": [...]}, found "

static const struct {
	const char *why, *text, *messages;
} refused[] = {
	{ "an empty file", "", "t:1:1: error: expected a configuration, the text is empty\n" },
	{ "blanks alone", " \r\n\t", "t:2:2: error: expected a configuration, the text is empty\n" },
	{ "comments alone", "// x\n/* y */",
	  "t:2:8: error: expected a configuration, the text is empty\n" },
	{ "an object not closed", "{\"a\": [1],\n\t\"b\": {\"c\": [\"]\"]\n",
	  "t:3:1: error: the text ends too early: the object that begins at 2:7 is not closed\n" },
	{ "a list not closed", "{\"a\": {}, \"b\": [\"\\\"[\"",
	  "t:1:22: error: the text ends too early: the list that begins at 1:16 is not closed\n" },
	{ "a string not closed", "/*\xc3\xbc*/{\"a\": \"b}\\\"",
	  "t:1:17: error: the text ends too early: the string that begins at 1:12 is not closed\n" },
	{ "half a word", "tru", "t:1:4: error: the text ends too early\n" },
	{ "only a byte order mark", "\xef\xbb\xbf",
	  "t:1:1: error: expected a configuration, the text is empty\n" },
	{ "half a byte order mark", "\xef\xbb{}", "t:1:1: error: " VALUES "\"\xef\xbb\"\n" },
	{ "no JSON at all", "not a json string",
	  "t:1:1: error: expected true, false or null, in small letters, found \"not\"\n" },
	{ "a hash is no comment", "{\n# x\n}",
	  "t:2:1: error: comments begin with // or stand between /* and */\n" },
	{ "a hash after a value", "{\"a\": 1 # x\n}",
	  "t:1:9: error: comments begin with // or stand between /* and */\n" },
	{ "single quotes for a key", "{'a': 1}",
	  "t:1:2: error: strings stand in double quotes\n" },
	{ "single quotes for a value", "{\"a\": 'b'}",
	  "t:1:7: error: strings stand in double quotes\n" },
	{ "no quotes for a key", "{rulesets: []}",
	  "t:1:2: error: expected a key in double quotes, found \"rulesets\"\n" },
	{ "no quotes for a value", "{\"a\": yes}", "t:1:7: error: " VALUES "\"yes\"\n" },
	{ "NaN", "{\"a\":\n  NaN}", "t:2:3: error: NaN is not a number in JSON\n" },
	{ "nan", "{\"a\": nan}",
	  "t:1:7: error: expected true, false or null, in small letters, found \"nan\"\n" },
	{ "Infinity", "{\"a\": [1, Infinity]}",
	  "t:1:11: error: Infinity is not a number in JSON\n" },
	{ "minus Infinity", "{\"a\": -Infinity}",
	  "t:1:7: error: Infinity is not a number in JSON\n" },
	{ "True", "{\"a\": True}",
	  "t:1:7: error: expected true, false or null, in small letters, found \"True\"\n" },
	{ "NULL", "{\"a\": NULL}",
	  "t:1:7: error: expected true, false or null, in small letters, found \"NULL\"\n" },
	{ "a hexadecimal number", "{\"a\": 0x10}",
	  "t:1:7: error: expected a number, e.g. 60 or 0.85, found \"0x10\"\n" },
	{ "a plus sign", "{\"a\": +1}", "t:1:7: error: " VALUES "\"+1\"\n" },
	{ "a number with two points", "{\"a\": 1.5.2}",
	  "t:1:7: error: expected a number, e.g. 60 or 0.85, found \"1.5.2\"\n" },
	{ "just a comma in an object", "{,}",
	  "t:1:2: error: expected a key in double quotes, found \",\"\n" },
	{ "just a comma in a list", "{\"a\": [,]}", "t:1:8: error: " VALUES "\",\"\n" },
	{ "two commas at the end", "{\"a\": [1,,]}", "t:1:10: error: " VALUES "\",\"\n" },
	{ "two commas with a comment between", "{\"a\": [1,/**/,]}",
	  "t:1:14: error: " VALUES "\",\"\n" },
	{ "no comma in a list", "{\"a\": [1 2]}",
	  "t:1:10: error: expected ',' or ']' after a value of a list, found \"2\"\n" },
	{ "no comma in an object", "{\"a\": 1\n\t\"b\": 2}",
	  "t:2:2: error: expected ',' or '}' after a value of an object, found \"\"\"\n" },
	{ "no colon", "{\"a\" 1}", "t:1:6: error: expected ':' after a key, found \"1\"\n" },
	{ "a missing quote is looked for", "{\"a\": \"b,\n\t\"c\": 1}",
	  "t:2:3: error: expected ',' or '}' after a value of an object, found \"c\"; "
	  "is a quote missing in line 1, after column 7?\n" },
	{ "an unknown escape", "{\"a\": \"\\q\"}",
	  "t:1:9: error: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX after a "
	  "backslash, found \"q\"\n" },
	{ "a comment that is not closed", "{}\n/* x", NULL },
	{ "a comment that is not closed, within", "{\n/* x\n}",
	  "t:2:1: error: this comment is not closed\n" },
	{ "a comment of three bytes", "{/*/}", "t:1:2: error: this comment is not closed\n" },
	{ "too deep",
	  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	  "t:1:33: error: expected no more than 32 levels of lists and objects in each other, "
	  "found \"[\"\n" },
	{ "a list on top", "[" RULESET "]", "t:1:1: error: " TOP "a list [...]\n" },
	{ "a string on top", "\"x\"", "t:1:1: error: " TOP "\"x\"\n" },
	{ "a number on top", "5", "t:1:1: error: " TOP "5\n" },
	{ "null on top", "null", "t:1:1: error: " TOP "null\n" },
	{ "control bytes are shown harmlessly", "{\"a\": \x1b[2J}",
	  "t:1:7: error: " VALUES "\"\\x1b\"\n" },
};

TABLE_TEST(config_syntax, refused, refused, row)
{
	struct parsed parsed = parsed_new(row->text);

	if (row->messages) {
		cr_expect(eq(int, parsed.err, -EINVAL), "%s", row->why);
		cr_expect(zero(ptr, parsed.config), "%s", row->why);
		cr_expect(eq(str, parsed.messages, (char *)row->messages), "%s", row->why);
	} else {
		cr_expect(zero(int, parsed.err), "%s: %s", row->why, parsed.messages);
	}
	parsed_free(&parsed);
}

static const struct {
	const char *why, *text, *messages;
} accepted[] = {
	{ "the smallest that does something", CONFIG, "" },
	{ "line comments", "// a\n" CONFIG "// b", "" },
	{ "a comment ends with an old Mac's line", "// a\r" CONFIG, "" },
	{ "block comments anywhere",
	  "/**//***/{/*a*/\"rulesets\"/*\n*/:/*{*/[/*]*/" RULESET "/*,*/]/**/}", "" },
	{ "a quote in a comment is no string", "// don't \"\n" CONFIG, "" },
	{ "what looks like a comment in a string",
	  "{\"rulesets\": [{\"name\": \"// /* #\", " GROUPS ", " ACTIONS "}]}", "" },
	{ "trailing commas", "{\"rulesets\": [" RULESET ",],}", "" },
	{ "trailing commas before comments", "{\"rulesets\": [" RULESET ", // x\n /* y */ ], }", "" },
	{ "a byte order mark", "\xef\xbb\xbf" CONFIG, "" },
	{ "an object in place of the list of rulesets", "{\"rulesets\": {\"x\": " RULESET "}}", "" },
	{ "nothing", "{}", NO_RULESETS },
	{ "no rulesets", "{\"rulesets\": []}", NO_RULESETS },
	{ "null is as if it were not there", "{\"rulesets\": null}", NO_RULESETS },
	{ "garbage after the end", CONFIG "\n  } oops",
	  "t:2:3: warning: text after the end of the configuration is ignored\n" },
	{ "an open comment after the end", CONFIG "/* x",
	  "t:1:95: warning: text after the end of the configuration is ignored\n" },
	{ "an unknown key on top", "{\"ruleset\": [], \"rulesets\": [" RULESET "]}",
	  "t:1:2: warning: unknown key \"ruleset\" in a configuration {\"rulesets\": [...]} is "
	  "ignored, did you mean \"rulesets\"?\n" },
	{ "an unknown key like none", "{\"version\": 1, \"rulesets\": [" RULESET "]}",
	  "t:1:2: warning: unknown key \"version\" in a configuration {\"rulesets\": [...]} is "
	  "ignored\n" },
	{ "a key twice: the last counts", "{\"rulesets\": 5, \"rulesets\": [" RULESET "]}",
	  "t:1:2: warning: key \"rulesets\" is given again later; this one is ignored\n" },
	{ "a key twice, once in disguise", "{\"rule\\u0073ets\": 5, \"rulesets\": [" RULESET "]}",
	  "t:1:2: warning: key \"rulesets\" is given again later; this one is ignored\n" },
	{ "a key three times",
	  "{\"rulesets\": 5,\n\"rulesets\": 6,\n\"rulesets\": [" RULESET "]}",
	  "t:1:2: warning: key \"rulesets\" is given again later; this one is ignored\n"
	  "t:2:1: warning: key \"rulesets\" is given again later; this one is ignored\n" },
};

TABLE_TEST(config_syntax, accepted, accepted, row)
{
	struct parsed parsed = parsed_new(row->text);

	cr_expect(zero(int, parsed.err), "%s", row->why);
	cr_expect(not(zero(ptr, parsed.config)), "%s", row->why);
	cr_expect(eq(str, parsed.messages, (char *)row->messages), "%s", row->why);
	parsed_free(&parsed);
}

TABLE_TEST(config_syntax, strict, accepted, row)
{
	struct parsed parsed = parsed_new_bytes(row->text, strlen(row->text), true);

	cr_expect(eq(int, parsed.err, *row->messages ? -EINVAL : 0), "%s", row->why);
	cr_expect(eq(int, !parsed.config, !!*row->messages), "%s", row->why);
	parsed_free(&parsed);
}

Test(config_syntax, nul_byte)
{
	struct parsed parsed = parsed_new_bytes("{}\n \0 {}", 8, false);

	cr_expect(eq(int, parsed.err, -EINVAL));
	cr_expect(eq(str, parsed.messages,
		     (char *)"t:2:2: error: expected text, found a byte of value 0\n"));
	parsed_free(&parsed);
}

/* The caller's text need not end with a NUL: nothing behind its length may be looked at. */
Test(config_syntax, length_counts)
{
	struct parsed parsed = parsed_new_bytes(CONFIG "]]]", sizeof(CONFIG) - 1, true);

	cr_expect(zero(int, parsed.err), "%s", parsed.messages);
	parsed_free(&parsed);
}
