/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees for tests, made from tables of rows in memory: no files, so any row can be had, also such
 * as no machine has.
 */
#ifndef TESTS_UNIT_CGROUP_MADE_TREE_H
#define TESTS_UNIT_CGROUP_MADE_TREE_H

#include "cgroup/tree.h"

#define MADE_ROWS_MAX 64

struct made_tree {
	struct boomd_row rows[MADE_ROWS_MAX];
	const char *names[MADE_ROWS_MAX];
	size_t nr_rows;
	struct snapshot snapshot;
	struct cgroup_tree *tree;
};

/* With nothing but a root (id 1). */
void made_tree_init(struct made_tree *made);
void made_tree_fini(struct made_tree *made);
/*
 * Adds the cgroup, its parents too where they are missing; ids count up from 1. Returns its row,
 * for the test to fill in.
 */
struct boomd_row *made_tree_add(struct made_tree *made, const char *path);
/* Adds a row as it is, without a look at it. */
struct boomd_row *made_tree_row(struct made_tree *made, const char *name, struct boomd_row row);
/* Builds; returns what cgroup_tree_build returned. */
int made_tree_build(struct made_tree *made);
/* Every path in the tree's order, each with a space behind it; the root is "/". */
const char *made_tree_paths(const struct made_tree *made, char *buf, size_t size);

#endif
