/* SPDX-License-Identifier: GPL-2.0-only */
/* A drop-in's text: what may be missing, what does not count, and that the rest is checked alike. */
#include <errno.h>

#include "table_test.h"
#include "unit/config/messages.h"

#define GROUPS	"\"detectors\":[[\"g\",{\"name\":\"d\"}]]"
#define ACTIONS "\"actions\":[{\"name\":\"a\"}]"

static const struct {
	const char *why, *text, *messages;
	int err;
	size_t nr_groups, nr_actions;
} texts[] = {
	{ "nothing at all", "", "t:1:1: error: expected a configuration, the text is empty\n",
	  -EINVAL, 0, 0 },
	{ "half of a file", "{\"rulesets\":[{\"name\":\"r\"," ACTIONS,
	  "t:1:50: error: the text ends too early: the object that begins at 1:14 is not closed\n",
	  -EINVAL, 0, 0 },
	{ "a list", "[]",
	  "t:1:1: error: expected a configuration {\"rulesets\": [...]}, found a list [...]\n",
	  -EINVAL, 0, 0 },
	{ "no name", "{\"rulesets\":[{" ACTIONS "}]}",
	  "t:1:14: error: Ruleset is missing name: expected a key \"name\" with a text\n", -EINVAL,
	  0, 0 },
	{ "a wrong value of a key that does not count",
	  "{\"rulesets\":[{\"name\":\"r\",\n\"post_action_delay\":-1}]}",
	  "t:2:21: error: key \"post_action_delay\": expected a whole number of seconds, "
	  "0 to 2147483647, e.g. 15, found -1\n"
	  "t:2:1: warning: key \"post_action_delay\" of a drop-in is ignored: the base ruleset's "
	  "counts\n", -EINVAL, 0, 0 },
	{ "only actions", "{\"rulesets\":[{\"name\":\"r\"," ACTIONS "}]}", "", 0, 0, 1 },
	{ "only detectors", "{\"rulesets\":[{\"name\":\"r\"," GROUPS "}]}", "", 0, 1, 0 },
	{ "neither: a second copy of the base", "{\"rulesets\":[{\"name\":\"r\"}]}", "", 0, 0, 0 },
	{ "empty lists are not given", "{\"rulesets\":[{\"name\":\"r\",\"detectors\":[],"
	  "\"actions\":[]}]}", "", 0, 0, 0 },
	{ "hooks alone", "{\"prekill_hooks\":[{\"name\":\"h\"}]}", "", 0, 0, 0 },
	{ "does nothing", "{}",
	  "t:1:1: warning: neither rulesets nor prekill_hooks: this drop-in does nothing\n", 0, 0,
	  0 },
	{ "keys that are the base's, and one that is nobody's",
	  "{\"rulesets\":[{\"name\":\"r\",\n\"silence-logs\":\"engine\",\n\"cgroup\":\"a\",\n"
	  "\"xattr_filter\":\"x\",\n\"drop-in\":{\"actions\":true},\n\"prekill_hook_timeout\":1,\n"
	  "\"post_action_delay\":1,\n\"other\":1}]}",
	  "t:8:1: warning: unknown key \"other\" in a ruleset {...} is ignored\n"
	  "t:2:1: warning: key \"silence-logs\" of a drop-in is ignored: the base ruleset's counts\n"
	  "t:3:1: warning: key \"cgroup\" of a drop-in is ignored: the base ruleset's counts\n"
	  "t:4:1: warning: key \"xattr_filter\" of a drop-in is ignored: the base ruleset's counts\n"
	  "t:5:1: warning: key \"drop-in\" of a drop-in is ignored: the base ruleset's counts\n"
	  "t:6:1: warning: key \"prekill_hook_timeout\" of a drop-in is ignored: the base "
	  "ruleset's counts\n"
	  "t:7:1: warning: key \"post_action_delay\" of a drop-in is ignored: the base ruleset's "
	  "counts\n", 0, 0, 0 },
};

TABLE_TEST(config_drop_in, texts, texts, row)
{
	struct parsed parsed = parsed_drop_in(row->text);

	cr_expect(eq(int, parsed.err, row->err), "%s", row->why);
	cr_expect(eq(str, parsed.messages, (char *)row->messages), "%s", row->why);
	if (parsed.config && parsed.config->nr_rulesets) {
		cr_expect(eq(sz, parsed.config->rulesets[0].nr_groups, row->nr_groups), "%s",
			  row->why);
		cr_expect(eq(sz, parsed.config->rulesets[0].nr_actions, row->nr_actions), "%s",
			  row->why);
	}
	parsed_free(&parsed);
}

/* A base ruleset without them is as wrong as before. */
Test(config_drop_in, a_base_ruleset_needs_both)
{
	struct parsed parsed = parsed_new("{\"rulesets\":[{\"name\":\"r\"," ACTIONS "}]}");

	cr_expect(eq(int, parsed.err, -EINVAL));
	parsed_free(&parsed);
}
