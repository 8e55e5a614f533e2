/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Drop-ins in the engine. The first part are the cases of oomd's ConfigCompilerTest.cpp (oomd.md
 * 5.4) under their own names; the second is what must not change by a drop-in.
 */
#include "engine/drop_in.h"

#include <errno.h>
#include <string.h>

#include "engine/engine.h"
#include "report/stats.h"
#include "table_test.h"
#include "unit/engine/from_text.h"
#include "unit/engine/puppets.h"
#include "unit/fake_source.h"

#define S 1000000000ULL

#define PARTS	 "\"detectors\":[[\"g\",{\"name\":\"continue\"}]],\"actions\":[{\"name\":\"continue\"}]"
#define OPEN	 "\"drop-in\":{\"detectors\":true,\"actions\":true}"
#define DISABLES "\"drop-in\":{\"detectors\":true,\"actions\":true,\"disable-on-drop-in\":true}"
#define ONE(flags) "{\"rulesets\":[{\"name\":\"r\"," flags "," PARTS "}]}"
#define TWO	 "{\"rulesets\":[{\"name\":\"r\"," OPEN "," PARTS "},{\"name\":\"s\"," OPEN "," PARTS "}]}"
#define NEW_ACTIONS "{\"rulesets\":[{\"name\":\"r\",\"actions\":[{\"name\":\"continue\"}]}]}"

static struct fake_source fake;
static struct engine *engine;
static struct rules *rules;
static uint64_t now_ns;

static void setup(void)
{
	fake_source_init(&fake);
	now_ns = 100 * S;
}

static void teardown(void)
{
	engine_free(engine);
	engine = NULL;
}

TestSuite(drop_in, .init = setup, .fini = teardown);

static struct rules *new_rules(const char *base)
{
	struct rules *made = rules_from_text(base);

	for (size_t i = 0; i < made->nr_rulesets; i++)
		puppet_take_over(&made->rulesets[i]);
	return made;
}

static void start(const char *base, uint64_t tick_ns)
{
	const struct engine_options options = {
		.source = &fake.source, .max_cgroups = FAKE_ROWS_MAX, .tick_ns = tick_ns,
	};

	rules = new_rules(base);
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
}

static struct drop_in *compile(const char *tag, const char *text, int expected_err)
{
	struct drop_in *drop_in = drop_in_from_text(tag, text, rules, expected_err);

	for (size_t i = 0; drop_in && i < drop_in->nr_rulesets; i++)
		puppet_take_over(&drop_in->rulesets[i]);
	return drop_in;
}

static struct drop_in *add(const char *tag, const char *text)
{
	struct drop_in *drop_in = compile(tag, text, 0);

	cr_assert(drop_in != NULL);
	engine_add_drop_in(engine, drop_in);
	return drop_in;
}


/* One tick, as oomd's runOnce(); returns how many actions have run since the start. */
static int run(void)
{
	now_ns += S;
	engine_run(engine, now_ns);
	return puppet_actions_run();
}

static struct puppet *action_of(const struct drop_in *drop_in, size_t i)
{
	return drop_in->rulesets[i].actions[0].state;
}

static struct puppet *base_action(size_t i)
{
	return puppet_action(rules, i, 0);
}

static struct puppet *base_detector(size_t i)
{
	return puppet_detector(rules, i, 0, 0);
}

/* --- as oomd's own tests --- */

Test(drop_in, DropInConfig)
{
	const struct drop_in *drop_in;

	start(ONE(OPEN), S);
	run();
	drop_in = add("0", NEW_ACTIONS);
	run();
	cr_expect(eq(int, action_of(drop_in, 0)->nr_runs, 1));
	cr_expect(eq(int, base_action(0)->nr_runs, 2), "and the base goes on");
}

Test(drop_in, MultipleDropInConfigOrdering)
{
	const struct drop_in *first, *second;

	start(ONE(OPEN), S);
	first = add("0", NEW_ACTIONS);
	second = add("1", NEW_ACTIONS);
	run();
	cr_expect(lt(int, action_of(second, 0)->turn, action_of(first, 0)->turn));
	cr_expect(lt(int, action_of(first, 0)->turn, base_action(0)->turn));
}

Test(drop_in, DisablesBase)
{
	start(ONE(DISABLES), S);
	run();
	add("0", NEW_ACTIONS);
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 1));
	cr_expect(eq(int, base_detector(0)->nr_runs, 1));
	engine_remove_drop_in(engine, "0");
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 2), "it comes back with the last drop-in's end");
}

Test(drop_in, PermissionDenied)
{
	start(ONE("\"drop-in\":{}"), S);
	cr_expect(zero(ptr, compile("0", NEW_ACTIONS, -EINVAL)));
}

Test(drop_in, RemoveDropIn)
{
	start("{\"rulesets\":[{\"name\":\"r\"," OPEN ",\"detectors\":[[\"g\",{\"name\":\"continue\"}]],"
	      "\"actions\":[{\"name\":\"continue\"},{\"name\":\"continue\"}]}]}", S);
	cr_expect(eq(int, run(), 2));
	add("0", NEW_ACTIONS);
	cr_expect(eq(int, run(), 5));
	cr_expect(engine_remove_drop_in(engine, "0"));
	cr_expect(eq(int, run(), 7));
	cr_expect(not(engine_remove_drop_in(engine, "0")), "it is not there any more");
}

Test(drop_in, MultipleRulesetDropin)
{
	start(TWO, S);
	run();
	add("0", "{\"rulesets\":[{\"name\":\"r\",\"actions\":[{\"name\":\"continue\"}]},"
		 "{\"name\":\"s\",\"actions\":[{\"name\":\"continue\"}]}]}");
	cr_expect(eq(int, run(), 2 + 4), "one of each base, one of each drop-in");
	engine_remove_drop_in(engine, "0");
	cr_expect(eq(int, run(), 2 + 4 + 2), "one tag, both are gone");
}

/* A disabled base is not prerun, its drop-ins are. */
Test(drop_in, PrerunCount)
{
	const struct drop_in *drop_in;

	start(ONE(DISABLES), S);
	run();
	drop_in = add("0", NEW_ACTIONS);
	run();
	cr_expect(eq(int, base_action(0)->nr_preruns, 1));
	cr_expect(eq(int, base_detector(0)->nr_preruns, 1));
	cr_expect(eq(int, action_of(drop_in, 0)->nr_preruns, 1));
	cr_expect(eq(int, ((struct puppet *)drop_in->rulesets[0].groups[0].detectors[0].state)
				  ->nr_preruns, 1));
}

/* --- order --- */

Test(drop_in, added_again_it_comes_first)
{
	const struct drop_in *a, *b;

	start(ONE(OPEN), S);
	add("a", NEW_ACTIONS);
	b = add("b", NEW_ACTIONS);
	a = add("a", NEW_ACTIONS);
	cr_expect(eq(int, run(), 3), "the first a is gone");
	cr_expect(lt(int, action_of(a, 0)->turn, action_of(b, 0)->turn));
}

Test(drop_in, each_runs_before_its_own_base)
{
	const struct drop_in *of_r, *of_s;

	start(TWO, S);
	of_r = add("0", "{\"rulesets\":[{\"name\":\"r\"}]}");
	of_s = add("1", "{\"rulesets\":[{\"name\":\"s\"}]}");
	run();
	cr_expect(lt(int, action_of(of_r, 0)->turn, base_action(0)->turn));
	cr_expect(lt(int, base_action(0)->turn, action_of(of_s, 0)->turn));
	cr_expect(lt(int, action_of(of_s, 0)->turn, base_action(1)->turn));
}

Test(drop_in, of_one_file_the_last_ruleset_for_a_base_runs_first)
{
	const struct drop_in *drop_in;

	start(ONE(OPEN), S);
	drop_in = add("0", "{\"rulesets\":[{\"name\":\"r\"},{\"name\":\"r\"}]}");
	run();
	cr_expect(lt(int, action_of(drop_in, 1)->turn, action_of(drop_in, 0)->turn));
}

Test(drop_in, the_first_base_of_a_name_is_meant)
{
	const struct drop_in *drop_in;

	start("{\"rulesets\":[{\"name\":\"r\"," DISABLES "," PARTS "},{\"name\":\"r\"," PARTS "}]}", S);
	drop_in = add("0", NEW_ACTIONS);
	run();
	cr_expect(eq(int, action_of(drop_in, 0)->nr_runs, 1));
	cr_expect(zero(int, base_action(0)->nr_runs));
	cr_expect(eq(int, base_action(1)->nr_runs, 1));
}

Test(drop_in, a_base_is_disabled_until_the_last_of_its_drop_ins_goes)
{
	start(ONE(DISABLES), S);
	add("a", NEW_ACTIONS);
	add("b", NEW_ACTIONS);
	engine_remove_drop_in(engine, "a");
	run();
	cr_expect(zero(int, base_action(0)->nr_runs));
	engine_remove_drop_in(engine, "b");
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 1));
}

/* --- what stays as it is --- */

Test(drop_in, pauses_of_others_go_on)
{
	start(TWO, S);
	base_action(0)->verdict = VERDICT_STOP;
	run();
	cr_assert(eq(int, base_action(0)->nr_runs, 1));
	add("0", NEW_ACTIONS);
	run();
	engine_remove_drop_in(engine, "0");
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 1), "15 s are not over");
	now_ns += 15 * S;
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 2));
}

Test(drop_in, unfinished_actions_of_others_go_on)
{
	const struct drop_in *other;

	start(ONE(OPEN), S);
	other = add("other", NEW_ACTIONS);
	action_of(other, 0)->nr_pauses = 2;
	base_action(0)->nr_pauses = 2;
	run();
	base_detector(0)->verdict = VERDICT_STOP;
	add("0", NEW_ACTIONS);
	run();
	engine_remove_drop_in(engine, "0");
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 3), "resumed although its detector says no");
	cr_expect(eq(int, action_of(other, 0)->nr_runs, 3));
}

Test(drop_in, a_copy_begins_anew)
{
	const struct drop_in *drop_in;

	start(ONE(OPEN), S);
	drop_in = add("0", NEW_ACTIONS);
	action_of(drop_in, 0)->verdict = VERDICT_STOP;
	run();
	drop_in = add("0", NEW_ACTIONS);
	run();
	cr_expect(eq(int, action_of(drop_in, 0)->nr_runs, 1), "no pause is taken over");
}

/* Nothing may look at it later: ASan is the judge. */
Test(drop_in, one_that_is_in_the_middle_of_something_can_go)
{
	const struct drop_in *drop_in;

	start(ONE(OPEN), S);
	drop_in = add("0", NEW_ACTIONS);
	action_of(drop_in, 0)->nr_pauses = 100;
	run();
	cr_expect(engine_remove_drop_in(engine, "0"));
	fake_record(&fake, BOOMD_RECORD_PSI_TRIGGER, 1, 0);
	engine_drain(engine, now_ns);
	run();
	cr_expect(eq(int, base_action(0)->nr_runs, 2));
}

Test(drop_in, by_events_a_change_is_looked_at_at_once)
{
	const struct drop_in *drop_in;

	start(ONE(OPEN), 0);
	base_detector(0)->verdict = VERDICT_STOP;
	engine_run(engine, now_ns);
	cr_assert(eq(u64, engine_wake_ns(engine), UINT64_MAX));
	drop_in = add("0", NEW_ACTIONS);
	cr_expect(eq(u64, engine_wake_ns(engine), 0));
	engine_run(engine, now_ns);
	cr_expect(eq(int, action_of(drop_in, 0)->nr_runs, 1));
}

Test(drop_in, its_watches_come_and_go_with_it)
{
	fake_cgroup(&fake, 5, 1, "a");
	start(ONE(OPEN), 0);
	engine_run(engine, now_ns);
	cr_assert(zero(sz, fake.nr_watches));
	engine_add_drop_in(engine, drop_in_from_text(
		"0", "{\"rulesets\":[{\"name\":\"r\",\"detectors\":[[\"g\",{\"name\":\"memory_above\","
		     "\"args\":{\"cgroup\":\"a\",\"threshold\":\"1G\",\"duration\":0}}]]}]}", rules, 0));
	engine_run(engine, now_ns);
	cr_expect(eq(sz, fake.nr_watches, 1));
	engine_remove_drop_in(engine, "0");
	engine_run(engine, now_ns);
	cr_expect(zero(sz, fake.nr_watches));
}

/* --- what is counted --- */

Test(drop_in, rulesets_in_force_and_chains_that_ended_are_counted)
{
	const struct drop_in *drop_in;

	stats_reset();
	start(TWO, S);
	drop_in = add("0", "{\"rulesets\":[{\"name\":\"r\"},{\"name\":\"s\"}]}");
	add("1", "{\"rulesets\":[{\"name\":\"s\"}]}");
	cr_expect(eq(i64, stats_get(STATS_DROPIN_ADDED), 3));
	action_of(drop_in, 0)->nr_pauses = 1;
	action_of(drop_in, 1)->verdict = VERDICT_STOP;
	run();
	cr_expect(eq(i64, stats_get(STATS_DROPIN_FIRED), 2), "not the one that is not finished");
	engine_remove_drop_in(engine, "1");
	run();
	cr_expect(eq(i64, stats_get(STATS_DROPIN_FIRED), 3), "the bases are not counted");
	engine_remove_drop_in(engine, "0");
	cr_expect(zero(i64, stats_get(STATS_DROPIN_ADDED)));
}

/* --- what is said --- */

static const struct {
	const char *why, *text, *messages;
	int err;
} refused[] = {
	{ "a plugin that is unknown, in the drop-in's file",
	  "{\"rulesets\":[{\"name\":\"r\",\n\"actions\":[{\"name\":\"nope\"}]}]}",
	  "t:2:20: error: Could not locate plugin=nope, expected one of --list-plugins\n", -EINVAL },
	{ "one bad plugin among good ones: nothing of the file is taken",
	  "{\"rulesets\":[{\"name\":\"r\"},\n{\"name\":\"r\",\"actions\":[{\"name\":\"continue\"},"
	  "{\"name\":\"exists\",\"args\":{\"cgruop\":\"a\"}}]}]}",
	  "t:2:69: error: Unknown arg \"cgruop\" in plugin \"exists\", did you mean "
	  "\"cgroup\"?\n", -EINVAL },
	{ "what the base was warned about is not said again",
	  "{\"rulesets\":[{\"name\":\"r\",\"actions\":[{\"name\":\"continue\"}]}]}", "", 0 },
};

TABLE_TEST(drop_in, refused, refused, row)
{
	fake_source_init(&fake);
	start("{\"rulesets\":[{\"name\":\"r\"," OPEN ",\"detectors\":[[\"g\",{\"name\":\"memory_above\","
	      "\"args\":{\"cgroup\":\"a\",\"threshold\":\"1536.5\",\"duration\":\"5s\"}}]],"
	      "\"actions\":[{\"name\":\"continue\"}]}]}", S);
	drop_in_free(drop_in_from_text("0", row->text, rules, row->err));
	cr_expect(eq(str, drop_in_messages(), (char *)row->messages), "%s", row->why);
	engine_free(engine);
	engine = NULL;
}

Test(drop_in, none_is_left_when_the_engine_ends)
{
	stats_reset();
	start(ONE(OPEN), S);
	add("a", NEW_ACTIONS);
	add("b", NEW_ACTIONS);
	engine_free(engine);
	engine = NULL;
	cr_expect(zero(i64, stats_get(STATS_DROPIN_ADDED)));
}

Test(drop_in, a_reload_cuts_no_pause_of_a_drop_in_short)
{
	const struct drop_in *drop_in;
	struct drop_in *again;
	struct rules *before;

	start(ONE(OPEN), S);
	before = rules;
	drop_in = add("0", NEW_ACTIONS);
	action_of(drop_in, 0)->verdict = VERDICT_STOP;
	run();
	rules = new_rules(ONE(OPEN));
	cr_expect(ne(ptr, rules, before));
	again = compile("0", NEW_ACTIONS, 0);
	rules_add_drop_in(rules, again);
	engine_set_rules(engine, rules);
	run();
	cr_expect(zero(int, action_of(again, 0)->nr_runs));
	cr_expect(eq(int, base_action(0)->nr_runs, 1));
}
