/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prekill hooks of drop-ins: the cases of oomd's PrekillHookDropinTest (oomd.md 5.4) under their own
 * names. And drop-ins of rulesets that run per cgroup.
 */
#include <errno.h>
#include <stdio.h>

#include "engine/clones.h"
#include "engine/state.h"
#include "table_test.h"
#include "unit/engine/from_text.h"
#include "unit/fake_source.h"
#include "unit/hook/puppet_hook.h"
#include "unit/plugins/recording_killer.h"

#define S	   1000000000ULL
#define HOOK(cgroup) "{\"name\":\"dummy_prekill_hook\",\"args\":{\"cgroup\":\"" cgroup "\"}}"
#define HOOKS(hooks) "{\"prekill_hooks\":[" hooks "]}"

static struct fake_source fake;
static struct recording_killer recorder;
static struct engine *engine;
static struct rules *rules;

static void start(const char *base)
{
	const struct engine_options options = { .source = &fake.source,
						.killer = &recorder.killer,
						.max_cgroups = FAKE_ROWS_MAX };

	fake_source_init(&fake);
	recording_killer_init(&recorder);
	fake_cgroup(&fake, 5, 1, "a")->memory_bytes = 64 << 20;
	fake_cgroup(&fake, 6, 1, "b");
	rules = rules_from_text(base);
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	engine_run(engine, 100 * S);
}

static void teardown(void)
{
	engine_free(engine);
}

TestSuite(drop_in_hooks, .fini = teardown);

static struct drop_in *add(const char *tag, const char *text)
{
	struct drop_in *drop_in = drop_in_from_text(tag, text, rules, 0);

	engine_add_drop_in(engine, drop_in);
	engine_run(engine, 101 * S);
	return drop_in;
}

/* The hook that a kill of this cgroup would fire. */
static const struct instance *hook_for(uint64_t cgroup_id)
{
	const struct cgroup *cgroup = cgroup_tree_by_id(engine->tree, cgroup_id);

	cr_assert(cgroup != NULL);
	return hooks_find(engine->hooks, cgroup);
}

#define EXPECT_HOOK(cgroup_id, hook, why)                                                          \
	cr_expect(eq(ptr, (void *)hook_for(cgroup_id), (void *)(hook)), "%s", why)

Test(drop_in_hooks, DropinsTakePrecedence)
{
	const struct drop_in *drop_in;

	start("{\"rulesets\":[],\"prekill_hooks\":[" HOOK("b") "," HOOK("a") "," HOOK("/") "]}");
	EXPECT_HOOK(5, &rules->hooks.items[1], "the first of the base's that matches");
	drop_in = add("0", HOOKS(HOOK("b") "," HOOK("a")));
	EXPECT_HOOK(5, &drop_in->hooks.items[1], "the first of the drop-in's that matches");
}

Test(drop_in_hooks, MostRecentWins)
{
	const struct drop_in *first, *second;

	start("{\"rulesets\":[],\"prekill_hooks\":[" HOOK("/") "]}");
	first = add("0", HOOKS(HOOK("a")));
	second = add("1", HOOKS(HOOK("b") "," HOOK("a")));
	EXPECT_HOOK(5, &second->hooks.items[1], "the newest");
	engine_remove_drop_in(engine, "1");
	EXPECT_HOOK(5, &first->hooks.items[0], "the one before it");
	EXPECT_HOOK(6, &rules->hooks.items[0], "no drop-in matches");
	engine_remove_drop_in(engine, "0");
	EXPECT_HOOK(5, &rules->hooks.items[0], "the base's");
}

Test(drop_in_hooks, RemoveAndReAddBumpsPriority)
{
	const struct drop_in *drop_in;

	start("{\"rulesets\":[]}");
	EXPECT_HOOK(5, NULL, "none yet");
	add("0", HOOKS(HOOK("a")));
	drop_in = add("1", HOOKS(HOOK("a")));
	EXPECT_HOOK(5, drop_in->hooks.items, "the newest");
	drop_in = add("0", HOOKS(HOOK("a")));
	EXPECT_HOOK(5, drop_in->hooks.items, "added again");
}

Test(drop_in_hooks, a_bad_hook_refuses_the_whole_file)
{
	start("{\"rulesets\":[{\"name\":\"r\",\"detectors\":[[\"g\",{\"name\":\"stop\"}]],"
	      "\"actions\":[{\"name\":\"stop\"}]}]}");
	drop_in_from_text("0", "{\"rulesets\":[{\"name\":\"r\"}],\n\"prekill_hooks\":"
			       "[{\"name\":\"dumy_prekill_hook\"}]}", rules, -EINVAL);
	cr_expect(eq(str, drop_in_messages(),
		     "t:2:26: error: Could not locate plugin=dumy_prekill_hook, did you mean "
		     "\"dummy_prekill_hook\"?\n"));
}

/* --- one that goes while a kill waits for a hook --- */

#define KILLS                                                                                      \
	"{\"rulesets\":[{\"name\":\"r\",\"drop-in\":{\"detectors\":true,\"actions\":true},"        \
	"\"detectors\":[[\"g\",{\"name\":\"%s\"}]],\"actions\":[{\"name\":"                     \
	"\"kill_by_memory_size_or_growth\",\"args\":{\"cgroup\":\"*\"}}]}]}"

/* Makes the first hook of a list one that takes its time. */
static void make_slow(struct hook_list *list)
{
	struct plugin_error error;
	const char *why;
	size_t offset;

	puppet_hook = (struct puppet_hook){ .fires = SPAWN_RUNNING, .result.end = SPAWN_RUNNING };
	instance_free(&list->items[0]);
	cr_assert(zero(int, instance_new(&plugin_puppet_hook, &list->items[0])));
	cr_assert(zero(int, instance_init(&list->items[0], &(struct plugin_env){ 0 }, &error)));
	cr_assert(zero(int, cgroup_patterns_parse("/", &list->items[0].hook->cgroup, &why, &offset)));
}

static void start_killing(const char *base_detector)
{
	char base[512];

	snprintf(base, sizeof(base), KILLS, base_detector);
	start(base);
}

Test(drop_in_hooks, a_kill_that_waits_ends_with_its_drop_in)
{
	struct drop_in *drop_in;

	start_killing("stop");
	drop_in = drop_in_from_text("0", "{\"rulesets\":[{\"name\":\"r\",\"detectors\":[[\"g\","
				    "{\"name\":\"continue\"}]]}],\"prekill_hooks\":[" HOOK("/") "]}",
				    rules, 0);
	make_slow(&drop_in->hooks);
	engine_add_drop_in(engine, drop_in);
	engine_run(engine, 101 * S);
	cr_assert(eq(int, puppet_hook.nr_fired, 1));
	engine_remove_drop_in(engine, "0");
	cr_expect(eq(int, puppet_hook.nr_cancelled, 1));
	engine_run(engine, 102 * S);
	engine_run(engine, 110 * S);
	cr_expect(zero(sz, recorder.nr_kills), "nobody wants it any more");
}

Test(drop_in_hooks, a_hook_that_runs_outlives_its_drop_in)
{
	struct drop_in *drop_in;

	start_killing("stop");
	drop_in = drop_in_from_text("0", HOOKS(HOOK("/")), rules, 0);
	make_slow(&drop_in->hooks);
	engine_add_drop_in(engine, drop_in);
	add("1", "{\"rulesets\":[{\"name\":\"r\",\"detectors\":[[\"g\",{\"name\":\"continue\"}]]}]}");
	cr_assert(eq(int, puppet_hook.nr_fired, 1));
	engine_remove_drop_in(engine, "0");
	engine_run(engine, 102 * S);
	cr_expect(zero(int, puppet_hook.nr_cancelled));
	cr_expect(zero(sz, recorder.nr_kills), "it is still waited for");
	puppet_hook.result.end = SPAWN_EXITED;
	engine_run(engine, 110 * S);
	cr_expect(eq(sz, recorder.nr_kills, 1));
}

/* --- rulesets that run per cgroup --- */

#define PER_CGROUP                                                                                 \
	"{\"rulesets\":[{\"name\":\"r\",\"cgroup\":\"*\",\"drop-in\":{\"actions\":true,"           \
	"\"disable-on-drop-in\":true},\"detectors\":[[\"g\",{\"name\":\"stop\"}]],"                \
	"\"actions\":[{\"name\":\"stop\"}]}]}"

Test(drop_in_hooks, a_copy_of_a_ruleset_that_runs_per_cgroup_does_so_too)
{
	const struct ruleset *copy;
	const struct clone *clone;

	start(PER_CGROUP);
	cr_assert(eq(sz, rules->rulesets[0].clones->nr_items, 2));
	copy = &add("0", "{\"rulesets\":[{\"name\":\"r\",\"cgroup\":\"nobody\",\"actions\":"
			 "[{\"name\":\"continue\"}]}]}")->rulesets[0];
	cr_assert(copy->clones != NULL);
	cr_assert(eq(sz, copy->clones->nr_items, 2), "the base's pattern counts");
	clone = copy->clones->items[0];
	cr_expect(eq(str, (char *)clone->ruleset.actions[0].plugin->name, "continue"));
	cr_expect(clone->ruleset.is_drop_in, "its chains are counted as a drop-in's");
}

Test(drop_in_hooks, cgroups_come_and_go_for_the_copies)
{
	const struct ruleset *copy;

	start(PER_CGROUP);
	copy = &add("0", "{\"rulesets\":[{\"name\":\"r\"}]}")->rulesets[0];
	fake_cgroup(&fake, 7, 1, "c");
	fake_record(&fake, BOOMD_RECORD_CGROUP_MADE, 7, 0);
	engine_drain(engine, 200 * S);
	engine_run(engine, 201 * S);
	cr_expect(eq(sz, copy->clones->nr_items, 3));
	cr_expect(eq(sz, rules->rulesets[0].clones->nr_items, 2), "disabled: nobody looks after it");
	engine_remove_drop_in(engine, "0");
	engine_run(engine, 202 * S);
	cr_expect(eq(sz, rules->rulesets[0].clones->nr_items, 3), "it catches up");
}

/* Windows and pauses of those that run on: their clones are the same ones. */
Test(drop_in_hooks, another_drop_in_leaves_clones_alone)
{
	struct clone *before, *of_copy;
	struct ruleset *copy;

	start("{\"rulesets\":[{\"name\":\"r\",\"cgroup\":\"*\",\"detectors\":[[\"g\",{\"name\":"
	      "\"stop\"}]],\"actions\":[{\"name\":\"stop\"}]}]}");
	before = rules->rulesets[0].clones->items[0];
	before->ruleset.pause_until_ns = 12345;
	copy = &add("0", "{\"rulesets\":[{\"name\":\"r\"}]}")->rulesets[0];
	of_copy = copy->clones->items[0];
	add("1", "{\"rulesets\":[{\"name\":\"r\"}]}");
	engine_remove_drop_in(engine, "1");
	engine_run(engine, 300 * S);
	cr_expect(eq(ptr, rules->rulesets[0].clones->items[0], before));
	cr_expect(eq(u64, before->ruleset.pause_until_ns, 12345));
	cr_expect(eq(ptr, copy->clones->items[0], of_copy));
}
