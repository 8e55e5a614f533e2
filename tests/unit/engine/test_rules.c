/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From text to rules that run: every mistake with its place, all of them in one go, and nothing of
 * a bad configuration left.
 */
#include "engine/rules.h"

#include <errno.h>
#include <string.h>

#include "table_test.h"

#define RULESET(detector, action)                                                                  \
	"{ \"rulesets\": [ { \"name\": \"r\",\n"                                                   \
	"\"detectors\": [ [ \"g\",\n" detector " ] ],\n"                                           \
	"\"actions\": [\n" action " ] } ] }"
#define CONTINUE "{ \"name\": \"continue\" }"
#define KILL	 "{ \"name\": \"kill_by_pressure\", \"args\": { \"cgroup\": \"*\", \"resource\": \"io\" } }"

static const struct {
	const char *text;
	const char *says[3];
	const char *why;
} bad[] = {
	{ RULESET("{ \"name\": \"presure_above\" }", KILL),
	  { "3:", "presure_above", "did you mean \"pressure_above\"" },
	  "an unknown plugin, with the nearest known one" },
	{ RULESET("{ \"name\": \"zzzzzzzzzz\" }", KILL), { "3:", "zzzzzzzzzz", "--list-plugins" },
	  "an unknown plugin near to none" },
	{ RULESET("{ \"name\": \"exists\", \"args\": { \"cgroups\": \"*\" } }", KILL),
	  { "3:", "Unknown arg \"cgroups\" in plugin \"exists\"", "cgroup" }, "an unknown argument" },
	{ RULESET("{ \"name\": \"pressure_above\", \"args\": { \"cgroup\": \"*\" } }", KILL),
	  { "Required arg \"resource\" missing in plugin \"pressure_above\"",
	    "Required arg \"threshold\" missing", "Required arg \"duration\" missing" },
	  "every missing argument" },
	{ RULESET(CONTINUE, "{ \"name\": \"kill_by_pressure\", \"args\": { \"cgroup\": \"a/../..\", "
			    "\"resource\": \"io\" } }"),
	  { "5:", "..", "error:" }, "a pattern that leaves the root" },
	{ RULESET("{ \"name\": \"psi_trigger\", \"args\": { \"cgroup\": \"*\", \"resource\": "
		  "\"memory\",\n\"threshold_ms\": 700, \"window_ms\": 100 } }", KILL),
	  { "4:", "psi_trigger", "window_ms" }, "a window the kernel does not take" },
	{ RULESET("{ \"name\": \"nope_one\" }", "{ \"name\": \"nope_two\" }"),
	  { "nope_one", "nope_two", NULL }, "two mistakes, both told" },
};

static char messages[8192];

static int compile(const char *text, struct rules **ret_rules)
{
	const struct plugin_env env = { .memory_total_bytes = 1ULL << 30 };
	struct diagnostics diagnostics;
	struct config *config = NULL;
	size_t used = 0;
	int err;

	diagnostics_init(&diagnostics, "t", false);
	err = config_parse("t", text, strlen(text), &diagnostics, &config);
	if (!err)
		err = rules_compile(config, &env, &diagnostics, ret_rules);
	for (size_t i = 0; i < diagnostics.nr_items; i++) {
		diagnostic_format(&diagnostics, &diagnostics.items[i], messages + used,
				  sizeof(messages) - used - 2);
		used += strlen(messages + used);
		messages[used++] = '\n';
	}
	messages[used] = '\0';
	diagnostics_fini(&diagnostics);
	if (err)
		config_free(config);
	return err;
}

TABLE_TEST(rules, bad_ones_are_refused_with_every_mistake, bad, row)
{
	struct rules *rules = NULL;

	cr_expect(eq(int, compile(row->text, &rules), -EINVAL), "%s", row->why);
	cr_expect(zero(ptr, rules), "%s", row->why);
	for (size_t i = 0; i < 3 && row->says[i]; i++)
		cr_expect(strstr(messages, row->says[i]) != NULL, "%s: \"%s\" is not in:\n%s", row->why,
			  row->says[i], messages);
}

Test(rules, a_good_one_keeps_names_order_and_defaults)
{
	struct rules *rules = NULL;

	cr_assert(zero(int, compile(RULESET(CONTINUE, KILL), &rules)), "%s", messages);
	cr_assert(eq(sz, rules->nr_rulesets, 1));
	cr_expect(eq(str, rules->rulesets[0].name, "r"));
	cr_expect(eq(i64, rules->rulesets[0].post_action_delay_s, 15));
	cr_assert(eq(sz, rules->rulesets[0].nr_groups, 1));
	cr_expect(eq(str, rules->rulesets[0].groups[0].name, "g"));
	cr_expect(eq(str, (char *)rules->rulesets[0].actions[0].plugin->name, "kill_by_pressure"));
	rules_free(rules);
}

Test(rules, no_rulesets_is_valid)
{
	struct rules *rules = NULL;

	cr_assert(zero(int, compile("{}", &rules)), "%s", messages);
	cr_expect(zero(sz, rules->nr_rulesets));
	rules_free(rules);
}
