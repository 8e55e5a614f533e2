/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines and columns, counted as an editor does. */
#include <errno.h>
#include <string.h>

#include "config/dialect.h"
#include "config/position.h"
#include "table_test.h"

/* Each text has one key "x" on the top level; where are it and its value? */
static const struct {
	const char *why, *text;
	struct where key, value;
} places[] = {
	{ "from 1", "{\"x\":1}", { 1, 2 }, { 1, 6 } },
	{ "blanks", " { \"x\" : 1 } ", { 1, 4 }, { 1, 10 } },
	{ "a tab is one character", "{\n\t\"x\":\t1}", { 2, 2 }, { 2, 7 } },
	{ "CRLF is one line end", "{\r\n\"x\":\r\n1}", { 2, 1 }, { 3, 1 } },
	{ "empty lines", "\n\n{\n\n\"x\":\n\n\n1}", { 5, 1 }, { 8, 1 } },
	{ "characters, not bytes", "{\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\":1,\"x\":2}", { 1, 10 }, { 1, 14 } },
	{ "also in comments", "{/*\xe2\x82\xac*/\"x\":/*\xc3\xa9*/1}", { 1, 7 }, { 1, 16 } },
	{ "a line comment", "{// a\n\"x\": // b\n1}", { 2, 1 }, { 3, 1 } },
	{ "a comment over lines", "{/* a\n b\n*/\"x\":1}", { 3, 3 }, { 3, 7 } },
	{ "brackets and escapes in strings", "{\"a]}\\\"\\\\\":\"[{\",\"x\":\"\"}", { 1, 17 }, { 1, 21 } },
	{ "a string over lines", "{\"a\":\"b\nc\",\"x\":1}", { 2, 4 }, { 2, 8 } },
	{ "behind lists and objects", "{\"a\":[[],{},[{\"x\":0}]],\"x\":1}", { 1, 24 }, { 1, 28 } },
	{ "behind every kind of word", "{\"a\":[true,false,null,-1.5e+3],\"x\":[]}", { 1, 32 }, { 1, 36 } },
	{ "the last of doubles", "{\"x\":1,\"y\":2,\"x\":3,\"z\":4}", { 1, 14 }, { 1, 18 } },
	{ "the last of doubles, written otherwise", "{\"x\":1,\"\\u0078\":3}", { 1, 8 }, { 1, 17 } },
};

TABLE_TEST(config_position, places, places, row)
{
	struct positions positions;
	size_t length = strlen(row->text), at = 0, index;
	char json[256];

	strcpy(json, row->text);
	dialect_blank(json, length);
	cr_assert(zero(int, positions_build(row->text, json, length, &positions, &at)), "%s",
		  row->why);
	index = position_member(&positions, 0, "x");
	cr_assert(index > 0, "%s: not found", row->why);
	cr_expect(eq(uint, positions.items[index].key_at.line, row->key.line), "%s", row->why);
	cr_expect(eq(uint, positions.items[index].key_at.column, row->key.column), "%s", row->why);
	cr_expect(eq(uint, positions.items[index].at.line, row->value.line), "%s", row->why);
	cr_expect(eq(uint, positions.items[index].at.column, row->value.column), "%s", row->why);
	cr_expect(zero(sz, position_member(&positions, 0, "none")));
	positions_free(&positions);
}

/* Whatever json-c may let pass one day: no place is found, and none is made up. */
static const struct {
	const char *text;
	size_t at;
} not_understood[] = {
	{ "", 0 },	  { "{", 1 },	    { "[", 1 },	     { "[1", 2 },      { "\"x", 2 },
	{ "\"x\\", 3 },	  { "{\"x\"", 4 },  { "{\"x\":", 5 }, { "{x:1}", 1 },   { "[1 2]", 3 },
	{ "[NaN]", 1 },	  { "-Infinity", 0 }, { "[Infinity]", 1 }, { "'x'", 0 }, { "{\"x\" 1}", 5 },
	{ "[1,]", 3 },	  { "}", 0 },	    { "{1}", 1 },    { "[1}", 2 },
};

TABLE_TEST(config_position, not_understood, not_understood, row)
{
	struct positions positions;
	size_t length = strlen(row->text), at = 99;

	cr_expect(eq(int, positions_build(row->text, row->text, length, &positions, &at), -EINVAL),
		  "%s", row->text);
	cr_expect(eq(sz, at, row->at), "%s", row->text);
}

Test(config_position, deeper_than_the_stack)
{
	struct positions positions;
	char text[100000];
	size_t at;

	memset(text, '[', sizeof(text));
	cr_expect(eq(int, positions_build(text, text, sizeof(text), &positions, &at), -EINVAL));
	cr_expect(lt(sz, at, 1000));
}

static const struct {
	const char *why, *text, *blanked;
} dialects[] = {
	{ "nothing to do", "{\"a\":[1,2]}", "{\"a\":[1,2]}" },
	{ "a line comment keeps its line end", "1//a\n2", "1   \n2" },
	{ "and CRLF", "1//a\r\n2", "1   \r\n2" },
	{ "a block comment keeps its lines", "/*a\nb*/1", "   \n   1" },
	{ "a comment at the very end", "1//", "1  " },
	{ "a slash at the very end", "1/", "1/" },
	{ "a block comment not closed stays", "1/*a*", "1/*a*" },
	{ "comments do not nest", "/*/*a*/*/", "       */" },
	{ "not in strings", "\"//a/*b*/\"", "\"//a/*b*/\"" },
	{ "not behind an escaped quote", "\"\\\"//a\"", "\"\\\"//a\"" },
	{ "behind an escaped backslash", "\"\\\\\"//a", "\"\\\\\"   " },
	{ "a string not closed", "\"//a", "\"//a" },
	{ "a trailing comma of a list", "[1,]", "[1 ]" },
	{ "a trailing comma of an object", "{\"a\":1,\n}", "{\"a\":1 \n}" },
	{ "a trailing comma before a comment", "[1,/**/]", "[1     ]" },
	{ "not a comma that follows no value", "[,]{,}[1,,]", "[,]{,}[1,,]" },
	{ "not a comma in a string", "[\",\"]", "[\",\"]" },
};

TABLE_TEST(config_position, dialects, dialects, row)
{
	char text[64];

	strcpy(text, row->text);
	dialect_blank(text, strlen(text));
	cr_expect(eq(str, text, (char *)row->blanked), "%s", row->why);
}
