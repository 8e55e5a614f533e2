/* SPDX-License-Identifier: GPL-2.0-only */
/* Patterns: the grammar, what is refused, and what they find in one tree. */
#include "cgroup/pattern.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "table_test.h"
#include "unit/cgroup/made_tree.h"

#define ARENA_BYTES 65536

static const struct {
	const char *why, *text;
	size_t offset;
} refused[] = {
	{ "out of the root", "..", 0 },
	{ "out of the root from below", "a/../../b", 2 },
	{ "out of the root, one of many", "a,b,c/..,d", 6 },
	{ "behind slashes", "///..", 3 },
	{ "behind a dot", "./..", 2 },
	{ "in the middle, even where it would stay inside", "a/../b", 2 },
	{ "behind a star", "*/..", 2 },
};

TABLE_TEST(pattern, refused, refused, row)
{
	struct cgroup_patterns patterns = { .nr_items = 77 };
	const char *why = NULL;
	size_t offset = 0;

	cr_expect(eq(int, cgroup_patterns_parse(row->text, &patterns, &why, &offset), -EINVAL),
		  "%s", row->why);
	cr_expect(eq(sz, offset, row->offset), "%s", row->why);
	cr_expect(ne(ptr, (void *)why, NULL), "%s", row->why);
	cr_expect(eq(sz, patterns.nr_items, 77), "untouched: %s", row->why);
}

/* Components of a pattern with a space behind each, patterns with a '|' behind each. */
static const struct {
	const char *why, *text, *parts;
} grammar[] = {
	{ "empty text is an empty set", "", "" },
	{ "nothing but commas too", ",,,", "" },
	{ "the root", "/", "|" },
	{ "the root with slashes to spare", "////", "|" },
	{ "the root as a dot", ".", "|" },
	{ "dots are dropped", "./a/./b/.", "a b |" },
	{ "three dots are a name", "...", "... |" },
	{ "two dots and more are a name", "..a/b..", "..a b.. |" },
	{ "a name that begins with a dot", ".a", ".a |" },
	{ "empty pieces are dropped", ",a,,b,", "a |b |" },
	{ "empty components are dropped", "/a//b/", "a b |" },
	{ "nothing is trimmed", " a , b ", " a  | b  |" },
	{ "braces are split at their comma, as by oomd", "{a,b}", "{a |b} |" },
	{ "many", "a/b,c/d,/", "a b |c d ||" },
	{ "one-letter components leave room for all", "a/b/c/d/e/f", "a b c d e f |" },
	{ "control bytes are names too", "a\nb/\t", "a\nb \t |" },
};

TABLE_TEST(pattern, grammar, grammar, row)
{
	struct cgroup_patterns patterns;
	char parts[256] = "";
	const char *why;
	size_t offset;

	cr_assert(zero(int, cgroup_patterns_parse(row->text, &patterns, &why, &offset)), "%s",
		  row->why);
	for (size_t i = 0; i < patterns.nr_items; i++) {
		for (size_t j = 0; j < patterns.items[i].nr_components; j++) {
			strcat(parts, patterns.items[i].components[j]);
			strcat(parts, " ");
		}
		strcat(parts, "|");
	}
	cr_expect(eq(str, parts, (char *)row->parts), "%s", row->why);
	cr_expect(eq(str, patterns.text, (char *)row->text), "as written: %s", row->why);
	cgroup_patterns_free(&patterns);
	cgroup_patterns_free(&patterns);
	cgroup_patterns_free(NULL);
}

static const char *const paths[] = {
	"dir1",
	"dir2/dir1",
	"dir2/dir3/deep",
	"dir3",
	"file-1.service",
	".hidden/below",
	"system.slice/foo-1.service",
	"system.slice/foo-2.service",
	"system.slice/bar.service",
	"system.slice/.dot.service",
	"user.slice/user-0.slice/foo-3.service",
	"{a/b}",
	"system.slice/dev\\x2dsda.swap",
};

static const struct {
	const char *why, *text;
	const char *base; /* NULL: the root */
	const char *found;
} finds[] = {
	{ "an empty set", "", NULL, "" },
	{ "not there", "NOT_EXIST", NULL, "" },
	{ "deeper than anything", "*/*/*/*/*/*/*/*", NULL, "" },
	{ "a bracket without an end is a letter", "[dir1", NULL, "" },
	{ "the name's case counts", "DIR1", NULL, "" },
	{ "a whole name is wanted", "dir", NULL, "" },
	{ "a leading dot is matched by no star", "*/below", NULL, "" },
	{ "nor by a question mark", "?hidden", NULL, "" },
	{ "nor by a bracket", "[.]hidden", NULL, "" },
	{ "a leading dot is matched by a dot", ".h*", NULL, ".hidden " },
	{ "\".*\" finds what begins with a dot, not . and ..", ".*", NULL, ".hidden " },
	{ "the root", "/", NULL, "/ " },
	{ "several, in the tree's order and not in the pattern's", "dir3,dir1,NOT_EXIST", NULL,
	  "dir1 dir3 " },
	{ "oomd's GetMultiple: no doubles", "dir1,dir*,dir1", NULL, "dir1 dir2 dir3 " },
	{ "parents first", "dir2/dir3/deep,dir2,dir2/*", NULL,
	  "dir2 dir2/dir1 dir2/dir3 dir2/dir3/deep " },
	{ "a star in the middle", "*/dir3", NULL, "dir2/dir3 " },
	{ "a star does not go down", "*.service", NULL, "file-1.service " },
	{ "two levels", "system.slice/foo-*.service", NULL,
	  "system.slice/foo-1.service system.slice/foo-2.service " },
	{ "three levels, all stars but the last", "*/*/foo-*", NULL,
	  "user.slice/user-0.slice/foo-3.service " },
	{ "a question mark is one letter", "dir?", NULL, "dir1 dir2 dir3 " },
	{ "a range", "dir[2-9]", NULL, "dir2 dir3 " },
	{ "not in a range", "dir[!2-9]", NULL, "dir1 " },
	{ "two stars are one", "dir**", NULL, "dir1 dir2 dir3 " },
	{ "braces are letters", "{a/b}", NULL, "{a/b} " },
	{ "a backslash makes a letter of what follows", "system.slice/dev\\\\x2d*", NULL,
	  "system.slice/dev\\x2dsda.swap " },
	{ "so that it is not found without one", "system.slice/dev\\x2d*", NULL, "" },
	{ "below a base", "dir3", "dir2", "dir2/dir3 " },
	{ "the base itself", "/", "dir2", "dir2 " },
	{ "the base itself, as a dot", ".", "dir2", "dir2 " },
	{ "not below the base (oomd's GetRulesetCgroups)", "dir2", "dir2", "" },
	{ "what lies beside the base is not below it", "*", "dir2/dir1", "" },
	{ "deeper below a base", "*/deep", "dir2", "dir2/dir3/deep " },
};

static void add_paths(struct made_tree *made)
{
	made_tree_init(made);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		made_tree_add(made, paths[i]);
	cr_assert(gt(int, made_tree_build(made), (int)ARRAY_SIZE(paths)));
}

static void list_paths(const struct cgroup_list *list, char *buf, size_t size)
{
	char path[CGROUP_PATH_MAX];
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; i < list->nr_items; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s ",
					 list->items[i]->parent
						 ? cgroup_path(list->items[i], path, sizeof(path))
						 : "/");
}

TABLE_TEST(pattern, finds, finds, row)
{
	struct cgroup_patterns patterns;
	struct cgroup *base = NULL, *cgroup;
	struct cgroup_list list;
	struct made_tree made;
	struct arena arena;
	const char *why;
	char found[1024];
	size_t offset, at = 0;

	add_paths(&made);
	cr_assert(zero(int, arena_init(&arena, ARENA_BYTES)));
	cr_assert(zero(int, cgroup_patterns_parse(row->text, &patterns, &why, &offset)));
	if (row->base) {
		base = cgroup_tree_by_path(made.tree, row->base);
		cr_assert(ne(ptr, base, NULL));
	}
	cr_assert(zero(int, cgroup_patterns_resolve(&patterns, made.tree, base, &arena, &list)));
	list_paths(&list, found, sizeof(found));
	cr_expect(eq(str, found, (char *)row->found), "%s", row->why);

	/* asking each cgroup for itself gives the same */
	for (size_t i = 0; !base && (cgroup = cgroup_tree_at(made.tree, i)); i++) {
		bool listed = at < list.nr_items && list.items[at] == cgroup;

		cr_expect(eq(int, cgroup_patterns_match(&patterns, cgroup), listed), "%s at %s",
			  row->why, cgroup->name);
		at += listed;
	}
	cgroup_patterns_free(&patterns);
	arena_fini(&arena);
	made_tree_fini(&made);
}

static const struct {
	const char *why, *cgroup, *ruleset_cgroup, *found;
} unions[] = {
	{ "nothing and nothing", "", "x", "" },
	{ "oomd's GetRulesetCgroups", "dir1", "dir3", "dir1 dir2/dir3 " },
	{ "only the base", "", "/", "dir2 " },
	{ "found from both", "dir2/*", "dir3,dir1", "dir2/dir1 dir2/dir3 " },
	{ "the second ends first", "dir3,dir2", "dir1", "dir2 dir2/dir1 dir3 " },
};

TABLE_TEST(pattern, unions, unions, row)
{
	struct cgroup_patterns a, b;
	struct cgroup_list a_list, b_list, list;
	struct made_tree made;
	struct arena arena;
	const char *why;
	char found[1024];
	size_t offset;

	add_paths(&made);
	cr_assert(zero(int, arena_init(&arena, ARENA_BYTES)));
	cr_assert(zero(int, cgroup_patterns_parse(row->cgroup, &a, &why, &offset)));
	cr_assert(zero(int, cgroup_patterns_parse(row->ruleset_cgroup, &b, &why, &offset)));
	cr_assert(zero(int, cgroup_patterns_resolve(&a, made.tree, NULL, &arena, &a_list)));
	cr_assert(zero(int, cgroup_patterns_resolve(&b, made.tree,
						    cgroup_tree_by_path(made.tree, "dir2"), &arena,
						    &b_list)));
	cr_assert(zero(int, cgroup_list_union(&a_list, &b_list, &arena, &list)));
	list_paths(&list, found, sizeof(found));
	cr_expect(eq(str, found, (char *)row->found), "%s", row->why);
	cgroup_patterns_free(&a);
	cgroup_patterns_free(&b);
	arena_fini(&arena);
	made_tree_fini(&made);
}

Test(pattern, an_arena_that_is_used_up_is_an_error)
{
	struct cgroup_patterns patterns;
	struct cgroup_list list = { .nr_items = 77 };
	struct made_tree made;
	struct arena arena;
	const char *why;
	size_t offset;
	int err = -ENOMEM, nr_errors = 0;

	add_paths(&made);
	cr_assert(zero(int, cgroup_patterns_parse("*", &patterns, &why, &offset)));
	cr_assert(zero(int, arena_init(&arena, 4096)));
	for (arena.size = 0; err; arena.size++, nr_errors++) {
		arena_reset(&arena);
		err = cgroup_patterns_resolve(&patterns, made.tree, NULL, &arena, &list);
		cr_assert(err == 0 || err == -ENOMEM);
		if (err)
			cr_assert(eq(sz, list.nr_items, 77), "untouched");
	}
	cr_expect(gt(int, nr_errors, 10), "both what marks and what is listed need room");
	arena.size = arena.used;
	cr_expect(eq(int, cgroup_list_union(&list, &list, &arena, &list), -ENOMEM));
	arena.size = 4096;
	arena_fini(&arena);
	cgroup_patterns_free(&patterns);
	made_tree_fini(&made);
}

Test(pattern, an_empty_tree_has_nothing)
{
	struct cgroup_patterns patterns;
	struct cgroup_list list = { .nr_items = 77 };
	struct arena arena;
	struct cgroup_tree *tree;
	const char *why;
	size_t offset;

	cr_assert(zero(int, cgroup_tree_new(4, &tree)));
	cr_assert(zero(int, arena_init(&arena, 4096)));
	cr_assert(zero(int, cgroup_patterns_parse("/,*", &patterns, &why, &offset)));
	cr_assert(zero(int, cgroup_patterns_resolve(&patterns, tree, NULL, &arena, &list)));
	cr_expect(zero(sz, list.nr_items));
	cgroup_patterns_free(&patterns);
	arena_fini(&arena);
	cgroup_tree_free(tree);
}

/* A name that its owner chose, against a pattern that goes back and forth. */
Test(pattern, many_stars_end, .timeout = 10)
{
	struct cgroup_patterns patterns;
	struct made_tree made;
	const char *why;
	char name[256];
	size_t offset;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	made_tree_init(&made);
	made_tree_add(&made, name);
	made_tree_build(&made);
	cr_assert(zero(int, cgroup_patterns_parse("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", &patterns,
						  &why, &offset)));
	cr_expect(not(cgroup_patterns_match(&patterns, cgroup_tree_by_path(made.tree, name))));
	cgroup_patterns_free(&patterns);
	made_tree_fini(&made);
}
