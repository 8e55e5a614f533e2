/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chains that go on later, and rulesets that fire together: a kill needs a group that fires at
 * that time, whatever else is in a chain goes on as in oomd.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/clones.h"
#include "engine/engine.h"
#include "engine/ruleset.h"
#include "plugins/kill/pause.h"
#include "report/decision.h"
#include "table_test.h"
#include "unit/engine/puppets.h"
#include "unit/fake_source.h"
#include "unit/plugins/recording_killer.h"
#include "unit/plugins/world.h"
#include "unit/report/said.h"

#define S 1000000000ULL

static struct fake_source fake;
static struct recording_killer recorder;
static struct engine *engine;
static struct rules *rules;

static void start(uint64_t tick_ns)
{
	const struct engine_options options = {
		.source = &fake.source, .killer = &recorder.killer, .tick_ns = tick_ns,
		.max_cgroups = FAKE_ROWS_MAX,
	};

	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
}

static void setup(void)
{
	fake_source_init(&fake);
	fake_cgroup(&fake, 2, 1, "victim")->memory_bytes = 1 << 20;
	recording_killer_init(&recorder);
	rules = puppet_rules(1, 2);
}

static void teardown(void)
{
	engine_free(engine);
	engine = NULL;
}

TestSuite(async, .init = setup, .fini = teardown);

static struct puppet *detector(void)
{
	return puppet_detector(rules, 0, 0, 0);
}

/* The second action of the ruleset kills, the first is paused so often. */
static void then_kill(const char *args, int nr_pauses)
{
	struct instance *second = &rules->rulesets[0].actions[1];

	instance_free(second);
	*second = world_plugin_named("kill_by_io_cost", args);
	puppet_action(rules, 0, 0)->nr_pauses = nr_pauses;
	detector()->verdict = VERDICT_CONTINUE;
}

/* oomd kills then (oomd.md 0.15). */
Test(async, nobody_is_killed_for_what_a_group_said_before)
{
	then_kill("cgroup=*", 1);
	start(0);
	engine_run(engine, 100 * S);
	detector()->verdict = VERDICT_STOP;
	for (uint64_t now_ns = 101 * S; now_ns < 130 * S; now_ns = engine_wake_ns(engine))
		engine_run(engine, now_ns);
	cr_expect(eq(int, puppet_action(rules, 0, 0)->nr_runs, 2), "what has begun sees its end");
	cr_expect(zero(sz, recorder.nr_kills));
	cr_expect(eq(u64, engine_wake_ns(engine), UINT64_MAX), "and nobody waits for anything");
}

/* A detector of a short window is silent now and then, and the kill must come all the same. */
static const struct {
	const char *why;
	uint64_t tick_ns, fires_again_ns;
	size_t nr_kills;
} silences[] = {
	{ "none at all", 0, 101 * S, 1 },
	{ "a short one", 0, 105 * S, 1 },
	{ "longer than the patience: the chain is gone, a new one begins with its first action", 0,
	  107 * S, 0 },
	{ "one tick of two", 5 * S, 110 * S, 1 },
	{ "two ticks", 5 * S, 115 * S, 0 },
};

TABLE_TEST(async_silence, kill_after, silences, row)
{
	setup();
	then_kill("cgroup=*", 1);
	start(row->tick_ns);
	engine_run(engine, 100 * S);
	detector()->verdict = VERDICT_STOP;
	for (uint64_t now_ns = engine_wake_ns(engine); now_ns < row->fires_again_ns;
	     now_ns = engine_wake_ns(engine))
		engine_run(engine, now_ns);
	detector()->verdict = VERDICT_CONTINUE;
	if (puppet_action(rules, 0, 0)->nr_runs == 2) /* done; a chain that begins anew ends there */
		puppet_action(rules, 0, 0)->verdict = VERDICT_STOP;
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 2, 0);
	engine_drain(engine, row->fires_again_ns);
	engine_run(engine, row->fires_again_ns);
	cr_expect(eq(sz, recorder.nr_kills, row->nr_kills), "%s", row->why);
	teardown();
}

Test(async, a_dropped_chain_says_so_once_and_gives_up_what_it_waited_for)
{
	struct kill_pause hook_runs = { .used = true };
	char *said;

	rules->rulesets[0].silence_engine = false;
	then_kill("cgroup=*", 1);
	start(0);
	engine_run(engine, 100 * S);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 101 * S);
	rules->rulesets[0].actions[1].pause = &hook_runs;
	said_begin();
	engine_run(engine, 106 * S);
	engine_run(engine, 120 * S);
	said = said_end();
	cr_expect(eq(str, said, "No DetectorGroup of Ruleset=r fires any more. Dropping action chain at "
				"Action=kill_by_io_cost\n"));
	cr_expect(not(hook_runs.used));
	cr_expect(zero(ptr, rules->rulesets[0].actions[1].pause));
}

/* The delay of the plugin counts on a resume, too (oomd.md 0.16). */
Test(async, a_plugins_own_delay_counts_on_resume_while_nothing_fires)
{
	struct puppet *first = puppet_action(rules, 0, 0);

	detector()->verdict = VERDICT_CONTINUE;
	first->nr_pauses = 1;
	first->verdict = VERDICT_STOP;
	first->pause_s = 60;
	start(0);
	engine_run(engine, 100 * S);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 101 * S);
	cr_expect(eq(u64, rules->rulesets[0].pause_until_ns, 161 * S));
}

/* --- clones, made by hand of puppets --- */

#define NR_CLONES 2

static struct config_ruleset written;

/* Clones of ruleset 0 for cgroups 10 and 11, like the ones in rules of their own. */
static void make_clones(size_t nr_actions)
{
	struct clones *clones;
	struct diagnostics diagnostics;

	diagnostics_init(&diagnostics, "t", false);
	written = (struct config_ruleset){ .name = (char *)"r", .cgroup = (char *)"s/*",
					   .xattr_filter = (char *)"" };
	cr_assert(zero(int, clones_new(&written, &rules->env, &diagnostics, &clones)));
	diagnostics_fini(&diagnostics);
	clones->items = calloc(NR_CLONES, sizeof(struct clone *));
	clones->nr_items = clones->nr_places = NR_CLONES;
	fake_cgroup(&fake, 9, 1, "s");
	for (size_t i = 0; i < NR_CLONES; i++) {
		struct rules *one = puppet_rules(1, nr_actions);

		clones->items[i] = calloc(1, sizeof(struct clone));
		*clones->items[i] = (struct clone){ .cgroup_id = 10 + i, .cgroup = strdup("c"),
						    .ruleset = one->rulesets[0] };
		free(one->rulesets);
		free(one);
		fake_cgroup(&fake, 10 + i, 9, i ? "b" : "a");
	}
	rules->rulesets[0].clones = clones;
}

static struct puppet *clones_detector(size_t i)
{
	return rules->rulesets[0].clones->items[i]->ruleset.groups[0].detectors[0].state;
}

static struct puppet *clones_action(size_t i, size_t action)
{
	return rules->rulesets[0].clones->items[i]->ruleset.actions[action].state;
}

/* oomd's RulesetCGroupTwoChainsIndependentlyPaused, in what it is about (oomd.md 5.4). */
Test(async, chains_of_two_clones_are_paused_independently)
{
	make_clones(2);
	clones_action(0, 0)->nr_pauses = 2;
	clones_action(1, 0)->nr_pauses = 1;
	clones_detector(0)->verdict = VERDICT_CONTINUE;
	clones_detector(1)->verdict = VERDICT_STOP;
	start(S);
	engine_run(engine, 100 * S);
	clones_detector(0)->verdict = VERDICT_STOP;
	clones_detector(1)->verdict = VERDICT_CONTINUE;
	engine_run(engine, 101 * S);
	clones_detector(1)->verdict = VERDICT_STOP;
	engine_run(engine, 102 * S);
	cr_expect(eq(int, clones_action(0, 0)->nr_runs, 3));
	cr_expect(eq(int, clones_action(0, 1)->nr_runs, 1));
	cr_expect(eq(int, clones_action(1, 0)->nr_runs, 2));
	cr_expect(eq(int, clones_action(1, 1)->nr_runs, 1));
	cr_expect(zero(int, detector()->nr_runs), "the template never runs");
	cr_expect(zero(int, detector()->nr_preruns));
}

/* ... and RulesetCGroupCount: prerun when made, then at each evaluation, never by a run. */
Test(async, a_new_clone_is_prerun_once_and_runs_at_once)
{
	struct evaluation evaluation = { .wake_ns = UINT64_MAX };
	struct moment now = { .now_ns = 100 * S, .evaluation = &evaluation };
	struct cgroup_tree *tree;
	struct snapshot snapshot;

	make_clones(1);
	cr_assert(zero(int, cgroup_tree_new(FAKE_ROWS_MAX, &tree)));
	cr_assert(zero(int, fake.source.ops->snapshot(&fake.source, &snapshot)));
	cr_assert(ge(int, cgroup_tree_build(tree, &snapshot), 1));
	now.tree = tree;
	clones_detector(0)->verdict = clones_detector(1)->verdict = VERDICT_STOP;
	rules->rulesets[0].clones->items[1]->is_fresh = true;
	ruleset_run_fresh(&rules->rulesets[0], &now, true, S, NULL, NULL);
	cr_expect(zero(int, clones_detector(0)->nr_preruns), "not new");
	cr_expect(zero(int, clones_detector(0)->nr_runs));
	cr_expect(eq(int, clones_detector(1)->nr_preruns, 1));
	cr_expect(eq(int, clones_action(1, 0)->nr_preruns, 1));
	cr_expect(eq(int, clones_detector(1)->nr_runs, 1));
	ruleset_prerun(&rules->rulesets[0], &now);
	cr_expect(eq(int, clones_detector(1)->nr_preruns, 2));
	ruleset_run(&rules->rulesets[0], &now, true, S, NULL, NULL);
	cr_expect(eq(int, clones_detector(1)->nr_preruns, 2));
	cr_expect(eq(int, clones_detector(1)->nr_runs, 2));
	cr_expect(zero(ptr, (void *)now.ruleset_cgroup), "gone when the clones are done");
	cgroup_tree_free(tree);
	rules_free(rules);
}

/* oomd dies of it (oomd.md 0.5); here with an action that is not done. */
Test(async, a_clone_goes_with_an_action_that_waits)
{
	make_clones(1);
	clones_action(0, 0)->nr_pauses = clones_action(1, 0)->nr_pauses = 100;
	clones_detector(0)->verdict = clones_detector(1)->verdict = VERDICT_CONTINUE;
	start(S);
	engine_run(engine, 100 * S);
	fake.nr_rows--;
	engine_run(engine, 101 * S);
	cr_expect(eq(sz, rules->rulesets[0].clones->nr_items, 1));
	engine_run(engine, 102 * S);
	cr_expect(eq(int, clones_action(0, 0)->nr_runs, 3));
	fake.nr_rows--;
	engine_run(engine, 103 * S);
	cr_expect(zero(sz, rules->rulesets[0].clones->nr_items));
}
