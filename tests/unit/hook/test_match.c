/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hook is fired for whom: patterns by prefix, xattrs, and the order of lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/hook/hook.h"
#include "table_test.h"
#include "unit/fixture.h"
#include "unit/hook/puppet_hook.h"

/* The first rows are oomd's own table (CgroupPathTest.cpp:147-191). */
static const struct {
	const char *why, *patterns, *victim;
	bool fires;
} prefixes[] = {
	{ "the same", "foo", "foo", true },
	{ "another", "foo", "bar", false },
	{ "below", "foo", "foo/bar", true },
	{ "above", "foo/bar", "foo", true },
	{ "a sibling of what is meant", "foo/bar", "foo/baz", false },
	{ "a wildcard is a whole component", "*", "foo", true },
	{ "below a wildcard", "*", "foo/bar/baz", true },
	{ "a wildcard in between", "foo/*/baz", "foo/bar/baz", true },
	{ "a wildcard in between, above", "foo/*/baz", "foo/bar", true },
	{ "a wildcard in between, beside", "foo/*/baz", "foo/bar/no", false },
	{ "a wildcard in a component", "foo*", "foobar", true },
	{ "a prefix of a name is no prefix of a path", "foo", "foobar", false },
	{ "the root's pattern", "/", "foo/bar", true },
	{ "one of a list", "no,foo/bar", "foo", true },
	{ "none of a list", "no,foo/bar", "fo", false },
	{ "no pattern", "", "foo", false },
	{ "another tree at the top", "foo/bar", "baz/bar", false },
};

TABLE_TEST(hook_match, prefixes, prefixes, row)
{
	struct world_row rows[] = { { .path = row->victim, .memory_bytes = WORLD_MIB }, { 0 } };
	char hook_args[128], kill_args[128];
	struct hook_world *w = malloc(sizeof(*w));

	snprintf(hook_args, sizeof(hook_args), "cgroup=%s", row->patterns);
	snprintf(kill_args, sizeof(kill_args), "cgroup=%s", row->victim);
	hook_world_open(w, rows, kill_args, hook_args);
	cr_expect(eq(int, world_run(&w->world, &w->killer),
		     row->fires ? VERDICT_PAUSED : VERDICT_STOP), "%s", row->why);
	cr_expect(eq(int, puppet_hook.nr_fired, row->fires), "%s", row->why);
	hook_world_close(w);
	free(w);
}

Test(hook_match, the_root_is_above_everything)
{
	static const struct world_row rows[] = { { .path = "a" }, { 0 } };
	struct hook_world *w = malloc(sizeof(*w));

	hook_world_open(w, rows, NULL, "cgroup=a/b/c");
	cr_expect(hooks_find(w->hooks, cgroup_tree_root(w->world.tree)) == &w->list.items[0]);
	hook_world_close(w);
	free(w);
}

/* The lists of a newer drop-in, an older one and the configuration; each hook by its patterns. */
static const struct {
	const char *why, *lists[3][2]; /* NULL: no such hook */
	int list, item;		       /* that is fired for "a"; -1: none */
} orders[] = {
	{ "the first in a list", { { "a", "a" } }, 0, 0 },
	{ "the first that matches", { { "b", "a" } }, 0, 1 },
	{ "the newest drop-in before all others", { { "a" }, { "a" }, { "a" } }, 0, 0 },
	{ "an older drop-in when the newest does not match", { { "b" }, { "a" }, { "a" } }, 1, 0 },
	{ "the configuration last", { { "b" }, { "b", "b" }, { "b", "a" } }, 2, 1 },
	{ "empty lists are passed over", { { NULL }, { NULL }, { "a" } }, 2, 0 },
	{ "nobody", { { "b" }, { NULL }, { "c" } }, -1, 0 },
};

TABLE_TEST(hook_match, order, orders, row)
{
	static const struct world_row rows[] = { { .path = "a" }, { 0 } };
	struct hook_list lists[3] = { 0 };
	struct hook_world *w = malloc(sizeof(*w));
	const struct instance *found;

	hook_world_open(w, rows, NULL, "");
	for (size_t i = 0; i < 3; i++) {
		lists[i].items = calloc(2, sizeof(struct instance));
		lists[i].next = i < 2 ? &lists[i + 1] : NULL;
		for (size_t j = 0; j < 2 && row->lists[i][j]; j++) {
			char args[32];

			snprintf(args, sizeof(args), "cgroup=%s", row->lists[i][j]);
			lists[i].items[lists[i].nr_items++] = world_plugin(&plugin_puppet_hook, args);
		}
	}
	hooks_set(w->hooks, lists);
	found = hooks_find(w->hooks, cgroup_tree_by_path(w->world.tree, "a"));
	cr_expect(found == (row->list < 0 ? NULL : &lists[row->list].items[row->item]), "%s", row->why);
	for (size_t i = 0; i < 3; i++)
		hook_list_free(&lists[i]);
	hook_world_close(w);
	free(w);
}

/* By xattr: of a real folder, asked when the victim is chosen. */
Test(hook_match, by_xattr)
{
	struct fixture *f = fixture_new();
	struct hook_list list = { .items = calloc(1, sizeof(struct instance)), .nr_items = 1 };
	struct hooks *hooks;
	struct cgroup other;
	struct boomd_row row;

	if (!fixture_can_xattr(f, "user."))
		cr_skip_test("no user xattrs here");
	fixture_cgroup(f, "a/b", (struct fixture_cgroup){ .current = 1 << 20 });
	cr_assert(zero(int, hooks_new(fixture_cgroup_fs(f), &hooks)));
	list.items[0] = world_plugin(&plugin_puppet_hook, "xattr=user.hooked");
	hooks_set(hooks, &list);
	cr_expect(hooks_find(hooks, fixture_get(f, "a/b")) == NULL, "not set yet");
	cr_assert(zero(int, fixture_xattr(f, "a/b", "user.hooked", "whatever")));
	cr_expect(hooks_find(hooks, fixture_get(f, "a/b")) == &list.items[0]);
	cr_expect(hooks_find(hooks, fixture_get(f, "a")) == NULL, "its own folder only");
	other = *fixture_get(f, "a/b");
	row = *other.row;
	row.id++;
	other.row = &row;
	cr_expect(hooks_find(hooks, &other) == NULL, "another cgroup had that path");
	cr_assert(zero(int, fixture_xattr(f, "a/b", "user.hooked", NULL)));
	cr_expect(hooks_find(hooks, fixture_get(f, "a/b")) == NULL, "removed");
	hook_list_free(&list);
	hooks_free(hooks);
	fixture_free(f);
}

Test(hook_match, the_registry_is_one_of_its_own)
{
	cr_expect(hook_registry_find("dummy_prekill_hook") == hook_registry_at(0));
	cr_expect(hook_registry_find("exec") == hook_registry_at(1));
	cr_expect(hook_registry_at(2) == NULL);
	cr_expect(hook_registry_find("kill_by_pressure") == NULL);
	cr_expect(eq(str, (char *)hook_registry_nearest("exce"), "exec"));
}
