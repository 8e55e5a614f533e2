/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TABLE_TEST: one Criterion test per row of a table.
 *
 * Criterion copies a parameter into another process, so a pointer inside it is
 * garbage there (PIE moves everything). Only the row's number crosses; the row
 * itself stays in the program.
 */
#ifndef TESTS_TABLE_TEST_H
#define TESTS_TABLE_TEST_H

#include <stddef.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#define TABLE_TEST(suite, name, table, row)                                                        \
	static void suite##_##name(const __typeof__((table)[0]) *row);                             \
	ParameterizedTestParameters(suite, name)                                                   \
	{                                                                                          \
		static size_t rows[ARRAY_SIZE(table)];                                             \
		for (size_t i = 0; i < ARRAY_SIZE(table); i++)                                     \
			rows[i] = i;                                                               \
		return cr_make_param_array(size_t, rows, ARRAY_SIZE(table));                       \
	}                                                                                          \
	ParameterizedTest(size_t *i, suite, name)                                                  \
	{                                                                                          \
		suite##_##name(&(table)[*i]);                                                      \
	}                                                                                          \
	static void suite##_##name(const __typeof__((table)[0]) *row)

#endif
