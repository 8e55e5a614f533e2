/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine with a source and plugins that do as they are told: when does it evaluate, what does
 * a verdict lead to, when does it want to be called again. Time is an argument throughout.
 */
#include <errno.h>
#include <string.h>

#include "engine/engine.h"
#include "report/decision.h"
#include "report/stats.h"
#include "table_test.h"
#include "unit/engine/puppets.h"
#include "unit/fake_source.h"

#define S 1000000000ULL

static struct fake_source fake;
static struct engine *engine;
static struct rules *rules;

static void start(uint64_t tick_ns, uint64_t poll_ns)
{
	const struct engine_options options = {
		.source = &fake.source,
		.tick_ns = tick_ns,
		.poll_ns = poll_ns,
		.max_cgroups = FAKE_ROWS_MAX,
	};

	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
}

static void setup(void)
{
	fake_source_init(&fake);
	rules = puppet_rules(1, 1);
}

static void teardown(void)
{
	engine_free(engine);
	engine = NULL;
}

TestSuite(engine, .init = setup, .fini = teardown);

static struct puppet *detector(void)
{
	return puppet_detector(rules, 0, 0, 0);
}

static struct puppet *action(void)
{
	return puppet_action(rules, 0, 0);
}

Test(engine, a_failing_snapshot_is_tried_again_and_kills_nobody)
{
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	fake.snapshot_error = -EIO;
	engine_run(engine, 100 * S);
	cr_expect(zero(int, action()->nr_runs));
	cr_expect(eq(u64, engine_wake_ns(engine), 101 * S));
	fake.snapshot_error = 0;
	engine_run(engine, 101 * S);
	cr_expect(eq(int, action()->nr_runs, 1));
}

Test(engine, evaluates_once_at_start_and_then_never_without_a_reason)
{
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 1));
	cr_expect(eq(u64, engine_wake_ns(engine), UINT64_MAX), "nothing to wait for");
	engine_run(engine, 5000 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 1));
}

/* Which records make the engine evaluate at once. */
static const struct {
	enum boomd_record_kind kind;
	int evaluates;
	const char *why;
} kinds[] = {
	{ BOOMD_RECORD_NONE, 0, "a record of no kind" },
	{ BOOMD_RECORD_KINDS, 0, "a kind from the future" },
	{ BOOMD_RECORD_PSI_TRIGGER, 1, "a trigger" },
	{ BOOMD_RECORD_WATCH_ABOVE, 1, "a threshold crossed upwards" },
	{ BOOMD_RECORD_WATCH_BELOW, 1, "a threshold crossed downwards" },
	{ BOOMD_RECORD_MEMORY_EVENTS, 1, "memory.events" },
	{ BOOMD_RECORD_SWAP_EVENTS, 1, "memory.swap.events" },
	{ BOOMD_RECORD_CGROUP_EVENTS, 1, "cgroup.events" },
	{ BOOMD_RECORD_CGROUP_MADE, 0, "mkdir is looked at a little later" },
	{ BOOMD_RECORD_CGROUP_FREED, 0, "rmdir is looked at a little later" },
	{ BOOMD_RECORD_CGROUP_RELEASED, 0, "and so is the end of a removed one" },
	{ BOOMD_RECORD_EXIT, 0, "an exit concerns the verification only" },
	{ BOOMD_RECORD_OOM_KILL, 0, "a kernel kill is only told" },
	{ BOOMD_RECORD_PREFERENCE, 0, "the next snapshot has it" },
	{ BOOMD_RECORD_XATTR, 0, "an xattr is looked at a little later" },
};

TABLE_TEST(engine_records, wake, kinds, row)
{
	setup();
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	fake_record(&fake, row->kind, 1, ~0ULL);
	cr_expect(eq(int, engine_drain(engine, 101 * S), 1));
	cr_expect(eq(i64, stats_get(STATS_RECORDS), 1));
	engine_run(engine, 101 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 1 + row->evaluates), "%s", row->why);
	teardown();
}

Test(engine, with_a_tick_records_wake_nobody)
{
	start(5 * S, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, 101 * S);
	engine_run(engine, 101 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 1));
	cr_expect(eq(u64, engine_wake_ns(engine), 105 * S));
	engine_run(engine, 105 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 2));
}

Test(engine, without_bpf_it_polls)
{
	start(0, S);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 101 * S));
}

/* BPF runs, but one of its hooks is missing: what the ladder calls polling must be polled. */
Test(engine, a_lower_rung_of_bpf_polls)
{
	fake.rung = "polling";
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 101 * S));
}

static struct cgroup_patterns everybody;

static size_t watch_everybody(const void *state, struct watch *ret_watches, size_t max)
{
	(void)state, (void)max;
	ret_watches[0] = (struct watch){ .kind = WATCH_TRIGGER, .cgroups = &everybody };
	return 1;
}

Test(engine, a_trigger_that_is_refused_is_polled_from_the_first_evaluation_on)
{
	struct instance *instance = &rules->rulesets[0].groups[0].detectors[0];
	struct plugin waits = *instance->plugin;
	const char *why;
	size_t offset;

	cr_assert(zero(int, cgroup_patterns_parse("*", &everybody, &why, &offset)));
	waits.watches = watch_everybody;
	instance->plugin = &waits;
	fake_cgroup(&fake, 2, 1, "a");
	fake.arm_error = -EBUSY;
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 101 * S));
	engine_free(engine); /* while the plugin is there */
	engine = NULL;
	cgroup_patterns_free(&everybody);
}

Test(engine, a_plugin_may_ask_for_a_time)
{
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	detector()->wake_after_ns = 30 * S;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 130 * S));
	engine_run(engine, 129 * S);
	cr_expect(eq(int, detector()->nr_runs, 1));
	engine_run(engine, 130 * S);
	cr_expect(eq(int, detector()->nr_runs, 2));
}

Test(engine, stop_pauses_for_the_rulesets_delay_while_detectors_go_on)
{
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	action()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 115 * S));
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, 110 * S);
	engine_run(engine, 110 * S);
	cr_expect(eq(int, action()->nr_runs, 1), "paused");
	cr_expect(eq(int, detector()->nr_runs, 2), "detectors keep their windows");
	cr_expect(eq(u64, engine_wake_ns(engine), 115 * S));
	engine_run(engine, 115 * S);
	cr_expect(eq(int, action()->nr_runs, 2));
}

Test(engine, a_plugins_own_delay_replaces_the_rulesets)
{
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	action()->verdict = VERDICT_STOP;
	action()->pause_s = 60;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 160 * S));
}

Test(engine, a_delay_of_zero_is_no_busy_loop)
{
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	action()->verdict = VERDICT_STOP;
	action()->pause_s = 0;
	engine_run(engine, 100 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 101 * S));
}

Test(engine, continue_goes_on_to_the_next_action_and_tries_again)
{
	rules_free(rules);
	rules = puppet_rules(1, 3);
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	puppet_action(rules, 0, 1)->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	cr_expect(eq(int, puppet_action(rules, 0, 0)->nr_runs, 1));
	cr_expect(eq(int, puppet_action(rules, 0, 1)->nr_runs, 1));
	cr_expect(eq(int, puppet_action(rules, 0, 2)->nr_runs, 0), "STOP ends the chain");
}

Test(engine, a_paused_action_is_resumed_where_it_was_even_if_nothing_fires)
{
	rules_free(rules);
	rules = puppet_rules(1, 2);
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	puppet_action(rules, 0, 1)->nr_pauses = 2;
	puppet_action(rules, 0, 1)->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 101 * S);
	engine_run(engine, 102 * S);
	engine_run(engine, 103 * S);
	cr_expect(eq(int, puppet_action(rules, 0, 0)->nr_runs, 1), "not from the start");
	cr_expect(eq(int, puppet_action(rules, 0, 1)->nr_runs, 3));
	cr_expect(eq(str, (char *)puppet_action(rules, 0, 1)->group_seen, "g"),
		  "the group that had fired then");
}

Test(engine, all_detectors_are_asked_and_the_first_firing_group_gives_the_name)
{
	rules_free(rules);
	rules = puppet_rules(2, 1);
	puppet_add_group(rules, 0);
	puppet_add_group(rules, 0);
	start(0, 0);
	puppet_detector(rules, 0, 0, 0)->verdict = VERDICT_STOP;
	puppet_detector(rules, 0, 0, 1)->verdict = VERDICT_CONTINUE;
	puppet_detector(rules, 0, 1, 0)->verdict = VERDICT_CONTINUE;
	puppet_detector(rules, 0, 2, 0)->verdict = VERDICT_CONTINUE;
	engine_run(engine, 100 * S);
	cr_expect(eq(int, puppet_detector(rules, 0, 0, 1)->nr_runs, 1), "no short circuit");
	cr_expect(eq(int, puppet_detector(rules, 0, 2, 0)->nr_runs, 1));
	cr_expect(eq(str, (char *)action()->group_seen, "g1"));
}

Test(engine, prerun_comes_for_every_plugin_also_while_paused)
{
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	action()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, 101 * S);
	engine_run(engine, 101 * S);
	cr_expect(eq(int, detector()->nr_preruns, 2));
	cr_expect(eq(int, action()->nr_preruns, 2));
}

Test(engine, rulesets_are_independent)
{
	size_t second = puppet_add_ruleset(rules, 1, 1);

	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	puppet_detector(rules, second, 0, 0)->verdict = VERDICT_CONTINUE;
	engine_run(engine, 100 * S);
	cr_expect(eq(int, action()->nr_runs, 0));
	cr_expect(eq(int, puppet_action(rules, second, 0)->nr_runs, 1));
}

Test(engine, a_storm_of_mkdir_costs_one_look_in_100_ms)
{
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	for (int i = 0; i < 50; i++)
		fake_record(&fake, BOOMD_RECORD_CGROUP_MADE, 100 + (uint64_t)i, 1);
	engine_drain(engine, 200 * S);
	engine_run(engine, 200 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 1));
	cr_expect(eq(u64, engine_wake_ns(engine), 200 * S + S / 10));
	engine_run(engine, 200 * S + S / 10);
	cr_expect(eq(u64, engine_evaluations(engine), 2));
	cr_expect(eq(u64, engine_wake_ns(engine), UINT64_MAX));
}

Test(engine, lost_records_lead_to_a_fresh_look)
{
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	fake.lost = true;
	engine_drain(engine, 101 * S);
	engine_run(engine, 101 * S);
	cr_expect(eq(u64, engine_evaluations(engine), 2));
	cr_expect(eq(i64, stats_get(STATS_EVALUATIONS), 2));
	cr_expect(eq(i64, stats_get(STATS_RECORDS_LOST), 1));
}

Test(engine, without_rules_it_does_nothing)
{
	const struct engine_options options = { .source = &fake.source,
						.max_cgroups = FAKE_ROWS_MAX };

	rules_free(rules);
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_run(engine, 100 * S);
	cr_expect(zero(sz, fake.nr_snapshots));
}

static struct decision decided;

static void take_decision(void *user, const struct decision *decision)
{
	(void)user;
	decided = *decision;
}

/* A duration that runs out is a timer; what began it is the record in which the group first held. */
Test(engine, a_kill_by_timer_names_the_record_that_began_it)
{
	const struct engine_options options = { .source = &fake.source,
						.max_cgroups = FAKE_ROWS_MAX,
						.listener.decision = take_decision };

	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	detector()->wake_after_ns = 30 * S;
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, 101 * S);
	engine_run(engine, 101 * S);
	detector()->verdict = VERDICT_CONTINUE;
	action()->verdict = VERDICT_STOP;
	action()->reports = DECISION_DRY;
	engine_run(engine, 131 * S);
	cr_expect(eq(int, action()->nr_runs, 1));
	cr_expect(eq(u32, decided.trigger.kind, BOOMD_RECORD_WATCH_ABOVE));
	cr_expect(eq(u64, decided.event_ns, 1));
	cr_expect(eq(u64, decided.drained_ns, 101 * S));
}

/* ... and a record of long ago, after which all was quiet, is not. */
Test(engine, a_kill_long_after_is_not_put_down_to_an_old_record)
{
	const struct engine_options options = { .source = &fake.source,
						.max_cgroups = FAKE_ROWS_MAX,
						.listener.decision = take_decision };

	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, 101 * S);
	engine_run(engine, 101 * S);
	detector()->verdict = VERDICT_CONTINUE;
	action()->reports = DECISION_DRY;
	fake_record(&fake, BOOMD_RECORD_CGROUP_MADE, 5, 1);
	engine_drain(engine, 200 * S);
	engine_run(engine, 201 * S);
	cr_expect(eq(int, action()->nr_runs, 1));
	cr_expect(zero(u64, decided.event_ns));
}

Test(engine, a_reload_cuts_no_rest_short)
{
	start(0, 0);
	detector()->verdict = VERDICT_CONTINUE;
	action()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	rules = puppet_rules(1, 1);
	detector()->verdict = VERDICT_CONTINUE;
	engine_set_rules(engine, rules);
	engine_run(engine, 101 * S);
	cr_expect(eq(int, action()->nr_runs, 0), "still resting from before");
	cr_expect(eq(u64, engine_wake_ns(engine), 115 * S));
	engine_run(engine, 115 * S);
	cr_expect(eq(int, action()->nr_runs, 1));
}

Test(engine, polls_from_now_on_when_records_cannot_be_taken)
{
	start(0, 0);
	detector()->verdict = VERDICT_STOP;
	engine_run(engine, 100 * S);
	engine_poll_from_now_on(engine);
	engine_run(engine, 101 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 102 * S));
}

static bool needs(const void *state)
{
	(void)state;
	return true;
}

static struct moment seen;

static enum verdict keep_moment(void *state, const struct moment *now)
{
	(void)state;
	seen = *now;
	return VERDICT_STOP;
}

Test(engine, vmstat_is_read_for_who_needs_it_and_becomes_rates)
{
	struct instance *instance = &rules->rulesets[0].groups[0].detectors[0];
	struct plugin asks = *instance->plugin;

	start(0, 0);
	cr_expect(not(fake.source.wants_vmstat));
	engine_free(engine);

	rules = puppet_rules(1, 1);
	instance = &rules->rulesets[0].groups[0].detectors[0];
	asks.needs_vmstat = needs;
	asks.run = keep_moment;
	instance->plugin = &asks;
	fake.system.has_vmstat = true;
	start(0, 0);
	cr_expect(fake.source.wants_vmstat);
	engine_run(engine, 100 * S);
	cr_expect(not(seen.swap_out.known));
	cr_expect(eq(u64, seen.tick_ns, 5 * S));
	fake.system.swapped_out_pages = 10;
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 1, 0);
	engine_drain(engine, 105 * S);
	engine_run(engine, 105 * S);
	cr_expect(seen.swap_out.known);
	cr_expect(gt(dbl, seen.swap_out.now_bps, 10.0 * 1024 / 5));

	rules = puppet_rules(1, 1);
	engine_set_rules(engine, rules);
	cr_expect(not(fake.source.wants_vmstat), "new rules need it no more");
}
