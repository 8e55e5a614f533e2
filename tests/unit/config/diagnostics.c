/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages: their form, what strict does, and texts that would harm a terminal. */
#include "config/diagnostics.h"

#include <string.h>

#include "config/config.h"
#include "table_test.h"

static const struct {
	const char *why, *file;
	bool strict;
	enum severity severity;
	struct where at;
	const char *text, *formatted;
} forms[] = {
	{ "an error", "f.json", false, SEVERITY_ERROR, { 3, 7 }, "x", "f.json:3:7: error: x" },
	{ "a warning", "f.json", false, SEVERITY_WARNING, { 1, 1 }, "x", "f.json:1:1: warning: x" },
	{ "strict", "f.json", true, SEVERITY_WARNING, { 1, 1 }, "x", "f.json:1:1: error (strict): x" },
	{ "an error is one anyway", "f", true, SEVERITY_ERROR, { 1, 1 }, "x", "f:1:1: error: x" },
	{ "nowhere in particular", "f.json", false, SEVERITY_ERROR, { 0, 0 }, "x", "f.json: error: x" },
	{ "no file", NULL, false, SEVERITY_ERROR, { 1, 2 }, "x", ":1:2: error: x" },
	{ "control bytes", "f\n.json", false, SEVERITY_ERROR, { 1, 2 }, "a\033[2Jb\nc",
	  "f\\x0a.json:1:2: error: a\\x1b[2Jb\\x0ac" },
	{ "a format in the text is text", "f", false, SEVERITY_ERROR, { 1, 2 }, "%s%n",
	  "f:1:2: error: %s%n" },
};

TABLE_TEST(config_diagnostics, forms, forms, row)
{
	struct diagnostics diagnostics;
	bool is_error = row->strict || row->severity == SEVERITY_ERROR;
	char buf[256];

	diagnostics_init(&diagnostics, row->file, row->strict);
	diagnostics_add(&diagnostics, row->severity, row->at, "%s", row->text);
	cr_assert(eq(sz, diagnostics.nr_items, 1), "%s", row->why);
	cr_expect(eq(sz, diagnostics.nr_errors, is_error), "%s", row->why);
	cr_expect(eq(sz, diagnostics.nr_warnings, !is_error), "%s", row->why);
	cr_expect(eq(str, (char *)diagnostic_format(&diagnostics, diagnostics.items, buf, sizeof(buf)),
		     (char *)row->formatted),
		  "%s", row->why);
	diagnostics_fini(&diagnostics);
	cr_expect(zero(sz, diagnostics.nr_items));
	cr_expect(zero(sz, diagnostics.nr_errors));
}

Test(config_diagnostics, a_long_text_is_cut_between_characters)
{
	struct diagnostics diagnostics;
	char text[3001], small[16];

	for (size_t i = 0; i < 3000; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	text[3000] = '\0';
	diagnostics_init(&diagnostics, "f", false);
	for (size_t skip = 0; skip < 3; skip++) {
		const char *kept;
		size_t length;

		diagnostics_add(&diagnostics, SEVERITY_ERROR, (struct where){ 1, 1 }, "%s%s",
				&"ab"[skip], text);
		kept = diagnostics.items[skip].text;
		length = strlen(kept);
		cr_expect(lt(sz, length, 480));
		cr_expect(gt(sz, length, 400));
		cr_expect(eq(str, (char *)kept + length - 3, (char *)"..."));
		cr_expect(zero(sz, (length - 3 - (2 - skip)) % 3), "cut within a character");
	}
	diagnostic_format(&diagnostics, diagnostics.items, small, sizeof(small));
	cr_expect(eq(str, small, (char *)"f:1:1: error: a"));
	diagnostics_fini(&diagnostics);
}

static const struct {
	const char *why, *value;
	size_t offset;
	bool verbatim;
	struct where place;
} insides[] = {
	{ "behind the quote", "abc", 0, true, { 3, 11 } },
	{ "further on", "abc", 2, true, { 3, 13 } },
	{ "characters count", "\xc3\xa9\xe2\x82\xac" "b", 5, true, { 3, 13 } },
	{ "a string over lines", "a\nbc", 3, true, { 4, 2 } },
	{ "never behind the value", "abc", 1000, true, { 3, 14 } },
	{ "unknowable", "abc", 2, false, { 3, 10 } },
};

TABLE_TEST(config_diagnostics, insides, insides, row)
{
	const struct where value_at = { 3, 10 };
	struct where place = config_place_in(value_at, row->verbatim, row->value, row->offset);

	cr_expect(eq(uint, place.line, row->place.line), "%s", row->why);
	cr_expect(eq(uint, place.column, row->place.column), "%s", row->why);
}
