/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The victim search: oomd's own cases by their names (oomd.md 5.1, StandardKillRecursionTest),
 * with names ranked in descending order, and a few of ours.
 */
#include <stdio.h>
#include <string.h>

#include "table_test.h"
#include "unit/plugins/kill_by_name.h"
#include "unit/plugins/world.h"

#define TREE(...) ((const struct world_row[]){ __VA_ARGS__, { 0 } })
#define CG(p)	  { .path = p }
#define MIB(n)	  ((n) * WORLD_MIB)

static const struct world_row backtrack[] = {
	CG("test.slice/A/Z"), CG("test.slice/P/Z"), CG("test.slice/P/X"), CG("test.slice/Q/F/P"), { 0 },
};
static const struct world_row prefer_1[] = {
	CG("A/Z"), CG("B/M/Z"), { .path = "B/M/V", .preference = PREFERENCE_PREFER }, CG("Q/F/P"),
	{ .path = "Q", .preference = PREFERENCE_AVOID }, { 0 },
};
static const struct world_row prefer_2[] = {
	CG("A/Z"), CG("B/M/Z"), { .path = "B/M/V", .preference = PREFERENCE_PREFER },
	{ .path = "Q/F/P", .preference = PREFERENCE_AVOID }, { 0 },
};
static const struct world_row prefer_3[] = {
	CG("A/Z"), { .path = "B", .preference = PREFERENCE_PREFER },
	{ .path = "B/M/Z", .preference = PREFERENCE_AVOID }, CG("B/M/V"), CG("Q/F/P"), { 0 },
};
static const struct world_row outside[] = {
	CG("A/Y/P"), CG("A/Y/Q"), CG("A/X"), CG("B/F"), CG("C/F"), CG("Z/F"), { 0 },
};
static const struct world_row prerun[] = {
	{ .path = "A/Y", .oom_group = true }, CG("A/Y/P"), CG("A/X"), CG("B/F/P"), CG("B/F/Q"),
	CG("B/X"), CG("Z/F"), CG("outside/X"), { 0 },
};

static const struct walk_case {
	const char *why;
	const struct world_row *rows;
	const char *args;
	const char *refused; /* kills of these paths fail */
	const char *own;     /* boomd's cgroup */
	const char *killed;  /* paths in the order in which they are tried */
	const char *log;     /* lines, separated by "; "; NULL: not looked at */
} walks[] = {
	{ "Recurses", TREE(CG("A/Z"), CG("A/X"), CG("B/F")), "cgroup=*;recursive=true", NULL, NULL,
	  "B/F", "B of 2; B/F of 1" },
	{ "ConfigurableToNotRecurse", TREE(CG("A/Z"), CG("A/X"), CG("B/F")), "cgroup=*", NULL, NULL,
	  "B", "B of 2" },
	{ "BacktracksUpTreeOnFail", backtrack, "cgroup=test.slice;recursive=true", "test.slice/Q/F/P",
	  NULL, "test.slice/Q/F/P test.slice/P/Z",
	  "test.slice of 1; test.slice/Q of 3; test.slice/Q/F of 1; test.slice/Q/F/P of 1; "
	  "test.slice/P of 3; test.slice/P/Z of 2" },
	{ "RespectsMemoryOomGroup",
	  TREE(CG("test.slice/A/Z"), { .path = "test.slice/Y/M", .oom_group = true },
	       CG("test.slice/Y/M/Z"), CG("test.slice/Y/M/X")),
	  "cgroup=test.slice;recursive=true", NULL, NULL, "test.slice/Y/M", NULL },
	{ "RespectsPreferAvoid: avoided above, preferred below", prefer_1,
	  "cgroup=*;recursive=true", NULL, NULL, "B/M/V", NULL },
	{ "RespectsPreferAvoid: what is below does not count above", prefer_2,
	  "cgroup=*;recursive=true", NULL, NULL, "Q/F/P", NULL },
	{ "RespectsPreferAvoid: each level by its own", prefer_3, "cgroup=*;recursive=true", NULL,
	  NULL, "B/M/V", NULL },
	{ "IgnoresDeadCgroup", TREE(CG("A/Z"), { .path = "B/F", .empty = true }),
	  "cgroup=*;recursive=true", NULL, NULL, "A/Z", "B of 2; A of 2; A/Z of 1" },
	{ "IgnoresOutsideConfiguredCgroup: two of four", outside, "cgroup=A,B;recursive=true", NULL,
	  NULL, "B/F", NULL },
	{ "IgnoresOutsideConfiguredCgroup: names of different levels", outside,
	  "cgroup=A/*,B,C;recursive=true", NULL, NULL, "A/Y/Q", NULL },
	{ "IgnoresOutsideConfiguredCgroup: the last name", outside, "cgroup=A/*,Z,B,C;recursive=true",
	  NULL, NULL, "Z/F", NULL },
	{ "IgnoresOutsideConfiguredCgroup: all", outside, "cgroup=*;recursive=true", NULL, NULL,
	  "Z/F", NULL },

	{ "no anonymous memory is passed over without a word",
	  TREE(CG("A"), { .path = "B", .no_anon = true }), "cgroup=*", NULL, NULL, "A", "A of 2" },
	{ "file pages only: nothing to be won",
	  TREE(CG("A"), { .path = "B", .memory_bytes = MIB(90), .file_bytes = MIB(90), .no_anon = true }),
	  "cgroup=*", NULL, NULL, "A", NULL },
	{ "what memory.stat does not explain yet is not nothing",
	  TREE(CG("A"), { .path = "B", .memory_bytes = MIB(90), .file_bytes = MIB(10), .no_anon = true }),
	  "cgroup=*", NULL, NULL, "B", NULL },
	{ "a few pages of the kernel's own are nothing",
	  TREE(CG("A"), { .path = "B", .memory_bytes = MIB(4), .no_anon = true }), "cgroup=*", NULL,
	  NULL, "A", NULL },
	{ "a missing cgroup is no candidate", TREE(CG("A")), "cgroup=B", NULL, NULL, "", "" },
	{ "no pattern is no candidate", TREE(CG("A")), "cgroup=", NULL, NULL, "", "" },
	{ "all empty: nobody is tried", TREE({ .path = "A", .empty = true }), "cgroup=*", NULL, NULL,
	  "", "" },
	{ "who fails is not tried again", TREE(CG("A"), CG("B"), CG("C")), "cgroup=*", "*", NULL,
	  "C B A", "C of 3; B of 3; A of 3" },
	{ "a parent is never killed for its children", TREE(CG("A/X"), CG("A/Y")),
	  "cgroup=A;recursive=true", "*", NULL, "A/Y A/X", "A of 1; A/Y of 2; A/X of 2" },
	{ "a level that the plugin drops is passed by", TREE(CG("B/zz"), CG("A/X")),
	  "cgroup=*;recursive=true", NULL, NULL, "A/X", "B of 2; A of 2; A/X of 1" },
	{ "overlapping patterns: each is tried once", TREE(CG("A/X"), CG("A/Y")),
	  "cgroup=*,A/*,A/X;recursive=true", "*", NULL, "A/Y A/X", NULL },
	{ "the root's own children", TREE(CG("A"), CG("B")), "cgroup=/;recursive=true", NULL, NULL,
	  "B", " of 1; B of 2" },

	{ "own cgroup: the next best dies", TREE(CG("A"), CG("boomd")), "cgroup=*", NULL, "boomd",
	  "A", "A of 2" },
	{ "own cgroup below: the parent is spared whole", TREE(CG("A"), CG("S/boomd"), CG("S/x")),
	  "cgroup=*", NULL, "S/boomd", "A", NULL },
	{ "own cgroup below: recursive goes around it", TREE(CG("A"), CG("S/boomd"), CG("S/a")),
	  "cgroup=*;recursive=true", NULL, "S/boomd", "S/a", "S of 2; S/a of 2" },
	{ "own cgroup in an oom group: the group is spared",
	  TREE(CG("A"), { .path = "S", .oom_group = true }, CG("S/boomd"), CG("S/a")),
	  "cgroup=*;recursive=true", NULL, "S/boomd", "A", NULL },
	{ "the machine as a whole is never killed", TREE(CG("A"), CG("boomd")), "cgroup=/", NULL,
	  "boomd", "", "" },
	{ "own cgroup's children are not boomd", TREE(CG("S/boomd/x")), "cgroup=S;recursive=true",
	  NULL, "S/boomd", "S/boomd/x", NULL },
};

static void join_lines(const struct decision *decision, char *buf, size_t size)
{
	*buf = '\0';
	for (size_t i = 0; i < decision->nr_lines; i++) {
		strncat(buf, i ? "; " : "", size - strlen(buf) - 1);
		strncat(buf, decision->lines[i], size - strlen(buf) - 1);
	}
}

TABLE_TEST(walk, oomd, walks, row)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, row->args);
	const struct kill_by_name *by_name = killer.state;
	bool killed = *row->killed && (!row->refused || *row->refused != '*');
	char paths[1024], lines[1024];
	enum verdict verdict;

	world_open(&world, row->rows);
	recording_killer_refuse(&world.recorder, row->refused, 0);
	if (row->own)
		world_live_in(&world, row->own);
	verdict = world_run(&world, &killer);
	recording_killer_paths(&world.recorder, paths, sizeof(paths));
	join_lines(&world.decision, lines, sizeof(lines));
	cr_expect(eq(str, paths, (char *)row->killed), "%s", row->why);
	if (row->log)
		cr_expect(eq(str, lines, (char *)row->log), "%s", row->why);
	cr_expect(eq(int, verdict, killed ? VERDICT_STOP : VERDICT_CONTINUE), "%s", row->why);
	cr_expect(eq(int, by_name->wrong_peers, 0), "%s", row->why);
	instance_free(&killer);
	world_close(&world);
}

static const struct {
	const char *why, *args, *seen;
} preruns[] = {
	{ "PrerunsRecursively: recursive", "cgroup=B,Z,A/*;recursive=true",
	  "A/Y A/X B B/F B/F/P B/F/Q B/X Z Z/F" },
	{ "PrerunsRecursively: not recursive", "cgroup=B,Z,A/*", "A/Y A/X B Z" },
	{ "overlapping patterns show each once", "cgroup=B,B/F,B/F/*;recursive=true",
	  "B B/F B/F/P B/F/Q B/X" },
	{ "below an oom group only what is named", "cgroup=A,A/Y/P;recursive=true",
	  "A A/Y A/X A/Y/P" },
	{ "nothing there, nothing shown", "cgroup=nothing/*;recursive=true", "" },
};

/* Each word of a is a word of b. */
static bool words_in(const char *a, const char *b)
{
	char word[64], all[1100];

	snprintf(all, sizeof(all), " %s ", b);
	for (; *a; a += strcspn(a, " "), a += strspn(a, " ")) {
		snprintf(word, sizeof(word), " %.*s ", (int)strcspn(a, " "), a);
		if (!strstr(all, word))
			return false;
	}
	return true;
}

TABLE_TEST(walk, prerun, preruns, row)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, row->args);
	const struct kill_by_name *by_name = killer.state;

	world_open(&world, prerun);
	instance_prerun(&killer, &world.now);
	/* siblings are in the order of their ids, which are not part of the question */
	cr_expect(words_in(by_name->prerun, row->seen), "%s: %s", row->why, by_name->prerun);
	cr_expect(words_in(row->seen, by_name->prerun), "%s: %s", row->why, by_name->prerun);
	cr_expect(eq(sz, strlen(by_name->prerun), strlen(row->seen)), "%s: %s", row->why,
		  by_name->prerun);
	instance_free(&killer);
	world_close(&world);
}
