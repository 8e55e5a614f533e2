/* SPDX-License-Identifier: GPL-2.0-only */
/* docs/oomd-conformance.md is what the tables say, and the tables are whole. */
#include <stdlib.h>
#include <string.h>

#include "unit/conformance/catalogue.h"

#define PAGE	 "docs/oomd-conformance.md"
#define MIGRATING "docs/migrating-from-oomd.md"

static char *written(const char *path)
{
	static char text[512 * 1024];
	FILE *file = fopen(path, "re");
	size_t used;

	if (!file)
		return NULL;
	used = fread(text, 1, sizeof(text) - 1, file);
	text[used] = '\0';
	fclose(file);
	return text;
}

/* The first line that differs, for a message that can be read. */
static const char *first_difference(const char *a, const char *b, char *buf, size_t size)
{
	while (*a && *a == *b)
		a++, b++;
	snprintf(buf, size, "%.80s", a);
	return buf;
}

Test(conformance, page_is_what_the_tables_say)
{
	char *page = written(PAGE), *text = NULL, there[128];
	size_t size;
	FILE *out;

	if (!page)
		cr_skip_test("not in the project's folder");
	out = open_memstream(&text, &size);
	cr_assert(out != NULL);
	conformance_print(out);
	cr_assert(zero(int, fclose(out)));
	cr_expect(zero(int, strcmp(text, page)), "run `make conformance`; it differs at: %s",
		  first_difference(text, page, there, sizeof(there)));
	free(text);
}

/* The guide has the table of differences as it is now, and a line for every other one to stand in. */
Test(conformance, guide_has_the_differences)
{
	char *guide = written(MIGRATING), *text = NULL;
	size_t size;
	FILE *out;

	if (!guide)
		cr_skip_test("not in the project's folder");
	out = open_memstream(&text, &size);
	cr_assert(out != NULL);
	conformance_print_differences(out);
	cr_assert(zero(int, fclose(out)));
	cr_expect(strstr(guide, text) != NULL, "run `make conformance`");
	free(text);
}

Test(conformance, every_difference_has_a_reason)
{
	const struct conformance_section *section;

	for (size_t i = 0; (section = conformance_section(i)); i++) {
		cr_expect(gt(sz, section->nr_rows, 0), "%s", section->title);
		for (size_t j = 0; j < section->nr_rows; j++) {
			const struct conformance *row = conformance_row(section, j);

			cr_expect(row->test && *row->checks && *row->ours, "%s %zu", section->title, j);
			cr_expect(eq(int, row->theirs != NULL, row->why != NULL), "%s", row->test);
			if (row->theirs)
				cr_expect(ne(str, (char *)row->theirs, (char *)row->ours), "%s",
					  row->test);
		}
	}
}
