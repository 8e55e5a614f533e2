/* SPDX-License-Identifier: GPL-2.0-only */
/* A kill that waits for its hook: when it goes on, with whom, and what the record says of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "clock.h"
#include "log.h"
#include "plugins/kill/pause.h"
#include "table_test.h"
#include "unit/hook/puppet_hook.h"
#include "unit/kill/allocations.h"
#include "unit/plugins/kill_by_name.h"

static const struct world_row three[] = {
	{ .path = "a", .memory_bytes = 10 * WORLD_MIB },
	{ .path = "b", .memory_bytes = 20 * WORLD_MIB },
	{ .path = "c", .memory_bytes = 30 * WORLD_MIB },
	{ 0 },
};

static const struct world_row only_a[] = { { .path = "a", .memory_bytes = 10 * WORLD_MIB }, { 0 } };
static const struct world_row no_b[] = {
	{ .path = "a", .memory_bytes = 10 * WORLD_MIB },
	{ .path = "c", .memory_bytes = 30 * WORLD_MIB },
	{ 0 },
};
static const struct world_row c_emptied[] = {
	{ .path = "a", .memory_bytes = 10 * WORLD_MIB },
	{ .path = "b", .memory_bytes = 20 * WORLD_MIB },
	{ .path = "c", .empty = true },
	{ 0 },
};

static struct hook_world w;

static enum verdict run(void)
{
	return world_run(&w.world, &w.killer);
}

static void pass_s(uint64_t s)
{
	world_pass_ms(&w.world, s * 1000);
}

static void over(enum spawn_end end, int status)
{
	puppet_hook.result = (struct spawn_result){ .end = end, .status = status,
						    .finished_ns = clock_now_ns() };
	strcpy(puppet_hook.result.output, "said");
}

/*
 * c is chosen first, then b, then a. The hook is fired; what happens until the next look, and who is
 * killed then.
 */
static const struct {
	const char *why, *kill_args;
	bool over, dry_run;
	uint64_t after_s;
	const struct world_row *then; /* NULL: the same cgroups */
	const char *refused;
	enum verdict verdict;
	const char *killed, *fired; /* all that were tried, all that hooks were fired for */
	int nr_cancelled;
	enum decision_outcome outcome;
	enum spawn_end end;
	int64_t pause_s;
} resumes[] = {
	{ "over: the same victim, no other hook", "cgroup=*", true, false, 1, NULL, NULL,
	  VERDICT_STOP, "c", "c", 0, DECISION_PENDING, SPAWN_EXITED, -1 },
	{ "its own delay holds after a pause, too", "cgroup=*;post_action_delay=7", true, false, 1, NULL,
	  NULL, VERDICT_STOP, "c", "c", 0, DECISION_PENDING, SPAWN_EXITED, 7 },
	{ "always_continue", "cgroup=*;always_continue=true", true, false, 1, NULL, NULL,
	  VERDICT_CONTINUE, "c", "c", 0, DECISION_PENDING, SPAWN_EXITED, -1 },
	{ "not over: nothing", "cgroup=*", false, false, 4, NULL, NULL, VERDICT_PAUSED, "", "c", 0,
	  DECISION_NONE, SPAWN_NONE, -1 },
	{ "not over at the end of the window: killed without it", "cgroup=*", false, false, 5, NULL,
	  NULL, VERDICT_STOP, "c", "c", 1, DECISION_PENDING, SPAWN_TIMED_OUT, -1 },
	{ "long past the window, but over: not a time-out", "cgroup=*", true, false, 50, NULL, NULL,
	  VERDICT_STOP, "c", "c", 0, DECISION_PENDING, SPAWN_EXITED, -1 },
	{ "hooks are fired for dry kills", "cgroup=*;dry=true", true, false, 1, NULL, NULL,
	  VERDICT_STOP, "c", "c", 0, DECISION_DRY, SPAWN_EXITED, -1 },
	{ "and for all with --dry-run", "cgroup=*", true, true, 1, NULL, NULL, VERDICT_STOP, "c", "c",
	  0, DECISION_DRY, SPAWN_EXITED, -1 },
	{ "gone: nobody dies in its place", "cgroup=*", true, false, 1, only_a, NULL,
	  VERDICT_CONTINUE, "", "c", 0, DECISION_GONE, SPAWN_EXITED, -1 },
	{ "emptied by itself: nobody dies in its place", "cgroup=*", true, false, 1, c_emptied, NULL,
	  VERDICT_CONTINUE, "", "c", 0, DECISION_GONE, SPAWN_EXITED, -1 },
	{ "gone at the time-out", "cgroup=*", false, false, 5, only_a, NULL, VERDICT_CONTINUE, "",
	  "c", 1, DECISION_GONE, SPAWN_TIMED_OUT, -1 },
	{ "the kill fails in the window: a hook for the next", "cgroup=*", true, false, 1, NULL, "c",
	  VERDICT_PAUSED, "c", "c b", 0, DECISION_NONE, SPAWN_NONE, -1 },
	{ "the kill fails past it: the next without one", "cgroup=*", true, false, 5, NULL, "c",
	  VERDICT_STOP, "c b", "c", 0, DECISION_PENDING, SPAWN_EXITED, -1 },
	{ "the next has gone: the one after it", "cgroup=*", true, false, 5, no_b, "c", VERDICT_STOP,
	  "c a", "c", 0, DECISION_PENDING, SPAWN_EXITED, -1 },
	{ "all fail", "cgroup=*", true, false, 5, NULL, "*", VERDICT_CONTINUE, "c b a", "c", 0,
	  DECISION_FAILED, SPAWN_EXITED, -1 },
};

TABLE_TEST(hook_pause, resumes, resumes, row)
{
	hook_world_open(&w, three, row->kill_args, "cgroup=/");
	w.world.now.dry_run = row->dry_run;
	recording_killer_refuse(&w.world.recorder, row->refused, -EPERM);
	cr_assert(eq(int, run(), VERDICT_PAUSED), "%s", row->why);
	cr_expect(eq(u64, w.world.evaluation.wake_ns, w.world.now.hooks_until_ns), "%s", row->why);
	cr_expect(zero(int, w.world.decision.outcome), "%s: nothing is told yet", row->why);
	if (row->over)
		over(SPAWN_EXITED, 0);
	pass_s(row->after_s);
	if (row->then)
		world_load(&w.world, row->then);
	cr_expect(eq(int, run(), row->verdict), "%s", row->why);
	cr_expect(eq(str, (char *)hook_world_killed(&w), (char *)row->killed), "%s", row->why);
	cr_expect(eq(str, puppet_hook.fired, (char *)row->fired), "%s", row->why);
	cr_expect(eq(int, puppet_hook.nr_cancelled, row->nr_cancelled), "%s", row->why);
	cr_expect(eq(int, w.world.decision.outcome, (int)row->outcome), "%s", row->why);
	cr_expect(eq(i64, w.world.evaluation.pause_s, row->pause_s), "%s", row->why);
	if (row->outcome)
		cr_expect(eq(int, w.world.decision.hook.result.end, (int)row->end), "%s", row->why);
	hook_world_close(&w);
}

TestSuite(hook_pause);

/* fire() says at once how it ended: the kill does not wait. */
static const struct {
	enum spawn_end end;
	const char *why;
} at_once[] = {
	{ SPAWN_EXITED, "over at once" },
	{ SPAWN_NOT_STARTED, "could not be started" },
	{ SPAWN_LOST, "lost" },
};

TABLE_TEST(hook_pause, at_once, at_once, row)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	puppet_hook.fires = row->end;
	recording_killer_refuse(&w.world.recorder, "c", -EPERM);
	cr_expect(eq(int, run(), VERDICT_STOP), "%s", row->why);
	cr_expect(eq(str, (char *)hook_world_killed(&w), "c b"), "%s", row->why);
	cr_expect(eq(str, puppet_hook.fired, "c b"), "%s: one for each attempt", row->why);
	cr_expect(eq(sz, w.world.decision.nr_hooks, 2), "%s", row->why);
	cr_expect(eq(int, w.world.decision.hook.result.end, (int)row->end), "%s", row->why);
	hook_world_close(&w);
}

static const struct world_row one_empty[] = {
	{ .path = "a", .memory_bytes = 10 * WORLD_MIB },
	{ .path = "b", .memory_bytes = 20 * WORLD_MIB },
	{ .path = "c", .empty = true },
	{ 0 },
};

Test(hook_pause, no_hook_for_who_is_not_killed_anyway)
{
	hook_world_open(&w, one_empty, NULL, "cgroup=/");
	world_live_in(&w.world, "b");
	puppet_hook.fires = SPAWN_EXITED;
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, puppet_hook.fired, "a"), "not for the empty one, not for boomd's own");
	hook_world_close(&w);
}

Test(hook_pause, no_hook_past_the_window)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	w.world.now.hooks_until_ns = w.world.now.now_ns;
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(zero(int, puppet_hook.nr_fired));
	cr_expect(zero(sz, w.world.decision.nr_hooks));
	hook_world_close(&w);
}

Test(hook_pause, a_hooks_own_time_out_ends_the_wait_but_not_the_window)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "c", -EPERM);
	puppet_hook.until_ns = w.world.now.now_ns + 2 * WORLD_SECOND_NS;
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	cr_expect(eq(u64, w.world.evaluation.wake_ns, puppet_hook.until_ns));
	pass_s(2);
	cr_expect(eq(int, run(), VERDICT_PAUSED), "one for b");
	cr_expect(eq(int, puppet_hook.nr_cancelled, 1));
	cr_expect(eq(str, puppet_hook.fired, "c b"));
	hook_world_close(&w);
}

/* Another cgroup of the same name is not the victim: ids never come back. */
Test(hook_pause, a_victim_made_anew_is_another)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(1);
	for (size_t i = 0; i < w.world.nr_rows; i++)
		if (!strcmp(w.world.names[i], "c"))
			w.world.rows[i].id += 1ULL << 40;
	cr_assert(gt(int, cgroup_tree_build(w.world.tree, &w.world.snapshot), 0));
	cr_expect(eq(int, run(), VERDICT_CONTINUE));
	cr_expect(zero(sz, w.world.recorder.nr_kills));
	cr_expect(eq(int, w.world.decision.outcome, DECISION_GONE));
	hook_world_close(&w);
}

/* c is empty and passed over, b is the victim; when b has gone, c must not be taken for it. */
Test(hook_pause, nobody_takes_the_victims_place_in_the_list)
{
	static const struct world_row c_filled[] = {
		{ .path = "a", .memory_bytes = 10 * WORLD_MIB },
		{ .path = "c", .memory_bytes = 30 * WORLD_MIB },
		{ 0 },
	};

	hook_world_open(&w, c_emptied, NULL, "cgroup=/");
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	cr_expect(eq(str, puppet_hook.fired, "b"));
	over(SPAWN_EXITED, 0);
	pass_s(1);
	world_load(&w.world, c_filled);
	cr_expect(eq(int, run(), VERDICT_CONTINUE));
	cr_expect(zero(sz, w.world.recorder.nr_kills), "%s", hook_world_killed(&w));
	cr_expect(eq(int, w.world.decision.outcome, DECISION_GONE));
	hook_world_close(&w);
}

Test(hook_pause, boomd_has_moved_into_the_victim_meanwhile)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(5);
	world_live_in(&w.world, "c");
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, (char *)hook_world_killed(&w), "b"));
	cr_expect(eq(int, w.world.decision.candidates[0].fate, CANDIDATE_PROTECTED));
	hook_world_close(&w);
}

/* Down to B/F first (names descending); then back up, each level as it was ranked. */
static const struct world_row deep[] = {
	{ .path = "A/Z", .memory_bytes = WORLD_MIB }, { .path = "A/X", .memory_bytes = WORLD_MIB },
	{ .path = "B/F", .memory_bytes = WORLD_MIB }, { .path = "B/E", .memory_bytes = WORLD_MIB },
	{ 0 },
};
/* meanwhile: A/Z has gone, and A has another child */
static const struct world_row deep_then[] = {
	{ .path = "A/Y", .memory_bytes = WORLD_MIB }, { .path = "A/X", .memory_bytes = WORLD_MIB },
	{ .path = "B/F", .memory_bytes = WORLD_MIB }, { .path = "B/E", .memory_bytes = WORLD_MIB },
	{ 0 },
};

Test(hook_pause, levels_survive_and_what_was_not_gone_into_is_seen_as_it_is_now)
{
	hook_world_open(&w, deep, "cgroup=*;recursive=true", "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "*", -EPERM);
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	cr_expect(eq(str, puppet_hook.fired, "B/F"));
	over(SPAWN_EXITED, 0);
	pass_s(5);
	world_load(&w.world, deep_then);
	cr_expect(eq(int, run(), VERDICT_CONTINUE));
	cr_expect(eq(str, (char *)hook_world_killed(&w), "B/F B/E A/Y A/X"));
	cr_expect(zero(int, ((struct kill_by_name *)w.killer.state)->wrong_peers));
	cr_expect(eq(int, w.world.decision.candidates[0].fate, CANDIDATE_DESCENDED));
	hook_world_close(&w);
}

/* Patterns that overlap: who had their turn before the pause has none after it. */
Test(hook_pause, nobody_is_tried_twice)
{
	hook_world_open(&w, deep, "cgroup=*,B/*;recursive=true", "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "*", -EPERM);
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(5);
	cr_expect(eq(int, run(), VERDICT_CONTINUE));
	cr_expect(eq(sz, w.world.recorder.nr_kills, 4), "%s", hook_world_killed(&w));
	hook_world_close(&w);
}

/* The order is that of the first look, whatever they look like now. */
static const struct world_row grown[] = {
	{ .path = "a", .memory_bytes = 900 * WORLD_MIB, .preference = PREFERENCE_PREFER },
	{ .path = "b", .memory_bytes = 20 * WORLD_MIB },
	{ .path = "c", .memory_bytes = 1 * WORLD_MIB },
	{ 0 },
};

Test(hook_pause, the_order_is_kept)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "c", -EPERM);
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(5);
	world_load(&w.world, grown);
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, (char *)hook_world_killed(&w), "c b"));
	cr_expect(eq(u64, w.world.decision.victim_memory_bytes, 20 * WORLD_MIB));
	hook_world_close(&w);
}

#define MANY (PAUSE_CANDIDATES_MAX + 500)

Test(hook_pause, more_candidates_than_a_slot_holds)
{
	static struct world_row rows[MANY + 1];
	static char names[MANY][16];

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "c%05zu", i);
		rows[i] = (struct world_row){ .path = names[i], .memory_bytes = 1 + i };
	}
	hook_world_open(&w, rows, NULL, "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "*", -EPERM);
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(5);
	cr_expect(eq(int, run(), VERDICT_CONTINUE));
	cr_expect(eq(sz, w.world.recorder.nr_kills, PAUSE_CANDIDATES_MAX));
	cr_expect(eq(str, w.world.recorder.kills[0].path, names[MANY - 1]));
	cr_expect(eq(str, w.world.recorder.kills[PAUSE_CANDIDATES_MAX - 1].path, names[500]));
	cr_expect(eq(int, w.world.decision.outcome, DECISION_FAILED));
	hook_world_close(&w);
}

/* A victim far down in a list that does not fit is still the victim. */
Test(hook_pause, a_late_victim_of_a_long_list)
{
	static struct world_row rows[MANY + 1];
	static char names[MANY][16];

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "c%05zu", i);
		rows[i] = (struct world_row){ .path = names[i], .memory_bytes = 1, .empty = i > 100 };
	}
	hook_world_open(&w, rows, NULL, "cgroup=/");
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	cr_expect(eq(str, puppet_hook.fired, "c00100"));
	over(SPAWN_EXITED, 0);
	pass_s(1);
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, (char *)hook_world_killed(&w), "c00100"));
	hook_world_close(&w);
}

/* --- slots --- */

Test(hook_pause, without_a_slot_the_kill_does_without_a_hook)
{
	struct instance others[KILL_PAUSES_MAX];

	hook_world_open(&w, three, NULL, "cgroup=/");
	for (size_t i = 0; i < KILL_PAUSES_MAX; i++) {
		others[i] = world_plugin(&plugin_kill_by_name, "cgroup=*");
		cr_assert(eq(int, world_run(&w.world, &others[i]), VERDICT_PAUSED));
	}
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(int, puppet_hook.nr_fired, KILL_PAUSES_MAX));
	cr_expect(zero(sz, w.world.decision.nr_hooks));
	for (size_t i = 0; i < KILL_PAUSES_MAX; i++)
		instance_free(&others[i]);
	cr_expect(eq(int, puppet_hook.nr_cancelled, KILL_PAUSES_MAX), "free() gives hooks up");
	cr_expect(eq(int, run(), VERDICT_PAUSED), "slots are free again");
	hook_world_close(&w);
}

Test(hook_pause, rulesets_wait_for_their_own_hooks)
{
	struct instance other = world_plugin(&plugin_kill_by_name, "cgroup=a,b");

	hook_world_open(&w, three, NULL, "cgroup=/");
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	cr_assert(eq(int, world_run(&w.world, &other), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(1);
	cr_expect(eq(int, world_run(&w.world, &other), VERDICT_STOP));
	cr_expect(eq(str, (char *)hook_world_killed(&w), "b"));
	world_pass_ms(&w.world, 1);
	cr_expect(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, (char *)hook_world_killed(&w), "b c"));
	instance_free(&other);
	hook_world_close(&w);
}

Test(hook_pause, a_cancelled_kill_is_forgotten)
{
	hook_world_open(&w, three, NULL, "cgroup=/");
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	instance_cancel(&w.killer);
	instance_cancel(&w.killer);
	cr_expect(eq(int, puppet_hook.nr_cancelled, 1));
	pass_s(1);
	world_load(&w.world, only_a);
	cr_expect(eq(int, run(), VERDICT_PAUSED), "begins anew, with whom there is");
	cr_expect(eq(str, puppet_hook.fired, "c a"));
	hook_world_close(&w);
}

/* --- the record --- */

Test(hook_pause, the_record_tells_of_the_whole_way)
{
	struct decision *decision = &w.world.decision;
	char uuid[KILL_UUID_SIZE];

	hook_world_open(&w, three, NULL, "cgroup=/");
	w.world.now.record = &(struct boomd_record){ .kind = BOOMD_RECORD_WATCH_ABOVE, .time_ns = 42 };
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	cr_assert(w.world.evaluation.paused != NULL, "the engine can add what woke it");
	w.world.evaluation.paused->snapshot_ns = 77;
	memcpy(uuid, puppet_hook.uuid, sizeof(uuid));
	over(SPAWN_EXITED, 3);
	pass_s(1);
	w.world.now.record = NULL;
	world_load(&w.world, grown);
	cr_assert(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, decision->uuid, uuid), "what the hook was told");
	cr_expect(eq(str, w.world.recorder.kills[0].uuid, uuid));
	cr_expect(eq(u64, decision->event_ns, 42));
	cr_expect(eq(u64, decision->snapshot_ns, 77));
	cr_assert(eq(sz, decision->nr_candidates, 3), "as they were ranked");
	cr_expect(eq(u64, decision->candidates[0].memory_bytes, 30 * WORLD_MIB));
	cr_expect(eq(int, decision->candidates[0].fate, CANDIDATE_CHOSEN));
	cr_expect(eq(int, decision->candidates[1].fate, CANDIDATE_NOT_TRIED));
	cr_expect(eq(u64, decision->victim_memory_bytes, 1 * WORLD_MIB), "as it was killed");
	cr_assert(eq(sz, decision->nr_lines, 1));
	cr_expect(eq(str, decision->lines[0], "c of 3"));
	cr_expect(eq(sz, decision->nr_hooks, 1));
	cr_expect(eq(str, decision->hook.name, "puppet_hook"));
	cr_expect(eq(u64, decision->hook.cgroup_id, decision->victim_id));
	cr_expect(eq(int, decision->hook.result.status, 3));
	cr_expect(eq(str, decision->hook.result.output, "said"));
	cr_expect(gt(u64, decision->hook.fired_ns, 0));
	cr_expect(ge(u64, decision->hook.result.finished_ns, decision->hook.fired_ns));
	cr_expect(ge(u64, decision->decided_ns, decision->hook.result.finished_ns));
	hook_world_close(&w);
}

Test(hook_pause, the_record_of_the_next_best)
{
	struct decision *decision = &w.world.decision;

	hook_world_open(&w, three, NULL, "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "c", -EPERM);
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	over(SPAWN_EXITED, 0);
	pass_s(1);
	cr_assert(eq(int, run(), VERDICT_PAUSED));
	pass_s(1);
	cr_assert(eq(int, run(), VERDICT_STOP));
	cr_expect(eq(str, decision->victim, "b"));
	cr_expect(eq(sz, decision->nr_hooks, 2));
	cr_expect(eq(u64, decision->hook.cgroup_id, decision->victim_id));
	cr_expect(eq(int, decision->candidates[0].fate, CANDIDATE_FAILED));
	cr_expect(eq(int, decision->candidates[0].error, -EPERM));
	cr_expect(eq(int, decision->candidates[1].fate, CANDIDATE_CHOSEN));
	cr_assert(eq(sz, decision->nr_lines, 2));
	cr_expect(eq(str, decision->lines[0], "c of 3"));
	cr_expect(eq(str, decision->lines[1], "b of 3"));
	hook_world_close(&w);
}

/* oomd's words (oomd.md 1.2), and silence. */
static const struct {
	const char *why;
	enum spawn_end end; /* SPAWN_NONE: not over */
	bool silent;
	uint64_t after_s;
	const char *says;
} words[] = {
	{ "over", SPAWN_EXITED, false, 1, "pre-kill hook finished for Ruleset=ruleset\n" },
	{ "not over", SPAWN_NONE, false, 1, "Still running pre-kill hook for Ruleset=ruleset\n" },
	{ "its keeper was the first to see the deadline", SPAWN_TIMED_OUT, false, 4,
	  "pre-kill hook timed out for Ruleset=ruleset\n" },
	{ "too late", SPAWN_NONE, false, 5, "pre-kill hook timed out for Ruleset=ruleset\n" },
	{ "silence-logs", SPAWN_EXITED, true, 1, "" },
	{ "silence-logs, too late", SPAWN_NONE, true, 5, "" },
};

TABLE_TEST(hook_pause, words, words, row)
{
	static char text[4096];
	FILE *err;

	cr_redirect_stderr();
	hook_world_open(&w, three, NULL, "cgroup=/");
	log_set_level(LOG_LEVEL_INFO);
	w.world.now.silent = row->silent;
	(void)run();
	if (row->end)
		over(row->end, 0);
	pass_s(row->after_s);
	(void)run();
	err = cr_get_redirected_stderr();
	text[fread(text, 1, sizeof(text) - 1, err)] = '\0';
	cr_expect(eq(str, text, (char *)row->says), "%s", row->why);
	hook_world_close(&w);
}

/* Into the pause, out of it, on to the next: from memory that was there before. */
Test(hook_pause, nothing_is_allocated)
{
	enum verdict verdicts[3];
	size_t nr;

	if (allocations_sanitized())
		cr_skip_test("malloc belongs to a sanitizer in this build");
	cr_assert(allocations_can_count());
	hook_world_open(&w, deep, "cgroup=*;recursive=true", "cgroup=/");
	recording_killer_refuse(&w.world.recorder, "B/F", -EPERM);
	allocations_begin();
	verdicts[0] = run();
	over(SPAWN_EXITED, 0);
	pass_s(1);
	verdicts[1] = run();
	pass_s(1);
	verdicts[2] = run();
	nr = allocations_end();
	cr_expect(zero(sz, nr));
	cr_expect(eq(int, verdicts[0], VERDICT_PAUSED));
	cr_expect(eq(int, verdicts[1], VERDICT_PAUSED));
	cr_expect(eq(int, verdicts[2], VERDICT_STOP));
	hook_world_close(&w);
}
