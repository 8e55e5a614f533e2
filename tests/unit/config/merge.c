/* SPDX-License-Identifier: GPL-2.0-only */
/* A drop-in put onto a base: what is taken from where, what is refused, and whose the places are. */
#include "config/merge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "table_test.h"
#include "unit/config/messages.h"

/* Ruleset "open" takes both, "shut" nothing; the second "open" is never meant. */
static const char base_text[] =
	"{\"rulesets\":["
	"{\"name\":\"open\",\"cgroup\":\"a,b\",\"xattr_filter\":\"x\",\"post_action_delay\":7,"
	"\"prekill_hook_timeout\":3,\"silence-logs\":\"engine\","
	"\"drop-in\":{\"detectors\":true,\"actions\":true,\"disable-on-drop-in\":true},"
	"\"detectors\":[[\"g1\",{\"name\":\"d1\",\"args\":{\"k\":\"v\"}}],[\"g2\",{\"name\":\"d2\"}]],"
	"\"actions\":[{\"name\":\"a1\"},{\"name\":\"a2\",\"args\":{\"k\":\"w\"}}]},"
	"{\"name\":\"shut\",\"detectors\":[[\"g\",{\"name\":\"d\"}]],\"actions\":[{\"name\":\"a\"}]},"
	"{\"name\":\"open\",\"detectors\":[[\"g\",{\"name\":\"d\"}]],\"actions\":[{\"name\":\"a\"}]}]}";

/* nr: rulesets of the result; all rows with a message are refused as a whole. */
static const struct {
	const char *why, *text, *messages;
} refused[] = {
	{ "no such ruleset", "{\"rulesets\":[{\"name\":\"nobody\"}]}",
	  "t:1:22: error: Could not locate targeted ruleset=nobody: expected the name of a ruleset in "
	  "t\n" },
	{ "names are whole and case matters", "{\"rulesets\":[{\"name\":\"Open\"}]}",
	  "t:1:22: error: Could not locate targeted ruleset=Open: expected the name of a ruleset in "
	  "t\n" },
	{ "detectors where none are taken",
	  "{\"rulesets\":[{\"name\":\"shut\",\"detectors\":[[\"n\",{\"name\":\"d\"}]]}]}",
	  "t:1:43: error: DetectorGroup drop-in configs disabled: expected \"drop-in\": "
	  "{\"detectors\": true} in ruleset \"shut\" of t\n" },
	{ "actions where none are taken",
	  "{\"rulesets\":[{\"name\":\"shut\",\"actions\":[{\"name\":\"n\"}]}]}",
	  "t:1:48: error: Action drop-in configs disabled: expected \"drop-in\": "
	  "{\"actions\": true} in ruleset \"shut\" of t\n" },
	{ "one bad ruleset spoils the good one, and every mistake is told",
	  "{\"rulesets\":[{\"name\":\"open\"},\n{\"name\":\"x\"},\n{\"name\":\"y\"}]}",
	  "t:2:9: error: Could not locate targeted ruleset=x: expected the name of a ruleset in t\n"
	  "t:3:9: error: Could not locate targeted ruleset=y: expected the name of a ruleset in t\n" },
};

static struct config *merge(const char *text, int expected_err, char messages[4096])
{
	struct parsed base = parsed_new(base_text), drop_in = parsed_drop_in(text);
	struct config *merged = NULL;
	struct diagnostics diagnostics;

	cr_assert(base.config && drop_in.config, "%s", drop_in.messages);
	diagnostics_init(&diagnostics, "t", false);
	cr_expect(eq(int, config_merge(base.config, drop_in.config, &diagnostics, &merged),
		     expected_err));
	messages_collect(&diagnostics, messages, 4096);
	diagnostics_fini(&diagnostics);
	parsed_free(&base); /* nothing of either is kept: ASan looks */
	parsed_free(&drop_in);
	return merged;
}

TABLE_TEST(config_merge, refused, refused, row)
{
	char messages[4096];

	cr_expect(zero(ptr, merge(row->text, -EINVAL, messages)), "%s", row->why);
	cr_expect(eq(str, messages, (char *)row->messages), "%s", row->why);
}

static struct config *merge_well(const char *text)
{
	char messages[4096];
	struct config *merged = merge(text, 0, messages);

	cr_assert(merged != NULL);
	cr_expect(eq(str, messages, ""));
	return merged;
}

Test(config_merge, all_else_is_the_base_rulesets)
{
	struct config *merged = merge_well("{\"rulesets\":[{\"name\":\"open\",\"cgroup\":\"z\","
					   "\"post_action_delay\":1}]}");
	const struct config_ruleset *ruleset = &merged->rulesets[0];

	cr_expect(eq(str, ruleset->name, "open"));
	cr_expect(eq(str, ruleset->cgroup, "a,b"));
	cr_expect(eq(str, ruleset->xattr_filter, "x"));
	cr_expect(eq(i64, ruleset->post_action_delay_s, 7));
	cr_expect(eq(i64, ruleset->prekill_hook_timeout_s, 3));
	cr_expect(ruleset->silence_engine && !ruleset->silence_plugins);
	cr_expect(ruleset->disable_on_drop_in && ruleset->is_drop_in);
	cr_assert(eq(sz, ruleset->nr_groups, 2));
	cr_expect(eq(str, ruleset->groups[1].name, "g2"));
	cr_expect(eq(str, ruleset->groups[0].detectors[0].args[0].value, "v"));
	cr_assert(eq(sz, ruleset->nr_actions, 2));
	cr_expect(eq(str, ruleset->actions[1].args[0].value, "w"));
	config_free(merged);
}

Test(config_merge, each_part_is_replaced_as_a_whole_and_only_when_given)
{
	struct config *merged = merge_well(
		"{\"rulesets\":[{\"name\":\"open\",\"actions\":[{\"name\":\"n\"}]},"
		"{\"name\":\"open\",\"detectors\":[[\"n\",{\"name\":\"n\"}]]},{\"name\":\"shut\"}]}");

	cr_assert(eq(sz, merged->nr_rulesets, 3));
	cr_expect(eq(sz, merged->rulesets[0].nr_groups, 2));
	cr_expect(eq(sz, merged->rulesets[0].nr_actions, 1));
	cr_expect(eq(str, merged->rulesets[0].actions[0].name, "n"));
	cr_expect(eq(sz, merged->rulesets[1].nr_groups, 1));
	cr_expect(eq(str, merged->rulesets[1].groups[0].name, "n"));
	cr_expect(eq(sz, merged->rulesets[1].nr_actions, 2));
	cr_expect(eq(str, merged->rulesets[2].actions[0].name, "a"), "a copy needs no flag");
	config_free(merged);
}

/* A place in the base's file would be a wrong one in the drop-in's. */
Test(config_merge, only_what_is_the_drop_ins_has_a_place)
{
	struct config *merged = merge_well("{\"rulesets\":[\n{\"name\":\"open\",\"actions\":\n"
					   "[{\"name\":\"n\",\"args\":{\"k\":\"v\"}}]}]}");
	const struct config_ruleset *ruleset = &merged->rulesets[0];

	cr_expect(eq(uint, ruleset->at.line, 2));
	cr_expect(eq(uint, ruleset->actions[0].at.line, 3));
	cr_expect(eq(uint, ruleset->actions[0].args[0].value_at.line, 3));
	cr_expect(ruleset->actions[0].args[0].verbatim);
	cr_expect(zero(uint, ruleset->cgroup_at.line));
	cr_expect(not(ruleset->cgroup_verbatim));
	cr_expect(zero(uint, ruleset->groups[0].at.line));
	cr_expect(zero(uint, ruleset->groups[0].detectors[0].args[0].value_at.line));
	cr_expect(not(ruleset->groups[0].detectors[0].args[0].verbatim));
	config_free(merged);
}

Test(config_merge, hooks_come_along)
{
	struct config *merged = merge_well("{\"prekill_hooks\":[{\"name\":\"h\",\"args\":{\"k\":1}}]}");

	cr_expect(zero(sz, merged->nr_rulesets));
	cr_assert(eq(sz, merged->nr_prekill_hooks, 1));
	cr_expect(eq(str, merged->prekill_hooks[0].args[0].value, "1"));
	config_free(merged);
}
