/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rulesets that run per cgroup, from a configuration on a pretended machine: which clones there
 * are, that each is on its own, and that they come and go with their cgroups.
 */
#include "engine/clones.h"

#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "report/decision.h"
#include "table_test.h"
#include "unit/fake_source.h"
#include "unit/fixture.h"
#include "unit/plugins/recording_killer.h"
#include "unit/report/said.h"

#define S 1000000000ULL

static struct fake_source fake;
static struct recording_killer recorder;
static struct engine *engine;
static struct rules *rules;
static char messages[4096];

static int compile_text(const char *text)
{
	struct diagnostics diagnostics;
	struct config *config;
	int err;

	diagnostics_init(&diagnostics, "t", false);
	cr_assert(zero(int, config_parse("t", text, strlen(text), &diagnostics, &config)));
	err = rules_compile(config, &(struct plugin_env){ 0 }, &diagnostics, &rules);
	if (err)
		config_free(config);
	*messages = '\0';
	if (diagnostics.nr_items)
		diagnostic_format(&diagnostics, &diagnostics.items[0], messages, sizeof(messages));
	diagnostics_fini(&diagnostics);
	return err;
}

/* One ruleset "r" with this in it. */
static int compile(const char *keys, const char *detectors, const char *actions)
{
	char text[4096];

	snprintf(text, sizeof(text),
		 "{\"rulesets\": [{\"name\": \"r\", %s, \"detectors\": [[\"g\", %s]], "
		 "\"actions\": [%s]}]}", keys, detectors, actions);
	return compile_text(text);
}

static void start_on(struct source *source, size_t max_cgroups)
{
	const struct engine_options options = {
		.source = source, .killer = &recorder.killer, .max_cgroups = max_cgroups,
	};

	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
}

static void start(void)
{
	start_on(&fake.source, FAKE_ROWS_MAX);
}

static void setup(void)
{
	fake_source_init(&fake);
	recording_killer_init(&recorder);
}

static void teardown(void)
{
	engine_free(engine);
	engine = NULL;
}

TestSuite(clones, .init = setup, .fini = teardown);

#define CONTINUE "{\"name\": \"continue\"}"
#define STALLED                                                                                    \
	"{\"name\": \"pressure_above\", \"args\": {\"ruleset_cgroup\": \".\", "                    \
	"\"resource\": \"memory\", \"threshold\": 50, \"duration\": 0}}"
#define STALLED_10S                                                                                \
	"{\"name\": \"pressure_above\", \"args\": {\"ruleset_cgroup\": \".\", "                    \
	"\"resource\": \"memory\", \"threshold\": 50, \"duration\": 10}}"
#define KILL_BELOW                                                                                 \
	"{\"name\": \"kill_by_memory_size_or_growth\", \"args\": {\"ruleset_cgroup\": \"*\"}}"

/* Cgroup id with 64 MiB in it, in a stall of so many percent. */
static void make(uint64_t id, uint64_t parent_id, const char *name, unsigned int percent)
{
	struct boomd_row *row = fake_cgroup(&fake, id, parent_id, name);

	row->memory_bytes = 64 << 20;
	row->psi[BOOMD_RESOURCE_MEMORY][BOOMD_STALL_FULL].avg[BOOMD_AVG10] =
		percent << BOOMD_PSI_FIXED_SHIFT;
}

static void stall(uint64_t id, unsigned int percent)
{
	for (size_t i = 0; i < fake.nr_rows; i++)
		if (fake.rows[i].id == id)
			fake.rows[i].psi[BOOMD_RESOURCE_MEMORY][BOOMD_STALL_FULL].avg[BOOMD_AVG10] =
				percent << BOOMD_PSI_FIXED_SHIFT;
}

/* With all below it: ids from 10 * id on are its children's. */
static void take_away(uint64_t id)
{
	size_t nr = 0;

	for (size_t i = 0; i < fake.nr_rows; i++) {
		if (fake.rows[i].id == id || fake.rows[i].id / 10 == id)
			continue;
		fake.rows[nr] = fake.rows[i];
		fake.names[nr++] = fake.names[i];
	}
	fake.nr_rows = nr;
}

/* Two containers below a slice, each with a leaf. */
static void make_two(void)
{
	make(2, 1, "s", 0);
	make(3, 2, "a", 0);
	make(30, 3, "leaf", 0);
	make(4, 2, "b", 0);
	make(40, 4, "leaf", 0);
}

static void woken(uint64_t now_ns)
{
	fake_record(&fake, BOOMD_RECORD_WATCH_ABOVE, 3, 0);
	engine_drain(engine, now_ns);
	engine_run(engine, now_ns);
}

/* Somebody has made or removed a cgroup: looked at 100 ms later. */
static void membership(uint64_t now_ns)
{
	fake_record(&fake, BOOMD_RECORD_CGROUP_MADE, 9, 2);
	engine_drain(engine, now_ns - S / 10);
	engine_run(engine, now_ns);
}

static const char *killed(void)
{
	static char paths[1024];

	return recording_killer_paths(&recorder, paths, sizeof(paths));
}

static size_t nr_clones(void)
{
	return rules->rulesets[0].clones->nr_items;
}

/* --- what is refused, and bounds --- */

Test(clones, a_pattern_that_leaves_the_root_is_told_with_its_place)
{
	cr_expect(ne(int, compile("\"cgroup\": \"a/../..\"", CONTINUE, CONTINUE), 0));
	cr_expect(strstr(messages, "t:1:42: error: key \"cgroup\"") != NULL, "%s", messages);
	cr_expect(strstr(messages, "..") != NULL, "%s", messages);
}

Test(clones, a_filter_without_cgroups_is_warned_about)
{
	cr_assert(zero(int, compile("\"xattr_filter\": \"user.x\"", CONTINUE, CONTINUE)));
	cr_expect(strstr(messages, "warning: ruleset \"r\": xattr_filter does nothing") != NULL, "%s",
		  messages);
	cr_expect(zero(ptr, rules->rulesets[0].clones), "it runs once for the whole machine");
	rules_free(rules);
}

#define FOR_ALL(name)                                                                              \
	"{\"name\": \"" name "\", \"cgroup\": \"*\", \"detectors\": [[\"g\", " CONTINUE "]], "    \
	"\"actions\": [" CONTINUE "]}"

Test(clones, all_rules_together_have_no_more_than_max_cgroups)
{
	char *said;

	for (uint64_t id = 2; id < 12; id++)
		make(id, 1, "same", 0);
	cr_assert(zero(int, compile_text("{\"rulesets\": [" FOR_ALL("first") "," FOR_ALL("second")
					 "]}")));
	start_on(&fake.source, 16);
	said_begin();
	engine_run(engine, 100 * S);
	membership(101 * S);
	said = said_end();
	cr_expect(eq(sz, nr_clones(), 10));
	cr_expect(eq(sz, rules->rulesets[1].clones->nr_items, 6));
	said = strstr(said, "ruleset \"second\": more cgroups match");
	cr_assert(ne(ptr, said, NULL));
	cr_expect(zero(ptr, strstr(strchr(said, '\n'), "more cgroups match")), "said once");
	for (uint64_t id = 2; id < 8; id++)
		take_away(id);
	membership(102 * S);
	cr_expect(eq(sz, nr_clones(), 4));
	cr_expect(eq(sz, rules->rulesets[1].clones->nr_items, 4));
}

Test(clones, many_at_once_are_made_bit_by_bit)
{
	for (uint64_t id = 2; id < 602; id++)
		make(id, 1, "same", 0);
	cr_assert(zero(int, compile("\"cgroup\": \"*\"", CONTINUE, CONTINUE)));
	start();
	engine_run(engine, 100 * S);
	cr_expect(eq(sz, nr_clones(), CLONES_AT_A_TIME));
	cr_expect(zero(u64, engine_wake_ns(engine)), "at once, but after the records that wait");
	engine_run(engine, 100 * S);
	cr_expect(eq(sz, nr_clones(), 600));
	cr_expect(ne(u64, engine_wake_ns(engine), 0));
}

/* A name that would speak to the terminal. */
Test(clones, hostile_names_are_cleaned)
{
	char *said;

	make(2, 1, "\033[31m\nx", 0);
	cr_assert(zero(int, compile("\"cgroup\": \"*\"", CONTINUE, CONTINUE)));
	start();
	said_begin();
	engine_run(engine, 100 * S);
	said = said_end();
	cr_expect(strstr(said, "/nowhere/\\x1b[31m\\x0ax") != NULL, "%s", said);
}

/* --- oomd's catalogue (oomd.md 5.4): how many clones --- */

static const struct {
	const char *why, *cgroup;
	size_t nr;
} counts[] = {
	{ "RulesetWildcardCGroup", "*.slice,system.slice/*.service", 7 },
	{ "RulesetCGroup", ".", 1 },
	{ "no cgroup is none, and no error", "nowhere/*", 0 },
	{ "one that matches twice has one", "system.slice,*.slice,./system.slice", 3 },
};

TABLE_TEST(clones_of, count, counts, row)
{
	char keys[256];

	setup();
	make(2, 1, "system.slice", 0);
	make(3, 1, "user.slice", 0);
	make(4, 1, "workload.slice", 0);
	make(20, 2, "a.service", 0);
	make(21, 2, "b.service", 0);
	make(22, 2, "c.service", 0);
	make(23, 2, "d.service", 0);
	make(24, 2, "e.scope", 0);
	make(5, 1, "init.scope", 0);
	snprintf(keys, sizeof(keys), "\"cgroup\": \"%s\"", row->cgroup);
	cr_assert(zero(int, compile(keys, CONTINUE, CONTINUE)));
	start();
	engine_run(engine, 100 * S);
	cr_expect(eq(sz, nr_clones(), row->nr), "%s", row->why);
	teardown();
}

/* RulesetCGroupXattrfilter: absent, then set, then removed while the cgroup stays. */
Test(clones, xattr_filter_lets_only_those_run_that_have_it)
{
	struct fixture *fixture = fixture_new();
	char *said;

	if (!fixture_can_xattr(fixture, "user.")) {
		fixture_free(fixture);
		cr_skip_test("user xattrs cannot be set here");
	}
	fixture_cgroup(fixture, "s/a", (struct fixture_cgroup){ .current = 1 << 20 });
	fixture_cgroup(fixture, "s/b", (struct fixture_cgroup){ .current = 1 << 20 });
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\", \"xattr_filter\": \"user.guard\"", CONTINUE,
				    CONTINUE)));
	start_on(fixture_source(fixture), FIXTURE_CGROUPS_MAX);
	engine_run(engine, 100 * S);
	cr_expect(zero(sz, nr_clones()));
	cr_assert(zero(int, fixture_xattr(fixture, "s/b", "user.guard", "")));
	said_begin();
	engine_run(engine, engine_wake_ns(engine));
	said = said_end();
	cr_assert(eq(sz, nr_clones(), 1), "the poll notices");
	cr_expect(strstr(said, "Adding runnable ruleset for cgroup: ") != NULL, "%s", said);
	cr_expect(strstr(said, "/s/b\n") != NULL, "%s", said);
	cr_assert(zero(int, fixture_xattr(fixture, "s/b", "user.guard", NULL)));
	said_begin();
	engine_run(engine, engine_wake_ns(engine));
	said = said_end();
	cr_expect(zero(sz, nr_clones()));
	cr_expect(strstr(said, "Dropping runnable ruleset for cgroup: ") != NULL, "%s", said);
	teardown();
	fixture_free(fixture);
}

/* --- the template --- */

Test(clones, the_template_never_runs)
{
	make(2, 1, "s", 99);
	cr_assert(zero(int, compile("\"cgroup\": \"nowhere\"", CONTINUE,
				    "{\"name\": \"kill_by_io_cost\", \"args\": {\"cgroup\": \"*\"}}")));
	start();
	engine_run(engine, 100 * S);
	woken(101 * S);
	cr_expect(zero(sz, recorder.nr_kills));
}

/* --- each on its own --- */

Test(clones, only_the_cgroup_in_trouble_loses_its_leaf)
{
	make_two();
	stall(4, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED, KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	cr_expect(eq(str, (char *)killed(), "s/b/leaf"));
}

Test(clones, each_has_its_own_window)
{
	make_two();
	stall(3, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED_10S, KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	stall(4, 80);
	woken(105 * S);
	cr_expect(eq(u64, engine_wake_ns(engine), 110 * S), "a's ten seconds");
	engine_run(engine, 110 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf"));
	cr_expect(eq(u64, engine_wake_ns(engine), 115 * S), "b's ten seconds");
	engine_run(engine, 115 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf"));
}

Test(clones, each_has_its_own_pause)
{
	make_two();
	stall(3, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\", \"post_action_delay\": 20", STALLED,
				    KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	stall(4, 80);
	woken(105 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf"), "a's pause is not b's");
	engine_run(engine, 120 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf s/a/leaf"));
	engine_run(engine, 125 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf s/a/leaf s/b/leaf"));
}

Test(clones, oomds_words_with_the_cgroup)
{
	char *said;

	make_two();
	stall(4, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED, KILL_BELOW)));
	start();
	said_begin();
	engine_run(engine, 100 * S);
	said = said_end();
	cr_expect(strstr(said, "Adding runnable ruleset for cgroup: /nowhere/s/a\n") != NULL, "%s", said);
	cr_expect(strstr(said, "DetectorGroup=g has fired for Ruleset=r with ruleset cgroup "
			       "`/nowhere/s/b`. Running action chain.\n") != NULL, "%s", said);
}

/* --- coming and going --- */

Test(clones, one_made_later_runs_in_the_evaluation_that_finds_it)
{
	make_two();
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED, KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	make(5, 2, "late", 80);
	make(50, 5, "leaf", 0);
	membership(101 * S);
	cr_expect(eq(sz, nr_clones(), 3));
	cr_expect(eq(str, (char *)killed(), "s/late/leaf"));
}

/* oomd dies of it (oomd.md 0.5). */
Test(clones, a_cgroup_that_goes_takes_its_clone_along)
{
	char *said;

	make_two();
	stall(3, 80);
	stall(4, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED, KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	take_away(3);
	woken(120 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf s/b/leaf"), "b runs, a is passed over");
	said_begin();
	membership(121 * S);
	said = said_end();
	cr_expect(strstr(said, "Dropping runnable ruleset for cgroup: /nowhere/s/a\n") != NULL, "%s",
		  said);
	cr_expect(eq(sz, nr_clones(), 1));
	take_away(4);
	membership(122 * S);
	cr_expect(zero(sz, nr_clones()));
	woken(150 * S);
	cr_expect(eq(sz, recorder.nr_kills, 3));
}

/* Between its end and the next look at what came and went, also if it asks for nothing of its own. */
Test(clones, one_whose_cgroup_is_gone_does_not_run_any_more)
{
	make_two();
	make(5, 1, "other", 0);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\", \"post_action_delay\": 0", CONTINUE,
				    "{\"name\": \"kill_by_io_cost\", \"args\": {\"cgroup\": \"other\"}}")));
	start();
	engine_run(engine, 100 * S);
	cr_expect(eq(sz, recorder.nr_kills, 2), "a's and b's");
	take_away(3);
	woken(110 * S);
	cr_expect(eq(sz, recorder.nr_kills, 3), "b's");
}

Test(clones, one_made_anew_under_the_same_name_starts_from_nothing)
{
	make_two();
	stall(3, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED_10S, KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	take_away(3);
	make(7, 2, "a", 80);
	make(70, 7, "leaf", 0);
	membership(109 * S);
	engine_run(engine, 110 * S);
	cr_expect(zero(sz, recorder.nr_kills), "the old one's ten seconds");
	engine_run(engine, 119 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf"));
}

Test(clones, a_reload_cuts_no_clones_rest_short)
{
	make_two();
	stall(3, 80);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\", \"post_action_delay\": 20", STALLED,
				    KILL_BELOW)));
	start();
	engine_run(engine, 100 * S);
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\", \"post_action_delay\": 20", STALLED,
				    KILL_BELOW)));
	stall(4, 80);
	engine_set_rules(engine, rules);
	engine_run(engine, 101 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf"), "b does not rest");
	engine_run(engine, 119 * S);
	cr_expect(eq(sz, recorder.nr_kills, 2), "a does");
	engine_run(engine, 120 * S);
	cr_expect(eq(str, (char *)killed(), "s/a/leaf s/b/leaf s/a/leaf"));
}

/* --- with a tick --- */

Test(clones, with_a_tick_each_tick_looks_for_new_ones)
{
	const struct engine_options options = {
		.source = &fake.source, .killer = &recorder.killer, .max_cgroups = FAKE_ROWS_MAX,
		.tick_ns = 5 * S,
	};

	make_two();
	cr_assert(zero(int, compile("\"cgroup\": \"s/*\"", STALLED, KILL_BELOW)));
	cr_assert(zero(int, engine_new(&options, &engine)));
	engine_set_rules(engine, rules);
	engine_run(engine, 100 * S);
	make(5, 2, "late", 80);
	make(50, 5, "leaf", 0);
	engine_run(engine, 105 * S);
	cr_expect(eq(str, (char *)killed(), "s/late/leaf"));
}
