/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a ruleset, a group, a plugin may look like: oomd's checks with a place, wrong types, unknown
 * keys, defaults, and how values become text.
 */
#include <errno.h>
#include <stdio.h>

#include "table_test.h"
#include "unit/config/messages.h"

#define ACTIONS "\"actions\":[{\"name\":\"a\"}]"
#define GROUPS	"\"detectors\":[[\"g\",{\"name\":\"d\"}]]"

/* Each row is the inside of the only ruleset, which starts in line 2, column 1. */
static const struct {
	const char *why, *inside, *messages;
} wrong[] = {
	{ "all is missing", "",
	  "t:2:1: error: Ruleset is missing name: expected a key \"name\" with a text\n"
	  "t:2:1: error: Ruleset is missing DetectorGroups or missing Actions: "
	  "expected something in \"detectors\" and \"actions\"\n" },
	{ "no name", GROUPS "," ACTIONS,
	  "t:2:1: error: Ruleset is missing name: expected a key \"name\" with a text\n" },
	{ "an empty name", "\"name\":\"\"," GROUPS "," ACTIONS,
	  "t:2:1: error: Ruleset is missing name: expected a key \"name\" with a text\n" },
	{ "null for a name", "\"name\":null," GROUPS "," ACTIONS,
	  "t:2:1: error: Ruleset is missing name: expected a key \"name\" with a text\n" },
	{ "a list for a name", "\"name\":[1]," GROUPS "," ACTIONS,
	  "t:2:9: error: key \"name\": expected a single value, found a list [...]\n" },
	{ "a name with a NUL", "\"name\":\"a\\u0000b\"," GROUPS "," ACTIONS,
	  "t:2:9: error: key \"name\": expected a text without \\u0000 in it, found a string\n" },
	{ "no detectors", "\"name\":\"r\"," ACTIONS,
	  "t:2:1: error: Ruleset is missing DetectorGroups or missing Actions: "
	  "expected something in \"detectors\"\n" },
	{ "no actions", "\"name\":\"r\"," GROUPS,
	  "t:2:1: error: Ruleset is missing DetectorGroups or missing Actions: "
	  "expected something in \"actions\"\n" },
	{ "empty lists", "\"name\":\"r\",\"detectors\":[],\"actions\":{}",
	  "t:2:1: error: Ruleset is missing DetectorGroups or missing Actions: "
	  "expected something in \"detectors\" and \"actions\"\n" },
	{ "a number for detectors", "\"name\":\"r\",\"detectors\":5," ACTIONS,
	  "t:2:25: error: key \"detectors\": expected a list of detector groups, found 5\n" },
	{ "a string for actions", "\"name\":\"r\"," GROUPS ",\"actions\":\"a\"",
	  "t:2:56: error: key \"actions\": expected a list of plugins, found \"a\"\n" },
	{ "plugins where groups belong",
	  "\"name\":\"r\",\"detectors\":[{\"name\":\"d\"}]," ACTIONS,
	  "t:2:26: error: expected a detector group [\"name\", {plugin}, ...], "
	  "found an object {...}\n" },
	{ "a group without a name", "\"name\":\"r\",\"detectors\":[[{\"name\":\"d\"}]]," ACTIONS,
	  "t:2:26: error: DetectorGroup is missing name: expected it as the first element\n" },
	{ "a group's name not first",
	  "\"name\":\"r\",\"detectors\":[[{\"name\":\"d\"},\"g\"]]," ACTIONS,
	  "t:2:26: error: DetectorGroup is missing name: expected it as the first element\n"
	  "t:2:40: error: expected a plugin {\"name\": ..., \"args\": {...}}, found \"g\"\n" },
	{ "a group's name empty", "\"name\":\"r\",\"detectors\":[[\"\",{\"name\":\"d\"}]]," ACTIONS,
	  "t:2:27: error: DetectorGroup is missing name: expected it as the first element\n" },
	{ "a group's name a number", "\"name\":\"r\",\"detectors\":[[5,{\"name\":\"d\"}]]," ACTIONS,
	  "t:2:26: error: DetectorGroup is missing name: expected it as the first element\n"
	  "t:2:27: error: expected a plugin {\"name\": ..., \"args\": {...}}, found 5\n" },
	{ "an empty group", "\"name\":\"r\",\"detectors\":[[]]," ACTIONS,
	  "t:2:26: error: DetectorGroup is missing name: expected it as the first element\n"
	  "t:2:26: error: DetectorGroup is missing Detectors: expected a plugin after the name\n" },
	{ "a group of a name", "\"name\":\"r\",\"detectors\":[[\"g\"]]," ACTIONS,
	  "t:2:27: error: DetectorGroup is missing Detectors: expected a plugin after the name\n" },
	{ "a plugin without a name", "\"name\":\"r\"," GROUPS ",\"actions\":[{\"args\":{}}]",
	  "t:2:57: error: Plugin is missing name: expected a key \"name\" with a text\n" },
	{ "a plugin's name empty", "\"name\":\"r\"," GROUPS ",\"actions\":[{\"name\":\"\"}]",
	  "t:2:57: error: Plugin is missing name: expected a key \"name\" with a text\n" },
	{ "a plugin's name a number", "\"name\":\"r\"," GROUPS ",\"actions\":[{\"name\":7}]",
	  "t:2:65: error: key \"name\": expected the name of a plugin as a string, found 7\n" },
	{ "a plugin that is none", "\"name\":\"r\"," GROUPS ",\"actions\":[true]",
	  "t:2:57: error: expected a plugin {\"name\": ..., \"args\": {...}}, found true\n" },
	{ "null for a plugin", "\"name\":\"r\"," GROUPS ",\"actions\":[null]",
	  "t:2:57: error: expected a plugin {\"name\": ..., \"args\": {...}}, found null\n" },
	{ "a list for args", "\"name\":\"r\"," GROUPS ",\"actions\":[{\"name\":\"a\",\"args\":[]}]",
	  "t:2:76: error: key \"args\": expected an object of arguments, "
	  "e.g. {\"cgroup\": \"/\"}, found a list [...]\n" },
	{ "arguments of three wrong kinds: all are told",
	  "\"name\":\"r\"," GROUPS ",\"actions\":[{\"name\":\"a\",\"args\":\n"
	  "{\"z\":null,\n\"y\":[1,2],\n\"x\":{},\"dry\":true}}]",
	  "t:3:6: error: key \"z\": expected a string, a number, true or false, found null\n"
	  "t:4:5: error: key \"y\": expected a string, a number, true or false, "
	  "found a list [...]\n"
	  "t:5:5: error: key \"x\": expected a string, a number, true or false, "
	  "found an object {...}\n" },
	{ "a number too large", "\"name\":1e999," GROUPS "," ACTIONS,
	  "t:2:9: error: key \"name\": expected a smaller number, found a number\n" },
	{ "an unknown log source", "\"name\":\"r\"," GROUPS "," ACTIONS
	  ",\n\"silence-logs\":\"engine,asdf\"",
	  "t:3:16: error: Unrecognized log source=asdf: expected \"engine\", \"plugins\" or both "
	  "with a comma between\n" },
	{ "an empty log source", "\"name\":\"r\"," GROUPS "," ACTIONS ",\n\"silence-logs\":\"engine, \"",
	  "t:3:16: error: Unrecognized log source=: expected \"engine\", \"plugins\" or both "
	  "with a comma between\n" },
	{ "a list of log sources", "\"name\":\"r\"," GROUPS "," ACTIONS
	  ",\n\"silence-logs\":[\"engine\"]",
	  "t:3:16: error: key \"silence-logs\": expected a single value, found a list [...]\n" },
	{ "a negative delay", "\"name\":\"r\"," GROUPS "," ACTIONS ",\n\"post_action_delay\":-1",
	  "t:3:21: error: key \"post_action_delay\": expected a whole number of seconds, "
	  "0 to 2147483647, e.g. 15, found -1\n" },
	{ "a delay in words", "\"name\":\"r\"," GROUPS "," ACTIONS
	  ",\n\"post_action_delay\":\"abc\"",
	  "t:3:21: error: key \"post_action_delay\": expected a whole number of seconds, "
	  "0 to 2147483647, e.g. 15, found \"abc\"\n" },
	{ "a delay of true", "\"name\":\"r\"," GROUPS "," ACTIONS ",\n\"post_action_delay\":true",
	  "t:3:21: error: key \"post_action_delay\": expected a whole number of seconds, "
	  "0 to 2147483647, e.g. 15, found true\n" },
	{ "a list of delays", "\"name\":\"r\"," GROUPS "," ACTIONS ",\n\"post_action_delay\":[1]",
	  "t:3:21: error: key \"post_action_delay\": expected a single value, "
	  "found a list [...]\n" },
	{ "a delay of 68 years and a second", "\"name\":\"r\"," GROUPS "," ACTIONS
	  ",\n\"post_action_delay\":2147483648",
	  "t:3:21: error: key \"post_action_delay\": expected a whole number of seconds, "
	  "0 to 2147483647, e.g. 15, found 2147483648\n" },
	{ "a negative timeout", "\"name\":\"r\"," GROUPS "," ACTIONS
	  ",\n\"prekill_hook_timeout\":\"-5\"",
	  "t:3:24: error: key \"prekill_hook_timeout\": expected a whole number of seconds, "
	  "0 to 2147483647, e.g. 15, found \"-5\"\n" },
	{ "drop-in is no object", "\"name\":\"r\"," GROUPS "," ACTIONS ",\n\"drop-in\":true",
	  "t:3:11: error: key \"drop-in\": expected an object of drop-in flags, found true\n" },
	{ "drop-in flags that are none", "\"name\":\"r\"," GROUPS "," ACTIONS
	  ",\n\"drop-in\":{\"detectors\":\"yes\",\"actions\":2,\"disable-on-drop-in\":[]}",
	  "t:3:24: error: key \"detectors\": expected true or false, found \"yes\"\n"
	  "t:3:40: error: key \"actions\": expected true or false, found 2\n"
	  "t:3:63: error: key \"disable-on-drop-in\": expected true or false, "
	  "found a list [...]\n" },
};

TABLE_TEST(config_rulesets, wrong, wrong, row)
{
	struct parsed parsed;
	char text[1024];

	snprintf(text, sizeof(text), "{\"rulesets\":[\n{%s}]}", row->inside);
	parsed = parsed_new(text);
	cr_expect(eq(int, parsed.err, -EINVAL), "%s", row->why);
	cr_expect(zero(ptr, parsed.config), "%s", row->why);
	cr_expect(eq(str, parsed.messages, (char *)row->messages), "%s", row->why);
	parsed_free(&parsed);
}

/* The rest of a ruleset that is right; messages are warnings. */
static const struct {
	const char *why, *rest, *messages;
	int64_t delay_s, timeout_s;
	bool silence_engine, silence_plugins, detectors, actions, disable;
} taken[] = {
	{ "defaults", "", "", 15, 5, 0, 0, 0, 0, 0 },
	{ "null everywhere is as if it were not there",
	  ",\"post_action_delay\":null,\"prekill_hook_timeout\":null,\"silence-logs\":null,"
	  "\"drop-in\":null,\"cgroup\":null,\"xattr_filter\":null",
	  "", 15, 5, 0, 0, 0, 0, 0 },
	{ "empty texts too",
	  ",\"post_action_delay\":\"\",\"prekill_hook_timeout\":\"\",\"silence-logs\":\"\"", "", 15, 5,
	  0, 0, 0, 0, 0 },
	{ "delays as numbers", ",\"post_action_delay\":0,\"prekill_hook_timeout\":7", "", 0, 7, 0, 0,
	  0, 0, 0 },
	{ "delays as texts", ",\"post_action_delay\":\"10\",\"prekill_hook_timeout\":\" 40\"", "", 10,
	  40, 0, 0, 0, 0, 0 },
	{ "delays of whole reals", ",\"post_action_delay\":1e1,\"prekill_hook_timeout\":40.0", "", 10,
	  40, 0, 0, 0, 0, 0 },
	{ "the longest delay", ",\"post_action_delay\":2147483647", "", 2147483647, 5, 0, 0, 0, 0,
	  0 },
	{ "only the number in front counts", ",\n\"post_action_delay\":\"10abc\"",
	  "t:3:21: warning: key \"post_action_delay\": only 10 counts, expected a whole number of "
	  "seconds, 0 to 2147483647, e.g. 15, found \"10abc\"\n",
	  10, 5, 0, 0, 0, 0, 0 },
	{ "half a second is none", ",\n\"post_action_delay\":1.5",
	  "t:3:21: warning: key \"post_action_delay\": only 1 counts, expected a whole number of "
	  "seconds, 0 to 2147483647, e.g. 15, found \"1.5\"\n",
	  1, 5, 0, 0, 0, 0, 0 },
	{ "silence", ",\"silence-logs\":\"engine,plugins\"", "", 15, 5, 1, 1, 0, 0, 0 },
	{ "silence with blanks", ",\"silence-logs\":\"  engine, plugins \\n\"", "", 15, 5, 1, 1, 0, 0,
	  0 },
	{ "silence with a comma too many", ",\"silence-logs\":\",plugins,,\"", "", 15, 5, 0, 1, 0, 0,
	  0 },
	{ "flags", ",\"drop-in\":{\"detectors\":true,\"actions\":0,\"disable-on-drop-in\":1}", "", 15,
	  5, 0, 0, 1, 0, 1 },
	{ "flags of null", ",\"drop-in\":{\"detectors\":null,\"actions\":true}", "", 15, 5, 0, 0, 0, 1,
	  0 },
	{ "unknown keys",
	  ",\n\"post-action-delay\":1,\"xyzzy\":[{\"name\":[]}],\"drop-in\":{\"detector\":5}",
	  "t:3:1: warning: unknown key \"post-action-delay\" in a ruleset {...} is ignored, did you "
	  "mean \"post_action_delay\"?\n"
	  "t:3:23: warning: unknown key \"xyzzy\" in a ruleset {...} is ignored\n"
	  "t:3:56: warning: unknown key \"detector\" in an object of drop-in flags is ignored, "
	  "did you mean \"detectors\"?\n",
	  15, 5, 0, 0, 0, 0, 0 },
};

TABLE_TEST(config_rulesets, taken, taken, row)
{
	struct parsed parsed;
	const struct config_ruleset *r;
	char text[1024];

	snprintf(text, sizeof(text), "{\"rulesets\":[\n{\"name\":\"r\"," GROUPS "," ACTIONS "%s}]}",
		 row->rest);
	parsed = parsed_new(text);
	cr_expect(eq(str, parsed.messages, (char *)row->messages), "%s", row->why);
	cr_assert(zero(int, parsed.err), "%s", row->why);
	cr_assert(eq(sz, parsed.config->nr_rulesets, 1), "%s", row->why);
	r = &parsed.config->rulesets[0];
	cr_expect(eq(i64, r->post_action_delay_s, row->delay_s), "%s", row->why);
	cr_expect(eq(i64, r->prekill_hook_timeout_s, row->timeout_s), "%s", row->why);
	cr_expect(eq(int, r->silence_engine, row->silence_engine), "%s", row->why);
	cr_expect(eq(int, r->silence_plugins, row->silence_plugins), "%s", row->why);
	cr_expect(eq(int, r->drop_in_detectors, row->detectors), "%s", row->why);
	cr_expect(eq(int, r->drop_in_actions, row->actions), "%s", row->why);
	cr_expect(eq(int, r->disable_on_drop_in, row->disable), "%s", row->why);
	cr_expect(eq(str, r->cgroup, (char *)""), "%s", row->why);
	cr_expect(eq(str, r->xattr_filter, (char *)""), "%s", row->why);
	parsed_free(&parsed);
}

/* JSON values as the text that plugins get, the way jsoncpp writes them for oomd. */
static const struct {
	const char *json, *text;
	bool verbatim;
} values[] = {
	{ "\"a b\"", "a b", true },
	{ "\"\"", "", true },
	{ "\"\\u00e9\\n\\\"\"", "\xc3\xa9\n\"", false },
	{ "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", false },
	{ "\"tab\tin it\"", "tab\tin it", true },
	{ "true", "true", false },
	{ "false", "false", false },
	{ "0", "0", false },
	{ "-0", "0", false },
	{ "60", "60", false },
	{ "-5", "-5", false },
	{ "9223372036854775807", "9223372036854775807", false },
	{ "-9223372036854775808", "-9223372036854775808", false },
	{ "18446744073709551615", "18446744073709551615", false },
	{ "18446744073709551616", "1.8446744073709552e+19", false },
	{ "-9223372036854775809", "-9.2233720368547758e+18", false },
	{ "0.85", "0.84999999999999998", false },
	{ "1.25", "1.25", false },
	{ "5.0", "5.0", false },
	{ "-5.00", "-5.0", false },
	{ "1e3", "1000.0", false },
	{ "1E+3", "1000.0", false },
	{ "1e20", "1e+20", false },
	{ "1e-7", "9.9999999999999995e-08", false },
	{ "0.1", "0.10000000000000001", false },
	{ "1536.5", "1536.5", false },
};

TABLE_TEST(config_rulesets, values, values, row)
{
	struct parsed parsed;
	const struct config_arg *arg;
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"rulesets\":[{\"name\":\"r\"," GROUPS ",\"actions\":\n"
		 "[{\"name\":\"a\",\"args\":{ \"k\": %s}}]}]}",
		 row->json);
	parsed = parsed_new(text);
	cr_assert(zero(int, parsed.err), "%s: %s", row->json, parsed.messages);
	arg = config_find_arg(&parsed.config->rulesets[0].actions[0], "k");
	cr_assert(not(zero(ptr, (void *)arg)));
	cr_expect(eq(str, arg->value, (char *)row->text), "%s", row->json);
	cr_expect(eq(int, arg->verbatim, row->verbatim), "%s", row->json);
	cr_expect(eq(uint, arg->key_at.line, 2));
	cr_expect(eq(uint, arg->key_at.column, 23));
	cr_expect(eq(uint, arg->value_at.line, 2));
	cr_expect(eq(uint, arg->value_at.column, 28));
	cr_expect(zero(ptr, (void *)config_find_arg(&parsed.config->rulesets[0].actions[0], "K")));
	parsed_free(&parsed);
}

/* Objects in place of lists: their values, in the order of their keys. Doubles: the last. */
Test(config_rulesets, objects_for_lists)
{
	struct parsed parsed = parsed_new(
		"{\"rulesets\": {\"b\": {\"name\": 2, \"detectors\": {\"z\": [\"g1\", {\"name\": \"d\"}],\n"
		"  \"y\": [\"g2\", {\"name\": \"d\"}]}, \"actions\": {\"2\": {\"name\": \"second\"},\n"
		"  \"10\": {\"name\": \"first\"}}},\n"
		" \"a\": {\"name\": true, \"name\": \"one\", " GROUPS "," ACTIONS "}}}");
	const struct config_ruleset *b;

	cr_assert(zero(int, parsed.err), "%s", parsed.messages);
	cr_assert(eq(sz, parsed.config->nr_rulesets, 2));
	cr_expect(eq(str, parsed.config->rulesets[0].name, (char *)"one"));
	cr_expect(eq(uint, parsed.config->rulesets[0].at.column, 30));
	b = &parsed.config->rulesets[1];
	cr_expect(eq(str, b->name, (char *)"2"));
	cr_expect(eq(str, b->groups[0].name, (char *)"g2"));
	cr_expect(eq(str, b->groups[1].name, (char *)"g1"));
	cr_expect(eq(str, b->actions[0].name, (char *)"first"));
	cr_expect(eq(str, b->actions[1].name, (char *)"second"));
	parsed_free(&parsed);
}

/* As oomd's own sample for its parser: everything that there is, in one file. */
Test(config_rulesets, everything)
{
	struct parsed parsed = parsed_new(
		"{\n \"prekill_hooks\": [{\"name\": \"hook\", \"args\": {\"cgroup\": \"/\"}}],\n"
		" \"rulesets\": [{\n"
		"  \"name\": \"user session protection\", \"silence-logs\": \"engine\",\n"
		"  \"post_action_delay\": \"10\", \"prekill_hook_timeout\": \"40\",\n"
		"  \"cgroup\": \"a.slice,b\\u002eslice\", \"xattr_filter\": \"user.x\",\n"
		"  \"drop-in\": {\"detectors\": true, \"disable-on-drop-in\": true},\n"
		"  \"detectors\": [[\"user pressure\",\n"
		"    {\"name\": \"pressure_above\", \"args\": {\"cgroup\": \"user.slice\",\n"
		"     \"resource\": \"memory\", \"threshold\": 40, \"duration\": \"10\"}},\n"
		"    {\"name\": \"exists\"}], [\"other\", {\"name\": \"stop\", \"args\": {}}]],\n"
		"  \"actions\": [{\"name\": \"kill_by_x\", \"args\": {\"recursive\": true}}]}]}\n");
	const struct config_ruleset *r;
	const struct config_plugin *d;

	cr_assert(zero(int, parsed.err), "%s", parsed.messages);
	cr_expect(eq(str, parsed.messages, (char *)""));
	cr_expect(eq(str, parsed.config->file, (char *)"t"));
	cr_expect(eq(sz, parsed.config->nr_prekill_hooks, 1));
	cr_expect(eq(str, parsed.config->prekill_hooks[0].name, (char *)"hook"));
	r = &parsed.config->rulesets[0];
	cr_expect(eq(uint, r->at.line, 4));
	cr_expect(eq(uint, r->at.column, 11));
	cr_expect(eq(str, r->cgroup, (char *)"a.slice,b.slice"));
	cr_expect(eq(uint, r->cgroup_at.column, 13));
	cr_expect(eq(int, r->cgroup_verbatim, false));
	cr_expect(eq(str, r->xattr_filter, (char *)"user.x"));
	cr_assert(eq(sz, r->nr_groups, 2));
	cr_expect(eq(str, r->groups[0].name, (char *)"user pressure"));
	cr_expect(eq(uint, r->groups[0].at.line, 8));
	cr_assert(eq(sz, r->groups[0].nr_detectors, 2));
	d = &r->groups[0].detectors[0];
	cr_expect(eq(str, d->name, (char *)"pressure_above"));
	cr_expect(eq(uint, d->at.line, 9));
	cr_expect(eq(uint, d->at.column, 14));
	cr_assert(eq(sz, d->nr_args, 4));
	cr_expect(eq(str, config_find_arg(d, "threshold")->value, (char *)"40"));
	cr_expect(eq(uint, config_find_arg(d, "threshold")->value_at.line, 10));
	cr_expect(zero(sz, r->groups[0].detectors[1].nr_args));
	cr_expect(zero(sz, r->groups[1].detectors[0].nr_args));
	cr_expect(eq(str, r->actions[0].args[0].value, (char *)"true"));
	parsed_free(&parsed);
}
