/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kill base does with a victim: the request, the verdict, the next best, hard times. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table_test.h"
#include "unit/plugins/kill_by_name.h"
#include "unit/plugins/world.h"

static const struct world_row three[] = {
	{ .path = "a" }, { .path = "b" }, { .path = "c" }, { 0 },
};

static const struct {
	const char *why, *args;
	bool dry_run;
	const char *refused;
	int refusal;
	enum verdict verdict;
	int64_t pause_s;
	enum decision_outcome outcome;
	bool dry, reap_memory, kernelkill; /* of the request */
} verdicts[] = {
	{ "a kill ends the chain", "cgroup=*", .verdict = VERDICT_STOP, .pause_s = -1,
	  .outcome = DECISION_PENDING, .reap_memory = true },
	{ "post_action_delay is the plugin's own", "cgroup=*;post_action_delay=7",
	  .verdict = VERDICT_STOP, .pause_s = 7, .outcome = DECISION_PENDING, .reap_memory = true },
	{ "post_action_delay 0 is a delay too", "cgroup=*;post_action_delay=0",
	  .verdict = VERDICT_STOP, .pause_s = 0, .outcome = DECISION_PENDING, .reap_memory = true },
	{ "always_continue: no stop, no pause", "cgroup=*;always_continue=true;post_action_delay=7",
	  .verdict = VERDICT_CONTINUE, .pause_s = -1, .outcome = DECISION_PENDING,
	  .reap_memory = true },
	{ "DoesntKillInDry", "cgroup=*;dry=true", .verdict = VERDICT_STOP, .pause_s = -1,
	  .outcome = DECISION_DRY, .dry = true, .reap_memory = true },
	{ "--dry-run makes every kill dry", "cgroup=*", .dry_run = true, .verdict = VERDICT_STOP,
	  .pause_s = -1, .outcome = DECISION_DRY, .dry = true, .reap_memory = true },
	{ "how to kill is passed on", "cgroup=*;reap_memory=false;kernelkill=true",
	  .verdict = VERDICT_STOP, .pause_s = -1, .outcome = DECISION_PENDING, .kernelkill = true },
	{ "nobody could be killed: on to the next action", "cgroup=*;post_action_delay=7",
	  .refused = "*", .verdict = VERDICT_CONTINUE, .pause_s = -1, .outcome = DECISION_FAILED,
	  .reap_memory = true },
	{ "nobody there: on to the next action", "cgroup=none", .verdict = VERDICT_CONTINUE,
	  .pause_s = -1, .outcome = DECISION_NO_CANDIDATE },
};

TABLE_TEST(base, verdicts, verdicts, row)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, row->args);
	const struct recorded_kill *first = &world.recorder.kills[0];

	world_open(&world, three);
	world.now.dry_run = row->dry_run;
	recording_killer_refuse(&world.recorder, row->refused, row->refusal);
	cr_expect(eq(int, world_run(&world, &killer), row->verdict), "%s", row->why);
	cr_expect(eq(i64, world.evaluation.pause_s, row->pause_s), "%s", row->why);
	cr_expect(eq(int, world.decision.outcome, (int)row->outcome), "%s", row->why);
	cr_expect(eq(int, first->dry, row->dry), "%s", row->why);
	cr_expect(eq(int, first->reap_memory, row->reap_memory), "%s", row->why);
	cr_expect(eq(int, first->kernelkill, row->kernelkill), "%s", row->why);
	cr_expect(eq(int, world.decision.dry, row->dry), "%s", row->why);
	instance_free(&killer);
	world_close(&world);
}

/* Whatever the reason, the next best is tried, and the record says which reason. */
static const struct {
	const char *why;
	int refusal;
} refusals[] = {
	{ "the cgroup vanished after the snapshot", -ESRCH },
	{ "its path is another cgroup by now", -ESTALE },
	{ "it holds PID 1", -EPERM },
	{ "its processes are stuck since an earlier kill", -EALREADY },
	{ "a reason that nobody thought of", -EIO },
};

TABLE_TEST(base, next_best, refusals, row)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*");
	struct decision *decision = &world.decision;
	char paths[256];

	world_open(&world, three);
	recording_killer_refuse(&world.recorder, "c b", row->refusal);
	cr_expect(eq(int, world_run(&world, &killer), VERDICT_STOP), "%s", row->why);
	cr_expect(eq(str, (char *)recording_killer_paths(&world.recorder, paths, sizeof(paths)),
		     "c b a"), "%s", row->why);
	cr_assert(eq(sz, decision->nr_candidates, 3));
	cr_expect(eq(int, decision->candidates[0].fate, CANDIDATE_FAILED), "%s", row->why);
	cr_expect(eq(int, decision->candidates[0].error, row->refusal), "%s", row->why);
	cr_expect(eq(int, decision->candidates[1].fate, CANDIDATE_FAILED), "%s", row->why);
	cr_expect(eq(int, decision->candidates[2].fate, CANDIDATE_CHOSEN), "%s", row->why);
	cr_expect(eq(int, decision->candidates[2].error, 0), "%s", row->why);
	cr_expect(eq(str, decision->victim, "a"), "%s", row->why);
	instance_free(&killer);
	world_close(&world);
}

#define MANY 1000

static struct world_row *many_rows(const char *format, size_t nr)
{
	struct world_row *rows = calloc(nr + 1, sizeof(*rows));

	for (size_t i = 0; i < nr; i++) {
		char path[64];

		snprintf(path, sizeof(path), format, i);
		rows[i].path = strdup(path);
		rows[i].memory_bytes = 1 + i;
	}
	return rows;
}

static void free_rows(struct world_row *rows)
{
	for (struct world_row *row = rows; row->path; row++)
		free((char *)row->path);
	free(rows);
}

/* However little memory there is: no crash, no wrong victim, and what was left out is no secret. */
Test(base, arena_exhausted)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*;recursive=true");
	struct world_row *rows = many_rows("s/c%05zu", MANY);
	size_t nr_killed = 0, nr_failed = 0;

	world_open(&world, rows);
	for (size_t left = 0; left < 200 * 1024; left += 61) {
		world_pass_ms(&world, 1);
		recording_killer_init(&world.recorder);
		world_leave_arena(&world, left);
		world_run(&world, &killer);
		if (world.recorder.nr_kills) {
			nr_killed++;
			cr_expect(eq(str, world.recorder.kills[0].path, "s/c00999"), "%zu left", left);
			cr_expect(eq(int, world.decision.outcome, DECISION_PENDING));
		} else {
			nr_failed++;
			cr_expect(eq(int, world.decision.outcome, DECISION_FAILED), "%zu left", left);
		}
	}
	cr_expect(gt(sz, nr_killed, 1000));
	cr_expect(gt(sz, nr_failed, 100));
	free_rows(rows);
	instance_free(&killer);
	world_close(&world);
}

/* An evaluation leaves the arena as it was, so that many rulesets fit into one. */
Test(base, arena_given_back)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*;recursive=true");
	struct world_row *rows = many_rows("s/c%05zu", MANY);
	size_t used;

	world_open(&world, rows);
	recording_killer_refuse(&world.recorder, "*", 0);
	used = world.arena.used;
	world_run(&world, &killer);
	cr_expect(eq(sz, world.recorder.nr_kills, MANY));
	cr_expect(eq(sz, world.arena.used, used));
	free_rows(rows);
	instance_free(&killer);
	world_close(&world);
}

/* A level is given back when it is used up: many parents need no more than the largest level. */
Test(base, levels_given_back)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, "cgroup=*;recursive=true");
	struct world_row *rows = many_rows("p%05zu/a", MANY);

	world_open(&world, rows);
	recording_killer_refuse(&world.recorder, "*", 0);
	/* the list, the first level and its scratch, and little more */
	world_leave_arena(&world, MANY * (sizeof(void *) + 2 * sizeof(struct candidate)) + 8192);
	world_run(&world, &killer);
	cr_expect(eq(sz, world.recorder.nr_kills, MANY));
	free_rows(rows);
	instance_free(&killer);
	world_close(&world);
}

/* What the whole search costs, every kill refused, in steps and not in seconds. */
static const struct {
	const char *why, *format, *args;
} shapes[] = {
	{ "siblings", "c%05zu", "cgroup=*" },
	{ "siblings below one parent", "s/c%05zu", "cgroup=*;recursive=true" },
	{ "overlapping patterns", "s/c%05zu", "cgroup=*,s/*,*/*,s/c0*;recursive=true" },
	{ "pairs below parents", "p%05zu/a", "cgroup=*;recursive=true" },
};

static void cost_of(const char *format, const char *args, size_t nr, uint64_t *ret_compared,
		    size_t *ret_calls)
{
	static struct world world;
	struct instance killer = world_plugin(&plugin_kill_by_name, args);
	const struct kill_by_name *by_name = killer.state;
	struct world_row *rows = many_rows(format, nr);

	world_open(&world, rows);
	recording_killer_refuse(&world.recorder, "*", 0);
	world_run(&world, &killer);
	cr_expect(eq(sz, world.recorder.nr_kills, nr));
	*ret_compared = world.evaluation.nr_compared;
	*ret_calls = by_name->nr_ranked + by_name->nr_rank_calls + by_name->nr_log_calls;
	free_rows(rows);
	instance_free(&killer);
	world_close(&world);
}

TABLE_TEST(base, cost, shapes, row)
{
	uint64_t compared[2];
	size_t calls[2];

	cost_of(row->format, row->args, 500, &compared[0], &calls[0]);
	cost_of(row->format, row->args, 4000, &compared[1], &calls[1]);
	/* n log n: eight times as many, each with three more comparisons at most */
	cr_expect(le(u64, compared[1], 8 * compared[0] + 3 * 8 * 2 * 500), "%s: %llu, %llu", row->why,
		  (unsigned long long)compared[0], (unsigned long long)compared[1]);
	cr_expect(le(sz, calls[1], 8 * calls[0]), "%s: %zu, %zu", row->why, calls[0], calls[1]);
	/* a parent and its child: each ranked and told of, and one more call for the level */
	cr_expect(le(sz, calls[1], 5 * 4000 + 8), "%s: %zu", row->why, calls[1]);
}
