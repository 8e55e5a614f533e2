/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections in their order, and the page made of them: see catalogue.h. */
#include "unit/conformance/catalogue.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

#define SECTIONS(X)                                                                                \
	X(kill_machinery)                                                                          \
	X(detectors)                                                                               \
	X(kill_plugins)                                                                            \
	X(oomd_context)                                                                            \
	X(cgroup_context)                                                                          \
	X(config_compiler)                                                                         \
	X(per_cgroup)                                                                              \
	X(drop_ins)                                                                                \
	X(hooks)                                                                                   \
	X(json_parser)                                                                             \
	X(fs)                                                                                      \
	X(sizes)                                                                                   \
	X(arguments)                                                                               \
	X(exit_status)                                                                             \
	X(elsewhere)                                                                               \
	X(weaknesses)

#define DECLARE(name) extern const struct conformance_section conformance_section_##name;
#define POINTER(name) &conformance_section_##name,

SECTIONS(DECLARE)

static const struct conformance_section *const sections[] = { SECTIONS(POINTER) };

const struct conformance_section *conformance_section(size_t i)
{
	return i < ARRAY_SIZE(sections) ? sections[i] : NULL;
}

const struct conformance *conformance_row(const struct conformance_section *section, size_t j)
{
	return (const struct conformance *)((const char *)section->rows + j * section->row_size);
}

void conformance_expect(const struct conformance *is, const char *found)
{
	cr_expect(eq(str, (char *)found, (char *)is->ours), "%s: %s", is->test, is->checks);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void conformance_sort(const char *text, char buf[CONFORMANCE_TEXT_MAX])
{
	char copy[CONFORMANCE_TEXT_MAX], *words[WORDS_MAX], *more = NULL;
	size_t nr = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok_r(copy, " ", &more); word && nr < WORDS_MAX;
	     word = strtok_r(NULL, " ", &more))
		words[nr++] = word;
	qsort(words, nr, sizeof(*words), compare_words);
	for (size_t i = 0; i < nr; i++)
		strcat(strcat(buf, i ? " " : ""), words[i]);
}

/* Text in a cell: a bar would end it, a star or underline would change its face. */
static void print_cell(FILE *out, const char *text)
{
	fputs(" ", out);
	for (; *text; text++) {
		if (strchr("|*_<>\\`", *text))
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
	fputs(" |", out);
}

static void print_row(FILE *out, const struct conformance *row)
{
	fputs("|", out);
	print_cell(out, row->test);
	print_cell(out, row->checks);
	print_cell(out, row->ours);
	print_cell(out, row->theirs ? row->theirs : "same");
	print_cell(out, row->why ? row->why : "");
	fputs("\n", out);
}

void conformance_print(FILE *out)
{
	const struct conformance_section *section;
	size_t nr_rows = 0, nr_differ = 0;

	for (size_t i = 0; (section = conformance_section(i)); i++)
		for (size_t j = 0; j < section->nr_rows; j++, nr_rows++)
			nr_differ += conformance_row(section, j)->theirs != NULL;
	fprintf(out,
		"# How boomd conforms to oomd, case by case\n\n"
		"Written by `make conformance` from the tables in tests/unit/conformance/; do not edit. "
		"Each row is a test that\nruns: what stands under *boomd* is what it asserts. Cases have "
		"the names they have in oomd's own tests\n([oomd.md](oomd.md), section 5). %zu cases, of "
		"which %zu come out differently on purpose.\n\n"
		"C: CONTINUE, S: STOP, A: not finished (asynchronous), one for each tick; then who was "
		"killed, by process or by\ncgroup. The value behind `=` is the field's.\n",
		nr_rows, nr_differ);
	for (size_t i = 0; (section = conformance_section(i)); i++) {
		fprintf(out, "\n## %s\n\n| case | what | boomd | oomd | why different |\n"
			     "|---|---|---|---|---|\n", section->title);
		for (size_t j = 0; j < section->nr_rows; j++)
			print_row(out, conformance_row(section, j));
	}
	conformance_print_others(out);
}

/* Both refuse; boomd says more about it. */
static bool only_words_differ(const struct conformance *row)
{
	return !strncmp(row->theirs, "refused", strlen("refused")) ||
	       !strncmp(row->theirs, "no engine", strlen("no engine")) ||
	       !strncmp(row->theirs, "Required arg", strlen("Required arg"));
}

void conformance_print_differences(FILE *out)
{
	const struct conformance_section *section;

	fprintf(out, "| case | what | boomd | oomd | why |\n|---|---|---|---|---|\n");
	for (size_t i = 0; (section = conformance_section(i)); i++)
		for (size_t j = 0; j < section->nr_rows; j++) {
			const struct conformance *row = conformance_row(section, j);

			if (!row->theirs || only_words_differ(row))
				continue;
			print_row(out, row);
		}
}
