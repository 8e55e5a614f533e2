/* SPDX-License-Identifier: GPL-2.0-only */
/* Which cgroups a plugin's patterns mean, and in what order they come (oomd.md 5.2, 5.7). */
#include <string.h>

#include "arena.h"
#include "unit/conformance/look.h"

#define SAME	    NULL, NULL
#define ARENA_BYTES (1 << 20)
#define FOUND_MAX   32
#define DIRS                                                                                       \
	CGROUPS(FOLDER("dir1/dir2"), FOLDER("dir2/dir3"), FOLDER("dir3"), FOLDER("wildcard/dir1"), \
		FOLDER("wildcard/dir2"), FOLDER("wildcard/different_dir"))
#define SIZED(path_, current_, low_) CGROUP(path_, .current = current_, .low = low_)
#define SIZES                                                                                      \
	CGROUPS(SIZED("biggest", 4000, 10), SIZED("asdf", 3000, 20), SIZED("fdsa", 2000, 30),      \
		SIZED("smallest", 1000, 40))

static double by_current(const struct cgroup *cgroup)
{
	return (double)cgroup->row->memory_bytes;
}

static double by_low(const struct cgroup *cgroup)
{
	return (double)cgroup->row->low_bytes;
}

static const struct {
	struct conformance is;
	const struct machine_cgroup *cgroups;
	const char *patterns;
	const char *below, *base; /* ruleset_cgroup, and the cgroup the ruleset runs for */
	double (*key)(const struct cgroup *cgroup); /* NULL: by name */
} contexts[] = {
	{ { "OomdContextTest.MoveConstructor", "a cgroup that is not there", "none", SAME }, DIRS,
	  "missing", NULL, NULL, NULL },
	{ { "OomdContextTest.CgroupKeys", "two of them", "dir1 dir2", SAME }, DIRS, "dir1,dir2",
	  NULL, NULL, NULL },
	{ { "OomdContextTest.CgroupKeyRoot", "the root", "/", SAME }, DIRS, "/", NULL, NULL, NULL },
	{ { "OomdContextTest.GetMultiple", "three, a file and one that is not there",
	    "dir1 dir2 dir3", SAME }, DIRS, "dir1,dir2,dir3,file1,NOT_EXIST", NULL, NULL, NULL },
	{ { "OomdContextTest.GetMultiple", "dir* finds the same", "dir1 dir2 dir3", SAME }, DIRS,
	  "dir*", NULL, NULL, NULL },
	{ { "OomdContextTest.GetMultiple", "both: nobody twice", "dir1 dir2 dir3", SAME }, DIRS,
	  "dir1,dir2,dir3,file1,NOT_EXIST,dir*", NULL, NULL, NULL },
	{ { "OomdContextTest.GetMultiple", "a file and one that is not there", "none", SAME }, DIRS,
	  "file1,NOT_EXIST", NULL, NULL, NULL },
	{ { "OomdContextTest.GetMultiple", "no pattern", "none", SAME }, DIRS, "", NULL, NULL, NULL },
	{ { "OomdContextTest.GetRulesetCgroups", "dir1, and dir3 below the ruleset's dir2",
	    "dir1 dir2/dir3", SAME }, DIRS, "dir1", "dir3", "dir2", NULL },
	{ { "OomdContextTest.GetRulesetCgroups", "/ below it is itself", "dir2", SAME }, DIRS, "",
	  "/", "dir2", NULL },
	{ { "OomdContextTest.GetRulesetCgroups", "dir2 below dir2, which is not there", "none",
	    SAME }, DIRS, "", "dir2", "dir2", NULL },
	{ { "OomdContextTest.SortContext", "by memory.current, largest first",
	    "biggest asdf fdsa smallest", SAME }, SIZES, "*", NULL, NULL, by_current },
	{ { "OomdContextTest.SortContext", "by memory.low, several patterns, nobody twice",
	    "smallest fdsa asdf biggest", SAME }, SIZES, "*est,asdf,fdsa,NOT_EXIST", NULL, NULL,
	  by_low },

	{ { "FsTest.Glob", "dir*", "wildcard/dir1 wildcard/dir2", SAME }, DIRS, "wildcard/dir*",
	  NULL, NULL, NULL },
	{ { "FsTest.Glob", "*, folders only", "wildcard/different_dir wildcard/dir1 wildcard/dir2",
	    SAME }, DIRS, "wildcard/*", NULL, NULL, NULL },
	{ { "FsTest.Glob", "what is not there is no error", "none", SAME }, DIRS,
	  "wildcard/not/a/valid/dir", NULL, NULL, NULL },
	{ { "FsTest.FindDirectories", "the folders of one level", "dir1 dir2 dir3 wildcard", SAME },
	  DIRS, "*", NULL, NULL, NULL },
	{ { "FsTest.IsDir", "a folder, a file, nothing", "dir1", SAME }, DIRS,
	  "dir1,file1,NOTINFS", NULL, NULL, NULL },

	{ { "CgroupPathTest (root)", "\"////\" is the root", "/", SAME }, DIRS, "////", NULL, NULL,
	  NULL },
	{ { "CgroupPathTest (normalised)", "\"/dir1/\" is dir1", "dir1", SAME }, DIRS, "/dir1/", NULL,
	  NULL, NULL },
	{ { "CgroupPathTest (resolveWildcard)", "\"dir2/**\" is one level", "dir2/dir3", SAME },
	  DIRS, "dir2/**", NULL, NULL, NULL },
	{ { "CgroupPathTest (equality)", "\"./dir1\" and \"dir1\"", "dir1", "dir1 dir1",
	    "one cgroup is one candidate, however it is written" }, DIRS, "./dir1,dir1", NULL, NULL,
	  NULL },
};

static void resolve(const struct look *look, const struct cgroup_patterns patterns[2],
		    const char *base, struct moment *moment, struct cgroup_list *ret_list)
{
	moment->tree = look->tree;
	if (base) {
		moment->ruleset_cgroup = cgroup_tree_by_path(look->tree, base);
		cr_assert(ne(ptr, (void *)moment->ruleset_cgroup, NULL));
	}
	cr_assert(zero(int, plugin_resolve(moment, &patterns[0], &patterns[1], ret_list)));
	cr_assert(le(sz, ret_list->nr_items, FOUND_MAX));
}

static void tell(const struct moment *moment, const struct cgroup_list *list,
		 double (*key)(const struct cgroup *), char buf[CONFORMANCE_TEXT_MAX])
{
	struct candidate candidates[FOUND_MAX] = { 0 };
	char path[256], names[CONFORMANCE_TEXT_MAX] = "";

	for (size_t i = 0; i < list->nr_items; i++) {
		candidates[i].cgroup = list->items[i];
		candidates[i].keys[0] = key ? key(list->items[i]) : 0;
	}
	if (key)
		rank_by_keys(moment, candidates, list->nr_items);
	for (size_t i = 0; i < list->nr_items; i++) {
		cgroup_path(candidates[i].cgroup, path, sizeof(path));
		strcat(strcat(names, i ? " " : ""), *path ? path : "/");
	}
	if (key)
		strcpy(buf, names);
	else
		conformance_sort(*names ? names : "none", buf);
}

CONFORMANCE(oomd_context, "5.2 Which cgroups (OomdContextTest), and paths (FsTest, CgroupPathTest)",
	    contexts, row)
{
	char found[CONFORMANCE_TEXT_MAX] = "";
	struct cgroup_patterns patterns[2];
	struct cgroup_list list = { 0 };
	struct arena arena = { 0 };
	struct evaluation evaluation = { .arena = &arena };
	struct moment moment = { .evaluation = &evaluation };
	const char *why = "";
	size_t offset;
	struct look look;

	cr_assert(zero(int, arena_init(&arena, ARENA_BYTES)));
	look_open(&look);
	machine_write(look.fixture, row->cgroups);
	fixture_write(look.fixture, "file1", "1\n");
	fixture_write(look.fixture, "wildcard_file", "1\n");
	look_again(&look);
	cr_assert(zero(int, cgroup_patterns_parse(row->patterns, &patterns[0], &why, &offset)));
	cr_assert(zero(int, cgroup_patterns_parse(row->below ? row->below : "", &patterns[1], &why,
						  &offset)));
	resolve(&look, patterns, row->base, &moment, &list);
	tell(&moment, &list, row->key, found);
	cgroup_patterns_free(&patterns[0]);
	cgroup_patterns_free(&patterns[1]);
	look_close(&look);
	arena_fini(&arena);
	conformance_expect(&row->is, found);
}
