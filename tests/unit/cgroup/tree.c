/* SPDX-License-Identifier: GPL-2.0-only */
/* The tree: what rows make one, in which order, and which are left out. */
#include "cgroup/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"
#include "unit/cgroup/made_tree.h"

struct test_row {
	uint64_t id, parent_id;
	uint32_t level;
	const char *name;
};

static const struct {
	const char *why;
	struct test_row rows[8]; /* up to the first without a name */
	int size;
	const char *paths; /* in the tree's order */
} shapes[] = {
	{ "no rows", { { 0 } }, 0, "" },
	{ "rows but no root", { { 2, 1, 1, "a" }, { 3, 2, 2, "b" } }, 0, "" },
	{ "a root that is below something is none", { { 1, 5, 0, "" }, { 2, 1, 1, "a" } }, 0, "" },
	{ "a row at some level without parent is no root",
	  { { 7, 0, 3, "x" }, { 9, 0, 0, "" }, { 8, 7, 4, "y" } },
	  1,
	  "/ " },
	{ "of two roots the one with the lower id",
	  { { 9, 0, 0, "" }, { 4, 0, 0, "" }, { 10, 9, 1, "b" }, { 5, 4, 1, "a" } },
	  2,
	  "/ a " },
	{ "an id of 0 is none",
	  { { 1, 0, 0, "" }, { 0, 1, 1, "a" }, { 2, 1, 1, "b" } },
	  2,
	  "/ b " },
	{ "of two rows with an id the first counts",
	  { { 1, 0, 0, "" }, { 2, 1, 1, "a" }, { 2, 1, 1, "b" }, { 3, 2, 2, "c" } },
	  3,
	  "/ a a/c " },
	{ "a second row with the root's id",
	  { { 1, 0, 0, "" }, { 1, 1, 1, "a" }, { 2, 1, 1, "b" } },
	  2,
	  "/ b " },
	{ "its own parent", { { 1, 0, 0, "" }, { 2, 2, 1, "a" }, { 3, 2, 2, "b" } }, 1, "/ " },
	{ "a cycle of two and what hangs on it",
	  { { 1, 0, 0, "" },
	    { 2, 3, 1, "a" },
	    { 3, 2, 2, "b" },
	    { 4, 3, 3, "c" },
	    { 5, 1, 1, "d" } },
	  2,
	  "/ d " },
	{ "a missing parent takes all below it along",
	  { { 1, 0, 0, "" }, { 3, 2, 2, "b" }, { 4, 3, 3, "c" }, { 5, 1, 1, "d" } },
	  2,
	  "/ d " },
	{ "a garbage level does not matter",
	  { { 1, 0, 0, "" }, { 2, 1, 77, "a" }, { 3, 2, 0, "b" } },
	  3,
	  "/ a a/b " },
	{ "only a root", { { 1, 0, 0, "" } }, 1, "/ " },
	{ "children by id, children of a child before its sibling, rows in any order",
	  { { 6, 3, 2, "z" },
	    { 5, 1, 1, "c" },
	    { 4, 2, 2, "y" },
	    { 3, 1, 1, "b" },
	    { 1, 0, 0, "" },
	    { 2, 1, 1, "a" },
	    { 7, 2, 2, "x" } },
	  7,
	  "/ a a/y a/x b b/z c " },
	{ "ids that differ in their upper bits only",
	  { { 1ULL << 63, 0, 0, "" },
	    { 3ULL << 62, 1ULL << 63, 1, "d" },
	    { (1ULL << 63) + (1ULL << 40), 1ULL << 63, 1, "b" },
	    { (1ULL << 63) + (1ULL << 32), 1ULL << 63, 1, "a" },
	    { (1ULL << 63) + (1ULL << 48), 1ULL << 63, 1, "c" } },
	  5,
	  "/ a b c d " },
};

TABLE_TEST(tree, shapes, shapes, shape)
{
	struct made_tree made;
	char paths[1024];

	made_tree_init(&made);
	made.nr_rows = 0; /* the table brings its own root */
	free((char *)made.names[0]);
	for (const struct test_row *row = shape->rows; row->name; row++)
		made_tree_row(&made, row->name,
			      (struct boomd_row){ .id = row->id,
						  .parent_id = row->parent_id,
						  .level = row->level });
	cr_expect(eq(int, made_tree_build(&made), shape->size), "%s", shape->why);
	cr_expect(eq(sz, cgroup_tree_size(made.tree), (size_t)shape->size), "%s", shape->why);
	cr_expect(
		eq(str, (char *)made_tree_paths(&made, paths, sizeof(paths)), (char *)shape->paths),
		"%s", shape->why);
	made_tree_fini(&made);
}

Test(tree, links_both_ways)
{
	struct made_tree made;
	struct cgroup *root, *a, *b;

	made_tree_init(&made);
	made_tree_add(&made, "a");
	made_tree_add(&made, "b/c");
	cr_assert(eq(int, made_tree_build(&made), 4));
	root = cgroup_tree_root(made.tree);
	a = cgroup_tree_by_path(made.tree, "a");
	b = cgroup_tree_by_path(made.tree, "b");
	cr_assert(root && a && b);
	cr_expect(eq(ptr, root->parent, NULL));
	cr_expect(eq(ptr, root->first_child, a));
	cr_expect(eq(ptr, a->next_sibling, b));
	cr_expect(eq(ptr, a->first_child, NULL));
	cr_expect(eq(ptr, b->next_sibling, NULL));
	cr_expect(eq(ptr, b->first_child->parent, b));
	cr_expect(eq(ptr, (void *)b->row, &made.rows[2]));
	made_tree_fini(&made);
}

Test(tree, finds_by_id_only_what_is_in_it)
{
	struct made_tree made;

	made_tree_init(&made);
	cr_expect(eq(ptr, cgroup_tree_by_id(made.tree, 1), NULL), "nothing is built yet");
	cr_expect(eq(ptr, cgroup_tree_root(made.tree), NULL), "nothing is built yet");
	made_tree_add(&made, "a");
	made_tree_row(&made, "orphan", (struct boomd_row){ .id = 50, .parent_id = 49 });
	cr_assert(eq(int, made_tree_build(&made), 2));
	cr_expect(eq(ptr, cgroup_tree_by_id(made.tree, 2), cgroup_tree_by_path(made.tree, "a")));
	cr_expect(eq(ptr, cgroup_tree_by_id(made.tree, 50), NULL), "an orphan");
	cr_expect(eq(ptr, cgroup_tree_by_id(made.tree, 3), NULL), "never seen");
	cr_expect(eq(ptr, cgroup_tree_by_id(made.tree, 0), NULL), "no id");
	made.nr_rows--;
	made.rows[1].id = 77;
	cr_assert(eq(int, made_tree_build(&made), 2));
	cr_expect(eq(ptr, cgroup_tree_by_id(made.tree, 2), NULL), "of the tree before");
	cr_expect(ne(ptr, cgroup_tree_by_id(made.tree, 77), NULL));
	free((char *)made.names[2]);
	made_tree_fini(&made);
}

static const struct {
	const char *why, *path, *found; /* NULL: not found */
} by_path[] = {
	{ "not there", "x", NULL },
	{ "a file below a leaf", "a/b/c/d", NULL },
	{ "the beginning of a name", "ab", NULL },
	{ "a name and more", "abcd", NULL },
	{ "a pattern is no path", "a*", NULL },
	{ "\"..\" is a name that nobody has", "a/..", NULL },
	{ "the root", "", "" },
	{ "the root as oomd writes it", "/", "" },
	{ "a child", "abc", "abc" },
	{ "deeper", "a/b/c", "a/b/c" },
	{ "more slashes than needed", "/a//b/", "a/b" },
};

TABLE_TEST(tree, finds_by_path, by_path, row)
{
	struct made_tree made;
	struct cgroup *found;
	char path[64];

	made_tree_init(&made);
	made_tree_add(&made, "abc");
	made_tree_add(&made, "a/b/c");
	made_tree_build(&made);
	found = cgroup_tree_by_path(made.tree, row->path);
	cr_expect(eq(int, found != NULL, row->found != NULL), "%s", row->why);
	if (found && row->found)
		cr_expect(
			eq(str, (char *)cgroup_path(found, path, sizeof(path)), (char *)row->found),
			"%s", row->why);
	made_tree_fini(&made);
}

static const struct {
	const char *why;
	size_t size;
	const char *path; /* of "abc/de/f" */
} cuts[] = {
	{ "room for the NUL", 1, "" },	       { "in the first name", 3, "ab" },
	{ "behind the first name", 4, "abc" }, { "behind a slash", 5, "abc/" },
	{ "before the last", 8, "abc/de/" },   { "all but fits", 8, "abc/de/" },
	{ "just fits", 9, "abc/de/f" },	       { "more than fits", 100, "abc/de/f" },
};

TABLE_TEST(tree, cuts_paths, cuts, row)
{
	struct made_tree made;
	char path[128];

	made_tree_init(&made);
	made_tree_add(&made, "abc/de/f");
	made_tree_build(&made);
	memset(path, '#', sizeof(path));
	cr_expect(
		eq(str,
		   (char *)cgroup_path(cgroup_tree_by_path(made.tree, "abc/de/f"), path, row->size),
		   (char *)row->path),
		"%s", row->why);
	cr_expect(eq(chr, path[row->size], '#'), "nothing behind the end: %s", row->why);
	cr_expect(eq(str, (char *)cgroup_path(cgroup_tree_root(made.tree), path, row->size), ""));
	path[0] = '#';
	cgroup_path(cgroup_tree_root(made.tree), path, 0);
	cr_expect(eq(chr, path[0], '#'), "no room at all");
	made_tree_fini(&made);
}

Test(tree, knows_what_is_below)
{
	struct made_tree made;
	struct cgroup *root, *a, *b, *c;

	made_tree_init(&made);
	made_tree_add(&made, "a/b");
	made_tree_add(&made, "c");
	made_tree_build(&made);
	root = cgroup_tree_root(made.tree);
	a = cgroup_tree_by_path(made.tree, "a");
	b = cgroup_tree_by_path(made.tree, "a/b");
	c = cgroup_tree_by_path(made.tree, "c");
	cr_expect(cgroup_is_below(b, a));
	cr_expect(cgroup_is_below(b, root));
	cr_expect(cgroup_is_below(b, b), "itself counts");
	cr_expect(not(cgroup_is_below(a, b)));
	cr_expect(not(cgroup_is_below(c, a)));
	cr_expect(not(cgroup_is_below(NULL, a)));
	made_tree_fini(&made);
}

/* Rows of a chain or a star, ids in an order that is neither up nor down. */
static struct boomd_row *many_rows(size_t nr_rows, bool chain)
{
	struct boomd_row *rows = calloc(nr_rows, sizeof(*rows));

	cr_assert(rows != NULL);
	for (size_t i = 0; i < nr_rows; i++) {
		size_t at = (i * 7919) % nr_rows; /* prime to the powers of 2 used below */

		rows[at].id = i + 1;
		rows[at].level = (uint32_t)(chain ? i : !!i);
		rows[at].parent_id = chain ? i : !!i;
		rows[at].memory_bytes = 1;
	}
	return rows;
}

static void expect_many(size_t nr_rows, bool chain)
{
	struct boomd_row *rows = many_rows(nr_rows, chain);
	const char **names = calloc(nr_rows, sizeof(*names));
	const struct snapshot snapshot = { .nr_rows = nr_rows, .rows = rows, .names = names };
	struct cgroup_tree *tree;

	cr_assert(zero(int, cgroup_tree_new(BOOMD_CGROUPS_MAX, &tree)));
	for (size_t turn = 0; turn < 2; turn++) {
		cr_assert(eq(int, cgroup_tree_build(tree, &snapshot), (int)nr_rows));
		for (size_t i = 0; i < nr_rows; i++)
			cr_assert(eq(u64, cgroup_tree_at(tree, i)->row->id, i + 1),
				  "both shapes have their ids in order");
		cr_expect(eq(ptr, cgroup_tree_at(tree, nr_rows), NULL));
	}
	cgroup_tree_free(tree);
	free(names);
	free(rows);
}

Test(tree, takes_as_many_as_it_was_made_for)
{
	expect_many(BOOMD_CGROUPS_MAX, false);
	expect_many(BOOMD_CGROUPS_MAX, true);
}

Test(tree, says_when_there_are_more)
{
	struct boomd_row *rows = many_rows(8, false);
	const struct snapshot snapshot = { .nr_rows = 8, .rows = rows };
	struct cgroup_tree *tree;

	for (size_t i = 0; i < 8; i++)
		rows[i] = (struct boomd_row){ .id = i + 1, .parent_id = !!i, .level = !!i };
	cr_assert(zero(int, cgroup_tree_new(5, &tree)));
	cr_expect(eq(int, cgroup_tree_build(tree, &snapshot), -E2BIG));
	cr_expect(eq(sz, cgroup_tree_size(tree), 5), "the first five rows are there");
	cr_expect(eq(str, (char *)cgroup_tree_at(tree, 4)->name, ""), "names are not needed");
	cgroup_tree_free(tree);
	cgroup_tree_free(NULL);
	free(rows);
}
