/* SPDX-License-Identifier: GPL-2.0-only */
/* The decision record: who was looked at, who was chosen, and that it can be printed safely. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"
#include "unit/plugins/kill_by_name.h"
#include "unit/plugins/world.h"

static const struct world_row machine[] = {
	{ .path = "web", .memory_bytes = 10, .swap_bytes = 3, .memory_full = { 12.5, 6, 1 } },
	{ .path = "web/worker", .memory_bytes = 8, .anon_bytes = 5, .swap_bytes = 2,
	  .preference = PREFERENCE_PREFER, .memory_full = { 50.25, 20, 10 } },
	{ .path = "web/idle", .empty = true },
	{ .path = "web/xboomd" },
	{ .path = "db", .memory_bytes = 100 },
	{ 0 },
};

Test(record, all_fields)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name,
					      "cgroup=web,db;recursive=true");
	const struct boomd_record cause = { .time_ns = 77, .kind = BOOMD_RECORD_PSI_TRIGGER };
	const struct decision *decision = &world.decision;

	world_open(&world, machine);
	world_live_in(&world, "web/xboomd");
	world.now.record = &cause;
	world_run(&world, &killer);
	cr_expect(eq(str, (char *)decision->ruleset, "ruleset"));
	cr_expect(eq(str, (char *)decision->group, "group"));
	cr_expect(eq(str, (char *)decision->plugin, "kill_by_name"));
	cr_expect(eq(sz, strspn(decision->uuid, "0123456789abcdef"), 32));
	cr_expect(eq(str, (char *)decision->uuid, world.recorder.kills[0].uuid));
	cr_expect(eq(u64, decision->event_ns, 77));
	cr_expect(eq(u32, decision->trigger.kind, BOOMD_RECORD_PSI_TRIGGER));
	cr_expect(eq(int, decision->outcome, DECISION_PENDING));
	cr_expect(eq(str, (char *)decision->victim, "web/worker"));
	cr_expect(eq(u64, decision->victim_id, world.recorder.kills[0].cgroup_id));
	cr_expect(eq(u64, decision->victim_memory_bytes, 8));
	cr_expect(eq(u64, decision->victim_swap_bytes, 2));
	cr_expect(ieee_ulp_eq(dbl, decision->victim_memory_full[0], 50.25, 1));
	cr_expect(gt(u64, decision->decided_ns, 0));
	cr_expect(eq(u64, decision->signalled_ns, decision->kill.first_signal_ns));
	cr_expect(eq(sz, decision->kill.nr_signalled, 1));
	cr_expect(eq(u64, decision->available_before_bytes, 1 << 30));
	instance_free(&killer);
	world_close(&world);
}

static const struct {
	const char *path;
	enum candidate_fate fate;
	int level, preference;
	uint64_t memory_bytes, anon_bytes;
} candidates[] = {
	{ "web", CANDIDATE_DESCENDED, 0, 0, 10, 10 },
	{ "db", CANDIDATE_NOT_TRIED, 0, 0, 100, 100 },
	{ "web/worker", CANDIDATE_CHOSEN, 1, 1, 8, 5 },
	{ "web/xboomd", CANDIDATE_NOT_TRIED, 1, 0, 0, 0 },
	{ "web/idle", CANDIDATE_NOT_TRIED, 1, 0, 0, 0 },
};

TABLE_TEST(record, candidates, candidates, row)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name,
					      "cgroup=web,db;recursive=true");
	const struct decision_candidate *candidate =
		&world.decision.candidates[row - candidates];

	world_open(&world, machine);
	world_run(&world, &killer);
	cr_assert(eq(sz, world.decision.nr_candidates, ARRAY_SIZE(candidates)));
	cr_expect(eq(str, (char *)candidate->path, (char *)row->path));
	cr_expect(eq(int, candidate->fate, (int)row->fate), "%s", row->path);
	cr_expect(eq(int, candidate->level, row->level), "%s", row->path);
	cr_expect(eq(int, candidate->preference, row->preference), "%s", row->path);
	cr_expect(eq(u64, candidate->memory_bytes, row->memory_bytes), "%s", row->path);
	cr_expect(eq(u64, candidate->anon_bytes, row->anon_bytes), "%s", row->path);
	cr_expect(ne(u64, candidate->id, 0), "%s", row->path);
	instance_free(&killer);
	world_close(&world);
}

/* Fates of those that were in the way of the best. */
Test(record, fates)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=web/*,db");
	struct decision *decision = &world.decision;
	static const struct world_row rows[] = {
		{ .path = "web/xboomd" }, { .path = "web/worker" },
		{ .path = "web/idle", .empty = true }, { .path = "db" }, { 0 },
	};

	world_open(&world, rows);
	world_live_in(&world, "web/xboomd");
	recording_killer_refuse(&world.recorder, "web/worker", 0);
	world_run(&world, &killer);
	cr_assert(eq(sz, decision->nr_candidates, 4));
	cr_expect(eq(int, decision->candidates[0].fate, CANDIDATE_PROTECTED));
	cr_expect(eq(int, decision->candidates[1].fate, CANDIDATE_FAILED));
	cr_expect(eq(int, decision->candidates[2].fate, CANDIDATE_EMPTY));
	cr_expect(eq(int, decision->candidates[3].fate, CANDIDATE_CHOSEN));
	instance_free(&killer);
	world_close(&world);
}

/* A thousand siblings, all but the worst refused: the record is full long before. */
Test(record, chosen_is_always_in_it)
{
	enum { NR = 1000 };
	static struct world world;
	static struct world_row rows[NR + 1];
	static char paths[NR][16];
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*");
	struct decision *decision = &world.decision;
	const struct decision_candidate *chosen;

	for (size_t i = 0; i < NR; i++) {
		snprintf(paths[i], sizeof(paths[i]), "c%04zu", i);
		rows[i] = (struct world_row){ .path = paths[i], .empty = i > 40, .memory_bytes = 5 };
	}
	world_open(&world, rows);
	recording_killer_refuse(&world.recorder, "c0040 c0039", 0);
	cr_expect(eq(int, world_run(&world, &killer), VERDICT_STOP));
	cr_expect(eq(str, decision->victim, "c0038"));
	cr_expect(eq(sz, decision->nr_candidates, NR));
	chosen = decision_find(decision, decision->victim_id);
	cr_assert(chosen != NULL);
	cr_expect(eq(str, (char *)chosen->path, "c0038"));
	cr_expect(eq(int, chosen->fate, CANDIDATE_CHOSEN));
	/* it took the place of the last one, not of the first ones tried */
	cr_expect(eq(str, decision->candidates[0].path, "c0999"));
	instance_free(&killer);
	world_close(&world);
}

/* Whom something happened to takes the place of those that were only ranked. */
Test(record, the_way_down_is_in_it)
{
	enum { NR = 40 };
	static struct world world;
	static struct world_row rows[NR + 4];
	static char paths[NR][16];
	static const char *const way[] = { "z", "z/c", "z/b", "z/a" };
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*;recursive=true");
	struct decision *decision = &world.decision;
	size_t found = 0;

	for (size_t i = 0; i < NR; i++) {
		snprintf(paths[i], sizeof(paths[i]), "c%04zu", i);
		rows[i].path = paths[i];
	}
	for (size_t i = 0; i < 3; i++)
		rows[NR + i].path = way[1 + i];
	world_open(&world, rows);
	recording_killer_refuse(&world.recorder, "z/c z/b", 0);
	world_run(&world, &killer);
	for (size_t i = 0; i < DECISION_CANDIDATES_MAX; i++)
		for (size_t j = 0; j < ARRAY_SIZE(way); j++)
			found += !strcmp(decision->candidates[i].path, way[j]);
	cr_expect(eq(sz, found, ARRAY_SIZE(way)));
	cr_expect(eq(sz, decision->nr_candidates, NR + 1 + 3));
	instance_free(&killer);
	world_close(&world);
}

/* More tries than lines: the last one said is of the last one tried. */
Test(record, last_line_is_kept)
{
	enum { NR = 100 };
	static struct world world;
	static struct world_row rows[NR + 1];
	static char paths[NR][16];
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*");
	struct decision *decision = &world.decision;

	for (size_t i = 0; i < NR; i++) {
		snprintf(paths[i], sizeof(paths[i]), "c%04zu", i);
		rows[i].path = paths[i];
	}
	world_open(&world, rows);
	recording_killer_refuse(&world.recorder, "*", 0);
	world_run(&world, &killer);
	cr_expect(eq(sz, decision->nr_lines, DECISION_LINES_MAX));
	cr_expect(eq(str, decision->lines[0], "c0099 of 100"));
	cr_expect(eq(str, decision->lines[DECISION_LINES_MAX - 1], "c0000 of 100"));
	cr_expect(eq(str, decision->victim, ""));
	cr_expect(eq(u64, decision->victim_id, 0));
	instance_free(&killer);
	world_close(&world);
}

#define LONG_NAME                                                                                  \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct {
	const char *why, *name, *line; /* line: what must be in it */
} hostile[] = {
	{ "a newline makes no line of its own", "x\noomd kill: forged", "x\\x0aoomd kill: forged" },
	{ "no control of the terminal", "\x1b[2Jx", "\\x1b[2Jx" },
	{ "a format is only text", "%s%n%s%n", "%s%n%s%n" },
	{ "quotes do not end the name", "a\" (0MB) b", "a\" (0MB) b" },
	{ "delete is a control byte too", "a\x7f", "a\\x7f" },
	{ "a long name keeps its end, and the reason is there", LONG_NAME "/" LONG_NAME "/tail",
	  "/tail\" (7MB) based on size" },
	{ "a path longer than any line", LONG_NAME "/" LONG_NAME "/" LONG_NAME "/" LONG_NAME "/tail",
	  "/tail\" (7MB) based on size" },
	{ "a long name of control bytes", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
	  "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
	  "\\x0a\" (7MB) based on size" },
};

TABLE_TEST(record, hostile_names, hostile, row)
{
	static struct world world;
	struct instance killer = world_plugin_named("kill_by_memory_size_or_growth",
						    "cgroup=*,*/*,*/*/*,*/*/*/*/*");
	const struct world_row rows[] = {
		{ .path = row->name, .memory_bytes = 7 * WORLD_MIB }, { 0 },
	};
	const struct decision *decision = &world.decision;

	world_open(&world, rows);
	world_run(&world, &killer);
	cr_assert(eq(sz, decision->nr_lines, 1));
	cr_expect(strstr(decision->lines[0], row->line) != NULL, "%s: %s", row->why,
		  decision->lines[0]);
	for (const char *c = decision->lines[0]; *c; c++)
		cr_expect(ge(int, (unsigned char)*c, 0x20), "%s", row->why);
	/* what is acted on is the name as it is */
	cr_expect(eq(str, (char *)decision->victim, (char *)row->name), "%s", row->why);
	cr_expect(eq(str, (char *)world.recorder.kills[0].path, (char *)row->name), "%s", row->why);
	instance_free(&killer);
	world_close(&world);
}

/* The base does not trust a plugin with that either. */
Test(record, hostile_line)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*");
	static const struct world_row rows[] = { { .path = "a\n\x1b[2J" }, { 0 } };

	world_open(&world, rows);
	world_run(&world, &killer);
	cr_expect(eq(str, world.decision.lines[0], "a\\x0a\\x1b[2J of 1"));
	instance_free(&killer);
	world_close(&world);
}

Test(record, uuids_differ)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*");
	char before[KILL_UUID_SIZE] = "";

	world_open(&world, machine);
	for (int i = 0; i < 100; i++) {
		world_run(&world, &killer);
		cr_expect(ne(str, before, world.decision.uuid));
		memcpy(before, world.decision.uuid, sizeof(before));
	}
	instance_free(&killer);
	world_close(&world);
}
