/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * oomd's own tests (oomd.md section 5) as tables of ours, one row a case, by oomd's names.
 *
 * A row says what the case checks, what comes out of boomd and, where that is something else, what
 * comes out of oomd and why. What the row says of boomd is what its test asserts, so that the page
 * made of the tables (docs/oomd-conformance.md) cannot say anything that was not tested.
 *
 *	static const struct {
 *		struct conformance is;
 *		struct machine_play play;
 *	} detectors[] = { ... };
 *
 *	CONFORMANCE(detectors, "5.1 Detectors", detectors, row)
 *	{
 *		char found[CONFORMANCE_TEXT_MAX];
 *
 *		conformance_expect(&row->is, machine_play(&row->play, found));
 *	}
 */
#ifndef TESTS_CONFORMANCE_CATALOGUE_H
#define TESTS_CONFORMANCE_CATALOGUE_H

#include <stddef.h>
#include <stdio.h>

#include "table_test.h"

#define CONFORMANCE_TEXT_MAX 1024

/* The first member of every row. */
struct conformance {
	const char *test;   /* oomd's name for it, "Suite.Name" */
	const char *checks; /* what is done */
	const char *ours;   /* what comes out: asserted */
	const char *theirs; /* what comes out of oomd; NULL: the same */
	const char *why;    /* it differs; NULL unless it does */
};

struct conformance_section {
	const char *title;
	const void *rows;
	size_t nr_rows, row_size;
};

/* Defines the section, which has to be listed in catalogue.c, and a test for each of its rows. */
#define CONFORMANCE(name, heading, table, row)                                                     \
	extern const struct conformance_section conformance_section_##name;                        \
	const struct conformance_section conformance_section_##name = { heading, table, ARRAY_SIZE(table), \
								sizeof((table)[0]) };              \
	TABLE_TEST(conformance, name, table, row)

void conformance_expect(const struct conformance *is, const char *found);

/*
 * Words in the order of the alphabet, appended to buf: children come in the order of their ids, which
 * is no order that a test could know.
 */
void conformance_sort(const char *words, char buf[CONFORMANCE_TEXT_MAX]);

/* The page, docs/oomd-conformance.md. */
void conformance_print(FILE *out);
/* A part of it: what other tests prove, and what there is nothing to compare with. */
void conformance_print_others(FILE *out);
/* Where both do something else, for docs/migrating-from-oomd.md: rows where more than words differ. */
void conformance_print_differences(FILE *out);
/* Section i, NULL behind the last; its row j. */
const struct conformance_section *conformance_section(size_t i);
const struct conformance *conformance_row(const struct conformance_section *section, size_t j);

#endif
